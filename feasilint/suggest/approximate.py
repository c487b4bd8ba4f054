"""Sketches instead of exact aggregates, which tiles can be merged of, where the dialect has them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.suggest.sql_text import Text

if TYPE_CHECKING:
    from feasilint.ir import Fragment
    from feasilint.suggest.forms import Form

_SKETCHING = frozenset(
    {"bigquery", "snowflake", "spark", "spark2", "databricks", "duckdb", "trino", "presto", "athena", "redshift"}
)
_EVERY = ("bigquery",)  # dialects whose approximate quantiles come as an array: left to the reader


def rewrite(node: exp.Expr, fragment: Fragment, form: Form | None = None, time: str = "") -> str | None:
    """The SELECT around an exact aggregate with a form of bounded size, which is a sketch unless it is given; None where its
    dialect or form is not one that is known."""
    root = node.root()
    at = next(index for index, other in enumerate(root.walk(bfs=False)) if other is node)
    node = list(root.copy().walk(bfs=False))[at]
    select, text = node.find_ancestor(exp.Select), Text(fragment)
    if select is None or text.controlled(select):
        return None
    made = form(node, text.dialect, time) if form is not None else sketched(node, text.dialect)
    return text.written(select) if made is not None else None


def sketched(node: exp.Expr, dialect: str) -> exp.Expr | None:
    """Put the approximate form in the place of an exact aggregate; None where none is known."""
    exact = node.find_ancestor(exp.WithinGroup, exp.Select) if isinstance(node.parent, exp.WithinGroup) else node
    made = _sketch(exact, dialect) if exact is not None and dialect in _SKETCHING else None
    if exact is not None and made is not None:
        exact.replace(made)
    return made


def _sketch(exact: exp.Expr, dialect: str) -> exp.Expr | None:
    match exact:
        case exp.Count(this=exp.Distinct(expressions=[one])):
            return exp.ApproxDistinct(this=one.copy())
        case exp.Median(this=value):
            return _quantile(value, exp.Literal.number("0.5"), dialect)
        case exp.Quantile(this=value, args={"quantile": exp.Literal() as share}):
            return _quantile(value, share, dialect)
        case exp.PercentileCont(this=value, expression=exp.Literal() as share):
            return _quantile(value, share, dialect)
        case exp.WithinGroup(
            this=exp.PercentileCont(this=exp.Literal() as share) | exp.PercentileDisc(this=exp.Literal() as share),
            expression=exp.Order(expressions=[exp.Ordered() as by]),
        ) if not by.args.get("desc"):
            return _quantile(by.this, share, dialect)
        case _:
            return None


def _quantile(value: exp.Expr, share: exp.Expr, dialect: str) -> exp.Expr | None:
    if dialect in _EVERY:
        return None
    return exp.ApproxQuantile(this=value.copy(), quantile=share.copy())
