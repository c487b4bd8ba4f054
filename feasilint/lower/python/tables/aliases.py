"""Names: conventional aliases that count when unbound, other homes of the same library, kinds that share methods."""

from __future__ import annotations

ALIASES: dict[str, str] = {
    "pd": "pandas", "np": "numpy", "pl": "polars", "plt": "matplotlib.pyplot", "sns": "seaborn", "px": "plotly.express",
    "bpd": "pandas", "F": "pyspark.sql.functions", "spark": "pyspark.sql.SparkSession.builder.session",
    "sqlContext": "pyspark.sql.SparkSession.builder.session",
    "sc": "pyspark.SparkContext", "dbutils": "dbutils", "display": "display", "get_ipython": "IPython.get_ipython",
    "tf": "tensorflow",
    "keras": "tensorflow.keras", "xgb": "xgboost", "lgb": "lightgbm", "sm": "statsmodels.api",
    "smf": "statsmodels.formula.api",
    "wr": "awswrangler", "duckdb": "duckdb", "bigquery": "google.cloud.bigquery", "datetime": "datetime",
    "os": "os", "re": "re",
}  # fmt: skip

BUILTINS: dict[str, str] = {
    name: f"builtins.{name}"
    for name in (
        "abs", "all", "any", "bool", "dict", "dir", "enumerate", "eval", "exec", "filter", "float", "format",
        "frozenset",
        "getattr", "globals", "hasattr", "int", "isinstance", "iter", "len", "list", "locals", "map", "max", "min",
        "next", "object",
        "open", "print", "range", "repr", "reversed", "round", "set", "setattr", "sorted", "str", "sum", "super",
        "tuple", "type", "zip",
        "input", "Exception", "ValueError", "property", "staticmethod", "classmethod", "vars", "callable", "bytes",
        "divmod", "id",
    )
}  # fmt: skip

CANONICAL: dict[str, str] = {
    "modin.pandas": "pandas", "pyspark.pandas": "pandas", "databricks.koalas": "pandas", "cudf": "pandas",
    "dask.dataframe": "pandas",
    "fireducks.pandas": "pandas", "bigframes.pandas": "pandas",
    "snowflake.snowpark.modin.pandas": "pandas", "geopandas": "pandas",
    "google.cloud.dataproc_spark_connect.DataprocSparkSession": "pyspark.sql.SparkSession",
    "keras": "tensorflow.keras", "keras_preprocessing": "tensorflow.keras.preprocessing",
    "tensorflow.python.keras": "tensorflow.keras", "tensorflow.compat.v1": "tensorflow",
    "tensorflow.compat.v2": "tensorflow", "tf_keras": "tensorflow.keras", "snowflake.snowpark.functions": "pyspark.sql.functions",
    "snowflake.snowpark.window": "pyspark.sql.window", "snowflake.snowpark.types": "pyspark.sql.types",
    "cuml": "sklearn", "dask_cudf": "pandas", "mmlspark": "synapse.ml", "cupy": "numpy",
    "jax.numpy": "numpy", "autograd.numpy": "numpy", "sklearn.externals.joblib": "joblib", "sklearnex": "sklearn",
}  # fmt: skip

PARENTS: dict[str, tuple[str, ...]] = {
    "array": ("pandas",),
    "nvt.dataset": ("pandas",),
    "vertex.dataset": ("pandas",),
    "h2oframe": ("pandas",),
    "polars.lazy": ("polars",),
    "snowpark": ("spark",),
    "duckdb": ("spark",),
    "transformer": ("estimator",),
    "instance": ("any",),
    "class": ("any",),
}

ENGINES: dict[str, str] = {
    "snowflake": "snowpark",
    **dict.fromkeys(("athena", "bigquery", "databricks", "fabricspark", "glue", "spark"), "spark"),
    "duckdb": "duckdb",
}
"""The library whose frames dbt gives to Python models, by its adapter; in others they are those of pandas."""

ENGINES_BY_WORD: dict[str, str] = {
    r"\bsnowflake\b": "snowpark",
    r"\bpyspark\b|\.toPandas\(|\.pandas_api\(": "spark",
    r"\bduckdb\b|\.(?:df|pl|arrow|fetchdf)\(\)": "duckdb",
    r"(?s)\A(?!.*\bto_pandas\b).*(?:\]\s*=(?!=)|\.(?:merge|reset_index|sort_values|assign|i?loc)\b)": "pandas",
}
"""The same by words in the code of a model, where nothing says which warehouse it is for."""
