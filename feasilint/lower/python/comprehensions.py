"""Comprehensions: unrolled over known items, symbolic over column names, else one unknown item."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import Both, ColumnSet, Matching, Minus, Names, OfType
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.iteration import items_of
from feasilint.lower.python.scope import Scope

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine

Comprehension: TypeAlias = ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp


def comprehension(m: Machine, node: Comprehension) -> v.Value:
    """The value of any comprehension."""
    outer = m.scope
    m.scope = Scope(outer)
    try:
        symbolic = _over_columns(m, node)
        return m.alloc(symbolic if symbolic is not None else _unrolled(m, node))
    finally:
        m.scope = outer


def _unrolled(m: Machine, node: Comprehension) -> v.Value:
    found: list[tuple[v.Value, v.Value]] = []
    more = _loop(m, node, 0, found)
    if isinstance(node, ast.DictComp):
        return v.Dict.of(((m.get(key), value) for key, value in found), more)
    return v.Seq(tuple(value for _, value in found), "set" if isinstance(node, ast.SetComp) else "list", more)


def _loop(m: Machine, node: Comprehension, at: int, found: list[tuple[v.Value, v.Value]]) -> bool:
    """Collect the items; true where there may be others."""
    from feasilint.lower.python.assignment import assign

    if at == len(node.generators):
        element = node.value if isinstance(node, ast.DictComp) else node.elt
        key = m.evaluate(node.key) if isinstance(node, ast.DictComp) else v.NONE
        found.append((key, m.evaluate(element)))
        return False
    part = node.generators[at]
    items, more = items_of(m, m.evaluate(part.iter), part.target)
    for item in items:
        assign(m, part.target, item)
        tests = [m.get(m.evaluate(test)) for test in part.ifs]
        if any(isinstance(test, v.Const) and not test.value for test in tests):
            continue
        more |= not all(isinstance(test, v.Const) for test in tests)
        more |= _loop(m, node, at + 1, found)
    return more


# --- over the names of columns ---


def _over_columns(m: Machine, node: Comprehension) -> v.Value | None:
    """`[c for c in df.columns if …]` as a restricted set."""
    if isinstance(node, ast.DictComp) or len(node.generators) != 1:
        return None
    part = node.generators[0]
    if not isinstance(part.target, ast.Name) or not isinstance(node.elt, ast.Name) or node.elt.id != part.target.id:
        return None
    over = m.get(m.evaluate(part.iter))
    if isinstance(over, v.Frame):
        over = v.Columns(narrowed(over.relation, over.index), over.relation)
    if not isinstance(over, v.Columns) or (names_of(m, over) is not None and not _asks_type(part.ifs)):
        return None
    columns: ColumnSet | None = over.columns
    for test in part.ifs:
        columns = None if columns is None else restrict(m, columns, over, test, part.target.id, False)
    return None if columns is None else v.Columns(columns, over.relation)


def _asks_type(tests: list[ast.expr]) -> bool:
    return any("dtype" in ast.unparse(test) or "is_numeric" in ast.unparse(test) for test in tests)


def restrict(m: Machine, base: ColumnSet, over: v.Columns, test: ast.expr, name: str, negate: bool) -> ColumnSet | None:
    """The members of a set for which a test on the name holds; the whole set where the test is not understood."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return restrict(m, base, over, inner, name, not negate)
        case ast.BoolOp(op=ast.And(), values=parts) if not negate:
            for part in parts:
                base = restrict(m, base, over, part, name, False) or base
            return base
        case ast.BoolOp(op=ast.Or(), values=parts) if not negate:
            options = [restrict(m, base, over, part, name, False) for part in parts]
            return Both(tuple(option for option in options if option is not None))
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return _compared(m, base, over, (left, op, right), name, negate)
        case ast.Call(func=ast.Attribute(value=ast.Name(id=who), attr=method), args=[argument]) if who == name:
            return _asked(m, base, method, argument, negate)
        case _:
            return base


def narrowed_element(m: Machine, element: v.Element, test: ast.expr, name: str, negate: bool) -> v.Element:
    """Any one of the columns for which a test on the name holds, or does not."""
    over = element.columns
    columns = restrict(m, over.columns, over, test, name, negate)
    return element if columns is None else v.Element(v.Columns(columns, over.relation), element.text)


def _compared(
    m: Machine,
    base: ColumnSet,
    over: v.Columns,
    parts: tuple[ast.expr, ast.cmpop, ast.expr],
    name: str,
    negate: bool,
) -> ColumnSet:
    left, op, right = parts
    negate ^= isinstance(op, ast.NotEq | ast.NotIn)
    if isinstance(left, ast.Name) and left.id == name:
        names = names_of(m, m.evaluate(right))
        if names is None:
            return base
        return Minus(base, names) if negate else Names(over.relation, names)
    if isinstance(right, ast.Name) and right.id == name and isinstance(op, ast.In | ast.NotIn):
        text = m.get(m.evaluate(left))
        return Matching(base, re.escape(str(text.value)), negate) if isinstance(text, v.Const) else base
    if "dtype" in ast.unparse(left):
        return OfType(base, _type_kinds(m, right), negate)
    return base


def _asked(m: Machine, base: ColumnSet, method: str, argument: ast.expr, negate: bool) -> ColumnSet:
    value = m.get(m.evaluate(argument))
    texts = value.items if isinstance(value, v.Seq) else (value,)
    words = [re.escape(str(text.value)) for text in texts if isinstance(text, v.Const)]
    patterns = {"startswith": "^(?:{})", "endswith": "(?:{})$"}
    if method not in patterns or not words:
        return base
    return Matching(base, patterns[method].format("|".join(words)), negate)


TYPE_KINDS = {
    "object": "string", "O": "string", "str": "string", "string": "string", "category": "category", "bool": "boolean",
    "int": "number", "float": "number", "int64": "number", "float64": "number", "int32": "number", "float32": "number",
    "number": "number", "numeric": "number", "datetime": "time", "datetime64": "time", "datetime64[ns]": "time",
    "numpy.number": "number", "numpy.int64": "number", "numpy.float64": "number", "numpy.object_": "string",
    "builtins.object": "string", "builtins.int": "number", "builtins.float": "number", "builtins.bool": "boolean",
    "builtins.str": "string", "polars.String": "string", "polars.Utf8": "string", "polars.Boolean": "boolean",
    "polars.Categorical": "category", "polars.Enum": "category", "polars.Date": "time", "polars.Datetime": "time",
    "polars.Time": "time", "polars.Duration": "time", "polars.Decimal": "number", "polars.NUMERIC_DTYPES": "number",
    **{f"polars.{sign}{bits}": "number" for sign in ("Int", "UInt", "Float") for bits in (8, 16, 32, 64, 128)},
}  # fmt: skip


def _type_kinds(m: Machine, node: ast.expr) -> tuple[str, ...]:
    return kinds_of(m, m.evaluate(node))


def kinds_of(m: Machine, value: v.Value) -> tuple[str, ...]:
    """The kinds of type that dtype names stand for."""
    found = m.get(value)
    items = found.items if isinstance(found, v.Seq) else (found,)
    words = [str(i.value) if isinstance(i, v.Const) else i.path if isinstance(i, v.Library) else "" for i in items]
    return tuple(dict.fromkeys(TYPE_KINDS[word] for word in words if word in TYPE_KINDS))
