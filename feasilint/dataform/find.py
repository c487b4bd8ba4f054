"""Which Dataform project a file belongs to."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from feasilint.dataform.settings import SETTINGS_FILES

if TYPE_CHECKING:
    from feasilint.dataform.project import Project


class Projects:
    """The projects that files belong to, each read once."""

    def __init__(self) -> None:
        self._roots: dict[str, str | None] = {}
        self._projects: dict[str, Project] = {}

    def of(self, path: str) -> Project | None:
        """The project with the nearest workflow_settings.yaml or dataform.json above a file."""
        root = self._root(os.path.dirname(os.path.abspath(path)).replace(os.sep, "/"))  # noqa: PTH100, PTH120
        if root is None:
            return None
        if root not in self._projects:
            from feasilint.dataform.project import Project  # with all that it needs, where there is one

            self._projects[root] = Project(root)
        return self._projects[root]

    def _root(self, folder: str) -> str | None:
        if folder not in self._roots:
            above = posixpath.dirname(folder)
            here = any(os.path.isfile(posixpath.join(folder, name)) for name in SETTINGS_FILES)  # noqa: PTH113
            self._roots[folder] = folder if here else self._root(above) if above != folder else None
        return self._roots[folder]
