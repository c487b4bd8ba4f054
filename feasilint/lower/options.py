"""What the lowering of a document depends on besides its bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.dataform.project import Project as DataformProject
    from feasilint.dbt.project import Project


def _none(_: str) -> None:
    return None


class Options(Struct, frozen=True):
    """`dialect`: of SQL that does not say; `root`: the project folder that imports and relative paths are looked up in;
    `project`: the dbt project that the file of a path belongs to; `dataform`: likewise that of Dataform."""

    dialect: str | None = None
    root: str = "."
    project: Callable[[str], Project | None] = _none
    dataform: Callable[[str], DataformProject | None] = _none
