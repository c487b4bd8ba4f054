"""Which arguments of Airflow's operators say what a task writes. Operators that are not here are read by `sql` and `outlets`."""

from __future__ import annotations

SQL = ("sql", "query", "bql", "hql")
"""The arguments that hold statements."""

DIALECTS = (  # words in the name of an operator or of its connection
    ("bigquery", "bigquery"), ("gcp", "bigquery"), ("snowflake", "snowflake"), ("redshift", "redshift"), ("postgres", "postgres"),
    ("mysql", "mysql"), ("athena", "athena"), ("trino", "trino"), ("presto", "presto"), ("hive", "hive"),
    ("databricks", "databricks"), ("spark", "spark"), ("clickhouse", "clickhouse"), ("mssql", "tsql"), ("oracle", "oracle"),
    ("sqlite", "sqlite"), ("teradata", "teradata"), ("duckdb", "duckdb"), ("vertica", "postgres"),
)  # fmt: skip
CONNECTIONS = ("conn_id", "postgres_conn_id", "snowflake_conn_id", "gcp_conn_id", "databricks_conn_id", "mysql_conn_id")

QUALIFIERS = {  # which arguments say in which database and schema statements run, by a word of the operator's name
    "snowflake": ("database", "schema"),
    "databricks": ("catalog", "schema"),
    "athena": ("database",),
    "hive": ("schema",),
}

_REDSHIFT = (("schema", "table"),)
_SNOWFLAKE = (("database", "schema", "table"),)
TABLES: dict[
    str, tuple[tuple[str, ...], ...]
] = {  # by operator: the arguments whose values are the parts of a table's name
    "S3ToRedshiftOperator": _REDSHIFT,
    "S3ToRedshiftTransfer": _REDSHIFT,
    "S3ToSqlOperator": _REDSHIFT,
    "S3ToSnowflakeOperator": _SNOWFLAKE,
    "S3ToSnowflakeTransfer": _SNOWFLAKE,
    "CopyFromExternalStageToSnowflakeOperator": _SNOWFLAKE,
    "S3ToHiveOperator": (("hive_table",),),
    "MySqlToHiveOperator": (("hive_table",),),
    "MsSqlToHiveOperator": (("hive_table",),),
    "HiveToMySqlOperator": (("mysql_table",),),
    "PrestoToMySqlOperator": (("mysql_table",),),
    "TrinoToMySqlOperator": (("mysql_table",),),
    "S3ToMySqlOperator": (("mysql_table",),),
    "DatabricksCopyIntoOperator": (("table_name",),),
    "S3ToTeradataOperator": (("teradata_table",),),
    "BigQueryToPostgresOperator": (("target_table_name",),),
    "BigQueryToMySqlOperator": (("target_table_name",),),
    "BigQueryToMsSqlOperator": (("target_table_name",),),
}
ANYWHERE = ("destination_table", "destination_project_dataset_table", "destination_dataset_table", "target_table", "dest_table",
            "output_table")  # fmt: skip
"""Arguments that name a table with its schema, whatever the operator: those of a project have no entry here."""

_TO_GCS = ("gs://{bucket}/{filename}",)
_S3 = ("s3://{s3_bucket}/{s3_key}",)
FILES: dict[
    str, tuple[str, ...]
] = {  # by operator: the files that it writes, with its arguments; one that is a list gives several
    "PostgresToGCSOperator": _TO_GCS,
    "MySQLToGCSOperator": _TO_GCS,
    "MSSQLToGCSOperator": _TO_GCS,
    "OracleToGCSOperator": _TO_GCS,
    "PrestoToGCSOperator": _TO_GCS,
    "TrinoToGCSOperator": _TO_GCS,
    "BigQueryToGCSOperator": ("{destination_cloud_storage_uris}",),
    "LocalFilesystemToGCSOperator": ("gs://{bucket}/{dst}",),
    "GCSToGCSOperator": ("gs://{destination_bucket}/{destination_object}",),
    "S3ToGCSOperator": ("{dest_gcs}",),
    "SqlToS3Operator": _S3,
    "RedshiftToS3Operator": _S3,
    "MongoToS3Operator": _S3,
    "LocalFilesystemToS3Operator": ("s3://{dest_bucket}/{dest_key}",),
    "GCSToS3Operator": ("{dest_s3_key}",),
    "S3CopyObjectOperator": ("s3://{dest_bucket_name}/{dest_bucket_key}",),
    "S3CreateObjectOperator": ("s3://{s3_bucket}/{s3_key}",),
    "SalesforceToS3Operator": ("s3://{s3_bucket_name}/{s3_key}",),
    "HttpToS3Operator": _S3,
    "SFTPToGCSOperator": ("gs://{destination_bucket}/{destination_path}",),
}

JOBS = ("query", "load", "copy")
"""What the `configuration` of a BigQuery job may be for; each names its `destinationTable`."""
TABLE_PARTS = ("projectId", "datasetId", "tableId")
ASSETS = ("Asset", "Dataset", "File", "Table")
"""What stands in `outlets`."""
