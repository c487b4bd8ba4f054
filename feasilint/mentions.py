"""Columns that are known by use: read by name somewhere in a document, of relations that nobody lists the columns of."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from feasilint.budget import STEPS
from feasilint.ir import (
    Aggregate,
    Apply,
    Both,
    Choice,
    Column,
    Derive,
    Distinct,
    Filter,
    Fit,
    Join,
    Matching,
    Minus,
    Names,
    OfType,
    Opaque,
    Output,
    Pivot,
    Scan,
    Sort,
    Star,
    Union,
    Unnest,
    Unpivot,
    Upsert,
    Window,
)
from feasilint.ir.expressions import columns, fold, is_dynamic, spelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.columns import Columns
    from feasilint.ir import ColumnSet, Expression, Name, Program, Relation

Ground: TypeAlias = "Relation | tuple[str, str]"
"""Where an unknown column lies: a source by kind and name, whoever scans it, or a step that could not be read."""
Read: TypeAlias = "tuple[Relation, Name]"
_FAR = 1_000  # steps down to where a column lies


class Mentions:
    """Which columns of open relations a program reads by name."""

    def __init__(self, program: Program, known: Columns) -> None:
        self._known = known
        self._found: dict[Name, dict[frozenset[Ground], None]] = defaultdict(dict)
        end = known.steps + STEPS
        for relation, name in dict.fromkeys(_reads(program)):
            if known.steps > end:
                break
            if _is_name(name) and (grounds := self._grounds(relation, name)):
                self._found[name][grounds] = None

    def of(self, opened: Iterable[Relation]) -> Iterator[Name]:
        """The names that these open relations certainly have between them, in the order in which they are first read."""
        here = {_ground(relation) for relation in opened}
        seen: set[str] = set()
        for name, options in self._found.items():
            if fold(name) not in seen and any(option <= here for option in options):
                seen.add(fold(name))
                yield name

    def lies_elsewhere(self, name: Name, opened: Iterable[Relation], parts: Iterable[Expression]) -> bool:
        """Whether what gives a column of such a name certainly is not where it is read: there it has been left out since."""
        here = {_ground(relation) for relation in opened}
        read = frozenset[Ground]().union(*(option for option in self._found[name] if option <= here))
        found = [self._grounds(part.relation, part.name) for part in parts if isinstance(part, Column)]
        return all(found) and bool(found) and all(read.isdisjoint(grounds) for grounds in found)

    def _grounds(self, relation: Relation, name: Name) -> frozenset[Ground]:
        """Where the column may lie; nowhere, if any step computes it."""
        found: set[Ground] = set()
        pending, seen = [(relation, name)], set[Read]()
        for _ in range(_FAR):
            if not pending:
                break
            relation, name = pending.pop()
            relation = self._known.settle(relation, name)
            if (relation, name) in seen:
                continue
            seen.add((relation, name))
            if self._known.table(relation).find(name) is not None:
                return frozenset()
            below = () if isinstance(relation, Opaque | Pivot) else self._known.step(relation, name)
            pending += [(part.relation, part.name) for part in below if isinstance(part, Column)]
            if not below and self._known.holds(relation, name):
                found.add(_ground(relation))
        return frozenset(found)


class Evidence:
    """Which columns of a source are read of it alone: that decides what a name means in a join with another source."""

    def __init__(self, programs: Iterable[Program], known: Columns) -> None:
        self._found: set[tuple[Ground, str]] = set()
        for program in programs:
            for relation, name in dict.fromkeys(_reads(program)):
                self._found.update((ground, fold(name)) for ground in _scanned(relation, name, known))

    def holds(self, scan: Scan, name: Name) -> bool:
        """Whether a column of this name is read of the source."""
        return (_ground(scan), fold(name)) in self._found


def _scanned(relation: Relation, name: Name, known: Columns) -> Iterator[Ground]:
    """The sources that all rows of a relation are read from, if the column is passed on from them as it is."""
    pending: list[Relation] = [relation]
    seen: set[Relation] = set()
    while pending and len(seen) < _FAR:
        relation = known.settle(pending.pop(), name)
        if relation in seen or known.table(relation).find(name) is not None:
            continue
        seen.add(relation)
        if isinstance(relation, Union | Choice):
            pending.extend(relation.inputs)
        elif isinstance(relation, Scan) and relation.columns is None:
            yield _ground(relation)


def _ground(relation: Relation) -> Ground:
    return (relation.source.kind, fold(relation.source.name)) if isinstance(relation, Scan) else relation


def _is_name(name: Name) -> bool:
    """Whether it is a column's name: a number may mean a row."""
    return not is_dynamic(name) and spelled(name) not in ("", "*") and not spelled(name).isdigit()


# --- what is read ---


def _reads(program: Program) -> Iterator[Read]:
    for relation in program.relations:
        for expression in _expressions(relation):
            yield from ((column.relation, column.name) for column in columns(expression))
        for chosen in _sets(relation):
            yield from _listed(chosen)
    for sink in program.sinks:
        if isinstance(sink, Fit):
            for part in (sink.features, sink.label):
                yield from _listed(part) if part is not None else ()


def _listed(chosen: ColumnSet) -> Iterator[Read]:
    """The names that a set of columns spells out, also those that it leaves out."""
    match chosen:
        case Names(relation=relation, names=names):
            yield from ((relation, name) for name in names)
        case Minus(base=base, names=names):
            below = _below(base)
            yield from ((below, name) for name in names if below is not None)
            yield from _listed(base)
        case Matching(base=base) | OfType(base=base):
            yield from _listed(base)
        case Both(parts=parts):
            for part in parts:
                yield from _listed(part)


def _below(chosen: ColumnSet) -> Relation | None:
    while isinstance(chosen, Minus | Matching | OfType):
        chosen = chosen.base
    return getattr(chosen, "relation", None)


def _sets(relation: Relation) -> Iterator[ColumnSet]:
    if isinstance(relation, Derive):
        yield from (item.columns for item in relation.items if isinstance(item, Star))
    elif isinstance(relation, Apply):
        yield from (relation.columns, relation.state.columns)


def _expressions(relation: Relation) -> tuple[Expression, ...]:
    read = _READ.get(type(relation))
    return read(relation) if read is not None else ()


def _made(outputs: Iterable[Output | Star]) -> tuple[Expression, ...]:
    return tuple(output.expression for output in outputs if isinstance(output, Output))


def _joined(join: Join) -> tuple[Expression, ...]:
    sides = tuple(Column(side, name) for name in join.using for side in (join.left, join.right))
    return sides if join.on is None else (*sides, join.on)


_READ: dict[type, Callable[..., tuple[Expression, ...]]] = {
    Derive: lambda it: _made(it.items),
    Filter: lambda it: (it.predicate,),
    Join: _joined,
    Aggregate: lambda it: _made((*it.keys, *it.measures)),
    Window: lambda it: (*it.partition, *it.order, *_made(it.measures)),
    Distinct: lambda it: (*(it.keys or ()), *it.order),
    Unnest: lambda it: _made(it.outputs),
    Unpivot: lambda it: _made((*it.keys, it.values)),
    Pivot: lambda it: (*_made(it.keys), *it.spread, *it.cells),
    Upsert: lambda it: _made(it.outputs),
    Sort: lambda it: it.keys,
    Opaque: lambda it: it.values,
}
