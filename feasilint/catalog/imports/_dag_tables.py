"""The tables and files that a task of a DAG writes, as far as its arguments say."""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec import Struct, field

from feasilint.catalog.imports import _dag_operators as operators
from feasilint.catalog.imports._dag_bodies import STATEMENTS, WRITES
from feasilint.catalog.imports._objects import Made
from feasilint.catalog.imports._urls import without_secrets
from feasilint.catalog.imports.artefact import mapping, text
from feasilint.ir import Write
from feasilint.lower.builder import Builder
from feasilint.lower.sql.lowering import lower_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.catalog.imports.artefact import Entry

_JINJA = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_PARAMETER = re.compile(r"params\.(\w+)")
_HOLE = re.compile(r"\{[^{}]*\}")
_DAY_PART = re.compile(r"(?<=[A-Za-z0-9])_\{[^{}]*\}$")
_LEGACY = re.compile(r"^([\w-]+):(?=\w+\.\w+)")
_FIELD = re.compile(r"\{(\w+)\}")
_LARGEST = 4_000_000
_DATABASES = (
    "postgres",
    "postgresql",
    "mysql",
    "mssql",
    "redshift",
    "trino",
    "presto",
    "snowflake",
    "clickhouse",
    "oracle",
)
_STREAMS = ("kafka",)


class Written(Struct):
    """Names of what a task writes, with what somebody has stated of each, and those that only a run knows."""

    names: dict[str, Entry] = field(default_factory=dict)
    unclear: list[str] = field(default_factory=list)

    def add(self, name: str | None, written: str, about: Entry | None = None) -> None:
        if name is None:
            self.unclear.append(written)
        else:
            self.names.setdefault(name, about or {})


def written_by(task: Made, path: str, searched: Sequence[str], root: str) -> Written:
    """What a task writes. `searched`: where its files of SQL are looked for; `root`: the folder that these may not leave."""
    found = Written()
    params = task.given.get("params")
    texts = {name: filled(value, mapping(params)) for name, value in task.given.items()}
    for parts in operators.TABLES.get(task.kind, ()):
        if texts.get(parts[-1]) is not None:
            found.add(*_joined(texts.get(part) for part in parts))
    for name in operators.ANYWHERE:
        word = text(texts.get(name))
        if word is not None and "." in word:
            found.add(_table(word), word)
    for template in operators.FILES.get(task.kind, ()):
        for file in _files(template, texts):
            found.add(_file(file), file)
    for sql in _statements(texts):
        _add_targets(found, task, texts, sql, path, searched, root)
    for name in _texts(texts.get(WRITES)):
        found.add(_file(name) if "://" in name else _table(name), name)
    _add_jobs(found, mapping(texts.get("configuration")))
    for asset in assets(task.given.get("outlets")):
        found.add(*asset)
    return found


def assets(outlets: object) -> Iterator[tuple[str | None, str, Entry]]:
    """The names of assets, how they are written, and what `extra` states under the key `feasilint`."""
    for outlet in outlets if isinstance(outlets, list) else [outlets]:
        if isinstance(outlet, str):
            yield asset_name(outlet), outlet, {}
        elif isinstance(outlet, Made) and outlet.kind in operators.ASSETS:
            written = text(outlet.get("uri", "url", "1")) or text(outlet.get("name", "0")) or ""
            about = mapping(mapping(outlet.get("extra")).get("feasilint"))
            yield asset_name(written), written, about


def asset_name(uri: str) -> str | None:
    """What an asset is called in code: the table of a database's URI, the topic, the file."""
    if "://" not in uri:
        return _table(uri) if uri.strip() else None
    try:
        parts = urlsplit(without_secrets(_JINJA.sub("*", uri)))
    except ValueError:
        return None
    steps = [step for step in parts.path.split("/") if step]
    if parts.scheme == "bigquery":
        return _table(".".join((parts.netloc, *steps)))
    if parts.scheme in _DATABASES:
        return _table(".".join(steps)) if steps else None
    if parts.scheme in _STREAMS and steps:
        return f"{parts.scheme}://{steps[-1]}"
    return _file(uri)


def filled(value: object, params: Entry) -> object:
    """A value with the parameters that the task is given put into its templates; what else a template asks is a hole."""
    if isinstance(value, list):
        return [filled(item, params) for item in value]
    if isinstance(value, dict):
        return {key: filled(item, params) for key, item in value.items()}
    return _JINJA.sub(lambda found: _known(found, params), value) if isinstance(value, str) else value


def _known(found: re.Match[str], params: Entry) -> str:
    named = _PARAMETER.fullmatch(found[1])
    value = params.get(named[1]) if named is not None else None
    return str(value) if isinstance(value, str | int) else found[0]


# --- names -----------------------------------------------------------------------------------------------------------


def _table(written: str) -> str | None:
    """The name of a table: without the day that it is a part of, without unknown parts in front; None if others are unknown."""
    holes = _HOLE.sub("{x}", _JINJA.sub("{x}", written.strip())).partition("$")[0]
    name = _DAY_PART.sub("_*", _LEGACY.sub(r"\1.", holes))
    parts = [part.strip('"`[] ') for part in name.split(".")]
    while len(parts) > 2 and _HOLE.fullmatch(parts[0]):
        del parts[0]
    return None if not all(parts) or any("{" in part for part in parts) else ".".join(parts)


def _joined(parts: Iterable[object]) -> tuple[str | None, str]:
    """The name of a table in parts, those that are not given left out; beside it how it is written."""
    words = [text(part) or "{…}" for part in parts if part is not None]
    written = ".".join(words)
    return _table(written) if words else None, written


def _file(written: str) -> str | None:
    """The pattern of a file's names; None if its bucket is unknown."""
    name = without_secrets(_HOLE.sub("*", _JINJA.sub("*", written.strip())))
    bucket = name.partition("://")[2].partition("/")[0]
    return None if "://" not in name or not bucket or "*" in bucket else name


def _files(template: str, texts: Entry) -> Iterator[str]:
    """A template with the arguments that it names; several if one of them is a list."""
    fields = _FIELD.findall(template)
    values = [texts.get(name) for name in fields]
    for value in values[0] if len(fields) == 1 and isinstance(values[0], list) else [None]:
        given = [value] if value is not None else values
        if all(isinstance(one, str) for one in given):
            made = template
            for name, one in zip(fields, given, strict=True):
                made = made.replace(f"{{{name}}}", str(one))
            yield made


# --- statements ------------------------------------------------------------------------------------------------------


def _statements(texts: Entry) -> Iterator[str]:
    query = mapping(mapping(texts.get("configuration")).get("query")).get("query")
    for given in (*(texts.get(name) for name in (*operators.SQL, STATEMENTS)), query):
        yield from (
            one for one in (given if isinstance(given, list) else [given]) if isinstance(one, str) and one.strip()
        )


def _texts(given: object) -> Iterator[str]:
    return (item for item in given if isinstance(item, str)) if isinstance(given, list) else iter(())


def _add_targets(
    found: Written, task: Made, texts: Entry, sql: str, path: str, searched: Sequence[str], root: str
) -> None:
    """The tables that statements put rows into; those of a file if the text names one."""
    if sql.strip().endswith((".sql", ".hql")):
        content = _content(sql.strip(), searched, root)
        if content is None:
            found.unclear.append(sql.strip())
            return
        sql = str(filled(content, mapping(task.given.get("params"))))
    builder = Builder(path, "sql")
    lower_text(builder, builder.fragment("sql", sql, None, dialect=_dialect(task.kind, texts)), {}, {})
    for sink in builder.program().sinks:
        if (
            isinstance(sink, Write)
            and sink.target is not None
            and sink.mode not in ("view", "result")
            and not sink.temporary
        ):
            name = sink.target.name
            found.add(_table(_qualified(name, task.kind, texts)), name)


def _qualified(name: str, kind: str, texts: Entry) -> str:
    """A name with the schema and the database that its task runs in, as far as it has none."""
    parts = next((parts for word, parts in operators.QUALIFIERS.items() if word in kind.lower()), ())
    known = [text(texts.get(part)) for part in parts]
    missing = len(known) + 1 - len(name.split("."))
    front = known[:missing] if missing > 0 else []
    return ".".join((*(part for part in front if part), name)) if all(front) else name


def _content(name: str, searched: Sequence[str], root: str) -> str | None:
    for folder in searched:
        file = Path(posixpath.normpath(posixpath.join(folder, name)))
        inside = str(file.resolve()).startswith(f"{Path(root).resolve()}/")
        if inside and file.is_file() and file.stat().st_size < _LARGEST:
            return file.read_bytes().decode("utf-8", "replace")
    return None


def _dialect(kind: str, texts: Entry) -> str | None:
    connection = next((word for name in operators.CONNECTIONS if (word := text(texts.get(name)))), "")
    words = f"{kind} {connection}".lower()
    return next((dialect for word, dialect in operators.DIALECTS if word in words), None)


def _add_jobs(found: Written, configuration: Entry) -> None:
    """The tables that the jobs of a BigQuery configuration write."""
    for job in operators.JOBS:
        destination = mapping(mapping(configuration.get(job)).get("destinationTable"))
        if destination:
            found.add(*_joined(destination.get(part) for part in operators.TABLE_PARTS))
