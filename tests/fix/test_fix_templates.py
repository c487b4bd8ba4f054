"""Bounds in models of dbt, made in the template: what may not change, first; then what changes, rendered by Jinja and run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import jinja2
import pytest

from feasilint import api
from feasilint.fix import told

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.fix.apply import Fixed

_CATALOG = """
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["**/f.sql"], prediction_point: checkout}]
sources:
  - {name: payments.transactions, availability: production, period: 1d, kind: events, grain: [tx_id], event_time: ts}
  - {name: ml.spine, availability: production, period: 1d, kind: dimension}
"""
_MODEL = """{{ config(materialized='incremental') }}
{% set columns = ['amount', 'fee'] %}
select s.user_id,
  {% for column in columns %}
  sum(t.{{ column }}) as {{ column }}_total,
  {% endfor %}
  1 as one
from {{ source('ml', 'spine') }} s
{join} {{ source('payments', 'transactions') }} t
  on t.user_id = s.user_id
  and t.ts < s.as_of  -- nothing of later
where s.kind = '{{ var("kind", "x") }}'
  {% if is_incremental() %}
  and s.loaded_at > timestamp '2024-01-01'
  {% endif %}
group by 1
"""
_TEMPLATED = "a template makes its code, from more than what stands there"
_HEAD = "select t.user_id, sum(t.amount) as spend from {{ source('ml', 'spine') }} s join {{ source('payments', 'transactions') }} t using (user_id)\n"
_NOW = datetime(2024, 6, 1)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(_CATALOG)
    (tmp_path / "dbt_project.yml").write_text(
        "name: shop\nversion: '1'\nprofile: shop\nmodel-paths: [models]\nmacro-paths: [macros]\n"
    )
    (tmp_path / "macros").mkdir()
    (tmp_path / "macros" / "past.sql").write_text("{% macro past(t, s) %}{{ t }}.ts < {{ s }}.as_of{% endmacro %}\n")
    (tmp_path / "models").mkdir()
    return tmp_path


def fixed(project: Path, model: str) -> Fixed:
    (project / "models" / "f.sql").write_text(model)
    found = api.fix(".", unsafe=True, dialect="duckdb")
    assert not found.before.errors
    assert any(finding.code == "AGG301" for finding in found.before.findings)
    told.write(found)
    return found


def text(project: Path) -> str:
    return (project / "models" / "f.sql").read_text()


@pytest.mark.parametrize(
    "model",
    [
        # each round of a loop has the condition
        "{% for kind in ['a', 'b'] %}\n"
        + _HEAD
        + "where t.ts < s.as_of and t.kind = '{{ kind }}'\ngroup by 1\n{% if not loop.last %} union all {% endif %}\n{% endfor %}",
        # a macro of another file has it
        _HEAD + "where {{ past('t', 's') }}\ngroup by 1\n",
        # further runs have an alternative to it
        _HEAD + "where t.ts < s.as_of\n{% if is_incremental() %} or t.fresh {% endif %}\ngroup by 1\n",
        # further runs have a clause where a new one would go
        _HEAD.replace("t.user_id,", "t.user_id, :as_of as as_of,")
        + "{% if is_incremental() %} where t.fresh {% endif %}\ngroup by 1\n",
        # a part of the clause is there in some runs only
        _HEAD
        + "where t.ts < s.as_of\n{% if is_incremental() %} and t.fresh {% else %} and t.kind = 'a' {% endif %}\ngroup by 1\n",
    ],
)
def test_what_is_not_changed(project: Path, model: str) -> None:
    found = fixed(project, model)
    assert text(project) == model
    assert not found.refused
    assert {one.suggestion.obstacle for one in found.result.findings if one.suggestion is not None} == {_TEMPLATED}


@pytest.mark.parametrize("join", ["join", "left join"])
def test_the_condition_is_in_the_template(project: Path, join: str) -> None:
    model = _MODEL.replace("{join}", join)
    fixed(project, model)
    bound = "  and t.ts >= s.as_of - interval '365' day\n"
    before = "  {% if is_incremental() %}\n" if join == "join" else "where s.kind"
    assert text(project) == model.replace(before, f"{bound}{before}")
    assert not api.fix(".", unsafe=True, dialect="duckdb").contents


@pytest.mark.parametrize("incremental", [False, True])
@pytest.mark.parametrize("join", ["join", "left join"])
def test_what_the_model_gives(project: Path, join: str, incremental: bool) -> None:
    fixed(project, _MODEL.replace("{join}", join))
    rendered = jinja2.Template(text(project)).render(
        config=lambda **_: "",
        source=lambda schema, name: f"{schema}.{name}",
        var=lambda _, default: default,
        is_incremental=lambda: incremental,
    )
    db = duckdb.connect()
    db.execute("create schema ml; create schema payments")
    db.execute(
        "create table ml.spine as select range as user_id, timestamp '2024-06-01' as as_of, 'x' as kind, case when range < 2"
        " then timestamp '2023-06-01' else timestamp '2024-05-01' end as loaded_at from range(5)"
    )
    db.execute("create table payments.transactions (user_id int, amount double, fee double, ts timestamp)")
    rows = [(at % 4, float(at), 1.0, datetime(2022, 1, 1) + timedelta(days=7 * at)) for at in range(150)]
    db.executemany("insert into payments.transactions values (?, ?, ?, ?)", rows)
    got = {user: amount for user, amount, _, _ in db.execute(rendered).fetchall()}
    recent = {
        user: sum(amount for other, amount, _, ts in rows if other == user and _NOW - timedelta(days=365) <= ts < _NOW)
        for user in range(2 if incremental else 0, 5 if join == "left join" else 4)
    }
    assert got == {user: amount or None for user, amount in recent.items()}


@pytest.mark.parametrize(
    ("moment", "since"),
    [
        ("'{{ var(\"as_of\") }}'", "cast('{{ var(\"as_of\") }}' as timestamp)"),
        ("cast('{{ var(\"as_of\") }}' as timestamp)", "cast('{{ var(\"as_of\") }}' as timestamp)"),
        ("{{ env_var('as_of') }}", "{{ env_var('as_of') }}"),
        ('\'{{ var("as_of", "2024-01-01") }}\'', ""),  # known: it would be written as a date
    ],
)
def test_a_variable_of_the_project(project: Path, moment: str, since: str) -> None:
    model = "select user_id, sum(amount) as spend from {{ source('payments', 'transactions') }} where ts < {moment} group by 1\n"
    model = model.replace("{moment}", moment)
    fixed(project, model)
    bound = f" and ts >= {since} - interval '365' day" if since else ""
    assert text(project) == model.replace(f"{moment} group", f"{moment}{bound} group")


def test_a_frame_of_a_template(project: Path) -> None:
    model = (
        "{% set by = 'user_id' %}\nselect tx_id, sum(amount) over (partition by {{ by }} order by ts) as spend\n"
        "from {{ source('payments', 'transactions') }}\n"
    )
    (project / "models" / "f.sql").write_text(model)
    told.write(api.fix(".", unsafe=True, dialect="duckdb"))
    frame = " range between interval '365' day preceding and current row"
    assert text(project) == model.replace("order by ts)", f"order by ts{frame})")
