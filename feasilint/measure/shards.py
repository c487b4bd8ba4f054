"""Tables of a day each (`events_20240131`): what `_TABLE_SUFFIX` leaves out of the date stands before the `*` of their name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import Column, Expression, Scan
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import fold

if TYPE_CHECKING:
    from feasilint.columns import Columns

_BEGINNING = re.compile(r"(\d+)\*$")


def in_full(value: Expression, beside: Expression, columns: Columns) -> Expression:
    """The constant that the suffix is compared with, as a whole date: `'0131'` of `events_2024*` is `'20240131'`."""
    if not isinstance(beside, Column) or fold(beside.name) != "_table_suffix":
        return value
    if not (isinstance(value, Constant) and isinstance(value.value, str) and value.value.isdigit()):
        return value
    read = columns.settle(beside.relation, beside.name)
    beginning = _BEGINNING.search(read.source.name) if isinstance(read, Scan) else None
    return Constant(beginning[1] + value.value) if beginning is not None else value
