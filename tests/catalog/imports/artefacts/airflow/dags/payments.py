"""Statements, loads and files of one DAG."""

from datetime import datetime, timedelta

from airflow import DAG
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.providers.google.cloud.operators.bigquery import BigQueryInsertJobOperator
from airflow.providers.google.cloud.transfers.bigquery_to_gcs import BigQueryToGCSOperator
from airflow.providers.google.cloud.transfers.gcs_to_bigquery import GCSToBigQueryOperator
from airflow.providers.snowflake.operators.snowflake import SnowflakeSqlApiOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.providers.standard.operators.empty import EmptyOperator

PROJECT = "shop-prod"
default_args = {
    "owner": "payments",
    "retries": 1,
    "start_date": datetime(2024, 1, 1),
    "execution_timeout": timedelta(hours=1),
}

with DAG("payments", schedule="30 4 * * *", default_args=default_args, params={"schema": "raw"}, catchup=False) as dag:
    start = EmptyOperator(task_id="start")
    load = GCSToBigQueryOperator(
        task_id="load",
        bucket="landing",
        source_objects=["tx/{{ ds }}/*.csv"],
        destination_project_dataset_table=f"{PROJECT}.raw.transactions${{{{ ds_nodash }}}}",
        write_disposition="WRITE_TRUNCATE",
    )
    clean = BigQueryInsertJobOperator(
        task_id="clean",
        configuration={
            "query": {
                "query": "SELECT * FROM raw.transactions WHERE day = '{{ ds }}'",
                "destinationTable": {"projectId": PROJECT, "datasetId": "clean", "tableId": "transactions"},
                "useLegacySql": False,
            }
        },
    )
    shards = BigQueryInsertJobOperator(
        task_id="shards",
        configuration={
            "query": {
                "query": "INSERT INTO `shop-prod.raw.events_{{ ds_nodash }}` SELECT 1 AS x",
                "useLegacySql": False,
            }
        },
    )
    daily = SQLExecuteQueryOperator(
        task_id="daily",
        conn_id="warehouse_postgres",
        sql="sql/daily_totals.sql",
        params={"target": "daily_totals"},
        owner="finance",
    )
    scores = SnowflakeSqlApiOperator(
        task_id="scores",
        database="ANALYTICS",
        schema="RISK",
        sql=[
            "CREATE TEMPORARY TABLE t AS SELECT 1 AS x",
            "MERGE INTO scores USING t ON scores.x = t.x WHEN NOT MATCHED THEN INSERT (x) VALUES (t.x)",
        ],
        statement_count=2,
    )
    export = BigQueryToGCSOperator(
        task_id="export",
        source_project_dataset_table="clean.transactions",
        destination_cloud_storage_uris=["gs://exports/tx/{{ ds }}/*.parquet"],
    )
    unknown = SQLExecuteQueryOperator(
        task_id="unknown", conn_id="x", sql="INSERT INTO {{ var.value.target }}.t SELECT 1 AS x"
    )
    delete = SQLExecuteQueryOperator(task_id="delete", conn_id="x", sql="DELETE FROM raw.old WHERE day < '{{ ds }}'")
    shell = BashOperator(task_id="shell", bash_command="echo done")
    start >> load >> clean >> [daily, export]
