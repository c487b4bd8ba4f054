"""How often a DAG runs, as its schedule says: a preset, a cron expression, a length of time, a timetable."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.imports._objects import Made
from feasilint.catalog.imports.artefact import written_duration
from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.scalars import duration
from feasilint.ir import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.catalog.imports.artefact import Entry

GIVEN = ("schedule", "schedule_interval", "timetable")
"""The arguments of a DAG that say when it runs."""

_PRESETS = {
    "@hourly": "0 * * * *", "@daily": "0 0 * * *", "@weekly": "0 0 * * 0", "@monthly": "0 0 1 * *",
    "@quarterly": "0 0 1 */3 *", "@yearly": "0 0 1 1 *", "@annually": "0 0 1 1 *", "@midnight": "0 0 * * *",
}  # fmt: skip
_UNSCHEDULED = ("@once", "@continuous", "None", "")
_BY_DATA = ("Asset", "Dataset", "AssetAll", "AssetAny", "DatasetAll", "DatasetAny", "AssetAlias", "DatasetAlias", "Metadata",
            "AssetRef", "AssetWatcher", "asset")  # fmt: skip
_ZONES = ("UTC", "utc", "Etc/UTC", "GMT")


class Unclear(Struct, frozen=True):
    """Why nothing is known of how often a DAG runs."""

    message: str


def schedule_of(dag: Made) -> Entry | Unclear:
    """`period`, and `offset` where it is certain; empty for a DAG that is not run by the clock."""
    name = next((name for name in GIVEN if name in dag.given), None)
    if name is None:
        return Unclear("it states no schedule: Airflow 2 runs it daily, Airflow 3 only by hand; state one")
    try:
        found = _of(dag.given[name])
    except ValueError as error:
        return Unclear(str(error))
    if found is None:
        return Unclear("its schedule is only known when it is run")
    return found if _in_utc(dag) else _without_offset(found)


def _of(value: object) -> Entry | None:
    """None for what is not known."""
    if value is None or isinstance(value, list):  # a list names the assets that it waits for
        return {}
    if isinstance(value, Interval):
        return _every(value)
    if isinstance(value, str):
        return _text(value.strip())
    if not isinstance(value, Made):
        return None
    read = _TIMETABLES.get(value.kind)
    return read(value) if read is not None else {} if value.kind in _BY_DATA else None


def _text(text: str) -> Entry | None:
    if text in _UNSCHEDULED:
        return {}
    return refreshed(_PRESETS.get(text, text)) or None


def _every(length: Interval) -> Entry | None:
    seconds = length.seconds + length.days * 86_400
    if length.months:
        return {"period": f"{length.months}mo"} if length.months > 0 and not seconds else None
    return {"period": written_duration(seconds)} if seconds > 0 else None


# --- timetables ------------------------------------------------------------------------------------------------------


def _cron(made: Made) -> Entry | None:
    cron = made.get("cron", "0")
    found = _text(cron) if isinstance(cron, str) else None
    return found if found is None or made.get("timezone", "1") in (None, *_ZONES) else _without_offset(found)


def _crons(made: Made) -> Entry | None:
    """Several cron expressions: the waits are no longer than those of the most frequent one."""
    found = [_text(cron) for name, cron in made.given.items() if name.isdigit() and isinstance(cron, str)]
    periods = [str(one["period"]) for one in found if one]
    return {"period": min(periods, key=duration)} if periods and len(periods) == len(found) else None


def _delta(made: Made) -> Entry | None:
    return _of(made.get("delta", "0"))


def _relative(made: Made) -> Entry | None:
    """`relativedelta(hours=6)`."""
    amounts = {unit: amount for unit, amount in made.given.items() if amount}
    if len(amounts) != 1:
        return None
    [(unit, amount)] = amounts.items()
    length = Interval.of(amount, unit.removesuffix("s")) if isinstance(amount, int) and unit.endswith("s") else None
    return None if length is None else _every(length)


def _inner(made: Made) -> Entry | None:
    """The timetable of a DAG that is run by the clock and by data."""
    return _of(made.get("timetable", "0"))


_TIMETABLES: dict[str, Callable[[Made], Entry | None]] = {
    "CronTriggerTimetable": _cron,
    "CronDataIntervalTimetable": _cron,
    "MultipleCronTriggerTimetable": _crons,
    "DeltaDataIntervalTimetable": _delta,
    "DeltaTriggerTimetable": _delta,
    "relativedelta": _relative,
    "AssetOrTimeSchedule": _inner,
    "DatasetOrTimeSchedule": _inner,
    "NullTimetable": lambda _: {},
    "OnceTimetable": lambda _: {},
    "ContinuousTimetable": lambda _: {},
}


# --- time zones ------------------------------------------------------------------------------------------------------


def _in_utc(dag: Made) -> bool:
    """Whether the days of a DAG are those of UTC: they are of the zone of its start, by default of UTC."""
    defaults = dag.given.get("default_args")
    start = dag.given.get("start_date") or (defaults.get("start_date") if isinstance(defaults, dict) else None)
    if start is None or isinstance(start, str):
        return True
    return isinstance(start, Made) and start.get("tz", "tzinfo", "timezone") in (None, *_ZONES)


def _without_offset(found: Entry) -> Entry:
    return {key: value for key, value in found.items() if key != "offset"}
