"""What a windowed aggregate has to read: all partitions, or too many rows of one key."""

from __future__ import annotations

import pytest
from feasilint_rules.hot_key import HotKey
from rule_subjects import DAY, NIGHTLY, entry, feature, judge, read, windowed

from feasilint.api import scan_files
from feasilint.catalog.model import KeyVolume
from feasilint.findings import Severity
from feasilint.ir import Interval
from feasilint.measure.model import Extent

HOT = HotKey()
BUSY = entry(period=DAY, kind="events", event_time="ts", keys={"user_id": KeyVolume(2e7, 1e6, 5000)})
CATALOG = """
version: 1
sources:
  - {name: pay.tx, availability: production, kind: events, event_time: ts, partition: ds, rows_per_day: 2M, retention: 100d}
"""


@pytest.mark.parametrize(
    "subject",
    [
        feature(read(BUSY), aggregations=(windowed("sum", Interval(days=16)),)),
        feature(read(BUSY), aggregations=(windowed("sum", Interval(days=90), keys=("merchant_id",)),)),
        feature(read(BUSY), aggregations=(windowed("sum", Interval(days=90), keys=("user_id", "merchant_id")),)),
        feature(read(BUSY), aggregations=(windowed("sum", Interval(days=90), extent=Extent("unbounded")),)),
        feature(read(entry(period=DAY, kind="events")), aggregations=(windowed("sum", Interval(days=90)),)),
        feature(read(BUSY), aggregations=(windowed("sum", Interval(days=90)),), point=NIGHTLY),
    ],
)
def test_no_key_is_too_hot(subject: object) -> None:
    assert judge(HOT, subject) == []  # type: ignore[arg-type]


def test_a_hot_key() -> None:
    (found,) = judge(
        HOT,
        feature(read(BUSY), aggregations=(windowed("sum", Interval(days=90)), windowed("count", Interval(days=30)))),
    )
    assert found.severity is Severity.WARNING
    assert found.message == "feature `x` reads up to 450k rows of one `user_id` of `payments.transactions` in 90 days"
    assert dict(found.facts)["rows"] == "5k rows/d x 90 days x 24 B = 10.8MB, and a read gives 2 MB"


def unpruned(files: dict[str, str]) -> list[str]:
    return [finding.message for finding in scan_files(files, CATALOG).findings if finding.code == "AGG310"]


def test_dataframes_and_other_documents_are_not_judged() -> None:
    assert not unpruned({"train.py": """
import pandas as pd
from xgboost import XGBClassifier
tx = pd.read_sql("select u, ts, x, y from pay.tx", con)
recent = tx[tx.ts >= pd.Timestamp.now() - pd.Timedelta(days=30)]
n = recent.groupby("u").x.sum().rename("n").reset_index()
XGBClassifier().fit(tx.merge(n, on="u")[["n"]], tx.y)
"""})  # fmt: skip
    assert not unpruned({
        "stg.sql": "create table stg.tx as select * from pay.tx",
        "features.sql": "create table ml.features as select u, count(*) n from stg.tx where ts > now() - interval '9 days' group by u",
    })  # fmt: skip


def test_all_partitions() -> None:
    query = (
        "create table ml.features as select u, count(*) n from pay.tx where ts > now() - interval '9 days' group by u"
    )
    found = [f for f in scan_files({"features.sql": query}, CATALOG).findings if f.code == "AGG310"]
    assert [f.message for f in found] == [
        "feature `n` reads all partitions of `pay.tx`: `ts` bounds the rows, and the table is partitioned by `ds`"
    ]
    assert dict(found[0].facts)["scan"] == "all 200M rows instead of 18M (9 days x 2M rows/d)"
    assert found[0].help == "bound `ds` beside `ts`, with a day to spare for late rows"
