"""Which project of some kind a file belongs to: the one with the nearest settings file above it."""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.dataform.project import Project as DataformProject
    from feasilint.dbt.project import Project as DbtProject
    from feasilint.ir import Diagnostic


class _Project(Protocol):
    @property
    def problems(self) -> tuple[Diagnostic, ...]: ...


P = TypeVar("P", bound=_Project)


class Projects(Generic[P]):
    """The projects that files belong to, each made once. `settings`: the names of their settings files; `installed`: folders
    in whose subfolders packages are that the project above uses."""

    def __init__(self, settings: tuple[str, ...], make: Callable[[str], P], installed: tuple[str, ...] = ()) -> None:
        self._settings = settings
        self._make = make
        self._installed = installed
        self._roots: dict[str, str | None] = {}
        self._projects: dict[str, P] = {}

    def of(self, path: str) -> P | None:
        """The project with the nearest settings above a file; for a file of an installed package the one that uses it."""
        root = self._root(os.path.dirname(os.path.abspath(path)).replace(os.sep, "/"))  # noqa: PTH100, PTH120
        if root is None:
            return None
        if root not in self._projects:
            self._projects[root] = self._make(root)
        return self._projects[root]

    def around(self, paths: Iterable[str]) -> Iterator[P]:
        """The projects that these files belong to, each once."""
        yield from {id(found): found for path in paths if (found := self.of(path)) is not None}.values()

    def problems(self) -> Iterator[Diagnostic]:
        """What was wrong with the files of the projects that have been read so far."""
        for root in sorted(self._projects):
            yield from self._projects[root].problems

    def _root(self, folder: str) -> str | None:
        if folder not in self._roots:
            self._roots[folder] = self._nearest(folder)
        return self._roots[folder]

    def _nearest(self, folder: str) -> str | None:
        above = posixpath.dirname(folder)
        if not any(os.path.isfile(posixpath.join(folder, name)) for name in self._settings):  # noqa: PTH113
            return self._root(above) if above != folder else None
        user = self._root(posixpath.dirname(above)) if posixpath.basename(above) in self._installed else None
        return user or folder


def dbt_projects() -> Projects[DbtProject]:
    """Finds projects of dbt."""
    from feasilint.dbt.settings import PROJECT_FILE

    return Projects((PROJECT_FILE,), _dbt, ("dbt_packages", "dbt_modules"))


def dataform_projects() -> Projects[DataformProject]:
    """Finds projects of Dataform."""
    from feasilint.dataform.settings import SETTINGS_FILES

    return Projects(SETTINGS_FILES, _dataform)


def _dbt(root: str) -> DbtProject:
    from feasilint.dbt.project import Project  # with all that it needs, where there is one

    return Project(root)


def _dataform(root: str) -> DataformProject:
    from feasilint.dataform.project import Project

    return Project(root)
