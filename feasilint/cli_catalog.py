"""`feasilint catalog …`: getting a catalog, and keeping it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.importing import Import
    from feasilint.catalog.imports.artefact import Imported
    from feasilint.catalog.update import Tally

_NOTES = 20  # shown of one artefact

today = click.option("--today", metavar="DAY", default=lambda: date.today().isoformat(), help="The day, as 2026-11-20.")


@click.group()
def catalog() -> None:
    """Get a catalog and keep it: what production knows of the sources that models are made of."""


def _kinds() -> str:
    from feasilint.catalog.imports.kinds import KINDS

    width = max((len(name) for name in KINDS), default=0)
    lines = "\n".join(f"{name:<{width}}  {kind.location}" for name, kind in sorted(KINDS.items()))
    return f"\b\nKIND, and what LOCATION is:\n{lines}"


class _Import(click.Command):
    """A command whose help lists the kinds, which are looked up only then."""

    def format_epilog(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        self.epilog = _kinds()
        super().format_epilog(context, formatter)


@catalog.command("import", cls=_Import)
@click.argument("kind")
@click.argument("location")
@click.option(
    "--into", metavar="FILE", help="The catalog to change [default: the nearest catalog.yaml, or a new one here]."
)
@click.option("--only", metavar="PATTERN", multiple=True, help="Only sources whose names fit, as 'payments.*'.")
@click.option("--read-by", metavar="PATH", multiple=True, help="Only sources that these notebooks and SQL files read.")
@click.option("--overwrite", is_flag=True, help="Let imported values replace those that were written by hand.")
@click.option("--dry-run", is_flag=True, help="Show what would change, as a diff, and write nothing.")
@click.option("--verbose", "-v", is_flag=True, help="Show all notes.")
@today
def import_(kind: str, location: str, **options: Any) -> int:
    """Take over what other tools know: merged into catalog.yaml, where comments and hand edits stay."""
    from feasilint.catalog.importing import imported

    artefacts = _wanted(_read(kind, location), options["only"], options["read_by"])
    into = options["into"] or _nearest()
    found = imported(artefacts, into, _day(options["today"]), overwrite=options["overwrite"])
    for line in _told(found, options["verbose"]):
        click.echo(line)
    if options["dry_run"]:
        click.echo(_diff(found), nl=False)
    else:
        _write(found)
    return 0


def _read(kind: str, location: str) -> tuple[Imported, ...]:
    from feasilint.catalog.imports.kinds import KINDS, read
    from feasilint.catalog.remedy import remedy

    if kind not in KINDS:
        advice = remedy(kind, KINDS, f"there are {', '.join(sorted(KINDS))}")
        raise UsageError(f"no kind of artefact is called {kind!r}; {advice}")
    return read(kind, location)


def _wanted(
    artefacts: tuple[Imported, ...], patterns: tuple[str, ...], readers: tuple[str, ...]
) -> tuple[Imported, ...]:
    from feasilint.catalog.importing import limited, named, read_by

    if patterns:
        artefacts = tuple(limited(artefact, named(patterns)) for artefact in artefacts)
    if readers:
        from feasilint.api import survey

        wanted = read_by(artefacts, (use.source for use in survey(readers, use_catalog=False).uses))
        artefacts = tuple(limited(artefact, wanted) for artefact in artefacts)
    return artefacts


def _nearest() -> str:
    from feasilint.catalog.load import FILE_NAMES, find_catalog

    return find_catalog(".") or FILE_NAMES[0]


def _day(text: str) -> str:
    from feasilint.catalog.scalars import day

    try:
        return day(text)
    except ValueError as error:
        raise UsageError(f"--today: {error}") from None


def _told(found: Import, verbose: bool) -> Iterator[str]:
    from feasilint.report.screen import visible

    for tally in found.tallies:
        yield visible(_summary(tally))
        shown = tally.notes if verbose else tally.notes[:_NOTES]
        yield from (f"  {visible(str(note))}" for note in shown)
        if len(shown) < len(tally.notes):
            yield f"  and {len(tally.notes) - len(shown)} more (--verbose shows all)"


def _summary(tally: Tally) -> str:
    source = tally.imported
    of = f" of {source.as_of}" if source.as_of else ""
    changed = f"{tally.changed} changed ({_counted(tally.values, 'value')})"
    counts = f"{_counted(tally.added, 'entry', 'entries')} added, {changed}, {tally.same} as before"
    return f"{source.origin} {source.path}{of}: {counts}"


def _counted(number: int, one: str, many: str | None = None) -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"


def _diff(found: Import) -> str:
    from difflib import unified_diff

    lines: list[str] = []
    for path, (old, new) in found.texts.items():
        lines += unified_diff(old.splitlines(keepends=True), new.splitlines(keepends=True), path, path)
    return "".join(lines)


def _write(found: Import) -> None:
    from feasilint.catalog.load import load_text
    from feasilint.catalog.write import write

    for path, (_, text) in found.texts.items():
        load_text(text, path)  # what could not be read again is not written
        write(path, text)
        click.echo(f"wrote {path}")
    if not found.texts:
        click.echo("nothing to change")
