"""How long one run takes from a cold process, beside the bare interpreter and the libraries it is built on.

    python benchmarks/cold_start.py [--repeat 15]

Every command runs in a fresh process; the fastest of `--repeat` rounds counts. Rounds go through all commands in turn, so
that a busy moment of the machine meets them all alike. Byte code is compiled beforehand, as in an installation. Ratios are
to the bare interpreter.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CATALOG = """\
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["**"], prediction_point: checkout}
sources:
  - {name: payments.transactions, aliases: [transactions.parquet], availability: production, latency: daily, event_time: ts}
"""
PANDAS = """\
import pandas as pd
from sklearn.linear_model import LogisticRegression
tx = pd.read_parquet("transactions.parquet")
tx["avg_amount"] = tx.groupby("user_id")["amount"].transform("mean")
LogisticRegression().fit(tx[["amount", "avg_amount"]], tx["is_fraud"])
"""
SQL = """\
from google.cloud import bigquery
from sklearn.linear_model import LogisticRegression
client = bigquery.Client()
df = client.query("select user_id, count(*) as txns from payments.transactions group by user_id").to_dataframe()
LogisticRegression().fit(df[["txns"]], df["is_fraud"])
"""
LIMITS = {"feasilint --version": 80, "scan, no SQL": 200, "scan, SQL": 300}  # ms


def notebook(source: str) -> dict[str, Any]:
    cell = {"cell_type": "code", "id": "a1", "metadata": {}, "execution_count": 1, "outputs": [], "source": source}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": kernel, "cells": [cell]}


def commands() -> dict[str, list[str]]:
    python, tool = sys.executable, [str(Path(sys.executable).with_name("feasilint"))]
    return {
        "python": [python, "-c", "pass"],
        "python, sqlglot and networkx": [python, "-c", "import sqlglot, networkx"],
        "feasilint --version": [*tool, "--version"],
        "scan, no SQL": [*tool, "scan", "plain.ipynb"],
        "scan, no SQL, no catalog": [*tool, "scan", "plain.ipynb", "--no-catalog"],
        "scan, SQL": [*tool, "scan", "query.ipynb"],
        "scan, SQL, no catalog": [*tool, "scan", "query.ipynb", "--no-catalog"],
    }


def environment(folder: str) -> dict[str, str]:
    """This one's, with compiled byte code in the folder, whatever the caller's settings are."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(folder, "bytecode"))}


def elapsed(command: list[str], folder: str) -> float:
    """Milliseconds of one process, exit code 0 or 1."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, check=False)
    taken = (time.perf_counter() - start) * 1000
    if done.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr.decode()}")
    return taken


def measure(repeat: int) -> dict[str, float]:
    best: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("catalog.yaml", CATALOG), ("plain.ipynb", json.dumps(notebook(PANDAS)))):
            Path(folder, name).write_text(text, encoding="utf-8")
        Path(folder, "query.ipynb").write_text(json.dumps(notebook(SQL)), encoding="utf-8")
        for command in commands().values():
            elapsed(command, folder)  # compiles, and fills the catalog's cache
        for _ in range(repeat):
            for name, command in commands().items():
                best[name] = min(best.get(name, float("inf")), elapsed(command, folder))
    return best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeat", type=int, default=15)
    best = measure(parser.parse_args().repeat)
    base = best["python"]
    print(f"{'':<30}{'ms':>8}{'ratio':>8}{'target':>8}")
    for name, taken in best.items():
        target = f"{LIMITS[name]:>8}" if name in LIMITS else ""
        print(f"{name:<30}{taken:>8.0f}{taken / base:>8.1f}{target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
