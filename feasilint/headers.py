"""Which columns a relation has, as far as its inputs, linking and the catalog say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import (
    Aggregate,
    AllOf,
    Apply,
    Both,
    Choice,
    Column,
    ColumnSet,
    Derive,
    Inline,
    Join,
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
    Source,
    Star,
    Union,
    Unnest,
    Unpivot,
    Upsert,
    Values,
    Window,
    Write,
)
from feasilint.ir.expressions import fold, is_dynamic, spelled
from feasilint.ir.kinds import may_be
from feasilint.ir.traversal import inputs
from feasilint.ir.traversal import members as drawn_from

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


class Header(Struct, frozen=True, gc=False):
    """The columns of a relation in order, and the relations from which further, unknown ones may come."""

    names: tuple[Name, ...]
    open: tuple[Relation, ...] = ()


class Headers:
    """The columns of relations within one linked set of programs. `bound`: the writes that a scan reads; `declared`: the columns
    that the catalog states for a source."""

    def __init__(
        self,
        bound: Mapping[Scan, tuple[Write, ...]] | None = None,
        declared: Callable[[Source], tuple[str, ...]] | None = None,
    ) -> None:
        self.bound = bound or {}
        self._declared = declared or (lambda _: ())
        self._headers: dict[Relation, Header] = {}
        self._tables: dict[Relation, Table] = {}
        self._stated_names: dict[Scan, frozenset[str]] = {}

    # --- which columns ---

    def header(self, relation: Relation) -> Header:
        """All columns of a relation."""
        pending = [relation]
        while (
            relation not in self._headers
        ):  # inputs first, without recursion: notebooks make chains of thousands of steps
            top = pending[-1]
            missing = [below for below in self.below(top) if below not in self._headers and below not in pending[-50:]]
            if missing:
                pending.extend(missing)
                continue
            self._headers.setdefault(top, self._header(top) if top not in self._headers else Header(()))
            pending.pop()
        return self._headers[relation]

    def below(self, relation: Relation) -> tuple[Relation, ...]:
        """The relations whose rows the rows of one are made of: of a scan, what other documents have written there."""
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
                matches = matcher(pattern)
                return self._kept(base, lambda name: is_dynamic(name) or matches(spelled(name)) != negate)
            case OfType(base=base, kinds=kinds, negate=negate):  # what the code does not tell, all of them may be
                return self._kept(base, lambda name: self.may_be(base, name, kinds, negate))
            case Both(parts=parts):
                return _joined(self.members(part) for part in parts)
            case Values(outputs=outputs):
                return Header(tuple(output.name for output in outputs))

    def may_be(self, base: ColumnSet, name: Name, kinds: tuple[str, ...], negate: bool) -> bool:
        """Whether a member of a set may have one of these kinds of type."""
        places = list(drawn_from(base)) if kinds else []
        return len(places) != 1 or may_be(Column(places[0], name), kinds, negate)

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
                return Header(names_of(outputs))
            case Aggregate(keys=keys, measures=measures):
                return Header(_unique(names_of(keys) + names_of(measures)))
            case Join():
                return self._join_header(relation)
            case Window(input=below, measures=extra) | Unnest(input=below, outputs=extra):
                return _joined((self.header(below), Header(names_of(extra))))
            case Pivot(keys=keys, outputs=outputs, open=more):
                return Header(_unique(names_of(keys) + names_of(outputs)), (relation,) if more else ())
            case Unpivot(keys=keys, names=names, values=values):
                return Header(_unique((*names_of(keys), names.name, values.name)))
            case Upsert(target=target, outputs=outputs):
                return _joined((self.header(target), Header(names_of(outputs))))
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
        if (writes := self.bound.get(scan)) and scan.columns is None:
            return _joined(self.written(write) for write in writes)
        names = scan.columns if scan.columns is not None else self._declared(scan.source)
        return Header(tuple(names), () if scan.columns is not None or names else (scan,))

    def written(self, write: Write) -> Header:
        """The columns of a write's target, under the target's own names where the statement lists them."""
        names = self.target_names(write)
        return self.header(write.relation) if names is None else Header(names)

    def target_names(self, write: Write) -> tuple[Name, ...] | None:
        """The target's own names for the columns, by position; None where the columns keep theirs.

        An INSERT without a column list fills the declared columns of its target in their order.
        """
        if write.columns is not None or write.target is None or write.mode not in ("insert", "overwrite"):
            return write.columns
        declared = self._declared(write.target) if write.target.kind == "table" else ()
        made = self.header(write.relation)
        by_name = {fold(name) for name in made.names} <= {fold(name) for name in declared}
        return None if made.open or by_name or len(made.names) > len(declared) else declared[: len(made.names)]

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

    def table(self, relation: Relation) -> Table:
        """The columns that the relation itself computes."""
        found = self._tables.get(relation)
        if found is None:
            found = self._tables[relation] = Table(_computed(relation))
        return found


class Table:
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


def names_of(outputs: tuple[Output, ...]) -> tuple[Name, ...]:
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


def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a name matches a regular expression, or contains the text where that is no valid one."""
    try:
        compiled = re.compile(pattern)
    except re.error:
        return lambda text: pattern in text
    return lambda text: compiled.search(text) is not None
