"""What the lowering of a document depends on besides its bytes."""

from __future__ import annotations

from msgspec import Struct


class Options(Struct, frozen=True):
    """`dialect`: of SQL that does not say; `root`: the project folder that imports and relative paths are looked up in."""

    dialect: str | None = None
    root: str = "."
