"""What the lowering of a document depends on besides its bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """`dialect`: of SQL that does not say; `root`: the project folder that imports and relative paths are looked up in."""

    dialect: str | None = None
    root: str = "."
