"""Feature stores: what they give by the features' names; keys, event times and labels are no features."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, frame, run, sources, write

from feasilint.ir import Join, Write

GROUPS = """
import hopsworks
fs = hopsworks.login().get_feature_store()
group = fs.get_or_create_feature_group(name='txs', version=1, primary_key=['card'], event_time='at')
group.insert(tx)
view = fs.get_or_create_feature_view(name='v', query=group.select(['fraud', 'amount', 'card', 'at']), labels=['fraud'])
"""


def test_a_view_that_is_only_defined_reads_nothing():
    assert "driver" not in sources(
        run("from feast import FeatureView, Field\nFeatureView(name='driver', schema=[Field(name='a')])")
    )


@pytest.mark.parametrize(
    "read",
    [
        "df, X_test, y, y_test = view.train_test_split(test_size=0.2)",
        "df, y = view.training_data()",
        "df = view.get_batch_data()",
    ],
)
def test_keys_event_times_and_labels_are_no_features_of_a_view(read: str):
    assert columns(frame(PANDAS + GROUPS + read)) == ["amount"]


def test_keys_that_are_asked_for_stay():
    assert columns(frame(PANDAS + GROUPS + "df, y = view.training_data(primary_key=True)")) == ["amount", "card", "at"]


def test_helper_columns_are_no_features():
    code = GROUPS.replace("labels=['fraud']", "labels=['fraud'], training_helper_columns=['amount']")
    assert columns(frame(PANDAS + code + "df, y = view.training_data()")) == []


# --- Feast ---

FEAST = "from feast import FeatureStore, FeatureView, FeatureService, Field\nstore = FeatureStore('.')\nspine = tx[['id', 'event_timestamp', 'y']]\n"


@pytest.mark.parametrize(
    ("features", "names"),
    [
        ("['driver:a', 'driver:b']", ["a", "b"]),
        ("['driver:a'], full_feature_names=True", ["driver__a"]),
        ("FeatureService(name='s', features=[view])", ["a", "b"]),
        ("FeatureService(name='s', features=[view[['b']]])", ["b"]),
        ("store.get_feature_service('s')", ["*"]),
    ],
)
def test_features_at_the_times_of_a_frame(features: str, names: list[str]):
    code = f"view = FeatureView(name='driver', schema=[Field(name='a'), Field(name='b')])\ndf = store.get_historical_features(spine, features={features}).to_df()"
    assert columns(frame(PANDAS + FEAST + code)) == ["id", "event_timestamp", "y", *names]


def test_features_of_now():
    code = "df = store.get_online_features(features=['driver:a'], entity_rows=[{'id': 1}]).to_df()"
    assert columns(frame(PANDAS + FEAST + code))[0] == "a"
    assert sources(run(PANDAS + FEAST + code))[-1] == "driver"


# --- Databricks, Snowflake, Tecton ---

LOOKUPS = """
from databricks.feature_engineering import FeatureEngineeringClient, FeatureFunction, FeatureLookup
fe = FeatureEngineeringClient()
df = spark.table('labels').select('id', 'ts', 'y')
"""


@pytest.mark.parametrize(
    ("lookup", "names"),
    [
        ("FeatureLookup(table_name='f', lookup_key='id', feature_names=['a'])", ["ts", "y", "a"]),
        ("FeatureLookup('f', feature_names=['a'], lookup_key='id', rename_outputs={'a': 'b'})", ["ts", "y", "b"]),
        ("FeatureFunction(udf_name='f', input_bindings={'x': 'y'}, output_name='g')", ["ts", "y", "g"]),
    ],
)
def test_lookups(lookup: str, names: list[str]):
    code = (
        f"df = fe.create_training_set(df=df, feature_lookups=[{lookup}], label='y', exclude_columns=['id']).load_df()"
    )
    assert columns(frame(LOOKUPS + code)) == names


def test_lookups_at_a_time():
    lookup = "FeatureLookup(table_name='f', lookup_key='id', feature_names=['a'], timestamp_lookup_key='ts')"
    program = run(LOOKUPS + f"fe.create_training_set(df=df, feature_lookups=[{lookup}], label='y')")
    assert [r.kind for r in program.relations if isinstance(r, Join)] == ["asof"]


def test_views_of_snowflake_join_by_the_keys_of_their_entities():
    code = """
from snowflake.snowpark import Session
from snowflake.ml.feature_store import Entity, FeatureStore, FeatureView
session = Session.builder.getOrCreate()
fs = FeatureStore(session, 'db', 'fs', 'wh')
view = FeatureView('V', [Entity('C', ['ID'])], session.table('T').select('ID', 'A', 'TS'), timestamp_col='TS')
df = fs.generate_training_set(session.table('L').select('ID', 'TS', 'Y'), [view], exclude_columns=['TS'])
"""
    assert columns(frame(code)) == ["ID", "Y", "A"]


def test_services_of_tecton():
    code = "import tecton\ndf = tecton.get_workspace('prod').get_feature_service('fraud').get_features_for_events(tx[['id']]).to_pandas()"
    assert columns(frame(PANDAS + code)) == ["id", "*"]
    assert sources(run(PANDAS + code)) == ["tx.csv", "fraud"]


# --- SageMaker, Vertex AI ---


def test_groups_of_sagemaker_are_read_by_queries_over_their_table():
    code = """
from sagemaker.feature_store.feature_group import FeatureGroup
group = FeatureGroup(name='customers', sagemaker_session=None)
group.ingest(data_frame=tx[['a', 'b']], max_workers=3, wait=True)
query = group.athena_query()
query.run(query_string=f'SELECT a FROM "{query.table_name}"', output_location='s3://out')
query.wait()
df = query.as_dataframe()
"""
    stored = write(run(PANDAS + code))
    assert stored.feature_group
    assert columns(stored.relation) == ["a", "b"]
    assert columns(frame(PANDAS + code)) == ["a"]
    assert "customers" in sources(run(PANDAS + code))


VERTEX = "from google.cloud import aiplatform\nstore = aiplatform.Featurestore(featurestore_name='f')\n"


def test_instances_with_features_of_vertex():
    code = "df = store.batch_serve_to_df(serving_feature_ids={'users': ['age'], 'movies': ['*']}, read_instances_df=tx[['id']])"
    assert columns(frame(PANDAS + VERTEX + code)) == ["id", "age", "*"]
    assert sources(run(PANDAS + VERTEX + code)) == ["tx.csv", "users", "movies"]


@pytest.mark.parametrize(
    ("call", "target"),
    [
        ("users.ingest_from_df(feature_ids=['age'], feature_time='t', df_source=tx, entity_id_field='id')", "users"),
        ("users.ingest_from_bq(feature_ids=['age'], feature_time='t', bq_source_uri='bq://p.d.t')", "users"),
        ("store.batch_serve_to_bq('bq://p.d.out', {'users': ['age']}, 'bq://p.d.instances')", "p.d.out"),
        (
            "store.batch_serve_to_gcs(gcs_destination_output_uri_prefix='gs://b/x', serving_feature_ids={'users': ['*']})",
            "gs://b/x",
        ),
    ],
)
def test_what_is_stored_by_vertex(call: str, target: str):
    stored = [
        s
        for s in run(PANDAS + VERTEX + f"users = store.get_entity_type('users')\n{call}").sinks
        if isinstance(s, Write)
    ]
    assert [s.target.name for s in stored if s.target is not None] == [target]
    assert stored[0].feature_group


def test_a_model_on_a_view():
    code = (
        GROUPS
        + "X, X_test, y, y_test = view.train_test_split(0.2)\nfrom xgboost import XGBClassifier\nXGBClassifier().fit(X, y)"
    )
    model = fit(run(PANDAS + code))
    assert columns(model.features) == ["amount"]
    assert model.label is not None
    assert columns(model.label) == ["fraud"]
