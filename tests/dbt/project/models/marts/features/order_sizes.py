# ruff: noqa: F841 - DuckDB finds relations by the names of variables


def model(dbt, session):
    dbt.config(materialized="table", alias="sizes")
    orders = dbt.ref("stg_orders")
    if dbt.is_incremental:
        orders = orders.filter(f"ordered_at > (select max(ordered_at) from {dbt.this})")
    large = dbt.config.get("large")
    sized = orders.project(f"order_id, customer_id, amount, amount >= {large} as is_large, ordered_at")
    customers = dbt.source("app", "customers").project("id as customer_id, country")
    return session.sql("select s.*, c.country from sized s join customers c using (customer_id)")
