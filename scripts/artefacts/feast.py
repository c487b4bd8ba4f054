"""Makes the artefacts of `tests/catalog/imports/artefacts/feast` with Feast itself, in a virtual environment of its own.

    python scripts/artefacts/feast.py

`shop` is a feature repository that is kept by hand; its registry is what `feast apply` makes of it, with materializations.
`template` is the registry of what `feast init` creates.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ("feast==0.67.0", "psycopg[binary,pool]==3.3.9", "trino==0.340.0", "regex==2026.11.19")
FOLDER = Path(__file__).parents[2] / "tests/catalog/imports/artefacts/feast"
PREPARE = """
import pandas as pd
at = pd.date_range("2026-11-01", "2026-11-05", freq="6h", tz="UTC")
users = range(len(at))
baskets = pd.DataFrame({"user_id": users, "n_items": 1, "total": 2.0, "event_timestamp": at, "created": at})
baskets.to_parquet("data/baskets.parquet")
pd.DataFrame({"user_id": users, "is_fraud": 0, "labeler": "x", "said_at": at}).to_parquet("data/verdicts.parquet")
"""
MATERIALIZED = """
from datetime import UTC, datetime, timedelta
from feast import FeatureStore
store = FeatureStore(".")  # the warehouses are not there: what `feast materialize` records after a run is recorded alone
for run in range(7):
    end = datetime(2026, 11, 5, 2, 0, 7 * run, tzinfo=UTC) + timedelta(hours=4 * run)
    view = store.registry.get_feature_view("orders_by_user", store.project)
    store.registry.apply_materialization(view, store.project, end - timedelta(hours=4), end)
"""


def main() -> int:
    with tempfile.TemporaryDirectory() as work:
        python = _environment(Path(work) / "venv")
        folder = (Path(work) / "shop").resolve()
        _write("shop", _shop(python, folder).replace(f"{folder}/", ""))
        _write("template", _template(python, Path(work)))
    return 0


def _environment(folder: Path) -> str:
    python = str(folder / "bin/python")
    _run([sys.executable, "-m", "venv", str(folder)], Path.cwd())
    _run([python, "-m", "pip", "install", "--quiet", *PACKAGES], Path.cwd())
    (FOLDER / "VERSIONS").write_text("".join(f"{package}\n" for package in PACKAGES))
    return python


def _shop(python: str, folder: Path) -> str:
    shutil.copytree(FOLDER / "shop", folder)
    (folder / "data").mkdir()
    _run([python, "-c", PREPARE], folder)
    _feast(python, folder, "apply", "--skip-source-validation")
    for day in range(2, 6):
        _feast(
            python,
            folder,
            "materialize",
            "-v",
            "baskets_by_user",
            "-v",
            "basket_sizes",
            f"2026-11-0{day - 1}",
            f"2026-11-0{day}",
        )
    _run([python, "-W", "ignore", "-c", MATERIALIZED], folder)
    return _feast(python, folder, "registry-dump")


def _template(python: str, work: Path) -> str:
    _feast(python, work, "init", "-t", "local", "template")
    folder = work / "template/feature_repo"
    _feast(python, folder, "apply")
    _feast(python, folder, "materialize-incremental", "2026-11-27")
    return _feast(python, folder, "registry-dump")


def _feast(python: str, folder: Path, *arguments: str) -> str:
    return _run([python, "-W", "ignore", str(Path(python).parent / "feast"), *arguments], folder)


def _run(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout  # noqa: S603


def _write(name: str, dumped: str) -> None:
    """The dump without what belongs to the machine: paths of the online store's file."""
    data = json.loads(dumped)
    for table in data.get("infra", ()):
        table["path"] = "data/online_store.db"
    (FOLDER / f"{name}.json").write_text(json.dumps(data, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
