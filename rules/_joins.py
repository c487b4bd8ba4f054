"""How the sources of a feature are joined to the rows of its model or table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.ir.names import timelike

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Source
    from feasilint.rule import Context, Feature

JOINING = ("join", "lookup", "merge_join")
CHOOSING = (*JOINING, "where", "having", "qualify", "exists", "order_by", "window", "distinct", "merge_cond")
_PICKING = ("order_by", "window", "qualify", "distinct")
_STATUS = (
    "valid",
    "effective",
    "current",
    "version",
    "latest",
    "active",
    "deleted",
    "expir",
    "modif",
    "updat",
    "dump",
    "end",
    "start",
    "rank",
    "rn",
)
_STATES = ("scd1", "dimension")


def uses(feature: Feature) -> Iterator[tuple[Source, str, str]]:
    """Source, column and role of all that chooses rows: of the feature's own computation, and of its model or table."""
    yield from ((read.source, read.column, read.role) for read in feature.inputs if read.role in CHOOSING)
    yield from ((one.source, one.column, one.role) for one in feature.rows if one.role in CHOOSING)


def joined_to_history(feature: Feature, source: Source, context: Context) -> bool:
    """Whether a source is joined to rows of another one that is not said to hold states, too."""
    joined = {one for one, _, role in uses(feature) if role in JOINING}
    return source in joined and any(one != source and not _is_state(one, context) for one in joined)


def _is_state(source: Source, context: Context) -> bool:
    entry = context.matcher.find(source)
    return entry is not None and entry.kind in _STATES


def times(feature: Feature, source: Source, entry: SourceEntry) -> set[tuple[str, str]]:
    """The (folded) columns of a source that say when, with the role in which they choose rows; any column that rows are ordered
    by to pick some of them."""
    known = {fold(name) for name in (entry.event_time, entry.available_at, entry.partition) if name}
    chosen = ((fold(column), role) for one, column, role in uses(feature) if one == source)
    return {(column, role) for column, role in chosen if column in known or role in _PICKING or _says_when(column)}


def _says_when(column: str) -> bool:
    return column == "*" or timelike(column) or any(word in column for word in _STATUS)
