"""Frames that hold the current row, moved so that they end before it, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.suggest.copies import copied, window_of
from feasilint.suggest.sql_text import RANGE_OF_TIME, Text

if TYPE_CHECKING:
    from feasilint.ir import Fragment
    from feasilint.measure.model import Aggregation


def ended(aggregation: Aggregation, fragment: Fragment) -> str | None:
    """The SELECT around a measure, whose frame ends before the current row; None where its form is not one that is known."""
    found, text = copied([aggregation], fragment), Text(fragment)
    window = window_of(found[0]) if found else None
    spec = window.args.get("spec") if window is not None else None
    if window is None or not isinstance(spec, exp.WindowSpec) or not _rises(window) or not _moved(spec, text.dialect):
        return None
    select = window.find_ancestor(exp.Select)
    return text.written(select) if select is not None and not text.controlled(select) else None


def _rises(window: exp.Window) -> bool:
    order = window.args.get("order")
    return isinstance(order, exp.Order) and not any(key.args.get("desc") for key in order.expressions)


def _moved(spec: exp.WindowSpec, dialect: str) -> bool:
    """Whether a frame could be moved: of rows by one row, of time by its least part."""
    start, end = spec.args.get("start"), spec.args.get("end") or "CURRENT ROW"
    if end != "CURRENT ROW" or str(spec.args.get("start_side")).upper() != "PRECEDING":
        return False
    kind = str(spec.args.get("kind")).upper()
    if kind == "ROWS" and isinstance(start, exp.Literal) and start.name.isdigit():
        spec.set("start", exp.Literal.number(int(start.name) + 1))
        spec.set("end", exp.Literal.number(1))
    elif kind == "RANGE" and isinstance(start, exp.Interval) and dialect in RANGE_OF_TIME:
        spec.set("end", exp.Interval(this=exp.Literal.string("1"), unit=exp.var("MICROSECOND")))
    else:
        return False
    for key, word in (("kind", kind), ("start_side", "PRECEDING"), ("end_side", "PRECEDING")):
        spec.set(key, word)
    return True
