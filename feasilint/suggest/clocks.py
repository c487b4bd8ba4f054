"""Features that look at the clock, with the time of their row in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Derive, Now, Output
from feasilint.ir.expressions import walk
from feasilint.suggest.bounded import Rewrite
from feasilint.suggest.columns import names_one
from feasilint.suggest.kinds import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.ir import Origin, Program, Relation
    from feasilint.measure.model import Operation


def of_row(clock: Operation, programs: Mapping[str, Program], event_time: str, source: str) -> Rewrite | None:
    """The statement around a look at the clock with the event time of the row in its place; None where it cannot be rewritten, or
    where it is not known that the rows have that time."""
    program = programs.get(clock.place.path)
    if program is None or clock.fragment is None or clock.node is None:
        return None
    below = _below(program, clock.fragment, clock.node)
    if below is None or not names_one(below, event_time, source):
        return None
    kind = KINDS["days_since_first"]
    if program.fragments[clock.fragment].language == "sql":
        from feasilint.suggest.clocks_sql import of_row as in_sql

        code = in_sql(program.fragments[clock.fragment], clock.node, event_time)
        return Rewrite(code, "sql", kind) if code else None
    from feasilint.suggest import libraries

    code = libraries.of_row(program, clock.fragment, clock.node, event_time)
    return Rewrite(code, "python", kind) if code else None


def _below(program: Program, fragment: int, node: int) -> Relation | None:
    """The rows of which a column is made that looks at the clock at a place."""
    for relation in program.relations:
        for item in relation.items if isinstance(relation, Derive) else ():
            for at in _places(item) if isinstance(item, Output) else ():
                if at is not None and (at.fragment, at.node) == (fragment, node):
                    assert isinstance(relation, Derive)
                    return relation.input
    return None


def _places(made: Output) -> Iterator[Origin | None]:
    yield made.origin
    yield from (part.origin for part in walk(made.expression) if isinstance(part, Now))
