"""Makes the compiled confs of `tests/catalog/imports/artefacts/chronon` with Chronon's own compiler, in an environment of its own.

    python scripts/artefacts/chronon.py

`shop` holds the definitions, which are kept by hand, and what compile.py makes of them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGES = ("chronon-ai==0.0.115",)
FOLDER = Path(__file__).parents[2] / "tests/catalog/imports/artefacts/chronon"


def main() -> int:
    with tempfile.TemporaryDirectory() as work:
        python = Path(work) / "venv/bin/python"
        _run([sys.executable, "-m", "venv", str(python.parents[1])], Path(work))
        _run([str(python), "-m", "pip", "install", "--quiet", *PACKAGES], Path(work))
        shop = Path(work) / "shop"
        shutil.copytree(FOLDER / "shop", shop, ignore=shutil.ignore_patterns("production"))
        for folder in ("group_bys", "joins", "staging_queries"):
            for path in sorted((shop / folder / "risk").glob("[a-z]*.py")):
                conf = path.relative_to(shop).as_posix()
                _run([str(python), str(python.parent / "compile.py"), "--conf", conf, "--yes"], shop)
        shutil.rmtree(FOLDER / "shop/production", ignore_errors=True)
        shutil.copytree(shop / "production", FOLDER / "shop/production")
    (FOLDER / "VERSIONS").write_text("".join(f"{package}\n" for package in PACKAGES))
    return 0


def _run(command: list[str], folder: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    subprocess.run(command, cwd=folder, check=True, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main())
