"""Nobody says what this DAG writes."""

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

with DAG("plain", schedule="@daily"):
    BashOperator(task_id="run", bash_command="./run.sh")
