"""Templates rendered: what they may not do first, then what they stand for and where it comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import feasilint
from feasilint.lower.sql.jinja.render import Templates
from feasilint.lower.sql.jinja.result import Refused, Rendered
from feasilint.lower.sql.reading import Setting

if TYPE_CHECKING:
    from feasilint.lower.sql.jinja.run import Branch

TEMPLATES = Templates()


def rendered(text: str, branch: Branch = "all", **setting: object) -> Rendered:
    made = TEMPLATES.render(text, Setting(**setting), branch)  # type: ignore[arg-type]
    assert isinstance(made, Rendered), made
    return made


def shown(text: str, **how: Any) -> str:
    return " ".join(rendered(text, **how).text.split())


@pytest.mark.parametrize(
    "text",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ref.__globals__['__builtins__'] }}",
        "{{ config.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.popen('true').read() }}",
        "{{ joiner.__init__.__globals__ }}",
        "{{ namespace.__init__ }}",
        "{{ modules.datetime.datetime.now() }}",
        "{{ modules.os.system('true') }}",
        "{{ lipsum() }}",
        "{{ [1, 2] | random }}",
        "{{ env_var('HOME') }}",
        "{{ run_query('select 1').columns[0].values() }}",
        "{{ 'x' | attr('__class__') }}",
        "{{ ('%s' | attr('__class__')).__base__ }}",
        "{% include '/etc/passwd' %}",
        "{{ load('/etc/passwd') }}",
    ],
)
def test_what_only_a_run_would_know_stays_unknown(text: str) -> None:
    made = rendered(text)
    assert made.text.startswith("{{"), made.text
    assert "object" not in made.text
    assert "<" not in made.text
    assert made.known


@pytest.mark.parametrize(
    "text",
    [
        "{% for i in range(40000) %} select {{ i }} as a from t union all {% endfor %} select 1",
        "{% for i in range(100000) %}{% for j in range(100000) %}x{% endfor %}{% endfor %}",
        "{% set x = 'a' * 1000000000 %}{{ x }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ 'x'.replace('x', 'y' * 2000000).replace('y', 'y' * 2000000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%1000000000d' | format(1) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{{ 'x' | center(1000000000) }}",
        "{{ 10 ** 100000 }}",
        "{% set x = [1] %}{% for i in range(60) %}{% do x.extend(x) %}{% endfor %}{{ x }}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x }}",
        "{% macro r(n) %}{{ r(n + 1) }}{% endmacro %}{{ r(1) }}",
        "{% macro two(n) %}{{ two(n + 1) }}{{ two(n + 1) }}{% endmacro %}{{ two(1) }}",
    ],
)
def test_time_and_output_are_bounded(text: str) -> None:
    made = TEMPLATES.render(text, Setting())
    assert isinstance(made, Refused)
    assert "too" in made.reason


@pytest.mark.parametrize(
    "text",
    [
        "{% if x %",
        "select '{ not a marker }' from t where a like '%}'",
        "{{ ref('orders') }}",
        "select * from {{ source('raw', 'tx') }} where ts > '{{ var('start') }}'",
        "select {{ anything(1, [2]) }}, {{ a.b['c'] }}",
    ],
)
def test_what_needs_no_rendering_stays_as_it_is(text: str) -> None:
    assert rendered(text).text == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("{{ config(materialized='table') }} select 1", "select 1"),
        ("select {% raw %}'{{ not this }}'{% endraw %}", "select '{{ not this }}'"),
        ("select a {# a note #} from t", "select a from t"),
        ("{% set c = ['a', 'b'] %}select {% for x in c %}sum({{ x }}) {{ x }}_sum{{ ',' if not loop.last }}{% endfor %}",
         "select sum(a) a_sum,sum(b) b_sum"),
        ("{% macro m(c, by=2) %}{{ c }} / {{ by }}{% endmacro %}select {{ m('x') }}", "select x / 2"),
        ("{% set q %}a, b{% endset %}select {{ q }} from t", "select a, b from t"),
        ("select {{ var('n', 30) }}", "select 30"),
        ("select {{ env_var('N', '30') }}", "select 30"),
        ("{% do [].append(1) %}{% set ns = namespace(n=1) %}{% set ns.n = 2 %}select {{ ns.n }}", "select 2"),
        ("select 1 {% if is_incremental() %} where ts > (select max(ts) from {{ this }}) {% endif %}", "select 1"),
        ("select 1 {% if not is_incremental() %}from t{% else %}from u{% endif %}", "select 1 from t"),
        ("select {% if target.name == 'dev' %}1{% else %}2{% endif %}", "select 2"),
        ("select {% if target.name in ('prod', 'production') %}1{% else %}2{% endif %}", "select 1"),
        ("{% snapshot s %}{{ config(strategy='check') }}select * from t{% endsnapshot %}", "select * from t"),
        ("{% test t(model) %}select broken{% endtest %}{% docs d %}text{% enddocs %}select 1", "select 1"),
        ("{% materialization m, default %}x{% endmaterialization %}select 1", "select 1"),
        ("{% call statement('x') %}select 2{% endcall %}select 1", "select 1"),
        ("{% macro w() %}({{ caller() }}){% endmacro %}{% call w() %}select 2{% endcall %}", "(select 2)"),
        ("{% filter upper %}select a{% endfilter %}", "SELECT A"),
        ("{% macro return_it() %}b{{ return('a') }}c{% endmacro %}{{ return_it() }}", "a"),
        ("{% for a, b in [(1, 2), (3, 4)] %}{{ a + b }} {% endfor %}", "3 7"),
        ("{{ log('x', info=True) }}{{ exceptions.warn('x') }}select 1", "select 1"),
        ("{% macro surrogate_key(f) %}{{ exceptions.raise_compiler_error('gone') }}{% endmacro %}{{ surrogate_key(['a']) }}",
         "concat(a)"),
        ("{% if 'a' in ['a'] and 'b' not in ['a'] %}1{% endif %}", "1"),
        ("{% if run_query('x') in 'text' %}1{% else %}2{% endif %}", "12"),
        ("select a, count(*) from t {{ dbt_utils.group_by(n=1) }}", "select a, count(*) from t group by all"),
        ("select {{ dbt.datediff('a', 'b', 'day') }}", "select datediff(day,a,b)"),
        ("select {{ dbt.dateadd('day', -7, 'ts') }}", "select dateadd(day,-7,ts)"),
        ("select {{ dbt.dateadd(datepart='day', interval=-7, from_date_or_timestamp=dbt.current_timestamp()) }}",
         "select dateadd(day,-7,current_timestamp)"),
        ("select {{ dbt_utils.generate_surrogate_key(['a', 'b']) }}", "select concat(a,b)"),
        ("select {{ dbt_utils.star(from=ref('q'), except=['a']) }} from {{ ref('q') }}",
         "select * except (a) from {{ ref('q') }}"),
        ("select {{ adapter.dispatch('type_string', 'dbt')() }}", "select text"),
        ("select cast(x as {{ type_string() }})", "select cast(x as text)"),
        ("{{ dbt_utils.union_relations([ref('a'), ref('b')], source_column_name=none) }}",
         "(select * from {{ ref('a') }}) union all (select * from {{ ref('b') }})"),
        ("{{ dbt_utils.pivot('size', ['S', 'M'], agg='count', then_value='id') }}",
         "count(case when size = 'S' then id else 0 end) as \"S\", count(case when size = 'M' then id else 0 end) as \"M\""),
        ("{{ modules.datetime.date(2024, 1, 31) - modules.datetime.timedelta(days=30) }}", "2024-01-01"),
    ],
)  # fmt: skip
def test_templates_are_rendered(text: str, plain: str) -> None:
    assert shown(text) == plain


def test_of_an_unknown_condition_both_branches_are_taken_unless_one_is_asked_for() -> None:
    text = "select {% if a %}x{% elif b %}y{% else %}z{% endif %}"
    assert shown(text) == "select xyz"
    assert shown(text, branch="first") == "select x"
    assert shown(text, branch="last") == "select z"
    assert rendered(text).forked
    assert not rendered("{% if 1 %}a{% endif %}").forked


def test_of_an_unknown_list_one_round_is_taken() -> None:
    text = "select {% for c in run_query(q).columns %}max({{ c }}){% if not loop.last %},{% endif %}{% endfor %}"
    assert shown(text) == "select max({{ c }})"
    assert shown("{% for k, v in items.items() %}{{ k }}={{ v }}{% endfor %}") == "{{ k }}={{ v }}"


def test_what_is_unknown_inside_a_value_is_marked_there() -> None:
    made = rendered("select {{ 'a_' ~ suffix }} from {{ 't_' ~ env_var('ENV') }}")
    assert made.text == "select a_{{ suffix }} from t_{{ ENV }}"
    assert {code: mark.kind for code, mark in made.known.items()} == {"suffix": "param", "ENV": "param"}


def test_the_config_is_told() -> None:
    made = rendered("{{ config({'alias': 'x'}, materialized='table', tags=['daily'] + ['a']) }}select 1")
    assert made.config == {"alias": "x", "materialized": "table", "tags": ["daily", "a"]}
    assert made.model


def test_relations_that_are_made_are_tables() -> None:
    made = rendered(
        "select * from {{ api.Relation.create(database=target.database, schema='raw', identifier='tx') }} t"
    )
    assert [(mark.kind, mark.name) for mark in made.known.values()] == [("table", "raw.tx")]


def test_macros_of_packages_that_are_not_there_are_named() -> None:
    assert rendered("select {{ dbt_utils.no_such(1) }}").missing == ("dbt_utils.no_such",)


def test_every_stretch_says_where_it_comes_from() -> None:
    text = "{% set c = ['a', 'b'] %}\nselect {% for x in c %}\n  sum({{ x }}) s,{% endfor %}\nfrom {{ ref('t') }}"
    made = rendered(text)
    assert made.text == "\nselect \n  sum(a) s,\n  sum(b) s,\nfrom {{ ref('t') }}"
    ends = (*(place.offset for place in made.places[1:]), len(made.text))
    for place, end in zip(made.places, ends, strict=True):
        stretch = made.text[place.offset : end]
        if place.width:
            assert text[place.start : place.start + place.width] == "{{ x }}"
            assert stretch in ("a", "b")
        else:
            assert text[place.start : place.start + len(stretch)] == stretch


def test_errors_name_the_line() -> None:
    made = TEMPLATES.render("select 1\n\n{% if x %}\n{{ a b }}{% endif %}", Setting())
    assert isinstance(made, Refused)
    assert made.line == 4


@pytest.mark.parametrize(
    "dialect", ["bigquery", "snowflake", "postgres", "duckdb", "databricks", "redshift", "tsql", "trino", None]
)
def test_a_truncated_time_is_the_column_in_every_dialect(dialect: str | None) -> None:
    text = (
        "create table d.t as select k, {{ dbt.date_trunc('month', 'at') }} as month, sum(x) as s from u.v group by 1, 2"
    )
    found = feasilint.inspect_source(text, kind="sql", dialect=dialect)
    values = {column["name"]: column["value"] for column in found["columns"]}
    assert values["month"] == [["u.v", "at"]]
    (total,) = found["aggregations"]
    assert (total["window"], total["time_column"]) == ("bucketed", "at")


def test_dictionaries_that_end_in_one_another_do_not_end_the_expression() -> None:
    text = "{{ config(meta={'tags': {'table': {'purpose': 'STAKING, GOVERNANCE' }}}) }}select a from t"
    assert shown(text) == "select a from t"
    assert shown("{{ {'a': '}}'}['a'] }}") == "}}"


def test_lines_between_macros_are_no_tags() -> None:
    text = "{% macro a() %}select 1{% endmacro %}\n{% ##### %}\n{% macro b() %}select 2{% endmacro %}"
    assert rendered(text).text.strip() == ""
    assert isinstance(Templates().render("select 1 {% ##### %} from t", Setting()), Refused)
