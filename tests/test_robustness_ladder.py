"""What cannot be resolved costs the column that it stands in, what cannot be parsed the statement."""

from __future__ import annotations

import pytest

from feasilint.api import inspect_source

PLAIN = {"user_id": [["t", "user_id"]], "total": [["t", "amount"]]}


def found(text: str, target: str = "d.out") -> dict[str, tuple[list[list[str]], list[list[str]]]]:
    """Value and maybe edges of a table's columns."""
    columns = inspect_source(text)["columns"]
    return {one["name"]: (one["value"], one["maybe"]) for one in columns if one["target"] == target}


def sure(text: str) -> dict[str, list[list[str]]]:
    return {name: value for name, (value, _) in found(text).items()}


@pytest.mark.parametrize(
    "odd",
    [
        "nobody.knows",
        "unknown_function(x, y)",
        "{{ macro_of_nobody('x') }}",
        "x:y.z::variant[0]['k']",
        "(select a from nowhere where nowhere.k = t.k)",
        "case when x then (select 1, 2) end",
        "cast(x as some_type(1, 'y'))",
        "array(select z from unnest(x) z)",
        "udf.schema.f(x) over (partition by y)",
        "x ->> 'a' -> 'b'",
    ],
)
@pytest.mark.parametrize("place", range(3))
def test_one_odd_expression_costs_its_column(odd: str, place: int) -> None:
    items = ["user_id", "amount as total"]
    items.insert(place, f"{odd} as odd")
    columns = sure(f"create table d.out as select {', '.join(items)} from t")
    assert [*columns] == [item.rsplit(" ", 1)[-1] for item in items]
    assert columns.items() >= PLAIN.items()


def test_a_bare_name_of_either_side_is_a_maybe_of_both() -> None:
    columns = found("create table d.out as select t.user_id, t.amount as total, score from t join u on u.id = t.id")
    assert {name: value for name, (value, _) in columns.items() if name != "score"} == PLAIN
    assert columns["score"] == ([], [["t", "score"], ["u", "score"]])


def test_a_bare_name_that_one_side_is_known_to_have_is_its() -> None:
    query = "with u as (select id, score from raw.u) select t.user_id, score from t join u on u.id = t.id"
    assert sure(f"create table d.out as {query}") == {"user_id": [["t", "user_id"]], "score": [["raw.u", "score"]]}


def test_a_column_that_a_subquery_does_not_have_is_nothing_sure() -> None:
    columns = sure(
        "create table d.out as select user_id, missing, amount as total from (select user_id, amount from t) q"
    )
    assert columns.items() >= PLAIN.items()
    assert columns["missing"] == []


def test_an_unknown_qualifier_costs_its_column() -> None:
    columns = sure(
        "create table d.out as select q.user_id, z.amount, q.amount as total from (select user_id, amount from t) q"
    )
    assert columns.items() >= PLAIN.items()


@pytest.mark.parametrize(
    "rows",
    ["t tablesample (10 percent)", "t left join lateral unnest(t.items) as i on true", "t cross join some_function(t.x) f", "t, {{ macro_of_nobody() }} as m"],
)  # fmt: skip
def test_odd_rows_leave_the_columns_of_others(rows: str) -> None:
    assert sure(f"create table d.out as select t.user_id, t.amount as total from {rows}") == PLAIN


@pytest.mark.parametrize(
    "condition", ["nobody.x = 1", "unknown(t.a)", "{{ condition }}", "t.a in (select b from {{ x }})"]
)
def test_odd_conditions_leave_the_columns(condition: str) -> None:
    assert sure(f"create table d.out as select user_id, amount as total from t where {condition}") == PLAIN


@pytest.mark.parametrize(
    "broken",
    ["select a from t where", "select (a from t", "selekt a from t", "insert into values", "create table as", "merge into x", ")"],
)  # fmt: skip
def test_a_failed_statement_costs_itself(broken: str) -> None:
    text = f"create table d.one as select x from a;\n{broken};\ncreate table d.out as select user_id, amount as total from t;"
    document = inspect_source(text)
    assert sure(text) == PLAIN
    assert found(text, "d.one") == {"x": ([["a", "x"]], [])}
    assert {said["span"]["line"] for said in document["diagnostics"]} == {2}


def test_each_failed_statement_is_said_where_it_stands() -> None:
    text = "select a from t where;\nselect b from u;\nselect (c from v;\nselect d from w where"
    document = inspect_source(text)
    assert [said["span"]["line"] for said in document["diagnostics"]] == [1, 3, 4]
    assert {source["name"] for source in document["sources"]} == {"u"}
