"""How many statements of whole SQL projects have full lineage.

    python benchmarks/sql_projects.py FOLDER[,dialect=bigquery]… [--show N]

Each folder is a project of its own: all of its SQL files are read and linked, and every statement that makes data (a query,
CREATE … AS, INSERT, UPDATE, MERGE, a model that is trained) is counted once, as

- full: it was read without a diagnostic of its own, and every output column comes from physical columns, constants, or an
  open star of a physical table; nothing in between could not be read (an opaque step), is filled in at run time (a table's
  name, a part of an expression), or is a column that nothing below has
- partial: it was read, but not all of that holds; the first reason is counted, `--show` names statements
- unread: it gave a diagnostic instead of data, or nothing at all

A name that another file of the project makes counts as a table here: what that file could not read is counted there. Where
no schema says which side of a join has a column, it comes from either: `ambiguous` is how many of the full statements have
such columns. What makes no data (GRANT, SET, DROP, macros, tests of dbt …) does not count. Exits 1 if a project has less
than 98 %.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from feasilint.columns import Holds
from feasilint.discover import Discovery, discover
from feasilint.ir import Column, Fit, Hole, Opaque, Relation, Scan, Upsert, Write
from feasilint.ir.expressions import columns, spelled, walk
from feasilint.ir.traversal import expressions, inputs, members
from feasilint.judging import analyse
from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.reading import again
from feasilint.reading import read_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.analysis import Analysis
    from feasilint.ir import Diagnostic, Expression, Fragment, Program, Sink, Span
    from feasilint.lower.sql.adapter import Node

LEAST = 98.0  # per cent
SUFFIXES = (".sql", ".sqlx")
UNREAD = frozenset(("syntax-error", "unsupported", "opaque", "budget", "unreadable"))
CHANGING = (exp.Insert, exp.Update, exp.Merge)


class Verdict(NamedTuple):
    """A statement: where it stands, and why its lineage is not full."""

    place: str
    outcome: str  # full, partial or unread
    reason: str = ""
    ambiguous: bool = False


def project(folder: Path, dialect: str | None) -> list[Verdict]:
    """The verdicts on all statements of a folder's SQL files."""
    found = discover([folder.as_posix()])
    listed = Discovery(files=tuple(path for path in found.files if path.endswith(SUFFIXES) and not is_test(Path(path))))
    reading = read_all(listed, folder, dialect)
    analysis = analyse(reading.programs, None)
    return [
        verdict
        for program in analysis.programs
        if program.path in listed.files
        for verdict in of_program(program, analysis)
    ]


def is_test(path: Path) -> bool:
    """Whether a file is a test of a dbt project: a query that shall give no rows."""
    root = next((parent for parent in path.resolve().parents if (parent / "dbt_project.yml").is_file()), None)
    return root is not None and path.resolve().relative_to(root).parts[0] == "tests"


def of_program(program: Program, analysis: Analysis) -> Iterator[Verdict]:
    sinks = [sink for sink in program.sinks if isinstance(sink, Write | Fit)]
    own: dict[Sink, list[Diagnostic]] = {sink: [] for sink in sinks}
    for said in program.diagnostics:
        holder = next((sink for sink in sinks if sink.origin is not None and within(said.span, sink.origin.span)), None)
        if holder is not None:
            own[holder].append(said)
        elif said.kind in UNREAD:
            yield Verdict(place(program, said.span), "unread", f"{said.kind}: {said.message}")
    for sink in sinks:
        where = place(program, sink.origin.span if sink.origin is not None else None)
        reasons = [f"{said.kind}: {said.message}" for said in own[sink]] or list(gaps(sink, analysis))
        doubtful = any(member.trace.maybe for member in analysis.members(sink))
        yield Verdict(where, "partial" if reasons else "full", next(iter(reasons), ""), doubtful)
    for _ in range(making_data(program) - len(sinks) - unread_statements(program)):
        yield Verdict(place(program, None), "unread", "gave neither data nor a diagnostic")


def within(inner: Span | None, outer: Span) -> bool:
    if inner is None or inner.cell != outer.cell:
        return False
    begins = (outer.line, outer.column) <= (inner.line, inner.column)
    return begins and (inner.line, inner.column) < (outer.end_line, outer.end_column)


def place(program: Program, span: Span | None) -> str:
    return program.path if span is None else f"{program.path}:{span.line}:{span.column}"


# --- what is missing ---


def gaps(sink: Write | Fit, analysis: Analysis) -> Iterator[str]:
    """Why the lineage of a statement is not full."""
    tops = [sink.relation] if isinstance(sink, Write) else list(members(sink.features))
    for relation in below(tops):
        if isinstance(relation, Opaque):
            yield f"opaque step: {relation.reason}"
        elif isinstance(relation, Scan) and relation.source.dynamic:
            yield f"dynamic name: {relation.source.name}"
        for expression in expressions(relation):
            yield from holes(expression)
            yield from lost(expression, analysis)
    for member in analysis.members(sink):
        if member.column is None:
            yield "more columns in the target than can be counted in the query"


def below(tops: list[Relation]) -> Iterator[Relation]:
    """Everything that relations are computed from within their document."""
    pending, seen = list(tops), set[Relation]()
    while pending:
        relation = pending.pop()
        if relation in seen:
            continue
        seen.add(relation)
        yield relation
        pending += (relation.source,) if isinstance(relation, Upsert) else inputs(relation)


def holes(expression: Expression) -> Iterator[str]:
    yield from (f"hole: {node.text[:60]}" for node in walk(expression) if isinstance(node, Hole))


def lost(expression: Expression, analysis: Analysis) -> Iterator[str]:
    """The columns that an expression reads and nothing has."""
    for column in columns(expression):
        if column.name != "*" and not found(column, analysis):
            yield f"no such column: {spelled(column.name)}"


def found(column: Column, analysis: Analysis) -> bool:
    return analysis.columns.holds(column.relation, column.name) > Holds.NO


# --- statements that give nothing ---


def making_data(program: Program) -> int:
    """How many statements of a document make data."""
    rendered = {fragment.parent for fragment in program.fragments if fragment.rendered}
    return sum(
        makes_data(one.tree)
        for fragment in program.fragments
        if fragment.language == "sql" and fragment.index not in rendered and at_top(fragment)
        for one in again(fragment).statements
        if one.tree is not None
    )


def at_top(fragment: Fragment) -> bool:
    """Not a statement in a string of another one."""
    return fragment.parent is None or fragment.rendered


def makes_data(tree: Node) -> bool:
    made = tree.args.get("expression") if isinstance(tree, exp.Create) else tree
    return isinstance(made, (exp.Query, *CHANGING))


def unread_statements(program: Program) -> int:
    """Statements with a tree that gave a diagnostic instead of data."""
    return sum(said.kind in ("opaque", "budget") for said in program.diagnostics)


# --- reporting ---


def lines(name: str, verdicts: list[Verdict], show: int) -> Iterator[str]:
    counts = Counter(verdict.outcome for verdict in verdicts)
    ambiguous = sum(verdict.ambiguous for verdict in verdicts if verdict.outcome == "full")
    figures = " ".join(f"{outcome} {counts[outcome]}" for outcome in ("full", "partial", "unread"))
    yield f"{share(verdicts):6.1f} %  {name}: {len(verdicts)} statements, {figures} (ambiguous {ambiguous})"
    flawed = [verdict for verdict in verdicts if verdict.outcome != "full"]
    causes = Counter((verdict.outcome, verdict.reason.partition(":")[0]) for verdict in flawed)
    if show:
        yield from (f"    {count:5} {outcome}: {cause}" for (outcome, cause), count in causes.most_common())
    for verdict in flawed[:show]:
        yield f"      {verdict.place}\n        {verdict.outcome}: {verdict.reason}"


def share(verdicts: list[Verdict]) -> float:
    """Per cent of statements with full lineage."""
    return 100 * sum(verdict.outcome == "full" for verdict in verdicts) / len(verdicts) if verdicts else 0.0


def arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="FOLDER")
    parser.add_argument("--show", type=int, default=0, metavar="N")
    return parser.parse_args()


def main() -> int:
    args = arguments()
    logging.disable(logging.CRITICAL)
    enough = True
    for argument in args.folders:
        folder, *options = argument.split(",")
        given = dict(option.split("=", 1) for option in options)
        verdicts = project(Path(folder), given.get("dialect"))
        print("\n".join(lines(folder, verdicts, args.show)), flush=True)
        enough &= share(verdicts) >= LEAST
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
