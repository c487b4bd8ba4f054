"""Row-wise expressions of the IR as SQL in DuckDB's dialect: what means the same there, and a reason for everything else."""

from __future__ import annotations

import re
from datetime import datetime
from math import isfinite
from typing import TYPE_CHECKING, Literal, NoReturn, TypeAlias

from msgspec import Struct

from feasilint.ir import Call, Column, Hole, Interval, Measure, Now, Param, Shift, Subquery
from feasilint.ir import Literal as Constant

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Expression

Nulls: TypeAlias = Literal["sql", "pandas", "unknown"]
_LONGEST = 4_000  # characters: what is longer is nothing to paste
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_RESERVED = frozenset((
    "all", "and", "any", "array", "as", "asc", "at", "between", "both", "by", "case", "cast", "check", "collate",
    "column", "constraint", "create", "cross", "current", "date", "default", "delete", "desc", "distinct", "do",
    "drop", "else", "end", "except", "exists", "false", "fetch", "for", "foreign", "from", "full", "grant", "group",
    "grouping", "having", "if", "in", "index", "inner", "insert", "intersect", "interval", "into", "is", "join",
    "key", "lateral", "left", "like", "limit", "natural", "new", "not", "null", "of", "offset", "on", "only", "or",
    "order", "outer", "over", "partition", "primary", "qualify", "range", "references", "returning", "right", "rows",
    "select", "session", "set", "some", "start", "summarize", "table", "then", "time", "timestamp", "to", "trailing",
    "true", "union", "unique", "unnest", "update", "user", "using", "values", "when", "where", "window", "with",
    "within",
))  # fmt: skip


class Unsaid(Exception):  # noqa: N818 - no error: it carries the reason why something cannot be said
    """Why something cannot be stated."""


class Foreign(Unsaid):
    """What would need the columns of something else than the rows that are spoken of."""


class Manner(Struct, frozen=True):
    """How the code that is read means what it says. `nulls`: what a comparison with a missing value gives; `whole`: whether `/`
    cuts off between whole numbers; `vague`: functions of which the code has two kinds that are one in the IR."""

    nulls: Nulls = "sql"
    whole: bool = False
    vague: frozenset[str] = frozenset()


def name(text: str) -> str:
    """An identifier, quoted where it must be."""
    if _PLAIN.match(text) and text.lower() not in _RESERVED:
        return text
    return '"' + text.replace('"', '""') + '"'


def text_of(value: str) -> str:
    """A string as SQL writes it."""
    return "'" + value.replace("'", "''") + "'"


class Speaker(Struct, frozen=True):
    """`column` says what a column is; `manner` how the expression is meant. `inside`: within another expression, where a missing
    value of pandas' comparisons is false."""

    column: Callable[[Column], str]
    manner: Manner = Manner()
    inside: bool = False

    def say(self, expression: Expression) -> str:
        """The expression as SQL. Raises Unsaid with the reason why it has no such form."""
        match expression:
            case Column():
                said = self.column(expression)
            case Constant(value=value):
                said = constant(value)
            case Call():
                said = self._call(expression)
            case _:
                _refuse(expression)
        if len(said) > _LONGEST:
            raise Unsaid("its expression is too long to be written down")
        return said

    def _call(self, call: Call) -> str:
        if call.function in self.manner.vague:
            raise Unsaid(f"the code uses two kinds of `{call.function}`, and it is not known which one is meant")
        if call.function in _INFIX:
            return self._infix(call)
        known = _CALLS.get(call.function)
        if known is None:
            raise Unsaid(f"nothing is known that is exactly `{call.function}` elsewhere")
        return known(self, call)

    def within(self, expression: Expression) -> str:
        """An expression as a part of another one."""
        return Speaker(self.column, self.manner, True).say(expression)

    def _infix(self, call: Call) -> str:
        sign = _INFIX[call.function]
        if len(call.args) < 2 or (len(call.args) > 2 and call.function not in ("and", "or", "add", "mul")):
            raise Unsaid(f"`{call.function}` of {len(call.args)} values is not known")
        if call.function == "div" and self.manner.whole and not any(map(_fractional, call.args)):
            raise Unsaid("it depends on the columns' types whether `/` cuts off there")
        if call.function in ("and", "or"):
            parts = [self.within(arg) if call.function == "or" else self.say(arg) for arg in call.args]
        else:
            parts = [self.within(arg) for arg in call.args]
        if call.function == "ne" and self.manner.nulls != "sql":
            self._known("ne")
            sign = "IS DISTINCT FROM"
        said = f" {sign} ".join(map(wrapped, parts))
        return self._strict(said) if call.function in COMPARISONS else said

    def _known(self, function: str) -> None:
        if self.manner.nulls == "unknown":
            raise Unsaid(f"several libraries are used that take `{function}` of a missing value differently")

    def _strict(self, said: str) -> str:
        """A comparison of pandas inside something else: with a missing value it is false, not unknown."""
        if self.manner.nulls == "sql" or not self.inside or " IS DISTINCT " in said:
            return said
        self._known("not")
        return f"coalesce({said}, FALSE)"

    # --- calls of their own form ---

    def case(self, call: Call) -> str:
        parts = [f"WHEN {self.within(a)} THEN {self.within(b)}" for a, b in zip(*[iter(call.args)] * 2, strict=False)]
        other = f" ELSE {self.within(call.args[-1])}" if len(call.args) % 2 else ""
        return f"CASE {' '.join(parts)}{other} END"

    def between(self, call: Call) -> str:
        inside, low, high = (wrapped(self.within(arg)) for arg in _exactly(call, 3))
        return self._strict(f"{inside} BETWEEN {low} AND {high}")

    def listed(self, call: Call) -> str:
        first, *values = call.args
        if not values or not all(isinstance(value, Constant) and value.value is not None for value in values):
            raise Unsaid("a list is compared with that is not known")
        return self._strict(f"{wrapped(self.within(first))} IN ({', '.join(map(self.within, values))})")

    def negation(self, call: Call) -> str:
        return f"NOT {wrapped(self.within(_exactly(call, 1)[0]))}"

    def minus(self, call: Call) -> str:
        return f"-{wrapped(self.within(_exactly(call, 1)[0]))}"

    def null(self, call: Call) -> str:
        return f"{wrapped(self.within(_exactly(call, 1)[0]))} IS {'NOT ' if 'not' in call.function else ''}NULL"

    def cast(self, call: Call) -> str:
        value, kind = _exactly(call, 2)
        wanted = str(kind.value).lower() if isinstance(kind, Constant) else ""
        if wanted not in _TYPES:
            raise Unsaid(f"nothing is known that is exactly a cast to `{wanted or 'this type'}` elsewhere")
        return f"CAST({self.within(value)} AS {_TYPES[wanted]})"

    def date(self, call: Call) -> str:
        return f"CAST({self.within(_exactly(call, 1)[0])} AS DATE)"

    def truncated(self, call: Call) -> str:
        unit, value = self._unit(call, _TRUNCATIONS)
        return f"date_trunc('{unit}', {self.within(value)})"

    def part(self, call: Call) -> str:
        unit, value = self._unit(call, _PARTS)
        return f"EXTRACT({unit} FROM {self.within(value)})"

    def _unit(self, call: Call, known: frozenset[str]) -> tuple[str, Expression]:
        unit, value = _exactly(call, 2)
        if not isinstance(unit, Constant) or unit.value not in known:
            raise Unsaid(f"nothing is known that is exactly this `{call.function}` elsewhere")
        return str(unit.value), value

    def plain(self, call: Call) -> str:
        return f"{_PLAIN_CALLS[call.function]}({', '.join(map(self.within, call.args))})"


def constant(value: object) -> str:
    """A constant as SQL. Raises Unsaid for one that has no such form."""
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float() if isfinite(value):
            return repr(value)
        case str():
            return text_of(value)
        case datetime():
            return f"TIMESTAMP '{value.replace(tzinfo=None).isoformat(sep=' ')}'"
        case Interval():
            return interval(value)
        case _:
            raise Unsaid(f"the constant `{value}` has no form in SQL")


def interval(length: Interval) -> str:
    """A length of time as SQL."""
    parts = ((length.months, "MONTH"), (length.days, "DAY"), (length.seconds, "SECOND"))
    said = [f"INTERVAL {amount:g} {unit}" for amount, unit in parts if amount]
    if any(amount != int(amount) for amount, _ in parts):
        raise Unsaid("a length of time with a fraction of a second")
    return " + ".join(said) or "INTERVAL 0 SECOND"


def is_flag(expression: Expression) -> bool:
    """Whether an expression is true or false."""
    return isinstance(expression, Call) and expression.function in _FLAGS


def wrapped(said: str) -> str:
    """An operand, in parentheses where it is more than a name, a number or a call."""
    return said if _WHOLE.match(said) and _closed(said) else f"({said})"


def bare(said: str) -> str:
    """Without parentheses around all of it."""
    return said[1:-1] if said.startswith("(") and said.endswith(")") and _closed(said) else said


def _closed(said: str) -> bool:
    """Whether the first parenthesis closes at the end: `f(a)`, not `f(a) + (b)`."""
    depth, quoted = 0, ""
    for at, sign in enumerate(said):
        if quoted:
            quoted = "" if sign == quoted else quoted
        elif sign in "'\"":
            quoted = sign
        else:
            depth += (sign == "(") - (sign == ")")
            if sign == ")" and not depth and at < len(said) - 1:
                return False
    return True


_WHOLE = re.compile(r"""(?:[\w.]+|"(?:[^"]|"")+"|'(?:[^']|'')*'|\w+\(.*\))\Z""", re.DOTALL)


def _exactly(call: Call, count: int) -> tuple[Expression, ...]:
    if len(call.args) != count:
        raise Unsaid(f"`{call.function}` of {len(call.args)} values is not known")
    return call.args


def _fractional(expression: Expression) -> bool:
    """Whether a value has a fraction, whatever the columns are."""
    if isinstance(expression, Constant):
        return isinstance(expression.value, float)
    return isinstance(expression, Call) and (
        (expression.function == "cast" and expression.args[-1:] != () and _to_fraction(expression.args[-1]))
        or (expression.function in ("mul", "add", "sub", "div", "neg") and any(map(_fractional, expression.args)))
    )


def _to_fraction(kind: Expression) -> bool:
    return isinstance(kind, Constant) and str(kind.value).lower() in _FRACTIONS


def _refuse(expression: Expression) -> NoReturn:
    match expression:
        case Now():
            raise Unsaid("it depends on the clock")
        case Param(name=parameter):
            raise Unsaid(f"it depends on the parameter `{parameter}`")
        case Hole(text=text):
            raise Unsaid(f"it depends on `{text}`, which could not be read")
        case Subquery():
            raise Foreign("it depends on another query")
        case Shift():
            raise Unsaid("it depends on another row than its own")
        case Measure(function=function):
            raise Unsaid(f"it is made of another aggregate, `{function}`")
        case _:
            raise Unsaid("it could not be read")


COMPARISONS = frozenset(("eq", "ne", "lt", "le", "gt", "ge"))
_FLAGS = COMPARISONS | {"and", "or", "not", "between", "in", "isin", "is_null", "is_not_null", "isnull", "like"}
_INFIX = {
    "eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "and": "AND", "or": "OR", "add": "+", "sub": "-",
    "mul": "*", "div": "/", "like": "LIKE",
}  # fmt: skip
_FRACTIONS = frozenset(("float", "double", "float64", "float32", "real"))
_TYPES = {
    **dict.fromkeys(("int", "integer", "bigint", "long", "int64"), "BIGINT"),
    **dict.fromkeys(_FRACTIONS, "DOUBLE"),
    **dict.fromkeys(("text", "varchar", "string", "str", "nvarchar"), "VARCHAR"),
    **dict.fromkeys(("bool", "boolean"), "BOOLEAN"),
    **dict.fromkeys(("timestamp", "datetime"), "TIMESTAMP"),
    "date": "DATE",
}
_TRUNCATIONS = frozenset(("year", "quarter", "month", "day", "hour", "minute"))
_PARTS = frozenset(("year", "quarter", "month", "day", "hour", "minute"))
_PLAIN_CALLS = {
    "coalesce": "coalesce", "nullif": "nullif", "lower": "lower", "upper": "upper", "abs": "abs", "floor": "floor",
    "ceil": "ceil", "sqrt": "sqrt", "exp": "exp", "ln": "ln", "fillna": "coalesce", "fill_null": "coalesce",
}  # fmt: skip
_CALLS: dict[str, Callable[[Speaker, Call], str]] = {
    **dict.fromkeys(_PLAIN_CALLS, Speaker.plain),
    **dict.fromkeys(("in", "isin", "is_in"), Speaker.listed),
    **dict.fromkeys(("is_null", "is_not_null", "isnull", "isNull", "isNotNull"), Speaker.null),
    **dict.fromkeys(("cast", "astype"), Speaker.cast),
    **dict.fromkeys(("date", "to_date"), Speaker.date),
    "case": Speaker.case,
    "between": Speaker.between,
    "not": Speaker.negation,
    "neg": Speaker.minus,
    "date_trunc": Speaker.truncated,
    "date_part": Speaker.part,
}
