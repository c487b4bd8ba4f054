"""Expressions in strings: `query` and `eval` of pandas."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import AllOf, Column, Derive, Filter, Output
from feasilint.ir import Call as Op
from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import with_columns
from feasilint.lower.python.columns import known
from feasilint.lower.python.scope import Scope
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.reshaping import further
from feasilint.lower.python.transfers.times import accessor, of
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from feasilint.ir import Star
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


_VARIABLE = re.compile(r"@(\w+)")


def query(call: Call) -> v.Value | None:
    """`df.query('amount > 0 and ts >= @start')`."""
    frame, text = own(call), call.text(0, "expr")
    if frame is None:
        return None
    value = evaluate_text(call.m, frame, text) if text is not None else None
    if value is None:
        return call.result(replace(frame))
    predicate = call.m.expression(value)
    return call.result(replace(frame, relation=call.m.add(Filter(frame.relation, predicate, origin=call.origin))))


def evaluate_in_place(call: Call) -> v.Value | None:
    """`df.eval('total = price * count')`, or a value."""
    frame, text = own(call), call.text(0, "expr")
    if frame is None or text is None:
        return None
    changed = False
    for line in text.strip().splitlines():
        name, is_assignment, right = line.partition("=")
        if is_assignment and name.strip().isidentifier() and not right.startswith("="):
            value = evaluate_text(call.m, frame, right.strip())
            changed = True
            frame = with_columns(call.m, frame, ((name.strip(), value or call.unknown(right)),), call.node)
    if changed:
        return call.result(frame)
    return evaluate_text(call.m, frame, text)


def evaluate_text(m: Machine, frame: v.Frame, text: str) -> v.Value | None:
    """An expression in a string, in which names are columns and `@x` is a variable."""
    source = _loosened(text.replace("@", "").replace("`", "").strip().replace("\n", " "))
    variables = set(_VARIABLE.findall(text))
    try:
        tree = parsed(source, "eval").body
    except (SyntaxError, ValueError, RecursionError):
        return None
    names: dict[str, v.Value] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id not in variables and node.id not in ("True", "False", "None"):
            names[node.id] = v.Series(frame.relation, Column(frame.relation, node.id), node.id, frame.index)
    outer, foreign = m.scope, m.foreign
    m.scope, m.foreign = Scope(outer, names), True
    try:
        return m.evaluate(tree)
    finally:
        m.scope, m.foreign = outer, foreign


_LOOSE = re.compile(r"(?P<quoted>'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")|(?P<operator>[&|])")
_WORDS = {"&": " and ", "|": " or "}


def _loosened(source: str) -> str:
    """`a > 1 & b < 2` with its operators as the words that bind as loosely, as pandas reads them."""
    return _LOOSE.sub(lambda found: found["quoted"] or _WORDS[found["operator"]], source)


def extracted(call: Call) -> v.Value | None:
    """`s.str.extract(r'(?P<year>\\d+)-(\\d+)')`: a column per group, by its name or number."""
    base, pattern = of(call), call.text(0, "pat")
    groups = _groups(pattern) if pattern is not None else []
    if not isinstance(base, v.Series) or not groups or call.const(None, "expand", True) is False:
        return accessor(call)
    keys = tuple(Output(key, Column(base.relation, key)) for key in base.index)
    made = Op("extract", (base.expression, call.expression(v.Const(pattern))), call.origin)
    outputs = tuple(Output(name, made, call.origin) for name in groups)
    return v.Frame(call.m.add(Derive(base.relation, (*keys, *outputs), call.origin)), "pandas", base.index, base.group)


_GROUP = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|(\((?!\?)|\(\?P<(\w+)>)", re.DOTALL)


_LONGEST = 2_000


def _groups(pattern: str) -> list[str]:
    """The groups of a pattern that catch something, by name or number; it is not compiled, since nobody vouches for it."""
    found = [match for match in _GROUP.finditer(pattern[:_LONGEST]) if match[1]]
    return [match[2] or str(at) for at, match in enumerate(found)]


def marks(call: Call) -> v.Value | None:
    """`s.str.get_dummies('|')`: a column per word that the data holds."""
    base = of(call)
    if not isinstance(base, v.Series):
        return accessor(call)
    whole = call.m.series_frame(base)
    cells = tuple(
        Column(whole.relation, name) for name in known(AllOf(whole.relation)) or () if name not in whole.index
    )
    keys = tuple(Output(key, Column(whole.relation, key)) for key in whole.index)
    items: tuple[Output | Star, ...] = (*keys, further(call, whole.relation, cells))
    return replace(whole, relation=call.m.add(Derive(whole.relation, items, call.origin)))
