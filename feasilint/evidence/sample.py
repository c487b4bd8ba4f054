"""The rows of the source, with whole histories of as many keys as are asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.errors import UsageError
from feasilint.evidence.database import quoted, text, unquoted
from feasilint.evidence.model import Sample

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feasilint.evidence.database import Database, File
    from feasilint.evidence.model import Settings
    from feasilint.suggest.definition import Definition

KEY, TIME = '"feasilint key"', '"feasilint time"'
_KEYS, _LOADED, ROWS = '"feasilint keys"', '"feasilint loaded"', '"feasilint rows"'
_HASHES = 2**64
_PLAIN = re.compile(r'[A-Za-z_]\w*\Z|"(?:[^"]|"")+"\Z')
_BAD = 3  # values that are shown as examples


def key_of(expressions: Iterable[str]) -> str:
    """One text of all parts of a key; null where one of them is."""
    return " || chr(31) || ".join(f"CAST({part} AS VARCHAR)" for part in expressions)


def sampled(key: str, share: float) -> str:
    """Whether a key is taken: the same keys in every table, run and version."""
    return "TRUE" if share >= 1 else f"md5_number_lower({key}) < {int(share * _HASHES)}::UBIGINT"


def load(database: Database, file: File, definition: Definition, settings: Settings) -> tuple[Sample, float]:
    """Copies what the feature and the label read; returns what was taken, and the share of the keys.

    Raises UsageError for columns that are not there, and for an event time that is none."""
    there = database.columns(file.relation)
    own = settings.label if settings.spine is None else None
    wanted = dict.fromkeys((*columns(definition), *([own] if own else [])))
    names = found(there, wanted, file.path, f"`{definition.source.name}`")
    chosen = ", ".join(quoted(names[name]) for name in wanted)
    share, where = _share(database, file, _plain(definition, names), settings)
    database.ask(f"CREATE TABLE {_LOADED} AS SELECT {chosen} FROM {file.relation} WHERE {where}")
    database.close_off()
    moment = as_time(database, _LOADED, names[definition.event_time], file.path, there)
    key = key_of(key.expression for key in definition.keys)
    database.ask(f"CREATE TABLE {ROWS} AS SELECT *, {key} AS {KEY}, {moment} AS {TIME} FROM {_LOADED}")
    return _taken(database, file, share), share


def columns(definition: Definition) -> tuple[str, ...]:
    """The columns of the source that a feature reads."""
    from feasilint.lower.sql.adapter import exp, parse, tokenize

    parts = [key.expression for key in definition.keys]
    parts += [said for one in definition.measures for said in (one.argument, one.filter) if said is not None]
    query = f"SELECT {', '.join([*parts, definition.condition or 'TRUE'])}"
    tokens = tokenize(query, "duckdb")
    tree = parse(tokens, query, "duckdb") if isinstance(tokens, list) else None
    if not isinstance(tree, exp.Select):
        raise UsageError(f"the columns that `{definition.name}` reads are not known")
    read = (node.parts[0].name for node in tree.find_all(exp.Column))
    return tuple(dict.fromkeys((*read, definition.event_time)))


def found(there: Mapping[str, str], wanted: Iterable[str], path: str, of: str) -> dict[str, str]:
    """The columns as the file spells them. Raises UsageError that names all that are missing."""
    spelling = {name.lower(): name for name in there}
    wanted = list(wanted)
    missing = [name for name in wanted if name.lower() not in spelling]
    if missing:
        lacking, having = (", ".join(f"`{name}`" for name in names) for names in (missing, there))
        raise UsageError(f"{path}: no column {lacking} of {of}; there are {having}")
    return {name: spelling[name.lower()] for name in wanted}


def as_time(database: Database, table: str, column: str, path: str, types: Mapping[str, str]) -> str:
    """A column as times in UTC without a zone. Raises UsageError where it holds none."""
    kind, name = types[column], quoted(column)
    if kind.startswith(("TIMESTAMP", "DATE")):
        return f"make_timestamp(epoch_us({name}))"
    if kind != "VARCHAR":
        raise UsageError(f"{path}: `{column}` is {kind}, no time; write it as a timestamp")
    moment = f"TRY_CAST({name} AS TIMESTAMP)"
    bad = database.ask(
        f"SELECT DISTINCT {name} FROM {table} WHERE {name} IS NOT NULL AND {moment} IS NULL ORDER BY 1 LIMIT {_BAD}"
    )
    if bad:
        raise UsageError(f"{path}: `{column}` holds what is no time, as {', '.join(text(row[0]) for row in bad)}")
    return moment


def _share(database: Database, file: File, keys: tuple[str, ...] | None, settings: Settings) -> tuple[float, str]:
    """The share of the keys that is taken, and the condition that takes them. Only keys that are columns as they are can choose
    rows: no other SQL runs before the database is closed off."""
    if keys is None:
        return 1, "TRUE"
    key = key_of(keys)
    database.ask(f"CREATE TABLE {_KEYS} AS SELECT DISTINCT {key} AS one FROM {file.relation}")
    (every,) = database.one(f"SELECT count(one) FROM {_KEYS}")
    share = settings.keys / max(every, 1)
    if share >= 1:
        return 1, "TRUE"
    return share, f"{key} IS NULL OR {key} IN (SELECT one FROM {_KEYS} WHERE {sampled('one', share)})"


def _taken(database: Database, file: File, share: float) -> Sample:
    rows, keys, first, last, keyless, timeless = database.one(
        f"SELECT count(*) FILTER (WHERE {KEY} IS NOT NULL AND {TIME} IS NOT NULL), count(DISTINCT {KEY}),"
        f" min({TIME}), max({TIME}), count(*) FILTER (WHERE {KEY} IS NULL), count(*) FILTER (WHERE {TIME} IS NULL) FROM {ROWS}"
    )
    if not rows:
        raise UsageError(f"{file.path}: no row has a key and a time")
    return Sample(file.path, rows, keys, share, first, last, keyless, timeless)


def _plain(definition: Definition, names: Mapping[str, str]) -> tuple[str, ...] | None:
    """The keys as quoted columns of the file; None where one is computed."""
    if not all(_PLAIN.match(key.expression) for key in definition.keys):
        return None
    said = (key.expression for key in definition.keys)
    bare = (unquoted(one) if one[0] == '"' else one for one in said)
    spelling = {name.lower(): spelled for name, spelled in names.items()}
    found = [spelling.get(name.lower()) for name in bare]
    return tuple(quoted(name) for name in found if name is not None) if None not in found else None
