"""Runs the tests of the definitions that `feasilint suggest` writes beside the platforms themselves.

python scripts/platforms.py [FOLDER FOR THE ENVIRONMENTS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from real_platforms import FOLDER, REQUIREMENTS  # noqa: E402 - a module of the tests


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()).resolve()
    for platform, requirements in REQUIREMENTS.items():
        python = folder / platform / "bin" / "python"
        if not python.is_file():
            subprocess.run([sys.executable, "-m", "venv", str(folder / platform)], check=True)  # noqa: S603
            pip = (str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
            subprocess.run([*pip, *requirements], check=True)  # noqa: S603
    known = {**os.environ, FOLDER: str(folder), "FEASILINT_REQUIRE": ",".join(REQUIREMENTS)}
    tests = [sys.executable, "-m", "pytest", "-rs", "tests/suggest/test_platforms_run.py"]
    return subprocess.run(tests, cwd=ROOT, env=known, check=False).returncode  # noqa: S603


if __name__ == "__main__":
    raise SystemExit(main())
