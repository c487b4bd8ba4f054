"""DAGs of Airflow, and what Airflow itself makes of them (`scripts/artefacts/airflow.py`)."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from dag_files import CLASSIC, DAGS, HERE, entries, notes, one, put, sql
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.catalog.imports._dag_schedules import Unclear, schedule_of
from feasilint.catalog.imports._dags import Dag, dags_of
from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.load import from_mapping

if TYPE_CHECKING:
    from pathlib import Path

REAL: dict[str, Any] = json.loads((HERE / "dags.json").read_text())
REAL_CLASSIC: dict[str, Any] = json.loads((HERE / "dags2.json").read_text())
EVERY = sorted([*REAL.keys() - {"rates"}, *REAL_CLASSIC])  # "rates" is an asset's function


def made_here() -> dict[str, Dag]:
    paths = sorted([*DAGS.glob("*.py"), *CLASSIC.glob("*.py")])
    found = [dag for path in paths for dag in dags_of(str(path), path.read_text(), str(path.parent), ()).dags]
    return {str(dag.made.get("dag_id", "0")): dag for dag in found}


# --- what is not taken over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schedule",
    [
        "None",
        '"@once"',
        '"@continuous"',
        "[Dataset('s3://lake/x/')]",
        "Dataset('s3://lake/x/')",
        "x & y",
        "(x | y) & x",
        "Dataset('s3://lake/z/') | y",
        "made",
    ],
)
def test_what_no_clock_starts_has_no_period(tmp_path: Path, schedule: str) -> None:
    body = f"""
from airflow import Dataset
from airflow.sdk import asset

x, y = Dataset("s3://lake/x/"), Dataset("s3://lake/y/")

@asset(schedule=None)
def made(self): ...

with DAG("d", schedule={schedule}, default_args={{"owner": "team"}}):
    {sql("INSERT INTO a.b SELECT 1 AS x")}
"""
    path = put(tmp_path, body)
    assert entries(path) == {"a.b": {"owner": "team"}}
    assert notes(path) == []


@pytest.mark.parametrize(
    ("dag", "told"),
    [
        ("DAG('d', schedule=Variable.get('s'))", "the DAG `d`: its schedule is only known when it is run"),
        ("DAG('d', schedule='when it rains')", "the DAG `d`: its schedule is only known when it is run"),
        ("DAG('d', schedule='99 * * * *')", "the DAG `d`: `99 * * * *` is no cron expression"),
        ("DAG('d')", "the DAG `d`: it states no schedule: Airflow 2 runs it daily, Airflow 3 only by hand; state one"),
        ("DAG('d', schedule=timedelta(0))", "the DAG `d`: its schedule is only known when it is run"),
    ],
)
def test_schedules_that_are_not_known(tmp_path: Path, dag: str, told: str) -> None:
    assert one(tmp_path, sql("INSERT INTO a.b SELECT 1 AS x"), dag) == {}
    assert told in notes(tmp_path)[0]


def test_an_owner_that_nobody_is(tmp_path: Path) -> None:
    dag = "DAG('d', schedule='@daily', default_args={'owner': 'airflow'})"
    assert one(tmp_path, sql("INSERT INTO a.b SELECT 1 AS x"), dag) == {"a.b": {"period": "1d", "offset": "0"}}


def test_a_dag_that_nobody_calls() -> None:
    assert "s3://lake/nothing/" not in entries(DAGS)
    assert "never_called" not in made_here()


def test_files_of_other_things(tmp_path: Path) -> None:
    put(tmp_path, "with DAG('d', schedule='@daily'):\n    BashOperator(task_id='t')", ".hidden/dag.py")
    put(tmp_path, "with DAG('d', schedule='@daily'):\n    BashOperator(task_id='t')", "tests/dag.py")
    put(tmp_path, "with DAG('d', schedule='@daily'):\n    BashOperator(task_id='t')", "good.py")
    (tmp_path / "other.py").write_text("import pandas")
    (tmp_path / ".airflowignore").write_text("# not these\ntests/\n")
    assert [imported.path for imported in read("airflow", str(tmp_path))] == [f"{tmp_path}/good.py"]


def test_secrets_are_not_told(tmp_path: Path) -> None:
    task = "BashOperator(task_id='t', outlets=[Dataset('postgres://me:hunter2@host/db/s/t'), Dataset('s3://k:hunter2@lake/x/')])"
    put(tmp_path, f"from airflow import Dataset\nwith DAG('d', schedule='@daily'):\n    {task}\n")
    assert list(entries(tmp_path)) == ["db.s.t", "s3://lake/x/"]
    assert "hunter2" not in str(read("airflow", str(tmp_path)))


# --- as Airflow itself has it ----------------------------------------------------------------------------------------


def test_the_dags_are_those_of_airflow() -> None:
    assert sorted(made_here()) == EVERY


@pytest.mark.parametrize("name", EVERY)
def test_tasks_and_owners_are_those_of_airflow(name: str) -> None:
    dag, real = made_here()[name], {**REAL, **REAL_CLASSIC}[name]["tasks"]
    defaults = dag.made.given.get("default_args", {})
    assert isinstance(defaults, dict)
    assert {
        str(task.given["task_id"]): task.given.get("owner") or defaults.get("owner", "airflow") for task in dag.tasks
    } == {task: about["owner"] for task, about in real.items()}


@pytest.mark.parametrize("name", sorted({*EVERY} - {"unstated"}))  # which Airflow 2 runs daily, and Airflow 3 never
def test_schedules_are_those_of_airflow(name: str) -> None:
    """Where Airflow has one cron expression, `period` and `offset` are its own; the offset only where its days are UTC's."""
    found, real = schedule_of(made_here()[name].made), {**REAL, **REAL_CLASSIC}[name]
    assert not isinstance(found, Unclear)
    cron = real["summary"].removeprefix("Asset or ")
    if "Cron" in real["timetable"] or real["timetable"] == "AssetOrTimeSchedule":
        if "," in cron and cron.count("*") > 3:
            assert found == {"period": "1d"}  # two expressions: no longer than either
        elif name == "every_elsewhere" or real["timezone"] != "UTC":
            assert found == {"period": refreshed(cron)["period"]}
        else:
            assert found == refreshed(cron)
    else:
        expected = {
            "12:00:00": {"period": "12h"},
            "6:00:00": {"period": "6h"},
            "1:30:00": {"period": "1h30m"},
            "relativedelta(days=+2)": {"period": "2d"},
        }
        assert found == expected.get(real["summary"], {})


# --- what is taken over ----------------------------------------------------------------------------------------------


def test_tables_that_one_dag_writes() -> None:
    often = {"period": "1d", "offset": "4h30m"}
    assert entries(DAGS / "payments.py") == {
        "shop-prod.raw.transactions": {**often, "owner": "payments"},
        "shop-prod.clean.transactions": {**often, "owner": "payments"},
        "shop-prod.raw.events_*": {**often, "owner": "payments"},
        "raw.daily_totals": {**often, "owner": "finance"},
        "ANALYTICS.RISK.scores": {**often, "owner": "payments"},
        "gs://exports/tx/*/*.parquet": {**often, "owner": "payments"},
    }


def test_assets() -> None:
    assert entries(DAGS / "assets.py") == {
        "shop.public.users": {"period": "1d", "offset": "0", "owner": "crm", "kind": "dimension", "blind_spot": "10m"},
        "s3://lake/users/": {"period": "1d", "offset": "0", "owner": "crm"},
        "kafka://user-updates": {"period": "1d", "offset": "0", "owner": "crm"},
        "shop-prod.ml.user_features": {"period": "1d", "offset": "0", "owner": "crm"},
        "s3://lake/rates/": {"period": "1d", "offset": "8h"},
    }


def test_the_most_frequent_of_several_dags_counts() -> None:
    found = entries(DAGS / "schedules.py")
    assert found["made.hourly"] == {"period": "1h", "offset": "0"}  # and daily by another DAG
    assert found["made.in_oslo"] == {"period": "1d"}


def test_each_table_is_of_the_file_that_writes_it_most_often(tmp_path: Path) -> None:
    for name, often in (("a", "@daily"), ("b", "@hourly"), ("c", "@hourly"), ("d", "None")):
        put(
            tmp_path,
            f"with DAG({name!r}, schedule={often!r}):\n    {sql('INSERT INTO a.b SELECT 1 AS x')}\n",
            f"{name}.py",
        )
    found = [(imported.path, imported.sources) for imported in read("airflow", str(tmp_path)) if imported.sources]
    assert found == [(f"{tmp_path}/b.py", ({"name": "a.b", "period": "1h", "offset": "0"},))]


def test_a_dag_of_which_nobody_says_what_it_writes() -> None:
    assert notes(DAGS / "plain.py") == [
        "nothing says which tables the DAG `plain` writes; state them as outlets of its tasks"
    ]


def test_tags_that_are_keys_of_the_catalog(tmp_path: Path) -> None:
    dag = (
        "DAG('d', schedule='@daily', tags=['finance', 'feasilint.blind_spot=1h', 'feasilint.availability=production'])"
    )
    assert one(tmp_path, sql("INSERT INTO a.b SELECT 1 AS x"), dag) == {
        "a.b": {"period": "1d", "offset": "0", "blind_spot": "1h", "availability": "production"}
    }


@pytest.mark.parametrize(
    ("body", "runs"),
    [
        (
            "with DAG('d', schedule='0 4 * * *'):\n    BashOperator(task_id='t', bash_command='cd x && dbt --quiet build -s tag:y')",
            True,
        ),
        ("with DAG('d', schedule='0 4 * * *'):\n    DbtTaskGroup(group_id='t', project_config=None)", True),
        ("DbtDag(dag_id='d', schedule='0 4 * * *', project_config=None)", True),
        ("with DAG('d', schedule='0 4 * * *'):\n    BashOperator(task_id='t', bash_command='dbt test')", False),
    ],
)
def test_dags_that_run_dbt(tmp_path: Path, body: str, runs: bool) -> None:
    path = put(tmp_path, f"from cosmos import DbtDag, DbtTaskGroup\n{body}\n")
    told = "the DAG `d` runs dbt: state its schedule for the models that it builds, as `+meta: {schedule: '0 4 * * *'}` in dbt_project.yml"
    assert notes(path) == [
        told if runs else "nothing says which tables the DAG `d` writes; state them as outlets of its tasks"
    ]


def test_dags_of_older_versions() -> None:
    assert entries(CLASSIC) == {
        "raw.orders": {"period": "6h", "offset": "15m", "owner": "loads"},
        "raw.counts": {"period": "6h", "offset": "15m"},  # it joins the DAG too late for the defaults
        "raw.weeks": {"period": "7d", "owner": "other"},
        "s3://lake/halves/": {"period": "12h", "owner": "loads"},
        "raw.unstated": {"owner": "loads"},
    }


# --- what is broken --------------------------------------------------------------------------------------------------


def test_places_without_dags(tmp_path: Path) -> None:
    with pytest.raises(ArtefactError, match="no DAG here"):
        read("airflow", str(tmp_path))
    with pytest.raises(ArtefactError, match="no such file or folder"):
        read("airflow", str(tmp_path / "nowhere"))


def test_a_broken_statement_costs_itself(tmp_path: Path) -> None:
    put(
        tmp_path,
        f"with DAG('d', schedule='@daily'):\n    {sql('INSERT INTO a.b SELECT 1 AS x')}\n\ndef broken(:\n    pass\n",
    )
    assert list(entries(tmp_path)) == ["a.b"]
    assert any("this statement is not read" in note for note in notes(tmp_path))


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    (tmp_path / "dag.py").write_bytes(b"airflow DAG \xff")
    assert "not UTF-8" in notes(tmp_path)[0]


def test_entries_are_those_of_a_catalog() -> None:
    found: dict[str, dict[str, object]] = {}
    for imported in read("airflow", str(DAGS)):
        found.update({str(entry["name"]): entry for entry in imported.sources})
    from_mapping({"version": "1", "sources": list(found.values())})


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_change_of_a_file_gives_entries_or_notes(tmp_path: Path, data: st.DataObject) -> None:
    folder = tmp_path / "dags"
    if not folder.exists():
        shutil.copytree(DAGS, folder)
    name = data.draw(st.sampled_from(["payments.py", "schedules.py", "assets.py"]))
    text = (DAGS / name).read_text()
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text)))
        end = data.draw(st.integers(at, min(len(text), at + 20)))
        text = (
            text[:at]
            + data.draw(st.sampled_from(["", "(", ")", "'", '"', "None", ",", "\n", "[]", "{", "x", "0", "é"]))
            + text[end:]
        )
    (folder / name).write_text(text)
    found = entries(folder)
    (folder / name).write_text((DAGS / name).read_text())
    assert all(isinstance(entry.get("period", ""), str) for entry in found.values())
