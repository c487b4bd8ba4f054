"""SQL as the relations it is lowered to, one line each, so that tests can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from feasilint import inspect_source
from feasilint.documents.read import read
from feasilint.ir import (
    Aggregate,
    AllOf,
    Call,
    Column,
    Derive,
    Filter,
    Fit,
    Hole,
    Inline,
    Interval,
    Join,
    Literal,
    Measure,
    Minus,
    Names,
    Now,
    Opaque,
    Output,
    Param,
    Pivot,
    Scan,
    Shift,
    Sort,
    Subquery,
    Unnest,
    Unpivot,
    Upsert,
    Window,
    Write,
)
from feasilint.ir.traversal import inputs
from feasilint.lower.options import Options
from feasilint.lower.sql import lower_document

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import ColumnSet, Expression, Program, Relation, Star

    Lower = Callable[..., Program]
    Outline = Callable[..., list[str]]
    Lineage = Callable[..., dict[str, str]]


class Speller:
    """Spells IR nodes; relations are numbered in the order of the program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.names = {relation: f"r{at}" for at, relation in enumerate(program.relations)}

    def expression(self, e: Expression) -> str:
        match e:
            case Column():
                return f"{self.names.get(e.relation, '?')}.{e.name}"
            case Literal(value=Interval() as length):
                return length.iso
            case Literal():
                return str(e.value)
            case Param():
                return f":{e.name}"
            case Hole():
                return f"hole {e.text}"
            case Now():
                return "now"
            case Call():
                return f"{e.function}({self.list(e.args)})"
            case Subquery():
                return f"{e.function} {self.names.get(e.relation, '?')}({self.list(e.args)})"
            case Measure():
                return f"{e.function}({self.list(e.args)})" + (f" where {self.expression(e.where)}" if e.where else "")
            case Shift():
                return f"shift({self.expression(e.arg)}, {e.n})"

    def list(self, expressions: tuple[Expression, ...]) -> str:
        return ", ".join(map(self.expression, expressions))

    def item(self, item: Output | Star) -> str:
        if isinstance(item, Output):
            return f"{item.name} = {self.expression(item.expression)}"
        return f"*{self.columns(item.columns)}"

    def columns(self, columns: ColumnSet) -> str:
        match columns:
            case AllOf(relation=relation):
                return self.names.get(relation, "?")
            case Names(relation=relation, names=names):
                return f"{self.names.get(relation, '?')}{list(names)}"
            case Minus(base=base, names=names):
                return f"{self.columns(base)} without {', '.join(map(str, names))}"
            case _:
                return type(columns).__name__

    def items(self, items: tuple[Output | Star, ...]) -> str:
        return "; ".join(map(self.item, items))

    def detail(self, relation: Relation) -> str:
        match relation:
            case Scan(source=source):
                return source.name if source.kind == "table" else f"{source.kind} {source.name}"
            case Derive(items=items):
                return self.items(items)
            case Filter(predicate=predicate, role=role):
                return f"{role}: {self.expression(predicate)}"
            case Join(kind=kind, on=on, using=using):
                return (
                    f"{kind}"
                    + (f" on {self.expression(on)}" if on else "")
                    + (f" using {list(using)}" if using else "")
                )
            case Aggregate(keys=keys, measures=measures):
                return f"by {self.items(keys)} | {self.items(measures)}"
            case Window(partition=partition, order=order, frame=frame, measures=measures):
                ends = f"{frame.unit} {frame.start}..{frame.end}" if frame else "no frame"
                return f"by {self.list(partition)} order {self.list(order)} {ends} | {self.items(measures)}"
            case Unnest(outputs=outputs) | Inline(outputs=outputs):
                return self.items(outputs)
            case Upsert(outputs=outputs, on=on):
                return f"on {self.expression(on) if on else None} | {self.items(outputs)}"
            case Pivot(outputs=outputs, spread=spread):
                return f"over {self.list(spread)} | {self.items(outputs)}"
            case Unpivot(names=names, values=values):
                return f"{self.item(names)}; {self.item(values)}"
            case Sort(keys=keys):
                return self.list(keys)
            case Opaque(reason=reason):
                return reason
            case _:
                return ""

    def relation(self, relation: Relation) -> str:
        below = ", ".join(self.names.get(one, "?") for one in inputs(relation))
        return f"{self.names[relation]} {type(relation).__name__}({below}) {self.detail(relation)}".rstrip()

    def lines(self) -> list[str]:
        lines = [self.relation(relation) for relation in self.program.relations]
        for sink in self.program.sinks:
            match sink:
                case Write(relation=relation, target=target, mode=mode, columns=columns):
                    named = f" {list(columns)}" if columns else ""
                    mark = " temporary" if sink.temporary else ""
                    lines.append(f"{mode} {target.name if target else '-'} {self.names[relation]}{named}{mark}")
                case Fit(estimator=estimator, features=features, label=label):
                    lines.append(f"fit {estimator} {self.columns(features)} -> {self.columns(label) if label else '-'}")
        return lines + [f"{said.kind}: {said.message}" for said in self.program.diagnostics]


@pytest.fixture
def lower() -> Lower:
    """The program of a SQL text."""

    def lowered(text: str, dialect: str | None = "", path: str = "query.sql") -> Program:
        return lower_document(read(path, text.encode()), Options(dialect))

    return lowered


@pytest.fixture
def outline(lower: Lower) -> Outline:
    """The relations and sinks of a SQL text, a line each."""

    def outlined(text: str, dialect: str | None = "", path: str = "query.sql") -> list[str]:
        return Speller(lower(text, dialect, path)).lines()

    return outlined


@pytest.fixture
def item(lower: Lower) -> Callable[..., str]:
    """The first select item of a query over the table t, spelled; t is r0."""

    def spelled(text: str, dialect: str | None = "") -> str:
        program = lower(f"SELECT {text} AS x FROM t", dialect)
        assert not program.diagnostics, program.diagnostics
        derive = next(relation for relation in reversed(program.relations) if isinstance(relation, Derive))
        made = derive.items[0]
        assert isinstance(made, Output)
        return Speller(program).expression(made.expression)

    return spelled


def _edges(column: dict[str, Any]) -> str:
    """`t.a t.b | where t.c`, what may be meant with a question mark."""
    value = [".".join(pair) for pair in column["value"]] + [".".join(pair) + "?" for pair in column["maybe"]]
    indirect = [f"{role} {table}.{name}" for table, name, role in column["indirect"]]
    return " ".join(value) + (" | " + ", ".join(sorted(indirect)) if indirect else "")


@pytest.fixture
def lineage() -> Lineage:
    """The columns that a SQL text makes, each with what it comes from; a schema is a catalog's `{table: columns}`."""

    def traced(text: str, dialect: str = "", schema: dict[str, list[str]] | None = None) -> dict[str, str]:
        tables = [
            {"name": name, "columns": {column: {} for column in columns}} for name, columns in (schema or {}).items()
        ]
        found = inspect_source(text, kind="sql", dialect=dialect, catalog={"version": 1, "sources": tables})
        assert not found["diagnostics"], found["diagnostics"]
        targets = {column["target"] for column in found["columns"]}
        several = len(targets) > 1
        return {
            f"{column['target']}.{column['name']}" if several else column["name"]: _edges(column)
            for column in found["columns"]
        }

    return traced
