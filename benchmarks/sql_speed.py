"""How long column lineage of SQL takes, beside parsing alone and beside other tools.

    python benchmarks/sql_speed.py [FOLDER[,dialect=bigquery][,lineage=5]]… [--repeat 5] [--without sqllineage]

Every tool reads every file in this process and on one thread, in turn, so that a busy moment of the machine meets them all
alike; of each file and tool the fastest of `--repeat` rounds counts (sqllineage, which is slow, takes part in
`--slow-repeat` of them). What is timed:

- parse: `sqlglot.parse` of the text
- feasilint: reading, parsing and lowering; linking; the value and indirect edges of every output column of every
  statement; the window of every aggregate
- inspect: the same through `feasilint.inspect_source`, with the answer as plain data
- sqlglot.lineage: `sqlglot.parse` and `lineage(None, …)`, the edges of all columns of every query
- sqllineage: `LineageRunner(…).get_column_lineage()` with the parser of the dialect

A tool that raises has failed that file; feasilint has also failed it where a statement is reported as unread. Tools are
compared over the files that both could read. Without a folder the queries of benchmarks/data are taken. Exits 1 if feasilint
takes more than 3.5 times as long as parsing, or is not 15 times faster than sqllineage and `lineage` times faster than
sqlglot.lineage (2 unless a folder says otherwise).
"""

from __future__ import annotations

import argparse
import gc
import logging
import statistics
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    Tool = Callable[[str, str], object]

MOST_OF_PARSING = 3.5
LEAST_OF_SQLLINEAGE = 15.0
LEAST_OF_LINEAGE = 2.0
DATA = Path(__file__).with_name("data")
DEFAULT = (f"{DATA / 'reports'},dialect=postgres", f"{DATA / 'features'},dialect=bigquery,lineage=5")
UNREAD = frozenset(("syntax-error", "unsupported", "opaque", "budget"))
SQLFLUFF_NAMES = {"": "ansi", "spark": "sparksql", "presto": "trino"}


class Queries(NamedTuple):
    """The SQL files of a folder, and how much faster than sqlglot.lineage feasilint has to be on them."""

    name: str
    dialect: str
    texts: tuple[str, ...]
    lineage: float


class Times(NamedTuple):
    """The fastest time of each file in seconds; None where the tool failed."""

    tool: str
    best: tuple[float | None, ...]

    @property
    def read(self) -> list[float]:
        return [taken for taken in self.best if taken is not None]

    def against(self, other: Times) -> float:
        """How many times as long as another tool this one takes, over the files that both could read."""
        both = [
            (mine, its) for mine, its in zip(self.best, other.best, strict=True) if mine is not None and its is not None
        ]
        return sum(mine for mine, _ in both) / sum(its for _, its in both) if both else float("nan")


class Gate(NamedTuple):
    """A condition on two tools' times: `slow` takes at least or at most `limit` times as long as `fast`."""

    slow: str
    fast: str
    limit: float
    at_most: bool = False

    def holds(self, ratio: float) -> bool:
        return ratio <= self.limit if self.at_most else ratio >= self.limit


class UnreadError(Exception):
    """A statement that feasilint reports as unread."""


def parse(text: str, dialect: str) -> object:
    import sqlglot

    return sqlglot.parse(text, read=dialect or None)


def feasilint(text: str, dialect: str) -> object:
    from feasilint import aggregations
    from feasilint.analysis import Analysis
    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import Catalog
    from feasilint.documents.read import read
    from feasilint.ir import Write
    from feasilint.lower import lower
    from feasilint.lower.options import Options

    program = lower(read("query.sql", text.encode()), Options(dialect))
    if any(said.kind in UNREAD for said in program.diagnostics):
        raise UnreadError
    analysis = Analysis([program], Matcher(Catalog()))
    writes = [sink for sink in program.sinks if isinstance(sink, Write)]
    edges = [(analysis.members(write), analysis.rows(write)) for write in writes]
    return edges, aggregations.of_program(program, analysis)


def inspect(text: str, dialect: str) -> object:
    from feasilint import inspect_source

    return inspect_source(text, dialect=dialect)


def sqlglot_lineage(text: str, dialect: str) -> object:
    import sqlglot
    from sqlglot import exp
    from sqlglot.lineage import lineage

    trees = [tree for tree in sqlglot.parse(text, read=dialect or None) if tree is not None]
    queries = [tree if isinstance(tree, exp.Query) else tree.args.get("expression") for tree in trees]
    return [lineage(None, query, {}, dialect=dialect) for query in queries if isinstance(query, exp.Query)]


def sqllineage(text: str, dialect: str) -> object:
    from sqllineage.runner import LineageRunner

    return LineageRunner(text, dialect=SQLFLUFF_NAMES.get(dialect, dialect)).get_column_lineage()


TOOLS: dict[str, Tool] = {
    "parse": parse,
    "feasilint": feasilint,
    "inspect": inspect,
    "sqlglot.lineage": sqlglot_lineage,
    "sqllineage": sqllineage,
}
SLOW = frozenset(("sqllineage",))


def queries(argument: str) -> Queries:
    """The set that an argument `FOLDER[,option=value]…` asks for."""
    folder, *options = argument.split(",")
    given = dict(option.split("=", 1) for option in options)
    texts = tuple(path.read_text(encoding="utf-8") for path in sorted(Path(folder).rglob("*.sql")))
    if not texts:
        raise SystemExit(f"{folder}: no SQL files")
    dialect = given.get("dialect", "")
    return Queries(
        f"{Path(folder).name} ({dialect or 'no dialect'})",
        dialect,
        texts,
        float(given.get("lineage", LEAST_OF_LINEAGE)),
    )


def once(tool: Tool, text: str, dialect: str) -> float | None:
    """Seconds of one file; None if the tool fails."""
    start = time.perf_counter()
    try:
        tool(text, dialect)
    except Exception:  # each has its own errors; what they cost the user is the file
        return None
    return time.perf_counter() - start


def measured(given: Queries, tools: Sequence[str], repeat: int, slow_repeat: int) -> list[Times]:
    """All tools over all files, round by round."""
    best: dict[str, list[float | None]] = {tool: [None] * len(given.texts) for tool in tools}
    gc.collect()
    gc.freeze()  # what has been loaded is no tool's garbage
    for turn in range(repeat):
        for at, text in enumerate(given.texts):
            for tool in tools:
                if tool not in SLOW or turn < slow_repeat:
                    taken = once(TOOLS[tool], text, given.dialect)
                    best[tool][at] = min(
                        (known for known in (best[tool][at], taken) if known is not None), default=None
                    )
    return [Times(tool, tuple(taken)) for tool, taken in best.items()]


def lines(given: Queries, times: Sequence[Times]) -> Iterator[str]:
    parsed = times[0]
    yield f"{given.name}: {len(given.texts)} files"
    yield f"  {'':<16}{'ok':>5}{'failed':>8}{'median ms':>11}{'p95 ms':>9}{'total ms':>10}{'x parse':>9}"
    for one in times:
        took = sorted(taken * 1000 for taken in one.read) or [float("nan")]
        figures = f"{statistics.median(took):>11.2f}{took[int(len(took) * 0.95)]:>9.2f}{sum(took):>10.0f}"
        yield f"  {one.tool:<16}{len(one.read):>5}{len(one.best) - len(one.read):>8}{figures}{one.against(parsed):>9.2f}"


def gates(given: Queries, tools: Sequence[str]) -> Iterator[Gate]:
    yield Gate("feasilint", "parse", MOST_OF_PARSING, at_most=True)
    yield Gate("sqlglot.lineage", "feasilint", given.lineage)
    if "sqllineage" in tools:
        yield Gate("sqllineage", "feasilint", LEAST_OF_SQLLINEAGE)


def judged(given: Queries, times: Sequence[Times]) -> Iterator[tuple[str, bool]]:
    """Each gate in words, and whether it holds."""
    of = {one.tool: one for one in times}
    for gate in gates(given, list(of)):
        ratio = of[gate.slow].against(of[gate.fast])
        held = gate.holds(ratio)
        bound = "at most" if gate.at_most else "at least"
        yield f"  {'ok  ' if held else 'FAIL'} {gate.slow} / {gate.fast} = {ratio:.2f} ({bound} {gate.limit:g})", held


def warm(tools: Sequence[str], given: Sequence[Queries]) -> None:
    """Import everything and build the dialects' tables outside the measurement."""
    for one in given:
        for tool in tools:
            once(TOOLS[tool], one.texts[0], one.dialect)


def arguments() -> Any:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", metavar="FOLDER", default=DEFAULT)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--slow-repeat", type=int, default=1)
    parser.add_argument("--without", action="append", default=[], choices=[*SLOW])
    return parser.parse_args()


def main() -> int:
    args = arguments()
    logging.disable(logging.CRITICAL)
    tools = [tool for tool in TOOLS if tool not in args.without]
    if "sqllineage" in tools:
        try:
            import sqllineage.runner  # noqa: F401
        except ImportError:
            raise SystemExit(
                "sqllineage is not installed: pip install 'feasilint[bench]', or --without sqllineage"
            ) from None
    sets = [queries(argument) for argument in args.folders]
    warm(tools, sets)
    failed = False
    for given in sets:
        times = measured(given, tools, args.repeat, args.slow_repeat)
        verdicts = list(judged(given, times))
        print("\n".join([*lines(given, times), *(said for said, _ in verdicts)]), flush=True)
        failed |= not all(held for _, held in verdicts)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
