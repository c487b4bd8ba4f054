"""Frames that end before the row that they belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.suggest.bounded import Rewrite
from feasilint.suggest.columns import order_of
from feasilint.suggest.kinds import KINDS
from feasilint.suggest.located import located

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Program
    from feasilint.measure.model import Aggregation


def ended(aggregation: Aggregation, programs: Mapping[str, Program]) -> Rewrite | None:
    """The statement around a measure whose frame holds the current row, with a frame that ends before it; None where it cannot be
    rewritten."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return None
    fragment = program.fragments[aggregation.fragment]
    if fragment.language == "python":
        from feasilint.suggest import libraries

        if _falls(program, aggregation):
            return None
        code = libraries.ended(program, aggregation.fragment, aggregation.node)
        return Rewrite(code, "python", KINDS["rows_frame"]) if code else None
    from feasilint.suggest.frames_sql import ended as rewritten

    code = rewritten(aggregation, fragment)
    return Rewrite(code, "sql", KINDS["rows_frame"]) if code else None


def _falls(program: Program, aggregation: Aggregation) -> bool:
    """Whether later rows come first: the rows before a row are those after it in time."""
    found = located(program, aggregation)
    order = order_of(found[0].input) if found is not None else None
    return aggregation.backwards or (order is not None and any(order.descending))
