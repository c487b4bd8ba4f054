import typing as t

import pandas as pd
from sqlmesh import ExecutionContext, model
from sqlmesh.core.model import ModelKindName

OWNER = "risk"


@model(
    "shop.features",
    kind=dict(name=ModelKindName.INCREMENTAL_BY_TIME_RANGE, time_column="day"),  # noqa: C408
    cron="0 5 * * *",
    owner=OWNER,
    grains=["(customer_id, day)"],
    columns={"customer_id": "bigint", "day": "date", "amount": "decimal(18, 2)"},
)
def execute(context: ExecutionContext, **kwargs: t.Any) -> pd.DataFrame:
    yield from ()


@model("shop.scores", kind="full", cron="@daily", columns={"customer_id": "int"}, grain="customer_id")
def scores(context: ExecutionContext, **kwargs: t.Any) -> pd.DataFrame:
    return pd.DataFrame()


@model("shop.weekly_sql", is_sql=True, kind="FULL", cron="@weekly")
def weekly(evaluator):
    return "SELECT 1 AS x"


@model("shop.bare", columns={"x": "int"}, cron="*/15 * * * *", tags=["pii"])
def bare(context: ExecutionContext, **kwargs: t.Any) -> pd.DataFrame:
    return pd.DataFrame()
