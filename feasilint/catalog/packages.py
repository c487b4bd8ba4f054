"""Where installed packages have their catalogs. Nothing of a package is imported or run: the finders are asked where it is."""

from __future__ import annotations

import re
import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "package:"
_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_FILE = "catalog.yaml"


class NotInstalledError(Exception):
    """There is no such package, or no such file in it; the message says which."""


def located(include: str) -> str:
    """The path of what `package:acme_catalog` or `package:acme_catalog/finance.yaml` names; the file may be a pattern.

    Raises NotInstalledError.
    """
    name, _, file = include.removeprefix(PREFIX).strip().partition("/")
    if not _NAME.fullmatch(name) or ".." in file.split("/"):
        raise NotInstalledError("write it as `package:acme_catalog` or `package:acme_catalog/finance.yaml`")
    file = file or _FILE
    folders = list(_folders(name))
    found = [folder / file for folder in folders if any(folder.glob(file))] or list(_listed(name, file))
    if found:
        return found[0].as_posix()
    if folders:
        raise NotInstalledError(f"the package {name} has no {file}; its files are in {folders[0].as_posix()}")
    raise NotInstalledError(f"no package called {name} is installed beside feasilint ({sys.prefix})")


def _folders(name: str) -> Iterator[Path]:
    """The folders of an importable package. Only its first name is looked up: for a part of it Python would import the whole."""
    first, *inner = name.split(".")
    try:
        spec = find_spec(first) if first not in sys.modules else PathFinder.find_spec(first)
    except (ImportError, ValueError, AttributeError):
        return
    for folder in (spec.submodule_search_locations or ()) if spec is not None else ():
        yield Path(folder, *inner)


def _listed(name: str, file: str) -> Iterator[Path]:
    """The files of this name that a distribution has."""
    from importlib.metadata import PackageNotFoundError, files

    try:
        recorded = files(name) or ()
    except (PackageNotFoundError, ValueError):
        return
    ends = sorted((path for path in recorded if path.match(file)), key=lambda path: len(path.parts))
    for path in ends:
        yield Path(str(path.locate()))
