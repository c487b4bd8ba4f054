"""How much of a document is traced: generated code of thousands of steps and columns must end, and say what it left out."""

from __future__ import annotations

from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

from feasilint.ir import Diagnostic, Fit, Write

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feasilint.columns import Columns
    from feasilint.ir import Program, Sink

T = TypeVar("T")
STEPS = 400_000  # of tracing, for one document: some five seconds
_LEAST = 20  # columns of each sink, until twice as much is spent


class Budget:
    """What each document has spent of its steps. Sinks are traced in the order in which they are asked for."""

    def __init__(self, programs: Iterable[Program], columns: Columns, steps: int = STEPS) -> None:
        self._home = {sink: program for program in programs for sink in program.sinks}
        self._columns = columns
        self._steps = steps
        self._spent = Counter[str]()
        self._cuts: dict[str, dict[Sink, int]] = {}

    def within(self, sink: Sink, traced: Iterator[T]) -> Iterator[T]:
        """What is traced for a sink, as far as the steps of its document go."""
        program = self._home.get(sink)
        path = program.path if program is not None else ""
        for count in range(1_000_000):
            before = self._columns.steps
            over = self._spent[path] > self._steps * (1 if count >= _LEAST else 2)
            found = [] if over else list(islice(traced, 1))
            self._spent[path] += self._columns.steps - before
            if not found:
                if self._spent[path] > self._steps:
                    self._cuts.setdefault(path, {}).setdefault(sink, count)
                return
            yield found[0]

    def limits(self, program: Program) -> Iterator[Diagnostic]:
        """What of a document was not traced to the end, of what has been asked for so far."""
        cuts = self._cuts.get(program.path)
        if cuts:
            first = next(iter(cuts))
            said = f"it takes more than {self._steps:,} steps to trace every column: {_left_out(first, cuts)}"
            yield Diagnostic("budget", said, first.origin.span if first.origin is not None else None)


def _left_out(first: Sink, cuts: Mapping[Sink, int]) -> str:
    others = len(cuts) - 1
    rest = f", and {others:,} more in part" if others else ""
    return f"{_named(first)} is judged by its first {cuts[first]:,} columns{rest}"


def _named(sink: Sink) -> str:
    if isinstance(sink, Write) and sink.target is not None:
        return f"`{sink.target.name}`"
    return "this model" if isinstance(sink, Fit) else "this result"
