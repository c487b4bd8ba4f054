"""DuckDB, closed: it reads the files that are named, and after that nothing but what it has read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "allow_community_extensions": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "memory_limit": "4GB",
    "python_enable_replacements": False,
    "temp_directory": "",
}
_TEXTS = (".csv", ".tsv", ".csv.gz", ".tsv.gz")
_PARQUETS = (".parquet", ".pq")
_DATABASES = (".duckdb", ".ddb", ".db")
_GLOB = re.compile(r"([*?\[])")


def quoted(name: str) -> str:
    """An identifier."""
    return '"' + name.replace('"', '""') + '"'


def unquoted(identifier: str) -> str:
    """The name that an identifier is in quotes of."""
    return identifier[1:-1].replace('""', '"')


def text(value: str) -> str:
    """A string."""
    return "'" + value.replace("'", "''") + "'"


class File(Struct, frozen=True):
    """A file of data, and what DuckDB selects from to read it."""

    path: str
    relation: str


class Database:
    """A connection to a database in memory."""

    def __init__(self) -> None:
        try:
            import duckdb
        except ImportError:
            raise UsageError("this needs DuckDB: pip install 'feasilint[evidence]'") from None
        self._error = duckdb.Error
        self._connection = duckdb.connect(":memory:", config=_CONFIG)

    def ask(self, statement: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """The rows that a statement gives. Raises UsageError with what DuckDB says."""
        try:
            return self._connection.execute(statement, list(values)).fetchall()
        except self._error as error:
            raise UsageError(_told(str(error))) from None

    def one(self, statement: str) -> tuple[Any, ...]:
        """The only row that a statement gives."""
        return self.ask(statement)[0]

    def columns(self, relation: str) -> dict[str, str]:
        """The columns that a relation has, and their types."""
        return {row[0]: row[1] for row in self.ask(f"DESCRIBE SELECT * FROM {relation}")}

    def close_off(self) -> None:
        """From here on neither files nor the network are in reach, and nothing opens them again."""
        self.ask("DETACH DATABASE IF EXISTS warehouse")
        self.ask("SET threads = 1")  # sums of fractions depend on the order of their rows, and ranks on sums
        self.ask("SET enable_external_access = false")
        self.ask("SET lock_configuration = true")

    def close(self) -> None:
        self._connection.close()

    def open(self, path: str, source: Sequence[str] = ()) -> File:
        """A file with rows: Parquet, CSV or, of a source by its names, a DuckDB database with a table of that name."""
        if not Path(path).is_file():
            raise UsageError(f"{path}: no such file")
        ending = path.lower()
        literal = text(_GLOB.sub(r"[\1]", str(Path(path).absolute())))
        if ending.endswith(_PARQUETS):
            return File(path, f"read_parquet({literal}, hive_partitioning = false)")
        if ending.endswith(_TEXTS):
            return File(path, f"read_csv({literal}, hive_partitioning = false)")
        if ending.endswith(_DATABASES) and source:
            return File(path, self._attached(path, source))
        known = ", ".join((*_PARQUETS, *_TEXTS, *(_DATABASES if source else ())))
        raise UsageError(f"{path}: no kind of data that is known by its ending; there are {known}")

    def _attached(self, path: str, source: Sequence[str]) -> str:
        self.ask(f"ATTACH {text(str(Path(path).absolute()))} AS warehouse (READ_ONLY, TYPE duckdb)")
        found = self.ask(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'warehouse' ORDER BY ALL"
        )
        tables = [f"{schema}.{table}" for schema, table in found]
        fitting = [at for at, table in enumerate(tables) if _means(table, source)]
        if len(fitting) == 1:
            return ".".join(map(quoted, ("warehouse", *found[fitting[0]])))
        if fitting:
            which = _listed(tables[at] for at in fitting)
            raise UsageError(f"{path}: `{source[0]}` can be {which}; pass one of them as Parquet")
        views = self.ask(
            "SELECT schema_name, view_name FROM duckdb_views() WHERE database_name = 'warehouse' AND NOT internal"
        )
        if any(_means(f"{schema}.{view}", source) for schema, view in views):
            raise UsageError(
                f"{path}: `{source[0]}` is a view, and only SQL that feasilint has written is run; export it as Parquet"
            )
        raise UsageError(f"{path}: no table `{source[0]}`; there are {_listed(tables) or 'none'}")


def _means(table: str, source: Sequence[str]) -> bool:
    """Whether one of the names of a source can be that of a table."""
    from feasilint.suggest.tables import alike

    return any(alike(table, name) for name in source)


def _listed(names: Any) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _told(error: str) -> str:
    """The first line of what DuckDB says, with a remedy where there is one."""
    line = error.strip().partition("\n")[0]
    if line.startswith("Out of Memory"):
        return f"{line}; measure fewer keys (--keys)"
    return f"DuckDB: {line}"
