"""Makes the dump that the tests of the importer of Airflow compare with: what Airflow itself makes of a folder of DAGs.

python scripts/artefacts/airflow.py [FOLDER FOR THE ENVIRONMENT]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[2] / "tests" / "catalog" / "imports" / "artefacts" / "airflow"
REQUIREMENTS = (
    "apache-airflow==3.0.6",
    "apache-airflow-providers-google==22.8.0",
    "apache-airflow-providers-snowflake==6.20.0",
    "apache-airflow-providers-common-sql==2.4.0",
    "apache-airflow-providers-standard==1.21.0",
)

_DUMP = """
import json, sys
from airflow.models.dagbag import DagBag

bag = DagBag(sys.argv[1], include_examples=False)
assert not bag.import_errors, bag.import_errors

def dumped(dag):
    table = dag.timetable
    return {
        "timetable": type(table).__name__,
        "summary": table.summary,
        "timezone": str(dag.timezone),
        "tasks": {
            task.task_id: {
                "operator": task.task_type,
                "owner": task.owner,
                "outlets": sorted(getattr(outlet, "uri", str(outlet)) for outlet in task.outlets),
            }
            for task in dag.tasks
        },
    }

print(json.dumps({name: dumped(dag) for name, dag in bag.dags.items()}, indent=1, sort_keys=True))
"""


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    python = folder / "bin" / "python"
    if not python.is_file():
        _run(Path(sys.executable), "-m", "venv", str(folder))
        _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *REQUIREMENTS)
    with tempfile.TemporaryDirectory() as home:
        _run(python, "-m", "airflow", "db", "migrate", home=home)
        text = _run(python, "-c", _DUMP, str(HOME / "dags"), home=home)
    (HOME / "dags.json").write_text(text[text.index("{\n") :], encoding="utf-8")
    (HOME / "VERSIONS").write_text(f"dags.json: {' '.join(REQUIREMENTS)}\n", encoding="utf-8")
    return 0


def _run(python: Path, *arguments: str, home: str = "") -> str:
    own = {"AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    command = [str(python), *arguments]
    done = subprocess.run(command, env={**os.environ, **own}, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
