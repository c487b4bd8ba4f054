"""Text: literals with their places, f-strings, concatenation, `%`, `format` and `join`, with `{holes}` for unknown parts."""

from __future__ import annotations

import ast
import re
import string
from functools import lru_cache
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Call, Interval
from feasilint.lower.python import values as v
from feasilint.lower.python.spelling import unparse

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine

LIMIT = 200_000
"""Longest text that is followed."""
_NO_HOLES = str.maketrans("", "", "{}\n")
GAP = "…"
"""Items of a list that are not known, at their place among those that are."""
_PERCENT = re.compile(r"%(?:\((\w+)\))?[-#0 +]*(?:\d+|\*)?(?:\.\d+)?([diouxXeEfFgGcrsa%])")


def literal_text(m: Machine, node: ast.Constant) -> v.Const:
    """A string literal; its places are worked out only when its text is parsed as SQL."""
    return v.Const(node.value, (v.Place(0, m.fragment, node),))


@lru_cache(maxsize=4096)
def spell(node: ast.expr | None) -> str:
    """An expression as the text of a hole."""
    if node is None:
        return "…"
    try:
        text = unparse(node)
    except (RecursionError, ValueError):
        return "…"
    return text.translate(_NO_HOLES)[:60]


_STAMPS = frozenset(("strftime", "isoformat"))
_STAMP = re.compile(
    r"strftime|isoformat|uuid", re.IGNORECASE
)  # what a stamp is says more than the name of its variable


def as_text(m: Machine, value: v.Value, node: ast.expr | None = None) -> v.Const:
    """A value as `str()` writes it; what is not known becomes a hole named after `node`."""
    value = m.get(value)
    if type(value) is v.Const and not isinstance(value.value, Interval):
        return value if isinstance(value.value, str) else v.Const(str(value.value))
    if isinstance(value, v.Element):
        return v.Const(f"{{{value.text}}}")
    if type(value) is v.Scalar and type(value.expression) is Call and value.expression.function in _STAMPS:
        return v.Const(f"{{{value.expression.function}({spell(node)})}}")
    if isinstance(value, v.Unknown) and (node is None or _STAMP.search(value.text)):
        return v.Const(f"{{{re.sub(r'[{}]', '', value.text)}}}")
    if isinstance(value, v.Seq) and not value.open:
        parts = [as_text(m, item) for item in value.items]
        left, right = {"list": ("[", "]"), "tuple": ("(", ")"), "set": ("{", "}")}[value.kind]
        shown = [
            repr(part.value) if _is_text(m, item) else part.value for part, item in zip(parts, value.items, strict=True)
        ]
        tail = "," if value.kind == "tuple" and len(shown) == 1 else ""
        return v.Const(f"{left}{', '.join(map(str, shown))}{tail}{right}")
    return v.Const(f"{{{spell(node)}}}")


def _is_text(m: Machine, value: v.Value) -> bool:
    found = m.get(value)
    return isinstance(found, v.Const) and isinstance(found.value, str)


def concat(parts: list[v.Const]) -> v.Const:
    """Texts one after the other, with their places."""
    pieces: list[str] = []
    places: list[v.Place] = []
    size = 0
    for part in parts:
        text = str(part.value)
        places += [replace(place, offset=place.offset + size) for place in part.places]
        pieces.append(text)
        size += len(text)
        if size > LIMIT:
            break
    return v.Const("".join(pieces), tuple(places))


def formatted(m: Machine, node: ast.JoinedStr) -> v.Value:
    """An f-string."""
    parts: list[v.Const] = []
    written = 0
    for piece in node.values:
        if isinstance(piece, ast.Constant):
            parts.append(v.Const(piece.value, (v.Place(0, m.fragment, node, written),)))
            written += len(str(piece.value))
        elif isinstance(piece, ast.FormattedValue):
            value = m.evaluate(piece.value)
            parts.append(_formatted_value(m, value, piece))
    return concat(parts)


def _formatted_value(m: Machine, value: v.Value, piece: ast.FormattedValue) -> v.Const:
    found = m.get(value)
    spec = piece.format_spec
    if isinstance(found, v.Const) and isinstance(spec, ast.JoinedStr) and len(spec.values) == 1:
        text = spec.values[0]
        if isinstance(text, ast.Constant):
            try:
                return v.Const(format(found.value, str(text.value)))
            except (ValueError, TypeError):
                return v.Const(f"{{{spell(piece.value)}}}")
    return as_text(m, value, piece.value)


def percent(m: Machine, template: v.Const, value: v.Value) -> v.Const:
    """`template % value`."""
    found = m.get(value)
    items = list(found.items) if isinstance(found, v.Seq) and found.kind == "tuple" else [value]
    named = found if isinstance(found, v.Dict) else None
    text, at = str(template.value), 0
    parts: list[v.Const] = []
    for hit in _PERCENT.finditer(text):
        parts.append(sliced(template, at, hit.start()))
        at = hit.end()
        if hit[2] == "%":
            parts.append(v.Const("%"))
        elif hit[1] is not None:
            item = named.get(hit[1]) if named is not None else None
            parts.append(_written(m, hit, item) if item is not None else v.Const(f"{{{hit[1]}}}"))
        else:
            parts.append(_written(m, hit, items.pop(0)) if items else v.Const("{…}"))
    return concat([*parts, sliced(template, at, len(text))])


def _written(m: Machine, hit: re.Match[str], value: v.Value) -> v.Const:
    """A value as `%03d` writes it."""
    found = m.get(value)
    if hit[0][-1] == "s" or not isinstance(found, v.Const) or not isinstance(found.value, int | float):
        return as_text(m, value)
    try:
        form = hit[0].replace(f"({hit[1]})", "", 1)
        return v.Const(form % found.value)
    except (TypeError, ValueError, OverflowError):
        return as_text(m, value)


def sliced(text: v.Const, start: int, end: int) -> v.Const:
    """A part of a text, with the places of its characters."""
    whole = str(text.value)
    ends = [*(place.offset for place in text.places[1:]), len(whole)]
    places = (
        tuple(
            replace(place, offset=max(place.offset, start) - start, skip=place.skip + max(start - place.offset, 0))
            for place, stop in zip(text.places, ends, strict=True)
            if place.offset < end and stop > start
        )
        if text.places
        else ()
    )
    return v.Const(whole[start:end], places)


def format_text(m: Machine, template: v.Const, args: tuple[v.Value, ...], kwargs: dict[str, v.Value]) -> v.Const:
    """`template.format(*args, **kwargs)`; fields that are not known stay as they are written."""
    parts: list[v.Const] = []
    count = 0
    try:
        fields = list(string.Formatter().parse(str(template.value)))
    except ValueError:
        return template
    at = 0
    whole = str(template.value)
    for text, name, spec, conversion in fields:
        found = whole.find(text, at) if text else at
        parts.append(sliced(template, found, found + len(text)) if found >= 0 else v.Const(text))
        at = max(at, found + len(text))
        if name is None:
            continue
        key = name or str(count)
        count += not name
        root = re.split(r"[.\[]", key, maxsplit=1)[0]
        value = kwargs.get(root) if not root.isdigit() else args[int(root)] if int(root) < len(args) else None
        del conversion
        parts.append(_specified(m, value, spec) if value is not None and root == key else v.Const(f"{{{key}}}"))
    return concat(parts)


def _specified(m: Machine, value: v.Value, spec: str | None) -> v.Const:
    """A value as `{:02d}` writes it."""
    found = m.get(value)
    if not spec or not isinstance(found, v.Const):
        return as_text(m, value)
    try:
        return v.Const(format(found.value, spec))
    except (TypeError, ValueError, OverflowError):
        return as_text(m, value)


def join_text(m: Machine, separator: v.Const, value: v.Value) -> v.Const | None:
    """`separator.join(items)`."""
    found = m.get(value)
    if not isinstance(found, v.Seq):
        return None
    parts: list[v.Const] = []
    for item in found.items:
        parts += [*([separator] if parts else []), as_text(m, item)]
    return concat([*parts, v.Const("{…}")] if found.open and not has_gap(found) else parts)


def has_gap(seq: v.Seq) -> bool:
    """Whether the place of the unknown items is known."""
    return any(isinstance(item, v.Unknown) and item.text == GAP for item in seq.items)


def is_certain(value: v.Value) -> bool:
    """Whether a constant has no unknown parts."""
    return isinstance(value, v.Const) and not (isinstance(value.value, str) and "{" in value.value)
