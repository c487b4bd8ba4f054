"""The bounded form of an unbounded aggregation, and the approximate one of an exact one, in the language and dialect of the
code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from feasilint.suggest.columns import in_other_order, is_number, names_one
from feasilint.suggest.kinds import kind_of
from feasilint.suggest.located import located
from feasilint.suggest.tables import Tables

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Fragment, Program
    from feasilint.measure.model import Aggregation
    from feasilint.suggest.kinds import Kind

STORING = 7  # days of which rows are read again each day, for those that come late
_STORED_NAME = re.compile(r"\bstored_\w+")
_STORED = "-- {}: what this query has given so far; filled once from all history, and each day what it gives is added\n"
_WRITTEN_ONCE = ("first", "first_n", "arg_min")  # of a window they are something else
_WHOLE = re.compile(r"(?i)(?<![a-z])(life_?time|all_?time|overall|to_date|ever)(?![a-z])")


class Bound(Struct, frozen=True):
    """The window to give an aggregation: `days` of `event_time`. `running`: it is computed per row, over the rows before it.
    `source`: the physical name of what it reads. Of outcomes that are known later: the column that says when (`known_at`), else
    the days after which they are (`settled`, 0 where nobody says it; None for all else). `declared`: the catalog says that it is
    the event time. `renames`: names of what is made say how long it is. `half_life`: the
    days after which a row counts half as much, 0 where all count the same."""

    days: int
    event_time: str
    running: bool = False
    source: str = ""
    known_at: str = ""
    settled: int | None = None
    declared: bool = False
    renames: bool = True
    half_life: float = 0

    def named(self, name: str) -> str:
        """A column's name with the window in it: `n_txn_365d` for `n_txn`, `txn_count_365d` for `txn_count_lifetime`."""
        suffix = f"{self.days}D" if name.isupper() else f"{self.days}d"
        if suffix in name or not self.renames:
            return name
        rest = re.sub("__+", "_", _WHOLE.sub("", name)).strip("_")
        return f"{rest or 'value'}_{suffix}"


class Rewrite(Struct, frozen=True):
    """Code to paste. `kind`: whose alternative form it has; None where it is what it was, over the rows of a window."""

    code: str
    language: Literal["sql", "python"]
    kind: Kind | None = None


def bounded(
    aggregation: Aggregation, programs: Mapping[str, Program], bound: Bound, kind: Kind | None = None
) -> Rewrite | None:
    """The statement around an aggregation with the bound in it, in the form that suits its kind where there is one; None where
    it cannot be rewritten."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return None
    fragment = program.fragments[aggregation.fragment]
    if kind is not None and kind.name == "first_event":
        bound = replace(bound, days=STORING, renames=False)
    if fragment.language == "sql":
        return _sql(fragment, aggregation, bound, Tables.of(programs.values(), bound.source, bound.event_time), kind)
    return _python(program, aggregation, bound, kind)


def approximate(
    aggregation: Aggregation, programs: Mapping[str, Program], event_time: str | None = None
) -> Rewrite | None:
    """The statement around an exact aggregate with an approximate one; None where it cannot be rewritten. `event_time`: the
    column by which the last values of a list are known."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return None
    fragment = program.fragments[aggregation.fragment]
    if fragment.language == "python":
        from feasilint.suggest import libraries

        code = libraries.approximate(program, aggregation.fragment, aggregation.node, event_time)
        return Rewrite(code, "python") if code else None
    from feasilint.lower.sql.nodes import nodes
    from feasilint.suggest.approximate import rewrite
    from feasilint.suggest.forms import FORMS

    found, kind = nodes(fragment), kind_of(aggregation)
    form = FORMS.get(kind.name) if kind is not None else None
    code = rewrite(found[aggregation.node], fragment, form, event_time or "") if aggregation.node < len(found) else None
    return Rewrite(code, "sql") if code else None


def is_written_once(aggregation: Aggregation, bound: Bound) -> bool:
    """Whether an aggregation takes what is written once, and would be something else in a window: the first value of a key."""
    return aggregation.function in _WRITTEN_ONCE or _is_first_time(aggregation, bound)


def _is_first_time(aggregation: Aggregation, bound: Bound) -> bool:
    return aggregation.function == "min" and bound.event_time in aggregation.arguments


def _sql(
    fragment: Fragment, aggregation: Aggregation, bound: Bound, tables: Tables, kind: Kind | None
) -> Rewrite | None:
    from feasilint.lower.sql.nodes import nodes
    from feasilint.suggest.decayed import decayed
    from feasilint.suggest.forms import FORMS
    from feasilint.suggest.sql import rewrite

    found = nodes(fragment)
    assert aggregation.node is not None
    if aggregation.node >= len(found):
        return None
    node, form = found[aggregation.node], FORMS.get(kind.name) if kind is not None else None
    form = decayed(bound.half_life) if bound.half_life else form
    code = rewrite(node, fragment, bound, tables, form) if form is not None else None
    if code is not None:
        said = {name: _STORED.format(name) for name in _STORED_NAME.findall(code)}
        return Rewrite("".join(said.values()) + code, "sql", kind)
    if kind is not None and not kind.bounds:
        return None
    bound = replace(bound, half_life=0)
    code = rewrite(node, fragment, bound, tables) if aggregation.function != "row_number" else None
    return Rewrite(code, "sql") if code else None


def _python(program: Program, aggregation: Aggregation, bound: Bound, kind: Kind | None) -> Rewrite | None:
    from feasilint.suggest import libraries
    from feasilint.suggest.pairs import of_another_side, pairs

    found = located(program, aggregation)
    assert aggregation.node is not None
    assert aggregation.fragment is not None
    if found is not None and is_number(found[0].input, bound.event_time, program.relations):
        return None
    held = pairs(found[0].input, bound.event_time, bound.source) if found is not None else []
    if len(held) > 1 or (held and is_written_once(aggregation, bound)):
        return None
    if held:
        names = frozenset((*aggregation.outputs, aggregation.text))
        text = libraries.paired(program, aggregation.fragment, aggregation.node, bound, held[0], names)
        return Rewrite(text, "python", kind if not bound.half_life else None) if text else None
    if found is not None and not names_one(found[0].input, bound.event_time, bound.source):
        return None
    if found is not None and of_another_side(found, bound.event_time, bound.source):
        return None
    form = kind.name if kind is not None else ""
    if is_written_once(aggregation, bound) and form != "first_event":
        return None
    if form == "collect_list" and found is not None and in_other_order(found[0].input, bound.event_time):
        form = ""
    code = libraries.bounded(program, aggregation.fragment, aggregation.node, bound, form)
    return Rewrite(code.text, "python", kind if code.formed else None) if code is not None else None
