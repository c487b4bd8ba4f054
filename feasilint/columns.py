"""Which columns a relation has, and what each of them is made of: one step of lineage at a time.

Resolution happens here, after linking, because only then it is known which scans read what another document writes and which
columns the catalog declares.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from feasilint.ir import (
    Aggregate,
    AllOf,
    Apply,
    Both,
    Choice,
    Column,
    ColumnSet,
    Derive,
    Distinct,
    Expression,
    Filter,
    Inline,
    Join,
    Limit,
    Matching,
    Minus,
    Name,
    Names,
    OfType,
    Opaque,
    Output,
    Pivot,
    Relation,
    Scan,
    Sort,
    Source,
    Split,
    Star,
    Union,
    Unnest,
    Unpivot,
    Upsert,
    Values,
    Window,
    Write,
)
from feasilint.ir.expressions import spelled
from feasilint.ir.relations import inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Holds(IntEnum):
    """How sure it is that a relation has a column."""

    NO = 0
    UNDECLARED = 1  # the source declares its columns, and not this one
    POSSIBLE = 2  # an open relation
    KNOWN = 3


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a relation in order, and the relations from which further, unknown ones may come."""

    names: tuple[Name, ...]
    open: tuple[Relation, ...] = ()


class Columns:
    """Resolves columns within one linked set of programs. `bound`: the writes that a scan reads; `declared`: the columns
    that the catalog states for a source."""

    def __init__(
        self,
        bound: Mapping[Scan, tuple[Write, ...]] | None = None,
        declared: Callable[[Source], tuple[str, ...]] | None = None,
    ) -> None:
        self.bound = bound or {}
        self._declared = declared or (lambda _: ())
        self._headers: dict[Relation, Header] = {}
        self._tables: dict[Relation, _Table] = {}
        self._names: dict[Scan, frozenset[str]] = {}

    # --- which columns ---

    def header(self, relation: Relation) -> Header:
        """All columns of a relation."""
        pending = [relation]
        while (
            relation not in self._headers
        ):  # inputs first, without recursion: notebooks make chains of thousands of steps
            top = pending[-1]
            missing = [below for below in self._below(top) if below not in self._headers and below not in pending[-50:]]
            if missing:
                pending.extend(missing)
                continue
            self._headers.setdefault(top, self._header(top) if top not in self._headers else Header(()))
            pending.pop()
        return self._headers[relation]

    def _below(self, relation: Relation) -> tuple[Relation, ...]:
        if isinstance(relation, Scan):
            return tuple(write.relation for write in self.bound.get(relation, ()))
        return inputs(relation)

    def members(self, columns: ColumnSet) -> Header:
        """The columns of a set."""
        match columns:
            case AllOf(relation=relation):
                return self.header(relation)
            case Names(names=names):
                return Header(names)
            case Minus(base=base, names=names):
                gone = {fold(name) for name in names}
                return self._kept(base, lambda name: fold(name) not in gone)
            case Matching(base=base, pattern=pattern, negate=negate):
                matcher = _matcher(pattern)
                return self._kept(base, lambda name: matcher(spelled(name)) != negate)
            case OfType(base=base):  # types are not known before the data is: all of them may be meant
                return self.members(base)
            case Both(parts=parts):
                return _joined(self.members(part) for part in parts)
            case Values(outputs=outputs):
                return Header(tuple(output.name for output in outputs))

    def _kept(self, base: ColumnSet, keep: Callable[[Name], bool]) -> Header:
        whole = self.members(base)
        return Header(tuple(name for name in whole.names if keep(name)), whole.open)

    def _header(self, relation: Relation) -> Header:
        match relation:
            case Scan():
                return self._scan_header(relation)
            case Derive(items=items):
                return self._derived(items)
            case Inline(outputs=outputs):
                return Header(_names(outputs))
            case Aggregate(keys=keys, measures=measures):
                return Header(_unique(_names(keys) + _names(measures)))
            case Join():
                return self._join_header(relation)
            case Window(input=below, measures=extra) | Unnest(input=below, outputs=extra):
                return _joined((self.header(below), Header(_names(extra))))
            case Pivot(keys=keys, outputs=outputs, open=more):
                return Header(_unique(_names(keys) + _names(outputs)), (relation,) if more else ())
            case Unpivot(keys=keys, names=names, values=values):
                return Header(_unique((*_names(keys), names.name, values.name)))
            case Upsert(target=target, outputs=outputs):
                return _joined((self.header(target), Header(_names(outputs))))
            case Apply(columns=columns):
                return self.members(columns)
            case Union(inputs=many, by="position"):
                return self.header(many[0]) if many else Header(())
            case Union(inputs=many) | Choice(inputs=many):
                return _joined(self.header(one) for one in many)
            case Opaque():
                return Header((), (relation,))
            case _:
                return self.header(relation.input)

    def _scan_header(self, scan: Scan) -> Header:
        if writes := self.bound.get(scan):
            return _joined(self.written(write) for write in writes)
        names = scan.columns if scan.columns is not None else self._declared(scan.source)
        return Header(tuple(names), () if scan.columns is not None or names else (scan,))

    def written(self, write: Write) -> Header:
        """The columns of a write's target, under the target's own names where the statement lists them."""
        made = self.header(write.relation)
        return made if write.columns is None else Header(write.columns)

    def _derived(self, items: Iterable[Output | Star]) -> Header:
        return _joined(
            Header((item.name,)) if isinstance(item, Output) else self.members(item.columns) for item in items
        )

    def _join_header(self, join: Join) -> Header:
        left = self.header(join.left)
        if join.kind in ("semi", "anti"):
            return left
        right = self.header(join.right)
        if join.suffixes is None:
            return _joined((left, right))
        shared = {fold(name) for name in join.using}
        clash = ({fold(n) for n in left.names} & {fold(n) for n in right.names}) - shared
        mark = [
            tuple(_suffixed(name, suffix) if fold(name) in clash else name for name in side.names)
            for side, suffix in zip((left, right), join.suffixes, strict=True)
        ]
        return Header(_unique(mark[0] + mark[1]), _distinct(left.open + right.open))

    # --- is it there ---

    def holds(self, relation: Relation, name: Name) -> Holds:
        """Whether a relation has a column of this name."""
        relation = self.settle(relation, name)
        if self.table(relation).find(name) is not None:
            return Holds.KNOWN
        return self._holds(relation, name)

    def settle(self, relation: Relation, name: Name) -> Relation:
        """The lowest relation that has the column under the same name, unchanged and beyond doubt the same."""
        while (below := self._through(relation, name)) is not None:
            relation = below
        return relation

    def _through(self, relation: Relation, name: Name) -> Relation | None:
        if isinstance(relation, Filter | Sort | Limit | Split | Distinct):
            return relation.input
        if self.table(relation).find(name) is not None:
            return None
        if isinstance(relation, Window | Unnest):
            return relation.input
        if isinstance(relation, Derive):
            stars = [item.columns for item in relation.items if isinstance(item, Star)]
            return _only(stars[0], name) if len(stars) == 1 else None
        return None

    def _holds(self, relation: Relation, name: Name) -> Holds:
        match relation:
            case Scan():
                return self._scan_holds(relation, name)
            case Derive(items=items):
                return max((self._set_holds(s.columns, name) for s in items if isinstance(s, Star)), default=Holds.NO)
            case Join():
                return max((level for _, _, level in self._sides(relation, name)), default=Holds.NO)
            case Union(inputs=many) | Choice(inputs=many):
                return max((self.holds(one, name) for one in many), default=Holds.NO)
            case Aggregate(input=below):
                return min(self.holds(below, name), Holds.UNDECLARED)
            case Pivot(open=more):
                return Holds.POSSIBLE if more else Holds.NO
            case Apply(columns=columns):
                return self._set_holds(columns, name)
            case Upsert(target=target):
                return self.holds(target, name)
            case Opaque():
                return Holds.POSSIBLE
            case _:
                return Holds.NO

    def _scan_holds(self, scan: Scan, name: Name) -> Holds:
        if writes := self.bound.get(scan):
            return max(self._write_holds(write, name) for write in writes)
        stated = self._stated(scan)
        if fold(name) in stated:
            return Holds.KNOWN
        if scan.columns is not None:
            return Holds.NO
        return Holds.UNDECLARED if stated else Holds.POSSIBLE

    def _stated(self, scan: Scan) -> frozenset[str]:
        """The folded names of all columns that the reader or the catalog states."""
        found = self._names.get(scan)
        if found is None:
            names = scan.columns if scan.columns is not None else self._declared(scan.source)
            found = self._names[scan] = frozenset(map(fold, names))
        return found

    def _write_holds(self, write: Write, name: Name) -> Holds:
        if write.columns is None:
            return self.holds(write.relation, name)
        return Holds.KNOWN if fold(name) in map(fold, write.columns) else Holds.NO

    def _set_holds(self, columns: ColumnSet, name: Name) -> Holds:
        match columns:
            case AllOf(relation=relation):
                return self.holds(relation, name)
            case Names(names=names):
                return Holds.KNOWN if fold(name) in map(fold, names) else Holds.NO
            case Minus(base=base, names=names):
                return Holds.NO if fold(name) in map(fold, names) else self._set_holds(base, name)
            case Matching(base=base, pattern=pattern, negate=negate):
                return self._set_holds(base, name) if _matcher(pattern)(spelled(name)) != negate else Holds.NO
            case OfType(base=base):
                return self._set_holds(base, name)
            case Both(parts=parts):
                return max((self._set_holds(part, name) for part in parts), default=Holds.NO)
            case Values(outputs=outputs):
                return Holds.KNOWN if fold(name) in map(fold, _names(outputs)) else Holds.NO

    # --- what it is made of ---

    def step(self, relation: Relation, name: Name) -> tuple[Expression, ...]:
        """The expressions that give this column, one step down; several where it may be any of them, none at a leaf."""
        if (output := self.table(relation).find(name)) is not None:
            extra = (Column(relation.target, name),) if isinstance(relation, Upsert) else ()
            return (output.expression, *extra)
        match relation:
            case Scan():
                return tuple(self._written_column(write, name) for write in self.bound.get(relation, ()))
            case Derive(items=items):
                return self._from_sets([item.columns for item in items if isinstance(item, Star)], name)
            case Apply(columns=columns):
                return self._from_sets([columns], name)
            case Join():
                return self._from_sides(relation, name)
            case Union(inputs=many, by="position"):
                return self._from_positions(many, name)
            case Union(inputs=many) | Choice(inputs=many):
                return self._from_best([(one, name, self.holds(one, name)) for one in many], Holds.POSSIBLE)
            case Upsert(target=target):
                return (Column(target, name),)
            case Pivot(cells=cells):
                return cells
            case Opaque(inputs=many, values=values):
                return (*(Column(one, name) for one in many), *values)
            case Inline() | Unpivot():
                return ()
            case _:
                return (Column(relation.input, name),)

    def of_set(self, columns: ColumnSet, name: Name) -> tuple[Expression, ...]:
        """The expressions that give this member of a column set."""
        return self._from_sets([columns], name)

    def _written_column(self, write: Write, name: Name) -> Column:
        if write.columns is not None:
            made = self.header(write.relation).names
            at = [fold(column) for column in write.columns].index(fold(name)) if name in write.columns else -1
            if 0 <= at < len(made):
                return Column(write.relation, made[at])
        return Column(write.relation, name)

    def _from_sets(self, sets: list[ColumnSet], name: Name) -> tuple[Expression, ...]:
        ranked = sorted(((self._set_holds(part, name), -at) for at, part in enumerate(sets)), reverse=True)
        best = ranked[0][0] if ranked else Holds.NO
        if best == Holds.NO:
            return ()
        chosen = [sets[-at] for level, at in ranked if level == best]
        return tuple(e for part in (chosen[:1] if best == Holds.KNOWN else chosen) for e in self._member(part, name))

    def _member(self, columns: ColumnSet, name: Name) -> tuple[Expression, ...]:
        match columns:
            case AllOf(relation=relation) | Names(relation=relation):
                return (Column(relation, name),)
            case Minus(base=base) | Matching(base=base) | OfType(base=base):
                return self._member(base, name)
            case Both(parts=parts):
                return self._from_sets(list(parts), name)
            case Values(outputs=outputs):
                return tuple(o.expression for o in outputs if fold(o.name) == fold(name))[-1:]

    def _sides(self, join: Join, name: Name) -> list[tuple[Relation, Name, Holds]]:
        sides = [join.left] if join.kind in ("semi", "anti") else [join.left, join.right]
        plain = [(side, name, self.holds(side, name)) for side in sides]
        if join.suffixes is None or not isinstance(name, str) or max(level for *_, level in plain) == Holds.KNOWN:
            return plain
        cut = [
            (side, bare, self.holds(side, bare))
            for side, suffix in zip(sides, join.suffixes, strict=False)
            if suffix and name.endswith(suffix) and (bare := name[: -len(suffix)])
        ]
        return [found for found in cut if found[2] >= Holds.POSSIBLE] or plain

    def _from_sides(self, join: Join, name: Name) -> tuple[Expression, ...]:
        if fold(name) in map(fold, join.using):
            return (Column(join.left, name), Column(join.right, name))
        sides = self._sides(join, name)
        found = self._from_best(sides, Holds.UNDECLARED)
        if join.suffixes is not None and len(found) > 1 and all(level == Holds.KNOWN for *_, level in sides):
            return found[:1]
        return found

    def _from_best(self, options: list[tuple[Relation, Name, Holds]], least: Holds) -> tuple[Expression, ...]:
        best = max((level for *_, level in options), default=Holds.NO)
        if best < least:
            return ()
        return tuple(Column(relation, name) for relation, name, level in options if level == best)

    def _from_positions(self, inputs: tuple[Relation, ...], name: Name) -> tuple[Expression, ...]:
        headers = [self.header(one) for one in inputs]
        folded = [fold(column) for column in headers[0].names]
        if fold(name) not in folded or any(header.open for header in headers):
            return tuple(Column(one, name) for one in inputs if self.holds(one, name))
        at = folded.index(fold(name))
        return tuple(Column(one, h.names[at]) for one, h in zip(inputs, headers, strict=True) if at < len(h.names))

    def table(self, relation: Relation) -> _Table:
        """The columns that the relation itself computes."""
        found = self._tables.get(relation)
        if found is None:
            found = self._tables[relation] = _Table(_computed(relation))
        return found


def _only(columns: ColumnSet, name: Name) -> Relation | None:
    """The relation whose column of that name is passed on by a set, if the set is all of it but some names."""
    while isinstance(columns, Minus):
        if fold(name) in map(fold, columns.names):
            return None
        columns = columns.base
    return columns.relation if isinstance(columns, AllOf) else None


class _Table:
    """Outputs by name: exactly, else with case folded; the last of a name wins."""

    __slots__ = ("_exact", "_folded")

    def __init__(self, outputs: tuple[Output, ...]) -> None:
        self._exact = {output.name: output for output in outputs}
        self._folded = {fold(output.name): output for output in outputs}

    def find(self, name: Name) -> Output | None:
        return self._exact.get(name) or self._folded.get(fold(name))


def _computed(relation: Relation) -> tuple[Output, ...]:
    match relation:
        case Derive(items=items):
            return tuple(item for item in items if isinstance(item, Output))
        case Inline(outputs=outputs) | Unnest(outputs=outputs) | Upsert(outputs=outputs):
            return outputs
        case Aggregate(keys=keys, measures=measures):
            return keys + measures
        case Window(measures=measures):
            return measures
        case Pivot(keys=keys, outputs=outputs):
            return keys + outputs
        case Unpivot(keys=keys, names=names, values=values):
            return (*keys, names, values)
        case _:
            return ()


def fold(name: Name) -> str:
    """A name as it is compared: quotes gone, case folded."""
    return spelled(name).strip('`"[]').lower()


def _names(outputs: tuple[Output, ...]) -> tuple[Name, ...]:
    return tuple(output.name for output in outputs)


def _unique(names: tuple[Name, ...]) -> tuple[Name, ...]:
    return tuple(dict.fromkeys(names))


def _distinct(relations: tuple[Relation, ...]) -> tuple[Relation, ...]:
    return tuple(dict.fromkeys(relations))


def _joined(headers: Iterable[Header]) -> Header:
    parts = list(headers)
    return Header(
        _unique(tuple(name for part in parts for name in part.names)),
        _distinct(tuple(relation for part in parts for relation in part.open)),
    )


def _suffixed(name: Name, suffix: str) -> Name:
    return name + suffix if isinstance(name, str) else name


def _matcher(pattern: str) -> Callable[[str], bool]:
    try:
        compiled = re.compile(pattern)
    except re.error:
        return lambda text: pattern in text
    return lambda text: compiled.search(text) is not None
