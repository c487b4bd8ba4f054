"""Which groups are one thing that is soon complete: an order, a session, a row of a finer table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Scan
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import conjuncts, fold
from feasilint.measure.grain import called, leaves, unique_key
from feasilint.measure.names import occurrence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Expression, Join, Relation
    from feasilint.measure.reach import Reach, Reaching
    from feasilint.trace import Tracer


class Entities:
    """Says of grouping keys whether their groups are one entity. `entry` finds what the catalog knows of a scan."""

    def __init__(self, tracer: Tracer, reaching: Reaching, entry: Callable[[Scan], SourceEntry | None]) -> None:
        self._tracer = tracer
        self._columns = tracer.columns
        self._reaching = reaching
        self._entry = entry

    def one(self, rows: Relation, keys: Collection[Expression], measured: frozenset[Scan], reach: Reach) -> bool:
        """Whether few rows that are `measured` belong to one group of these rows."""
        known = unique_key(rows, self._columns)
        if known is not None and known[1] and known[1] <= {fold(c.name) for key in keys for c in referenced(key)}:
            return True
        grouped = [leaf for key in keys for leaf in leaves(key, self._columns)]
        for place, name in grouped:
            entry = self._entry(place) if isinstance(place, Scan) else None
            if self._is_spine(place, measured):  # to whose keys many rows of the measured source may belong
                if any(self._joins_few(join, name, measured) for join in reach.joins):
                    return True
            elif _few(entry, name) or (entry is not None and _is_grain(entry, place, grouped)):
                return True
        return any(self._comes_from_few(key, measured) or self._is_called_few(key, measured) for key in keys)

    def _is_called_few(self, key: Expression, measured: frozenset[Scan]) -> bool:
        """Whether few rows belong to one value of a key by one of the names that it has on its way: as the entry of its source
        says, also where it is computed; where it is only passed on, as the name does."""
        names = list(called(key, self._columns))
        own = [leaf for leaf in self._tracer.expression(key).value if not measured or leaf.scan in measured]
        entries = [self._entry(leaf.scan) for leaf in own]
        if any(own and all(_is_bounded(entry, name) for entry in entries) for name in names):
            return True
        passed = len(own) == 1 and names[-1:] == [fold(own[0].column)]
        return passed and not _is_counted(entries[0], names[-1]) and any(map(occurrence, names))

    def _is_spine(self, place: Relation, measured: frozenset[Scan]) -> bool:
        if not measured or place in measured:
            return False
        read = isinstance(place, Scan) and place not in self._columns.bound
        return read or not self._reaching.scans(place) & measured

    def _joins_few(self, join: Join, name: str, measured: frozenset[Scan]) -> bool:
        """Whether a join sets a key equal to one of which the measured source has few rows, or leads to few of them from one of
        the things that happen once."""
        if name in map(fold, join.using) and all(_few(self._entry(scan), name) for scan in measured):
            return True
        parts = conjuncts(join.on) if join.on is not None else ()
        equal = (part for part in parts if isinstance(part, Call) and part.function == "eq")
        few = [part for part in equal if any(self._comes_from_few(arg, measured) for arg in part.args)]
        return any(occurrence(name) or name in self._names(part) for part in few)

    def _names(self, part: Call) -> Iterator[str]:
        return (name for arg in part.args for _, name in leaves(arg, self._columns))

    def _comes_from_few(self, key: Expression, measured: frozenset[Scan]) -> bool:
        """Whether few rows belong to one value of a key, wherever it comes from: of the branches of a union each."""
        own = [leaf for leaf in self._tracer.expression(key).value if leaf.scan in measured]
        return bool(own) and all(_few(self._entry(leaf.scan), leaf.column) for leaf in own)


def _few(entry: SourceEntry | None, key: str) -> bool:
    """Whether a source has few rows of each key: as its entry says, else as the name of the key does."""
    return _is_bounded(entry, key) or (not _is_counted(entry, key) and occurrence(key))


def _is_bounded(entry: SourceEntry | None, key: str) -> bool:
    return entry is not None and fold(key) in map(fold, entry.bounded_keys)


def _is_counted(entry: SourceEntry | None, key: str) -> bool:
    """Whether an entry says how many rows a key has."""
    return entry is not None and fold(key) in map(fold, entry.keys)


def _is_grain(entry: SourceEntry, place: Relation, grouped: list[tuple[Relation, str]]) -> bool:
    """Whether groups by these columns of a source are its own rows."""
    return bool(entry.grain) and {fold(name) for name in entry.grain} <= {
        name for scan, name in grouped if scan is place
    }
