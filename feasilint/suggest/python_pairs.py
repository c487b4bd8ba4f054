"""Earlier rows that are held against a row, in pandas, polars and PySpark: those of a window before it."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest import pandas_code, polars, spark
from feasilint.suggest.python_code import code, grouping, statement, written

if TYPE_CHECKING:
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.imports import Library
    from feasilint.suggest.pairs import Pair
    from feasilint.suggest.python_code import Edit, Place

_ENCLOSING = ("()", "[]")
_LIBRARIES = {"polars": (polars.GROUPING, polars.renames), "spark": (spark.GROUPING, spark.renames)}


def paired(library: Library, place: Place, pair: Pair, bound: Bound, names: frozenset[str]) -> str | None:
    """The statements that compare and that aggregate, with a bound from below beside the comparison; None where it is not written
    as one. `names`: those of the columns that it makes."""
    if library == "pandas":
        return _pandas(place, pair, bound, names)
    found = statement(place.program.fragments[pair.origin.fragment], pair.origin.node)
    grouped, renames = _LIBRARIES[library]
    group = grouping(place, grouped)
    if found is None or group is None:
        return None
    comparing, node = found
    if not isinstance(node, cst.Comparison) or len(node.comparisons) != 1:
        return None
    whole = code(node) if node.lpar else f"({code(node)})"
    left, right = code(node.left), code(node.comparisons[0].comparator)
    text = _bounded(left, right, whole, pair, _ago(library, place, bound))
    tight = isinstance(comparing.parent(node), cst.Arg)
    one: dict[cst.CSTNode, Edit] = {node: written(text if tight else f"({text})")}
    other = {at: edit for at, edit in renames(place, group, bound) if code(at).strip("\"'") in names}
    if comparing is place.statement:
        return place.written(comparing.edited({**one, **other}))
    return place.written(place.statement.edited(other), comparing.edited(one))


def _bounded(left: str, right: str, whole: str, pair: Pair, ago: str) -> str:
    earlier, later = (left, right) if pair.first else (right, left)
    return f"{whole} & ({earlier} >= {later}{ago})"


def _ago(library: Library, place: Place, bound: Bound) -> str:
    """What makes a time one of so many days before it."""
    if library == "polars":
        return f'.dt.offset_by("-{bound.days}d")'
    if library == "spark":
        return f' - {place.spelling.function("expr")}("INTERVAL {bound.days} DAYS")'
    return f" - {place.spelling.module('pandas')}.Timedelta(days={bound.days})"


def _pandas(place: Place, pair: Pair, bound: Bound, outputs: frozenset[str]) -> str | None:
    fragments = place.program.fragments
    comparing, measuring = (pandas_code.source_of(fragments[at]) for at in (pair.origin.fragment, place.fragment))
    node = comparing.nodes[pair.origin.node] if pair.origin.node < len(comparing.nodes) else None
    around = _statement(node, comparing)
    if (
        not isinstance(node, ast.Compare)
        or len(node.ops) != 1
        or not isinstance(around, ast.Assign | ast.Expr | ast.Return)
    ):
        return None
    left, right = comparing.source(node.left), comparing.source(node.comparators[0])
    text = _bounded(left, right, f"({comparing.source(node)})", pair, _ago("pandas", place, bound))
    start, end = comparing.extent(node)
    enclosed = comparing.text[start - 1 : start] + comparing.text[end : end + 1] in _ENCLOSING
    edit = pandas_code.Edit(start, end, text if enclosed else f"({text})")
    aggregating = _at_line(measuring, place.statement.line)
    if aggregating is None:
        return None
    made = {bound.named(name) for name in outputs}
    names = [one for one in pandas_code.renames(aggregating, measuring, bound) if one.text.strip("\"'") in made]
    if aggregating is around:
        return place.written(measuring.edited(aggregating, [edit, *names]))
    return place.written(measuring.edited(aggregating, names), comparing.edited(around, [edit]))


def _statement(node: ast.AST | None, source: pandas_code.Source) -> ast.AST | None:
    return next((at for at in source.above(node) if isinstance(at, ast.stmt)), None) if node is not None else None


def _at_line(source: pandas_code.Source, line: int) -> ast.stmt | None:
    """The innermost statement that begins at a line."""
    return next((at for at in reversed(source.nodes) if isinstance(at, ast.stmt) and at.lineno == line), None)
