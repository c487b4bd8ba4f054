"""What a macro makes that nobody knows is said, not passed over."""

from __future__ import annotations

import pytest

from feasilint import inspect_source


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a, {{ dbt_utils.star(ref('t')) }} FROM {{ ref('t') }}",
        "SELECT a, {{ known('x') }} AS b FROM {{ ref('t') }}",
        "SELECT {{ known('x') }} AS {{ name() }} FROM {{ ref('t') }}",
        "SELECT a FROM {{ ref('t') }} WHERE {{ condition() }}",
    ],
)
def test_names_and_values_need_no_word(text: str) -> None:
    assert not inspect_source(text)["diagnostics"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT a, {{ more() }} FROM {{ ref('t') }}", "which columns {more()} makes is not known"),
        ("SELECT {{ some() }} {{ more() }} FROM {{ ref('t') }}", "which columns {some()}{more()} makes is not known"),
        ("{{ fill('t') }}", "which query {fill('t')} makes is not known"),
    ],
)
def test_unknown_columns_and_queries_are_said(text: str, message: str) -> None:
    assert [said["message"] for said in inspect_source(text)["diagnostics"]] == [message]


def test_names_with_an_at_sign_are_templates_of_sql_server() -> None:
    found = inspect_source("SELECT m.a INTO @scratch@delim@prefix_1 FROM @cdm.m m JOIN @cdm.p p ON p.id = m.id")
    assert [table["name"] for table in found["tables"]] == ["scratch@delim@prefix_1"]
    assert [source["name"] for source in found["sources"]] == ["cdm.m", "cdm.p"]


def test_a_table_of_a_template_stays_one_in_another_dialect() -> None:
    found = inspect_source("SELECT m.x FROM p JOIN {{ ref('tags') }} m FINAL ON m.id = p.id")
    assert [source["name"] for source in found["sources"]] == ["p", "tags"]


def test_reserved_names_of_staging_columns_are_quoted() -> None:
    filled = (
        "fivetran_utils.fill_staging_columns([], [{'name': 'from', 'quote': True, 'alias': 'sender'}, {'name': 'id'}])"
    )
    found = inspect_source("SELECT {{ " + filled + " }} FROM {{ ref('t') }}")
    assert {column["name"]: column["value"] for column in found["columns"]} == {
        "sender": [["t", "from"]],
        "id": [["t", "id"]],
    }


@pytest.mark.parametrize(
    ("call", "columns"),
    [
        (
            "zone(column='cast(created_at as ' ~ dbt.type_timestamp() ~ ')', target_tz=var('zone', 'UTC'))",
            ["created_at"],
        ),
        ("trim('CAST(id AS STRING)')", ["id"]),
        ("pick(alias='x', key='k')", ["k"]),
        ("pick('a', 'day', 'b')", ["a", "b"]),
    ],
)
def test_columns_that_a_macro_is_given_are_those_that_its_texts_name(call: str, columns: list[str]) -> None:
    (column,) = inspect_source("SELECT {{ " + call + " }} AS made FROM {{ ref('t') }}")["columns"]
    assert column["value"] == [["t", name] for name in columns]


def test_a_branch_without_any_sql_is_no_reading_of_a_model() -> None:
    text = "{% if var('on') %} SELECT a FROM (t {% else %} {{ config(enabled=false) }} {% endif %}"
    assert [said["kind"] for said in inspect_source(text)["diagnostics"]] == ["syntax-error"]


def test_what_follows_a_column_without_a_word_is_no_alias() -> None:
    found = inspect_source("SELECT a, b {{ more('x') }} FROM {{ ref('t') }}")
    assert [(column["name"], column["value"]) for column in found["columns"]] == [
        ("a", [["t", "a"]]),
        ("b", [["t", "b"]]),
    ]
    assert [said["message"] for said in found["diagnostics"]] == ["which columns {more('x')} makes is not known"]


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("dbt_utils.slugify('1 Acute In-patient!')", "_1_acute_in_patient"),
        ("modules.re.sub('[ -]+', '_', 'a - b')", "a_b"),
        ("modules.re.sub('(a+)+$', '', 'aaaa')", "{modules.re.sub('(a+)+$', '', 'aaaa')}"),  # may take for ever
    ],
)
def test_names_are_made_of_texts(call: str, name: str) -> None:
    (column,) = inspect_source("SELECT a AS {{ " + call + " }} FROM {{ ref('t') }}")["columns"]
    assert (column["name"], column["value"]) == (name, [["t", "a"]])


def test_a_macro_behind_common_table_expressions_makes_the_query_of_them() -> None:
    found = inspect_source(
        "WITH a AS (SELECT u, COUNT(*) AS n FROM shop.t GROUP BY u)\n-- done\n{{ finished('a', 'x') }}"
    )
    assert [one["message"] for one in found["diagnostics"]] == []
    assert [source["name"] for source in found["sources"]] == ["shop.t"]
    assert [one["reaches"] for one in found["aggregations"]] == ["table"]


def test_a_macro_before_over_is_a_function_that_is_not_read() -> None:
    found = inspect_source("SELECT u, {{ deviation('x') }} OVER (PARTITION BY u ORDER BY ts) AS d FROM shop.t")
    assert found["diagnostics"] == []
    (measure,) = found["aggregations"]
    assert (measure["function"], measure["window"], measure["keys"]) == ("unread", "unknown", ["u"])


def test_of_a_template_that_fails_itself_the_other_ways_are_read() -> None:
    text = """
    WITH a AS (SELECT * FROM shop.t){% if target.type == 'bigquery' %}, b AS (SELECT u, SAFE_CAST(x AS INT64) AS x FROM a)
    {% elif target.type == 'snowflake' %}, b AS (SELECT u, x::int AS x FROM a)
    {% else %}{{ exceptions.raise_compiler_error(target.type ~ ' is not supported') }}{% endif %}
    SELECT * FROM b
    """
    found = inspect_source(text)
    assert found["diagnostics"] == []
    assert {one["name"] for one in found["features"]} == {"u", "x"}


def test_names_in_backticks_with_markers_are_of_bigquery() -> None:
    found = inspect_source("SELECT u, RANK() OVER (ORDER BY x) AS r, FROM `{{ project }}.{{ dataset }}.orders`")
    assert found["diagnostics"] == []
    assert [source["dialect"] for source in found["sources"]] == ["bigquery"]


@pytest.mark.parametrize(
    "text",
    [
        "WITH a AS (SELECT CASE WHEN x = 0x5aea57d0 THEN 1 ELSE 0 END AS x FROM shop.t)\n{{ finished('a', 'x') }}",
        "{{ latest_records('shop.t', 'x') }}\nWHERE NOT deleted",
        "WITH a AS (SELECT x FROM shop.t),\n{{ more(cubes, combos) }},\nb AS (SELECT x FROM a)\nSELECT x FROM b",
        "SELECT x FROM shop.t\nUNION ALL\n{{ latest_records('shop.t', 'x') }}\nWHERE NOT deleted",
    ],
)
def test_macros_that_make_queries_are_no_mistakes(text: str) -> None:
    found = inspect_source(text)["diagnostics"]
    assert [one["message"] for one in found if one["kind"] == "syntax-error"] == []
