"""DAGs as they were written for Airflow 2."""

from datetime import timedelta

from airflow import DAG, Dataset
from airflow.operators.dummy import DummyOperator
from airflow.operators.python import PythonOperator
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.utils.dates import days_ago

defaults = {"owner": "loads", "start_date": days_ago(2)}

cron = DAG("cron", schedule_interval="15 */6 * * *", default_args=defaults)
start = DummyOperator(task_id="start", dag=cron)
load = SQLExecuteQueryOperator(task_id="load", sql="INSERT INTO raw.orders SELECT 1 AS x", conn_id="postgres", dag=cron)
count = SQLExecuteQueryOperator(task_id="count", sql="INSERT INTO raw.counts SELECT 1 AS x", conn_id="postgres")
start >> load >> count

with DAG("preset", schedule_interval="@weekly", default_args=defaults) as preset:
    SQLExecuteQueryOperator(
        task_id="load", sql="INSERT INTO raw.weeks SELECT 1 AS x", conn_id="postgres", owner="other"
    )

with DAG("length", schedule_interval=timedelta(hours=12), default_args=defaults) as length:
    PythonOperator(task_id="load", python_callable=print, outlets=[Dataset("s3://lake/halves/")])

with DAG("unstated", default_args=defaults) as unstated:
    SQLExecuteQueryOperator(task_id="load", sql="INSERT INTO raw.unstated SELECT 1 AS x", conn_id="postgres")
