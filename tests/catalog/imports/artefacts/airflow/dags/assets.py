"""Functions as tasks, and what they say that they write."""

from airflow.sdk import Asset, asset, dag, task

users = Asset(
    "postgres://warehouse:5432/shop/public/users", extra={"feasilint": {"kind": "dimension", "blind_spot": "10m"}}
)


@dag(schedule="@daily", default_args={"owner": "crm"}, catchup=False)
def customers():
    @task
    def fetched() -> list[int]:
        return [1]

    @task(outlets=[users, Asset("s3://lake/users/"), Asset("kafka://broker:9092/user-updates")])
    def stored(rows: list[int]) -> None:
        print(rows)

    @task.virtualenv(outlets=[Asset(name="features", uri="bigquery://shop-prod/ml/user_features")], requirements=[])
    def featured() -> None: ...

    stored(fetched()) >> featured()


customers()


@dag(schedule="@hourly")
def never_called():
    @task(outlets=[Asset("s3://lake/nothing/")])
    def f() -> None: ...

    f()


@asset(uri="s3://lake/rates/", schedule="0 8 * * *")
def rates(self) -> None: ...
