"""In pandas and PySpark, the time of a row in the place of the clock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from feasilint.suggest.python_code import base, code, method, within, written

if TYPE_CHECKING:
    from feasilint.suggest.imports import Library
    from feasilint.suggest.python_code import Place

_PANDAS = re.compile(
    r"""(\w+\.)?Timestamp\.(now|today|utcnow)\(\) | (\w+\.)?to_datetime\((['"])(now|today)\4\)
    | (\w+\.)?datetime\.(now|today|utcnow)\(\)""",
    re.VERBOSE,
)
_SPARK = frozenset({"current_date", "current_timestamp", "now"})


def of_row(library: Library, place: Place, event_time: str) -> str | None:
    """The statement with the event time in place of its one look at the clock; None where that is written in another way."""
    find = {"pandas": _pandas, "spark": _spark}.get(library)
    found = find(place, event_time) if find is not None else []
    if len(found) != 1:
        return None
    ((clock, time),) = found
    return place.written(place.statement.edited({clock: written(time)}))


def _pandas(place: Place, event_time: str) -> list[tuple[cst.Call, str]]:
    """What a column of a frame is subtracted from, or subtracts: `pd.Timestamp.now() - df.opened_at`."""
    found = []
    for call in within(place.statement.module):
        around = place.statement.parent(call)
        if _PANDAS.fullmatch(code(call)) and isinstance(around, cst.BinaryOperation):
            other = around.right if around.left is call else around.left
            frame = base(other)
            if isinstance(other, cst.Attribute | cst.Subscript) and isinstance(frame, cst.Name):
                found.append((call, f'{frame.value}["{event_time}"]'))
    return found


def _spark(place: Place, event_time: str) -> list[tuple[cst.Call, str]]:
    column = f'{place.spelling.function("col")}("{event_time}")'
    calls = within(place.statement.module)
    return [(call, column) for call in calls if method(call) in _SPARK and not call.args and _is_of_spark(call, place)]


def _is_of_spark(call: cst.Call, place: Place) -> bool:
    imports, first = place.spelling.imports, base(call)
    return isinstance(first, cst.Name) and (imports.library(first.value) == "spark" or bool(imports.stars))
