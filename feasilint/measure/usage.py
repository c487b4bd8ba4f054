"""As what measures reach a column: as a value, as a number that only picks rows, or as a default for what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Hole, Literal, Measure, Subquery
from feasilint.ir.expressions import children
from feasilint.measure.lengths import behind
from feasilint.measure.moments import TRANSPARENT

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Expression, Name, Output, Relation

_COMPARING = frozenset(("eq", "ne", "lt", "le", "gt", "ge", "in", "between", "and", "or", "not", "is_null"))
_DEFAULTING = frozenset(("coalesce", "fillna", "replace", "get", "ifnull", "nvl"))
_ARITHMETIC = frozenset(("add", "sub", "mul", "div", "neg"))
_QUOTIENTS = frozenset(("div", "div0", "floordiv", "safe_divide"))
_CHOOSING = frozenset(("least", "greatest"))
_PASSING = frozenset(("cast", "astype", "round", "int", "float")) | _DEFAULTING


def counted(column: Expression, columns: Columns) -> frozenset[Output]:
    """The measures whose value counts: what is only compared picks rows or cells, so that the lag of a value is no count of
    rows."""
    return _reached(column, columns, _uncompared)


def combined(column: Column, columns: Columns) -> frozenset[Output]:
    """The measures that a column is certainly computed with: not those that are only taken as they are, instead of other
    values (defaults for what is missing), nor those that say which values are left out as too far off, nor those that go into
    code that could not be read."""
    return _reached(column, columns, _given)


def kept(column: Column, columns: Columns) -> frozenset[Output]:
    """The measures that a column takes its value from: not those that at most stand in for a value that is missing."""
    return _reached(column, columns, _present)


def passed_on(column: Column, columns: Columns) -> frozenset[Output]:
    """The measures that a column is, as they are: cast, moved by a constant, one of several, a default for what is missing."""
    return _reached(column, columns, _unchanged)


def amounts(expression: Expression, columns: Columns) -> tuple[Expression, ...]:
    """What an expression takes its value from, one step down; of a CASE whose values are constants what chooses among them."""
    found = tuple(_uncompared(expression, columns))
    choosing = isinstance(expression, Call) and all(isinstance(one, Literal) for one in found)
    return tuple(_parts(expression, columns)) if choosing else found


def undivided(column: Column, columns: Columns) -> frozenset[Output]:
    """The measures that a column is computed with otherwise than as a side of a quotient of measures: a sum by a count is an
    average."""
    return _reached(column, columns, _outside_quotients)


def outermost(column: Column, columns: Columns, taking: Container[Expression]) -> frozenset[Output]:
    """The measures that reach a column on a way that passes none of those that are `taking` values of others together."""
    return _reached(column, columns, lambda node, known: () if node in taking else _parts(node, known))


def _reached(
    column: Expression, columns: Columns, parts: Callable[[Expression, Columns], Iterable[Expression]]
) -> frozenset[Output]:
    pending: list[Expression] = [column]
    seen: set[tuple[Relation, Name] | Expression] = set()
    found: set[Output] = set()
    while pending:
        node = pending.pop()
        key = (columns.settle(node.relation, node.name), node.name) if isinstance(node, Column) else node
        if key in seen:
            continue
        seen.add(key)
        if isinstance(key, tuple):
            made = columns.table(key[0]).find(key[1])
            if made is not None and isinstance(made.expression, Measure):
                found.add(made)
            pending.extend(columns.step(*key))
        else:
            pending.extend(parts(node, columns))
    return frozenset(found)


def _parts(expression: Expression, columns: Columns) -> Iterator[Expression]:
    match expression:
        case Measure(args=args):
            yield from args
        case Subquery(function="scalar", relation=relation):
            yield from (Column(relation, name) for name in columns.header(relation).names[:1])
        case _:
            yield from children(expression)


def _uncompared(expression: Expression, columns: Columns) -> Iterator[Expression]:
    match expression:
        case Call(function="case", args=args):
            yield from (arg for at, arg in enumerate(args) if at % 2 or at == len(args) - 1)
        case Call(function=function) if function in _COMPARING:
            return
        case _:
            yield from _parts(expression, columns)


def _outside_quotients(expression: Expression, columns: Columns) -> Iterator[Expression]:
    quotient = isinstance(expression, Call) and expression.function in _QUOTIENTS
    if quotient and all(_reached(arg, columns, _uncompared) for arg in children(expression)):
        return
    yield from _parts(expression, columns)


def _given(expression: Expression, columns: Columns) -> Iterator[Expression]:
    """What a value is computed from where nothing is missing: without defaults, and without what goes into code that could
    not be read."""
    match expression:
        case Call(function=function, args=args) if function in _DEFAULTING:
            yield from args[:1]
        case Call(function="case", args=(Call(function="is_null"), _, present)):
            yield present
        case Call(function="case", args=args):
            values = [arg for at, arg in enumerate(args) if at % 2 or at == len(args) - 1]
            taken = {value for value in values if _of_measures(value, columns)}
            emptied = any(isinstance(value, Literal) and value.value is None for value in values)
            yield from (arg for arg in (values if emptied else args) if arg not in taken)
        case Hole(unread=True):
            return
        case _:
            yield from _parts(expression, columns)


def _present(expression: Expression, columns: Columns) -> Iterator[Expression]:
    match expression:
        case Call(function=function, args=args) if function in _DEFAULTING:
            yield from args[:1]
        case Call(function="case", args=(Call(function="is_null"), _, present)):
            yield present
        case Call(function="case", args=args):
            values = [arg for at, arg in enumerate(args) if at % 2 or at == len(args) - 1]
            own = [arg for arg in values if not isinstance(arg, Literal) and not _of_measures(arg, columns)]
            yield from (arg for arg in args if not own or arg not in values or arg in own)
        case _:
            yield from _parts(expression, columns)


def _unchanged(expression: Expression, _columns: Columns) -> Iterator[Expression]:
    match expression:
        case Call(function="case", args=args):
            yield from (arg for at, arg in enumerate(args) if at % 2 or at == len(args) - 1)
        case Call(function="add" | "sub", args=(moved, Literal())):
            yield moved
        case Call(function=function, args=args) if function in TRANSPARENT | _DEFAULTING | _CHOOSING:
            yield from args


def is_measure(value: Expression, columns: Columns) -> bool:
    """Whether a value is a measure as it is, but for its type and precision, and what stands in where it is missing."""
    while isinstance(value := behind(value, columns), Call) and value.function in _PASSING and value.args:
        value = value.args[0]
    return isinstance(value, Measure)


def _of_measures(value: Expression, columns: Columns) -> bool:
    """Whether a value is made of measures and constants alone, the same for every row that takes it: the mean plus one."""
    value = behind(value, columns)
    if isinstance(value, Call) and value.function in _ARITHMETIC:
        parts = [part for part in value.args if not isinstance(part, Literal)]
        return bool(parts) and all(_of_measures(part, columns) for part in parts)
    return is_measure(value, columns) or (
        isinstance(value, Call)
        and value.function in _PASSING
        and bool(value.args)
        and _of_measures(value.args[0], columns)
    )
