"""What on the way of a feature gives another value when it is computed again, or earlier."""

from __future__ import annotations

import pytest

from feasilint.analysis import Analysis
from feasilint.catalog.match import Matcher
from feasilint.catalog.model import Catalog
from feasilint.lower.options import Options
from feasilint.reading import Reading
from feasilint.rule import Feature
from feasilint.subjects import subjects

PANDAS = """
import datetime, random, uuid
import numpy as np
import pandas as pd
from xgboost import XGBClassifier
df = pd.read_csv("tx.csv", usecols=["k", "ts", "x", "y"])
{}
XGBClassifier().fit(df[["f"]], df["y"])
"""
POLARS = """
import polars as pl
df = pl.read_csv("tx.csv", columns=["k", "ts", "x"])
df.with_columns(f={}).select("f").write_parquet("features.parquet")
"""
SPARK = """
from pyspark.sql import functions as F
from pyspark.sql.window import Window
df = spark.read.table("lake.tx")
df.withColumn("f", {}).select("f").write.saveAsTable("lake.features")
"""
SQL = "create table ml.features as select k, {} as f from lake.tx"


def operations(text: str, kind: str) -> list[tuple[str, str]]:
    """Kind and text of what the feature `f` passes."""
    path = "features.sql" if kind == "sql" else "train.py"
    reading = Reading(Options())
    reading.take(path, text.encode())
    found = subjects(Analysis(reading.programs, Matcher(Catalog())), [path])
    (feature,) = (one for one in found if isinstance(one, Feature) and one.name == "f")
    return [(done.kind, done.text) for done in feature.operations]


@pytest.mark.parametrize(
    "step",
    [
        'df["f"] = df.x.shift(1)',
        'df["f"] = df.x.shift(0)',
        'df["f"] = df.x.diff().rolling(3).mean()',
        'df = df.sort_values("ts", ascending=False); df["f"] = df.x.shift(-1)',
        'df = df.sort_values(["k", "ts"], ascending=[True, False]); df["f"] = df.groupby("k").x.shift(-1)',
        'df = df.sort_values("x", ascending=False); df["f"] = df.x.shift(-1)',
        'df["next"] = df.x.shift(-1); df = df[df.next > 0]; df["f"] = df.x',
        'df["f"] = df.groupby("k").x.ffill()',
        'df["day_type"] = df.ts.dt.weekday; df["f"] = df.day_type.shift(-1)',
        'df["f"] = df.isHoliday.shift(-1)',
        'df["f"] = df.x.fillna(0)',
        'df["f"] = df.groupby("k").x.transform("mean")',
    ],
)
def test_earlier_rows_in_pandas(step: str) -> None:
    assert operations(PANDAS.format(step), "python") == []


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ('df["f"] = df.x.shift(-1)', "shift(-1)"),
        ('df["f"] = df.groupby("k").x.shift(-2)', "shift(-2)"),
        ('df["f"] = df.x - df.x.diff(-1)', "shift(-1)"),
        ('df = df.sort_values("ts", ascending=False); df["f"] = df.x.shift(1)', "shift(1)"),
        ('df["f"] = df.x.rolling(7, center=True).mean()', "avg"),
        ('df = df.set_index("ts"); df["f"] = df.x.rolling("7D", center=True).mean()', "avg"),
        ('df["f"] = df.x.bfill()', "bfill"),
        ('df["f"] = df.x.fillna(method="bfill")', "bfill"),
        ('df = df.bfill(); df["f"] = df.x', "bfill"),
        ('df["f"] = df.groupby("k").x.bfill()', "first"),
        ('df["f"] = df.x.interpolate()', "interpolate"),
    ],
)
def test_later_rows_in_pandas(step: str, text: str) -> None:
    assert operations(PANDAS.format(step), "python") == [("later", text)]


@pytest.mark.parametrize(
    "step",
    [
        "lag(x) over (partition by k order by ts)",
        "lead(x) over (partition by k order by ts desc)",
        "lead(x) over (partition by k order by x)",
        "sum(x) over (partition by k order by ts)",
        "sum(x) over (partition by k)",
        "first_value(x) over (partition by k order by ts desc)",
        "row_number() over (partition by k order by ts desc)",
        "avg(x) over (order by ts rows between 3 preceding and 1 preceding)",
        "avg(x) over (order by ts rows between unbounded preceding and unbounded following)",
    ],
)
def test_earlier_rows_in_sql(step: str) -> None:
    assert operations(SQL.format(step), "sql") == []


@pytest.mark.parametrize(
    ("step", "text"),
    [
        ("lead(x) over (partition by k order by ts)", "lead"),
        ("lag(x, -1) over (partition by k order by ts)", "lag"),
        ("lag(x) over (partition by k order by ts desc)", "lag"),
        ("case when lead(x) over (partition by k order by ts) > x then 1 else 0 end", "lead"),
        ("sum(x) over (partition by k order by ts desc)", "sum"),
        ("avg(x) over (order by ts rows between 3 preceding and 3 following)", "avg"),
        ("max(x) over (partition by k order by ts rows between current row and unbounded following)", "max"),
    ],
)
def test_later_rows_in_sql(step: str, text: str) -> None:
    assert operations(SQL.format(step), "sql") == [("later", text)]


@pytest.mark.parametrize(
    ("keys", "found"),
    [("k", []), ("k, g", []), ("k, h", []), ("k, cast(ts as date)", [("later", "lead")]), ("g2", [("later", "lead")])],
)
def test_later_rows_of_the_group_that_is_summed_up(keys: str, found: list[tuple[str, str]]) -> None:
    later = "select *, lead(x) over (partition by k, g order by ts) as nxt from lake.tx"
    text = f"create table ml.features as with t as ({later}) select {keys}, sum(nxt - x) as f from t group by {keys}"
    assert operations(text, "sql") == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (POLARS.format('pl.col("x").shift(1).over("k")'), []),
        (POLARS.format('pl.col("x").shift(-1)'), [("later", "shift(-1)")]),
        (POLARS.format('pl.col("x").shift(-1).over("k")'), [("later", "lead")]),
        (SPARK.format('F.lead("x").over(Window.partitionBy("k").orderBy(F.desc("ts")))'), []),
        (SPARK.format('F.lead("x").over(Window.partitionBy("k").orderBy(F.col("ts").desc()))'), []),
        (SPARK.format('F.lead("x").over(Window.partitionBy("k").orderBy("ts"))'), [("later", "lead")]),
        (SPARK.format('F.sum("x").over(Window.partitionBy("k").orderBy("ts").rowsBetween(0, 3))'), [("later", "sum")]),
    ],
)
def test_the_order_of_other_engines(text: str, found: list[tuple[str, str]]) -> None:
    assert operations(text, "python") == found


@pytest.mark.parametrize(
    "step",
    [
        'df = df.sample(frac=0.5); df["f"] = df.x',
        'df = df[df.ts > pd.Timestamp.now()]; df["f"] = df.x',
        'np.random.seed(1); df["f"] = df.x',
    ],
)
def test_chance_and_clock_that_choose_rows(step: str) -> None:
    assert operations(PANDAS.format(step), "python") == []


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ('df["f"] = df.x + np.random.rand(len(df))', ("random", "numpy.random.rand")),
        ('df["f"] = [random.random() for _ in range(len(df))]', ("random", "random.random")),
        ('df["f"] = df.x.fillna(np.random.randint(3))', ("random", "numpy.random.randint")),
        ('df["f"] = (pd.Timestamp.now() - df.ts).dt.days', ("clock", "now")),
        ('df["f"] = datetime.date.today().year - df.x', ("clock", "now")),
    ],
)
def test_chance_and_clock_in_a_value(step: str, found: tuple[str, str]) -> None:
    assert operations(PANDAS.format(step), "python") == [found]


@pytest.mark.parametrize(
    ("step", "found"),
    [
        ("(select max(b.x) from lake.b b where b.k = tx.k limit 1)", []),
        ("(select b.x from lake.b b where b.k = tx.k order by b.ts desc limit 1)", []),
        ("(select b.x from lake.b b where b.k = tx.k)", []),
        ("(select b.x from lake.b b where b.k = tx.k limit 1)", [("arbitrary", "limit")]),
        ("rand() * x", [("random", "rand")]),
        ("generate_uuid()", [("random", "uuid")]),
        ("uuid_string('78157189-82de-4f4d-9db3-88c601fbc22e', x)", []),
        ("date_diff(current_date, ts, day)", [("clock", "now")]),
    ],
)
def test_chance_and_clock_in_sql(step: str, found: list[tuple[str, str]]) -> None:
    assert operations(SQL.format(step), "sql") == found
