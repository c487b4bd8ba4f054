"""Pathological SQL: it ends, says what was not read and where, and costs no other statement."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from feasilint.api import inspect_source, scan_files

HEAD = "create table ml.head_features as select user_id, sum(amount) as spent from shop.orders group by user_id;\n"
TAIL = ";\ncreate table ml.tail_features as select user_id, count(*) as n_orders from shop.orders group by user_id;\n"
MAKE = "create table ml.x_features as "
SCHEMA: dict[str, Any] = json.loads(files("feasilint.report").joinpath("inspect.schema.json").read_text())
SPENT = {("ml.head_features", "spent"): [["shop.orders", "amount"]]}


def nested(times: int, before: str, inside: str, after: str) -> str:
    return MAKE + "select " + before * times + inside + after * times + " as p from t"


def subqueries(times: int) -> str:
    return MAKE + "select a from (" * times + "select a from t" + ") q" * times


def chain(step: str, times: int, last: str) -> str:
    """`times` named subqueries, each made of the one before by `step`."""
    parts = ["c0 as (select user_id, a, ts from t)"]
    parts += [f"c{at} as ({step.format(below=f'c{at - 1}', at=at)})" for at in range(1, times)]
    return f"{MAKE}with {', '.join(parts)} {last.format(top=f'c{times - 1}')}"


def between(text: str) -> dict[str, Any]:
    """What is understood of a statement between two others, which must come out as if they stood alone."""
    return understood(HEAD + text + TAIL)


def understood(text: str, kind: Any = "sql") -> dict[str, Any]:
    found = inspect_source(text, kind)
    jsonschema.validate({"schema": "feasilint.inspect/1", "documents": [found]}, SCHEMA)
    values = {(column["target"], column["name"]): column["value"] for column in found["columns"]}
    assert values.items() >= SPENT.items()
    assert ("ml.tail_features", "n_orders") in values
    return found


def values(found: dict[str, Any], target: str = "ml.x_features") -> dict[str, list[list[str]]]:
    return {column["name"]: column["value"] for column in found["columns"] if column["target"] == target}


def said(found: dict[str, Any]) -> list[tuple[str, int]]:
    return [(diagnostic["kind"], diagnostic["span"]["line"]) for diagnostic in found["diagnostics"]]


DEEP = {
    "parentheses": lambda times: nested(times, "(", "a", ")"),
    "functions": lambda times: nested(times, "coalesce(", "a", ", 0)"),
    "cases": lambda times: nested(times, "case when b > 0 then c else ", "a", " end"),
    "subqueries": subqueries,
}


@pytest.mark.parametrize("times", [10, 100])
@pytest.mark.parametrize("shape", DEEP)
def test_usual_nesting_is_read(shape: str, times: int) -> None:
    found = between(DEEP[shape](times))
    assert said(found) == []
    assert ["t", "a"] in next(iter(values(found).values()))


@pytest.mark.parametrize("times", [500, 5_000])
@pytest.mark.parametrize("shape", DEEP)
def test_what_is_nested_too_deeply_says_so(shape: str, times: int) -> None:
    assert said(between(DEEP[shape](times))) == [("budget", 2)]


@pytest.mark.parametrize("joint", [" + ", " || ", " and "])
def test_long_sums_are_no_deep_ones(joint: str) -> None:
    found = between(MAKE + f"select {joint.join(f'c{at}' for at in range(3_000))} as p from t")
    assert said(found) == []
    assert len(values(found)["p"]) == 3_000


@pytest.mark.parametrize(
    ("step", "times"),
    [
        ("select * from {below}", 1_000),
        ("select user_id, a + {at} as a, ts from {below}", 500),
        ("select x.user_id, x.a + y.a as a, x.ts from {below} x join {below} y on x.user_id = y.user_id", 60),
        ("select * from {below} union all select * from {below}", 60),
        (
            "select user_id, (select max(a) from {below}) + a as a, ts from {below} where ts > (select min(ts) from {below})",
            60,
        ),
    ],
    ids=["stars", "computed", "joined twice", "united twice", "subqueries"],
)
def test_long_chains_are_followed_to_their_end(step: str, times: int) -> None:
    found = between(chain(step, times, "select user_id, sum(a) as total from {top} group by user_id"))
    assert said(found) == []
    assert values(found)["total"] == [["t", "a"]]


def test_wide_rows_pass_through_many_stars() -> None:
    first = "c0 as (select " + ", ".join(f"col_{at}" for at in range(1_000)) + " from t)"
    stars = ", ".join(f"c{at} as (select * from c{at - 1})" for at in range(1, 50))
    found = between(f"{MAKE}with {first}, {stars} select * from c49")
    assert len(values(found)) == 1_000
    assert values(found)["col_999"] == [["t", "col_999"]]


def test_many_joins_of_bare_columns() -> None:
    joins = " ".join(f"join t{at} on t{at}.user_id = t0.user_id" for at in range(1, 120))
    found = between(f"{MAKE}select amount from t0 {joins}")
    (amount,) = (column for column in found["columns"] if column["name"] == "amount")
    assert len(amount["maybe"]) == 120, "any of them may have it"


@pytest.mark.parametrize(
    "text",
    [
        MAKE + " union all ".join(f"select user_id, {at} as a from t{at}" for at in range(1_000)),
        MAKE + f"select user_id from t where a in ({', '.join(map(str, range(20_000)))})",
        "insert into ml.x_features (user_id, a) values " + ", ".join(f"({at}, 'x')" for at in range(5_000)),
        ";\n".join(f"insert into ml.x_features (user_id) select user_id from t{at}" for at in range(300)),
        MAKE + "select " + ", ".join(f"sum(case when k = {at} then a{at} end) as user_id_{at}" for at in range(1_000)) + " from t",
        MAKE + f"select {'a' * 10_000} as user_id from {'b' * 10_000}.{'c' * 10_000}",
        MAKE + 'select "select" as "from", "table".a as "order" from "table" group by "order"',
        ";" * 20_000,
    ],
    ids=["unions", "in list", "values", "inserts", "one line", "long names", "keywords", "semicolons"],
)  # fmt: skip
def test_long_texts_are_read_as_a_whole(text: str) -> None:
    assert said(between(text)) == []


@pytest.mark.parametrize(
    "text",
    ["select 'abc from t", 'select "abc from t', "select a /* b from t", "select (" * 30, "select a" + ")" * 3_000, "select " + "'" * 2_001],
    ids=["quote", "name", "comment", "parentheses", "closed too often", "quotes"],
)  # fmt: skip
def test_what_is_not_closed_costs_its_statement(text: str) -> None:
    assert [line for _, line in said(between(text))] == [2]


@pytest.mark.parametrize("marker", ["{{", "{%", "{#", "${", "<%", "{{ '", "{% if a %}", "{{ {% "])
@pytest.mark.parametrize("times", [1, 2_000])
def test_open_markers_cost_no_other_statement(marker: str, times: int) -> None:
    assert between(f"select {marker * times} a from t")


@pytest.mark.parametrize("opening", ["/*", "{#", "/* ", "{{", "{%", "${"])
def test_many_comments_that_are_not_closed_are_said(opening: str) -> None:
    """Each of them could look for its end in all that follows."""
    found = inspect_source(f"select a from t where b = {opening * 5_000}")
    assert [diagnostic["kind"] for diagnostic in found["diagnostics"]] != []


def test_many_comments_before_a_statement() -> None:
    found = inspect_source("/* a */ -- b\n" * 5_000 + "create table x as select a from t")
    assert (said(found), values(found, "x")) == ([], {"a": [["t", "a"]]})


def test_a_marker_that_is_not_closed_does_not_swallow_the_next() -> None:
    found = between("select {{ a from t;\ncreate table ml.x_features as select user_id, {{ b }} as p from u")
    assert "user_id" in values(found)


@pytest.mark.parametrize("newline", ["\r\n", "\r"])
def test_line_ends_of_other_systems(newline: str) -> None:
    text = HEAD + "select 'open" + TAIL
    assert inspect_source(text.replace("\n", newline)) == inspect_source(text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
def test_encodings(encoding: str) -> None:
    text = HEAD + "-- café\n" + TAIL[1:]
    plain = scan_files({"x_features.sql": text}).findings
    assert plain
    assert [f.place for f in scan_files({"x_features.sql": text.encode(encoding)}).findings] == [f.place for f in plain]


@pytest.mark.parametrize(
    "data", [b"\0" * 1_000, bytes(range(256)) * 50, b"a,b\n1,2\n" * 500, b'{"a": [' + b"1, " * 2_000 + b"2]}"]
)
def test_what_is_no_sql_is_no_failure(data: bytes) -> None:
    result = scan_files({"x_features.sql": data})
    assert result.errors == ()
    assert {finding.code for finding in result.findings} <= {"FEA001", "FEA005"}


def test_lone_surrogates() -> None:
    assert between("select '\ud800' as a, \udfff from t")


def test_long_files_that_are_no_sql_are_given_up_early() -> None:
    found = inspect_source("\n".join(",".join(str(at * by) for by in range(20)) for at in range(2_000)))
    assert [kind for kind, _ in said(found)] == ["unsupported"]


def test_nesting_in_a_notebook_is_said_in_its_cell() -> None:
    sources = [
        f"%%sql\n{HEAD}",
        f"%%sql\n{subqueries(1_000)}",
        f'spark.sql("""{nested(800, "(", "a", ")")}""")',
        f"%%sql\n{TAIL[2:]}",
    ]
    cells = [
        {"cell_type": "code", "execution_count": None, "id": f"c{at}", "metadata": {}, "outputs": [], "source": source}
        for at, source in enumerate(sources)
    ]
    found = understood(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), "notebook")
    assert [(d["kind"], d["span"]["cell"]) for d in found["diagnostics"]] == [("budget", 1), ("budget", 2)]


# --- across files ---


def test_views_of_each_other() -> None:
    result = scan_files({
        "a_features.sql": "create view v.a as select x, y from v.b",
        "b_features.sql": "create view v.b as select x, y from v.c union all select x, y from v.t",
        "c_features.sql": "create view v.c as select x, count(*) as y from v.a group by x",
    })  # fmt: skip
    assert result.errors == ()


def test_files_that_all_read_each_other() -> None:
    def view(own: int) -> str:
        others = [at for at in range(30) if at != own]
        columns = ", ".join(f"x{at}.a as a{at}" for at in others)
        tables = " cross join ".join(f"v.m{at} x{at}" for at in others)
        return f"create view v.m{own} as select {columns} from {tables}"

    assert scan_files({f"m{own}_features.sql": view(own) for own in range(30)}).errors == ()


def test_models_of_themselves() -> None:
    text = (
        "{{ config(materialized='incremental') }} select user_id, count(*) as n from {{ ref('tx') }} group by user_id"
    )
    again = "select user_id, n from {{ this }} union all select user_id, count(*) as n from shop.tx group by user_id"
    result = scan_files(
        {
            "one_features.sql": text,
            "two_features.sql": "{{ config() }} " + again,
            "tx.sql": "{{ config() }} select * from {{ this }}",
        }
    )
    assert result.errors == ()
    assert "FEA002" in {finding.code for finding in result.findings}


def test_a_recursive_query_ends_at_its_source() -> None:
    tree = "select id, 1 as depth from t union all select t.id, r.depth + 1 from t join r on t.parent = r.id"
    found = between(
        f"{MAKE}with recursive r as ({tree}) select id as user_id, max(depth) as deepest from r group by id"
    )
    assert values(found)["user_id"] == [["t", "id"]]
