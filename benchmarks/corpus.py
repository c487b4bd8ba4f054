"""Runs `scan` and `inspect` over a folder of files, each on its own, and says what came out: failures, time, findings.

    python benchmarks/corpus.py FOLDER [--limit N] [--suffix .ipynb] [--seed 1] [--findings N] [--catalog FILE]
                                [--coverage [--show N]] [--draw-findings N [--rules AGG]] [--draw-silent N] [--draw-each N]

Exits 1 if any file raised. `--findings N` prints N findings drawn with the seed, for reading. `--coverage`: of the files that fit
a model, in how many its features are found, and of those that load data, in how many the sources; `--show N` names N files of
each kind that lacks something. `--draw-findings N --draw-silent N`: N findings of as many files, and N files that load data, fit
a model or write tables, and of which nothing was found; of each repository (the first folder) only some. `--draw-each N`: N
findings of every rule. `--rules A,B` takes beginnings of codes; FEA001 and FEA005 are drawn only if they are named.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drawing import Draw
from feature_coverage import Coverage

from feasilint.judging import analyse, judge
from feasilint.lower.options import Options
from feasilint.nearest import dataform_projects, dbt_projects
from feasilint.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.findings import Finding


_DBT, _DATAFORM = dbt_projects(), dataform_projects()


def files(folder: Path, suffix: str, limit: int, seed: int) -> list[Path]:
    """A draw of the folder's files, the same for the same seed."""
    found = sorted(p for p in folder.rglob(f"*{suffix}") if p.is_file() and ".ipynb_checkpoints" not in p.parts)
    random.Random(seed).shuffle(found)
    return sorted(found[:limit])


def run(
    path: Path, catalog: Any, coverage: Coverage | None = None, draw: Draw | None = None, root: Path | None = None
) -> tuple[dict[str, Any], tuple[Finding, ...]]:
    """One file through the whole pipeline; of the rest of its project only what it imports, and what dbt and Dataform say."""
    reading = Reading(Options(None, str(root or "."), _DBT.of, _DATAFORM.of))
    reading.take(path.as_posix(), path.read_bytes())
    result = judge(reading, [path.as_posix()], catalog)
    if result.errors:
        raise RuntimeError("; ".join(result.errors))
    from feasilint.report.inspect import inspection

    analysis = analyse(reading.programs, catalog)
    if coverage is not None:
        coverage.add(reading.documents[path.as_posix()], reading.programs[0], analysis)
    if draw is not None:
        draw.add(path, reading.documents[path.as_posix()], result.findings)
    return inspection(analysis, [path.as_posix()])["documents"][0], result.findings


def main() -> int:
    os.environ["FEASILINT_DEBUG"] = "1"  # an internal error is a failure here, not a diagnostic
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--limit", type=int, default=10**9)
    parser.add_argument("--suffix", default=".ipynb")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--findings", type=int, default=0)
    parser.add_argument("--catalog")
    parser.add_argument("--coverage", action="store_true")
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--draw-findings", type=int, default=0)
    parser.add_argument("--draw-silent", type=int, default=0)
    parser.add_argument("--draw-each", type=int, default=0)
    parser.add_argument("--rules", default="")
    args = parser.parse_args()
    from feasilint.catalog.load import load

    catalog = load(args.catalog) if args.catalog else None
    draw = (
        Draw(args.folder, args.seed, args.rules) if args.draw_findings or args.draw_silent or args.draw_each else None
    )
    tally = Tally(Coverage() if args.coverage else None, draw)
    for path in files(args.folder, args.suffix, args.limit, args.seed):
        tally.add(path, catalog, args.folder / path.relative_to(args.folder).parts[0])
    for line in (*tally.lines(), *(tally.coverage.lines(args.show) if tally.coverage else ())):
        print(line)
    drawn = random.Random(args.seed).sample(tally.findings, min(args.findings, len(tally.findings)))
    for finding in sorted(drawn, key=lambda f: (f.code, f.place.path)):
        print(f"{finding.code} {finding.place.path}:{finding.place.span}\n    {finding.message}")
    for line in (*draw.lines(args.draw_findings, args.draw_silent), *draw.of_each_rule(args.draw_each)) if draw else ():
        print(line)
    return 1 if tally.failures else 0


class Tally:
    """What is counted over all files."""

    def __init__(self, coverage: Coverage | None = None, draw: Draw | None = None) -> None:
        self.coverage, self.draw = coverage, draw
        self.milliseconds: list[float] = []
        self.findings: list[Finding] = []
        self.failures: list[str] = []
        self.counts: Counter[str] = Counter()
        self.diagnostics: Counter[str] = Counter()
        self.slowest: list[tuple[float, str]] = []

    def add(self, path: Path, catalog: Any, root: Path | None = None) -> None:
        start = time.perf_counter()
        try:
            document, findings = run(path, catalog, self.coverage, self.draw, root)
        except Exception:
            self.failures.append(f"{path}\n{traceback.format_exc(limit=-4)}")
            return
        took = (time.perf_counter() - start) * 1000
        self.milliseconds.append(took)
        self.slowest.append((took, str(path)))
        self.findings += findings
        self.count(document)

    def count(self, document: dict[str, Any]) -> None:
        self.counts["files"] += 1
        self.counts["with sources"] += bool(document["sources"])
        self.counts["with a model"] += bool(document["models"])
        self.counts["with a model and its features"] += any(model["features"] for model in document["models"])
        self.counts["aggregations"] += len(document["aggregations"])
        self.counts["aggregations that reach a sink"] += sum(
            one["reaches"] in ("model", "table") for one in document["aggregations"]
        )
        self.diagnostics.update(one["kind"] for one in document["diagnostics"])

    def lines(self) -> Iterator[str]:
        yield from (f"{name:32}{count:8}" for name, count in self.counts.items())
        if self.milliseconds:
            ordered = sorted(self.milliseconds)
            at = {p: ordered[min(len(ordered) - 1, int(len(ordered) * p / 100))] for p in (50, 90, 99)}
            spread = " ".join(f"p{p} {value:.1f}" for p, value in at.items())
            yield f"ms per file, scan and inspect: {spread} max {ordered[-1]:.0f} mean {statistics.fmean(ordered):.1f}"
        for took, path in sorted(self.slowest, reverse=True)[:3]:
            yield f"    slowest {took:8.0f} ms {path}"
        yield f"diagnostics: {dict(self.diagnostics.most_common())}"
        yield from self.by_rule()
        yield f"failures: {len(self.failures)}"
        yield from self.failures[:10]

    def by_rule(self) -> Iterator[str]:
        """Findings of each rule and severity, and the files that they are in."""
        kinds: dict[tuple[str, str], list[Finding]] = {}
        for finding in self.findings:
            kinds.setdefault((finding.code, finding.severity.word), []).append(finding)
        for (code, severity), found in sorted(kinds.items()):
            yield f"findings: {code} {severity:8}{len(found):6} in {len({finding.place.path for finding in found}):5} files"


if __name__ == "__main__":
    sys.exit(main())
