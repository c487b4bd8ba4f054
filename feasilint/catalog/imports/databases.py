"""Databases themselves, through SQLAlchemy: what their catalogs say of tables. Nothing is written, no table is read."""

from __future__ import annotations

import re
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

from feasilint.catalog.imports._database_queries import QUERIES
from feasilint.catalog.imports._described import entries
from feasilint.catalog.imports._dumped import Dump
from feasilint.catalog.imports.artefact import ArtefactError, Imported, Note
from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL, Connection

_EXTRA = "install feasilint[databases], which brings SQLAlchemy with drivers for PostgreSQL and DuckDB"
_DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}  # the one that the extra brings
_FILES = frozenset({"duckdb", "sqlite"})
_SECRET = re.compile(r"pass|pwd|secret|token|key|credential", re.IGNORECASE)  # in the name of an option
_RANGE = re.compile(
    r"FOR VALUES FROM \('(\d{4}-\d\d-\d\d)(?: 00:00:00\S*)?'\) TO \('(\d{4}-\d\d-\d\d)(?: 00:00:00\S*)?'\)"
)


def read(location: str) -> Iterator[Imported]:
    """What the database at a URL says of its tables. Raises UsageError without SQLAlchemy, ArtefactError if it cannot be read."""
    try:
        import sqlalchemy
    except ModuleNotFoundError:
        raise UsageError(f"reading databases needs SQLAlchemy; {_EXTRA}") from None
    try:
        url = sqlalchemy.make_url(location)
    except (sqlalchemy.exc.ArgumentError, ValueError):
        raise ArtefactError(
            "sqlalchemy", None, "no URL of a database; write it as postgresql://user@host/database"
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    path = _public(url)
    dump = Dump()
    with _connected(url, path) as connection:
        failed = [_told(error, url) for error in _asked(connection, dump)]
    if failed and not dump.tables:
        raise ArtefactError(path, None, failed[0])
    notes = tuple(Note(path, None, f"the tables of a schema are left out: {error}") for error in failed)
    yield Imported("database", path, sources=tuple(entries(dump)), notes=notes)


def _public(url: URL) -> str:
    """The URL without users, passwords and options."""
    from sqlalchemy import URL

    return URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database).render_as_string()


@contextmanager
def _connected(url: URL, path: str) -> Iterator[Connection]:
    """A connection that can only read, where the database knows that. Raises ArtefactError, in which no secret is told."""
    import sqlalchemy

    try:
        engine = sqlalchemy.create_engine(_read_only(url, path), poolclass=sqlalchemy.NullPool, **_options(url))
        with engine.connect() as connection:
            if engine.dialect.name == "postgresql":
                connection = connection.execution_options(postgresql_readonly=True)
            yield connection
    except ModuleNotFoundError as error:
        raise UsageError(f"{path}: the driver {error.name!r} is not installed; {_EXTRA}") from None
    except sqlalchemy.exc.NoSuchModuleError:
        raise UsageError(f"{path}: SQLAlchemy knows no {url.drivername!r}; install its dialect, or {_EXTRA}") from None
    except (sqlalchemy.exc.SQLAlchemyError, OSError) as error:
        raise ArtefactError(path, None, _told(error, url)) from None


def _read_only(url: URL, path: str) -> URL:
    """Files that do not exist must not be made."""
    if url.get_backend_name() in _FILES and url.host:
        file = f"{url.get_backend_name()}:///{url.host}"
        raise ArtefactError(
            path, None, f"a file stands behind three slashes, as {file}, and an absolute one behind four"
        )
    if url.get_backend_name() in _FILES and url.database not in (None, "", ":memory:"):
        if not Path(url.database or "").is_file():
            raise ArtefactError(path, None, "no such file")
        if url.get_backend_name() == "sqlite":
            return url.set(database=f"file:{url.database}", query={"mode": "ro", "uri": "true"})
    return url


def _options(url: URL) -> dict[str, dict[str, bool]]:
    return {"connect_args": {"read_only": True}} if url.get_backend_name() == "duckdb" else {}


def _told(error: Exception, url: URL) -> str:
    """The first line of what a driver says, unless it tells a secret."""
    said = str(getattr(error, "orig", None) or error).strip().split("\n")[0]
    options = [value for key, values in url.normalized_query.items() if _SECRET.search(key) for value in values]
    secrets = [str(secret) for secret in (url.password, *options) if secret]
    telling = any(form in said for secret in secrets for form in (secret, quote(secret), quote_plus(secret)))
    return "it cannot be read; try the same URL with another client" if telling or not said else said


def _asked(connection: Connection, dump: Dump) -> Iterator[Exception]:
    """Take in what the queries of the dialect give; of databases without any, what SQLAlchemy finds out. Gives what failed."""
    from sqlalchemy import text

    from feasilint.catalog.imports._reflected import reflected

    queries = QUERIES.get(connection.dialect.name)
    for query in queries or ():
        for row in connection.execute(text(query)).mappings():
            dump.take({key: _part(value) if key == "partition_id" else value for key, value in row.items()})
    for found in reflected(connection) if queries is None else ():
        if isinstance(found, Exception):
            yield found
        else:
            dump.take(found)


def _part(bound: object) -> object:
    """The bound of a partition as the day or the month that it is: `20261120`, `202611`."""
    found = _RANGE.fullmatch(bound) if isinstance(bound, str) else None
    if found is None:
        return bound
    start, end = date.fromisoformat(found[1]), date.fromisoformat(found[2])
    if end - start == timedelta(days=1):
        return f"{start:%Y%m%d}"
    whole_month = start.day == end.day == 1 and timedelta(days=27) < end - start < timedelta(days=32)
    return f"{start:%Y%m}" if whole_month else bound
