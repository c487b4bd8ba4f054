"""Windows that grow from a constant date, and exact aggregates over long ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feasilint_rules.anchored_aggregation import AnchoredAggregation
from feasilint_rules.unmergeable_aggregation import UnmergeableAggregation
from rule_subjects import DAY, NIGHTLY, entry, feature, judge, read, unbounded

from feasilint.api import scan_files
from feasilint.findings import Severity
from feasilint.ir import Interval
from feasilint.measure.model import Extent

if TYPE_CHECKING:
    from feasilint.catalog.model import PredictionPoint
    from feasilint.rule import Feature

ANCHORED, EXACT = AnchoredAggregation(), UnmergeableAggregation()
EVENTS = entry(period=DAY, kind="events", event_time="ts")
SINCE = Extent("anchored", (), "ts", since="2020-01-01")


def window(days: int) -> Extent:
    return Extent("bounded", (Interval(days=days),), "ts")


def over(function: str, extent: Extent, point: PredictionPoint | None = None, **fields: object) -> Feature:
    known = {"point": point} if point is not None else {}
    return feature(read(EVENTS), aggregations=(unbounded(function, extent=extent, **fields),), **known)


@pytest.mark.parametrize("name", ["unbounded", "bounded", "bucketed", "rows", "entity", "global", "unknown"])
def test_only_windows_with_a_constant_start(name: str) -> None:
    assert judge(ANCHORED, over("count", Extent(name))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("function", ["rank", "row_number", "any", "lag"])
def test_no_history_is_summarised(function: str) -> None:
    assert judge(ANCHORED, over(function, SINCE)) == []


def test_all_since_a_date() -> None:
    (found,) = judge(ANCHORED, over("count", SINCE))
    assert (
        found.message == "feature `x` counts all transactions a `user_id` has made since 2020-01-01: it grows every day"
    )
    assert found.severity is Severity.WARNING
    assert found.suggestion is not None
    assert found.suggestion.title == "365-day count of transactions, updated daily"


def test_a_start_that_is_no_date_of_the_code() -> None:
    (found,) = judge(ANCHORED, over("sum", Extent("anchored", (), "ts")))
    assert "since a constant date" in found.message


@pytest.mark.parametrize(
    "function", ["count", "sum", "max", "std", "approx_count_distinct", "custom", "strange", "rank"]
)
def test_what_merges_or_is_not_known(function: str) -> None:
    assert judge(EXACT, over(function, window(365))) == []
    assert judge(EXACT, over(function, SINCE)) == []


@pytest.mark.parametrize("function", ["count_distinct", "median", "percentile", "mode", "list", "histogram"])
def test_exact_over_a_long_window(function: str) -> None:
    assert judge(EXACT, over(function, window(30))) == []
    assert judge(EXACT, over(function, Extent("bounded"))) == [], "nobody knows how long"
    (found,) = judge(EXACT, over(function, window(31)))
    assert found.severity is Severity.ERROR
    assert found.message.endswith("made in 31 days, exactly: every single value must be kept and read again")
    assert found.help is not None


def test_all_history_is_another_finding() -> None:
    assert judge(EXACT, over("median", Extent("unbounded", (), "ts"))) == []


def test_exact_since_a_date() -> None:
    (found,) = judge(EXACT, over("median", SINCE))
    assert "since 2020-01-01" in found.message


def test_distinct_values_of_one_day_each() -> None:
    assert judge(EXACT, over("count_distinct", window(90), keys=("cohort_date", "country"))) == []


@pytest.mark.parametrize("function", ["min", "max", "first", "last"])
def test_the_first_or_last_time_of_something_is_one_value(function: str) -> None:
    assert judge(ANCHORED, over(function, SINCE, arguments=("submission_date",))) == []
    assert (judge(ANCHORED, over(function, SINCE, arguments=("amount",))) == []) is (function == "last")


@pytest.mark.parametrize(("index", "codes"), [("[offset(0)]", ["AGG302"]), ("", ["AGG303"])])
def test_the_first_of_a_list_is_no_list(index: str, codes: list[str]) -> None:
    query = f"select u, array_agg(x order by ts){index} as x from pay.tx where ts >= timestamp '2020-01-01' group by u"
    found = scan_files({"features.sqlx": f'config {{ type: "table" }}\n{query}'}).findings
    assert [f.code for f in found if f.code.startswith("AGG")] == codes


def test_milder_in_batch() -> None:
    assert [f.severity for f in judge(EXACT, over("median", window(90), NIGHTLY))] == [Severity.WARNING]


def test_a_minimum_says_that_no_row_can_be_taken_out_again() -> None:
    assert "taken out" in dict(judge(ANCHORED, over("min", SINCE, text="m", arguments=("amount",)))[0].facts)["state"]
    assert "taken out" not in dict(judge(ANCHORED, over("sum", SINCE))[0].facts)["state"]


def test_groups_of_the_time_that_a_date_bounds_are_finite() -> None:
    code = """
import pandas as pd
from xgboost import XGBClassifier
df = pd.read_csv("s3://lake/flats.csv")
df["month"] = pd.to_datetime(df["month"], format="%Y-%m")
df = df[df.month.dt.year > 2019]
for by in ["town", "street"]:
    mean = df.groupby([by, "month"])["price"].mean().rename(f"mean_{by}").reset_index()
    df = df.merge(mean, on=[by, "month"], how="left")
XGBClassifier().fit(df[["mean_town", "mean_street"]], df["y"])
"""
    assert [f.code for f in scan_files({"train.py": code}).findings if f.code.startswith("AGG")] == []
