"""The project around the scanned paths: its root, and the documents that make what the scanned ones read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.ir import Scan, Write
from feasilint.link import link, names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.ir import Program, Source

MARKERS = ("catalog.yaml", ".git", "dbt_project.yml", "pyproject.toml")
_TESTS = re.compile(r"(^|/)(tests?/|test_[^/]*$|conftest\.py$)|_test\.[a-z]+$")  # they write what they pretend is there
_DATA = re.compile(
    rb"\b(?:import|from)\s+(?:pandas|polars|pyspark|snowflake|duckdb|sqlalchemy|google\.cloud|awswrangler|ibis|dask|databricks|hsfs"
    rb"|hopsworks|feast|sqlite3|psycopg2?|pymysql|sagemaker|cudf|numpy|datasets|pickle|joblib|sqlmesh)\b|%%?(?:bigquery|sql)|spark\.(?:sql|table|read)"
)
_WRITES = re.compile(
    rb"\bto_[a-z]|\bwrite|\bsave|\binsert|\bcreate\b|\bmerge\b|\bunload\b|\bcopy\b|\bdump|\bupload|\bput_|@model\b"
)
_MOST_FILES = 20_000
_MOST_BYTES = 4 * 1024 * 1024
_MOST_ROUNDS = 40


def root_of(paths: Iterable[str]) -> Path | None:
    """The nearest folder above the first path that looks like the top of a project."""
    first = next(iter(paths), None)
    if first is None:
        return None
    start = Path(first).resolve()
    for folder in (start, *start.parents):
        if folder.is_dir() and any((folder / marker).exists() for marker in MARKERS):
            return folder
    return None


def upstream(
    programs: list[Program],
    candidates: Iterable[str],
    lower: Callable[[str, bytes], Program],
    named: Callable[[str], Iterable[str]] = lambda _: (),
) -> list[Program]:
    """Further documents of the project that write what the programs read, and what those read in turn.

    A candidate is lowered only if its text names a source that nobody is known to write: a search over bytes, so that the
    unrelated rest of a large repository costs a read. `named`: the files that a project says make the table of a name.
    """
    texts = dict(_texts(candidates, {program.path for program in programs}))
    added: list[Program] = []
    seen = {program.path for program in programs}
    for _ in range(_MOST_ROUNDS):
        wanted = dict.fromkeys(_wanted(programs + added))
        words = {name.lower().encode() for name in wanted}
        chosen = {
            path: texts.pop(path) for path in [path for path, text in texts.items() if _may_write(path, text, words)]
        }
        chosen.update(_texts((path for name in wanted for path in named(name)), seen | set(chosen)))
        if not chosen:
            break
        seen |= set(chosen)
        made = [lower(path, text) for path, text in chosen.items()]
        writing = [program for program in made if any(isinstance(sink, Write) for sink in program.sinks)]
        if not writing:
            break
        added += writing
    return added


def _may_write(path: str, text: bytes, words: set[bytes]) -> bool:
    """Whether a file might write something of these names: a search that is cheap and never wrongly says no.

    A model of dbt is named like its file; code writes data only if it works with some library for data.
    """
    folded = text.lower()
    if not any(word in folded or word in path.lower().encode() for word in words):
        return False
    return path.endswith((".sql", ".sqlx")) or (_DATA.search(folded) is not None and _WRITES.search(folded) is not None)


def _texts(candidates: Iterable[str], known: set[str]) -> Iterator[tuple[str, bytes]]:
    for at, path in enumerate(candidates):
        if at >= _MOST_FILES or path in known or _TESTS.search(path):
            continue
        try:
            if Path(path).stat().st_size <= _MOST_BYTES:
                yield path, Path(path).read_bytes()
        except OSError:
            continue


def _wanted(programs: list[Program]) -> Iterator[str]:
    """The last parts of the names of tables and files that are read but not known to be written."""
    bound = link(programs).bound
    for program in programs:
        for relation in program.relations:
            if isinstance(relation, Scan) and relation not in bound and _may_be_written(relation.source):
                yield from (parts[-1] for parts in names(relation.source, program.path) if len(parts[-1]) > 2)


def _may_be_written(source: Source) -> bool:
    return source.kind in ("table", "file", "feature_view") and not source.dynamic
