"""Code that runs for each row of a request: what of a feature's computation is no plain expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Opaque
from feasilint.ir.expressions import children
from feasilint.rule import RowCode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.analysis import Analysis, Member
    from feasilint.ir import Expression, Name, Origin, Relation

_REGEX = "a regular expression"
_CALLS = {
    "udf": "a user-defined function",
    "row_code": "a Python function per row",
    **dict.fromkeys(
        ("extract", "extractall", "regexp_extract", "regexp_extract_all", "regexp_replace", "regexp_substr", "regexp_like"),
        _REGEX,
    ),
}  # fmt: skip
_MOST = 2000  # steps of one feature


def row_code(member: Member, analysis: Analysis) -> tuple[RowCode, ...]:
    """The calls of user code, regular expressions and models on the way of a column that take something from the request."""
    found = (
        RowCode(place, what)
        for relation, origin, what, taken in _steps(member, analysis)
        if (place := analysis.place(relation, origin)) is not None and _is_requested(taken, analysis)
    )
    return tuple(dict.fromkeys(found))


def _steps(member: Member, analysis: Analysis) -> Iterator[tuple[Relation, Origin | None, str, tuple[Expression, ...]]]:
    columns = analysis.columns
    start = member.column
    pending: list[tuple[Relation, Origin | None, Expression]] = [(start.relation, None, start)] if start else []
    seen: set[tuple[Relation, Name] | Expression] = set()
    while pending and len(seen) < _MOST:
        home, origin, node = pending.pop()
        key = (columns.settle(node.relation, node.name), node.name) if isinstance(node, Column) else node
        if key in seen:
            continue
        seen.add(key)
        if isinstance(key, tuple):
            relation, name = key
            below, made = columns.step(relation, name), columns.table(relation).find(name)
            here = made.origin if made is not None and made.origin is not None else relation.origin
            if isinstance(relation, Opaque) and relation.mixes:
                yield relation, here, "a model", (Column(relation, name),)
            pending.extend((relation, here, expression) for expression in below)
        else:
            if isinstance(node, Call) and node.function in _CALLS:
                yield home, node.origin or origin, _CALLS[node.function], node.args
            pending.extend((home, origin, below) for below in children(node))


def _is_requested(taken: tuple[Expression, ...], analysis: Analysis) -> bool:
    """Whether something of the request flows in: anything else can be computed before it comes."""
    scans = {leaf.scan for expression in taken for leaf in analysis.tracer.expression(expression).value}
    entries = [analysis.entry(scan) for scan in scans]
    stated = any(entry is not None and entry.availability == "request" for entry in entries)
    return stated or any(scan.source.kind == "request" for scan in scans)
