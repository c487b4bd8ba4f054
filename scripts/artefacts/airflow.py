"""Makes the dumps that the tests of the importer of Airflow compare with: what Airflow 2 and 3 themselves make of DAGs.

python scripts/artefacts/airflow.py [FOLDER FOR THE ENVIRONMENTS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HOME = Path(__file__).parents[2] / "tests" / "catalog" / "imports" / "artefacts" / "airflow"
REQUIREMENTS = {  # by folder of DAGs
    "dags": (
        "apache-airflow==3.0.6",
        "apache-airflow-providers-google==22.8.0",
        "apache-airflow-providers-snowflake==6.20.0",
        "apache-airflow-providers-common-sql==2.4.0",
        "apache-airflow-providers-standard==1.21.0",
    ),
    "dags2": ("apache-airflow==2.10.5", "sqlalchemy<2", "flask-session<0.6", "connexion<3"),
}

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
    environments = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    for folder, requirements in REQUIREMENTS.items():
        python = environments / folder / "bin" / "python"
        if not python.is_file():
            _run(Path(sys.executable), "-m", "venv", str(environments / folder))
            _run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *requirements)
        with tempfile.TemporaryDirectory() as home:
            _run(python, "-m", "airflow", "db", "migrate", home=home)
            text = _run(python, "-c", _DUMP, str(HOME / folder), home=home)
        (HOME / f"{folder}.json").write_text(text[text.index("{\n") :], encoding="utf-8")
    versions = (f"{folder}.json: {' '.join(requirements)}\n" for folder, requirements in REQUIREMENTS.items())
    (HOME / "VERSIONS").write_text("".join(versions), encoding="utf-8")
    return 0


def _run(python: Path, *arguments: str, home: str = "") -> str:
    own = {"AIRFLOW_HOME": home, "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "ERROR"}
    command = [str(python), *arguments]
    done = subprocess.run(command, env={**os.environ, **own}, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main())
