"""The platforms themselves, each in an environment of its own: their pins contradict each other, and those of the tools here.

`scripts/platforms.py` makes the environments and runs the tests that need them; elsewhere these are skipped.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from required import missing

REQUIREMENTS = {
    "sqlmesh": ("sqlmesh==0.236.4", "pandas>=2,<3"),
    "feast": ("feast==0.67.0",),
    "chronon": ("chronon-ai==0.0.115",),
}
FOLDER = "FEASILINT_PLATFORMS"


def python_of(platform: str) -> str:
    """The Python that a platform is installed for."""
    folder = os.environ.get(FOLDER)
    python = Path(folder or "") / platform / "bin" / "python"
    if folder is None or not python.is_file():
        missing(platform, f"{platform} is not installed below ${FOLDER}: scripts/platforms.py does it")
    return str(python)


def run(python: str, code: str, folder: Path, *arguments: str) -> str:
    """What a program prints that is run in a folder."""
    quiet = {**os.environ, "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true", "FEAST_USAGE": "False", "DO_NOT_TRACK": "1"}
    done = subprocess.run(
        [python, "-c", code, *arguments], cwd=folder, env=quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
