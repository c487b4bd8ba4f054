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
    Choice,
    Column,
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
    Pivot,
    Relation,
    Scan,
    Sort,
    Split,
    Star,
    Union,
    Unnest,
    Unpivot,
    Values,
    Window,
)
from feasilint.ir.expressions import is_dynamic, spelled
from feasilint.ir.traversal import inputs

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
        case Window(input=below, measures=extra) | Unnest(input=below, outputs=extra):
            return _joined((header(below), tuple(o.name for o in extra)))
        case Pivot(keys=keys, outputs=outputs, open=False):
            return tuple(output.name for output in (*keys, *outputs))
        case Unpivot(keys=keys, names=names, values=values):
            return tuple(output.name for output in (*keys, names, values))
        case Join():
            return _join(relation)
        case Union(inputs=many) | Choice(inputs=many):
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


@lru_cache(maxsize=8192)
def layout(relation: Relation) -> tuple[Name | None, ...]:
    """The columns of a relation in order, None for any number of unknown ones."""
    match relation:
        case Derive(items=items):
            return _derived(items)
        case Join(left=left, right=right, kind=kind, using=using) if kind not in ("semi", "anti"):
            return _once((*layout(left), *(name for name in layout(right) if name not in using)))
        case Pivot(keys=keys, outputs=outputs):
            return (*(key.name for key in keys), *(o.name for o in outputs if not is_dynamic(o.name)), None)
        case Window(input=below, measures=measures):
            return _once((*layout(below), *(output.name for output in measures)))
        case Filter() | Sort() | Limit() | Split() | Distinct():
            return layout(relation.input)
        case Union(inputs=(first, *_), by="position"):
            return layout(first)
        case Union(inputs=many) | Choice(inputs=many):
            return _once(name for one in many for name in layout(one))
        case Unnest(input=below, outputs=outputs) if None in layout(below):
            return (*_once((*layout(below), *(output.name for output in outputs))), None)
        case _:
            names = header(relation)
            return names if names is not None else (None,)


def _derived(items: tuple[Star | Output, ...]) -> tuple[Name | None, ...]:
    places = _once(
        name for item in items for name in ((item.name,) if isinstance(item, Output) else _set_layout(item.columns))
    )
    renamed = any(isinstance(item, Output) and isinstance(item.expression, Column) for item in items)
    return (*places, None) if renamed and None in places else places  # what is renamed stands among what is not known


def _set_layout(columns: ColumnSet) -> tuple[Name | None, ...]:
    match columns:
        case AllOf(relation=relation):
            return layout(relation)
        case Minus(base=base, names=gone):
            return tuple(name for name in _set_layout(base) if name not in gone)
        case _:
            names = known(columns)
            return names if names is not None else (None,)


def _once(names: Iterable[Name | None]) -> tuple[Name | None, ...]:
    """Each name at its first place; gaps stay."""
    places = list(names)
    first = {name: at for at, name in reversed(list(enumerate(places)))}
    return tuple(name for at, name in enumerate(places) if name is None or first[name] == at)


def aligned(relation: Relation, count: int, without: tuple[Name, ...] = ()) -> list[Name | None]:
    """Which column stands at each of `count` places, as far as that is known: counted from the left and the right of what is
    unknown, and all of them where the known ones are as many."""
    places = [name for name in layout(relation) if name not in without]
    found = [name for name in places if name is not None]
    if len(found) == count:
        return list(found)
    gaps = [at for at, name in enumerate(places) if name is None]
    if len(gaps) == 0 or len(found) > count:
        return [None] * count
    left, right = places[: gaps[0]], places[gaps[-1] + 1 :]
    return [*left, *[None] * (count - len(left) - len(right)), *right]


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
    if isinstance(relation, Pivot):
        return tuple(out.name for out in relation.outputs if isinstance(out.name, str) and is_dynamic(out.name))
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
        certain = ".+" if sum(map(len, parts)) > 2 else r"\d+"  # of `c{i}` only c7 is sure to be one
        if any(parts) and re.fullmatch(certain.join(map(re.escape, parts)), str(name)):
            return hole
    return name
