"""Two versions of a catalog held against the same code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.api import compare
from feasilint.catalog.care.change import Change, changes
from feasilint.catalog.care.versions import place, version
from feasilint.catalog.importing import trees
from feasilint.catalog.load import load
from feasilint.impact import Impact, impacts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.catalog.model import Catalog
    from feasilint.catalog.tree import Tree
    from feasilint.result import ScanResult


class Comparison(Struct, frozen=True):
    """What differs between two catalogs, and what that does to features."""

    changes: tuple[Change, ...]
    impacts: tuple[Impact, ...]
    after: ScanResult

    @property
    def worst(self) -> int:
        """The highest severity of what breaks or gets worse, 0 if nothing does."""
        bad = (impact.after for impact in self.impacts if impact.effect in ("breaks", "worsens"))
        return max((severity for severity in bad if severity is not None), default=0)


def comparison(old: str, new: str, paths: Sequence[str]) -> Comparison:
    """Judge the files below `paths` against both, as if both stood in the same folder.

    Raises UsageError for a version that does not exist, CatalogError for one that is broken.
    """
    root = _root(old, new, paths)
    before, old_trees = _loaded(old, root)
    after, new_trees = _loaded(new, root)
    one, other = compare(list(paths) or [root], before, after)
    return Comparison(tuple(changes(old_trees, new_trees)), tuple(impacts(one.findings, other.findings)), other)


def _root(old: str, new: str, paths: Sequence[str]) -> str:
    """The folder of the new catalog, or of the old one where only that is around the code."""
    folders = [Path(place(name)).parent for name in (new, old)]
    code = [Path(path).resolve() for path in paths or ["."]]
    around = (folder for folder in folders if all(path.is_relative_to(folder.resolve()) for path in code))
    return next(around, folders[0]).as_posix()


def _loaded(name: str, root: str) -> tuple[Catalog, Sequence[Tree]]:
    with version(name) as path:
        catalog = load(path, cache=False)
        return replace(catalog, root=root), trees(path)
