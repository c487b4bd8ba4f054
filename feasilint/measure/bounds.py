"""Time bounds: what predicates say about how far back rows reach."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeAlias

from msgspec.structs import replace

from feasilint.ir import Call, Column, Expression, Hole, Interval, Now, Param
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, fold, is_dynamic, spelled, walk
from feasilint.ir.names import timelike
from feasilint.measure.comparisons import COMPLEMENT, FLIP, Bound, compared
from feasilint.measure.lengths import behind
from feasilint.measure.moments import Moment, moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from feasilint.columns import Columns
    from feasilint.ir import Relation

Event: TypeAlias = "tuple[Relation, str]"
_DEPTH = 12
_NULL = ("is_null", "isnull", "isna", "is")
_FIXED: dict[str, int] = {
    "now": 0,
    "newest": 0,
    "parameter": 1,
    "column": 2,
    "neighbour": 2,
    "first": 3,
    "constant": 4,
    "unknown": 5,
}


def event_of(bound: Bound) -> Event:
    """The column that a bound is on, as one that can be compared."""
    return bound.event.relation, fold(bound.event.name)


def bounds(predicate: Expression, columns: Columns) -> tuple[Bound, ...]:
    """The time bounds that hold wherever the predicate does."""
    return tuple(_said(predicate, True, columns, 0))


class Bounds:
    """The bounds of predicates, with memory: many measures stand under the same ones."""

    def __init__(self, columns: Columns) -> None:
        self.columns = columns
        self._known: dict[Expression, tuple[Bound, ...]] = {}

    def of(self, predicate: Expression) -> tuple[Bound, ...]:
        """The time bounds that hold wherever the predicate does."""
        found = self._known.get(predicate)
        if found is None:
            found = self._known[predicate] = bounds(predicate, self.columns)
        return found


def unreadable(predicate: Expression) -> bool:
    """Whether a part of the predicate is a parameter alone, or could not be read and may be about time: it may bound anything."""
    return any(isinstance(part, Param | Hole) or _hides_time(part) for part in conjuncts(predicate))


def _hides_time(part: Expression) -> bool:
    nodes = list(walk(part))
    if not any(isinstance(node, Hole) for node in nodes):
        return False
    names = [node.name for node in nodes if isinstance(node, Column)]
    spoken = any(isinstance(node, Now) for node in nodes) or any(is_dynamic(n) or timelike(spelled(n)) for n in names)
    return spoken or not names


# --- logic -------------------------------------------------------------------------------------------------------------


def _said(part: Expression, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    if depth > _DEPTH:
        return []
    if isinstance(part, Column):
        return _flag(part, holds, columns, depth)
    known = _PREDICATES.get(part.function) if isinstance(part, Call) else None
    return known(part, holds, columns, depth) if known is not None else []  # type: ignore[arg-type]  # a Call here


def _all(parts: Iterable[Expression], holds: bool, columns: Columns, depth: int) -> list[Bound]:
    return [bound for part in parts for bound in _said(part, holds, columns, depth + 1)]


def _and(call: Call, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    parts = list(conjuncts(call))
    return _all(parts, True, columns, depth) if holds else _either(parts, False, columns, depth)


def _or(call: Call, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    return _either(call.args, True, columns, depth) if holds else _all(call.args, False, columns, depth)


def _not(call: Call, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    return _all(call.args[:1], not holds, columns, depth)


def _between(call: Call, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    if len(call.args) != 3:
        return []
    inside, low, high = call.args
    both = (Call("ge", (inside, low)), Call("le", (inside, high)))
    return _all(both, True, columns, depth) if holds else _either(both, False, columns, depth)


def _comparison(call: Call, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    operator = call.function if holds else COMPLEMENT.get(call.function)
    if operator not in FLIP or len(call.args) != 2:
        return []
    left, right = call.args
    found = _chosen(operator, left, right, columns, depth) or list(compared(operator, left, right, columns))
    if holds and call.origin is not None:
        found = [replace(bound, origin=call.origin) for bound in found]
    if operator == "eq" and (flag := _compared_flag(left, right)) is not None:
        found += _said(flag, True, columns, depth + 1)
    return found


def _chosen(operator: str, left: Expression, right: Expression, columns: Columns, depth: int) -> list[Bound]:
    """`ts >= least(a, b)`: `ts >= a OR ts >= b`."""
    for one, other, op in ((left, right, FLIP.get(operator)), (right, left, operator)):
        if isinstance(one, Call) and one.function in ("greatest", "least") and op in ("lt", "le", "gt", "ge"):
            parts = [Call(op, (other, arg)) for arg in one.args]
            every = (one.function == "greatest") == (op in ("gt", "ge"))
            return _all(parts, True, columns, depth) if every else _either(parts, True, columns, depth)
    return []


def _listed(call: Call, holds: bool, columns: Columns, _depth: int) -> list[Bound]:
    event = moment(call.args[0], columns) if call.args and holds else None
    values = [moment(arg, columns) for arg in call.args[1:]]
    if event is None or event.column is None or any(v is None or v.base != "constant" for v in values):
        return []
    if any(v is not None and v.plain for v in values) and not timelike(spelled(event.column.name)):
        return []
    instants = sorted(v.at for v in values if v is not None and v.at is not None)
    if not instants:
        return []
    return [Bound(event.column, Moment("constant", at=instants[0]), Moment("constant", at=instants[-1]))]


_PREDICATES: dict[str, Callable[[Call, bool, Columns, int], list[Bound]]] = {
    "and": _and, "or": _or, "not": _not, "between": _between, "in": _listed, "isin": _listed,
    **dict.fromkeys(FLIP, _comparison), "ne": _comparison,
}  # fmt: skip


# --- flags -------------------------------------------------------------------------------------------------------------


def _flag(column: Column, holds: bool, columns: Columns, depth: int) -> list[Bound]:
    """A boolean column stands for the predicate that it was made of."""
    made = behind(column, columns)
    return [] if isinstance(made, Column) else _said(_condition(made), holds, columns, depth + 1)


def _condition(expression: Expression) -> Expression:
    """CASE WHEN p THEN 1 ELSE 0 END, CAST(p AS int) and p.astype(int) are p."""
    while isinstance(expression, Call) and expression.args:
        if expression.function == "case" and len(expression.args) in (2, 3):
            return expression.args[0] if _is_flag(expression.args[1:]) else expression
        if expression.function not in ("cast", "astype", "coalesce", "fillna"):
            break
        expression = expression.args[0]
    return expression


def _is_flag(branches: tuple[Expression, ...]) -> bool:
    """Whether the branches of a CASE say yes and no, in this order."""
    values = [branch.value for branch in branches if isinstance(branch, Constant)]
    return len(values) == len(branches) and values[0] in (1, True) and (len(values) < 2 or not values[1])


def _compared_flag(left: Expression, right: Expression) -> Expression | None:
    """`flag = 1`, `flag = TRUE`."""
    if isinstance(right, Constant) and right.value in (1, True, "Y", "y"):
        return _condition(left)
    return None


# --- one or the other --------------------------------------------------------------------------------------------------


def _either(parts: Iterable[Expression], holds: bool, columns: Columns, depth: int) -> list[Bound]:
    """What holds whichever part does; `x > t OR x IS NULL` is an open end of `x > t`."""
    stated = [part for part in parts if not (holds and _never(part))]
    open_ends = [part for part in stated if holds and _tests_null(part)]
    found = [_said(part, holds, columns, depth + 1) for part in stated if part not in open_ends]
    timed = {fold(bound.event.name) for part in found for bound in part}
    if any(fold(column.name) not in timed for part in open_ends for column in referenced(part)):
        return []
    return weakest(found)


def _tests_null(part: Expression) -> bool:
    return isinstance(part, Call) and part.function in _NULL


def _never(part: Expression) -> bool:
    return isinstance(part, Constant) and part.value in (False, None)


def weakest(alternatives: list[list[Bound]]) -> list[Bound]:
    """The bounds that hold in every alternative: on each column that all of them bound, the widest."""
    if len(alternatives) < 2:
        return alternatives[0] if alternatives else []
    sides = [_sides(part) for part in alternatives]
    found: list[Bound] = []
    for event, (column, _, _) in sides[0].items():
        if all(event in other for other in sides):
            here = [other[event] for other in sides]
            low, high = _widest([one[1] for one in here], 1), _widest([one[2] for one in here], -1)
            if low is not None or high is not None:
                found.append(Bound(column, low, high))
    return found


_Sides: TypeAlias = "dict[Event, tuple[Column, Moment | None, Moment | None]]"


def _sides(part: list[Bound]) -> _Sides:
    """The tightest lower and upper bound on each column."""
    by_event: defaultdict[Event, list[Bound]] = defaultdict(list)
    for bound in part:
        by_event[event_of(bound)].append(bound)
    return {event: (said[0].event, _tightest([b.lower for b in said], 1), _tightest([_end(b) for b in said], -1))
            for event, said in by_event.items()}  # fmt: skip


def _end(bound: Bound) -> Moment | None:
    """The upper end; that of an equality is its width later."""
    if bound.upper is None or bound.width is None:
        return bound.upper
    return bound.upper.later(bound.width)


def _tightest(moments: list[Moment | None], sign: int) -> Moment | None:
    stated = [one for one in moments if one is not None]
    return min(stated, key=lambda m: (_FIXED[m.base], -sign * _instant(m)), default=None)


def _widest(moments: list[Moment | None], sign: int) -> Moment | None:
    """The weakest of one end of every alternative; None if one of them is open."""
    stated = [one for one in moments if one is not None]
    if len(stated) < len(moments) or (sign < 0 and len({one.base for one in stated}) > 1):
        return None
    return max(stated, key=lambda m: (_FIXED[m.base], m.offset is None, -sign * _instant(m)))


def _instant(found: Moment) -> float:
    offset = found.offset or Interval()
    return offset.total_seconds + (found.at.timestamp() if found.at is not None else 0.0)
