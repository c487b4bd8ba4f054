"""What a model of SQLMesh states, whether its MODEL block or its decorator says so, as the entry of its table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from feasilint.catalog.imports._dbt_said import table_flags
from feasilint.catalog.imports._literals import Called, Dotted
from feasilint.catalog.imports._tags import named, spoken
from feasilint.catalog.imports.artefact import stated
from feasilint.catalog.imports.schedules import refreshed
from feasilint.lower.sql.sqlmesh import parts_of, properties

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.imports.artefact import Entry

Stated: TypeAlias = "Mapping[str, object]"  # by property: the text of a MODEL block, or a plain value of Python

_NOT_STORED = ("embedded",)
_NOT_SCHEDULED = ("view", "seed", "external", "managed")
_SCD2 = ("scd_type_2", "scd_type_2_by_time", "scd_type_2_by_column")
_UNIQUE_AUDITS = {"unique_values": "columns", "unique_combination_of_columns": "columns"}

_WORD = re.compile(r"(?<=[a-z\d])(?=[A-Z])|(?<=SCD)(?=T)|(?<=e)(?=2)")  # where `SCDType2ByTimeKind` has its words
_DISABLED = re.compile(r"[\s(]*(?:false|0|0\s*=\s*1|1\s*=\s*0)[\s)]*", re.IGNORECASE)
_COLUMN = re.compile(r"[A-Za-z_]\w*")
_ALIAS = re.compile(r"\s+AS\s+\w+\s*$", re.IGNORECASE)
_QUOTED = re.compile(r"\"([^\"]*)\"|`([^`]*)`|'([^']*)'")
_COMMENT = re.compile(r"('(?:[^']|'')*'|\"[^\"]*\")|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_HEAD = re.compile(r"(\w+)\s*(?:\((.*)\)|(.*))", re.DOTALL)
_ENCLOSED = re.compile(r"[(\[](.*)[)\]]", re.DOTALL)
_VARIABLE = re.compile(r"@\{(\w+)\}|@(\w+)")
_BRACKETS = {"(": 1, "[": 1, "{": 1, "<": 1, ")": -1, "]": -1, "}": -1, ">": -1}


def uncommented(block: Mapping[str, str]) -> dict[str, str]:
    """Properties without the comments in them."""
    return {key: _COMMENT.sub(lambda found: found[1] or " ", text).strip() for key, text in block.items()}


def blueprints(model: Stated, variables: Mapping[str, str]) -> list[dict[str, str]] | None:
    """The variables of each table that a model makes: several of a blueprint, one of any other; None if a macro lists them."""
    given = model.get("blueprints")
    if given is None:
        return [dict(variables)]
    sets = [_mapping(item) for item in _items(given)]
    if not sets or not all(sets):
        return None
    return [{**variables, **{name: unquoted(str(value)) for name, value in each.items()}} for each in sets]


def filled(text: str, variables: Mapping[str, str]) -> str:
    """A text with its variables, `@{region}` or `@region`, put in as far as they are known."""
    folded = {name.lower(): value for name, value in variables.items()}

    def known(found: re.Match[str]) -> str:
        return folded.get((found[1] or found[2]).lower(), found[0])

    return _VARIABLE.sub(known, text)


def unquoted(text: str) -> str:
    return _QUOTED.sub(lambda found: next((part for part in found.groups() if part is not None), ""), text.strip())


def is_stored(model: Stated) -> bool:
    """Whether a model has a table of its own."""
    disabled = _DISABLED.fullmatch(str(model.get("enabled", True))) is not None
    return not disabled and _kind(model)[0] not in _NOT_STORED


def entry(name: str, model: Stated) -> Entry:
    """The entry of a model's table. Raises ValueError if its cron expression is none."""
    kind, about = _kind(model)
    time = _first(about.get("time_column"))
    physical = _mapping(model.get("physical_properties"))
    tags = [unquoted(str(tag)) for tag in _items(model.get("tags"))]
    return {
        "name": name,
        **_schedule(kind, model, physical),
        **stated(
            kind="scd2" if kind in _SCD2 else None,
            grain=_grain(kind, about, model),
            event_time=time if kind == "incremental_by_time_range" else None,
            partition=time if kind == "incremental_by_time_range" else _only(_columns(model.get("partitioned_by"))),
            retention=_retention(physical),
            flags=table_flags({}, tags),
            columns=_types(model.get("columns")),
            owner=_word(model.get("owner")),
        ),
        **spoken(named(tags)),
    }


# --- parts of an entry -----------------------------------------------------------------------------------------------


def _schedule(kind: str, model: Stated, physical: Stated) -> Entry:
    """When a model is run; its offset only where it is one of UTC. A managed table has a lag that the warehouse sees to."""
    if kind == "managed":
        lag = _word(physical.get("target_lag"))
        return refreshed(lag) if lag is not None and lag.lower() != "downstream" else {}
    if kind in _NOT_SCHEDULED:
        return {}
    found = refreshed(_word(model.get("cron")) or "@daily")
    zone = _word(model.get("cron_tz"))
    return found if zone is None or zone.upper() == "UTC" else {key: found[key] for key in found if key != "offset"}


def _grain(kind: str, about: Stated, model: Stated) -> list[str]:
    """The key of a row: what is declared, else what the kind keeps one row of, else what an audit finds to be unique."""
    return next((key for key in _keys(kind, about, model) if key), [])


def _keys(kind: str, about: Stated, model: Stated) -> Iterator[list[str]]:
    if kind in _SCD2:
        key = _columns(about.get("unique_key"))
        yield [*key, _first(about.get("valid_from_name")) or "valid_from"] if key else []
        return
    yield _columns(model.get("grain"))
    yield _columns(next(iter(_items(model.get("grains"))), None))
    if kind == "incremental_by_unique_key":
        yield _columns(about.get("unique_key"))
    for audit in _items(model.get("audits")):
        called = _called(audit)
        columns = _columns(_mapping(called[1]).get(_UNIQUE_AUDITS.get(called[0], "")))
        yield columns if called[0] == "unique_combination_of_columns" or len(columns) == 1 else []


def _retention(physical: Stated) -> str | None:
    days = _word(physical.get("partition_expiration_days"))
    return f"{days}d" if days is not None and days.isdecimal() and int(days) > 0 else None


def _types(given: object) -> Entry:
    """The declared columns with their types."""
    if isinstance(given, dict):
        found = {str(name): kind for name, kind in given.items()}
    else:
        texts = _parts(_inner(given)) if isinstance(given, str) else []
        halves = (text.strip().split(None, 1) for text in texts)
        found = {half[0]: half[1] for half in halves if len(half) == 2}
    return {unquoted(name): stated(type=_word(kind)) for name, kind in found.items() if unquoted(name)}


# --- how values are written ------------------------------------------------------------------------------------------


def _kind(model: Stated) -> tuple[str, Stated]:
    """The word of a kind and what it is given: `FULL`, `VIEW (materialized true)`, `dict(name=ModelKindName.FULL)`."""
    given = model.get("kind")
    if isinstance(given, dict):
        return (_word(given.get("name")) or "").rpartition(".")[2].lower(), given
    if isinstance(given, Dotted):
        return given.path.rpartition(".")[2].lower(), {}
    if isinstance(given, Called):
        return _WORD.sub("_", given.path.rpartition(".")[2].removesuffix("Kind")).lower(), given.named
    return _called(given) if isinstance(given, str) else ("", {})


def _called(given: object) -> tuple[str, Stated]:
    """A word with what stands in parentheses behind it; of Python also a pair of a word and a mapping."""
    if isinstance(given, list) and len(given) == 2:
        return (_word(given[0]) or "").lower(), _mapping(given[1])
    found = _HEAD.fullmatch(given.strip()) if isinstance(given, str) else None
    return (found[1].lower(), _mapping(found[2])) if found is not None else ("", {})


def _mapping(given: object) -> Stated:
    """What `(time_column ds, lookback = 2)` says by name."""
    if isinstance(given, dict):
        return given
    inner = _inner(given) if isinstance(given, str) else ""
    pairs = (re.sub(r"^(\s*\w+)\s*:?=", r"\1 ", part) for part in parts_of(inner))
    return {key: value for part in pairs for key, value in properties(part).items()}


def _items(given: object) -> list[object]:
    """The items of `(a, (b, c))` or `[a, b]`, or the single one; of a call the column that it makes."""
    if isinstance(given, Called):
        given = given.named.get("column", next(iter(given.args), None))
    if isinstance(given, list):
        return list(given)
    if not isinstance(given, str) or not given.strip():
        return []
    enclosed = _ENCLOSED.fullmatch(given.strip())
    return [part.strip() for part in _parts(enclosed[1])] if enclosed is not None else [given.strip()]


def _parts(text: str) -> list[str]:
    """The parts between commas that nothing encloses, angle brackets of types included."""
    parts, depth, at = [], 0, 0
    for index, sign in enumerate(text):
        depth += _BRACKETS.get(sign, 0)
        if sign == "," and depth <= 0:
            parts.append(text[at:index])
            at = index + 1
    return [part for part in (*parts, text[at:]) if part.strip()]


def _inner(text: str) -> str:
    found = _ENCLOSED.fullmatch(text.strip())
    return text if found is None else found[1]


def _columns(given: object) -> list[str]:
    """Columns by name, without the names that other models have for them; none if one of them is an expression."""
    found = [unquoted(str(item)) for item in _items(given)]
    nested = [inner for item in found for inner in _items(item)] if len(found) == 1 else found
    names = [unquoted(_ALIAS.sub("", str(item))) for item in nested]
    return names if all(map(_COLUMN.fullmatch, names)) else []


def _first(given: object) -> str | None:
    """The first of `(ds, '%Y-%m-%d')`, if it is a column."""
    found = unquoted(str(next(iter(_items(given)), "")))
    return found if _COLUMN.fullmatch(found) else None


def _only(columns: list[str]) -> str | None:
    return columns[0] if len(columns) == 1 else None


def _word(given: object) -> str | None:
    if isinstance(given, Dotted):
        return given.path
    if isinstance(given, str | int) and not isinstance(given, bool):
        return unquoted(str(given)) or None
    return None
