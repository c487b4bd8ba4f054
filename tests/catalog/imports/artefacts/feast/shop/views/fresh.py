from datetime import timedelta

import pandas as pd
from entities import user
from feast import FeatureView, Field
from feast.on_demand_feature_view import on_demand_feature_view
from feast.stream_feature_view import stream_feature_view
from feast.types import Float64, Int64
from sources import adds, checkout, clicks, searches
from views.batch import orders_by_user, visits_by_user

SLOW = {"searches": searches, "adds": adds}


@stream_feature_view(
    entities=[user],
    ttl=timedelta(hours=1),
    mode="pandas",
    schema=[Field(name="user_id", dtype=Int64), Field(name="n_clicks", dtype=Int64)],
    timestamp_field="clicked_at",
    online=True,
    source=clicks,
)
def clicks_by_user(frame):
    return frame


for name, stream in SLOW.items():
    made = FeatureView(
        name=f"{name}_by_user",
        entities=[user],
        ttl=timedelta(hours=1),
        schema=[Field(name="user_id", dtype=Int64), Field(name=f"n_{name}", dtype=Int64)],
        source=stream,
    )
    if name == "searches":
        searches_by_user = made

adds_by_user = made


@on_demand_feature_view(sources=[orders_by_user, checkout], schema=[Field(name="amount_per_order", dtype=Float64)])
def amount_per_order(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"amount_per_order": inputs["amount"] / inputs["n_orders"]})


@on_demand_feature_view(sources=[checkout], schema=[Field(name="is_large", dtype=Int64)])
def large_amount(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"is_large": (inputs["amount"] > 1000).astype(int)})


@on_demand_feature_view(sources=[visits_by_user, checkout], schema=[Field(name="amount_per_visit", dtype=Float64)])
def amount_per_visit(inputs: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({"amount_per_visit": inputs["amount"] / inputs["n_visits"]})
