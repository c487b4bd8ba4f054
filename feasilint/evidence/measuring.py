"""From a definition and files to evidence."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.durations import duration
from feasilint.errors import UsageError
from feasilint.evidence.choosing import names
from feasilint.evidence.compute import binary, compute
from feasilint.evidence.database import Database
from feasilint.evidence.model import Evidence, Form
from feasilint.evidence.points import place, read_spine
from feasilint.evidence.sample import columns, load
from feasilint.evidence.statistics import FEWEST, Comparison, describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.evidence.compute import Kind
    from feasilint.evidence.model import Labels, Measured, Points, Sample, Settings
    from feasilint.suggest.definition import Definition

_DAY = 86_400


def measured(definition: Definition, data: str, settings: Settings) -> Evidence:
    """The present form and the bounded ones on a sample. `data`: the file with the rows of the source.

    Raises UsageError for files, columns, times and labels that cannot be used."""
    _check(definition, settings)
    forms = _forms(definition, settings)
    with closing(Database()) as database:
        file = database.open(data, names(definition))
        spine = database.open(settings.spine) if settings.spine is not None else None
        if spine is not None:
            read_spine(database, spine, definition, settings)
        sample, share = load(database, file, definition, settings)
        points = place(database, definition, sample, settings, share, spine)
        kind = compute(database, definition, forms)
        numbers = kind != "text"
        found = [describe(database, at, form, numbers) for at, form in enumerate(forms)]
        labels, notes = None, list(_notes(sample, points, found, kind))
        if settings.label is not None:
            binary(database, settings.label)
            labels, found, said = _labelled(database, found, settings.label, numbers)
            notes += said
    keys = tuple(key.name for key in definition.keys)
    about = (definition.name, definition.source.name, keys, definition.default)
    return Evidence(*about, sample, points, tuple(found), labels, tuple(notes))


def _check(definition: Definition, settings: Settings) -> None:
    if settings.time is not None and settings.spine is None:
        raise UsageError("--spine-time is the column of a spine: give it with --spine")
    reads = {column.lower() for column in columns(definition)}
    if settings.label is not None and settings.spine is None and settings.label.lower() in reads:
        raise UsageError(
            f"`{definition.name}` is computed from `{settings.label}`: its AUC would be that of the answer itself"
        )
    if definition.window is not None and not settings.windows:
        raise UsageError(
            f"`{definition.name}` looks back {duration(definition.window)} only; --window says what else to try"
        )


def _forms(definition: Definition, settings: Settings) -> list[Form]:
    sinces = {measure.since for measure in definition.measures}
    window = definition.window
    since = sinces.pop() if len(sinces) == 1 and window is None else None
    windows = tuple(measure.window for measure in definition.measures)
    present = Form(_days(window) if window is not None else None, since, windows)
    others = (_bounded(days, windows) for days in dict.fromkeys(settings.windows or (definition.days,)))
    return [present, *(form for form in others if form.windows != windows)]


def _bounded(days: float, windows: tuple[float | None, ...]) -> Form:
    """The form with a window for what has none; where everything has one, another one."""
    usual = days * _DAY
    return Form(
        days, None, tuple(window or usual for window in windows) if None in windows else (usual,) * len(windows)
    )


def _days(seconds: float) -> float:
    return seconds / _DAY


def _labelled(
    database: Database, found: Sequence[Measured], label: str, numbers: bool
) -> tuple[Labels | None, list[Measured], list[str]]:
    if not numbers:
        return None, list(found), ["no AUC: the values of the feature have no order"]
    comparison = Comparison(database, len(found))
    if not comparison.enough:
        few = (
            f"{comparison.positive:,} positive and {comparison.negative:,} negative points of {comparison.keys:,} keys"
        )
        why = f"no AUC: {few} have a value of every form, and below {FEWEST} of each it tells nothing"
        return comparison.labels(label), list(found), [why]
    inverted, estimates = comparison.estimates()
    filled = [replace(one, auc=auc, gain=gain) for one, (auc, gain) in zip(found, estimates, strict=True)]
    return comparison.labels(label, inverted), filled, []


def _notes(sample: Sample, points: Points, found: Sequence[Measured], kind: Kind) -> Iterator[str]:
    """What has to be known to read the figures."""
    early, late = ((moment - sample.first).total_seconds() / _DAY for moment in (points.first, points.last))
    for form in (one.form for one in found[1:]):
        if form.days is not None and form.days >= early:
            yield _short(form, found[0].form, max(early, 0), max(late, 0))
    longest = found[0].form.days
    if longest is not None and any(one.form.days is not None and one.form.days > longest for one in found):
        yield f"the feature as it is looks back {found[0].form.name} only: longer windows see more, not less"
    if (after := (points.last - sample.last).total_seconds() / _DAY) > 1:
        yield f"the last point lies {after:,.0f} days after the last row of the data: what happened in between is not seen"
    if points.count < points.available:
        yield f"{points.available:,} points were there; those that are measured are chosen by a hash"
    if found[0].coverage == 0:
        yield "the feature as it is has no value at any point: their keys have no rows before, or are written in another way"
    for count, lack in ((sample.keyless, "key"), (sample.timeless, "time")):
        if count:
            yield (
                f"{count:,} rows have no {lack} and count nowhere"
                if count > 1
                else f"1 row has no {lack} and counts nowhere"
            )
    if kind == "time":
        yield "the values of the feature are times: they are shown as seconds since 1970"
    if kind == "text":
        yield "no Spearman correlation: the values of the feature have no order"
    elif any(one.spearman is None for one in found[1:]):
        yield "no Spearman correlation where a form has one value only"


def _short(form: Form, present: Form, early: float, late: float) -> str:
    """That there is less history before points than a window holds."""
    if form.days is not None and form.days >= late:
        return (
            f"even before the last point there are only {late:,.0f} days of data: {form.name} and {present.name} are the same"
            " everywhere, and what the window loses cannot be seen"
        )
    return f"before the first point there are only {early:,.0f} days of data: at early points {form.name} cannot lose anything"
