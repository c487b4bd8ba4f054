"""Evaluation of expressions: one small handler per kind of syntax node."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Scan, Source
from feasilint.ir.program import NOWHERE
from feasilint.lower.python import later
from feasilint.lower.python import values as v
from feasilint.lower.python.attributes import library_value, read_attribute
from feasilint.lower.python.calls import evaluate_call
from feasilint.lower.python.comprehensions import comprehension
from feasilint.lower.python.imports import library
from feasilint.lower.python.iteration import items_of
from feasilint.lower.python.join import join
from feasilint.lower.python.machine import text_of
from feasilint.lower.python.operators import binary, compare, connect, truth, unary
from feasilint.lower.python.selection import subscript
from feasilint.lower.python.strings import formatted, literal_text
from feasilint.lower.python.tables import FUNCTION_PATHS, is_known
from feasilint.lower.python.tables.aliases import ALIASES, BUILTINS

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.machine import Machine


_JSON: dict[str, bool | None] = {"null": None, "true": True, "false": False}
"""Words of JSON that Python does not know: where they are reached, nothing comes of it."""


_INSERTED = re.compile(r"(df_data|data_df)_\d+")
"""What Watson Studio calls a data set that is inserted with a click: its code holds passwords, and is not published."""


def _constant(m: Machine, node: ast.Constant) -> v.Value:
    return literal_text(m, node) if type(node.value) is str else v.Const(node.value)


def _name(m: Machine, node: ast.Name) -> v.Value:
    found = m.scope.find(node.id)
    if found is not None:
        return found
    path = ALIASES.get(node.id) or BUILTINS.get(node.id)
    if path is not None:
        return library_value(m, path)
    starred = [f"{module}.{node.id}" for module in m.stars]
    path = next((path for path in starred if path in FUNCTION_PATHS), None) or next(filter(is_known, starred), None)
    if path is not None:
        return library_value(m, path)
    if node.id in _JSON:
        return v.Const(_JSON[node.id])
    if (imported := later.imported(node.id, m.text)) is not None:
        return library_value(m, library(imported).path)
    if _INSERTED.fullmatch(node.id):
        scan = m.add(Scan(Source(f"{{inserted {node.id}}}", "file"), None, m.origin(node)))
        return m.alloc(v.Frame(scan))
    made = m.unknown(node.id)
    if not m.stars and not later.assigned(node.id, m.text):
        step = v.Step(f"`{node.id}`, {NOWHERE}", None if m.foreign else node, m.fragment)
        made = replace(made, step=step)
    m.scope.globals.names[node.id] = made  # the same unknown wherever the name is read again
    return made


def _attribute(m: Machine, node: ast.Attribute) -> v.Value:
    return read_attribute(m, m.evaluate(node.value), node.attr, node)


def _subscript(m: Machine, node: ast.Subscript) -> v.Value:
    return m.alloc(subscript(m, m.evaluate(node.value), node))


def _binary(m: Machine, node: ast.BinOp) -> v.Value:
    return m.alloc(binary(m, node.op, m.evaluate(node.left), m.evaluate(node.right), node))


def _unary(m: Machine, node: ast.UnaryOp) -> v.Value:
    return unary(m, node.op, m.evaluate(node.operand), node)


def _bool(m: Machine, node: ast.BoolOp) -> v.Value:
    return connect(m, node.op, [m.evaluate(part) for part in node.values], node)


def _compare(m: Machine, node: ast.Compare) -> v.Value:
    return compare(m, node)


def _conditional(m: Machine, node: ast.IfExp) -> v.Value:
    test = m.get(m.evaluate(node.test))
    if (holds := truth(test)) is not None:
        return m.evaluate(node.body if holds else node.orelse)
    return join(m, m.evaluate(node.body), m.evaluate(node.orelse), test)


def _items(m: Machine, nodes: list[ast.expr]) -> tuple[tuple[v.Value, ...], bool]:
    items: list[v.Value] = []
    more = False
    for node in nodes:
        if type(node) is not ast.Starred:
            items.append(m.evaluate(node))
            continue
        inner = m.get(m.evaluate(node.value))
        if isinstance(inner, v.Seq):
            items.extend(inner.items)
            more |= inner.open
        else:
            items.append(inner)
            more = True
    return tuple(items), more


def _list(m: Machine, node: ast.List) -> v.Value:
    items, more = _items(m, node.elts)
    return m.alloc(v.Seq(items, "list", more))


def _set(m: Machine, node: ast.Set) -> v.Value:
    items, more = _items(m, node.elts)
    return m.alloc(v.Seq(items, "set", more))


def _tuple(m: Machine, node: ast.Tuple) -> v.Value:
    items, more = _items(m, node.elts)
    return v.Seq(items, "tuple", more)


def _dict(m: Machine, node: ast.Dict) -> v.Value:
    pairs: list[tuple[v.Value, v.Value]] = []
    more = False
    for key, value in zip(node.keys, node.values, strict=True):
        item = m.evaluate(value)
        if key is not None:
            pairs.append((m.get(m.evaluate(key)), item))
            continue
        inner = m.get(item)
        pairs.extend(inner.items if isinstance(inner, v.Dict) else ())
        more |= not isinstance(inner, v.Dict) or inner.open
    return m.alloc(v.Dict.of(pairs, more))


def _lambda(m: Machine, node: ast.Lambda) -> v.Value:
    pairs = zip(node.args.args[::-1], node.args.defaults[::-1], strict=False)
    defaults = tuple((argument.arg, m.evaluate(default)) for argument, default in pairs)
    return v.Function(node, m.scope, m.fragment, defaults)


def _named(m: Machine, node: ast.NamedExpr) -> v.Value:
    value = m.evaluate(node.value)
    m.scope.bind(node.target.id, value)
    return value


def _inner(m: Machine, node: ast.Await | ast.Starred) -> v.Value:
    return m.evaluate(node.value)


def _yield(m: Machine, node: ast.Yield) -> v.Value:
    value = m.evaluate(node.value) if node.value is not None else v.NONE
    if m.yields:
        m.yields[-1].append(value)
    return m.unknown(text_of(value), value)


def _yield_from(m: Machine, node: ast.YieldFrom) -> v.Value:
    value = m.evaluate(node.value)
    if m.yields:
        m.yields[-1].extend(items_of(m, value)[0])
    return value


EVALUATORS: dict[type[ast.expr], Callable[..., v.Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Call: evaluate_call,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _bool,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: comprehension,
    ast.JoinedStr: formatted,
    ast.Lambda: _lambda,
    ast.NamedExpr: _named,
    ast.Await: _inner,
    ast.Starred: _inner,
    ast.YieldFrom: _yield_from,
    ast.Yield: _yield,
}
"""The abstract value of an expression, by its kind."""
