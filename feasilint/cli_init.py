"""`feasilint init`: the first catalog of a repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from feasilint.cli_catalog import day, today
from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.imports.artefact import Imported
    from feasilint.catalog.start.draft import Draft

_NOTHING = 3


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--output", "-o", metavar="FILE", default="catalog.yaml", show_default=True, help="The catalog to write.")
@click.option("--dialect", metavar="NAME", help="The SQL dialect, where nothing in a file tells.")
@click.option("--exclude", metavar="PATTERN", multiple=True, help="Skip paths that match (as in .gitignore).")
@click.option("--interactive", "-i", is_flag=True, help="Ask about the ten sources that matter most.")
@click.option("--pre-commit", is_flag=True, help="Add feasilint to .pre-commit-config.yaml.")
@today
def init(
    paths: tuple[str, ...],
    output: str,
    dialect: str | None,
    exclude: tuple[str, ...],
    interactive: bool,
    pre_commit: bool,
    today: str,
) -> int:
    """Write a first catalog.yaml: every source that the notebooks and SQL here read, with what dbt, SQLMesh, Feast, contracts
    and other artefacts say about it. What nobody says is marked TODO, what most features depend on first.
    """
    from feasilint.catalog.start.page import page

    _checked(output, interactive)
    found = _draft(paths or (".",), dialect, exclude, day(today))
    if not found.sources and not found.models:
        click.echo("nothing here reads any data that a catalog could speak of", err=True)
        return _NOTHING
    if interactive:
        from feasilint.catalog.start.asking import asked

        found = asked(found)
    text = page(found)
    _write(output, text)
    for line in _told(found, text, output):
        click.echo(line)
    _offer(pre_commit)
    return 0


def _checked(output: str, interactive: bool) -> None:
    if Path(output).exists():
        raise UsageError(
            f"{output} exists: `feasilint catalog import` adds to it, `feasilint catalog check` says what it lacks"
        )
    if Path(output).parent != Path():
        raise UsageError(f"{output}: a catalog stands beside what it speaks of; run `feasilint init` in that folder")
    if interactive and not sys.stdin.isatty():
        raise UsageError("--interactive needs a terminal to ask on")


def _draft(paths: Sequence[str], dialect: str | None, exclude: Sequence[str], day: str) -> Draft:
    from feasilint.api import survey
    from feasilint.catalog.start.draft import draft

    counted = survey(paths, use_catalog=False, dialect=dialect, exclude=exclude)
    artefacts: dict[str, list[Imported]] = {}
    for kind, artefact in _artefacts(paths):
        artefacts.setdefault(kind, []).append(artefact)
    return draft(counted, artefacts, day)


def _artefacts(paths: Sequence[str]) -> Iterator[tuple[str, Imported]]:
    """What can be imported here, with its kind; what cannot be read is told and left out."""
    from feasilint.catalog.imports.artefact import ArtefactError
    from feasilint.catalog.imports.kinds import read
    from feasilint.catalog.start.finds import finds

    for find in dict.fromkeys(find for path in paths if Path(path).is_dir() for find in finds(path)):
        try:
            yield from ((find.kind, artefact) for artefact in read(find.kind, find.location))
        except ArtefactError as error:
            click.echo(f"{find.kind}: {error}", err=True)


def _write(output: str, text: str) -> None:
    from feasilint.catalog.load import load_text
    from feasilint.catalog.write import write

    load_text(text, output)  # what could not be read again is not written
    write(output, text)


def _told(found: Draft, text: str, output: str) -> Iterator[str]:
    from feasilint.report.screen import visible
    from feasilint.report.summary import plural

    needed = sum(bool(source.features) for source in found.sources)
    sources = f"{plural(len(found.sources), 'source')} ({needed} that features depend on)"
    yield f"wrote {visible(output)}: {sources}, {plural(len(found.models), 'model')}"
    for tally in found.tallies:
        if tally.added + tally.changed:
            told = f"{tally.imported.origin} {tally.imported.path} tells about {tally.added + tally.changed} of them"
            yield f"  {visible(told)}"
    if found.unnamed:
        unnamed = plural(found.unnamed, "source")
        yield f"  {unnamed} without a name that the code tells; `feasilint inspect` shows what is open of them"
    yield f"  {plural(text.count('# TODO '), 'question')} marked TODO, what most features depend on first"
    yield "Next: answer some of them, and run `feasilint scan .`"


def _offer(pre_commit: bool) -> None:
    from feasilint.catalog.start import hook

    if pre_commit:
        added = f"added feasilint to {hook.FILE}; put the place of its repository for `your-org`"
        click.echo(added if hook.add() else f"{hook.FILE} has feasilint already")
        return
    click.echo(f"\nTo judge features at every commit, put this into {hook.FILE} (or run with --pre-commit):\n")
    click.echo(hook.BLOCK, nl=False)
