"""Which rows count in a measure: FILTER, and conditions inside the argument under which a row adds nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Expression, Literal
from feasilint.measure.lengths import behind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Measure

_DEPTH = 12
_ZERO_IS_NOTHING = frozenset({"sum", "max", "bool_or"})
_PASSING = frozenset(
    {"cast", "astype", "round", "float", "int", "abs", "neg", "try_cast", "nullif", "fillna", "sqrt", "log", "row_code"}
)
_FLAGS = frozenset({"lt", "le", "gt", "ge", "eq", "between", "and", "or", "not"})


def conditions(measure: Measure, columns: Columns) -> Iterator[Expression]:
    """Predicates that hold for every row that counts in a measure."""
    if measure.where is not None:
        yield measure.where
    relevance = _Relevance(columns, zero=measure.function in _ZERO_IS_NOTHING)
    for arg in measure.args:
        found = relevance.of(arg, 0)
        if found is not None:
            yield found


class _Relevance:
    """When an expression is neither null nor, where that adds nothing, `zero`."""

    def __init__(self, columns: Columns, zero: bool) -> None:
        self.columns = columns
        self.zero = zero

    def of(self, expression: Expression, depth: int) -> Expression | None:
        """The condition; None where there is none that is known."""
        if isinstance(expression, Column):
            made = behind(expression, self.columns)
            return expression if self.zero and _is_flag(made) else self._call(made, depth)
        return self._call(expression, depth)

    def _call(self, expression: Expression, depth: int) -> Expression | None:
        if not isinstance(expression, Call) or depth > _DEPTH:
            return None
        if expression.function in _FLAGS:
            return expression if self.zero else None
        known = _CALLS.get(expression.function)
        return known(self, expression, depth + 1) if known is not None and expression.args else None

    def case(self, call: Call, depth: int) -> Expression | None:
        """Any of the branches that count."""
        branches = list(zip(call.args[::2], call.args[1::2], strict=False))
        other = call.args[-1] if len(call.args) % 2 else Literal(None)
        counting: list[Expression] = []
        before: list[Expression] = []
        for condition, value in [*branches, (None, other)]:
            if not self._nothing(value):
                inner = self.of(value, depth)
                parts = [
                    *before,
                    *([condition] if condition is not None else []),
                    *([inner] if inner is not None else []),
                ]
                if not parts:
                    return None
                counting.append(Call("and", tuple(parts)))
            if condition is not None:
                before.append(Call("not", (condition,)))
        return Call("or", tuple(counting)) if counting else None

    def passed(self, call: Call, depth: int) -> Expression | None:
        return self.of(call.args[0], depth)

    def filled(self, call: Call, depth: int) -> Expression | None:
        """COALESCE(x, 0): x, where a zero adds nothing."""
        return self.of(call.args[0], depth) if all(map(self._nothing, call.args[1:])) else None

    def product(self, call: Call, depth: int) -> Expression | None:
        """A factor that is nothing makes the product nothing."""
        found = [part for arg in call.args if (part := self.of(arg, depth)) is not None]
        return Call("and", tuple(found)) if found else None

    def total(self, call: Call, depth: int) -> Expression | None:
        found = [self.of(arg, depth) for arg in call.args]
        known = tuple(part for part in found if part is not None)
        return Call("or", known) if known and len(known) == len(found) else None

    def _nothing(self, value: Expression) -> bool:
        if not isinstance(value, Literal):
            return False
        return value.value is None or (self.zero and not isinstance(value.value, str) and value.value in (0, False))


def _is_flag(made: Expression) -> bool:
    return isinstance(made, Call) and made.function in _FLAGS


_CALLS: dict[str, Callable[[_Relevance, Call, int], Expression | None]] = {
    **dict.fromkeys(_PASSING, _Relevance.passed),
    "case": _Relevance.case,
    "coalesce": _Relevance.filled,
    "mul": _Relevance.product,
    "div": _Relevance.passed,
    "add": _Relevance.total,
}
