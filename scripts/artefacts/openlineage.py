"""Makes the events of `tests/catalog/imports/artefacts/openlineage`, in an environment of its own.

    python scripts/artefacts/openlineage.py

`shop.ndjson` is written by the Python client's file transport: ten days of jobs. `dbt.ndjson` is what `dbt-ol` sends of a
project, `dbt`, that is built three times.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ("openlineage-python==1.54.0", "openlineage-dbt==1.54.0", "dbt-core==1.11.16", "dbt-duckdb==1.11.1")
FOLDER = Path(__file__).parents[2] / "tests/catalog/imports/artefacts/openlineage"
SENT = Path(__file__).with_name("openlineage_sent.py")


def main() -> int:
    with tempfile.TemporaryDirectory() as work:
        python = Path(work) / "venv/bin/python"
        _run([sys.executable, "-m", "venv", str(python.parents[1])], Path(work))
        _run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], Path(work))
        shop = Path(work) / "shop.ndjson"
        _run([str(python), "-P", str(SENT), str(shop)], Path(work))  # this file is no package
        shutil.copy(shop, FOLDER / "shop.ndjson")
        (FOLDER / "dbt.ndjson").write_text(_dbt(python, Path(work) / "dbt"))
    (FOLDER / "VERSIONS").write_text("".join(f"{package}\n" for package in PACKAGES))
    return 0


def _dbt(python: Path, folder: Path) -> str:
    shutil.copytree(FOLDER / "dbt", folder)
    transport = json.dumps({"type": "file", "log_file_path": str(folder / "events.ndjson"), "append": True})
    settings = {"OPENLINEAGE__TRANSPORT": transport, "OPENLINEAGE_NAMESPACE": "prod", "PATH": str(python.parent)}
    for _ in range(3):
        _run([str(python.parent / "dbt-ol"), "build", "--profiles-dir", "."], folder, settings)
    events = (folder / "events.ndjson").read_text()
    return re.sub(r"(?:file://)?/[^\"\s]*?/dbt/shop\.duckdb", "/warehouse/shop.duckdb", events).replace(
        f"{folder}/", ""
    )


def _run(command: list[str], folder: Path, settings: dict[str, str] | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, env={**os.environ, **(settings or {})}, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main())
