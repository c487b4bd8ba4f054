"""`feasilint evidence`: what a feature's bounded form keeps of it, measured on data."""

from __future__ import annotations

from typing import Any

import click

from feasilint.errors import UsageError

_DAY = 86_400
_YEAR = 365.25 * _DAY  # as durations count it; a window of a year has 365 days


def _windows(_: click.Context, __: click.Parameter, values: tuple[str, ...]) -> tuple[float, ...]:
    lengths = [_seconds("--window", one.strip()) for value in values for one in value.split(",")]
    return tuple(seconds / _YEAR * 365 if not seconds % _YEAR else seconds / _DAY for seconds in lengths)


def _known(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    return _seconds("--known-after", value) if value is not None else None


def _seconds(option: str, value: str) -> float:
    from math import isfinite

    from feasilint.catalog.scalars import positive_duration

    try:
        seconds = positive_duration(value)
    except ValueError as error:
        raise UsageError(f"{option}: {error}") from None
    if not isfinite(seconds):
        raise UsageError(f"{option}: it must have an end, as 90d")
    return seconds


_some = click.IntRange(min=1)


@click.command()
@click.argument("path", metavar="PATH::FEATURE")
@click.option(
    "--data",
    metavar="[SOURCE=]FILE",
    multiple=True,
    required=True,
    help="The rows of the feature's source: Parquet, CSV, or a DuckDB database with that table.",
)
@click.option(
    "--window",
    "windows",
    metavar="TIMES",
    multiple=True,
    callback=_windows,
    help="Windows to try, as 30d,90d,365d [default: the suggested one].",
)
@click.option("--label", metavar="COLUMN", help="A column of 0 and 1: of the spine, else of the data.")
@click.option(
    "--known-after",
    metavar="TIME",
    callback=_known,
    help="When the label of a row of the data is known [default: what the catalog says of it].",
)
@click.option("--spine", metavar="FILE", help="Where to measure: Parquet or CSV with the keys and a time.")
@click.option("--spine-time", metavar="COLUMN", help="The time of the spine [default: as the event time is called].")
@click.option("--keys", type=_some, default=20_000, show_default=True, help="How many keys, with all of their rows.")
@click.option("--points", type=_some, default=100_000, show_default=True, help="How many points at most.")
@click.option("--times", type=_some, default=6, show_default=True, help="At how many times, without spine and label.")
@click.option("--catalog", metavar="FILE", help="The catalog to use [default: the nearest catalog.yaml].")
@click.option("--no-catalog", is_flag=True, help="Use no catalog, even if there is one.")
@click.option("--dialect", metavar="NAME", help="The SQL dialect, where nothing in a file tells.")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Skip paths that match (as in .gitignore).")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write the report to a file.")
def evidence(path: str, data: tuple[str, ...], form: str, output: str | None, no_catalog: bool, **options: Any) -> int:
    """Measure on a sample what a feature's bounded form keeps of it: rank correlation, changed values, coverage and, with a
    label, the AUC of each.

    This is the only command that reads data. DuckDB runs nothing but SQL that feasilint has written, opens the files to read
    them, and reaches neither other files nor the network.
    """
    from feasilint import api
    from feasilint.cli import split
    from feasilint.cli_cost import write
    from feasilint.evidence.model import Settings
    from feasilint.report import evidence as report

    path, feature = split(path)
    if feature is None:
        raise UsageError(f"which feature of {path}? Write {path}::FEATURE")
    if options["catalog"] and no_catalog:
        raise UsageError("--catalog and --no-catalog exclude each other")
    asked = {name: options.pop(name) for name in ("windows", "label", "spine", "keys", "points", "times")}
    settings = Settings(**asked, matures=options.pop("known_after"), time=options.pop("spine_time"))
    found = api.evidence(path, feature, data, settings=settings, use_catalog=not no_catalog, **options)
    write(report.render_json(found) if form == "json" else report.render(found), output)
    return 0
