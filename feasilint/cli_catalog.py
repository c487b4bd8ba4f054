"""`feasilint catalog …`: getting a catalog, and keeping it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.care.doubt import Doubt
    from feasilint.catalog.importing import Import
    from feasilint.catalog.imports.artefact import Imported
    from feasilint.catalog.model import Catalog
    from feasilint.catalog.update import Tally

_LEVELS = {"info": 1, "warning": 2, "error": 3}
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
    found = imported(artefacts, into, day(options["today"]), overwrite=options["overwrite"])
    written = [] if options["dry_run"] else list(_written(found))
    for line in (*_told(found, options["verbose"]), *written):
        click.echo(line)
    if options["dry_run"]:
        click.echo(_diff(found), nl=False)
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


def day(text: str) -> str:
    """A day in ISO form. Raises UsageError."""
    from feasilint.catalog import scalars

    try:
        return scalars.day(text)
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


def _written(found: Import) -> Iterator[str]:
    """Writes the changed files; what is to be told of each."""
    from feasilint.catalog.load import load_text
    from feasilint.catalog.write import write

    for path, (_, text) in found.texts.items():
        load_text(text, path)  # what could not be read again is not written
        write(path, text)
        yield f"wrote {path}"
    if not found.texts:
        yield "nothing to change"


@catalog.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--catalog", "file", metavar="FILE", help="The catalog to check [default: the nearest catalog.yaml].")
@click.option("--no-scan", is_flag=True, help="Look at the catalog only, not at who reads its sources.")
@click.option(
    "--stale-after", metavar="DURATION", default="90d", show_default=True, help="When an import counts as old."
)
@click.option("--strict", is_flag=True, help="Exit with 1 if there are doubts.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@today
def check(paths: tuple[str, ...], form: str, **options: Any) -> int:
    """Look for errors and doubts: duplicates, patterns that never count, missing owners, entries nobody reads, old imports.

    PATHS are the notebooks and SQL that should read its sources, by default all files around the catalog. Errors give
    exit code 2, doubts 0.
    """
    from feasilint.catalog.load import load
    from feasilint.judging import chosen
    from feasilint.report import doubts as report

    file, paths = _named(options["file"], paths)
    path = _existing(file)
    known = load(path)
    chosen(known)  # rules of the catalog must have codes of their own
    found = list(_doubts(known, paths, options))
    click.echo(report.render_json(path, found) if form == "json" else report.render(path, known, found), nl=False)
    return 1 if found and options["strict"] else 0


def _named(file: str | None, paths: tuple[str, ...]) -> tuple[str | None, tuple[str, ...]]:
    """The catalog and the code: a YAML file among the paths is the catalog."""
    catalogs = [path for path in paths if path.endswith((".yaml", ".yml"))]
    if len(catalogs) + bool(file) > 1:
        raise UsageError(f"one catalog at a time: {', '.join([*([file] if file else []), *catalogs])}")
    return catalogs[0] if catalogs else file, tuple(path for path in paths if path not in catalogs)


def _existing(file: str | None) -> str:
    from feasilint.catalog.load import find_catalog

    path = file or find_catalog(".")
    if path is None:
        raise UsageError("there is no catalog.yaml here or above; `feasilint init` writes one")
    return path


def _doubts(known: Catalog, paths: tuple[str, ...], options: dict[str, Any]) -> Iterator[Doubt]:
    from feasilint.catalog.care import entries, readers

    yield from entries.doubts(known, date.fromisoformat(day(options["today"])), _seconds(options["stale_after"]))
    if not options["no_scan"]:
        from feasilint.api import survey

        yield from readers.doubts(known, survey(paths or [known.root], catalog=known))


def _seconds(text: str) -> float:
    from feasilint.catalog.scalars import duration

    try:
        return duration(text)
    except ValueError as error:
        raise UsageError(f"--stale-after: {error}") from None


@catalog.command()
@click.argument("name")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--catalog", "file", metavar="FILE", help="The catalog to look in [default: the nearest catalog.yaml].")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def show(name: str, paths: tuple[str, ...], file: str | None, form: str) -> int:
    """Show what is believed about a source, why, and which features and models depend on it.

    NAME is its name, an alias, or the end of its name. PATHS are where to look for readers, by default all around the catalog.
    """
    from feasilint.api import survey
    from feasilint.catalog.care.belief import belief
    from feasilint.catalog.importing import trees
    from feasilint.catalog.load import load
    from feasilint.report import belief as report

    path = _existing(file)
    known = load(path)
    found = belief(name, survey(paths or [known.root], catalog=known), trees(path))
    click.echo(report.render_json(found) if form == "json" else report.render(found), nl=False)
    return 1 if found.unheard else 0


@catalog.command()
@click.argument("old")
@click.argument("new")
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.option("--format", "form", type=click.Choice(["text", "markdown", "json"]), default="text", show_default=True)
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="The mildest severity of something that breaks or gets worse that gives exit code 1.",
)
def diff(old: str, new: str, paths: tuple[str, ...], form: str, fail_on: str) -> int:
    """Show a change of the catalog as impact: which features of which notebooks break, and which heal.

    OLD and NEW are files, or what Git has of one, as HEAD:catalog.yaml. PATHS are the notebooks and SQL to judge, by default all
    around the catalog.
    """
    from importlib import import_module

    from feasilint.catalog.care.comparison import comparison

    found = comparison(old, new, paths)
    report = import_module("feasilint.report.impact")
    render = {"text": report.render, "markdown": report.render_markdown, "json": report.render_json}[form]
    click.echo(render(found.changes, found.impacts, found.after), nl=False)
    return 1 if fail_on != "never" and found.worst >= _LEVELS[fail_on] else 0


@catalog.command()
def schema() -> int:
    """Print the JSON Schema of catalog.yaml, for editors."""
    from importlib.resources import files

    click.echo((files("feasilint.catalog") / "catalog.schema.json").read_text(encoding="utf-8"), nl=False)
    return 0
