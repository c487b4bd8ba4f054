"""Frames that end before the row that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.suggest.bounded import Rewrite
from feasilint.suggest.kinds import KINDS
from feasilint.suggest.located import sql_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Program
    from feasilint.measure.model import Aggregation


def ended(aggregation: Aggregation, programs: Mapping[str, Program]) -> Rewrite | None:
    """The query around a measure whose frame holds the current row, with a frame that ends before it; None where it cannot be
    rewritten."""
    fragment = sql_of(aggregation, programs)
    if fragment is None:
        return None
    from feasilint.suggest.frames_sql import ended as rewritten

    code = rewritten(aggregation, fragment)
    return Rewrite(code, "sql", KINDS["rows_frame"]) if code else None
