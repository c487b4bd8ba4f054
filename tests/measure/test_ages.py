"""How old features are behind tables that are made by schedule: first what adds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.analysis import Analysis
from feasilint.api import scan
from feasilint.catalog.load import load_text
from feasilint.catalog.match import Matcher
from feasilint.catalog.model import Staleness
from feasilint.documents.read import read
from feasilint.lower import lower
from feasilint.lower.options import Options
from feasilint.rule import Feature
from feasilint.subjects import subjects

if TYPE_CHECKING:
    from pathlib import Path

HOUR, DAY = 3_600.0, 86_400.0
SOURCE = "{name: raw.tx, availability: production, period: 1h, blind_spot: 10m, run_time: 20m}"
OWN = Staleness(0.5 * HOUR, HOUR, 1.5 * HOUR)
HOURLY, DAILY, WEEKLY = (Staleness(0, n / 2, n) for n in (HOUR, DAY, 7 * DAY))


def model(name: str, query: str, kind: str = "full", cron: str = "@daily") -> str:
    return f"MODEL (name {name}, kind {kind}, cron '{cron}');\n{query}"


def dynamic(name: str, query: str, lag: str) -> str:
    return f"create dynamic table {name} target_lag = {lag} warehouse = w as {query}"


def aged(*texts: str, entries: str = "", name: str = "x") -> tuple[Staleness | None, list[tuple[str, float | None]]]:
    """The age of the oldest value of a feature, and the tables on the way with what each adds at worst."""
    catalog = load_text(f"version: 1\nsources:\n  - {SOURCE}\n{entries}")
    programs = [lower(read(f"{at}.sql", text.encode()), Options(dialect="snowflake")) for at, text in enumerate(texts)]
    analysis = Analysis(programs, Matcher(catalog))
    found = [f for f in subjects(analysis, {p.path for p in programs}) if isinstance(f, Feature) and f.name == name]
    values = [one for feature in found for one in feature.inputs if one.role == "value"]
    oldest = max(values, key=lambda one: one.staleness.worst if one.staleness is not None else 0)
    return oldest.staleness, [(hop.table, hop.staleness.worst if hop.staleness else None) for hop in oldest.hops]


FEATURE = "create table ml.features as select user_id, x from mart.tx"


@pytest.mark.parametrize(
    ("below", "hops"),
    [
        ("create view mart.tx as select user_id, amount as x from raw.tx", []),
        (model("mart.tx", "select user_id, amount as x from raw.tx", kind="view"), []),
        (model("mart.tx", "select user_id, amount as x from raw.tx", kind="embedded"), []),
        ("create table mart.tx as select user_id, amount as x from raw.tx", [("mart.tx", None)]),
        (model("mart.tx", "select user_id, amount as x from raw.tx", cron="61 * * * *"), [("mart.tx", None)]),
        (model("mart.tx", "select user_id, amount as x from raw.tx", cron="when it rains"), [("mart.tx", None)]),
        (dynamic("mart.tx", "select user_id, amount as x from raw.tx", "downstream"), [("mart.tx", None)]),
    ],
)
def test_what_adds_nothing(below: str, hops: list[tuple[str, None]]) -> None:
    assert aged(below, FEATURE) == (OWN, hops)


def test_a_script_that_makes_its_tables_in_one_run_waits_for_nothing() -> None:
    script = "create table mart.tx as select user_id, amount as x from raw.tx;\n" + FEATURE
    assert aged(script) == (OWN, [])


def test_the_catalog_wins_over_what_the_project_states() -> None:
    below = model("mart.tx", "select user_id, amount as x from raw.tx", cron="@weekly")
    entry = "  - {name: mart.tx, period: 1h}"
    assert aged(below, FEATURE, entries=entry) == (OWN + HOURLY, [("mart.tx", HOUR)])


def test_an_entry_that_says_nothing_of_the_age_leaves_the_projects_schedule() -> None:
    below = model("mart.tx", "select user_id, amount as x from raw.tx")
    entry = "  - {name: mart.tx, availability: production}"
    assert aged(below, FEATURE, entries=entry) == (OWN + DAILY, [("mart.tx", DAY)])


@pytest.mark.parametrize(
    ("kind", "cron", "added"),
    [
        ("full", "@daily", DAILY),
        ("incremental_by_time_range (time_column ts)", "@hourly", HOURLY),
        ("full", "0 6 * * *", DAILY),
        ("full", "0 6 * * 1", WEEKLY),
        ("full", "0 6 * * 1-5", Staleness(0, (4 * DAY**2 + (3 * DAY) ** 2) / (14 * DAY), 3 * DAY)),
    ],
)
def test_a_table_adds_its_period(kind: str, cron: str, added: Staleness) -> None:
    age, hops = aged(model("mart.tx", "select user_id, amount as x from raw.tx", kind, cron), FEATURE)
    assert age is not None
    assert (age.least, age.mean, age.worst) == pytest.approx(
        (OWN.least + added.least, OWN.mean + added.mean, OWN.worst + added.worst)
    )
    assert hops == [("mart.tx", added.worst)]


@pytest.mark.parametrize(
    ("statement", "added"),
    [
        ("create materialized view mart.tx as", None),
        ("create materialized view mart.tx schedule every 1 hour as", HOUR),
        ("create streaming table mart.tx schedule cron '0 0 * * * ?' as", HOUR),
        (
            "create task t warehouse = w schedule = 'USING CRON 0 9 * * * UTC' as create or replace table mart.tx as",
            DAY,
        ),
        ("create task t warehouse = w schedule = '60 minutes' as insert into mart.tx", HOUR),
        ("create task t warehouse = w schedule = '60 minutes' as create or replace view mart.tx as", 0),
    ],
)
def test_what_statements_state(statement: str, added: float | None) -> None:
    age, hops = aged(f"{statement} select user_id, amount as x from raw.tx", FEATURE)
    assert age is not None
    assert age.worst == OWN.worst + (added or 0)
    assert hops == ([] if added == 0 else [("mart.tx", added)])


def test_counts_of_rows_go_the_same_way() -> None:
    below = model("mart.tx", "select user_id, ts from raw.tx")
    assert aged(below, "create table ml.features as select user_id, count(*) as x from mart.tx group by user_id") == (
        OWN + DAILY,
        [("mart.tx", DAY)],
    )


def test_a_chain_adds_up() -> None:
    first = model("stage.tx", "select user_id, amount from raw.tx", cron="@hourly")
    between = "create view stage.seen as select user_id, amount from stage.tx"
    second = model("mart.tx", "select user_id, amount as x from stage.seen")
    assert aged(first, between, second, FEATURE) == (OWN + HOURLY + DAILY, [("mart.tx", DAY), ("stage.tx", HOUR)])


def test_what_one_entry_says_is_said_once() -> None:
    entries = '  - {name: "*seen*", aliases: ["web.*"], availability: production, period: 1d, kind: events}\n'
    below = "create table stage.seen_twice as select user_id, amount from web.visits"
    made = "create table ml.features as select user_id, amount as x from stage.seen_twice"
    assert aged(below, made, entries=entries) == (DAILY, [])


def test_the_table_that_a_feature_is_stored_in_counts() -> None:
    stored = model("ml.features", "select user_id, amount as x from raw.tx")
    assert aged(stored) == (OWN + DAILY, [("ml.features", DAY)])


@pytest.mark.parametrize("cron", ["61 * * * *", "when it rains"])
def test_a_stored_feature_whose_schedule_is_not_understood_says_so(cron: str) -> None:
    assert aged(model("ml.features", "select user_id, amount as x from raw.tx", cron=cron)) == (
        OWN,
        [("ml.features", None)],
    )


def test_the_lag_of_a_dynamic_table_includes_those_below() -> None:
    below = dynamic("stage.tx", "select user_id, amount from raw.tx", "'10 minutes'")
    between = dynamic("stage.seen", "select user_id, amount from stage.tx", "downstream")
    above = dynamic("mart.tx", "select user_id, amount as x from stage.seen", "'1 hour'")
    assert aged(below, between, above, FEATURE) == (OWN + HOURLY, [("mart.tx", HOUR)])
    table = model("mart.tx", "select user_id, amount as x from stage.tx")
    assert aged(below, table, FEATURE)[1] == [("mart.tx", DAY), ("stage.tx", HOUR / 6)], "no dynamic table above"


def test_the_oldest_way_to_a_source_decides() -> None:
    base = "create view stage.tx as select user_id, amount from raw.tx"
    late = model("stage.late", "select user_id, amount from stage.tx", cron="@weekly")
    soon = model("stage.soon", "select user_id, amount from stage.tx", cron="@hourly")
    both = (
        "create view mart.tx as select a.user_id, a.amount - b.amount as x"
        " from stage.{} a join stage.{} b on a.user_id = b.user_id"
    )
    for order in (("soon", "late"), ("late", "soon")):
        assert aged(base, late, soon, both.format(*order), FEATURE) == (OWN + WEEKLY, [("stage.late", 7 * DAY)])


def test_a_dbt_project_is_as_old_as_its_tags_and_crons_say(tmp_path: Path) -> None:
    """A view adds nothing, whatever its tag."""
    count = "select user_id, count(*) as n from {{ ref('seen') }} where ts >= current_timestamp - interval '7 days' group by 1"
    files = {
        "dbt_project.yml": "name: shop\nversion: '1.0'\n",
        "models/sources.yml": "sources: [{name: pay, tables: [{name: tx}]}]",
        "models/stage.sql": "{{ config(materialized='incremental', tags=['hourly']) }} select user_id, ts from {{ source('pay', 'tx') }}",
        "models/seen.sql": "{{ config(materialized='view', tags=['weekly']) }} select user_id, ts from {{ ref('stage') }}",
        "models/user_features.sql": f"{{{{ config(materialized='table', meta={{'cron': '0 6 * * 1-5'}}) }}}} {count}",
        "catalog.yaml": (
            "version: 1\nprediction_points: {checkout: {mode: online}}\n"
            "models: [{name: fraud, paths: ['**'], prediction_point: checkout}]\n"
            "sources: [{name: pay.tx, availability: production, period: 1h, kind: events, event_time: ts}]\n"
        ),
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    (found,) = scan([str(tmp_path)]).findings
    assert (found.code, found.feature) == ("LAT202", "n")
    assert dict(found.facts)["age"] == (
        "L = 0 s at best, 23 h 17 min on average, 3 d 2 h at worst (period 1 h; + `stage` up to 1 h: `hourly` by tag `hourly`;"
        " + `user_features` up to 3 d: `0 6 * * 1-5` by meta.cron)"
    )


def test_the_worked_example_of_the_documentation() -> None:
    entry = "  - {name: payments.transactions, availability: production, period: 1d, blind_spot: 10m, run_time: 20m}"
    stage = model("stage.transactions", "select user_id, ts from payments.transactions", cron="@hourly")
    view = "create view stage.seen as select * from stage.transactions"
    count = model("ml.user_features", "select user_id, count(*) as x from stage.seen group by user_id")
    age, hops = aged(stage, view, count, entries=entry)
    assert age == Staleness(0.5 * HOUR, 25 * HOUR, 49.5 * HOUR)
    assert hops == [("ml.user_features", DAY), ("stage.transactions", HOUR)]


def test_a_schedule_that_cannot_be_is_said_where_it_stands() -> None:
    program = lower(read("a.sql", model("a.b", "select 1 as x from raw.tx", cron="0 25 * * *").encode()), Options())
    assert [d.message for d in program.diagnostics] == [
        "`0 25 * * *` is no cron expression: bad hour (cron); the age of what is made by it is not known"
    ]
