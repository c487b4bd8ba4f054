from __future__ import annotations

import pytest

from feasilint.documents.read import read
from feasilint.findings import Place
from feasilint.ir import (
    Aggregate,
    AllOf,
    Anchor,
    Column,
    Derive,
    Fragment,
    Measure,
    Minus,
    Names,
    Opaque,
    Origin,
    Output,
    Program,
    Relation,
    Scan,
    Source,
    Span,
    Star,
    Union,
    Write,
)
from feasilint.lower import lower
from feasilint.lower.options import Options
from feasilint.lower.python.nodes import nodes as python_nodes
from feasilint.lower.sql.nodes import nodes
from feasilint.measure.model import Aggregation, Extent
from feasilint.suggest import Bound, bounded
from feasilint.suggest.columns import may_have, must_have
from feasilint.suggest.tables import Tables

TX = Scan(Source("shop.tx", "table"))
SPAN = Span(None, 1, 1, 1, 9)
SQL = Fragment(
    0, "sql", "select user_id, count(*) as n from stg.tx group by user_id", None, (Anchor(0, 1, 1),), "duckdb"
)
PYTHON = Fragment(0, "python", 'n = tx.groupby("user_id").size()', None, (Anchor(0, 1, 1),))


def only(*names: str) -> Derive:
    """A relation with these columns of the table, and no others."""
    return Derive(TX, tuple(Output(name, Column(TX, name)) for name in names))


def aggregation(path: str, node: int | None) -> Aggregation:
    return Aggregation("count", ("user_id",), Extent("unbounded"), Place(path, SPAN), "n", fragment=0, node=node)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("n_txn", "n_txn_365d"),
        ("N_TXN", "N_TXN_365D"),
        ("txn_count_lifetime", "txn_count_365d"),
        ("lifetime_spend", "spend_365d"),
        ("spend_to_date", "spend_365d"),
        ("all_time_max", "max_365d"),
        ("count_365d", "count_365d"),
        ("lifetime", "value_365d"),
        ("n_lifetime_txn", "n_txn_365d"),
        ("every_visit", "every_visit_365d"),
        ("fever_days", "fever_days_365d"),
    ],
)
def test_the_window_goes_into_the_name(name: str, expected: str) -> None:
    assert Bound(365, "ts").named(name) == expected


def test_what_cannot_be_found_again_gives_no_code() -> None:
    programs = {"a.sql": Program("a.sql", "sql", (SQL,))}
    assert bounded(aggregation("b.sql", 3), programs, Bound(365, "ts")) is None
    assert bounded(aggregation("a.sql", None), programs, Bound(365, "ts")) is None
    assert bounded(aggregation("a.sql", 999), programs, Bound(365, "ts")) is None


@pytest.mark.parametrize(("columns", "rewritten"), [(("user_id",), False), (("user_id", "TS"), True)])
def test_views_of_other_documents_must_pass_the_event_time_on(columns: tuple[str, ...], rewritten: bool) -> None:
    staging = Program("stg.sql", "sql", sinks=(Write(only(*columns), Source("stg.tx", "table"), "view"),))
    programs = {"a.sql": Program("a.sql", "sql", (SQL,)), "stg.sql": staging}
    node = next(at for at, found in enumerate(nodes(SQL)) if type(found).__name__ == "Count")
    assert (bounded(aggregation("a.sql", node), programs, Bound(365, "ts", source="shop.tx")) is not None) is rewritten


@pytest.mark.parametrize(("columns", "rewritten"), [(("user_id",), False), (("user_id", "ts"), True)])
def test_frames_must_have_the_event_time(columns: tuple[str, ...], rewritten: bool) -> None:
    node = max(
        at for at, found in enumerate(python_nodes(PYTHON)) if type(found).__name__ == "Call" and found.lineno == 1
    )  # type: ignore[attr-defined]
    measure = Measure("count", (), origin=Origin(0, node, SPAN))
    grouped = Aggregate(only(*columns), (), (Output("n", measure),))
    programs = {"a.py": Program("a.py", "python", (PYTHON,), (grouped,))}
    assert (bounded(aggregation("a.py", node), programs, Bound(365, "ts")) is not None) is rewritten


def test_may_have_says_no_only_when_sure() -> None:
    assert may_have(TX, "ts")
    assert may_have(Opaque((only("a"),), "f"), "ts")
    assert may_have(Derive(TX, (Star(AllOf(TX)),)), "ts")
    assert not may_have(Derive(TX, (Star(Minus(AllOf(TX), ("ts",))),)), "ts")
    assert not may_have(Derive(TX, (Star(Names(TX, ("a",))),)), "ts")
    assert not may_have(Scan(TX.source, ("a",)), "ts")
    assert not may_have(Aggregate(TX, (), (Output("n", Measure("count", ())),)), "ts")


def test_must_have_says_yes_only_when_sure() -> None:
    def yes(_: Source) -> bool:
        return True

    assert not must_have(TX, "ts", lambda _: False)
    assert not must_have(Opaque((TX,), "f"), "ts", yes)
    assert not must_have(Union((TX, only("a"))), "ts", yes)
    assert must_have(TX, "ts", yes)
    assert must_have(only("TS"), "ts", lambda _: False)
    assert must_have(Derive(TX, (Star(Minus(AllOf(TX), ("a",))),)), "ts", yes)


def view(name: str, relation: Relation) -> Write:
    return Write(relation, Source(name, "table"), "view")


def everything(name: str) -> Derive:
    scan = Scan(Source(name, "table"))
    return Derive(scan, (Star(AllOf(scan)),))


def test_tables_that_pass_the_event_time_on() -> None:
    writes = (
        view("stg.renamed", Derive(TX, (Output("order_ts", Column(TX, "ts")),))),
        view("stg.kept", everything("shop.tx")),
        view("mart.kept", everything("kept_again")),
        view("kept_again", everything("stg.kept")),
        view("of_unknown", everything("elsewhere")),
        view("loop", everything("loop")),
        view("tx", only("user_id")),
    )
    tables = Tables("shop.tx", "ts", writes)
    having = ("shop.tx", "stg.kept", "mart.kept", "kept_again")
    lacking = ("stg.renamed", "renamed", "of_unknown", "elsewhere", "loop", "tx")
    assert [name for name in (*having, *lacking) if tables.have(name)] == list(having)


MODELS = {
    "models/stg_orders.sql": "select created_at as order_ts, user_id, {{ more }} from {{ source('raw', 'orders') }}",
    "models/stg_paid.sql": "select * from {{ source('raw', 'orders') }} where paid",
}


@pytest.mark.parametrize(
    ("table", "rewritten"),
    [("{{ ref('stg_orders') }}", False), ("{{ ref('stg_paid') }}", True), ("{{ source('raw', 'orders') }}", True)],
)
def test_models_that_rename_the_event_time(table: str, rewritten: bool) -> None:
    feature = f"select user_id, count(*) as n from {table} group by user_id"
    texts = {**MODELS, "models/feature.sql": feature}
    programs = {path: lower(read(path, text.encode()), Options()) for path, text in texts.items()}
    fragment = programs["models/feature.sql"].fragments[0]
    node = next(at for at, found in enumerate(nodes(fragment)) if type(found).__name__ == "Count")
    found = bounded(aggregation("models/feature.sql", node), programs, Bound(365, "created_at", source="raw.orders"))
    assert (found is not None) is rewritten
    assert found is None or "created_at >=" in found.code
