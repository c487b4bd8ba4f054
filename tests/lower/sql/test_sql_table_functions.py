"""Functions in FROM whose rows are not known, and those whose rows are a query's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


def _inspected(text: str, dialect: str) -> tuple[list[str], dict[str, list[list[str]]], list[str]]:
    found = inspect_source(text, kind="sql", dialect=dialect)
    values = {column["name"]: column["value"] + column["maybe"] for column in found["columns"]}
    return [one["name"] for one in found["sources"]], values, [one["message"] for one in found["diagnostics"]]


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("postgres", "SELECT f.a FROM app.t t, app.fn f"),
        ("snowflake", "SELECT a FROM TABLE(information_schema.query_history()) q"),
        ("snowflake", "SELECT f.value AS a FROM t, TABLE(FLATTEN(t.j)) f"),
        ("snowflake", "SELECT seq4() AS a FROM TABLE(GENERATOR(ROWCOUNT => 10))"),
        ("postgres", "SELECT g AS a FROM generate_series(1, 9) g"),
    ],
)
def test_tables_and_known_functions_are_read(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect).keys() == {"a"}


@pytest.mark.parametrize(
    ("dialect", "text", "values", "name"),
    [
        ("postgres", "SELECT f.a FROM app.t t, s.fn(t.x) AS f(a, b)", [["app.t", "x"]], "s.fn"),
        (
            "snowflake",
            "SELECT p.a FROM app.t t, TABLE(ml.score(t.x, t.y)) p",
            [["app.t", "x"], ["app.t", "y"]],
            "ml.score",
        ),
        ("bigquery", "SELECT p.a FROM ds.fn(@d, 7) p", [], "ds.fn"),
        ("snowflake", "SELECT a FROM TABLE(fn(10))", [], "fn"),
    ],
)
def test_a_function_is_no_source_but_a_step_over_its_arguments(
    dialect: str, text: str, values: list[list[str]], name: str
) -> None:
    sources, columns, said = _inspected(text, dialect)
    assert sources == (["app.t"] if values else [])
    assert columns == {"a": values}
    assert said == [f"the rows of the function `{name}` are not known"]


def test_crosstab_spreads_the_values_of_the_query_in_its_string(lineage: Lineage) -> None:
    text = "SELECT * FROM crosstab('select id, k, v from raw.kv') AS c(id int, a int, b int)"
    found = {name: value.split(" | ")[0] for name, value in lineage(text, "postgres").items()}
    assert found == {"id": "raw.kv.id", "a": "raw.kv.v", "b": "raw.kv.v"}


def test_crosstab_of_a_query_that_is_not_written_there(lineage: Lineage) -> None:
    assert lineage("SELECT a FROM crosstab($1) AS c(id int, a int)", "postgres") == {"a": ""}
