"""The contracts among the files of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.imports.artefact import ArtefactError, Imported, files, read_text, read_tree

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from feasilint.catalog.tree import Tree

_ENDINGS = (".yaml", ".yml")


def contracts(location: str, sign: re.Pattern[str], words: str, make: Callable[[Tree], Imported]) -> Iterator[Imported]:
    """What is made of the file that is named, or of those below a folder whose text has the sign, which is `words` for people.

    Other files of a folder are nobody's concern; a broken one that has the sign is told. Raises ArtefactError if there are none.
    """
    if Path(location).is_file():
        if not sign.search(read_text(location)):
            raise ArtefactError(location, None, f"it does not state `{words}`; is this the right file?")
        yield make(read_tree(location))
        return
    found = [path for path in files(location, *_ENDINGS) if _has(path, sign)]
    if not found:
        raise ArtefactError(location, None, f"no file in this folder states `{words}`")
    for path in found:
        yield _made(path, make)


def _has(path: str, sign: re.Pattern[str]) -> bool:
    try:
        return sign.search(read_text(path)) is not None
    except ArtefactError:
        return False


def _made(path: str, make: Callable[[Tree], Imported]) -> Imported:
    try:
        return make(read_tree(path))
    except ArtefactError as error:
        return Imported("contract", path, notes=(error.note,))
