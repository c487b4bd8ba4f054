"""How long a large catalog takes: to read it for the first time, to get it back, and to look sources up in it.

    python benchmarks/catalog_speed.py [SOURCES] [COLUMNS]

Each figure is one of a fresh process, since that is what a hook or a command line pays: the time of the processor, its start
included, and that of the clock. The first is also given as a multiple of what PyYAML's own C loader takes for the same text.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

_SOURCE = """\
  - name: area{area}.table{number}
    aliases: [raw.t{number}, "s3://lake/t{number}/*"]
    availability: production
    latency: daily
    period: 1d
    run_time: 20m
    kind: events
    grain: [id]
    event_time: ts
    rows_per_day: 2.5M
    keys: {{user_id: {{distinct: 20M, active_per_day: 1.4M}}}}
    owner: {{team: data{area}, contact: "#data{area}"}}
    columns:
"""
_COLUMNS = (
    "      column{}: string",
    "      column{}: {{type: decimal}}",
    "      column{}: {{type: int, flags: [pii]}}",
)

_TIMED = """\
import sys, time
started = time.perf_counter()
{code}
print(time.process_time(), time.perf_counter() - started, "pydantic" in sys.modules)
"""
_LOAD = "from feasilint.catalog.load import load\ncatalog = load('catalog.yaml')\n"
_FIND = "from feasilint.catalog.match import Matcher\nfrom feasilint.ir import Source\nmatcher = Matcher(catalog)\n"
_SCAN = "from feasilint.cli import main\n"
_RUNS: tuple[tuple[str, str], ...] = (
    ("PyYAML alone", "import gc, yaml\ngc.disable()\nyaml.load(open('catalog.yaml'), yaml.CSafeLoader)"),
    ("first reading", _LOAD),
    ("from the cache", _LOAD),
    ("cache, look-up", _LOAD + _FIND + "assert matcher.find(Source('area1.table1', 'table'))"),
    ("cache, tail", _LOAD + _FIND + "assert matcher.find(Source('table1', 'table'))"),
    ("cache, pattern", _LOAD + _FIND + "assert matcher.find(Source('s3://lake/t1/x.csv', 'file'))"),
    ("cache, columns", _LOAD + _FIND + "assert matcher.find(Source('raw.t7', 'table')).columns"),
    ("cache, everything", _LOAD + "assert all(s.columns and s.marks for s in catalog.sources)"),
    ("scan of a notebook", _SCAN + "main(['scan', 'one.ipynb', '-o', 'out'])"),
    ("scan, no catalog", _SCAN + "main(['scan', 'one.ipynb', '--no-catalog', '-o', 'out'])"),
)  # fmt: skip
_NOTEBOOK = """\
{"cells": [{"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": [
"import pandas as pd\\n", "from sklearn.linear_model import LogisticRegression\\n",
"df = pd.read_parquet('s3://lake/t1/x.parquet')\\n", "LogisticRegression().fit(df[['column1', 'column2']], df['column3'])"]}],
"metadata": {}, "nbformat": 4, "nbformat_minor": 5}
"""


def _text(sources: int, columns: int) -> str:
    lines = ["version: 1\n", "sources:\n"]
    for number in range(sources):
        lines.append(_SOURCE.format(number=number, area=number % 40))
        lines += [_COLUMNS[at % len(_COLUMNS)].format(at) + "\n" for at in range(columns)]
    return "".join(lines)


def main(sources: int = 20_000, columns: int = 20) -> None:
    """Print the seconds of each run."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "catalog.yaml").write_text(_text(sources, columns), encoding="utf-8")
        Path(folder, "one.ipynb").write_text(_NOTEBOOK, encoding="utf-8")
        plain = 0.0
        for name, code in _RUNS:
            done = subprocess.run(
                [sys.executable, "-c", _TIMED.format(code=code)],
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.exit(f"{name}: {done.stderr}")
            busy, waited, pydantic = done.stdout.split()[-3:]
            plain = plain or float(busy)
            loaded = ", with pydantic" if pydantic == "True" else ""
            figures = f"{float(busy):8.3f} s of CPU {float(waited):8.3f} s {float(busy) / plain:6.2f} x PyYAML"
            print(f"{name:20} {figures}{loaded}", flush=True)
        print(f"{sources:,} sources of {columns} columns; {Path(folder, 'catalog.yaml').stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
