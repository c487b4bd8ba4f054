"""Feature stores: what they give, by the features' names, and what is written to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.functions import canonical
from feasilint.lower.python.transfers import cloudstores, lookups, sessions, stores
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


# of snowflake-ml-python 2.6: the tables that its examples fill, by the example or by its data
_EXAMPLES = {
    "citibike_trip_features": "citibike_trips",
    "citibike_trips": "citibike_trips",
    "fraud_transactions": "fraud_transactions",
    "new_york_taxi_features": "nyc_yellow_trips",
    "nyc_yellow_trips": "nyc_yellow_trips",
    "wine_quality_features": "winedata",
    "winequality_red": "winedata",
}

METHODS: dict[str, Table] = {
    "hopsworks": {
        "get_feature_store": handle("hopsworks.store"),
        "get_model_registry": unknown,
        "login": same,
    },
    "hopsworks.store": {
        "get_or_create_feature_group": stores.group,
        "create_feature_group": stores.group,
        "get_feature_group": stores.group,
        "get_or_create_feature_view": stores.view,
        "create_feature_view": stores.view,
        "get_feature_view": stores.view,
        "get_external_feature_group": stores.group,
        "sql": stores.store_query,
    },
    "hopsworks.group": {
        "insert": stores.insert,
        "save": stores.insert,
        "read": stores.read_group,
        **dict.fromkeys(("select_all", "select_features"), stores.read_group),
        "select": stores.select_group,
        "select_except": stores.select_except,
        "show": stores.read_group,
        "update_feature_description": nothing,
    },
    "hopsworks.view": {
        "get_batch_data": stores.batch_data,
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
        "register_feature_view": lookups.registered,
        "register_entity": first,
        "get_feature_view": lookups.named_view,
        "read_feature_view": lookups.read_registered,
        "generate_training_set": lookups.spine_joined,
        "generate_dataset": lookups.spine_joined,
        "retrieve_feature_values": lookups.spine_joined,
    },
    "snowflake.examples": dict.fromkeys(("load_example", "load_source_data"), lookups.example_tables(_EXAMPLES)),
    "snowflake.view": {"attach_feature_desc": same, "slice": lookups.sliced},
    "feast": {
        "get_historical_features": lookups.historical,
        "get_online_features": lookups.online,
        **dict.fromkeys(
            ("write_to_online_store", "write_to_offline_store", "push"),
            write_argument("table", 1, 0, feature_group=True),
        ),
        "get_feature_service": lookups.asked_for("feast.service"),
        "get_feature_view": lookups.asked_for("feast.view"),
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
    "snowflake.ml.feature_store.examples.example_helper.ExampleHelper": handle("snowflake.examples"),
    "databricks.feature_engineering.FeatureLookup": handle("feature.lookup"),
    "databricks.feature_store.FeatureLookup": handle("feature.lookup"),
    "databricks.feature_engineering.FeatureFunction": handle("feature.function"),
    "databricks.feature_store.FeatureFunction": handle("feature.function"),
    "sagemaker.feature_store.feature_group.FeatureGroup": handle("sagemaker.group"),
    **{
        f"google.cloud.aiplatform{place}.Featurestore{create}": handle("vertex.store")
        for place in ("", ".featurestore")
        for create in ("", ".create")
    },
    **{f"google.cloud.aiplatform{place}.EntityType": cloudstores.entity_type for place in ("", ".featurestore")},
    "tecton.get_workspace": handle("tecton"),
    "tecton.get_feature_service": lookups.asked_for("tecton.view"),
    "tecton.get_feature_view": lookups.asked_for("tecton.view"),
    "feast.FeatureStore": handle("feast"),
    "feast.FeatureService": handle("feast.service"),
    "feast.FeatureView": handle("feast.view"),
    "feast.BatchFeatureView": handle("feast.view"),
    "feast.StreamFeatureView": handle("feast.view"),
    "feast.Field": handle("feast.field"),
    "feast.Feature": handle("feast.field"),
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
    "create_table": lookups.created_table,
    "create_feature_table": lookups.created_table,
    "write_table": write_argument("table", 1, 0, feature_group=True),
    "read_table": lookups.read_table,
    "create_training_set": lookups.training_set,
    "log_model": nothing,
}
METHODS |= {
    "feast.view": {"__getitem__": lookups.projected, "with_name": same},
    "tecton": {
        "get_feature_service": lookups.asked_for("tecton.view"),
        "get_feature_view": lookups.asked_for("tecton.view"),
        "get_feature_table": lookups.asked_for("tecton.view"),
    },
    "tecton.view": {
        "get_historical_features": lookups.for_events,
        "get_features_for_events": lookups.for_events,
        "get_features_in_range": lookups.for_events,
    },
    "sagemaker.group": {
        "ingest": cloudstores.ingested,
        "athena_query": cloudstores.athena,
        "create": nothing,
        "load_feature_definitions": nothing,
        "describe": unknown,
    },
    "athena": {
        "run": cloudstores.athena_run,
        "wait": nothing,
        "as_dataframe": cloudstores.athena_rows,
    },
    "vertex.store": {
        "get_entity_type": cloudstores.entity_type,
        "create_entity_type": cloudstores.entity_type,
        "batch_serve_to_df": cloudstores.served_frame,
        "batch_serve_to_bq": cloudstores.served_table,
        "batch_serve_to_gcs": cloudstores.served_table,
    },
    "vertex.entity": {
        "ingest_from_df": cloudstores.ingested_frame,
        "ingest_from_bq": cloudstores.ingested_source,
        "ingest_from_gcs": cloudstores.ingested_source,
        "read": cloudstores.read_entities,
    },
}
PROPERTIES["athena"] = {"table_name": cloudstores.athena_table}
METHODS["databricks.training_set"] = {"load_df": lookups.loaded_set}
