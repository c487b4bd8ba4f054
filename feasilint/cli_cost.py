"""`feasilint cost`: what features cost in a year, and what the suggestions save."""

from __future__ import annotations

from typing import Any

import click

from feasilint.cli_catalog import day, today
from feasilint.errors import UsageError

_NOTHING = 3


def _days(_: click.Context, option: click.Parameter, value: str) -> float:
    from math import isfinite

    from feasilint.catalog.scalars import positive_duration

    try:
        seconds = positive_duration(value)
    except ValueError as error:
        raise UsageError(f"--{option.name}: {error}") from None
    if not isfinite(seconds):
        raise UsageError(f"--{option.name}: there is no endless history; write it as 5y")
    years = seconds / (365.25 * 86_400)
    return years * 365 if years == int(years) else seconds / 86_400


def _size(_: click.Context, __: click.Parameter, value: str | None) -> float | None:
    from feasilint.catalog.scalars import size

    try:
        found = size(value) if value is not None else None
    except ValueError as error:
        raise UsageError(f"--per-credit: {error}") from None
    if found == 0:
        raise UsageError("--per-credit: a credit reads something")
    return found


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True))
@click.option("--catalog", metavar="FILE", help="The catalog to use [default: the nearest catalog.yaml].")
@click.option("--no-catalog", is_flag=True, help="Use no catalog, even if there is one.")
@click.option("--dialect", metavar="NAME", help="The SQL dialect, where nothing in a file tells.")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Skip paths that match (as in .gitignore).")
@click.option(
    "--history", metavar="TIME", default="5y", show_default=True, callback=_days, help="How much history there is."
)
@click.option(
    "--refreshes",
    metavar="NUMBER",
    type=click.FloatRange(min=0, min_open=True),
    default=1,
    show_default=True,
    help="How often a day something is computed where no schedule or period says it.",
)
@click.option(
    "--per-credit",
    metavar="SIZE",
    callback=_size,
    help="How much a credit reads, as 500GB, where the warehouse bills its time; then `compute_per_credit` prices bytes.",
)
@today
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True)
@click.option("--output", "-o", metavar="FILE", help="Write the report to a file.")
def cost(paths: tuple[str, ...], form: str, output: str | None, no_catalog: bool, **options: Any) -> int:
    """Estimate what features cost in a year as they are, bounded, in daily tiles and as running totals, and what following all
    suggestions saves.

    Money needs `rows_per_day` and `row_bytes` of the sources; prices are those of the catalog, else list prices. Without volumes
    it says how costs grow.
    """
    from feasilint import api
    from feasilint.ledger import Assumed
    from feasilint.report import cost as report

    if options["catalog"] and no_catalog:
        raise UsageError("--catalog and --no-catalog exclude each other")
    assumed = Assumed(
        options.pop("history"), options.pop("refreshes"), day(options.pop("today")), options.pop("per_credit")
    )
    ledger = api.cost(paths, use_catalog=not no_catalog, assumed=assumed, **options)
    renders = {"text": report.render, "json": report.render_json, "markdown": report.render_markdown}
    write(renders[form](ledger), output)
    return 0 if ledger.lines or ledger.unmeasured else _NOTHING


def write(text: str, output: str | None) -> None:
    if output is None:
        click.echo(text, nl=False)
        return
    from pathlib import Path

    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror or error}") from error
