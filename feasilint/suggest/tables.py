"""Which tables have the event time of a source under its own name: the source itself, and what passes it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Write
from feasilint.ir.expressions import fold
from feasilint.suggest.columns import must_have

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Program


class Tables(Struct, frozen=True):
    """The physical name of a source, its event time, and what the scanned documents write."""

    source: str
    event_time: str
    writes: tuple[Write, ...] = ()

    @staticmethod
    def of(programs: Iterable[Program], source: str, event_time: str) -> Tables:
        sinks = (sink for program in programs for sink in program.sinks)
        writes = tuple(sink for sink in sinks if isinstance(sink, Write) and sink.target is not None)
        return Tables(source, event_time, writes)

    def have(self, name: str) -> bool:
        """Whether a table of this name is known to have the event time."""
        return self._have(name, frozenset())

    def _have(self, name: str, seen: frozenset[str]) -> bool:
        if fold(name) == fold(self.source):
            return True
        if fold(name) in seen:
            return False
        writers = [write for write in self.writes if write.target is not None and alike(write.target.name, name)]
        if writers:
            return all(self._pass(write, seen | {fold(name)}) for write in writers)
        return alike(name, self.source)

    def _pass(self, write: Write, seen: frozenset[str]) -> bool:
        if write.columns is not None:
            return fold(self.event_time) in map(fold, write.columns)
        return must_have(write.relation, self.event_time, lambda source: self._have(source.name, seen))


def alike(one: str, other: str) -> bool:
    """Whether two dotted names can mean one table: equal, or one written without its schema."""
    short, long = sorted((fold(one).split("."), fold(other).split(".")), key=len)
    return long[-len(short) :] == short
