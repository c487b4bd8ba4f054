"""Column lineage on the IR itself: what must not be an edge first."""

from __future__ import annotations

from feasilint.columns import Columns, Holds
from feasilint.ir import (
    Aggregate,
    AllOf,
    Call,
    Column,
    Derive,
    Filter,
    Frame,
    Join,
    Literal,
    Measure,
    Minus,
    Opaque,
    Output,
    Relation,
    Scan,
    Source,
    Star,
    Union,
    Window,
)
from feasilint.paths import Paths
from feasilint.trace import Tracer


def table(name: str, *columns: str) -> Scan:
    return Scan(Source(name, "table"), columns or None)


def value(relation: Relation, name: str) -> list[str]:
    trace = Tracer(Columns()).column(relation, name)
    return sorted(f"{leaf.scan.source.name}.{leaf.column}" for leaf in trace.value)


def own(relation: Relation, name: str) -> list[str]:
    trace = Tracer(Columns()).column(relation, name)
    return sorted(f"{leaf.scan.source.name}.{leaf.column} {role}" for leaf, role in trace.own)


def test_a_filter_on_the_rows_is_no_part_of_a_columns_own_computation() -> None:
    tx = table("tx")
    kept = Filter(tx, Call("gt", (Column(tx, "amount"), Literal(3))))
    assert value(kept, "user") == ["tx.user"]
    assert own(kept, "user") == []
    rows = Tracer(Columns()).rows(kept)
    assert {(leaf.column, role) for leaf, role in rows.own} == {("amount", "where")}


def test_a_filter_below_an_aggregate_is() -> None:
    tx = table("tx")
    kept = Filter(tx, Call("eq", (Column(tx, "kind"), Literal("x"))))
    counted = Aggregate(
        kept, (Output("user", Column(kept, "user")),), (Output("n", Measure("count", (Column(kept, "id"),))),)
    )
    assert value(counted, "n") == ["tx.id"]
    assert own(counted, "n") == ["tx.kind where", "tx.user group_by"]
    assert own(counted, "user") == []


def test_a_rank_is_made_of_what_it_ranks_by() -> None:
    tx = table("tx")
    frame = Frame("range", None, 0, default=True)
    place, by = (Column(tx, "user"),), (Column(tx, "ts"),)
    ranked = Window(
        tx, place, by, frame, (Output("r", Measure("rank", ())), Output("s", Measure("sum", (Column(tx, "x"),))))
    )
    assert value(ranked, "r") == ["tx.ts", "tx.user"]
    assert value(ranked, "s") == ["tx.x"]
    assert own(ranked, "s") == ["tx.ts window", "tx.user window"]


def test_a_known_column_wins_over_a_possible_one() -> None:
    left, right = table("a", "k", "x"), table("b")
    joined = Join(left, right, "left", using=("k",))
    assert value(joined, "x") == ["a.x"]
    assert value(joined, "y") == ["b.y"]
    assert value(joined, "k") == ["a.k", "b.k"]


def test_an_ambiguous_column_may_be_either() -> None:
    joined = Join(table("a"), table("b"), "inner")
    assert value(joined, "x") == ["a.x", "b.x"]
    trace = Tracer(Columns()).column(joined, "x")
    assert trace.maybe == trace.value
    assert not trace.sure


def test_what_is_sure_in_one_place_is_sure_in_the_whole() -> None:
    a = table("a")
    joined = Join(a, table("b"), "inner")
    both = Derive(joined, (Output("y", Call("add", (Column(joined, "x"), Column(a, "x")))),))
    trace = Tracer(Columns()).column(both, "y")
    assert [leaf.scan.source.name for leaf in trace.sure] == ["a"]
    assert [leaf.scan.source.name for leaf in trace.maybe] == ["b"]


def test_a_declared_column_wins_over_an_undeclared_one() -> None:
    joined = Join(table("a"), table("b"), "inner")
    columns = Columns(declared=lambda source: ("x",) if source.name == "b" else ("y",))
    trace = Tracer(columns).column(joined, "x")
    assert {leaf.scan.source.name for leaf in trace.value} == {"b"}


def test_dropped_and_replaced_columns_are_gone() -> None:
    tx = table("tx")
    dropped = Derive(tx, (Star(Minus(AllOf(tx), ("a",))), Output("b", Literal(1))))
    assert value(dropped, "a") == []
    assert value(dropped, "b") == []
    assert value(dropped, "c") == ["tx.c"]
    assert Columns().holds(dropped, "a") is Holds.NO


def test_suffixes_tell_the_sides_apart() -> None:
    left, right = table("a", "k", "x"), table("b", "k", "x")
    joined = Join(left, right, "inner", using=("k",), suffixes=("_l", "_r"))
    assert value(joined, "x_l") == ["a.x"]
    assert value(joined, "x_r") == ["b.x"]
    assert Columns().header(joined).names == ("k", "x_l", "x_r")


def test_a_name_that_both_sides_lost_to_a_suffix_comes_from_a_later_join() -> None:
    a, b, c = table("a", "k", "v"), table("b", "k", "v"), table("c", "k", "v")
    first = Join(a, b, "inner", using=("k",), suffixes=("_x", "_y"))
    second = Join(first, c, "inner", using=("k",), suffixes=("_x", "_y"))
    assert value(second, "v") == ["c.v"]
    assert value(second, "v_x") == ["a.v"]
    assert value(second, "v_y") == ["b.v"]
    assert value(Join(a, b, "inner", using=("k",), suffixes=("", "_r")), "v") == ["a.v"]


def test_unions_match_by_position_or_by_name() -> None:
    one, two = table("a", "x", "y"), table("b", "p", "x")
    assert value(Union((one, two)), "x") == ["a.x", "b.p"]
    assert value(Union((one, two), by="name"), "x") == ["a.x", "b.x"]


def test_an_opaque_step_loses_nothing() -> None:
    tx = table("tx", "a", "b")
    step = Opaque((tx,), "unknown call")
    trace = Tracer(Columns()).column(step, "z")
    assert sorted(leaf.column for leaf in trace.value) == ["a", "b"]
    assert trace.approximate
    assert value(step, "a") == ["tx.a"]


def test_names_fold_but_an_exact_one_wins() -> None:
    tx = table("tx")
    both = Derive(tx, (Output("X", Column(tx, "upper")), Output("x", Column(tx, "lower"))))
    assert value(both, "X") == ["tx.upper"]
    assert value(both, "x") == ["tx.lower"]


def test_long_chains_are_no_problem() -> None:
    relation: Relation = table("tx")
    for at in range(6000):
        relation = Derive(relation, (Star(AllOf(relation)), Output(f"c{at}", Literal(at))))
    assert value(relation, "amount") == ["tx.amount"]
    assert len(Columns().header(relation).names) == 6000


def test_a_path_names_every_change() -> None:
    tx = table("tx")
    renamed = Derive(tx, (Output("b", Column(tx, "a")),))
    again = Derive(renamed, (Star(AllOf(renamed)), Output("c", Call("mul", (Column(renamed, "b"), Literal(2))))))
    tracer = Tracer(Columns())
    (leaf,) = tracer.column(again, "c").value
    assert [step.name for step in Paths(tracer).path(again, "c", leaf)] == ["c", "b", "a"]
