from datetime import timedelta

import sources as s
from entities import item, user
from feast import BatchFeatureView, FeatureView, Field, FileSource
from feast.types import Array, Float32, Float64, Int64, String, UnixTimestamp
from settings import DATA

BY_USER = {"entities": [user], "ttl": timedelta(days=30), "online": True}


def view(name, source, *fields, **more):
    return FeatureView(
        name=name,
        schema=[Field(name="user_id", dtype=Int64), *[Field(name=f, dtype=t) for f, t in fields]],
        source=source,
        **{**BY_USER, **more},
    )


orders_by_user = view(
    "orders_by_user",
    s.orders,
    ("n_orders", Int64),
    ("amounts", Array(Float64)),
    owner="#sales",
    tags={"team": "sales", "feasilint.flags": "[reviewed, sales]"},
)
returns_by_user = view("returns_by_user", s.returns, ("n_returns", Int64), tags={"deprecated": "yes"})
visits_by_user = view("visits_by_user", s.visits, ("n_visits", Int64), online=False)
accounts_by_user = view("accounts_by_user", s.accounts, ("plan", String), ttl=timedelta(0))
tickets_by_user = view("tickets_by_user", s.tickets, ("n_tickets", Int64))
ledger_by_user = view("ledger_by_user", s.ledger, ("balance", Float64))
baskets_by_user = view(
    "baskets_by_user", s.basket_push, ("n_items", Int64), ("total", Float32), ttl=timedelta(hours=36)
)
prices_of_items = FeatureView(
    name="prices_of_items",
    entities=[item],
    schema=[
        Field(name="item_id", dtype=String),
        Field(name="price", dtype=Float32),
        Field(name="since", dtype=UnixTimestamp),
    ],
    source=s.prices,
)
ratings_of_items = BatchFeatureView(
    name="ratings_of_items",
    mode="python",
    entities=[item],
    schema=[Field(name="item_id", dtype=String), Field(name="stars", dtype=Float32)],
    source=s.ratings,
    ttl=timedelta(weeks=52),
)
stock_total = FeatureView(
    name="stock_total", entities=[], schema=[Field(name="n_stock", dtype=Int64)], source=s.stock, enabled=False
)
basket_sizes = FeatureView(
    name="basket_sizes",
    entities=[user],
    schema=[Field(name="user_id", dtype=Int64), Field(name="n_items", dtype=Int64)],
    source=FileSource(name="baskets_again", path=str(DATA / "baskets.parquet"), timestamp_field="event_timestamp"),
)
