"""Which dbt project a file belongs to."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from feasilint.dbt.settings import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.dbt.project import Project

_INSTALLED = ("dbt_packages", "dbt_modules")


class Projects:
    """The projects that files belong to, each read once."""

    def __init__(self) -> None:
        self._roots: dict[str, str | None] = {}
        self._projects: dict[str, Project] = {}

    def of(self, path: str) -> Project | None:
        """The project with the nearest dbt_project.yml above a file; for a file of an installed package the one that uses it."""
        folder = os.path.dirname(os.path.abspath(path)).replace(os.sep, "/")  # noqa: PTH100, PTH120
        root = self._root(folder)
        if root is None:
            return None
        if root not in self._projects:
            from feasilint.dbt.project import Project  # with all that it needs, where there is one

            self._projects[root] = Project(root)
        return self._projects[root]

    def around(self, paths: Iterable[str]) -> Iterator[Project]:
        """The projects that these files belong to, each once."""
        yield from {found.root: found for path in paths if (found := self.of(path)) is not None}.values()

    def _root(self, folder: str) -> str | None:
        if folder not in self._roots:
            above = posixpath.dirname(folder)
            if os.path.isfile(posixpath.join(folder, PROJECT_FILE)):  # noqa: PTH113
                user = self._root(posixpath.dirname(above)) if posixpath.basename(above) in _INSTALLED else None
                self._roots[folder] = user or folder
            else:
                self._roots[folder] = self._root(above) if above != folder else None
        return self._roots[folder]
