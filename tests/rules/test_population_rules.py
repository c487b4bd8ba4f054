"""Statistics of, and ranks in, whole tables."""

from __future__ import annotations

import pytest
from feasilint_rules.global_statistic import GlobalStatistic
from feasilint_rules.population_rank import PopulationRank
from rule_subjects import DAY, NIGHTLY, entry, feature, judge, read, unbounded

from feasilint.api import scan_files
from feasilint.findings import Severity
from feasilint.ir import Source
from feasilint.measure.model import Extent

STATISTIC, RANK = GlobalStatistic(), PopulationRank()
EVENTS = entry(period=DAY, kind="events", event_time="ts")
MODEL = """
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier
df = pd.read_csv("s3://lake/tx.csv")
{}
XGBClassifier().fit(df[["x"]], df["y"])
"""


def over(
    function: str, *, window: str = "global", keys: tuple[str, ...] = (), point: object = None, **fields: object
) -> object:
    known = {"point": point} if point is not None else {}
    stated = {"arguments": ("amount",), "extent": Extent(window), **fields}  # type: ignore[arg-type]
    return feature(read(EVENTS), aggregations=(unbounded(function, keys, **stated),), **known)  # type: ignore[arg-type]


def codes(step: str) -> list[str]:
    found = [finding.code for finding in scan_files({"train.py": MODEL.format(step)}).findings]
    return [code for code in found if code.startswith("AGG")]


@pytest.mark.parametrize(
    "subject",
    [
        over("avg", keys=("user_id",), window="unbounded"),
        over("avg", window="bounded"),
        over("avg", fills=True),
        over("avg", part="train"),
        over("avg", elsewhere=True),
        over("sum", running=True),
        over("max", arguments=("created_at",)),
        over("count"),
        over("rank"),
        over("avg", sources=(Source("x", "inline"),)),
    ],
)
def test_no_statistic_of_the_whole_table(subject: object) -> None:
    assert judge(STATISTIC, subject) == []  # type: ignore[arg-type]


def test_a_statistic_of_the_whole_table() -> None:
    for point, severity in ((None, Severity.WARNING), (NIGHTLY, Severity.WARNING)):
        (found,) = judge(STATISTIC, over("std", point=point))  # type: ignore[arg-type]
        assert found.message == "feature `x` uses the standard deviation of `amount` over all transactions"
        assert found.severity is severity


@pytest.mark.parametrize(
    "step",
    [
        "df['x'] = df.a.fillna(df.a.mean())",
        "df['x'] = np.where(df.a.isnull(), df.a.mean(), df.a)",
        "df['x'] = df.a\ndf.loc[df.x.isnull(), 'x'] = df.a.median()",
        "df['x'] = df.a\ndf.loc[df.x < 0, 'x'] = df.a.mean()",
        "df['x'] = df.a.replace(-999, df.a.mean())",
        "df['x'] = df.a\ndf.loc[df.x < 0, 'x'] = df.a.max() + 1",
        "df['x'] = df.a\ndf.set_value(7, 'x', int(df.a.median() - df.a.std()))",
        "df['x'] = df.a\ndf.loc[abs(df.x - df.x.median()) > 3 * df.x.std(), 'x'] = np.nan\ndf = df.dropna()",
        "df['x'] = (df.ts.max() - df.ts).dt.days",
        "df['x'] = unknown_widget(df.a.min(), df.a.max())",
        "df['x'] = df.a\ndf, test = train_test_split(df)\ndf['x'] = df.x - df.x.mean()",
        "df['x'] = df.a\ndf = df[df.a < df.a.quantile(0.99)]",
        "from sklearn.linear_model import LinearRegression\nm = LinearRegression().fit(df[['a']], df.y)\n"
        "df['a'] = df.a / df.a.mean()\ndf['x'] = m.predict(df[['a']])",
        "codes, edges = pd.qcut(df.a, 4, retbins=True)\ndf['x'] = pd.cut(df.a, edges)",
        "df['x'] = df.groupby('day').a.rank()",
        "df['x'] = df.ts.rank(method='dense')",
        "df['x'] = pd.cut(df.a, [0, 1, 10])",
        "df['x'] = df[['a', 'b']].mean(axis=1)",
        "valid = pd.read_csv('s3://lake/valid.csv')\nmn, st = df.a.mean(), df.a.std()\ndf['x'] = (df.a - mn) / st\n"
        "valid['x'] = (valid.a - mn) / st",
        "valid = pd.read_csv('s3://lake/valid.csv')\ndf['x'] = df.a / df.a.mean()\nvalid['x'] = valid.a / df.a.mean()",
        "seen = df[df.day < 90]\ndf['x'] = df.a / seen.a.mean()",
        "by = df.groupby('k').y.agg(['sum', 'count'])\nby['x'] = (by['sum'] + 9 * df.y.mean()) / (by['count'] + 9)\n"
        "df = df.merge(by, left_on='k', right_index=True)",
    ],
)
def test_what_needs_no_whole_table(step: str) -> None:
    assert codes(step) == []


@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("df['x'] = (df.a - df.a.mean()) / df.a.std()", "AGG306"),
        ("df['x'] = np.where(df.a > df.a.quantile(0.9), 1, 0)", "AGG306"),
        ("df['x'] = df.a.fillna(0) / df.a.sum()", "AGG306"),
        ("df['x'] = df.a.rank(pct=True)", "AGG307"),
        ("df['x'] = pd.qcut(df.a, 4, labels=False)", "AGG307"),
    ],
)
def test_what_needs_the_whole_table(step: str, code: str) -> None:
    assert codes(step) == [code]


def test_what_only_fills_gaps_is_no_rank() -> None:
    step = (
        "df['b'] = df.a.rank()\nfrom sklearn.linear_model import LinearRegression\nm = LinearRegression().fit(df[['b']], df.c)\n"
        "df.loc[df.c.isnull(), 'c'] = m.predict(df[['b']])\ndf['x'] = pd.cut(df.c, [0, 10, 20])"
    )
    (found,) = scan_files({"train.py": MODEL.format(step)}).findings
    assert found.message.startswith("feature `b` is the rank")


def test_a_table_of_totals_sets_nothing_off() -> None:
    query = "create table ml.features as select avg(amount) as x from pay.tx"
    assert [found.code for found in scan_files({"features.sql": query}).findings] == []


@pytest.mark.parametrize(
    "query",
    [
        "select tx_id, amount - (select avg(amount) from pay.tx) as x from pay.tx",
        "select tx_id, amount / m as x from pay.tx cross join (select avg(amount) as m from pay.tx)",
    ],
)
def test_set_off_against_the_own_table_in_sql(query: str) -> None:
    found = scan_files({"features.sql": f"create table ml.features as {query}"}).findings
    assert [finding.code for finding in found] == ["AGG306"]


def test_the_rows_of_a_join_are_not_those_of_one_table() -> None:
    step = "df = df.merge(pd.read_csv('s3://lake/users.csv'), on='u')\ndf['x'] = df.a / df.a.mean()"
    (message,) = [f.message for f in scan_files({"train.py": MODEL.format(step)}).findings if f.code == "AGG306"]
    assert message.endswith("and 1 more source")


@pytest.mark.parametrize(
    "subject",
    [
        over("rank", keys=("user_id",), window="unbounded"),
        over("rank", window="bucketed"),
        over("dense_rank", arguments=("ts",)),
        over("rank", arguments=(), order=("order_date",), window="unbounded"),
        over("row_number"),
        over("avg"),
    ],
)
def test_no_rank_among_all(subject: object) -> None:
    assert judge(RANK, subject) == []  # type: ignore[arg-type]


def test_a_rank_among_all() -> None:
    (found,) = judge(RANK, over("percent_rank", arguments=(), order=("spend",), window="unbounded"))  # type: ignore[arg-type]
    assert (
        found.message == "feature `x` is the percent rank among all transactions: it needs the values of everybody else"
    )
    assert found.severity is Severity.ERROR
    assert judge(RANK, over("ntile", point=NIGHTLY))[0].severity is Severity.WARNING  # type: ignore[arg-type]
