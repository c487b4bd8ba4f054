"""The contracts among the files of a folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.imports.artefact import ArtefactError, Imported, files, mapping, read_text, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.catalog.tree import Tree

_ENDINGS = (".yaml", ".yml")


def contracts(location: str, key: str, value: str | None, make: Callable[[Tree], Imported]) -> Iterator[Imported]:
    """What is made of the file that is named, or of those below a folder that state a key (and its value) at the top.

    Other files of a folder are nobody's concern; a broken one that has the key is told. Raises ArtefactError if there are none.
    """
    words = f"{key}: {value or ''}".rstrip()
    if Path(location).is_file():
        tree = read_tree(location)
        if not _states(tree, key, value):
            raise ArtefactError(location, None, f"it does not state `{words}`; is this the right file?")
        yield make(tree)
        return
    sign = re.compile(rf"^[\"']?{key}[\"']?\s*:\s*[\"']?{value or ''}", re.MULTILINE)
    found = [made for path in files(location, *_ENDINGS) if _has(path, sign) for made in _made(path, key, value, make)]
    if not found:
        raise ArtefactError(location, None, f"no file in this folder states `{words}`")
    yield from found


def _states(tree: Tree, key: str, value: str | None) -> bool:
    stated = mapping(tree.data).get(key)
    return stated == value if value is not None else stated is not None


def _has(path: str, sign: re.Pattern[str]) -> bool:
    try:
        return sign.search(read_text(path)) is not None
    except ArtefactError:
        return False


def _made(path: str, key: str, value: str | None, make: Callable[[Tree], Imported]) -> Iterator[Imported]:
    try:
        tree = read_tree(path)
    except ArtefactError as error:
        yield Imported("contract", path, notes=(error.note,))
    else:
        if _states(tree, key, value):
            yield make(tree)
