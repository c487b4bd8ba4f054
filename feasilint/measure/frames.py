"""What the frame and the order of a window say: how far back it reaches, and by which time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Interval
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import fold, spelled
from feasilint.ir.names import timelike
from feasilint.measure.names import event_time

if TYPE_CHECKING:
    from feasilint.ir import Measure, Name, Window
    from feasilint.measure.model import WindowClass


def framed(window: Window, measure: Measure) -> tuple[WindowClass, tuple[Interval, ...]] | None:
    """The window that an explicit, finite frame gives."""
    if measure.function in ("lag", "lead"):
        return "rows", ()
    frame = window.frame
    if frame is None or frame.start is None or frame.end is None:
        return None
    if frame.unit != "range":
        return "rows", ()
    if isinstance(frame.start, Interval) and not frame.vague:
        end = frame.end if isinstance(frame.end, Interval) else Interval()
        return "bounded", (end - frame.start,)
    timed = frame.vague or any(timelike(spelled(column.name)) for by in window.order for column in referenced(by))
    return ("bounded", ()) if timed else ("unknown", ())


def order_name(window: Window) -> Name | None:
    """The time that a window is ordered by: not a key of its partition, the one that speaks of time first."""
    keys = {fold(column.name) for key in window.partition for column in referenced(key)}
    names = [column.name for by in window.order for column in referenced(by) if fold(column.name) not in keys]
    return next((name for name in names if event_time(spelled(name))), next(iter(names), None))
