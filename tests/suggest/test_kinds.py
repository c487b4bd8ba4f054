"""Which kind of aggregation is recognised in which code."""

from __future__ import annotations

import pytest

from feasilint.aggregations import of_program
from feasilint.judging import analyse
from feasilint.lower.options import Options
from feasilint.reading import Reading
from feasilint.suggest.kinds import KINDS, kind_of
from feasilint.suggest.located import located

PANDAS = "import pandas as pd\ntx = pd.read_csv('tx.csv', usecols=['user_id', 'ts', 'amount', 'status', 'merchant'])\n"


def kinds(text: str, path: str = "q.sql") -> list[str | None]:
    reading = Reading(Options())
    reading.take(path, text.encode())
    analysis = analyse(reading.programs, None)
    program = analysis.programs[0]
    found = []
    for aggregation in of_program(program, analysis):
        at = located(program, aggregation)
        assert at is not None
        kind = kind_of(aggregation, at[1])
        found.append(kind.name if kind is not None else None)
    return found


@pytest.mark.parametrize(
    "text",
    [
        "select user_id, lag(amount) over (partition by user_id order by ts) as x from tx",
        "select user_id, any_value(amount) as x from tx group by user_id",
        "select user_id, rank() over (partition by user_id order by amount) as x from tx",
        "select user_id, my_own_aggregate(amount) as x from tx group by user_id",
    ],
)
def test_what_has_no_alternative(text: str) -> None:
    assert set(kinds(text)) <= {None}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("select user_id, count(*) as x from tx group by user_id", "lifetime_count"),
        ("select user_id, count_if(status = 'declined') as x from tx group by user_id", "lifetime_count"),
        ("select user_id, sum(amount) as x from tx group by user_id", "lifetime_sum"),
        ("select user_id, avg(amount) as x from tx group by user_id", "lifetime_avg"),
        ("select user_id, avg(case when status = 'x' then amount else 0 end) as x from tx group by user_id", "lifetime_avg"),
        ("select user_id, avg(case when status = 'x' then 1.0 else 0 end) as x from tx group by user_id", "ratio"),
        ("select user_id, stddev_samp(amount) as x from tx group by user_id", "variance"),
        ("select user_id, max(amount) as x from tx group by user_id", "minmax"),
        ("select user_id, count(distinct merchant) as x from tx group by user_id", "distinct"),
        ("select user_id, min(ts) as x from tx group by user_id", "first_event"),
        ("select user_id, min_by(merchant, ts) as x from tx group by user_id", "first_event"),
        ("select user_id, max(ts) as x from tx group by user_id", "last_event"),
        ("select user_id, max_by(merchant, ts) as x from tx group by user_id", "last_event"),
        ("select user_id, median(amount) as x from tx group by user_id", "percentile"),
        ("select user_id, percentile_cont(0.9) within group (order by amount) as x from tx group by user_id", "percentile"),
        ("select user_id, array_agg(merchant order by ts) as x from tx group by user_id", "collect_list"),
        ("select user_id, mode(merchant) as x from tx group by user_id", "topk_share"),
        ("select user_id, sum(amount) over (partition by user_id order by ts) as x from tx", "cumulative"),
        ("select user_id, row_number() over (partition by user_id order by ts) as x from tx", "row_number"),
        ("select avg(amount) over (partition by user_id order by ts rows between 9 preceding and current row) as x from tx", "rows_frame"),
        ("select user_id, percent_rank() over (order by amount) as x from tx", "rank_all"),
        ("select user_id, amount - avg(amount) over () as x from tx", "global_scalar"),
        ("select user_id, amount / (select avg(amount) from tx) as x from tx", "global_scalar"),
        ("select a.user_id, a.ts, count(b.ts) as x from tx a left join tx b on a.user_id = b.user_id and b.ts < a.ts group by 1, 2", "self_join"),
        ("select s.user_id, (select count(*) from tx where tx.user_id = s.user_id and tx.ts < s.t) as x from spine s", "correlated"),
    ],
)  # fmt: skip
def test_in_sql(text: str, expected: str) -> None:
    assert kinds(text) == [expected]


def test_sessions_are_sums_of_what_was_made_of_the_row_before() -> None:
    text = """
    select user_id, sum(new) over (partition by user_id order by ts) as x from (
      select *, case when ts - lag(ts) over (partition by user_id order by ts) > interval '30 minutes' then 1 else 0 end as new
      from tx)
    """
    assert set(kinds(text)) == {"sessionize", None}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("tx.groupby('user_id').size()", "lifetime_count"),
        ("tx.groupby('user_id').amount.sum()", "lifetime_sum"),
        ("tx.groupby('user_id').amount.std()", "variance"),
        ("tx.assign(d=tx.status.eq('declined')).groupby('user_id').d.mean()", "ratio"),
        ("tx.groupby('user_id').merchant.nunique()", "distinct"),
        ("tx.groupby('user_id').amount.median()", "percentile"),
        ("tx.groupby('user_id').merchant.apply(list)", "collect_list"),
        ("tx.groupby('user_id').amount.cumsum()", "cumulative"),
        ("tx.groupby('user_id').amount.rolling(10).mean()", "rows_frame"),
        ("tx.amount.rank(pct=True)", "rank_all"),
        ("tx.amount - tx.amount.mean()", "global_scalar"),
        ("tx.groupby('user_id').ts.min()", "first_event"),
    ],
)
def test_in_pandas(made: str, expected: str) -> None:
    assert kinds(f"{PANDAS}x = {made}\n", "f.py") == [expected]


def test_every_kind_says_what_it_is_called_and_what_it_costs() -> None:
    assert len(KINDS) == 23
    for kind in KINDS.values():
        assert kind.title.format(length="365-day", words="count", rows="transactions", items=20)
        assert kind.trade
        assert not kind.trade.endswith(".")
