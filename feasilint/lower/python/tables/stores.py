"""Feature stores: what they give, by the features' names, and what is written to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.functions import canonical
from feasilint.lower.python.transfers import sessions, stores
from feasilint.lower.python.transfers.common import handle, nothing, same
from feasilint.lower.python.transfers.lazy import nothing as unknown
from feasilint.lower.python.transfers.tiles import tile
from feasilint.lower.python.transfers.writes import write_argument

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Table, Transfer
    from feasilint.lower.python.values import Value


def first(call: Call) -> Value | None:
    """What is handed in."""
    return call.arg(0)


METHODS: dict[str, Table] = {
    "hopsworks": {
        "get_feature_store": handle("hopsworks.store"),
        "get_model_registry": unknown,
        "login": same,
    },
    "hopsworks.store": {
        "get_or_create_feature_group": handle("hopsworks.group"),
        "create_feature_group": handle("hopsworks.group"),
        "get_feature_group": handle("hopsworks.group"),
        "get_or_create_feature_view": stores.view,
        "create_feature_view": stores.view,
        "get_feature_view": stores.view,
        "get_external_feature_group": handle("hopsworks.group"),
        "sql": stores.store_query,
    },
    "hopsworks.group": {
        "insert": stores.insert,
        "save": stores.insert,
        "read": stores.read_group,
        "select_all": stores.read_group,
        "select": stores.select_group,
        "select_except": stores.select_except,
        "show": stores.read_group,
        "update_feature_description": nothing,
    },
    "hopsworks.view": {
        "get_batch_data": stores.read_view,
        "training_data": stores.training_pair,
        "get_training_data": stores.training_pair,
        "train_test_split": stores.training_split,
        "get_train_test_split": stores.training_split,
        "train_validation_test_split": stores.training_split,
        "create_train_test_split": unknown,
        "create_training_data": unknown,
        "query": stores.read_view,
    },
    "snowflake.store": {
        "register_feature_view": stores.registered,
        "register_entity": first,
        "get_feature_view": stores.named_view,
        "read_feature_view": stores.read_registered,
        "generate_training_set": stores.spine_joined,
        "generate_dataset": stores.spine_joined,
        "retrieve_feature_values": stores.spine_joined,
    },
    "snowflake.view": {"attach_feature_desc": same, "slice": same},
    "feast": {
        "get_historical_features": stores.historical,
        "get_online_features": stores.historical,
    },
    "udf": {"__call__": sessions.called_udf},
}

PROPERTIES: dict[str, Table] = {"hopsworks.view": {"query": stores.read_view}}

FUNCTIONS: dict[str, Transfer] = {
    "hopsworks.login": handle("hopsworks"),
    "hsfs.connection": handle("hopsworks"),
    "snowflake.ml.feature_store.FeatureStore": handle("snowflake.store"),
    "snowflake.ml.feature_store.FeatureView": handle("snowflake.view"),
    "snowflake.ml.feature_store.feature_view.FeatureView": handle("snowflake.view"),
    "snowflake.ml.feature_store.Entity": handle("snowflake.entity"),
    "snowflake.ml.feature_store.entity.Entity": handle("snowflake.entity"),
    "databricks.feature_engineering.FeatureLookup": handle("feature.lookup"),
    "databricks.feature_store.FeatureLookup": handle("feature.lookup"),
    "feast.FeatureStore": handle("feast"),
    "databricks.feature_store.FeatureStoreClient": handle("databricks.features"),
    "databricks.feature_engineering.FeatureEngineeringClient": handle("databricks.features"),
}
FUNCTIONS |= {
    f"snowflake.ml.feature_store.{module}Feature.{name}": tile(canonical(name.removeprefix("approx_")))
    for module in ("", "feature.")
    for name in (
        "sum", "count", "avg", "min", "max", "std", "var", "approx_count_distinct", "approx_percentile",
        "last_n", "last_distinct_n", "first_n", "first_distinct_n",
    )
}  # fmt: skip
METHODS["databricks.features"] = {
    "create_table": stores.created_table,
    "create_feature_table": stores.created_table,
    "write_table": write_argument("table", 1, 0, feature_group=True),
    "read_table": stores.read_table,
    "create_training_set": stores.training_set,
    "log_model": nothing,
}
METHODS["databricks.training_set"] = {"load_df": stores.loaded_set}
