"""How long notebooks take: lowering beside `ast.parse` of the same cells, and a whole scan of one after the other.

    python benchmarks/python_speed.py [FOLDER]… [--limit 200] [--seed 1] [--repeat 5]

Two measurements, both of this process's time on one thread, so that a busy machine disturbs them less:

- lowering (magics, parsing, interpreting; SQL in cells and strings, too) against `ast.parse` of the cells' Python alone.
  Both read every notebook in turn, round by round; of each the fastest round counts. The ratio is that of the sums; of
  fewer than 100 notebooks that of the median one, for one loop over epochs, which is followed round by round, outweighs
  the others' sum.
- reading, lowering and judging of one notebook after the other, as `feasilint` does it without the rest of the project:
  percentiles of the milliseconds that a notebook takes the first time it is seen. Fewer than 100 notebooks are not judged
  by them.

Without a folder the notebooks of benchmarks/data/notebooks are taken. Exits 1 if lowering takes more than 10 times as long as
parsing, if half of the notebooks take more than 15 ms, or one in a hundred more than 300 ms.
"""

from __future__ import annotations

import argparse
import ast
import gc
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import corpus

from feasilint import api
from feasilint.documents.magics import neutralise
from feasilint.documents.read import read
from feasilint.judging import judge
from feasilint.lower import lower
from feasilint.lower.options import Options
from feasilint.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from feasilint.documents.model import Document

MOST_OF_PARSING = 10.0
MOST_MILLISECONDS = {50: 15.0, 99: 300.0}
FEWEST = 100  # notebooks that say something as a whole
DATA = Path(__file__).with_name("data") / "notebooks"
SQL = '%%sql\nSELECT a, count(*) AS n FROM t WHERE day >= DATE "2024-01-01" GROUP BY a'


class Notebook(NamedTuple):
    """A notebook as it is read, and the Python of its cells."""

    path: Path
    document: Document
    cells: tuple[str, ...]


class Lowering(NamedTuple):
    """The fastest rounds of each notebook in seconds."""

    parsed: list[float]
    lowered: list[float]

    @property
    def ratio(self) -> float:
        return sum(self.lowered) / sum(self.parsed)

    @property
    def median(self) -> float:
        """The ratio of the notebook in the middle."""
        each = [low / parse for low, parse in zip(self.lowered, self.parsed, strict=True)]
        return percentile(each, 50)


def percentile(values: Sequence[float], p: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * p // 100)]


def notebooks(paths: Sequence[Path]) -> Iterator[Notebook]:
    """The notebooks that have Python to parse."""
    for path in paths:
        document = read(path.as_posix(), path.read_bytes())
        cells = tuple(filter(None, (python(cell.source) for cell in document.cells if cell.language == "python")))
        if cells:
            yield Notebook(path, document, cells)


def python(source: str) -> str:
    """A cell as plain Python; empty where it is none."""
    neutral = neutralise(source)
    return neutral.text.strip("\n") if neutral.cell_magic is None else ""


def parse(notebook: Notebook) -> None:
    for cell in notebook.cells:
        try:
            ast.parse(cell)
        except (SyntaxError, ValueError):  # finding that out takes its time, too
            continue


def lower_whole(notebook: Notebook) -> None:
    lower(notebook.document, Options())


def scan(path: Path) -> None:
    reading = Reading(Options())
    reading.take(path.as_posix(), path.read_bytes())
    judge(reading, [path.as_posix()], None)


def seconds(work: Callable[[], None]) -> float:
    start = time.process_time_ns()
    work()
    return (time.process_time_ns() - start) / 1e9


def lowering(given: Sequence[Notebook], repeat: int) -> Lowering:
    best = Lowering([float("inf")] * len(given), [float("inf")] * len(given))
    for _ in range(repeat):
        for at, notebook in enumerate(given):
            best.parsed[at] = min(best.parsed[at], seconds(lambda one=notebook: parse(one)))  # type: ignore[misc]
            best.lowered[at] = min(best.lowered[at], seconds(lambda one=notebook: lower_whole(one)))  # type: ignore[misc]
    return best


def scanning(paths: Sequence[Path]) -> list[float]:
    """Milliseconds of each notebook."""
    return [seconds(lambda one=path: scan(one)) * 1000 for path in paths]  # type: ignore[misc]


def warm() -> None:
    """Import everything outside the measurement."""
    for path in sorted(DATA.glob("*.ipynb")):
        scan(path)
    api.inspect_source(SQL, "python")
    gc.collect()
    gc.freeze()


def judged(folder: Path, args: argparse.Namespace) -> Iterator[tuple[str, bool]]:
    """What was measured of a folder, in words, and whether it is within bounds."""
    paths = corpus.files(folder, ".ipynb", args.limit, args.seed)
    if not paths:
        raise SystemExit(f"{folder}: no notebooks")
    took = scanning(paths)
    found = lowering(list(notebooks(paths)), args.repeat)
    many = len(took) >= FEWEST
    held = (found.ratio if many else found.median) <= MOST_OF_PARSING
    yield (
        (
            f"lowering / ast.parse: {found.ratio:.2f} of all, {found.median:.2f} of the median notebook "
            f"(at most {MOST_OF_PARSING:g}); {sum(found.lowered) * 1000:.0f} ms / {sum(found.parsed) * 1000:.0f} ms"
        ),
        held,
    )
    shown = " ".join(f"p{p} {percentile(took, p):.1f}" for p in (50, 90, 99))
    within = all(percentile(took, p) <= most for p, most in MOST_MILLISECONDS.items())
    bounds = ", ".join(f"p{p} {most:g}" for p, most in MOST_MILLISECONDS.items())
    asked = f"at most {bounds}" if many else "too few to be judged"
    yield f"ms per notebook: {shown} max {max(took):.0f} ({asked})", within or not many


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", default=[DATA])
    parser.add_argument("--limit", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=5)
    return parser.parse_args()


def main() -> int:
    args = arguments()
    warnings.simplefilter("ignore")  # of the notebooks' own escapes
    warm()
    failed = False
    for folder in args.folders:
        print(f"{folder}:")
        for said, held in judged(folder, args):
            print(f"  {'ok  ' if held else 'FAIL'} {said}", flush=True)
            failed |= not held
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
