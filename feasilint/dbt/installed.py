"""The packages that a project asks for, and whether they are here."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from feasilint.dbt.plain import mapping, mappings, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.dbt.files import Files
    from feasilint.dbt.package import Package

_LISTS = ("packages.yml", "dependencies.yml")


def local_folders(files: Files) -> Iterator[str]:
    """The folders beside the project that it uses as packages."""
    for each in _entries(files, "packages"):
        local = text(each.get("local"))
        if local is not None and not posixpath.isabs(local):
            yield posixpath.normpath(posixpath.join(files.root, local))


def incomplete(packages: Iterable[Package]) -> bool:
    """Whether a project and its packages ask for more packages, or other projects, than there are."""
    found = list(packages)
    asked = {name for package in found for name in _asked(package.files)}
    others = any(True for package in found for _ in _entries(package.files, "projects"))
    return others or len(asked) >= len(found)


def _asked(files: Files) -> Iterator[str]:
    yield from local_folders(files)
    for each in _entries(files, "packages"):
        named = (
            text(each.get("package")) or text(each.get("name")) or text(each.get("git")) or text(each.get("tarball"))
        )
        if named is not None:
            yield posixpath.basename(named.rstrip("/").removesuffix(".git")).lower().replace("-", "_")


def _entries(files: Files, key: str) -> Iterator[dict[str, object]]:
    for name in _LISTS:
        yield from (dict(each) for each in mappings(mapping(files.yaml(posixpath.join(files.root, name))).get(key)))
