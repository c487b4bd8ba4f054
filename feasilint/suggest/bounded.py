"""The bounded form of an unbounded aggregation, in the language and dialect of the code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from feasilint.ir import Fragment, Program
    from feasilint.measure.model import Aggregation

_WHOLE = re.compile(r"(?i)(?<![a-z])(life_?time|all_?time|overall|to_date|ever)(?![a-z])")


@dataclass(frozen=True, slots=True)
class Bound:
    """The window to give an aggregation: `days` of `event_time`. `running`: it is computed per row, over the rows before it.
    `source`: the physical name of what it reads."""

    days: int
    event_time: str
    running: bool = False
    source: str = ""

    def named(self, name: str) -> str:
        """A column's name with the window in it: `n_txn_365d` for `n_txn`, `txn_count_365d` for `txn_count_lifetime`."""
        suffix = f"{self.days}D" if name.isupper() else f"{self.days}d"
        if suffix in name:
            return name
        return _WHOLE.sub(suffix, name) if _WHOLE.search(name) else f"{name}_{suffix}"


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Code to paste."""

    code: str
    language: Literal["sql", "python"]


def bounded(aggregation: Aggregation, program: Program, bound: Bound) -> Rewrite | None:
    """The statement around an aggregation with the bound in it; None where it cannot be rewritten."""
    if aggregation.fragment is None or aggregation.node is None:
        return None
    fragment = program.fragments[aggregation.fragment]
    code = _sql(fragment, aggregation, bound) if fragment.language == "sql" else _python(program, aggregation, bound)
    return Rewrite(code, fragment.language) if code else None


def _sql(fragment: Fragment, aggregation: Aggregation, bound: Bound) -> str | None:
    from feasilint.lower.sql.nodes import nodes
    from feasilint.suggest.sql import rewrite

    found = nodes(fragment)
    assert aggregation.node is not None
    return rewrite(found[aggregation.node], fragment, bound) if aggregation.node < len(found) else None


def _python(program: Program, aggregation: Aggregation, bound: Bound) -> str | None:
    from feasilint.suggest.pandas import rewrite

    assert aggregation.node is not None
    assert aggregation.fragment is not None
    return rewrite(program, aggregation.fragment, aggregation.node, bound)
