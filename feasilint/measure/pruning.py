"""Whether the time bound of a measure lets an engine skip partitions of what it reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from feasilint.ir import Call, Column, Expression
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, fold, spelled, walk
from feasilint.measure.grain import leaves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.columns import Columns
    from feasilint.ir import Aggregate, Output, Scan, Source, Window
    from feasilint.measure.reach import Reach
    from feasilint.measure.windows import Windows

Cause: TypeAlias = Literal["wrapped", "other column", "inside the aggregate"]
_COMPARING = frozenset(("eq", "lt", "le", "gt", "ge", "between", "in"))
_PRUNING = frozenset((  # engines see through these
    "cast", "try_cast", "safe_cast", "date", "datetime", "timestamp", "to_date", "to_timestamp", "date_trunc", "trunc",
    "timestamp_trunc", "datetime_trunc", "ts_or_ds_to_date", "ts_or_ds_to_timestamp", "parse_date",
))  # fmt: skip
_OF_THE_ENGINE = ("_partition", "_table_suffix")  # pseudo-columns that name partitions


class Unpruned(NamedTuple):
    """A source of which all partitions are read although the code bounds the time, and why. `bounded`: the column that does."""

    source: Source
    partition: str
    cause: Cause
    bounded: str


def unpruned(
    relation: Aggregate | Window, output: Output, windows: Windows, entry: Callable[[Scan], SourceEntry | None]
) -> tuple[Unpruned, ...]:
    """The sources with partitions that a measure reads all of, although the code bounds their time."""
    scans = {scan: stated for scan in windows.measured(relation, output) if (stated := entry(scan)) is not None}
    if not any(stated.partition for stated in scans.values()):
        return ()
    reach, columns = windows.below(relation, output), windows.columns
    outside = {bound for predicate in reach.every() for bound in windows.bounds(predicate)}
    lower = [bound for bound in windows.bounding(relation, output) if bound.lower is not None]
    found = []
    for scan, stated in scans.items():
        own = [bound for bound in lower if any(place is scan for place, _ in leaves(bound.event, columns))]
        if stated.partition and own:
            names = [spelled(bound.event.name) for bound in own if bound in outside]
            found.append(_cause(scan, stated.partition, names, reach, columns))
    return tuple(sorted((one for one in found if one is not None), key=lambda one: one.source.name))


def _cause(scan: Scan, partition: str, bounded: list[str], reach: Reach, columns: Columns) -> Unpruned | None:
    """Why no partition of a scan is skipped; None where some are, or may be. `bounded`: the columns by which predicates below
    the measure bound the time; without any it is bounded inside only."""
    wrapped = False
    for side in _sides(reach):
        for column in referenced(side):
            if fold(column.name).startswith(_OF_THE_ENGINE):
                return None
            if (scan, fold(partition)) in leaves(column, columns):
                if not _is_wrapped(side, columns):
                    return None
                wrapped = True
    if wrapped:
        return Unpruned(scan.source, partition, "wrapped", partition)
    if bounded:
        return Unpruned(scan.source, partition, "other column", bounded[0])
    return Unpruned(scan.source, partition, "inside the aggregate", partition)


def _sides(reach: Reach) -> Iterator[Expression]:
    """What predicates compare; of anything else, all of it: what is not understood may prune."""
    for predicate in reach.every():
        for part in conjuncts(predicate):
            if isinstance(part, Call) and part.function in _COMPARING:
                yield from part.args
            else:
                yield from referenced(part)


def _is_wrapped(side: Expression, columns: Columns) -> bool:
    """Whether a function stands around the column that no engine sees through: here, or where the column was made."""
    pending, seen = [side], set[Expression]()
    while pending:
        node = pending.pop()
        if node in seen:
            continue
        seen.add(node)
        if any(isinstance(part, Call) and part.function not in _PRUNING for part in walk(node)):
            return True
        for column in (part for part in walk(node) if isinstance(part, Column)):
            made = columns.definition(column.relation, column.name)[1]
            if made is not None and not isinstance(made.expression, Column):
                pending.append(made.expression)
    return False
