"""pandas (as of 3.1, with what older notebooks use): functions and readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import constructing, joining, lazy, reshaping, shapes, sql, times, windows
from feasilint.lower.python.transfers.common import argument_copied, handle, nothing
from feasilint.lower.python.transfers.common import function_of as elementwise
from feasilint.lower.python.transfers.loading import reader, source
from feasilint.lower.python.transfers.writes import write_argument

if TYPE_CHECKING:
    from feasilint.lower.python.call import Transfer

_READERS = ("read_csv", "read_parquet", "read_json", "read_excel", "read_pickle", "read_feather", "read_orc",
            "read_table", "read_fwf", "read_hdf",
            "read_html", "read_stata", "read_sas", "read_spss", "read_xml", "read_file", "read_delta", "read_avro",
            "read_clipboard")  # fmt: skip

FUNCTIONS: dict[str, Transfer] = {
    **{f"pandas.{name}": reader() for name in _READERS},
    "pandas.io.parsers.read_csv": reader(),
    "pandas.read_sql": sql.query(names=("sql",)),
    "pandas.read_sql_query": sql.query(names=("sql",)),
    "pandas.io.sql.read_sql": sql.query(names=("sql",)),
    "pandas.io.sql.read_sql_query": sql.query(names=("sql",)),
    "pandas.read_gbq": sql.query("bigquery", names=("query", "query_or_table")),
    "pandas_gbq.read_gbq": sql.query("bigquery", names=("query_or_table", "query")),
    "pandas.read_sql_table": source("table"),
    "pandas.DataFrame": constructing.frame_of,
    "pandas.DataFrame.from_dict": constructing.from_dict,
    "pandas.DataFrame.from_csv": reader(),
    "pandas.DataFrame.from_records": constructing.frame_of,
    "pandas.Series": constructing.series_of,
    "pandas.json_normalize": constructing.frame_of,
    "pandas.io.json.json_normalize": constructing.frame_of,
    "pandas.concat": joining.concat,
    "pandas.merge": joining.merge_function,
    "pandas.merge_ordered": joining.merge_function,
    "pandas.merge_asof": joining.merge_asof,
    "pandas.get_dummies": reshaping.get_dummies,
    "pandas.pivot_table": reshaping.pivot_function,
    "pandas.crosstab": reshaping.crosstab,
    "pandas.melt": reshaping.melt,
    "pandas.pivot": reshaping.pivot_rows,
    "pandas.wide_to_long": shapes.wide_to_long,
    "pandas.cut": elementwise("cut"),
    "pandas.qcut": windows.tiled,
    "pandas.to_numeric": elementwise("to_numeric"),
    "pandas.factorize": elementwise("factorize"),
    "pandas.isnull": elementwise("is_null"),
    "pandas.isna": elementwise("is_null"),
    "pandas.notnull": elementwise("is_not_null"),
    "pandas.notna": elementwise("is_not_null"),
    "pandas.Categorical": reshaping.categories,
    "pandas.unique": argument_copied,
    "pandas.from_pandas": argument_copied,
    "pandas.array": argument_copied,
    "pandas.broadcast": argument_copied,
    "pandas.sql": sql.query("spark"),
    "pandas.read_spark_io": reader(),
    "pandas.to_pickle": write_argument("file"),
    "pandas.read_iceberg": source("table"),
    **{
        f"pandas.{name}": lazy.nothing
        for name in (
            "date_range", "bdate_range", "period_range", "timedelta_range", "interval_range", "infer_freq", "get_option",
        )
    },
    **{
        f"pandas.{name}": nothing
        for name in ("set_option", "reset_option", "describe_option", "show_versions", "set_eng_float_format", "option_context")
    },
    "pandas.Index": argument_copied,
    "pandas.NamedAgg": handle("named_agg"),
    "pandas.Grouper": handle("grouper"),
    "pandas.TimeGrouper": handle("grouper", timed=True),  # its first argument is the frequency; gone since pandas 1.0
    "pandas.to_datetime": times.to_datetime,
    "pandas.DatetimeIndex": times.to_datetime,
    "pandas.Timestamp": times.timestamp,
    "pandas.datetime": times.timestamp,
    "pandas.Timestamp.now": times.now,
    "pandas.Timestamp.today": times.now,
    "pandas.Timestamp.utcnow": times.now,
    "pandas.datetime.now": times.now,
    "pandas.Timedelta": times.timedelta,
    "pandas.to_timedelta": times.timedelta,
    "pandas.DateOffset": times.timedelta,
    "pandas.offsets.DateOffset": times.timedelta,
    "pandas.tseries.offsets.DateOffset": times.timedelta,
    **{
        f"pandas{path}.{name}": times.offset(unit)
        for path in (".offsets", ".tseries.offsets")
        for name, unit in (("Day", "day"), ("Hour", "hour"), ("Minute", "minute"), ("Second", "second"), ("Week",
        "week"),
                           ("MonthEnd", "month"), ("MonthBegin", "month"), ("BDay", "day"), ("YearEnd",
                           "year"), ("QuarterEnd", "quarter"))
    },
    "dateutil.relativedelta.relativedelta": times.timedelta,
    "dateutil.parser.parse": times.to_datetime,
    "datetime.timedelta": times.timedelta,
    "datetime.datetime": times.timestamp,
    "datetime.date": times.timestamp,
    "datetime.datetime.now": times.now,
    "datetime.datetime.utcnow": times.now,
    "datetime.datetime.today": times.now,
    "datetime.date.today": times.now,
    "datetime.datetime.strptime": times.strptime,
    "datetime.datetime.fromisoformat": times.timestamp,
    "datetime.date.fromisoformat": times.timestamp,
    "datetime.datetime.combine": argument_copied,
    "time.time": times.now,
    "pandas.ExcelWriter": handle("writer"),
    "sklearn.utils.shuffle": argument_copied,
}  # fmt: skip

FRAME_ARGUMENTS: dict[str, frozenset[str]] = {
    "replace": frozenset(("inplace", "regex", "to_replace")),
    "rename": frozenset(("columns",)),
    "drop": frozenset(("columns", "axis")),
    "apply": frozenset(("axis", "result_type")),
    "sample": frozenset(("frac", "random_state")),
    "agg": frozenset(("axis",)),
    "sort": frozenset(("ascending",)),
}
"""Arguments that of all objects with such a method only a dataframe takes."""
FRAMELIKE = frozenset(
    {"groupby", "merge", "drop_duplicates", "sort_values", "set_index", "reset_index", "pivot_table", "get_dummies",
     "value_counts", "fillna", "dropna", "astype", "rolling", "resample", "iterrows", "itertuples", "to_csv",
     "to_parquet", "to_pickle", "to_sql", "nunique", "describe", "select_dtypes", "assign", "to_feather", "to_gbq",
     "melt", "isnull", "isna", "expanding", "ewm", "corr", "shift", "cumsum", "pct_change", "add_prefix",
     "add_suffix", "sort_index", "iloc", "unstack"}
)  # fmt: skip
