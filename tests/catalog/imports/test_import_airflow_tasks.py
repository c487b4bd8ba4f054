"""What tasks of DAGs write, by their arguments and by their functions, and whose tasks they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from dag_files import entries, notes, one, put, sql

if TYPE_CHECKING:
    from pathlib import Path

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
    "text",
    ["INSERT INTO {{ var.value.t }} SELECT 1 AS x", "INSERT INTO {{ var.value.s }}.t SELECT 1 AS x", "sql/missing.sql"],
)
def test_names_that_only_a_run_knows(tmp_path: Path, text: str) -> None:
    assert one(tmp_path, sql(text)) == {}
    assert "the DAG `d` writes what only a run knows the name of" in notes(tmp_path)[0]


def test_files_outside_of_the_project_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.sql").write_text("INSERT INTO a.b SELECT 1 AS x")
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "setup.py").touch()
    put(tmp_path / "project", f"with DAG('d', schedule='@daily'):\n    {sql('../secret.sql')}\n")
    assert entries(tmp_path / "project") == {}


# --- what is taken over ----------------------------------------------------------------------------------------------


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
