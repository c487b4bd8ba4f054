"""Connectors: warehouses, databases, object stores, vendors' APIs, data sets that come with libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import connectors, loading, settings, sql, stored
from feasilint.lower.python.transfers.common import argument_copied, handle, nothing, same
from feasilint.lower.python.transfers.loading import collection, dataset, reader, source
from feasilint.lower.python.transfers.writes import write_argument

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_FETCH = ("to_dataframe", "result", "fetchall", "fetchone", "fetchmany", "fetch_pandas_all", "fetch_pandas_batches",
          "df", "fetchdf", "to_df", "all",
          "fetch_df", "pl", "arrow", "to_arrow", "toPandas", "to_pandas", "scalar", "fetchall_arrow", "fetchmany_arrow", "first",
          "DataFrame", "as_pandas", "to_arrow_table",
          "to_geodataframe", "fetchnumpy", "fetch_arrow_table", "collect", "execute")  # fmt: skip

_CONNECTION: dict[str, Transfer] = {
    "cursor": connectors.cursor,
    "execute": connectors.execute,
    "executemany": connectors.execute,
    "executescript": connectors.execute,
    "exec_driver_sql": connectors.execute,
    "connect": same,
    "begin": same,
    "raw_connection": same,
    "sql": connectors.execute,
    "query": connectors.execute,
    "__call__": same,
    "commit": nothing,
    "close": nothing,
    "fetchall": connectors.last_rows,
    "fetchone": connectors.last_rows,
    "fetchmany": connectors.last_rows,
    **dict.fromkeys(("fetch_pandas_all", "fetchall_arrow", "fetchmany_arrow", "fetch_arrow_all"), connectors.last_rows),
    "fetch_pandas_batches": connectors.last_rows,
    "fetchdf": connectors.last_rows,
    "df": connectors.last_rows,
    "register": sql.register_view,
    "table": source("table"),
    "read_csv": reader(),
    "read_parquet": reader(),
    "read_json": reader(),
}

_BIGQUERY: dict[str, Transfer] = {
    "query": sql.job("bigquery"),
    "query_and_wait": sql.job("bigquery"),
    "get_table": connectors.table_handle,
    "list_rows": connectors.table_rows,
    "load_table_from_dataframe": write_argument("table", 0, 1, dialect="bigquery"),
    "load_table_from_uri": connectors.load_table,
    "dataset": handle("reference"),
}

METHODS: dict[str, Table] = {
    "parser": {
        "add_argument": settings.argument,
        "add_argument_group": same,
        "parse_args": settings.arguments,
        "parse_known_args": settings.arguments,
    },
    "query": {
        **dict.fromkeys(_FETCH, sql.fetched),
        **dict.fromkeys(("mappings", "scalars", "tuples", "unique"), same),
        "keys": connectors.column_names,
        "add_done_callback": nothing,
    },
    "datalab.query": {"execute": sql.executed, **dict.fromkeys(_FETCH[:-1], sql.fetched)},
    "bigquery": _BIGQUERY,
    "connection": _CONNECTION,
    "response": {
        **dict.fromkeys(("json", "read", "iter_lines", "value"), stored.payload),
        **dict.fromkeys(("raise_for_status", "error"), nothing),
    },
    "http": dict.fromkeys(("get", "post", "put", "stream", "fetch"), loading.requested())
    | {"request": loading.requested(1), "close": nothing},
    "consumer": {
        "subscribe": stored.subscribed,
        **dict.fromkeys(("poll", "consume", "getmany", "getone"), stored.message),
        **dict.fromkeys(("close", "commit", "seek", "assign", "seek_to_beginning"), nothing),
    },
    "boto3": {
        "get_object": stored.stored_object,
        "download_file": stored.downloaded,
        "download_fileobj": stored.downloaded,
        "Object": stored.stored_object,
        "Bucket": handle("bucket"),
        "client": handle("boto3"),
        "resource": handle("boto3"),
        "upload_file": stored.uploaded,
        **dict.fromkeys(("list_objects_v2", "list_objects"), stored.listed_objects),
    },
    "bucket": {
        **dict.fromkeys(
            ("Object", "blob", "get_blob", "get_blob_client", "get_file_client", "download_blob"), stored.bucket_object
        ),
        **dict.fromkeys(("download_file", "download_fileobj"), stored.downloaded),
    },
    "bucket.objects": dict.fromkeys(("filter", "all", "limit"), stored.bucket_objects),
    "storage": dict.fromkeys(("bucket", "get_bucket"), handle("bucket")),
    "archive": {
        **dict.fromkeys(("open", "read", "extractfile"), stored.member),
        **dict.fromkeys(("namelist", "getnames"), loading.listed),
    },
    "azure": {
        "get_blob_client": stored.container_object,
        **dict.fromkeys(("get_container_client", "get_file_system_client"), handle("bucket")),
        **dict.fromkeys(("from_connection_string", "__call__"), same),
    },
    "download": {"*": same},
    "yfinance": {"history": source("api", None, "yfinance"), "option_chain": source("api", None, "yfinance")},
    "fred": {"get_series": source("api", 0, "fred"), "*": source("api", 0, "fred")},
    "bunch": {"__call__": same, "get": connectors.bunch_member},
    "worksheet": {"*": connectors.sheet},
    "huggingface": {
        **dict.fromkeys(
            (
                "filter",
                "select",
                "shuffle",
                "map",
                "sort",
                "flatten",
                "remove_columns",
                "select_columns",
                "cast",
                "cast_column",
                "class_encode_column",
                "with_format",
                "take",
                "skip",
                "rename_column",
                "rename_columns",
            ),
            same,
        ),
        "set_format": nothing,
        "train_test_split": loading.divided,
        "to_pandas": loading.as_pandas,
    },
    "hdf": {
        **dict.fromkeys(("get", "select", "__getitem__"), loading.stored_frame),
        "close": nothing,
    },
    "any": {
        "execute": connectors.maybe_execute,
        "query": connectors.maybe_execute,
        "sql": connectors.maybe_execute,
        "run_query": connectors.maybe_execute,
        "read_sql": connectors.maybe_execute,
        "run_sql": connectors.maybe_execute,
        "execute_query": connectors.maybe_execute,
        "fetch_pandas_all": same,
        "to_dataframe": same,
    },
}

PROPERTIES: dict[str, Table] = {
    "arguments": {"*": settings.of_arguments},
    "connection": {"description": connectors.description},
    "bucket": {"objects": handle("bucket.objects")},
    "response": {"text": stored.payload, "content": stored.payload},
    "bunch": {
        "data": connectors.bunch_member,
        "target": connectors.bunch_member,
        "frame": connectors.bunch_member,
        "feature_names": connectors.bunch_names,
    },
    "download": {"parent": same, "name": same, "stem": same},
}

_CONNECT = ("sqlite3.connect", "psycopg2.connect", "psycopg.connect", "pymysql.connect", "mysql.connector.connect",
            "pyodbc.connect",
            "snowflake.connector.connect", "duckdb.connect", "redshift_connector.connect", "cx_Oracle.connect",
            "oracledb.connect",
            "databricks.sql.connect", "pyathena.connect", "trino.dbapi.connect", "prestodb.dbapi.connect",
            "pyhive.hive.connect",
            "clickhouse_driver.Client", "clickhouse_connect.get_client", "vertica_python.connect",
            "teradatasql.connect",
            "sqlalchemy.create_engine", "sqlalchemy.engine.create_engine", "cassandra.cluster.Cluster",
            "MySQLdb.connect")  # fmt: skip

FUNCTIONS: dict[str, Transfer] = {
    **dict.fromkeys(_CONNECT, connectors.connection),
    "google.cloud.bigquery.Client": handle("bigquery"),
    "google.cloud.bigquery.client.Client": handle("bigquery"),
    "google.cloud.bigquery.QueryJobConfig": handle("config"),
    "google.cloud.bigquery.ScalarQueryParameter": handle("parameter"),
    "google.cloud.bigquery.LoadJobConfig": handle("config"),
    "google.datalab.bigquery.Query": sql.job("bigquery"),
    "sqlalchemy.text": handle("sql.text"),
    "sqlalchemy.sql.text": handle("sql.text"),
    "sqlalchemy.sql.expression.text": handle("sql.text"),
    **dict.fromkeys(
        ("duckdb.sql", "duckdb.query", "duckdb.execute", "duckdb.from_query"), sql.query("duckdb", library="duckdb")
    ),
    **dict.fromkeys(("duckdb.from_df", "duckdb.from_arrow"), sql.relation),
    "duckdb.read_csv": reader(),
    "duckdb.read_parquet": reader(),
    "duckdb.read_json": reader(),
    "pandasql.sqldf": sql.query("duckdb"),
    **{
        f"awswrangler.s3.{name}": reader()
        for name in ("read_csv", "read_parquet", "read_json", "read_excel", "read_orc")
    },
    "awswrangler.athena.read_sql_query": sql.query("trino"),
    "awswrangler.athena.read_sql_table": source("table"),
    "awswrangler.redshift.read_sql_query": sql.query("redshift"),
    "awswrangler.catalog.get_table": source("table"),
    "awswrangler.s3.to_parquet": write_argument("file"),
    "awswrangler.s3.to_csv": write_argument("file"),
    **{
        f"awswrangler.{place}.to_sql": write_argument("table", 0, 2)
        for place in ("redshift", "postgresql", "mysql", "sqlserver", "oracle")
    },
    "awswrangler.redshift.copy": write_argument("table", 0, 3),
    "awswrangler.athena.to_iceberg": write_argument("table", 0, 2),
    "pandas_gbq.to_gbq": write_argument("table", dialect="bigquery"),
    "snowflake.connector.pandas_tools.write_pandas": write_argument("table", 1, 2, dialect="snowflake"),
    "boto3.client": handle("boto3"),
    "awscli.customizations.s3.utils.split_s3_bucket_key": stored.bucket_and_key,
    "boto3.resource": handle("boto3"),
    "boto3.session.Session": handle("boto3"),
    "boto3.Session": handle("boto3"),
    "google.cloud.storage.Client": handle("storage"),
    **dict.fromkeys(
        ("azure.storage.blob.BlobServiceClient", "azure.storage.filedatalake.DataLakeServiceClient"), handle("azure")
    ),
    **dict.fromkeys(
        (f"azure.storage.blob.{place}BlobServiceClient.from_connection_string" for place in ("", "aio.")),
        handle("azure"),
    ),
    "azure.storage.filedatalake.DataLakeServiceClient.from_connection_string": handle("azure"),
    "azure.storage.blob.BlobClient.from_blob_url": stored.addressed_object,
    "google.cloud.storage.Blob.from_string": stored.addressed_object,
    **{f"{library}.{verb}": loading.requested() for library in ("requests", "httpx") for verb in ("get", "post")},
    **dict.fromkeys(("requests.request", "httpx.request"), loading.requested(1)),
    **dict.fromkeys(
        (
            "requests.Session",
            "requests.session",
            "requests.sessions.Session",
            "httpx.Client",
            "httpx.AsyncClient",
            "aiohttp.ClientSession",
            "urllib3.PoolManager",
        ),
        handle("http"),
    ),
    **dict.fromkeys(("zipfile.ZipFile", "tarfile.open"), handle("archive")),
    "urllib.request.urlopen": loading.requested(),
    "urllib.request.Request": argument_copied,
    **dict.fromkeys(("kafka.KafkaConsumer", "aiokafka.AIOKafkaConsumer"), stored.consumer()),
    **dict.fromkeys(("confluent_kafka.Consumer", "confluent_kafka.DeserializingConsumer"), stored.consumer(None)),
    "urllib.request.urlretrieve": loading.copied_file,
    "urllib.urlretrieve": loading.copied_file,
    **{f"tensorflow.keras.utils.{place}get_file": connectors.keras_file for place in ("", "data_utils.")},
    "yfinance.download": source("api", 0, "yfinance"),
    "yfinance.Ticker": handle("yfinance"),
    "fredapi.Fred": handle("fred"),
    "pandas_datareader.data.DataReader": source("api", 0, "pandas_datareader"),
    "pandas_datareader.DataReader": source("api", 0, "pandas_datareader"),
    **{
        f"{package}.get{kind}": source("api", 0, "quandl")
        for package in ("quandl", "Quandl", "nasdaqdatalink")
        for kind in ("", "_table")
    },
    "datasets.load_dataset": collection("huggingface"),
    "datasets.load_from_disk": reader(),
    "pandas.HDFStore": handle("hdf"),
    "tensorflow_datasets.load": collection("tensorflow_datasets"),
    "gspread.service_account": handle("worksheet"),
    "gspread.authorize": handle("worksheet"),
    **{
        f"recommenders.datasets.movielens.{name}": loading.sized_dataset("movielens")
        for name in ("load_pandas_df", "load_spark_df")
    },
    "seaborn.load_dataset": collection("seaborn", "pandas"),
    "kagglehub.dataset_download": argument_copied,
    "pickle.load": loading.loaded,
    "pickle.loads": loading.loaded,
    "joblib.load": loading.loaded,
    "dill.load": loading.loaded,
    "json.load": settings.settings,
    "json.loads": loading.loaded_text,
    "yaml.load": settings.settings,
    "yaml.safe_load": settings.settings,
    "yaml.full_load": settings.settings,
    "argparse.ArgumentParser": settings.parser,
    "csv.reader": loading.loaded,
    "csv.DictReader": loading.loaded,
    "scipy.io.loadmat": loading.loaded,
    "scipy.io.arff.loadarff": loading.loaded,
    "h5py.File": loading.loaded,
    "pickle.dump": write_argument("file"),
    "joblib.dump": write_argument("file"),
}

_SETS = ("load_iris", "load_diabetes", "load_digits", "load_wine", "load_breast_cancer", "load_boston",
         "load_linnerud", "fetch_california_housing",
         "fetch_openml", "fetch_20newsgroups", "fetch_covtype", "fetch_kddcup99", "fetch_lfw_people",
         "fetch_olivetti_faces", "fetch_rcv1")  # fmt: skip
FUNCTIONS.update({f"sklearn.datasets.{name}": dataset("sklearn") for name in _SETS})
PREFIXES: tuple[tuple[str, Transfer], ...] = ()
