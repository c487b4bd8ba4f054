"""DAGs of Airflow, and what Airflow itself makes of them (`scripts/artefacts/airflow.py`)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feasilint.catalog.imports._dag_schedules import Unclear, schedule_of
from feasilint.catalog.imports._dags import Dag, dags_of
from feasilint.catalog.imports.artefact import ArtefactError
from feasilint.catalog.imports.kinds import read
from feasilint.catalog.imports.schedules import refreshed
from feasilint.catalog.load import from_mapping

HERE = Path(__file__).parent / "artefacts" / "airflow"
DAGS, CLASSIC = HERE / "dags", HERE / "dags2"  # of Airflow 3 and 2
REAL: dict[str, Any] = json.loads((HERE / "dags.json").read_text())
REAL_CLASSIC: dict[str, Any] = json.loads((HERE / "dags2.json").read_text())
EVERY = sorted([*REAL.keys() - {"rates"}, *REAL_CLASSIC])  # "rates" is an asset's function
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


def made_here() -> dict[str, Dag]:
    paths = sorted([*DAGS.glob("*.py"), *CLASSIC.glob("*.py")])
    found = [dag for path in paths for dag in dags_of(str(path), path.read_text(), str(path.parent), ()).dags]
    return {str(dag.made.get("dag_id", "0")): dag for dag in found}


# --- what is not taken over ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1 AS x",
        "DELETE FROM a.b WHERE x = 1",
        "TRUNCATE TABLE a.b",
        "CREATE TABLE a.b (x INT)",
        "CREATE VIEW a.b AS SELECT 1 AS x",
        "CREATE TEMP TABLE b AS SELECT 1 AS x",
    ],
)
def test_statements_that_put_no_rows_into_a_table(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, sql(text)) == {}


@pytest.mark.parametrize(
    "schedule", ["None", '"@once"', '"@continuous"', "[Dataset('s3://lake/x/')]", "Dataset('s3://lake/x/')"]
)
def test_what_no_clock_starts_has_no_period(tmp_path: Path, schedule: str) -> None:
    dag = f"DAG('d', schedule={schedule}, default_args={{'owner': 'team'}})"
    assert one(tmp_path, f"from airflow import Dataset; {sql('INSERT INTO a.b SELECT 1 AS x')}", dag) == {
        "a.b": {"owner": "team"}
    }


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


@pytest.mark.parametrize(
    "text",
    ["INSERT INTO {{ var.value.t }} SELECT 1 AS x", "INSERT INTO {{ var.value.s }}.t SELECT 1 AS x", "sql/missing.sql"],
)
def test_names_that_only_a_run_knows(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, sql(text)) == {}
    assert "the DAG `d` writes what only a run knows the name of" in notes(tmp_path)[0]


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


def test_files_outside_of_the_project_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("INSERT INTO a.b SELECT 1 AS x")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "setup.py").touch()
    put(tmp_path / "project", f"with DAG('d', schedule='@daily'):\n    {sql('../secret.sql')}\n")
    assert entries(tmp_path / "project") == {}


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


@pytest.mark.parametrize(
    ("task", "names"),
    [
        (
            sql(
                "INSERT INTO a.b SELECT 1 AS x; MERGE INTO a.c USING d ON a.c.x = d.x WHEN MATCHED THEN UPDATE SET y = 1"
            ),
            ["a.b", "a.c"],
        ),
        (sql("CREATE TABLE a.b AS SELECT 1 AS x"), ["a.b"]),
        (sql("COPY INTO a.b FROM @stage/x", snowflake_conn_id="snowflake"), ["a.b"]),
        (sql("INSERT INTO {{ params.s }}.b SELECT 1 AS x", params={"s": "a"}), ["a.b"]),
        (sql("INSERT INTO {{ var.value.p }}.a.b SELECT 1 AS x"), ["a.b"]),
        (sql("INSERT INTO a.b_{{ ds_nodash }} SELECT 1 AS x"), ["a.b_*"]),
        ("Load(task_id='t', destination_table='a.b')", ["a.b"]),
        ("Load(task_id='t', destination_table='b')", []),
        ("Load(task_id='t', destination_project_dataset_table='p:a.b$20240101')", ["p.a.b"]),
        ("S3ToRedshiftOperator(task_id='t', schema='a', table='b', s3_bucket='x', s3_key='y')", ["a.b"]),
        ("S3ToRedshiftOperator(task_id='t', schema=Variable.get('s'), table='b')", []),
        (
            "SqlToS3Operator(task_id='t', query='SELECT 1', s3_bucket='lake', s3_key='x/{{ ds }}.csv')",
            ["s3://lake/x/*.csv"],
        ),
        (
            "PostgresToGCSOperator(task_id='t', sql='SELECT 1', bucket='lake', filename='x_{}.json')",
            ["gs://lake/x_*.json"],
        ),
        ("PostgresToGCSOperator(task_id='t', sql='SELECT 1', bucket='{{ var.value.b }}', filename='x')", []),
        (
            "AthenaOperator(task_id='t', query='INSERT INTO b SELECT 1 AS x', database='a', output_location='s3://x')",
            ["a.b"],
        ),
        ("SnowflakeOperator(task_id='t', sql='INSERT INTO b SELECT 1 AS x', database='d', schema='a')", ["d.a.b"]),
        ("SnowflakeOperator(task_id='t', sql='INSERT INTO s.b SELECT 1 AS x', database='d', schema='a')", ["d.s.b"]),
        (
            "SQLExecuteQueryOperator.partial(task_id='t', conn_id='c').expand(sql=['INSERT INTO a.b SELECT 1 AS x'])",
            ["a.b"],
        ),
        ("BashOperator(task_id='t', bash_command='', outlets=Dataset('a.b'))", ["a.b"]),
        ("BashOperator(task_id='t', bash_command='', outlets=[Dataset('mysql://host/a/b')])", ["a.b"]),
        ("BashOperator(task_id='t', bash_command='', outlets=[Dataset('s3://lake/{{ ds }}/x')])", ["s3://lake/*/x"]),
    ],
)
def test_what_a_task_writes(tmp_path: Path, task: str, names: list[str]) -> None:
    imports = """
from airflow import Dataset
from airflow.providers.amazon.aws.operators.athena import AthenaOperator
from airflow.providers.amazon.aws.transfers.s3_to_redshift import S3ToRedshiftOperator
from airflow.providers.amazon.aws.transfers.sql_to_s3 import SqlToS3Operator
from airflow.providers.google.cloud.transfers.postgres_to_gcs import PostgresToGCSOperator
from airflow.providers.snowflake.operators.snowflake import SnowflakeOperator
from shop.operators import Load
"""
    path = put(tmp_path, f"{imports}\nwith DAG('d', schedule='@daily') as dag:\n    {task}\n")
    assert list(entries(path)) == names


def test_dags_of_older_versions() -> None:
    assert entries(CLASSIC) == {
        "raw.orders": {"period": "6h", "offset": "15m", "owner": "loads"},
        "raw.counts": {"period": "6h", "offset": "15m"},  # it joins the DAG too late for the defaults
        "raw.weeks": {"period": "7d", "owner": "other"},
        "s3://lake/halves/": {"period": "12h", "owner": "loads"},
        "raw.unstated": {"owner": "loads"},
    }


def test_functions_that_are_mapped_over_values(tmp_path: Path) -> None:
    body = """
from airflow import Dataset
from airflow.decorators import dag, task

@dag(schedule="@daily")
def d():
    @task(outlets=[Dataset("s3://lake/x/")])
    def f(n, m): ...

    @task(outlets=[Dataset("s3://lake/nobody/")])
    def unused(): ...

    @task(outlets=[Dataset("s3://lake/y/")])
    def g(): ...

    f.partial(m=1).expand(n=[1, 2])
    g.override(task_id="other")()

d()
"""
    often = {"period": "1d", "offset": "0"}
    assert entries(put(tmp_path, body)) == {"s3://lake/x/": often, "s3://lake/y/": often}


BODIES = """
import subprocess
import pandas as pd
from airflow.decorators import task
from airflow.operators.python import PythonOperator
from airflow.providers.postgres.hooks.postgres import PostgresHook

SCHEMA = "a"

def by_hook(table):
    hook = PostgresHook(postgres_conn_id="x")
    hook.run(f"INSERT INTO {SCHEMA}.{table} SELECT 1 AS x")
    hook.run(["DELETE FROM a.gone", "INSERT INTO a.second SELECT 1 AS x"])
    hook.insert_rows(table="a.rows", rows=[])
    subprocess.run("ls -la")

def by_cursor(**context):
    PostgresHook("x").get_conn().cursor().execute("INSERT INTO a.cursor SELECT 1 AS x")

def by_frame():
    df = PostgresHook("x").get_pandas_df("SELECT * FROM a.source")
    df.to_sql("frame", con=PostgresHook("x").get_sqlalchemy_engine(), schema="a")
    df.to_parquet("s3://lake/frame.parquet")
    df.to_csv("/tmp/only_here.csv")

def unused():
    PostgresHook("x").run("INSERT INTO a.unused SELECT 1 AS x")
"""


@pytest.mark.parametrize(
    ("task", "names"),
    [
        ("PythonOperator(task_id='t', python_callable=by_hook, op_args=['first'])", ["a.first", "a.second", "a.rows"]),
        (
            "PythonOperator(task_id='t', python_callable=by_hook, op_kwargs={'table': 'x'})",
            ["a.x", "a.second", "a.rows"],
        ),
        ("PythonOperator(task_id='t', python_callable=by_cursor)", ["a.cursor"]),
        ("task(by_cursor)()", []),  # not as a decorator
        ("PythonOperator(task_id='t', python_callable=by_frame)", ["a.frame", "s3://lake/frame.parquet"]),
        ("PythonOperator(task_id='t', python_callable=other.function)", []),
    ],
)
def test_what_functions_of_tasks_write(tmp_path: Path, task: str, names: list[str]) -> None:
    path = put(tmp_path, f"{BODIES}\nwith DAG('d', schedule='@daily') as dag:\n    {task}\n")
    assert sorted(entries(path)) == sorted(names)


def test_what_decorated_functions_write(tmp_path: Path) -> None:
    body = f"""{BODIES}
with DAG("d", schedule="@daily") as dag:
    @task
    def first():
        by_cursor()

    @task(task_id="other")
    def second(name):
        by_hook(name)

    @task
    def never():
        by_frame()

    first() >> second("named")
"""
    assert sorted(entries(put(tmp_path, body))) == ["a.cursor", "a.named", "a.rows", "a.second"]


def test_functions_that_compute_too_much_cost_only_themselves(tmp_path: Path) -> None:
    heavy = "\n".join(f"        x{n} = [y for y in range(1000) for z in range(1000)]" for n in range(20))
    body = f"""
from airflow.decorators import task
with DAG("d", schedule="@daily"):
    {sql("INSERT INTO a.b SELECT 1 AS x")}
    @task
    def heavy():
{heavy}
        while True:
            for a in range(100000):
                for b in range(100000):
                    heavy_call(a, b, a + b)
    heavy()
"""
    assert list(entries(put(tmp_path, body))) == ["a.b"]


def test_tasks_of_which_the_dag_is_not_known(tmp_path: Path) -> None:
    body = f"""
DAG("one", schedule="@daily")
DAG("two", schedule="@hourly")
{sql("INSERT INTO a.b SELECT 1 AS x")}
"""
    path = put(tmp_path, body)
    assert entries(path) == {}
    assert "`a.b`: which DAG writes it is only known when it is run, and so is how often" in notes(path)


def test_tasks_join_the_dag_of_their_neighbours(tmp_path: Path) -> None:
    body = f"""
one = DAG("one", schedule="@daily")
two = DAG("two", schedule="@hourly")
first = {sql("INSERT INTO a.first SELECT 1 AS x")}
second = {sql("INSERT INTO a.second SELECT 1 AS x")}
third = BashOperator(task_id="third", dag=two)
{sql("INSERT INTO a.alone SELECT 1 AS x")}
[first] >> second >> third
"""
    path = put(tmp_path, body)
    often = {"period": "1h", "offset": "0"}
    assert entries(path) == {"a.first": often, "a.second": often}
    assert [note for note in notes(path) if "a.alone" in note]


def test_dags_that_functions_of_other_modules_make(tmp_path: Path) -> None:
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "__init__.py").touch()
    put(
        tmp_path,
        """
OWNER = "team"

def load(dag, table):
    return SQLExecuteQueryOperator(task_id=f"load_{table}", dag=dag, conn_id="c", sql=f"INSERT INTO raw.{table} SELECT 1 AS x")
""",
        "common/tasks.py",
    )
    body = """
from common.tasks import OWNER, load

for country in ("no", "de"):
    dag = DAG(f"{country}_load", schedule="0 3 * * *", default_args={"owner": OWNER})
    for table in ["orders", "users"]:
        load(dag, f"{country}_{table}")
"""
    often = {"period": "1d", "offset": "3h", "owner": "team"}
    put(tmp_path, body)
    assert entries(tmp_path) == dict.fromkeys(("raw.no_orders", "raw.no_users", "raw.de_orders", "raw.de_users"), often)


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
