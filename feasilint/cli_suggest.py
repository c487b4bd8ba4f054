"""`feasilint suggest`: what to use instead of a feature, and its definition on a platform."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.proposing import Proposal
    from feasilint.suggest.platforms import File

_PLATFORMS = ("feast", "chronon", "databricks", "dbt", "sqlmesh", "sql")  # those of feasilint.suggest.platforms
_NOTHING = 3
_DAY = 86_400


def _days(_: click.Context, __: click.Parameter, value: str | None) -> int | None:
    from math import isfinite

    from feasilint.catalog.scalars import positive_duration

    if value is None:
        return None
    try:
        seconds = positive_duration(value)
    except ValueError as error:
        raise UsageError(f"--window: {error}") from None
    if not isfinite(seconds) or seconds % _DAY or not seconds:
        raise UsageError("--window: a number of whole days, as 90d")
    return int(seconds // _DAY)


@click.command()
@click.argument("path", metavar="PATH[::FEATURE]")
@click.option("--for", "platform", type=click.Choice(_PLATFORMS), help="The platform to write the definition for.")
@click.option("--window", "days", metavar="TIME", callback=_days, help="The window to suggest, as 90d [default: 365d].")
@click.option("--catalog", metavar="FILE", help="The catalog to use [default: the nearest catalog.yaml].")
@click.option("--no-catalog", is_flag=True, help="Use no catalog, even if there is one.")
@click.option("--dialect", metavar="NAME", help="The SQL dialect to write, and to read where nothing in a file tells.")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Skip paths that match (as in .gitignore).")
@click.option("--output", "-o", metavar="FOLDER", help="Write the files below a folder.")
def suggest(path: str, platform: str | None, output: str | None, no_catalog: bool, **options: Any) -> int:
    """Write a feature with a bounded window: as the findings about it suggest, or as a definition of a feature platform, dbt,
    SQLMesh or plain SQL.

    Without FEATURE: the features of PATH, and what each would be.
    """
    from feasilint import api
    from feasilint.report import proposals as report

    path, feature = _split(path)
    if not Path(path).exists():
        raise UsageError(f"{path}: no such file or directory")
    if platform is not None and feature is None:
        raise UsageError(f"say for which feature: {path}::FEATURE (`feasilint suggest {path}` lists them)")
    if no_catalog and options["catalog"] is not None:
        raise UsageError("--catalog and --no-catalog exclude each other")
    found = api.suggest(path, feature, platform, use_catalog=not no_catalog, **options)
    if not found:
        click.echo(f"no features in {path}; `feasilint scan {path}` says what of it could not be read", err=True)
        return _NOTHING
    if feature is None:
        click.echo(report.listing(found), nl=False)
        return 0
    if platform is None:
        click.echo(report.suggestions(found) or report.listing(found), nl=False)
        return 0
    files = _files(found, feature, platform)
    if output is None:
        click.echo(report.files(files), nl=False)
    else:
        _write(files, Path(output))
    return 0


def _split(path: str) -> tuple[str, str | None]:
    """A path and the feature that is named behind `::`, unless that is part of the file's name."""
    if os.path.lexists(path):
        return path, None
    front, _, feature = path.rpartition("::")
    return (front, feature) if front and feature else (path, None)


def _files(found: Sequence[Proposal], feature: str, platform: str) -> tuple[File, ...]:
    """The files of the one definition that the features of a name have. Raises UsageError where there is none."""
    from feasilint.suggest.definition import Undefined

    made = {proposal.files: None for proposal in found if proposal.files}
    if len(made) > 1:
        places = ", ".join(dict.fromkeys(proposal.feature.place.path for proposal in found))
        raise UsageError(f"`{feature}` is defined differently in several places: name one of {places}")
    if made:
        return next(iter(made))
    first = found[0]
    declare = first.definition.declare if isinstance(first.definition, Undefined) else ""
    help_ = f"; declare {declare} in catalog.yaml" if declare else ""
    raise UsageError(f"`{feature}` has no definition for {platform}: {first.refused}{help_}")


def _write(files: Sequence[File], folder: Path) -> None:
    """Write files below a folder; none that is there is overwritten."""
    there = [file.path for file in files if (folder / file.path).exists()]
    if there:
        raise UsageError(f"{folder / there[0]} is there already: it is not overwritten")
    try:
        for file in files:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(file.text, encoding="utf-8")
            click.echo(str(target))
    except OSError as error:
        raise UsageError(f"cannot write {error.filename}: {error.strerror or error}") from error
