"""The contracts among the files of a folder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.catalog.imports.artefact import ArtefactError, Imported, Note, files, mapping, read_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.catalog.tree import Tree

_SHOWN = 3  # of what is wrong with the YAML of a file
_ENDINGS = (".yaml", ".yml")


def contracts(location: str, key: str, value: str | None, make: Callable[[Tree], Imported]) -> Iterator[Imported]:
    """What is made of the file that is named, or of those below a folder that state a key (and its value) at the top.

    Other files of a folder are nobody's concern; a broken one that has the key is told. Raises ArtefactError if there are none.
    """
    words = f"{key}: {value or ''}".rstrip()
    if Path(location).is_file():
        alone = _read(location, key, value, make)
        if alone is None:
            raise ArtefactError(location, None, f"it does not state `{words}`; is this the right file?")
        yield alone
        return
    sign = re.compile(rf"^[\"']?{key}[\"']?\s*:\s*[\"']?{value or ''}", re.MULTILINE)
    tried = (_tried(path, key, value, make) for path in files(location, *_ENDINGS) if _has(path, sign))
    found = [made for made in tried if made is not None]
    if not found:
        raise ArtefactError(location, None, f"no file in this folder states `{words}`")
    yield from found


def _read(path: str, key: str, value: str | None, make: Callable[[Tree], Imported]) -> Imported | None:
    """What is made of a file; None if it states something else. Raises ArtefactError."""
    from feasilint.catalog.tree import parse

    tree, problems = parse(read_text(path), path)
    notes = tuple(Note(path, problem.mark.line, problem.message) for problem in problems)
    if tree.data is None and notes:
        raise ArtefactError(path, notes[0].line, notes[0].message)
    stated = mapping(tree.data).get(key)
    if stated is None or value not in (None, stated):
        return None
    made = make(tree)
    more = (Note(path, None, f"and {len(notes) - _SHOWN} more like these"),) if len(notes) > _SHOWN else ()
    return replace(made, notes=(*notes[:_SHOWN], *more, *made.notes))


def _tried(path: str, key: str, value: str | None, make: Callable[[Tree], Imported]) -> Imported | None:
    try:
        return _read(path, key, value, make)
    except ArtefactError as error:
        return Imported("contract", path, notes=(error.note,))


def _has(path: str, sign: re.Pattern[str]) -> bool:
    try:
        return sign.search(read_text(path)) is not None
    except ArtefactError:
        return False
