"""Which artefacts of other tools lie in a repository."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.imports.kinds import KINDS
from feasilint.discover import SKIPPED_FOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST = 2_000_000  # bytes of a file that is looked into
_HEAD = 20_000  # characters in which a file says what it is


class Find(Struct, frozen=True, order=True):
    """An artefact: its kind, and the location to import."""

    kind: str
    location: str


class _Sign(Struct, frozen=True):
    """How a kind shows: a file with such a name and, where that alone does not tell, such text. `folder`: import its folder."""

    kind: str
    name: re.Pattern[str]
    text: re.Pattern[str] | None = None
    folder: bool = False


def _sign(kind: str, name: str, text: str | None = None, *, folder: bool = False) -> _Sign:
    return _Sign(kind, re.compile(name), None if text is None else re.compile(text, re.MULTILINE), folder)


_SIGNS = (
    _sign("dbt", r"dbt_project\.ya?ml", folder=True),
    _sign("feast", r"feature_store\.ya?ml", folder=True),
    _sign("sqlmesh", r"config\.(ya?ml|py)", r"\bmodel_defaults\b|\bModelDefaultsConfig\b", folder=True),
    _sign("odcs", r".*\.ya?ml", r"^kind:\s*[\"']?DataContract\b"),
    _sign("datacontract", r".*\.ya?ml", r"^dataContractSpecification:"),
    _sign("asyncapi", r".*\.(ya?ml|json)", r"^[\s{]*[\"']?asyncapi[\"']?\s*:"),
    _sign("airflow", r".*\.py", r"(?s)^\s*(?:from|import) airflow\b.*(?:\bDAG\(|^@dag\b)", folder=True),
)
_TESTS = frozenset({"test", "tests", "testdata", "fixtures", "integration_tests"})  # what lies there is made up
_CHRONON = ("production", "group_bys")  # folders of what Chronon compiles


def finds(root: str) -> list[Find]:
    """All artefacts below a folder of kinds that can be imported. Of folders in each other only the outermost is named."""
    found: set[Find] = set()
    for folder, inner, files in os.walk(root):
        inner[:] = sorted(name for name in inner if name not in SKIPPED_FOLDERS | _TESTS)
        if Path(folder).name == _CHRONON[0] and _CHRONON[1] in inner:
            found.add(Find("chronon", _spelled(folder)))
        found.update(_of_files(folder, files))
    known = {find for find in found if find.kind in KINDS}
    return sorted(find for find in known if not any(_around(other, find) for other in known))


def _of_files(folder: str, files: list[str]) -> Iterator[Find]:
    for name in files:
        path = Path(folder) / name
        for sign in _SIGNS:
            if sign.name.fullmatch(name) and (sign.text is None or sign.text.search(_head(path))):
                yield Find(sign.kind, _spelled(folder if sign.folder else str(path)))


def _head(path: Path) -> str:
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST:
            return ""
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_HEAD)
    except OSError:
        return ""


def _around(outer: Find, inner: Find) -> bool:
    return outer.kind == inner.kind and outer != inner and Path(inner.location).is_relative_to(outer.location)


def _spelled(path: str) -> str:
    return Path(os.path.relpath(path)).as_posix()
