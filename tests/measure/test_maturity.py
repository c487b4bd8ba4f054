"""How old the rows of a column at least are: what is not kept away first, because to call a fresh label an old one hides a leak."""

from __future__ import annotations

import pytest

from feasilint.ir import Write
from feasilint.judging import analyse
from feasilint.lower.options import Options
from feasilint.reading import Reading

DAY = 86_400


def ages(text: str, column: str, path: str = "features.sql") -> dict[str, float]:
    """The least age, in days, of the rows of a source's column by the feature that they flow into."""
    reading = Reading(Options())
    reading.take(path, text.encode())
    analysis = analyse(reading.programs, None)
    found: dict[str, float] = {}
    for _, sink in analysis.sinks(Write):
        for member in analysis.members(sink):
            for leaf in {*member.trace.value, *(leaf for leaf, _ in member.trace.own)}:
                if leaf.column == column and member.column is not None:
                    age = analysis.maturity.of(member.column, leaf) / DAY
                    found[member.name] = min(age, found.get(member.name, age))
    return found


FRESH = [
    "select u, max(fraud) n from tx group by u",
    "select u, max(fraud) n from tx where ts >= now() - interval '60' day group by u",
    "select u, max(fraud) n from tx where ts <= now() group by u",
    "select u, max(fraud) n from tx where ts < date '2024-01-01' group by u",
    "select u, max(fraud) n from tx where ts < now() - interval '60' day or vip group by u",
    "select t.u, max(t.fraud) n from tx t join other o on o.u = t.u and o.ts < now() - interval '60' day group by t.u",
    "select a.u, max(a.fraud) n from (select * from tx where ts < now() - interval '60' day union all select * from tx) a group by a.u",
    "select u, fraud as n from tx where settled_at < created_at - interval '60' day",
    "select u, sum(fraud) filter (where ts < now() - interval '60' day) + max(fraud) n from tx group by u",
    "select u, sum(fraud) over (partition by u order by ts range between interval '67' day preceding and current row)"
    " - sum(amount) over (partition by u order by ts range between interval '60' day preceding and current row) n from tx",
    "select u, sum(fraud) over (partition by u order by ts range between interval '60' day preceding and current row)"
    " - sum(fraud) over (partition by u order by ts range between interval '67' day preceding and current row) n from tx",
    "select u, sum(fraud) over (partition by u order by ts range between interval '67' day preceding and current row)"
    " + sum(fraud) over (partition by u order by ts range between interval '60' day preceding and current row) n from tx",
    "select u, sum(fraud) over (partition by u order by ts range between interval '67' day preceding and current row)"
    " - sum(fraud) over (partition by city order by ts range between interval '60' day preceding and current row) n from tx",
]  # fmt: skip

OLD = [
    "select u, max(fraud) n from tx where ts < now() - interval '60' day group by u",
    "select u, max(fraud) n from tx where ts between now() - interval '180' day and now() - interval '60' day group by u",
    "select u, count(*) filter (where fraud and ts < now() - interval '60' day) n from tx group by u",
    "select u, sum(case when ts < now() - interval '60' day then fraud end) n from tx group by u",
    "select u, count(*) n from tx where fraud and ts < now() - interval '60' day group by u",
    "select u, fraud as n from tx where ts < now() - interval '60' day",
    "with old as (select * from tx where ts < now() - interval '60' day) select u, avg(fraud) n from old group by u",
    "select s.u, max(t.fraud) n from spine s left join tx t on t.u = s.u and t.ts < s.ts - interval '60' day group by s.u",
    "select u, sum(fraud) over (partition by u order by ts range between interval '90' day preceding and interval '60' day preceding) n from tx",
    "select u, sum(fraud) over (partition by u order by ts range between interval '67' day preceding and current row)"
    " - sum(fraud) over (partition by u order by ts range between interval '60' day preceding and current row) n from tx",
]  # fmt: skip


@pytest.mark.parametrize("query", FRESH)
def test_nothing_keeps_the_newest_rows_away(query: str) -> None:
    assert ages(f"create table f as {query}", "fraud")["n"] == 0


@pytest.mark.parametrize("query", OLD)
def test_the_newest_rows_stay_away(query: str) -> None:
    assert ages(f"create table f as {query}", "fraud")["n"] == 60


def test_of_two_ways_the_fresher_counts() -> None:
    part = "select u, max(fraud) n from tx where ts < now() - interval '{}' day group by u"
    first, second = part.format(60), part.format(30)
    text = f"create table f as with a as ({first}), b as ({second}) select a.n as old, b.n as fresh from a join b on a.u = b.u"
    assert ages(text, "fraud") == {"old": 60, "fresh": 30}
    scan = "df = pd.read_csv('tx.csv')\nold = df[df.ts < pd.Timestamp.now() - pd.Timedelta(days=60)]\n"
    mixed = f"import pandas as pd\n{scan}df['n'] = df.u.map(old.groupby('u').fraud.max()) + df.fraud\ndf[['n']].to_csv('features.csv')"
    assert ages(mixed, "fraud", "features.py") == {"n": 0}


RISK = """
import pandas as pd

def risk(t, delay=7, windows=[1, 30]):
    t = t.sort_values("ts")
    t.index = t.ts
    late = t["fraud"].rolling(str(delay) + "d").sum()
    late_count = t["fraud"].rolling(str(delay) + "d").count()
    for days in windows:
        frauds = t["fraud"].rolling(str(delay + days) + "d").sum() - late
        count = t["fraud"].rolling(str(delay + days) + "d").count() - late_count
        t["count_" + str(days)] = list(count)
        t["risk_" + str(days)] = list(frauds / count)
        t["leak_" + str(days)] = list(frauds / late_count)
    return t

df = pd.read_csv("tx.csv")
df = df.groupby("terminal").apply(lambda x: risk(x))
df[["count_1", "count_30", "risk_1", "risk_30", "leak_1", "leak_30"]].to_parquet("features.parquet")
"""


def test_a_risk_score_ends_where_its_delay_begins() -> None:
    found = ages(RISK, "fraud", "features.py")
    assert found == {"count_1": 7, "count_30": 7, "risk_1": 7, "risk_30": 7, "leak_1": 0, "leak_30": 0}
