"""From a recipe and files to evidence."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.errors import UsageError
from feasilint.evidence.compute import binary, compute
from feasilint.evidence.database import Database
from feasilint.evidence.model import Evidence, Form
from feasilint.evidence.points import place, read_spine
from feasilint.evidence.sample import load
from feasilint.evidence.statistics import FEWEST, Comparison, describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.evidence.model import Labels, Measured, Points, Recipe, Sample, Settings

_DAY = 86_400


def measured(recipe: Recipe, data: str, settings: Settings) -> Evidence:
    """The present form and the bounded ones on a sample. `data`: the file with the rows of the source.

    Raises UsageError for files, columns, times and labels that cannot be used."""
    _check(recipe, settings)
    forms = _forms(recipe, settings)
    with closing(Database()) as database:
        file = database.open(data, recipe.source)
        spine = database.open(settings.spine, "spine") if settings.spine is not None else None
        if spine is not None:
            read_spine(database, spine, recipe, settings)
        sample, share = load(database, file, recipe, settings)
        points = place(database, recipe, sample, settings, share, spine)
        numbers = compute(database, recipe, forms)
        found = [describe(database, at, form, numbers) for at, form in enumerate(forms)]
        labels, notes = None, list(_notes(sample, points, found, numbers))
        if settings.label is not None:
            binary(database, settings.label)
            labels, found, said = _labelled(database, found, settings.label, numbers)
            notes += said
    keys = tuple(name for name, _ in recipe.keys)
    return Evidence(recipe.name, recipe.source, keys, sample, points, tuple(found), labels, tuple(notes))


def _check(recipe: Recipe, settings: Settings) -> None:
    if not recipe.keys:
        raise UsageError(f"`{recipe.name}` is one value for all keys: there is nothing to compare point by point")
    if settings.time is not None and settings.spine is None:
        raise UsageError("--spine-time is the column of a spine: give it with --spine")
    reads = {column.lower() for column in recipe.columns}
    if settings.label is not None and settings.spine is None and settings.label.lower() in reads:
        raise UsageError(
            f"`{recipe.name}` is computed from `{settings.label}`: its AUC would be that of the answer itself"
        )


def _forms(recipe: Recipe, settings: Settings) -> list[Form]:
    windows = settings.windows or (recipe.proposed,)
    present = Form(recipe.present, recipe.since)
    return [present, *(form for days in dict.fromkeys(windows) if (form := Form(days)) != present)]


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


def _notes(sample: Sample, points: Points, found: Sequence[Measured], numbers: bool) -> Iterator[str]:
    """What has to be known to read the figures."""
    before = (points.first - sample.first).total_seconds() / _DAY
    for form in (one.form for one in found):
        if form.days is not None and form.days >= before:
            yield (
                f"before the first point there are only {max(before, 0):,.0f} days of data: there, {form.name} and all history"
                " are the same, and what the window loses cannot be seen"
            )
    longest = found[0].form.days
    if longest is not None and any(one.form.days is not None and one.form.days > longest for one in found):
        yield f"the feature as it is looks back {found[0].form.name} only: longer windows see more, not less"
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
    if not numbers:
        yield "no Spearman correlation: the values of the feature have no order"
    elif any(one.spearman is None for one in found[1:]):
        yield "no Spearman correlation where a form has one value only"
