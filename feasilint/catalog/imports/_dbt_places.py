"""Where the files of a project declare something."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.catalog.imports.artefact import ArtefactError, Note, read_tree
from feasilint.dbt.settings import PROJECT_FILE

if TYPE_CHECKING:
    from feasilint.catalog.tree import Tree

_PROBLEM = re.compile(r"(\S+?\.(?:ya?ml|sql|py|csv))(?::(\d+))? (.+)", re.DOTALL)

Steps: TypeAlias = tuple[str | int, ...]


class Places(Struct):
    """`root`: the project's folder, absolute; `shown`: as it was named. `known`: by id the absolute path of the file that
    declares something, and the way to it through the data of a properties file; lines are looked for when one is asked for."""

    root: str
    shown: str
    known: dict[str, tuple[str, Steps]] = field(default_factory=dict)
    _trees: dict[str, Tree | None] = field(default_factory=dict)

    def of(self, key: str) -> tuple[str, int | None]:
        """The file, as seen from the folder that was named, and the line."""
        path, steps = self.known.get(key, (posixpath.join(self.root, PROJECT_FILE), ()))
        inside = os.path.relpath(path, self.root).replace(os.sep, "/")
        return posixpath.normpath(posixpath.join(self.shown, inside)), self._line(path, steps)

    def _line(self, path: str, steps: Steps) -> int | None:
        if path not in self._trees:
            self._trees[path] = _tree(path) if steps else None
        tree = self._trees[path]
        return tree.mark(steps).line if steps and tree is not None else None


def problem_note(message: str, folder: str) -> Note:
    """A problem with a file of the project in this folder, which its message starts with."""
    found = _PROBLEM.fullmatch(message)
    if found is None:
        return Note(posixpath.normpath(posixpath.join(folder, PROJECT_FILE)), None, message)
    below = Path(folder) / found[1]
    return Note(below.as_posix() if below.is_file() else found[1], int(found[2]) if found[2] else None, found[3])


def _tree(path: str) -> Tree | None:
    try:
        return read_tree(path)
    except ArtefactError:
        return None
