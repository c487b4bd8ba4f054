"""dbt itself, in an environment of its own: its pins would take the development tools back by years."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

REQUIREMENTS = ("dbt-duckdb>=1.9", "dbt-core>=1.9,<1.12")  # later ones download a parser while they are installed
PROJECT = Path(__file__).parent / "dbt" / "project"

_RUN = """
import sys
from dbt.cli.main import dbtRunner
for command in sys.argv[1:]:
    result = dbtRunner().invoke([*command.split(), "--quiet", "--no-use-colors"])
    if not result.success:
        sys.exit(f"dbt {command} failed: {result.exception or ''}")
"""


def environment(folder: Path) -> Path:
    """The Python of an environment with dbt: made in this folder once, whoever asks first."""
    python = folder / "venv" / "bin" / "python"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = "\n".join((sys.version, *REQUIREMENTS))
        done = folder / "installed.txt"
        if not done.is_file() or done.read_text(encoding="utf-8") != wanted:
            _checked(sys.executable, "-m", "venv", "--clear", str(folder / "venv"))
            _checked(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS)
            done.write_text(wanted, encoding="utf-8")
    return python


def copied(target: Path) -> Path:
    """A copy of the test project, as it would be cloned."""
    shutil.copytree(PROJECT, target)
    return target


def run(python: Path, project: Path, *commands: str) -> None:
    """Run commands of dbt one after the other, in one process."""
    _checked(str(python), "-c", _RUN, *commands, cwd=project)


def _checked(*command: str, cwd: Path | None = None) -> None:
    quiet = {**os.environ, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PROFILES_DIR": str(cwd or "")}
    done = subprocess.run(command, cwd=cwd, env=quiet, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command[:3])}\n{done.stdout}\n{done.stderr}"
