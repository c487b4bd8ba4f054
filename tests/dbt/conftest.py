"""Small dbt projects on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import pytest
from dbt_files import put

from feasilint.dbt.project import Project

if TYPE_CHECKING:
    from pathlib import Path


class MakeProject(Protocol):
    def __call__(self, settings: str = "", /, **files: str) -> Project: ...


@pytest.fixture
def made(tmp_path: Path) -> MakeProject:
    """A project of these settings and files; in the names of files `__` stands for a slash and `_sql` for the ending."""

    def make(settings: str = "", /, **files: str) -> Project:
        put(
            tmp_path,
            {"dbt_project.yml": f"name: shop\n{settings}", **{_path(name): text for name, text in files.items()}},
        )
        return Project(str(tmp_path))

    return make


def _path(name: str) -> str:
    stem, _, ending = name.replace("__", "/").rpartition("_")
    return f"{stem}.{ending}"
