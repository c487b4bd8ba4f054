"""The command line: options in, one call of the API, one renderer, an exit code out.

Exit codes: 0 nothing at or above `--fail-on`, 1 findings, 2 bad paths, options or catalog or an own failure, 3 nothing to scan.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import click

from feasilint import __version__
from feasilint.errors import CatalogError, FeasilintError, UsageError
from feasilint.memory import one_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from feasilint.report.paint import Painter
    from feasilint.result import ScanResult
    from feasilint.rule import Rule

_FORMATS = ("text", "json", "markdown")  # each is a module of feasilint.report
_COLOURED = frozenset({"text"})
CLEAN, FOUND, FAILED, NOTHING = 0, 1, 2, 3
_F = TypeVar("_F", bound="Callable[..., Any]")
_EPILOG = "Exit codes: 0 clean, 1 findings at or above --fail-on, 2 bad options, catalog or failure, 3 nothing to scan."


class _Commands(click.Group):
    """The commands of this module, and those that have one of their own, each loaded when it is called."""

    _elsewhere: ClassVar = {
        "catalog": "cli_catalog",
        "cost": "cli_cost",
        "evidence": "cli_evidence",
        "init": "cli_init",
        "suggest": "cli_suggest",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *self._elsewhere})

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Every command with the whole of its first sentence."""
        commands = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        rows = [(name, _first_sentence(found.help or "")) for name, found in commands.items() if found is not None]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self._elsewhere:
            return super().get_command(ctx, cmd_name)
        from importlib import import_module

        command: click.Command = getattr(import_module(f"feasilint.{self._elsewhere[cmd_name]}"), cmd_name)
        return command


@click.group(
    cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, epilog=_EPILOG
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def cli() -> None:
    """Can this feature be served, in time, at a sane cost, and if not, what should be used instead?"""


def _first_sentence(text: str) -> str:
    return " ".join(text.partition("\n\n")[0].split()).partition(". ")[0].rstrip(".")


def _options(*options: Callable[[_F], _F]) -> Callable[[_F], _F]:
    def decorate(function: _F) -> _F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


_reading = _options(
    click.option("--catalog", metavar="FILE", help="The catalog to use [default: the nearest catalog.yaml]."),
    click.option("--no-catalog", is_flag=True, help="Use no catalog, even if there is one."),
    click.option("--dialect", metavar="NAME", help="The SQL dialect, where nothing in a file tells."),
    click.option("--exclude", metavar="PATTERN", multiple=True, help="Skip paths that match (as in .gitignore)."),
    click.option("--force-exclude", is_flag=True, help="Apply exclusions to paths that are named, too (for hooks)."),
    click.option("--output", "-o", metavar="FILE", help="Write the report to a file."),
)
_files = _options(click.argument("paths", nargs=-1, required=True, type=click.Path()), _reading)
_color = click.option("--color", type=click.Choice(["auto", "always", "never"]), default="auto", show_default=True)


def _format(*names: str) -> Callable[[_F], _F]:
    return click.option("--format", "form", type=click.Choice(names), default=names[0], show_default=True)


@cli.command()
@_files
@_format(*_FORMATS)
@_color
@click.option(
    "--fail-on",
    type=click.Choice(["error", "warning", "info", "never"]),
    default="error",
    show_default=True,
    help="The mildest severity that gives exit code 1.",
)
@click.option(
    "--select", metavar="CODES", multiple=True, help="Only these rules: codes or their beginnings, by commas."
)
@click.option("--ignore", metavar="CODES", multiple=True, help="Not these rules.")
@click.option("--fix", is_flag=True, help="Fix in place what can be fixed without changing what the code computes.")
@click.option("--unsafe-fixes", is_flag=True, help="Fix also by time bounds, which change what the code computes.")
@click.option("--diff", is_flag=True, help="Print a patch of what would be fixed instead.")
def scan(form: str, color: str, fail_on: str, output: str | None, paths: tuple[str, ...], **options: Any) -> int:
    """Judge the features in notebooks and SQL: are they available in production, in time, at a sane cost?"""
    from feasilint import api

    present = _present(paths)
    if not present:
        return FAILED
    arguments = {"select": options["select"], "ignore": options["ignore"], **_arguments(options)}
    patch = None
    if options["fix"] or options["unsafe_fixes"] or options["diff"]:
        from feasilint.cli_fix import fixing

        fixed, patch = fixing(present, options["unsafe_fixes"], options["diff"], arguments)
        result = fixed.before if options["diff"] else fixed.result
    else:
        result = api.scan(present, **arguments)
    if options["diff"] and result.documents:
        _write(patch or "", output)
    elif result.documents:
        _write(_report(result, form, _painter(color, output)), output)
    else:
        click.echo(f"nothing to scan in {', '.join(present)}", err=True)
    return _exit_code(result, fail_on, complete=present == paths, idle=_idle(options))


@cli.command()
@_files
@_format("text", "json")
def inspect(form: str, output: str | None, paths: tuple[str, ...], **options: Any) -> int:
    """Show what is read out of notebooks and SQL: sources, aggregations with their windows, models and features."""
    from feasilint import api

    present = _present(paths)
    if not present:
        return FAILED
    found = api.inspect(present, **_arguments(options))
    if found["documents"]:
        _write(_listing(found, form), output)
    else:
        click.echo(f"nothing to inspect in {', '.join(present)}", err=True)
    code = CLEAN if found["documents"] else _idle(options)
    return code if present == paths else FAILED


@cli.command()
@click.argument("path", metavar="PATH[::FEATURE]")
@_reading
@_format("text", "json", "mermaid", "dot")
@_color
@click.option("--all", "everything", is_flag=True, help="With what filters, joins and groups decide about its rows.")
def trace(form: str, color: str, output: str | None, everything: bool, path: str, **options: Any) -> int:
    """Show where features come from: hop by hop, with schedules, ages, owners and availability, down to the sources."""
    from feasilint import api

    path, feature = split(path)
    if not _present([path]):
        return FAILED
    found = api.trace(path, feature, **_arguments(options))
    if not found["features"]:
        click.echo(f"no features in {path}; `feasilint scan {path}` says what of it could not be read", err=True)
        return _idle(options)
    _write(_drawn(found, form, everything, _painter(color, output)), output)
    return CLEAN


@cli.command()
@_format("text", "json")
def rules(form: str) -> int:
    """List the rules that are installed, and those that the catalog here declares."""
    from feasilint.registry import installed
    from feasilint.report import rulebook

    every, problems = _every_rule(), installed().problems
    _write(rulebook.render_json(every) if form == "json" else rulebook.render(every))
    return _failed(*problems) if problems else CLEAN


@cli.command()
@click.argument("rule")
@_color
def explain(rule: str, color: str) -> int:
    """Say what a rule does, why it matters and what to do instead. RULE is its code or its name."""
    from feasilint.report import rulebook

    _write(rulebook.explain(rulebook.named(rule, _every_rule()), _painter(color)))
    return CLEAN


@cli.command()
@click.argument("package", required=False)
def test(package: str | None) -> int:
    """Run the examples of the rules in an installed PACKAGE, by default of all rules that are not built in.

    PACKAGE may also be a catalog file: the rules that it declares.
    """
    from feasilint.registry import installed
    from feasilint.report import trials

    declared = package is not None and package.endswith((".yaml", ".yml"))
    report = trials.render_declared(str(package)) if declared else trials.render(installed(), package)
    _write(report.text)
    return FOUND if report.failed else CLEAN


def _every_rule() -> tuple[Rule, ...]:
    """The rules that are installed, and those of the nearest catalog."""
    from feasilint.catalog.load import find_catalog, load
    from feasilint.judging import chosen

    path = find_catalog(".")
    return chosen(load(path) if path is not None else None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line, without arguments that of this process; returns the exit code."""
    with one_run() if arguments is None else nullcontext():
        return _told(arguments)


def _told(arguments: Sequence[str] | None) -> int:
    """The exit code of a run; what went wrong is told."""
    try:
        return _run(arguments)
    except CatalogError as error:
        return _failed(*error.problems)
    except FeasilintError as error:
        return _failed(f"feasilint: {error}")
    except Exception as error:
        if os.environ.get("FEASILINT_DEBUG"):
            raise
        kind = type(error).__name__
        return _failed(f"feasilint: internal error: {kind}: {error} (FEASILINT_DEBUG=1 shows where)")


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(args=arguments, prog_name="feasilint", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return FAILED
    except click.Abort:
        return 130
    return code if isinstance(code, int) else CLEAN


def _failed(*lines: str) -> int:
    from feasilint.report.screen import visible

    for line in lines:
        click.echo(visible(line), err=True)
    return FAILED


def _present(paths: Iterable[str]) -> tuple[str, ...]:
    """The paths that exist; the others are named on stderr."""
    from pathlib import Path

    from feasilint.report.screen import visible

    paths = tuple(paths)
    present = tuple(path for path in paths if Path(path).exists())
    for path in paths:
        if path not in present:
            click.echo(f"feasilint: {visible(path)}: no such file or directory", err=True)
    return present


def _arguments(options: dict[str, Any]) -> dict[str, Any]:
    if options["catalog"] and options["no_catalog"]:
        raise UsageError("--catalog and --no-catalog exclude each other")
    return {
        "catalog": options["catalog"],
        "use_catalog": not options["no_catalog"],
        "dialect": options["dialect"],
        "exclude": options["exclude"],
        "force_exclude": options["force_exclude"],
    }


def _idle(options: dict[str, Any]) -> int:
    """The code where there is nothing to scan: a hook may well be handed excluded files only."""
    return CLEAN if options["force_exclude"] else NOTHING


def _exit_code(result: ScanResult, fail_on: str, complete: bool, idle: int) -> int:
    from feasilint.findings import Severity

    if result.errors or not complete:
        return FAILED
    if not result.documents:
        return idle
    if fail_on == "never":
        return CLEAN
    limit = Severity[fail_on.upper()]
    return FOUND if any(finding.severity >= limit for finding in result.findings) else CLEAN


def _report(result: ScanResult, form: str, paint: Painter) -> str:
    from importlib import import_module

    render = import_module(f"feasilint.report.{form}").render
    return str(render(result, paint=paint) if form in _COLOURED else render(result))


def _listing(found: dict[str, Any], form: str) -> str:
    if form == "json":
        import json

        return json.dumps(found, indent=2) + "\n"
    from feasilint.report import outline

    return outline.render(found)


def split(path: str) -> tuple[str, str | None]:
    """A path and the feature that is named behind `::`, unless that is part of the file's name."""
    if os.path.lexists(path):
        return path, None
    front, _, feature = path.rpartition("::")
    return (front, feature) if front and feature else (path, None)


def _drawn(found: dict[str, Any], form: str, everything: bool, paint: Painter) -> str:
    if form == "json":
        return _listing(found, form)
    from importlib import import_module

    if form == "text":
        from feasilint.report import tree

        return tree.render(found, everything, paint)
    return str(import_module(f"feasilint.report.{form}").render(found, everything))


def _painter(color: str, output: str | None = None) -> Painter:
    from feasilint.report import paint

    wanted = color == "always" or (color == "auto" and output is None and _colourful())
    return paint.colours() if wanted else paint.plain


def _colourful() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def _write(text: str, output: str | None = None) -> None:
    if output is None:
        _print(text)
        return
    from pathlib import Path

    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror or error}") from error


def _print(text: str) -> None:
    """To stdout; a reader that has gone away (`| head`) changes nothing about the result."""
    try:
        click.echo(text, nl=False, color=True)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
