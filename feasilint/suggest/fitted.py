"""What is learned from rows and kept with the model instead of being computed over a whole table each time: constants, cut
points, rates of outcomes that were known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.suggest.columns import names_one
from feasilint.suggest.located import located

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Program
    from feasilint.measure.model import Aggregation

FittedKind: TypeAlias = Literal["global_scalar", "rank_all", "target_encoding"]


KEPT = "# kept with the model"
PUBLISHED = "# kept with the model, or published once a day"
WEIGHT = 20  # rows of the mean of all that a group is smoothed with


class Wanted(Struct, frozen=True):
    """What to write. `event_time`: the column by which training rows are told from later ones, None where there is none. `days`:
    how far back outcomes count, `delay`: after how many days one is known."""

    kind: FittedKind
    event_time: str | None = None
    days: int = 90
    delay: int = 0


def fitted(aggregation: Aggregation, programs: Mapping[str, Program], wanted: Wanted) -> str | None:
    """The statement around an aggregate of a whole table in Python with what is learned in its place; None where it cannot be
    rewritten."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return None
    if program.fragments[aggregation.fragment].language != "python":
        return None
    found = located(program, aggregation)
    if found is not None and wanted.event_time and not names_one(found[0].input, wanted.event_time):
        wanted = Wanted(wanted.kind)
    from feasilint.suggest import libraries

    return libraries.fitted(program, aggregation.fragment, aggregation.node, wanted)
