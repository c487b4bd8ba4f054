from datetime import timedelta

from feast import (
    AthenaSource,
    BigQuerySource,
    Field,
    FileSource,
    KafkaSource,
    KinesisSource,
    PushSource,
    RedshiftSource,
    RequestSource,
    SnowflakeSource,
)
from feast.data_format import AvroFormat, JsonFormat
from feast.infra.offline_stores.contrib.mssql_offline_store.mssqlserver_source import MsSqlServerSource
from feast.infra.offline_stores.contrib.postgres_offline_store.postgres_source import PostgreSQLSource
from feast.infra.offline_stores.contrib.spark_offline_store.spark_source import SparkSource
from feast.infra.offline_stores.contrib.trino_offline_store.trino_source import TrinoSource
from feast.types import Float64, String
from settings import DATA, LAKE, PROJECT

orders = BigQuerySource(
    name="orders",
    table=f"{PROJECT}.sales.orders",
    timestamp_field="ordered_at",
    created_timestamp_column="_loaded_at",
    date_partition_column="ds",
    owner="orders@example.com",
    tags={"team": "sales", "pii": "true", "tier": "gold", "feasilint.rows_per_day": "2M"},
)
prices = SnowflakeSource(
    name="prices", database="SHOP", schema="CORE", table="PRICES", timestamp_field="VALID_FROM", warehouse="WH"
)
returns = RedshiftSource(
    name="returns",
    database="dw",
    schema="sales",
    table="returns",
    timestamp_field="returned_at",
    tags={"deprecated": "true"},
)
visits = AthenaSource(
    name="visits", database="web", table="visits", data_source="AwsDataCatalog", timestamp_field="visited_at"
)
stock = TrinoSource(name="stock", table="lake.ops.stock", timestamp_field="counted_at")
ratings = SparkSource(
    name="ratings", path=LAKE.format(table="ratings"), file_format="parquet", timestamp_field="rated_at"
)
accounts = PostgreSQLSource(
    name="accounts",
    query="SELECT a.id AS user_id, a.plan, a.changed AS changed_at FROM crm.accounts AS a",
    timestamp_field="changed_at",
)
tickets = PostgreSQLSource(
    name="tickets",
    query="SELECT t.user_id, coalesce(t.closed, s.seen) AS ts FROM crm.tickets t JOIN crm.seen s USING (user_id)",
    timestamp_field="ts",
)
ledger = MsSqlServerSource(
    name="ledger",
    table_ref="finance.ledger",
    connection_str="mssql+pyodbc://svc:hunter2@db.example.com/finance",
    event_timestamp_column="booked_at",
)
clicks = KafkaSource(
    name="clicks",
    kafka_bootstrap_servers="broker.example.com:9092",
    topic="web.clicks",
    timestamp_field="clicked_at",
    message_format=JsonFormat(schema_json="user_id integer, clicked_at timestamp"),
    watermark_delay_threshold=timedelta(minutes=5),
    batch_source=FileSource(name="clicks_lake", path=LAKE.format(table="clicks"), timestamp_field="clicked_at"),
    tags={"team": "web"},
)
searches = KinesisSource(
    name="searches",
    region="eu-west-1",
    stream_name="searches",
    record_format=AvroFormat(schema_json="{}"),
    timestamp_field="searched_at",
    batch_source=FileSource(name="searches_lake", path=LAKE.format(table="searches"), timestamp_field="searched_at"),
)
adds = KafkaSource(
    name="adds",
    kafka_bootstrap_servers="broker.example.com:9092",
    topic="web.adds",
    timestamp_field="added_at",
    message_format=JsonFormat(schema_json="user_id integer, added_at timestamp"),
    batch_source=FileSource(name="adds_lake", path=LAKE.format(table="adds"), timestamp_field="added_at"),
)
baskets = FileSource(
    name="baskets",
    path=str(DATA / "baskets.parquet"),
    timestamp_field="event_timestamp",
    created_timestamp_column="created",
)
basket_push = PushSource(name="basket_push", batch_source=baskets)
checkout = RequestSource(
    name="checkout", schema=[Field(name="amount", dtype=Float64), Field(name="currency", dtype=String)]
)
