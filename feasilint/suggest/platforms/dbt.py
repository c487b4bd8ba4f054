"""A feature as models of dbt: an incremental one of daily tiles, the window on top of it, and their tests."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import yaml

from feasilint.lower.sql.adapter import translated
from feasilint.suggest.platforms.files import File, Refused, about, comment, slug
from feasilint.suggest.spoken import name
from feasilint.suggest.tiles import Direct, feature_name, lateness, tiled

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition

_SOURCE, _TILES, _NEW = "feasilint_source", "feasilint_tiles", "feasilint_is_new"
_AS_OF = """'{{ var("as_of", run_started_at.strftime("%Y-%m-%d")) }}'"""
_IF, _END = "{% if is_incremental() %}", "{% endif %}"
_TABLE = "{{ config(materialized='table') }}\n"
_STRATEGY = {"bigquery": "merge", "databricks": "merge", "spark": "merge"}


def render(definition: Definition, dialect: str) -> tuple[File, ...]:
    """The models of a feature in the dialect of the project's warehouse. The variable `as_of` is the day, by default that of the
    run."""
    if definition.source.kind != "table":
        raise Refused(
            f"`{definition.source.name}` is no table: load it into the warehouse and declare it as a source of dbt"
        )
    stem = slug(feature_name(definition))
    made = tiled(definition, dialect, "'feasilint_as_of'", _SOURCE, _TILES, _NEW)
    schema, table = _relation(definition.source.name)
    source = f"{{{{ source({_quoted(schema)}, {_quoted(table)}) }}}}"
    if isinstance(made, Direct):
        text = f"{_TABLE}{_remark(definition, made.feature, made.notes)}{_filled(made.query, source)}"
        return File(f"models/{stem}.sql", text), File(f"models/{stem}.yml", _properties(definition, stem, None))
    keys = [key.name for key in definition.keys]
    strategy = _STRATEGY.get(dialect, "delete+insert")
    config = (
        f"{{{{ config(materialized='incremental', incremental_strategy='{strategy}', "
        f"unique_key=[{', '.join(map(_quoted, [*keys, 'day']))}]) }}}}\n"
    )
    head = _remark(definition, f"daily tiles of {made.feature}", made.notes)
    tile = f"{config}{head}{_incremental(made.tile, definition, dialect, source)}"
    below = f"{{{{ ref({_quoted(f'{stem}_daily')}) }}}}"
    filled = _filled(made.window, source).replace(_TILES, below)
    window = f"{_TABLE}{_remark(definition, made.feature, ())}{filled}"
    return (
        File(f"models/{stem}_daily.sql", tile),
        File(f"models/{stem}.sql", window),
        File(f"models/{stem}.yml", _properties(definition, stem, f"{stem}_daily")),
    )


def _relation(full: str) -> tuple[str, str]:
    parts = full.split(".")
    if len(parts) < 2:
        raise Refused(f"`{full}` has no schema in front: dbt reads it as a source of one")
    return parts[-2], parts[-1]


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _remark(definition: Definition, what: str, notes: tuple[str, ...]) -> str:
    return _inert(comment([about(definition, what), *notes]))


def _inert(text: str) -> str:
    """Text in which Jinja sees nothing to do."""
    return re.sub(r"\{(?=[{%#])", "{{ '{' }}", text)


def _filled(query: str, source: str) -> str:
    return _inert(query).replace(_SOURCE, source).replace("'feasilint_as_of'", _AS_OF) + "\n"


def _incremental(tile: str, definition: Definition, dialect: str, source: str) -> str:
    """The tiles of the days that may have changed since the last run."""
    days = lateness(definition)
    since = translated(
        f"SELECT {name(definition.event_time)} >= CAST((SELECT max(day) FROM feasilint_this) AS TIMESTAMP) - INTERVAL {days} DAY",
        dialect,
        pretty=False,
    ).removeprefix("SELECT ")
    since = since.replace("feasilint_this", "{{ this }}")
    head, word, rest = re.split(rf"\s+(AND|WHERE)\s+{_NEW}", _filled(tile, source))
    if word == "AND":
        return f"{head}\n  {_IF}\n  AND {since}\n  {_END}{rest}"
    return f"{head}\n{_IF}\nWHERE\n  {since}\n{_END}{rest}"


def _properties(definition: Definition, stem: str, tiles: str | None) -> str:
    schema, table = _relation(definition.source.name)
    keys = [key.name for key in definition.keys]
    models = [{"name": stem, "description": about(definition, stem), "columns": _columns(keys, len(keys) == 1)}]
    if tiles is not None:
        models.append(
            {"name": tiles, "description": f"Daily tiles of {stem}", "columns": _columns([*keys, "day"], False)}
        )
    listed = {"version": 2, "sources": [{"name": schema, "tables": [{"name": table}]}], "models": models}
    return yaml.safe_dump(listed, sort_keys=False, allow_unicode=True, width=120)


def _columns(names: list[str], unique: bool) -> list[dict[str, object]]:
    return [{"name": one, "data_tests": ["not_null", *(["unique"] if unique else [])]} for one in names]
