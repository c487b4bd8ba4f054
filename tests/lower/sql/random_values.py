"""Random values, conditions, aggregates and windows over the columns of some rows, for `random_sql`."""

from __future__ import annotations

import random
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

TABLES = {
    "t1": {"id": "int", "g": "int", "x": "int", "y": "int"},
    "t2": {"id": "int", "h": "int", "x": "int", "z": "int"},
    "t3": {"g": "int", "w": "int", "l": "int[]", "s": "struct(p int, q int)"},
}
DDL = "".join(
    f"create table {table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())});\n"
    for table, columns in TABLES.items()
)
Columns = list[tuple[str, str]]  # as a query may write them, each with its type
INTEGERS = ("INTEGER", "BIGINT", "HUGEINT", "int")


class Values:
    """Makes expressions. What DuckDB refuses is thrown away, so that productions need not know all of its rules."""

    def __init__(self, connection: Any, seed: int) -> None:
        self.duckdb = connection
        self.random = random.Random(seed)
        self.ctes: list[tuple[str, str]] = []
        self.outer: list[Columns] = []
        self.made = 0

    # -- helpers

    def pick(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def one_of(self, *makers: Callable[[], str]) -> str:
        return str(self.random.choice(makers)())

    def chance(self, p: float) -> bool:
        return self.random.random() < p

    def name(self, stem: str) -> str:
        self.made += 1
        return f"{stem}{self.made}"

    def with_ctes(self, query: str) -> str:
        if not self.ctes:
            return query
        return "with recursive " + ", ".join(f"{name} as ({text})" for name, text in self.ctes) + " " + query

    def columns(self, query: str) -> list[tuple[str, str]] | None:
        """The columns of a query, or None where DuckDB does not accept it."""
        try:
            rows = self.duckdb.execute("describe " + self.with_ctes(query)).fetchall()
        except Exception:  # whatever DuckDB says: another production then
            return None
        return [(name, kind) for name, kind, *_ in rows]

    def accepted(self, make: Callable[[], str], fallback: str) -> str:
        for _ in range(6):
            text = make()
            if self.columns(text) is not None:
                return text
        return fallback

    # -- values

    def integers(self, columns: Columns) -> list[str]:
        return [name for name, kind in columns if kind in INTEGERS]

    def column(self, columns: Columns) -> str:
        found = self.integers(columns)
        return str(self.random.choice(found)) if found else "1"

    def value(self, columns: Columns, depth: int = 2) -> str:
        """An integer."""
        if depth <= 0 or self.chance(0.3):
            if self.outer and self.outer[-1] and self.chance(0.15):
                return self.column(self.outer[-1])
            return self.column(columns) if self.chance(0.9) else str(self.random.randint(0, 3))
        deeper = partial(self.value, columns, depth - 1)
        where = partial(self.predicate, columns, depth - 1)
        return self.one_of(
            lambda: f"({deeper()} + {deeper()})",
            lambda: f"({deeper()} * {deeper()})",
            lambda: f"coalesce({deeper()}, {deeper()})",
            lambda: f"nullif({deeper()}, {deeper()})",
            lambda: f"greatest({deeper()}, {deeper()})",
            lambda: f"case when {where()} then {deeper()} else {deeper()} end",
            lambda: f"case {deeper()} when {deeper()} then {deeper()} when 2 then {deeper()} end",
            lambda: f"if({where()}, {deeper()}, {deeper()})",
            lambda: f"cast({where()} as int)",
            lambda: f"length({deeper()}::varchar || {deeper()}::varchar)",
            lambda: f"[{deeper()}, {deeper()}][{deeper()} % 2 + 1]",
            lambda: f"{{'p': {deeper()}, 'q': {deeper()}}}.{self.pick('p', 'q')}",
            lambda: f"{{'p': {deeper()}, 'q': {deeper()}}}['{self.pick('p', 'q')}']",
            lambda: f"list_sum([v + {deeper()} for v in [{deeper()}, 2] if v > {deeper()}])::int",
            lambda: f"list_sum(list_transform([{deeper()}, 2], lambda v: v * {deeper()}))::int",
            lambda: f"len(list_filter([{deeper()}, {deeper()}], lambda v: v > {deeper()}))",
            lambda: f"map {{1: {deeper()}, 2: {deeper()}}}[{deeper()}]",
            lambda: f"row({deeper()}, {deeper()})[1]",
            lambda: self.scalar_subquery(columns),
            lambda: self.nested(columns),
        )

    def nested(self, columns: Columns) -> str:
        """An integer out of a list or a struct."""
        for name, kind in self.random.sample(columns, len(columns)):
            if kind.lower() == "struct(p integer, q integer)":
                return f"({name}).{self.pick('p', 'q')}" if self.chance(0.5) else f"{name}['{self.pick('p', 'q')}']"
            if kind.upper() == "INTEGER[]":
                return self.pick(f"{name}[1]", f"len({name})", f"list_max({name})", f"{name}[-1]")
        return self.column(columns)

    def predicate(self, columns: Columns, depth: int = 2) -> str:
        value = partial(self.value, columns, depth - 1)
        if depth <= 0:
            return f"{self.column(columns)} {self.pick('>', '<', '=', '<>', '>=')} {self.pick(value(), '1')}"
        deeper = partial(self.predicate, columns, depth - 1)
        return self.one_of(
            lambda: f"{value()} {self.pick('>', '<', '=', '<>', '>=')} {value()}",
            lambda: f"({deeper()} {self.pick('and', 'or')} {deeper()})",
            lambda: f"not ({deeper()})",
            lambda: f"{value()} is {self.pick('null', 'not null', 'distinct from 1')}",
            lambda: f"{value()} between {value()} and {value()}",
            lambda: f"{value()} in ({value()}, {value()})",
            lambda: f"{value()} {self.pick('', 'not ')}in ({self.single(columns)})",
            lambda: f"{value()} {self.pick('>= any', '< all')} ({self.single(columns)})",
            lambda: f"({value()}, {value()}) = ({value()}, {value()})",
            lambda: f"{self.pick('', 'not ')}exists ({self.single(columns)})",
            lambda: f"list_contains([{value()}, {value()}], {value()})",
        )

    def single(self, outer: Columns) -> str:
        """A query of one integer column, which may look at the row around it."""
        source, columns = self.source(0)
        self.outer.append(outer)
        try:
            return f"select {self.value(columns, 1)} from {source} where {self.predicate(columns, 1)}"
        finally:
            self.outer.pop()

    def scalar_subquery(self, outer: Columns) -> str:
        source, columns = self.source(0)
        self.outer.append(outer)
        try:
            made = f"{self.pick('max', 'sum', 'min', 'count')}({self.value(columns, 1)})"
            return f"(select {made} from {source} where {self.predicate(columns, 1)})::int"
        finally:
            self.outer.pop()

    def aggregate(self, columns: Columns) -> str:
        value = partial(self.value, columns, 1)
        made = self.one_of(
            lambda: f"sum({value()})",
            lambda: "count(*)",
            lambda: f"count(distinct {value()})",
            lambda: f"max({value()})",
            lambda: f"arg_max({value()}, {value()})",
            lambda: f"min_by({value()}, {value()})",
            lambda: f"count_if({self.predicate(columns, 1)})",
            lambda: f"first({value()} order by {value()}, {value()})",
            lambda: f"list({value()} order by {value()}, {value()})[1]",
            lambda: f"quantile_disc({value()}, 0.5)",
            lambda: f"list_sum(list({value()}))",
        )
        bare = made.endswith(")") and not made.startswith("list")
        return f"{made} filter (where {self.predicate(columns, 1)})" if bare and self.chance(0.25) else made

    def windowed(self, columns: Columns, named: str | None) -> str:
        value = partial(self.value, columns, 1)
        function = self.one_of(
            lambda: f"sum({value()})",
            lambda: "count(*)",
            lambda: "row_number()",
            lambda: "rank()",
            lambda: "dense_rank()",
            lambda: "ntile(2)",
            lambda: f"lag({value()})",
            lambda: f"lead({value()}, 1, {value()})",
            lambda: f"first_value({value()})",
            lambda: f"last_value({value()} ignore nulls)",
            lambda: f"nth_value({value()}, 2)",
            lambda: f"max({value()}) filter (where {self.predicate(columns, 1)})",
        )
        if named is not None and self.chance(0.6):
            return f"{function} over {named}" if self.chance(0.6) else f"{function} over ({named} {self.frame()})"
        return f"{function} over ({self.window(columns)} {self.frame()})"

    def window(self, columns: Columns) -> str:
        partition = f"partition by {self.value(columns, 1)}" if self.chance(0.7) else ""
        order = ", ".join(
            self.value(columns, 1) + self.pick("", " desc", " nulls first") for _ in range(self.pick(1, 2, 3))
        )
        return f"{partition} order by {order}"

    def frame(self) -> str:
        return str(
            self.pick(
                "",
                "",
                "rows between 1 preceding and current row",
                "rows between unbounded preceding and 1 following exclude current row",
                "groups between 1 preceding and 1 following",
            )
        )

    def source(self, depth: int) -> tuple[str, Columns]:
        raise NotImplementedError
