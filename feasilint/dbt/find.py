"""Which dbt project a file belongs to."""

from __future__ import annotations

import os
import posixpath
from functools import lru_cache

from feasilint.dbt.project import Project
from feasilint.dbt.settings import PROJECT_FILE

_INSTALLED = ("dbt_packages", "dbt_modules")


def project_of(path: str) -> Project | None:
    """The project with the nearest dbt_project.yml above a file; for a file of an installed package the one that uses it."""
    folder = os.path.dirname(os.path.abspath(path)).replace(os.sep, "/")  # noqa: PTH100, PTH120
    root = _root(folder)
    return None if root is None else _project(root)


@lru_cache(maxsize=4096)
def _root(folder: str) -> str | None:
    above = posixpath.dirname(folder)
    if os.path.isfile(posixpath.join(folder, PROJECT_FILE)):  # noqa: PTH113
        user = _root(posixpath.dirname(above)) if posixpath.basename(above) in _INSTALLED else None
        return user or folder
    return _root(above) if above != folder else None


@lru_cache(maxsize=64)
def _project(root: str) -> Project:
    return Project(root)
