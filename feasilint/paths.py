"""Paths: through which steps a column comes from one of its leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import Name, Relation, Scan
from feasilint.ir.expressions import spelled
from feasilint.trace import Leaf, referenced

if TYPE_CHECKING:
    from feasilint.ir import Origin
    from feasilint.trace import Key, Tracer


class Step(NamedTuple):
    """One station on the way from a column to a leaf: what the column is called there and where it is made."""

    name: str
    relation: Relation
    origin: Origin | None


class Paths:
    """Finds paths with memory; one per tracer."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._columns = tracer.columns
        self._ways: dict[Key, dict[Leaf, Key]] = {}
        self._firsts: dict[tuple[Relation, Scan], Scan | None] = {}

    def path(self, relation: Relation, name: Name, leaf: Leaf) -> tuple[Step, ...]:
        """The way from a column to one of its leaves, shortest first where there are several."""
        steps: list[Step] = []
        at: Key | None = (relation, name, ())
        seen: set[Key] = set()
        while at is not None and at not in seen:
            seen.add(at)
            self._columns.steps += 1
            here, column, path = self._columns.settle(*at[:2]), at[1], at[2]
            output = self._columns.table(here).find(column)
            if output is not None or isinstance(here, Scan):
                steps.append(Step(spelled(column), here, output.origin if output is not None else here.origin))
            at = self._toward((here, column, path), leaf)
        return tuple(steps)

    def _toward(self, key: Key, leaf: Leaf) -> Key | None:
        """The next column on the way to the leaf: through its value if it is there, else through what it depends on."""
        ways = self._ways.get(key)
        if ways is None:
            ways = self._ways[key] = self._branches(key)
        return ways.get(leaf) or self._toward_rows(key[0], leaf)

    def _branches(self, key: Key) -> dict[Leaf, Key]:
        """The next column on the way to every leaf that is below one."""
        ways: dict[Leaf, Key] = {}
        options = [column for e in self._tracer.step(*key) for column in referenced(e)]
        traced = [(self._tracer.expression(column), (column.relation, column.name, column.path)) for column in options]
        for trace, below in traced:
            ways.update((leaf, below) for leaf in trace.value if leaf not in ways)
        for trace, below in traced:
            ways.update((leaf, below) for leaf, _ in trace.own if leaf not in ways)
        return ways

    def _toward_rows(self, relation: Relation, leaf: Leaf) -> Key | None:
        """The next scan on the shortest way down through whole relations."""
        sought = (relation, leaf.scan)
        if sought not in self._firsts:
            self._firsts[sought] = self._first_scan(*sought)
        first = self._firsts[sought]
        if first is not leaf.scan:
            return (first, "*", ()) if first is not None else None
        return first, leaf.column, tuple(leaf.path.split(".")) if leaf.path else ()

    def _first_scan(self, top: Relation, scan: Scan) -> Scan | None:
        """The first scan on the shortest way down to another; None where there is no way."""
        above: dict[Relation, Relation] = {}
        pending = [top]
        for here in pending:
            if here is scan and here is not top:
                return _uppermost(scan, top, above)
            self._columns.steps += 1
            for below in self._columns.below(here):
                if below not in above and below is not top:
                    above[below] = here
                    pending.append(below)
        return None


def _uppermost(scan: Scan, top: Relation, above: dict[Relation, Relation]) -> Scan:
    first, here = scan, above[scan]
    while here is not top:
        first, here = here if isinstance(here, Scan) else first, above[here]
    return first
