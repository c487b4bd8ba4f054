"""Files with DAGs, and what the importer gives of them."""

from __future__ import annotations

from pathlib import Path

from feasilint.catalog.imports.kinds import read

HERE = Path(__file__).parent / "artefacts" / "airflow"
DAGS, CLASSIC = HERE / "dags", HERE / "dags2"  # of Airflow 3 and 2
HEAD = """
from datetime import datetime, timedelta
from airflow import DAG
from airflow.models import Variable
from airflow.operators.bash import BashOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
"""


def entries(location: Path) -> dict[str, dict[str, object]]:
    found = [entry for imported in read("airflow", str(location)) for entry in imported.sources]
    return {str(entry["name"]): {key: value for key, value in entry.items() if key != "name"} for entry in found}


def notes(location: Path) -> list[str]:
    return [note.message for imported in read("airflow", str(location)) for note in imported.notes]


def put(folder: Path, body: str, name: str = "dag.py") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD + body)
    return path


def one(folder: Path, task: str, dag: str = 'DAG("d", schedule="@daily")') -> dict[str, dict[str, object]]:
    """What one task in a DAG writes."""
    return entries(put(folder, f"with {dag} as dag:\n    {task}\n"))


def sql(text: str, **given: object) -> str:
    return f"SQLExecuteQueryOperator(task_id='t', conn_id='postgres', sql={text!r}, **{given!r})"
