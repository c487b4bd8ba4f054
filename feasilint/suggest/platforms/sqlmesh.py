"""A feature as models of SQLMesh: daily tiles by time range, and the window on top of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.suggest.platforms.files import File, Refused, about, comment, slug
from feasilint.suggest.spoken import name
from feasilint.suggest.tiles import Direct, feature_name, lateness, tiled, windows

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition

_SCHEMA = "features"
_AS_OF = "'feasilint_as_of'"
_DAY = 86_400


def render(definition: Definition, dialect: str) -> tuple[File, ...]:
    """The models of a feature in a dialect, as of the day of the plan or run."""
    stem = slug(feature_name(definition))
    made = tiled(
        definition, dialect, _AS_OF, None, f"{_SCHEMA}.{name(stem + '_daily')}",
        "{time} >= 'feasilint_start' AND {time} <= 'feasilint_end'",
    )  # fmt: skip
    if "@" in (definition.condition or "") + definition.value:
        raise Refused("SQLMesh takes an `@` in its SQL for a macro")
    keys = ", ".join(name(key.name) for key in definition.keys)
    query = made.query if isinstance(made, Direct) else made.window
    full = _model(f"{_SCHEMA}.{stem}", dialect, f"({keys})", "kind FULL", "")
    head = comment([about(definition, made.feature), *(made.notes if isinstance(made, Direct) else ())])
    window = File(f"models/{stem}.sql", f"{full}\n{head}{query.replace(_AS_OF, '@execution_ds')};\n")
    if isinstance(made, Direct):
        return (window,)
    days = int(max(windows(definition)) // _DAY)
    kind = f"kind INCREMENTAL_BY_TIME_RANGE (time_column day, lookback {lateness(definition)})"
    tiles = _model(f"{_SCHEMA}.{stem}_daily", dialect, f"({keys}, day)", kind, f"  start '{days} days ago',\n")
    tile = made.tile.replace("'feasilint_start'", "@start_dt").replace("'feasilint_end'", "@end_dt")
    head = comment([f"daily tiles of {about(definition, made.feature)}", *made.notes])
    return File(f"models/{stem}_daily.sql", f"{tiles}\n{head}{tile};\n"), window


def _model(called: str, dialect: str, grain: str, kind: str, start: str) -> str:
    return f"MODEL (\n  name {called},\n  {kind},\n  cron '@daily',\n{start}  grain {grain},\n  dialect {dialect}\n);\n"
