"""Lineage is complete: whatever changes a column of a result when it is executed, is among the edges of that column."""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING, Any

import pytest
from random_sql import DDL, TABLES, Grammar

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Iterator

duckdb = pytest.importorskip("duckdb")

STATEMENTS = 80
ROWS = 7
WHOLE_ROWS = re.compile(r"select distinct (?!on)|union(?! all)|intersect|except|recursive \w+\(|\(unpivot ")
"""What is decided by whole rows (DISTINCT, set operations, rows without any value in UNPIVOT) or by the steps before (recursion)
is no edge of single columns; the tables must be known."""
ONE_FOR_EACH = re.compile(r"\w\(columns\(|columns\([^)]*\) \+|m_.0")
"""An expression over COLUMNS(…) is one column here, and one for each in DuckDB."""

Place = tuple[str, str]


def cell(kind: str, dice: random.Random) -> str:
    if kind == "int[]":  # always as long: how many rows a list becomes is no edge
        return f"[{dice.randint(0, 3)}, {dice.randint(0, 3)}]"
    if dice.random() < 0.12:
        return "null"
    return str(dice.randint(0, 3)) if kind == "int" else f"{{'p': {dice.randint(0, 3)}, 'q': {dice.randint(0, 3)}}}"


class Data:
    """Schemas with the three tables each: as they are, in another order, and with one column that differs."""

    def __init__(self, connection: Any, sets: int = 2) -> None:
        self.duckdb = connection
        self.sets = [self._set(f"s{at}", random.Random(at)) for at in range(sets)]

    def _set(self, name: str, dice: random.Random) -> tuple[str, str, dict[Place, str]]:
        rows = {
            table: [[cell(kind, dice) for kind in columns.values()] for _ in range(ROWS)]
            for table, columns in TABLES.items()
        }
        base = self._schema(name, rows)
        mixed = self._schema(f"{name}_mixed", {table: dice.sample(some, ROWS) for table, some in rows.items()})
        changed: dict[Place, str] = {}
        for table, columns in TABLES.items():
            for at, (column, kind) in enumerate(columns.items()):
                other = [[*row[:at], cell(kind, dice), *row[at + 1 :]] for row in rows[table]]
                changed[table, column] = self._schema(f"{name}_{table}_{column}", {**rows, table: other})
        return base, mixed, changed

    def _schema(self, name: str, tables: dict[str, list[list[str]]]) -> str:
        self.duckdb.execute(f"create schema {name}; set schema = '{name}'; {DDL}")
        for table, rows in tables.items():
            self.duckdb.execute(f"insert into {table} values " + ", ".join(f"({', '.join(row)})" for row in rows))
        return name

    def run(self, schema: str, script: str) -> tuple[list[str], list[list[str]]]:
        """The names of the columns of a script's last query, and the values of each in any order."""
        self.duckdb.execute(f"set schema = '{schema}'; begin")
        try:
            result = self.duckdb.execute(script)
            names, rows = [column[0] for column in result.description], result.fetchall()
        finally:
            self.duckdb.execute("rollback")
        return names, [sorted(repr(row[at]) for row in rows) for at in range(len(names))]

    def observed(self, script: str) -> tuple[list[str], list[set[Place]]] | None:
        """What changes each column of the result; None where the order of the rows does, too, or an error comes up."""
        made: list[set[Place]] = []
        names: list[str] = []
        try:
            for base, mixed, changed in self.sets:
                names, values = self.run(base, script)
                made = made or [set() for _ in names]
                if self.run(mixed, script) != (names, values):
                    return None
                for place, schema in changed.items():
                    for at, other in enumerate(self.run(schema, script)[1]):
                        if other != values[at]:
                            made[at].add(place)
        except duckdb.Error:
            return None
        return names, made


@pytest.fixture(scope="module")
def data() -> Iterator[Data]:
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        made = Data(connection)
        connection.execute(f"create schema grammar; set schema = 'grammar'; {DDL}")
        yield made


def edges(column: dict[str, Any]) -> set[Place]:
    listed = (*column["value"], *column["maybe"], *column["indirect"])
    return {(table, name.split(".")[0]) for table, name, *_ in listed}


@pytest.mark.parametrize("seed", range(STATEMENTS))
def test_what_changes_a_column_is_among_its_edges(data: Data, seed: int) -> None:
    data.duckdb.execute("set schema = 'grammar'")
    script = Grammar(data.duckdb, seed).script()
    observed = data.observed(script)
    if observed is None:
        return
    names, changing = observed
    found = inspect_source(DDL + script, kind="sql", dialect="duckdb")
    assert not found["diagnostics"], script
    columns = [column for column in found["columns"] if column["target"] is None]
    folded = [name.lower() for name in names]
    if len(set(folded)) < len(folded) or ONE_FOR_EACH.search(script):
        known = [set().union(*map(edges, columns))] * len(names)
    else:
        assert [column["name"].lower() for column in columns] == folded, script
        known = list(map(edges, columns))
    sources = {source["name"] for source in found["sources"]}
    for name, needed, have in zip(names, changing, known, strict=True):
        missing = {(t, c) for t, c in needed - have if not WHOLE_ROWS.search(script) or t not in sources}
        assert not missing, f"{name} misses {sorted(missing)} in\n{script}"


def test_edges_of_projections_matter(data: Data) -> None:
    """Of the columns that a projection is said to be made of, most change it: it names no others."""
    said = real = 0
    for seed in range(STATEMENTS):
        data.duckdb.execute("set schema = 'grammar'")
        grammar = Grammar(data.duckdb, seed)
        item = grammar.value([(name, "int") for name in ("id", "g", "x", "y")])
        script = f"select {item} as o from t1"
        observed = data.observed(script)
        if observed is None:
            continue
        (column,) = inspect_source(DDL + script, kind="sql", dialect="duckdb")["columns"]
        said += len(edges(column))
        real += len(edges(column) & observed[1][0])
        assert all(table == "t1" or "select" in item for table, _ in edges(column))
    assert real > said * 0.7, f"{real} of {said}"
