"""Where and when the forms are measured: at the rows of a spine, at labelled rows, or at times spread over the data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.errors import UsageError
from feasilint.evidence.database import quoted
from feasilint.evidence.model import Points
from feasilint.evidence.sample import KEY, ROWS, TIME, as_time, found, key_of, sampled

if TYPE_CHECKING:
    from feasilint.evidence.database import Database, File
    from feasilint.evidence.model import Sample, Settings
    from feasilint.suggest.definition import Definition

POINTS, POINT, WHO, AT, LABEL = (
    '"feasilint points"', '"feasilint point"', '"feasilint who"', '"feasilint at"', '"feasilint label"'
)  # fmt: skip
_SPINE = '"feasilint spine"'
_LAST = 4  # points that nobody chose lie in the last quarter of the data, so that there is history before them
_DAY = 86_400_000_000  # microseconds


def read_spine(database: Database, file: File, definition: Definition, settings: Settings) -> None:
    """Copies a spine's keys, times and labels, while files can be read."""
    there = database.columns(file.relation)
    time = settings.time or definition.event_time
    wanted = dict.fromkeys(
        (*(key.name for key in definition.keys), time, *([settings.label] if settings.label else []))
    )
    names = found(there, wanted, file.path, "the spine (--spine-time names its time)")
    chosen = ", ".join(quoted(names[name]) for name in wanted)
    database.ask(f"CREATE TABLE {_SPINE} AS SELECT {chosen} FROM {file.relation}")


def place(
    database: Database, definition: Definition, sample: Sample, settings: Settings, share: float, spine: File | None
) -> Points:
    """Makes the table of points: who, when, and the label. Raises UsageError where there are none."""
    if spine is not None:
        rows, how = _of_spine(database, spine, definition, settings, share), f"rows of {spine.path}"
    elif settings.label is not None:
        rows, how = (
            _labelled(database, sample, settings),
            f"rows of the last quarter of the data whose `{settings.label}` is known",
        )
    else:
        rows, how = _spread(database, sample, settings)
    wanted = f"FROM ({rows}) WHERE {WHO} IS NOT NULL AND {AT} IS NOT NULL"
    (available,) = database.one(f"SELECT count(*) {wanted}")
    database.ask(
        f"CREATE TABLE {POINTS} AS SELECT row_number() OVER () AS {POINT}, * FROM"
        f" (SELECT * {wanted} ORDER BY md5({WHO} || {AT}::VARCHAR), {WHO}, {AT}, {LABEL} LIMIT {settings.points})"
    )
    count, keys, times, first, last = database.one(
        f"SELECT count(*), count(DISTINCT {WHO}), count(DISTINCT {AT}), min({AT}), max({AT}) FROM {POINTS}"
    )
    if not count:
        raise UsageError(f"there is nothing to measure at: no {how}")
    return Points(count, available, keys, times, first, last, how)


def _of_spine(database: Database, file: File, definition: Definition, settings: Settings, share: float) -> str:
    there = database.columns(_SPINE)
    spelling = {name.lower(): name for name in there}
    moment = as_time(database, _SPINE, spelling[(settings.time or definition.event_time).lower()], file.path, there)
    key = key_of(quoted(spelling[key.name.lower()]) for key in definition.keys)
    label = quoted(settings.label) if settings.label is not None else "NULL"
    return f"SELECT {key} AS {WHO}, {moment} AS {AT}, {label} AS {LABEL} FROM {_SPINE} WHERE {sampled(key, share)}"


def _labelled(database: Database, sample: Sample, settings: Settings) -> str:
    """The rows of the last quarter, without those whose label nobody can know yet."""
    assert settings.label is not None
    first, last = _span(database, sample, settings.matures or 0)
    return (
        f"SELECT {KEY} AS {WHO}, {TIME} AS {AT}, {quoted(settings.label)} AS {LABEL} FROM {ROWS}"
        f" WHERE {LABEL} IS NOT NULL AND {TIME} BETWEEN make_timestamp({first}) AND make_timestamp({last})"
    )


def _spread(database: Database, sample: Sample, settings: Settings) -> tuple[str, str]:
    """The keys that have rows in the time from each of some times to the next."""
    first, last = _span(database, sample, 0)
    step = max((last - first) // settings.times, 1)
    coarse = _DAY if step >= _DAY else 1
    times = [(first + at * step) // coarse * coarse for at in range(settings.times)]
    each = ", ".join(f"({time}, {end})" for time, end in zip(times, [*times[1:], last + 1], strict=True))
    rows = (
        f"SELECT DISTINCT {KEY} AS {WHO}, make_timestamp(starts) AS {AT}, NULL AS {LABEL}"
        f" FROM {ROWS} JOIN (VALUES {each}) AS times(starts, ends)"
        f" ON {TIME} >= make_timestamp(starts) AND {TIME} < make_timestamp(ends)"
    )
    return rows, "keys at times spread over the last quarter of the data, those with a row before the next time"


def _span(database: Database, sample: Sample, matures: float) -> tuple[int, int]:
    """The last quarter of the data, in microseconds, as far as labels are known there."""
    first, last = database.one(f"SELECT epoch_us(min({TIME})), epoch_us(max({TIME})) FROM {ROWS}")
    known = int(last - matures * 1_000_000)
    if known <= first:
        raise UsageError(f"{sample.path}: it ends before any of its labels is known")
    return known - (known - first) // _LAST, known
