"""What an artefact of another tool says about sources, in the words of a catalog, and how such files are read.

A reader of a kind of artefact is a module of this package with one function, `read(location) -> Iterable[Imported]`. It turns
what is written into entries that are shaped as in `catalog.yaml`, and nothing else: what they change in a catalog is decided
in `feasilint.catalog.merge`, and what is no valid value is found there by the schema of the catalog.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct, field

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.tree import Tree

Entry: TypeAlias = "dict[str, object]"  # an entry as it stands in YAML: text, numbers, lists and mappings

_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


class Note(Struct, frozen=True):
    """Something that was not taken over, or that somebody should look at. `line` is 1-based, None for the file as such."""

    path: str
    line: int | None
    message: str

    def __str__(self) -> str:
        return f"{self.path}{'' if self.line is None else f':{self.line}'}: {self.message}"


class Imported(Struct, frozen=True):
    """What one artefact says.

    `origin` is what provenance calls it (`dbt manifest`), `path` its file, or its URL without secrets, `as_of` the day that it
    speaks of (ISO, None if it does not tell). Entries have a `name` each, and keys and values of `catalog.yaml`.
    """

    origin: str
    path: str
    as_of: str | None = None
    sources: tuple[Entry, ...] = ()
    models: tuple[Entry, ...] = ()
    prediction_points: Mapping[str, Entry] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


class ArtefactError(UsageError):
    """An artefact that cannot be read at all."""

    def __init__(self, path: str, line: int | None, message: str) -> None:
        self.note = Note(path, line, message)
        super().__init__(str(self.note))


def read_text(path: str) -> str:
    """The text of a file in UTF-8, or in UTF-16 if it starts with the mark of that. Raises ArtefactError."""
    try:
        content = Path(path).read_bytes()
        return content.decode("utf-16" if content.startswith(_UTF_16) else "utf-8-sig")
    except OSError as error:
        raise ArtefactError(path, None, error.strerror or "it cannot be read") from None
    except UnicodeDecodeError as error:
        raise ArtefactError(path, None, f"not UTF-8 (byte {error.start + 1}); is this the right file?") from None


def read_json(path: str) -> object:
    """The data of a JSON file. Raises ArtefactError with the line of what is wrong."""
    try:
        return json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ArtefactError(path, error.lineno, f"not JSON: {error.msg} (column {error.colno})") from None
    except RecursionError:
        raise ArtefactError(path, None, "nested too deeply") from None


def read_yaml(path: str) -> object:
    """The data of a YAML file, all scalars as text. Raises ArtefactError with the line of what is wrong."""
    return read_tree(path).data


def read_tree(path: str) -> Tree:
    """The same with the places of its values. Raises ArtefactError."""
    from feasilint.catalog.tree import parse

    tree, problems = parse(read_text(path), path)
    if tree.data is None and problems:
        raise ArtefactError(path, problems[0].mark.line, problems[0].message)
    return tree


def stated(**values: object) -> Entry:
    """An entry of the values that say something, without repeated names or such as say nothing."""
    return {key: _clean(value) for key, value in values.items() if value is not None and value not in ("", [], {}, ())}


def _clean(value: object) -> object:
    if isinstance(value, dict):
        return {key: item for key, item in value.items() if str(key).strip()}
    names = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return list(dict.fromkeys(value)) if names else value  # type: ignore[call-overload]


def written_duration(seconds: float) -> str:
    """A duration as a catalog has it: `1d4h`, `90s`, `150ms`."""
    if seconds < 1:
        return f"{round(seconds * 1000)}ms" if seconds else "0"
    parts: list[str] = []
    left = round(seconds)
    for unit, size in _UNITS:
        amount, left = divmod(left, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return "".join(parts)


def mapping(value: object) -> dict[str, object]:
    """The value if it is a mapping, else an empty one: artefacts are written by anybody."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[object]:
    """The value if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object) -> str | None:
    """The value if it is text that says something."""
    return value.strip() or None if isinstance(value, str) else None


def day(value: object) -> str | None:
    """The day of a timestamp in ISO form."""
    return value[:10] if isinstance(value, str) and len(value) >= 10 and value[4] == value[7] == "-" else None


def files(location: str, *endings: str) -> Iterator[str]:
    """The file that is named, or all with these endings below a folder, by name. Raises ArtefactError if there are none."""
    start = Path(location)
    if start.is_file():
        yield location
        return
    if not start.is_dir():
        raise ArtefactError(location, None, "no such file or folder")
    found = sorted(path.as_posix() for path in start.rglob("*") if path.name.endswith(endings) and path.is_file())
    if not found:
        raise ArtefactError(location, None, f"no file in this folder ends in {' or '.join(endings)}")
    yield from found
