"""Column names that are known while lowering: closed headers, and column sets of values."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from feasilint.ir import (
    Aggregate,
    AllOf,
    Apply,
    Both,
    ColumnSet,
    Derive,
    Distinct,
    Filter,
    Inline,
    Join,
    Limit,
    Matching,
    Minus,
    Name,
    Names,
    Output,
    Relation,
    Scan,
    Sort,
    Split,
    Star,
    Union,
    Values,
    Window,
)
from feasilint.ir.expressions import is_dynamic, spelled
from feasilint.ir.relations import inputs

if TYPE_CHECKING:
    from collections.abc import Iterable


def known(columns: ColumnSet) -> tuple[Name, ...] | None:
    """All names of a set in order, None where some can only be known later."""
    match columns:
        case AllOf(relation=relation):
            return header(relation)
        case Names(names=names):
            return names
        case Minus(base=base, names=gone):
            below = known(base)
            return None if below is None else tuple(name for name in below if name not in gone)
        case Matching(base=base, pattern=pattern, negate=negate):
            return _matching(known(base), pattern, negate)
        case Both(parts=parts):
            return _joined(known(part) for part in parts)
        case Values(outputs=outputs):
            return tuple(output.name for output in outputs)
        case _:
            return None


def _matching(names: tuple[Name, ...] | None, pattern: str, negate: bool) -> tuple[Name, ...] | None:
    if names is None:
        return None
    return tuple(name for name in names if (re.search(pattern, spelled(name)) is not None) != negate)


def _joined(parts: Iterable[tuple[Name, ...] | None]) -> tuple[Name, ...] | None:
    names: dict[Name, None] = {}
    for part in parts:
        if part is None:
            return None
        names.update(dict.fromkeys(part))
    return tuple(names)


@lru_cache(maxsize=8192)
def header(relation: Relation) -> tuple[Name, ...] | None:
    """The names of a relation's columns in order, None if it is open. Remembered: relations never change, and asking when
    one is made keeps the way down short."""
    match relation:
        case Scan(columns=names):
            return names
        case Derive(items=items):
            return _joined((i.name,) if isinstance(i, Output) else known(i.columns) for i in items)
        case Inline(outputs=outputs):
            return tuple(output.name for output in outputs)
        case Aggregate(keys=keys, measures=measures):
            return tuple(output.name for output in (*keys, *measures))
        case Window(input=below, measures=measures):
            return _joined((header(below), tuple(o.name for o in measures)))
        case Join():
            return _join(relation)
        case Union(inputs=many):
            return _joined(header(one) for one in many)
        case Apply(columns=columns):
            return known(columns)
        case Filter() | Sort() | Limit() | Split() | Distinct():
            return header(relation.input)
        case _:
            return None


def _join(join: Join) -> tuple[Name, ...] | None:
    left, right = header(join.left), header(join.right)
    if join.kind in ("semi", "anti"):
        return left
    if left is None or right is None:
        return None
    clash = (set(left) & set(right)) - set(join.using)
    first, second = join.suffixes or ("", "")
    marked = [f"{n}{first}" if n in clash else n for n in left] + [f"{n}{second}" if n in clash else n for n in right]
    return tuple(dict.fromkeys(marked))


def narrowed(relation: Relation, gone: tuple[Name, ...]) -> ColumnSet:
    """All columns of a relation but these."""
    whole = AllOf(relation)
    return Minus(whole, gone) if gone else whole


def replacing(relation: Relation, *outputs: Output) -> tuple[Star | Output, ...]:
    """The items of a Derive that passes everything on and computes some columns anew."""
    return (Star(AllOf(relation)), *outputs)


@lru_cache(maxsize=8192)
def holes(relation: Relation) -> tuple[str, ...]:
    """The names with unknown parts, such as `month_{value}`, that a relation's columns may have."""
    if not isinstance(relation, Derive):
        below = inputs(relation)
        return (
            holes(below[0]) if len(below) == 1 else tuple(dict.fromkeys(name for one in below for name in holes(one)))
        )
    items = relation.items
    passing = any(isinstance(item, Star) and not isinstance(item.columns, Names) for item in items)
    passed = holes(relation.input) if passing else ()
    own = (item.name for item in items if isinstance(item, Output))
    return tuple(
        {**dict.fromkeys(passed), **dict.fromkeys(name for name in own if isinstance(name, str) and is_dynamic(name))}
    )


def under_hole(relation: Relation, name: Name) -> Name:
    """The name with an unknown part that stands for this one, if there is such a column; else the name itself."""
    for hole in holes(relation) if isinstance(name, str) and name not in (header(relation) or ()) else ():
        parts = re.split(r"\{[^{}]*\}", hole)
        if sum(map(len, parts)) > 2 and re.fullmatch(".+".join(map(re.escape, parts)), str(name)):
            return hole
    return name
