"""Counts and sums in which each row counts half as much after every half-life, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp

if TYPE_CHECKING:
    from feasilint.suggest.forms import Form

MOMENT, TIME = "feasilint_moment", "feasilint_time"
"""Columns that stand for the time of prediction and for that of the row until it is known where they are."""
_DAY = 86_400
_BETWEEN: dict[str, type[exp.Func]] = {
    **dict.fromkeys(("bigquery", "duckdb", "snowflake", "spark", "databricks", "trino", "mysql"), exp.TimestampDiff),
    **dict.fromkeys(("postgres", "redshift", "tsql"), exp.DateDiff),
}
"""What gives the seconds between two times in a dialect."""


def decayed(half_life: float) -> Form:
    """The form of a count or sum in which a row counts half as much after so many days."""

    def form(node: exp.Expr, dialect: str, time: str) -> exp.Expr | None:
        del time
        between = _BETWEEN.get(dialect)
        if between is None or isinstance(node.parent, exp.Window) or node.find(exp.Distinct):
            return None
        seconds = between(this=exp.column(MOMENT), expression=exp.column(TIME), unit=exp.var("SECOND"))
        lives = exp.Div(this=seconds, expression=exp.Literal.number(f"{half_life * _DAY:.1f}"))
        counted = _counted(node, exp.Pow(this=exp.Literal.number("0.5"), expression=lives))
        if counted is None:
            return None
        made = exp.Sum(this=counted)
        node.replace(made)
        return made

    return form


def _counted(node: exp.Expr, weight: exp.Expr) -> exp.Expr | None:
    """What each row adds."""
    match node:
        case exp.Sum(this=value):
            whole = value.copy() if isinstance(value, exp.Column | exp.Func | exp.Literal) else exp.paren(value.copy())
            return exp.Mul(this=whole, expression=weight)
        case exp.Count(this=exp.Star() | exp.Literal()):
            return weight
        case exp.Count(this=exp.Expression() as value) if not node.args.get("expressions"):
            there = exp.Not(this=exp.Is(this=value.copy(), expression=exp.Null()))
            return exp.Case(ifs=[exp.If(this=there, true=weight)], default=exp.Literal.number(0))
        case exp.CountIf(this=condition):
            return exp.Case(ifs=[exp.If(this=condition.copy(), true=weight)], default=exp.Literal.number(0))
        case _:
            return None


def placed(node: exp.Expr, as_of: exp.Expr, time: exp.Expr) -> None:
    """Put the two times in the places that stand for them."""
    for column in list(node.find_all(exp.Column)):
        if column.name in (MOMENT, TIME):
            column.replace((as_of if column.name == MOMENT else time).copy())
