"""Makes the dump that the tests of the importer of SQLMesh compare with: what SQLMesh itself reads out of a project.

python scripts/artefacts/sqlmesh.py [FOLDER FOR THE ENVIRONMENT]
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[2] / "tests" / "catalog" / "imports" / "artefacts" / "sqlmesh"
REQUIREMENTS = ("sqlmesh==0.236.4", "pandas>=2,<3")

_DUMP = """
import json
from sqlmesh import Context

def names(expressions):
    return [each.sql() for each in expressions]

dumped = {}
for model in Context(paths=["."]).models.values():
    kind = model.kind
    time = getattr(kind, "time_column", None)
    dumped[model.name] = {
        "fqn": model.fqn,
        "kind": kind.name.value,
        "cron": model.cron,
        "cron_tz": str(model.cron_tz) if model.cron_tz else None,
        "interval_unit": model.interval_unit.value,
        "owner": model.owner,
        "grains": names(model.grains),
        "time_column": time.column.sql() if time else None,
        "unique_key": names(getattr(kind, "unique_key", None) or []),
        "partitioned_by": names(model.partitioned_by),
        "columns": {name: str(kind) for name, kind in (model.columns_to_types_ or {}).items()},
    }
print(json.dumps(dumped, indent=1, sort_keys=True))
"""


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    python = folder / "bin" / "python"
    if not python.is_file():
        _run(Path(sys.executable), "-m", "venv", str(folder))
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS)
    with tempfile.TemporaryDirectory() as place:
        project = Path(place) / "project"
        shutil.copytree(HOME / "project", project)
        dumped = _run(python, "-c", _DUMP, cwd=project)
    (HOME / "models.json").write_text(dumped, encoding="utf-8")
    (HOME / "VERSIONS").write_text(f"models.json: {REQUIREMENTS[0]}\n", encoding="utf-8")
    return 0


def _run(python: Path, *arguments: str, cwd: Path | None = None) -> str:
    quiet = {**os.environ, "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}
    command = [str(python), *arguments]
    done = subprocess.run(command, cwd=cwd, env=quiet, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
