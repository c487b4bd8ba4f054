"""Operators on abstract values: constants are folded, everything else becomes an expression."""

from __future__ import annotations

import ast
import operator
from datetime import datetime
from functools import partial, reduce
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from feasilint.ir import AllOf, Both, Call, Interval, Minus, Names
from feasilint.lower.python import values as v
from feasilint.lower.python.call import Call as CallSite
from feasilint.lower.python.call import name_of, names_of
from feasilint.lower.python.join import join
from feasilint.lower.python.strings import GAP, LIMIT, as_text, concat, is_certain, percent, spell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.ir import Expression
    from feasilint.lower.python.machine import Machine

_BINARY: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any] | None]] = {
    ast.Add: ("add", operator.add),
    ast.Sub: ("sub", operator.sub),
    ast.Mult: ("mul", operator.mul),
    ast.Div: ("div", operator.truediv),
    ast.FloorDiv: ("floordiv", operator.floordiv),
    ast.Mod: ("mod", operator.mod),
    ast.Pow: ("pow", None),
    ast.MatMult: ("matmul", None),
    ast.BitAnd: ("and", operator.and_),
    ast.BitOr: ("or", operator.or_),
    ast.BitXor: ("xor", operator.xor),
    ast.LShift: ("lshift", None),
    ast.RShift: ("rshift", None),
}
_COMPARE: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("eq", operator.eq),
    ast.NotEq: ("ne", operator.ne),
    ast.Lt: ("lt", operator.lt),
    ast.LtE: ("le", operator.le),
    ast.Gt: ("gt", operator.gt),
    ast.GtE: ("ge", operator.ge),
    ast.Is: ("is", operator.is_),
    ast.IsNot: ("is_not", operator.is_not),
    ast.In: ("in", lambda a, b: a in b),
    ast.NotIn: ("not_in", lambda a, b: a not in b),
}
_SPECIAL = frozenset((v.Const, v.Handle, v.Seq, v.Dict, v.Columns))
"""Kinds of values that an operator may do more with than make an expression."""
_FOLDS = (str, int, float, bool, datetime, Interval, type(None))


def binary(m: Machine, op: ast.operator, left: v.Value, right: v.Value, node: ast.expr) -> v.Value:
    """`left op right`."""
    name, fold = _BINARY[type(op)]
    a, b = m.get(left), m.get(right)
    if type(a) is v.Const and type(b) is v.Const:
        folded = _folded(m, name, fold, a, b)
        if folded is not None:
            return folded
    if not _SPECIAL.isdisjoint((type(a), type(b))):
        for special in (_download, _of_library, _text, _sequence, _names):
            made = special(m, name, a, b, node)
            if made is not None:
                return made
    return elementwise(m, name, (a, b), node)


def _download(m: Machine, name: str, a: v.Value, b: v.Value, node: ast.expr) -> v.Value | None:
    return next((side for side in (a, b) if type(side) is v.Handle and side.kind == "download"), None)


def _of_library(m: Machine, name: str, a: v.Value, b: v.Value, node: ast.expr) -> v.Value | None:
    """An operator of a library's object, as the tables say: `["a"] >> Categorify()`."""
    if v.Handle not in (type(a), type(b)):
        return None
    from feasilint.lower.python.tables import method

    for side, other, word in ((a, b, f"__{name}__"), (b, a, f"__r{name}__")):
        transfer = method(side.kind, word) if type(side) is v.Handle else None
        if transfer is not None:
            return transfer(CallSite(m, word, node, side, side, (other,)))
    return None


def _folded(m: Machine, name: str, fold: Callable[[Any, Any], Any] | None, a: v.Const, b: v.Const) -> v.Const | None:
    if isinstance(a.value, str) and isinstance(b.value, str) and name == "add":
        return concat([a, b])
    if isinstance(a.value, str) and name == "div":
        return concat([a, v.Const("" if str(a.value).endswith("/") else "/"), b])
    if isinstance(a.value, str) and name == "mod":
        return percent(m, a, b)
    if name == "mul" and isinstance(a.value, int) and isinstance(b.value, str | Interval):
        a, b = b, a
    return _arithmetic(fold, a.value, b.value)


def _arithmetic(fold: Callable[[Any, Any], Any] | None, a: Any, b: Any) -> v.Const | None:
    if fold is None or not isinstance(a, _FOLDS) or not isinstance(b, _FOLDS):
        return None
    if isinstance(a, str) and isinstance(b, int) and len(a) * b > LIMIT:
        return None
    if isinstance(a, datetime) and isinstance(b, Interval):
        return _moved(fold, a, b)
    try:
        return v.Const(fold(a, b))
    except (TypeError, ValueError, ArithmeticError, OverflowError, AttributeError):
        return None


def _moved(fold: Callable[[Any, Any], Any], start: datetime, by: Interval) -> v.Const | None:
    from datetime import timedelta

    if by.months:
        return None
    try:
        return v.Const(fold(start, timedelta(days=by.days, seconds=by.seconds)))
    except (TypeError, OverflowError):
        return None


def _text(m: Machine, name: str, a: v.Value, b: v.Value, node: ast.expr) -> v.Value | None:
    """Text with unknown parts: `prefix + name`, `"… %s" % x`."""
    sides = (a, b)
    if not any(type(side) is v.Const and isinstance(side.value, str) for side in sides):
        return None
    if name == "mod" and isinstance(a, v.Const):
        return percent(m, a, b)
    if name not in ("add", "div") or any(isinstance(side, v.Series | v.Frame | v.Lazy) for side in sides):
        return None
    assert isinstance(node, ast.BinOp | ast.AugAssign)
    operands = (node.left, node.right) if isinstance(node, ast.BinOp) else (node.target, node.value)
    parts = [as_text(m, side, part) for side, part in zip(sides, operands, strict=True)]
    return concat([parts[0], v.Const("/"), parts[1]] if name == "div" else parts)


def _sequence(m: Machine, name: str, a: v.Value, b: v.Value, node: ast.expr) -> v.Value | None:
    if isinstance(a, v.Dict) and isinstance(b, v.Dict) and name == "or":
        return v.Dict.of((*a.items, *b.items), a.open or b.open)
    if isinstance(a, v.Seq) and isinstance(b, v.Seq):
        if name == "add":
            return v.Seq(a.items + b.items, a.kind, a.open or b.open)
        if name in ("sub", "and", "or"):
            return _set_operation(name, a, b)
    if name == "add":
        return _with_gap(m, a, b)
    if isinstance(a, v.Seq) and isinstance(b, v.Const) and isinstance(b.value, int) and name == "mul":
        return v.Seq(a.items * min(max(b.value, 0), 64), a.kind, a.open)
    return None


def _with_gap(m: Machine, a: v.Value, b: v.Value) -> v.Value | None:
    """`parts[1:] + ['x.csv']`: nothing is known of some items but their place."""
    for one, other, first in ((a, b, True), (b, a, False)):
        blank = isinstance(other, v.Unknown) and not other.inputs and not other.relations
        if isinstance(one, v.Seq) and one.kind == "list" and blank:
            gap = m.unknown(GAP)
            return v.Seq((*one.items, gap) if first else (gap, *one.items), "list", True)
    return None


def _set_operation(name: str, a: v.Seq, b: v.Seq) -> v.Value:
    if name == "or":
        return v.Seq((*a.items, *(item for item in b.items if item not in a.items)), a.kind, a.open or b.open)
    keep = name == "and"
    return v.Seq(tuple(item for item in a.items if (item in b.items) == keep), a.kind, a.open)


def _names(m: Machine, name: str, a: v.Value, b: v.Value, node: ast.expr) -> v.Value | None:
    """`list(df.columns) + ['x']`, `set(df.columns) - {'y'}`."""
    if isinstance(a, v.Columns) and isinstance(b, v.Columns) and name in ("add", "or"):
        return v.Columns(Both((a.columns, b.columns)), a.relation)
    if isinstance(a, v.Columns):
        other = names_of(m, b)
        if other is None:
            return a if name in ("add", "sub", "or") else None
        if name == "sub":
            return v.Columns(Minus(a.columns, other), a.relation)
        if name in ("add", "or"):
            return v.Columns(Both((a.columns, Names(a.relation, other))), a.relation)
    if isinstance(b, v.Columns) and name in ("add", "or"):
        first = names_of(m, a)
        return v.Columns(Both((Names(b.relation, first or ()), b.columns)), b.relation)
    return None


def elementwise(m: Machine, function: str, operands: tuple[v.Value, ...], node: ast.expr | None) -> v.Value:
    """A scalar function of operands of which some are columns, values of the data or not known."""
    found = [m.get(operand) for operand in operands]
    kinds = set(map(type, found))
    if v.Lazy in kinds:
        return v.Lazy("call", function, tuple(found), node=node, fragment=m.fragment if node is not None else None)
    if v.Frame in kinds and v.Series not in kinds:
        return next(value for value in found if isinstance(value, v.Frame))  # the same columns, with other values
    if v.Series not in kinds and v.Scalar not in kinds and not _datelike(found):
        made_up = v.Unknown in kinds and kinds <= _PLAIN and all(one.made for one in found if type(one) is v.Unknown)
        return replace(m.unknown(spell(node) if node is not None else function, *operands), made=made_up)
    made = Call(function, expressions(m, found), m.origin(node))
    if v.Series not in kinds:
        return v.Scalar(made)
    series = next(value for value in found if isinstance(value, v.Series))
    return v.Series(series.relation, made, series.name, series.index, series.group)


def _datelike(found: Sequence[v.Value]) -> bool:
    return any(type(value) is v.Const and isinstance(value.value, _TIMES) for value in found)


_TIMES = (datetime, Interval)
_PLAIN = frozenset((v.Const, v.Unknown))


def expressions(m: Machine, operands: Sequence[v.Value]) -> tuple[Expression, ...]:
    """Operands as expressions; the items of a sequence one by one."""
    made: list[Expression] = []
    for operand in operands:
        value = m.get(operand)
        made += [m.expression(item) for item in value.items] if type(value) is v.Seq else [m.expression(value)]
    return tuple(made)


def truth(value: v.Value) -> bool | None:
    """Whether a value counts as true, None where that is not known."""
    if type(value) is v.Const:
        return bool(value.value)
    if type(value) is v.Seq or type(value) is v.Dict:
        return None if value.open else bool(value.items)
    return True if type(value) in _TRUE else None


_TRUE = frozenset((v.Function, v.Class, v.Library, v.Estimator))


def unary(m: Machine, op: ast.unaryop, operand: v.Value, node: ast.expr) -> v.Value:
    """`not x`, `-x`, `~x`."""
    value = m.get(operand)
    if isinstance(value, v.Const):
        made = _unary_constant(op, value.value)
        if made is not None:
            return made
    if isinstance(op, ast.Not) and (holds := truth(value)) is not None:
        return v.Const(not holds)
    if isinstance(value, v.Columns) and isinstance(op, ast.Invert) and (names := names_of(m, value)) is not None:
        return v.Columns(Minus(AllOf(value.relation), names), value.relation)
    name = {ast.Not: "not", ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "not"}[type(op)]
    return elementwise(m, name, (value,), node)


def _unary_constant(op: ast.unaryop, value: object) -> v.Const | None:
    if isinstance(op, ast.Not):
        return v.Const(not value)
    if isinstance(op, ast.USub) and isinstance(value, int | float | Interval):
        return v.Const(-value)
    if isinstance(op, ast.UAdd) and isinstance(value, int | float):
        return v.Const(value)
    return v.Const(~value) if isinstance(value, int) else None


def connect(m: Machine, op: ast.boolop, parts: list[v.Value], node: ast.expr) -> v.Value:
    """`a and b`, `a or b`: the deciding one of constants, else an expression."""
    is_or = isinstance(op, ast.Or)
    found = [m.get(part) for part in parts]
    decided = [truth(value) for value in found[:-1]]
    for part, holds in zip(parts, decided, strict=False):
        if holds is None:
            break
        if holds == is_or:
            return part
    if None not in decided:
        return parts[-1]
    if is_or and _EXPRESSED.isdisjoint(map(type, found)):
        return reduce(partial(join, m), parts)
    return elementwise(m, "or" if is_or else "and", tuple(found), node)


_EXPRESSED = frozenset((v.Series, v.Scalar, v.Lazy, v.Frame))
"""Values of which an operator makes an expression."""


def compare(m: Machine, node: ast.Compare) -> v.Value:
    """`a < b`, `a < b < c`, `x in y`."""
    values = [m.evaluate(node.left), *(m.evaluate(part) for part in node.comparators)]
    results = [_pair(m, op, values[at], values[at + 1], node) for at, op in enumerate(node.ops)]
    return results[0] if len(results) == 1 else connect(m, ast.And(), results, node)


def _pair(m: Machine, op: ast.cmpop, left: v.Value, right: v.Value, node: ast.expr) -> v.Value:
    name, fold = _COMPARE[type(op)]
    a, b = m.get(left), m.get(right)
    if isinstance(a, v.Const) and isinstance(b, v.Const):
        if a.value != b.value and not (is_certain(a) and is_certain(b)):
            return m.unknown(name)
        try:
            return v.Const(bool(fold(a.value, b.value)))
        except (TypeError, ValueError, AttributeError):
            return m.unknown(name)
    if name in ("is", "is_not") and v.NONE in (a, b) and not isinstance(a, v.Unknown | v.Scalar):
        return v.Const(name == "is_not")
    if isinstance(a, v.Columns) and name in ("eq", "ne") and (other := names_of(m, b)) is not None:
        return v.Columns(Names(a.relation, other) if name == "eq" else Minus(a.columns, other), a.relation)
    if name in ("in", "not_in"):
        inside = _contains(m, a, b)
        if inside is not None:
            return v.Const(inside == (name == "in"))
        if name == "not_in":
            return elementwise(m, "not", (elementwise(m, "in", (a, b), node),), node)
    return elementwise(m, name, (a, b), node)


def _contains(m: Machine, item: v.Value, container: v.Value) -> bool | None:
    if isinstance(container, v.Columns):
        names = names_of(m, container)
        name = name_of(m, item)
        return None if names is None or name is None else name in names
    if isinstance(container, v.Dict):
        container = v.Seq(tuple(key for key, _ in container.items), open=container.open)
    if not isinstance(container, v.Seq) or not isinstance(item, v.Const):
        return None
    if item in container.items:
        return True
    return None if container.open or not all(isinstance(m.get(x), v.Const) for x in container.items) else False
