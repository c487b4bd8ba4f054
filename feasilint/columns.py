"""What each column is made of, one step of lineage at a time.

Resolution happens after linking, because only then it is known which scans read what another document writes and which
columns the catalog declares.
"""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.headers import Headers, matcher, names_of
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
from feasilint.ir.expressions import fold, spelled
from feasilint.link import APPENDING


class Holds(IntEnum):
    """How sure it is that a relation has a column."""

    NO = 0
    UNDECLARED = 1  # the source declares its columns, and not this one
    SPREAD = 2  # values of the data are names there, and this may be one
    POSSIBLE = 3  # an open relation
    READ = 4  # an open relation, of which it is read elsewhere
    KNOWN = 5


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_LONGEST = 10_000  # steps of one column's way; ends what cannot end


class _Passing(Struct, frozen=True, gc=False):
    """Every column of `below` but these (folded) is passed on under its name."""

    below: Relation
    without: frozenset[str]


class _Tree(Struct, frozen=True, gc=False):
    """Joins of joins: what they put together, and the (folded) names that any of them merges."""

    sides: tuple[Relation, ...]
    using: frozenset[str]


class Columns(Headers):
    """Resolves columns within one linked set of programs. `read`: whether the code reads a column of a source that lists none.
    `steps`: how much has been done so far."""

    def __init__(
        self,
        bound: Mapping[Scan, tuple[Write, ...]] | None = None,
        declared: Callable[[Source], tuple[str, ...]] | None = None,
        read: Callable[[Scan, Name], bool] | None = None,
    ) -> None:
        super().__init__(bound, declared)
        self._read = read or (lambda *_: False)
        self._held: dict[tuple[Relation, Name], Holds] = {}
        self._passings: dict[Relation, _Passing | None] = {}
        self._trees: dict[Join, _Tree] = {}
        self._steps: dict[tuple[Relation, Name], tuple[Expression, ...]] = {}
        self._settled: dict[tuple[Relation, Name], Relation] = {}
        self._folded: dict[ColumnSet, frozenset[str]] = {}
        self.steps = 0

    # --- is it there ---

    def holds(self, relation: Relation, name: Name) -> Holds:
        """Whether a relation has a column of this name."""
        relation = self.settle(relation, name)
        key = (relation, name)
        found = self._held.get(key)
        if found is None:
            self._held[key] = Holds.NO  # ends cycles
            self.steps += 1
            known = self.table(relation).find(name) is not None
            found = self._held[key] = Holds.KNOWN if known else self._holds(relation, name)
        return found

    def settle(self, relation: Relation, name: Name) -> Relation:
        """The lowest relation that has the column under the same name, unchanged and beyond doubt the same."""
        key = (relation, name)
        found = self._settled.get(key)
        if found is None:
            found = self._settled[key] = self._settle(relation, fold(name))
        return found

    def _settle(self, relation: Relation, folded: str) -> Relation:
        known = self._passings
        while True:
            if relation not in known:
                known[relation] = passing(relation)
            passed = known[relation]
            if passed is None or folded in passed.without:
                return relation
            relation = passed.below

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
                return Holds.SPREAD if more else Holds.NO
            case Apply(columns=columns):
                return self._set_holds(columns, name)
            case Upsert(target=target):
                return self.holds(target, name)
            case Opaque():
                return Holds.POSSIBLE
            case _:
                return Holds.NO

    def _scan_holds(self, scan: Scan, name: Name) -> Holds:
        writes = self.bound.get(scan)
        if writes and scan.columns is None:
            held = max(self._write_holds(write, name) for write in writes)
            return max(held, Holds.POSSIBLE) if self.grown(scan) else held
        stated = self._stated(scan)
        if fold(name) in stated:
            return Holds.KNOWN
        if scan.columns is not None:
            return Holds.NO
        if stated:
            return Holds.UNDECLARED
        return Holds.READ if self._read(scan, name) else Holds.POSSIBLE

    def grown(self, scan: Scan) -> bool:
        """Whether all that is known of a table is what has been added to it: it was there before, with other columns, too."""
        return all(write.mode in APPENDING for write in self.bound.get(scan, ()))

    def _stated(self, scan: Scan) -> frozenset[str]:
        """The folded names of all columns that the reader or the catalog states."""
        found = self._stated_names.get(scan)
        if found is None:
            names = scan.columns if scan.columns is not None else self._declared(scan.source)
            found = self._stated_names[scan] = frozenset(map(fold, names))
        return found

    def _write_holds(self, write: Write, name: Name) -> Holds:
        names = self.target_names(write)
        if names is None:
            return self.holds(write.relation, name)
        return Holds.KNOWN if fold(name) in map(fold, names) else Holds.NO

    def _set_holds(self, columns: ColumnSet, name: Name) -> Holds:
        match columns:
            case AllOf(relation=relation):
                return self.holds(relation, name)
            case Names(names=names):
                return Holds.KNOWN if fold(name) in self._folded_names(columns, names) else Holds.NO
            case Minus(base=base, names=names):
                return Holds.NO if fold(name) in self._folded_names(columns, names) else self._set_holds(base, name)
            case Matching(base=base, pattern=pattern, negate=negate):
                return self._set_holds(base, name) if matcher(pattern)(spelled(name)) != negate else Holds.NO
            case OfType(base=base, kinds=kinds, negate=negate):
                return self._set_holds(base, name) if self.may_be(base, name, kinds, negate) else Holds.NO
            case Both(parts=parts):
                return max((self._set_holds(part, name) for part in parts), default=Holds.NO)
            case Values(outputs=outputs):
                return Holds.KNOWN if fold(name) in self._folded_names(columns, names_of(outputs)) else Holds.NO

    def _folded_names(self, columns: ColumnSet, names: tuple[Name, ...]) -> frozenset[str]:
        """The names that a set lists: each of hundreds of columns is looked for in them."""
        found = self._folded.get(columns)
        if found is None:
            found = self._folded[columns] = frozenset(map(fold, names))
        return found

    # --- what it is made of ---

    def step(self, relation: Relation, name: Name) -> tuple[Expression, ...]:
        """The expressions that give this column, one step down; several where it may be any of them, none at a leaf."""
        key = (relation, name)
        found = self._steps.get(key)
        if found is None:
            self.steps += 1
            found = self._steps[key] = self._step(relation, name)
        return found

    def _step(self, relation: Relation, name: Name) -> tuple[Expression, ...]:
        if (output := self.table(relation).find(name)) is not None:
            extra = (Column(relation.target, name),) if isinstance(relation, Upsert) else ()
            return (output.expression, *extra)
        match relation:
            case Scan():
                writes = [write for write in self.bound.get(relation, ()) if self._write_holds(write, name)]
                return tuple(self._written_column(write, name) for write in writes)
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

    def definition(self, relation: Relation, name: Name) -> tuple[Relation, Output | None]:
        """Where a column is computed: through every step, scan of a written table and renaming that merely passes it on. None for
        the output: it is read there, or comes from more than one place."""
        for _ in range(_LONGEST):
            relation = self.settle(relation, name)
            made = self.table(relation).find(name)
            below = (made.expression,) if made is not None else self.step(relation, name)
            if len(below) != 1 or not isinstance(below[0], Column):
                return relation, made
            relation, name = below[0].relation, below[0].name
        return relation, None

    def of_set(self, columns: ColumnSet, name: Name) -> tuple[Expression, ...]:
        """The expressions that give this member of a column set."""
        return self._from_sets([columns], name)

    def _written_column(self, write: Write, name: Name) -> Column:
        made = self.header(write.relation).names
        for target, source in zip(self.target_names(write) or (), made, strict=False):
            if fold(target) == fold(name):
                return Column(write.relation, source)
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
        sides = self._tables_of(join, name) if join.suffixes is None else _sides(join)
        plain = [(side, name, self.holds(side, name)) for side in sides]
        if self._clash(join, name, plain):  # both are renamed, but for a side without a suffix
            kept = zip(plain, join.suffixes or (), strict=True)
            return [found for found, suffix in kept if not suffix] or [(join.left, name, Holds.NO)]
        if join.suffixes is None or not isinstance(name, str) or max(level for *_, level in plain) == Holds.KNOWN:
            return plain
        cut = [
            (side, bare, self.holds(side, bare))
            for side, suffix in zip(sides, join.suffixes, strict=False)
            if suffix and name.endswith(suffix) and (bare := name[: -len(suffix)])
        ]
        return [found for found in cut if found[2] >= Holds.POSSIBLE] or plain

    def _tables_of(self, join: Join, name: Name) -> tuple[Relation, ...]:
        """Everything that SQL's joins below this one put together: no column is carried from join to join through hundreds."""
        tree = self._trees.get(join)
        if tree is None:
            tree = self._trees[join] = _tree(join)
        return _sides(join) if fold(name) in tree.using else tree.sides

    def _clash(self, join: Join, name: Name, plain: list[tuple[Relation, Name, Holds]]) -> bool:
        known = len(plain) == 2 and all(level == Holds.KNOWN for *_, level in plain)
        return known and join.suffixes is not None and fold(name) not in map(fold, join.using)

    def _from_sides(self, join: Join, name: Name) -> tuple[Expression, ...]:
        if fold(name) in map(fold, join.using):
            both = (join.left, join.right)
            keeping = {"left": both[:1], "right": both[1:]} if join.suffixes is not None else {}
            return tuple(Column(side, name) for side in keeping.get(join.kind, both))
        return self._from_best(self._sides(join, name), Holds.UNDECLARED)

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


def _sides(join: Join) -> tuple[Relation, ...]:
    return (join.left,) if join.kind in ("semi", "anti") else (join.left, join.right)


def _tree(join: Join) -> _Tree:
    sides: list[Relation] = []
    shared = set(join.using)
    pending = [*reversed(_sides(join))]
    while pending:
        side = pending.pop()
        if isinstance(side, Join) and side.suffixes is None:
            shared.update(side.using)
            pending.extend(reversed(_sides(side)))
        else:
            sides.append(side)
    return _Tree(tuple(sides), frozenset(map(fold, shared)))


def passing(relation: Relation) -> _Passing | None:
    """What a relation passes on, if all that it passes on comes from one other relation."""
    match relation:
        case Filter(input=below) | Sort(input=below) | Limit(input=below) | Split(input=below) | Distinct(input=below):
            return _Passing(below, frozenset())
        case Window(input=below, measures=own) | Unnest(input=below, outputs=own):
            return _Passing(below, frozenset(map(fold, names_of(own))))
        case Derive(items=items):
            stars = [item.columns for item in items if isinstance(item, Star)]
            own = tuple(item for item in items if isinstance(item, Output))
            return _rest(stars[0], frozenset(map(fold, names_of(own)))) if len(stars) == 1 else None
        case _:
            return None


def _rest(columns: ColumnSet, without: frozenset[str]) -> _Passing | None:
    while isinstance(columns, Minus):
        without |= frozenset(map(fold, columns.names))
        columns = columns.base
    return _Passing(columns.relation, without) if isinstance(columns, AllOf) else None
