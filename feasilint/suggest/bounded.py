"""The bounded form of an unbounded aggregation, in the language and dialect of the code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from feasilint.ir import Aggregate, Measure, Window, Write
from feasilint.ir.expressions import fold
from feasilint.suggest.columns import may_have

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feasilint.ir import Fragment, Program, Relation
    from feasilint.measure.model import Aggregation

_WHOLE = re.compile(r"(?i)(?<![a-z])(life_?time|all_?time|overall|to_date|ever)(?![a-z])")


class Bound(Struct, frozen=True):
    """The window to give an aggregation: `days` of `event_time`. `running`: it is computed per row, over the rows before it.
    `source`: the physical name of what it reads. `lacking`: tables that are known not to have it, by the last part of
    their names."""

    days: int
    event_time: str
    running: bool = False
    source: str = ""
    lacking: frozenset[str] = frozenset()

    def named(self, name: str) -> str:
        """A column's name with the window in it: `n_txn_365d` for `n_txn`, `txn_count_365d` for `txn_count_lifetime`."""
        suffix = f"{self.days}D" if name.isupper() else f"{self.days}d"
        if suffix in name:
            return name
        rest = re.sub("__+", "_", _WHOLE.sub("", name)).strip("_")
        return f"{rest or 'value'}_{suffix}"


class Rewrite(Struct, frozen=True):
    """Code to paste."""

    code: str
    language: Literal["sql", "python"]


def bounded(aggregation: Aggregation, programs: Mapping[str, Program], bound: Bound) -> Rewrite | None:
    """The statement around an aggregation with the bound in it; None where it cannot be rewritten."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return None
    fragment = program.fragments[aggregation.fragment]
    bound = replace(bound, lacking=_lacking(programs.values(), bound.event_time))
    code = _sql(fragment, aggregation, bound) if fragment.language == "sql" else _python(program, aggregation, bound)
    return Rewrite(code, fragment.language) if code else None


def _lacking(programs: Iterable[Program], event_time: str) -> frozenset[str]:
    """Tables that scanned documents write without the event time, by the last part of their names."""
    return frozenset(
        fold(sink.target.name.rsplit(".", 1)[-1])
        for program in programs
        for sink in program.sinks
        if isinstance(sink, Write) and sink.target is not None and not _writes(sink, event_time)
    )


def _writes(write: Write, column: str) -> bool:
    if write.columns is not None:
        return fold(column) in map(fold, write.columns)
    return may_have(write.relation, column)


def _input(program: Program, aggregation: Aggregation) -> Relation | None:
    """The relation whose rows are aggregated."""
    at = (aggregation.fragment, aggregation.node)
    for relation in program.relations:
        if isinstance(relation, Aggregate | Window):
            origins = (
                output.expression.origin for output in relation.measures if isinstance(output.expression, Measure)
            )
            if any(origin is not None and (origin.fragment, origin.node) == at for origin in origins):
                return relation.input
    return None


def _sql(fragment: Fragment, aggregation: Aggregation, bound: Bound) -> str | None:
    from feasilint.lower.sql.nodes import nodes
    from feasilint.suggest.sql import rewrite

    found = nodes(fragment)
    assert aggregation.node is not None
    return rewrite(found[aggregation.node], fragment, bound) if aggregation.node < len(found) else None


def _python(program: Program, aggregation: Aggregation, bound: Bound) -> str | None:
    from feasilint.suggest.pandas import rewrite

    rows = _input(program, aggregation)
    if rows is not None and not may_have(rows, bound.event_time):
        return None
    assert aggregation.node is not None
    assert aggregation.fragment is not None
    return rewrite(program, aggregation.fragment, aggregation.node, bound)
