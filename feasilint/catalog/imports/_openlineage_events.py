"""Events of OpenLineage from files of any size: one a line, an array of them, or a single one."""

from __future__ import annotations

import codecs
import gzip
import json
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING, TypeAlias, cast

import msgspec

from feasilint.catalog.imports.artefact import ArtefactError, Note, files, listed, mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

Event: TypeAlias = "dict[str, object]"

ENDINGS = (".ndjson", ".jsonl", ".json", ".log", ".ndjson.gz", ".jsonl.gz", ".json.gz")

_CHUNK = 1 << 20
_LONGEST = 64 << 20  # characters of one event; longer ones are a broken file
_SHOWN = 20  # broken lines that are told one by one
_BETWEEN = re.compile(r"[\s,\[\]]*")


def events(location: str, notes: list[Note]) -> Iterator[Event]:
    """The events of a file, or of all files of a folder in the order of their names. Raises ArtefactError if there are none."""
    for path in files(location, *ENDINGS):
        try:
            yield from _of_file(path, notes)
        except (OSError, EOFError, UnicodeDecodeError) as error:  # EOFError: a .gz that ends early
            raise ArtefactError(path, None, f"it cannot be read: {error}") from None


def _of_file(path: str, notes: list[Note]) -> Iterator[Event]:
    with _opened(path) as file:
        a_line = _one_a_line(file)
        file.seek(0)
        found = _lines(path, file, notes) if a_line else _values(path, file, notes)
        for value in found:
            event = mapping(value)
            yield from map(mapping, listed(event["events"])) if "events" in event and "job" not in event else [event]


def _opened(path: str) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.endswith(".gz") else Path(path).open("rb")


def _one_a_line(file: IO[bytes]) -> bool:
    """Whether lines are events: the first one is, or it is broken and the next one begins another."""
    first, second = (_filled(file) for _ in range(2))
    if first.startswith(b"["):
        return False
    return _is_json(first) or second.startswith(b"{")


def _filled(file: IO[bytes]) -> bytes:
    """The next line that is not blank, no more of it than is needed to tell what it is."""
    for line in iter(lambda: file.readline(_LONGEST), b""):
        text = line.strip().removeprefix(b"\xef\xbb\xbf")
        if text:
            return text
    return b""


def _is_json(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return False
    return True


def _lines(path: str, file: IO[bytes], notes: list[Note]) -> Iterator[object]:
    broken = 0
    for number, line in enumerate(file, 1):
        text = line.strip().removeprefix(b"\xef\xbb\xbf")
        if not text:
            continue
        try:
            yield msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
            broken += 1
            if broken <= _SHOWN:
                notes.append(Note(path, number, f"no event: {error}; this line is left out"))
    if broken > _SHOWN:
        notes.append(Note(path, None, f"{broken - _SHOWN} more lines are no events; they are left out"))


def _values(path: str, file: IO[bytes], notes: list[Note]) -> Iterator[object]:
    """JSON values one after the other, also those of an array, read piece by piece."""
    pieces = codecs.getreader("utf-8-sig")(file)
    decode, text, at, line = json.JSONDecoder().raw_decode, "", 0, 1
    failure: Exception | None = None
    while True:
        start = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing, too
        line, at = line + text.count("\n", at, start), start
        try:
            value, end = decode(text, at)
        except (json.JSONDecodeError, RecursionError) as error:
            failure = error if at < len(text) else None
            piece = pieces.read(_CHUNK) if len(text) - at < _LONGEST else ""
            if not piece:
                break
            text, at = text[at:] + piece, 0
            continue
        yield value
        line, at = line + text.count("\n", at, end), end
    if isinstance(failure, json.JSONDecodeError):
        where = line + text.count("\n", at, failure.pos)
        notes.append(Note(path, where, f"not JSON: {failure.msg}; what follows is not read"))
    elif failure is not None:
        notes.append(Note(path, line, "nested too deeply; what follows is not read"))
