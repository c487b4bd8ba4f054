"""How often a model is built, where its project says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.dbt.model import Period, Schedule
from feasilint.dbt.plain import mapping, text, texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TAGS = ("hourly", "daily", "nightly", "weekly", "monthly")
"""Tags that projects select their scheduled runs by."""

_META_KEYS = ("schedule", "cron", "frequency", "refresh", "refresh_frequency", "refresh_schedule", "update_frequency")
_NESTED_KEYS = ("cron", "cron_expression", "quartz_cron_expression", "every", "interval")
_UNITS = ("minute", "hour", "day", "week", "month")


def schedule_of(config: Mapping[str, object]) -> Schedule | None:
    """What states most directly how often the model is built: the warehouse's own refresh, then `meta`, then tags."""
    return next(_statements(config), None)


def period(value: object) -> Period | None:
    """`{count: 4, period: hour}`."""
    given = mapping(value)
    count, unit = given.get("count"), text(given.get("period"))
    if not isinstance(count, int) or isinstance(count, bool) or unit is None or unit.rstrip("s") not in _UNITS:
        return None
    return Period(count, unit.rstrip("s"))


def _statements(config: Mapping[str, object]) -> Iterator[Schedule]:
    for key, read in _SETTINGS.items():
        every = read(config.get(key))
        if every is not None:
            yield Schedule(every, key)
    yield from _from_meta(mapping(config.get("meta")))
    after = period(mapping(config.get("freshness")).get("build_after"))
    if after is not None:
        yield Schedule(str(after), "freshness.build_after")
    tags = {tag.lower(): tag for tag in texts(config.get("tags"))}
    yield from (Schedule(tag, f"tag `{tags[tag]}`") for tag in TAGS if tag in tags)


def _from_meta(meta: Mapping[str, object]) -> Iterator[Schedule]:
    for key in _META_KEYS:
        every = _text_or_cron(meta.get(key))
        if every is not None:
            yield Schedule(every, f"meta.{key}")


def _text_or_cron(value: object) -> str | None:
    nested = mapping(value)
    found = (text(nested.get(key)) for key in _NESTED_KEYS)
    return next((each for each in found if each is not None), None) if nested else text(value)


def _lag(value: object) -> str | None:
    lag = text(value)
    return None if lag is None or lag.lower() == "downstream" else lag


def _minutes(value: object) -> str | None:
    whole = isinstance(value, int | float) and not isinstance(value, bool)
    minutes = float(value) if whole or (isinstance(value, str) and value.strip().isdigit()) else 0  # type: ignore[arg-type]
    return str(Period(int(minutes), "minute")) if minutes >= 1 else None


_SETTINGS: dict[str, Callable[[object], str | None]] = {
    "target_lag": _lag,  # Snowflake's dynamic tables
    "refresh_interval_minutes": _minutes,  # BigQuery's materialized views
    "schedule": _text_or_cron,  # Databricks' materialized views and streaming tables
    "cron": _text_or_cron,
}
