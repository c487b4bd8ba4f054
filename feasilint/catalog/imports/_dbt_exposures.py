"""Exposures of type `ml`: the models that are trained on what dbt makes, and the files that train them."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from feasilint.catalog.imports import _dbt_said as said
from feasilint.catalog.imports._dbt_keys import read_nodes
from feasilint.catalog.imports.artefact import stated
from feasilint.dbt.plain import text, texts
from feasilint.dbt.settings import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.imports._dbt_artefacts import Node
    from feasilint.catalog.imports._dbt_nodes import Declared
    from feasilint.catalog.imports.artefact import Entry

_IN_REPOSITORY = re.compile(r"/(?:-/)?(blob|tree|src|edit|raw)/(?:branch/)?[^/]+/(.+)")
_META_KEYS = ("path", "paths", "file", "files", "notebook", "notebooks", "script", "scripts", "code", "source_code")
_CODE = (".py", ".ipynb", ".sql", "/", "*")


def models(declared: Declared) -> Iterator[Entry]:
    """A model for every exposure of type `ml` that names, or depends on, a file; the others are noted."""
    for key, node in declared.exposures.items():
        name = text(node.name)
        if name is None or (text(node.type) or "").lower() != "ml":
            continue
        meta = said.meta_of(node)
        found = {
            "name": name,
            "paths": list(dict.fromkeys(_paths(node, declared))),
            **stated(owner=said.owner(node.owner)),
            **said.own(meta),
        }
        if found["paths"]:
            yield found
        else:
            advice = "state those that train it as meta.feasilint.paths"
            declared.note(key, f"this exposure of type ml names no files; {advice}")


def _paths(node: Node, declared: Declared) -> Iterator[str]:
    """The files that its URL and its meta name, and the dbt models that it reads, from the folder of the repository on."""
    meta = said.meta_of(node)
    stated_paths = (path for key in _META_KEYS for path in texts(meta.get(key)))
    for written in (*texts(node.url), *stated_paths):
        found = _in_repository(written) if "://" in written else written if written.endswith(_CODE) else None
        if found is not None:
            yield found
    folder = _project_folder(declared.path)
    for read in read_nodes(node):
        model = declared.tables.get(read) if read.startswith(("model.", "snapshot.")) else None
        file = text(model.node.original_file_path) if model is not None and _together(model.node, node) else None
        if file is not None:
            yield posixpath.normpath(posixpath.join(folder, file.replace("\\", "/")))


def _together(model: Node, exposure: Node) -> bool:
    """Whether a model is of the project that exposes it, not of a package that it has installed."""
    return model.package_name == exposure.package_name


def _in_repository(url: str) -> str | None:
    """The path of a file or folder in its repository; None for URLs of other things."""
    try:
        found = _IN_REPOSITORY.search(unquote(urlsplit(url).path))
    except ValueError:
        return None
    if found is None:
        return None
    path = found[2].rstrip("/")
    return path if posixpath.splitext(path)[1] or found[1] == "blob" else f"{path}/"


def _project_folder(path: str) -> str:
    """The folder of the project, as seen from here; nothing where it is elsewhere."""
    folder = Path(path).parent
    root = next((place for place in (folder, folder.parent) if (place / PROJECT_FILE).is_file()), None)
    if root is None:
        if folder.name != "target":
            return ""
        root = folder.parent
    seen = os.path.relpath(root).replace(os.sep, "/")
    return "" if seen.startswith("..") else seen
