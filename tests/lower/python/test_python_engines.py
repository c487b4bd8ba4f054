"""polars, PySpark and Snowpark: lazy expressions, groups, windows, joins."""

from __future__ import annotations

import pytest
from python_lowering import columns, frame, measures, origins, run

from feasilint.ir import Filter, Interval, Join, Window

POLARS = "import polars as pl\ndf = pl.scan_parquet('t.parquet')\n"
SPARK = "from pyspark.sql import functions as F, Window\ndf = spark.table('t')\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df.group_by('u').agg(pl.col('x').sum())", ["sum(x) by u"]),
        ("df.group_by('u').agg(n=pl.len())", ["count() by u"]),
        ("df.group_by('u').agg(pl.col('x', 'y').mean())", ["avg(x) by u", "avg(y) by u"]),
        ("df.group_by_dynamic('ts', every='1d', group_by='u').agg(pl.col('x').sum())", ["sum(x) by u, ts"]),
        ("df.select(pl.col('x').max())", ["max(x)"]),
        ("df.with_columns(pl.col('x').sum().over('u'))", ["sum(x) by u over all"]),
        ("df.with_columns(pl.col('x').cum_sum())", ["sum(x) rows None..0"]),
        ("df.with_columns(pl.col('x').rolling_mean(7).over('u'))", ["avg(x) by u rows -6..0"]),
    ],
)
def test_polars(code: str, expected: list[str]):
    assert measures(run(POLARS + f"r = {code}")) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df.groupBy('u').agg(F.sum('x').alias('s'), F.countDistinct('k'))", ["sum(x) by u", "count_distinct(k) by u"]),
        ("df.groupBy('u').agg({'x': 'avg'})", ["avg(x) by u"]),
        ("df.groupBy('u').count()", ["count() by u"]),
        ("df.withColumn('s', F.sum('x').over(Window.partitionBy('u')))", ["sum(x) by u over all"]),
        (
            "df.withColumn('s', F.sum('x').over(Window.partitionBy('u').orderBy('ts')))",
            ["sum(x) by u order ts range None..0"],
        ),
        (
            "df.withColumn('s', F.sum('x').over(Window.partitionBy('u').orderBy('ts').rowsBetween(-6, 0)))",
            ["sum(x) by u order ts rows -6..0"],
        ),
    ],
)
def test_spark(code: str, expected: list[str]):
    assert measures(run(SPARK + f"r = {code}")) == expected


def test_ranges_in_seconds_are_lengths_of_time():
    program = run(
        SPARK
        + "w = Window.partitionBy('u').orderBy('ts').rangeBetween(-7 * 86400, 0)\nr = df.withColumn('s', F.sum('x').over(w))"
    )
    window = next(r for r in program.relations if isinstance(r, Window))
    assert window.frame is not None
    assert window.frame.start == Interval(seconds=-7 * 86400)


def test_expressions_over_measures_are_computed_on_top():
    relation = frame(SPARK + "df = df.groupBy('u').agg((F.sum('x') / F.count('y')).alias('r'))")
    assert columns(relation) == ["u", "r"]
    assert origins(relation, "r") == {"t.x", "t.y"}


def test_join_conditions_name_their_sides():
    code = SPARK + "o = spark.table('o')\nr = df.join(o, df.u == o.v, 'left')"
    join = next(r for r in run(code).relations if isinstance(r, Join))
    assert join.kind == "left"
    assert join.on is not None


def test_conditions_in_sql_text_are_predicates():
    program = run(SPARK + 'r = df.where("ts >= date_sub(current_date(), 30)")')
    assert any(isinstance(r, Filter) and type(r.predicate).__name__ == "Call" for r in program.relations)


def test_names_are_followed_through_rename_drop_and_select():
    relation = frame(SPARK + "df = df.select('a', 'b').withColumnRenamed('a', 'c').drop('b')")
    assert columns(relation) == ["c"]
    assert origins(relation, "c") == {"t.a"}


def test_a_pandas_frame_of_which_a_method_says_that_it_is_polars():
    assert columns(frame("df = load_frame('x.csv')\ndf = df.with_columns(z=1).select('z')")) == ["z"]
