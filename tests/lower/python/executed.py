"""Runs a snippet with the real library and with the front end, and compares the columns that come out.

A snippet ends with `r`. It is lowered twice: over frames that are written in the code, whose columns are known, and over
frames that are read, whose columns are not. What is stated must be what is there.
"""

from __future__ import annotations

import os
import re
import shutil
import warnings
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from python_lowering import machine, measures

from feasilint.columns import Columns
from feasilint.ir import Derive, OfType, Star
from feasilint.ir.expressions import fold, is_dynamic, spelled
from feasilint.ir.traversal import inputs
from feasilint.lower.python import values as v

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.ir import Name, Relation


class Case(NamedTuple):
    """`code` as it stands in a notebook. `measures`: the aggregates that it must be found to compute; `unread`: it is known
    that the result cannot be read, or that it is no data; `series`: one column stands for each of a frame."""

    code: str
    measures: tuple[str, ...] | None = None
    unread: bool = False
    series: bool = False


class Library(NamedTuple):
    """What stands before the snippets of a library: its imports, frames that are written in the code, the
    same frames as they are read."""

    imports: str
    data: str
    read: str

    def names(self) -> dict[str, Any]:
        """What the names before a snippet stand for when they are run."""
        scope: dict[str, Any] = {}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(self.imports + self.data, scope)
        return scope

    def check(self, case: Case, names: dict[str, Any]) -> None:
        """That what is stated of a snippet is what it gives where its names stand for `names`."""
        there = real(case.code, names)
        for before in (self.data, self.read):
            said, found = stated(self.imports + before + case.code)
            problem = wrong(case, said, there)
            assert problem is None, f"{problem}, after\n{before}"
            assert case.measures is None or tuple(found) == case.measures, f"{found}, after\n{before}"

    def over(self, more: str, read: str) -> Library:
        """The same library with `more` data; of its frames those of `read` are read, the others stay as they are written."""
        return Library(self.imports, self.data + more, self.data + more + read)

    def check_chain(self, lines: Sequence[str], after: Sequence[Sequence[Name] | None]) -> None:
        """That what is stated of `df`, which begins as `tx`, is what there was `after` each of the lines."""
        for before in (self.data, self.read):
            for at, there in enumerate(after, 1):
                code = "\n".join(["df = tx", *lines[:at], "r = df"])
                said, _ = stated(self.imports + before + code)
                problem = wrong(Case(code), said, there)
                assert problem is None, f"{problem}, after\n{before}{code}"


def shown(case: Case) -> str:
    """The name of a snippet among the tests."""
    return case.code.removeprefix("r = ")


def need(library: str) -> None:
    """Skip tests of a library that is not installed, or of Spark where it would not start."""
    pytest.importorskip(library)
    if library == "pyspark" and shutil.which("java") is None and "JAVA_HOME" not in os.environ:
        pytest.skip("no Java")


class Stated(NamedTuple):
    """What the front end says of a value: names of columns, whether there may be more, whether there may be fewer."""

    kind: str
    names: tuple[str, ...] = ()
    more: bool = False
    fewer: bool = False


def stated(code: str) -> tuple[Stated, list[str]]:
    """What is said of `r`, and the aggregates that are found."""
    done = machine(code)
    value = done.get(done.scope.find("r") or v.NONE)
    found = measures(done.builder.program())
    match value:
        case v.Frame(relation=relation, index=index):
            header = Columns().header(relation)
            names = [name for name in header.names if name not in index]
            more = bool(header.open) or any(map(is_dynamic, names))
            plain = tuple(fold(name) for name in names if not is_dynamic(name))
            return Stated("frame", plain, more, _by_type(relation)), found
        case v.Series(name=name):
            return Stated("series", (spelled(name),) if name is not None else ()), found
        case _:
            return Stated(type(value).__name__.lower()), found


def _by_type(relation: Relation) -> bool:
    """Whether columns are chosen by their type: all may be meant."""
    pending = [relation]
    while pending:
        here = pending.pop()
        if isinstance(here, Derive) and any(isinstance(i, Star) and _typed(i.columns) for i in here.items):
            return True
        pending.extend(inputs(here))
    return False


def _typed(columns: object) -> bool:
    below = getattr(columns, "base", None)
    parts: Iterable[object] = getattr(columns, "parts", ())
    return isinstance(columns, OfType) or (below is not None and _typed(below)) or any(map(_typed, parts))


def real(code: str, names: dict[str, Any]) -> list[Name] | None:
    """The columns that the library itself gives; None if it is no frame."""
    scope = dict(names)
    exec(compile(code, "snippet", "exec"), scope)
    columns = getattr(scope["r"], "columns", None)
    if columns is None and hasattr(scope["r"], "collect_schema"):
        columns = scope["r"].collect_schema().names()
    return (
        None
        if columns is None
        else [tuple(map(str, column)) if isinstance(column, tuple) else str(column) for column in columns]
    )


def wrong(case: Case, said: Stated, there: Sequence[Name] | None) -> str | None:
    """What is wrong with what is stated, None if nothing is."""
    if said.kind == "unknown":
        return None if case.unread else "not understood"
    if there is None:
        return "no frame is taken for one" if said.kind == "frame" else None
    if said.kind != "frame":
        return None if case.series or said.kind != "series" else "a frame is taken for one column"
    actual = {_plain(name) for name in there}
    names = set(said.names)
    if names - actual and not said.fewer:
        return f"columns that are not there: {sorted(names - actual)}; there are {sorted(actual)}"
    if actual - names and not said.more:
        return f"columns that are not stated: {sorted(actual - names)} beside {sorted(names)}"
    return None


def _plain(name: Name) -> str:
    return re.sub(r'"', "", fold(name))
