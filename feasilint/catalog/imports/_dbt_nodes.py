"""What a project of dbt declares, in the words of its manifest, whether that or the project's own files say it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.catalog.imports.artefact import Note

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.catalog.imports._dbt_artefacts import Node

_FILE = re.compile(r"^(?:[\w.]+\s*\(\s*)?'([^']+)'")

STORED = ("model", "seed", "snapshot")


class Stored(Struct, frozen=True):
    """What is stored: its name in the warehouse, else that of the file that it is read from, and other names of it."""

    name: str
    node: Node
    aliases: tuple[str, ...] = ()


class Declared(Struct):
    """Everything by dbt's id of it: `tables` are sources, models, seeds and snapshots; `semantic` what semantic models say of
    the tables that they read; `groups` are by name. `as_of`: the day that is stated there, `today` the one that deprecations
    are compared with. `place`: the file that declares something, and its line where that is known."""

    origin: str
    path: str
    as_of: str | None
    today: str | None
    place: Callable[[str], tuple[str, int | None]]
    adapter: str | None = None
    tables: dict[str, Stored] = field(default_factory=dict)
    tests: list[Node] = field(default_factory=list)
    groups: dict[str, Node] = field(default_factory=dict)
    semantic: dict[str, Node] = field(default_factory=dict)
    exposures: dict[str, Node] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def note(self, key: str, message: str) -> None:
        """Note something about what has this id."""
        self.notes.append(Note(*self.place(key), f"{key}: {message}"))


def file_in(written: str) -> str | None:
    """The file that dbt-duckdb reads in place of a table: `'tx.parquet'`, `read_csv('tx.csv', header=true)`."""
    found = _FILE.search(written)
    return found[1] if found is not None else None
