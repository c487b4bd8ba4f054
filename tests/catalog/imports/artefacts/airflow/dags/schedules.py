"""One DAG for each way to state a schedule."""

from datetime import datetime, timedelta

import pendulum
from airflow.providers.common.sql.operators.sql import SQLExecuteQueryOperator
from airflow.sdk import DAG, Asset
from airflow.timetables.assets import AssetOrTimeSchedule
from airflow.timetables.interval import CronDataIntervalTimetable
from airflow.timetables.trigger import CronTriggerTimetable, DeltaTriggerTimetable, MultipleCronTriggerTimetable
from dateutil.relativedelta import relativedelta

SCHEDULES = {
    "hourly": "@hourly",
    "daily": "@daily",
    "monthly": "@monthly",
    "weekdays": "0 6 * * 1-5",
    "quarter_hours": "*/15 * * * *",
    "length": timedelta(hours=6),
    "relative": relativedelta(days=2),
    "once": "@once",
    "never": None,
    "by_data": [Asset("s3://lake/orders/")],
    "trigger": CronTriggerTimetable("0 3 * * *", timezone="UTC"),
    "elsewhere": CronTriggerTimetable("0 3 * * *", timezone="Europe/Oslo"),
    "interval": CronDataIntervalTimetable("15 */4 * * *", timezone="UTC"),
    "delta": DeltaTriggerTimetable(timedelta(minutes=90)),
    "several": MultipleCronTriggerTimetable("0 1 * * *", "0 13 * * *", timezone="UTC"),
    "both": AssetOrTimeSchedule(
        timetable=CronTriggerTimetable("0 2 * * *", timezone="UTC"), assets=[Asset("s3://lake/orders/")]
    ),
}


def made(name, schedule):
    with DAG(dag_id=f"every_{name}", schedule=schedule, start_date=datetime(2024, 1, 1), catchup=False) as dag:
        SQLExecuteQueryOperator(task_id="fill", conn_id="postgres", sql=f"INSERT INTO made.{name} SELECT 1 AS x")
    return dag


for name, schedule in SCHEDULES.items():
    globals()[f"every_{name}"] = made(name, schedule)

oslo = DAG(
    "in_oslo",
    schedule="0 5 * * *",
    start_date=pendulum.datetime(2024, 1, 1, tz="Europe/Oslo"),
    default_args={"owner": "airflow"},
)
SQLExecuteQueryOperator(task_id="fill", conn_id="postgres", sql="INSERT INTO made.in_oslo SELECT 1 AS x", dag=oslo)
SQLExecuteQueryOperator(task_id="again", conn_id="postgres", sql="INSERT INTO made.hourly SELECT 1 AS x", dag=oslo)
