"""What a feature can learn from training rows and keep, in place of what it computes over a whole table."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

from feasilint.ir.expressions import spelled
from feasilint.ir.functions import traits
from feasilint.rule import Suggestion
from feasilint.suggest.fitted import FittedKind, Wanted, fitted
from feasilint.suggest.kinds import KINDS

if TYPE_CHECKING:
    from feasilint.measure.model import Aggregation, Input
    from feasilint.rule import Context

_DAY = 86_400
_SAVES = {
    "global_scalar": "O(all rows) -> O(1): constants of the model",
    "rank_all": "O(all rows) -> O(cut points)",
    "target_encoding": "O(history) -> O(window), without the answer of the row itself",
}


def learned(kind: FittedKind, aggregation: Aggregation, read: Input, context: Context) -> Suggestion | None:
    """The suggestion for an aggregation in Python, with its code; None where the code at hand cannot be rewritten."""
    wanted = Wanted(kind, _event_time(aggregation, read), delay=_delay(read))
    code = fitted(aggregation, context.programs, wanted)
    title = KINDS[kind].title.format(words=traits(aggregation.function).words, length=f"{wanted.days}-day")
    return Suggestion(title, code, "python", _SAVES[kind]) if code else None


def _event_time(aggregation: Aggregation, read: Input) -> str | None:
    """As the catalog declares it, else as the code orders or filters by it."""
    if read.entry is not None and read.entry.event_time:
        return read.entry.event_time
    time = aggregation.extent.time_column
    return spelled(time) if time is not None else None


def _delay(read: Input) -> int:
    """The days after which a value is known, as the catalog declares it of its column."""
    column = read.entry.columns.get(read.column) if read.entry is not None else None
    return ceil(column.known_after / _DAY) if column is not None and column.known_after else 0
