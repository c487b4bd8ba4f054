"""How an aggregation gets a bound where it stands: edits of its document, or why there are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Window
from feasilint.suggest.bounded import is_written_once
from feasilint.suggest.located import located
from feasilint.suggest.picking import shares_rows
from feasilint.suggest.rendering import OTHERWISE, Rendering
from feasilint.suggest.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.findings import Edit
    from feasilint.ir import Fragment, Program
    from feasilint.measure.model import Aggregation
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.kinds import Kind

NO_MOMENT = "no time of prediction to bound it by"
PER_ROW = "it gives a value to each of the rows that would be left out"
OF_MODEL = "its condition on time also decides which rows a model or a table gets"
_NUMBERING = frozenset({"row_number", "sessionize"})
MEANING = "within a window it would mean something else"


def in_place(
    aggregation: Aggregation, programs: Mapping[str, Program], bound: Bound, kind: Kind | None
) -> tuple[Edit, ...] | str:
    """The edits that bound an aggregation in relation to a time that the code has; a reason, as a clause, where there are
    none."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return OTHERWISE
    if kind is not None and (not kind.bounds or kind.name in _NUMBERING):
        return MEANING
    fragment = program.fragments[aggregation.fragment]
    if fragment.language == "sql":
        tables = Tables.of(programs.values(), bound.source, bound.event_time)
        return _sql(program, fragment, aggregation, bound, tables)
    return _python(program, aggregation, bound)


def _sql(
    program: Program, fragment: Fragment, aggregation: Aggregation, bound: Bound, tables: Tables
) -> tuple[Edit, ...] | str:
    from feasilint.lower.sql.nodes import nodes
    from feasilint.suggest import frame_edits, sql_edits

    found, rendering = nodes(fragment), Rendering.of(program, fragment)
    at = aggregation.node
    if at is None or at >= len(found) or rendering is None:
        return OTHERWISE
    if bound.running:
        return frame_edits.edits(found[at], rendering, bound)

    def shared() -> bool:
        relation = located(program, aggregation)
        return relation is not None and shares_rows(program, relation[0].input)

    return sql_edits.edits(found[at], rendering, bound, tables, shared)


def _python(program: Program, aggregation: Aggregation, bound: Bound) -> tuple[Edit, ...] | str:
    if is_written_once(aggregation, bound):
        return MEANING
    if not aggregation.until:
        return NO_MOMENT
    found = located(program, aggregation)
    if bound.running or (found is not None and isinstance(found[0], Window)):
        return PER_ROW
    from feasilint.suggest.python_edits import edits

    return edits(program, aggregation.until, bound)
