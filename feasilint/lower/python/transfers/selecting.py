"""Selectors of columns: by name, pattern, place or type, and what sets of them mean over a relation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Both, Derive, Matching, Minus, Names, OfType, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.comprehensions import kinds_of
from feasilint.lower.python.transfers.lazy import items_in, made

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import ColumnSet, Name, Output, Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

_FORMS = {"starts_with": "^(?:{})", "ends_with": "(?:{})$", "contains": "(?:{})", "matches": "(?:{})"}


def by_form(form: str) -> Transfer:
    """`cs.starts_with('a_', 'b_')`, `cs.matches('^a')`."""

    def transfer(call: Call) -> v.Value:
        texts = _texts(call)
        words = "|".join(texts if form == "matches" else map(re.escape, texts))
        return _selector(call, "pattern", v.Const(_FORMS[form].format(words)))

    return transfer


def by_type(*kinds: str) -> Transfer:
    """`cs.numeric()`: the columns of a type; without kinds, of one that is not told apart."""
    return lambda call: _selector(call, "kinds", *map(v.Const, kinds))


def by_place(*places: int) -> Transfer:
    """`cs.first()`, `pl.nth(0, 2)`."""

    def transfer(call: Call) -> v.Value:
        given = [item for value in call.args for item in items_in(call.m, value)]
        return _selector(call, "places", *(map(v.Const, places) if places else given))

    return transfer


def by_name(call: Call) -> v.Value:
    return _selector(call, "names", *map(v.Const, _texts(call)))


def everything(call: Call) -> v.Value:
    return _selector(call, "all")


def without(call: Call) -> v.Value:
    """`cs.exclude('a')`, `pl.exclude('a', 'b')`, `pl.all().exclude(cs.numeric())`."""
    base = call.receiver if isinstance(call.receiver, v.Lazy) else _selector(call, "all")
    gone = [_atom(call, item) for value in call.args for item in items_in(call.m, value)]
    return made(call, "columns", "sub", (base, _selector(call, "or", *gone)), selector=v.Const(True))


def typed_column(call: Call) -> v.Value:
    """`pl.col(pl.Float64)`, `pl.col(pl.String, pl.Date)`, `cs.by_dtype(pl.Int64)`."""
    given = tuple(item for value in call.args for item in items_in(call.m, value))
    kinds = tuple(dict.fromkeys(kind for item in given for kind in kinds_of(call.m, item)))
    return _selector(call, "kinds", *map(v.Const, kinds))


def _atom(call: Call, value: v.Value) -> v.Value:
    found = call.m.get(value)
    if isinstance(found, v.Lazy):
        return found
    if isinstance(found, v.Const) and isinstance(found.value, str):
        text = found.value
        return (
            _selector(call, "pattern", found)
            if text.startswith("^") and text.endswith("$")
            else _selector(call, "names", found)
        )
    return _selector(call, "kinds", *map(v.Const, kinds_of(call.m, found)))


def _texts(call: Call) -> list[str]:
    found = (item for value in call.args for item in items_in(call.m, value))
    return [item.value for item in found if isinstance(item, v.Const) and isinstance(item.value, str)]


def _selector(call: Call, kind: str, *args: v.Value) -> v.Lazy:
    return made(call, "columns", kind, args, selector=v.Const(True))


# --- what they mean ---


_ALGEBRA = frozenset(("sub", "or", "and", "not", "xor"))


def folded(value: v.Value) -> v.Value:
    """An expression in which operators between selectors are sets of columns again."""
    if not isinstance(value, v.Lazy) or not value.args:
        return value
    args = tuple(map(folded, value.args))
    sets = value.op == "call" and value.text in _ALGEBRA and all(_is_selector(arg) for arg in args)
    if sets:
        return v.Lazy("columns", value.text, args, (("selector", v.Const(True)),), value.node, value.fragment)
    return replace(value, args=args) if any(a is not b for a, b in zip(args, value.args, strict=True)) else value


def _is_selector(value: v.Value) -> bool:
    return isinstance(value, v.Lazy) and value.op == "columns" and value.get("selector") is not None


def set_of(m: Machine, relation: Relation, lazy: v.Value) -> ColumnSet:
    """The columns of a relation that a selector means, as exactly as that can be said."""
    return _kept(m, AllOf(relation), relation, lazy, False)


def left(m: Machine, base: ColumnSet, relation: Relation, lazy: v.Value) -> ColumnSet:
    """The members of a set that a selector does not choose."""
    return _kept(m, base, relation, lazy, True)


def _kept(m: Machine, base: ColumnSet, relation: Relation, lazy: v.Value, negate: bool) -> ColumnSet:
    """The members of a set that a selector chooses, or leaves."""
    if not isinstance(lazy, v.Lazy):
        return base
    if lazy.op != "columns":
        return _of_names(base, relation, (lazy.text,), negate) if lazy.op == "column" else base
    args = lazy.args
    match lazy.text:
        case "sub" if not negate and len(args) == 2:
            return _kept(m, _kept(m, base, relation, args[0], False), relation, args[1], True)
        case "and" if not negate:
            return _all_kept(m, base, relation, args, False)
        case "or" if negate:
            return _all_kept(m, base, relation, args, True)
        case "or":
            return Both(tuple(_kept(m, base, relation, arg, False) for arg in args))
        case "not":
            return _kept(m, base, relation, args[0], not negate)
        case _:
            return _atom_kept(m, base, relation, lazy, negate)


def _all_kept(m: Machine, base: ColumnSet, relation: Relation, args: tuple[v.Value, ...], negate: bool) -> ColumnSet:
    for arg in args:
        base = _kept(m, base, relation, arg, negate)
    return base


def _atom_kept(m: Machine, base: ColumnSet, relation: Relation, lazy: v.Lazy, negate: bool) -> ColumnSet:
    texts = tuple(str(arg.value) for arg in map(m.get, lazy.args) if isinstance(arg, v.Const))
    match lazy.text:
        case "all":
            return Names(relation, ()) if negate else base
        case "pattern" if texts:
            return Matching(base, texts[0], negate)
        case "names":
            return _of_names(base, relation, texts, negate)
        case "places":
            return _of_names(base, relation, _at(relation, lazy), negate)
        case "kinds":
            return OfType(base, texts, negate)
        case "":  # names and patterns as `pl.col` takes them
            return _of_texts(base, relation, texts, negate)
        case _:
            return OfType(base, (), negate)


def _of_names(base: ColumnSet, relation: Relation, names: tuple[Name, ...], negate: bool) -> ColumnSet:
    if negate:
        return Minus(base, names)
    if isinstance(base, AllOf):
        return Names(relation, names)
    form = "|".join(re.escape(str(name)) for name in names)
    return Matching(base, f"^(?:{form})$")


def _of_texts(base: ColumnSet, relation: Relation, texts: tuple[str, ...], negate: bool) -> ColumnSet:
    parts: list[ColumnSet] = []
    for text in texts:
        if text == "*":
            parts.append(Names(relation, ()) if negate else base)
        elif text.startswith("^"):
            parts.append(Matching(base, text, negate))
        else:
            parts.append(_of_names(base, relation, (text,), negate))
    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _at(relation: Relation, lazy: v.Lazy) -> tuple[Name, ...]:
    names = known(AllOf(relation))
    places = [arg.value for arg in lazy.args if isinstance(arg, v.Const) and isinstance(arg.value, int)]
    if names is None:
        return tuple(f"{{column {place}}}" for place in places)
    return tuple(names[place] for place in places if -len(names) <= place < len(names))


def candidates(columns: ColumnSet) -> tuple[Name, ...] | None:
    """The names that a set may hold, those among them that a type decides about."""
    match columns:
        case OfType(base=base):
            return candidates(base)
        case Both(parts=parts):
            found = [candidates(part) for part in parts]
            return None if None in found else tuple(dict.fromkeys(n for names in found for n in names or ()))
        case Minus(base=base, names=gone):
            below = candidates(base)
            return None if below is None else tuple(name for name in below if name not in gone)
        case Matching(base=base, pattern=pattern, negate=negate):
            below = candidates(base)
            return (
                None if below is None else tuple(n for n in below if (re.search(pattern, str(n)) is not None) != negate)
            )
        case _:
            return known(columns)


def by_types(columns: ColumnSet) -> bool:
    """Whether a type decides what is in a set."""
    match columns:
        case OfType():
            return True
        case Both(parts=parts):
            return any(map(by_types, parts))
        case Minus(base=base) | Matching(base=base):
            return by_types(base)
        case _:
            return False


def is_typed(value: v.Value) -> bool:
    """Whether an expression is there only if some column has a type."""
    if isinstance(value, v.Seq):
        return any(map(is_typed, value.items))
    return isinstance(value, v.Lazy) and (value.get("typed") is not None or any(map(is_typed, value.args)))


def where_typed(call: Call, relation: Relation, outputs: Iterable[Output], typed: set[Name]) -> Relation:
    """The outputs, of which those that are typed may not be there."""
    if not typed:
        return relation
    items = [
        Star(OfType(Names(relation, (out.name,)), ())) if out.name in typed else Star(Names(relation, (out.name,)))
        for out in outputs
    ]
    return call.m.add(Derive(relation, tuple(items), call.origin))
