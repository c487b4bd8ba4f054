"""docs/suggestions.md says in which languages each kind has code; `pytest --update-golden` writes its table again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import suggested
import suggested_sql

from feasilint.suggest.kinds import KINDS

if TYPE_CHECKING:
    from feasilint.findings import Finding

PAGE = Path(__file__).parents[2] / "docs" / "suggestions.md"
TABLE = re.compile(r"(?<=<!-- languages -->\n).*?(?=<!-- end of languages -->)", re.DOTALL)
LANGUAGES = {"sql": "SQL", "pandas": "pandas", "polars": "polars", "spark": "PySpark"}
SHOWN = re.compile(r"### (?P<kind>\w+)\n\n(?:[^`#\n][^\n]*\n\n)?```sql\n(?P<before>.*?)\n```", re.DOTALL)


def grouped(pandas: str, polars: str, spark: str) -> dict[str, str]:
    """A value of each user, in each library."""
    return {
        "pandas": f'n = tx.groupby("user_id").{pandas}.rename("x")\ndf = tx.merge(n, on="user_id")',
        "polars": f'n = tx.group_by("user_id").agg(x={polars})\ndf = tx.join(n, on="user_id")',
        "spark": f'n = tx.groupBy("user_id").agg({spark}.alias("x"))\ndf = tx.join(n, "user_id")',
    }


def by_row(pandas: str, polars: str, spark: str) -> dict[str, str]:
    """A value of each row, in each library."""
    return {
        "pandas": f'df = tx.sort_values("ts")\ndf["x"] = {pandas}',
        "polars": f'events = tx.sort("ts")\ndf = events.with_columns(x={polars})',
        "spark": f'w = Window.partitionBy("user_id").orderBy("ts")\ndf = tx.withColumn("x", {spark})',
    }


OLD = {
    "pandas": 'old = pd.read_sql("select tx_id, user_id, amount, ts from payments.transactions", con)\n',
    "polars": 'old = pl.read_database("select tx_id, user_id, amount, ts from payments.transactions", con)\n',
}
READ = 'tx = pd.read_sql("select tx_id, ts, opened_at, is_fraud from payments.transactions", con)\n'
EXAMPLES = {
    "lifetime_count": grouped("size()", "pl.len()", 'F.count("*")'),
    "lifetime_sum": grouped("amount.sum()", 'pl.col("amount").sum()', 'F.sum("amount")'),
    "exp_decay_sum": grouped("amount.sum()", 'pl.col("amount").sum()', 'F.sum("amount")'),
    "lifetime_avg": grouped("amount.mean()", 'pl.col("amount").mean()', 'F.avg("amount")'),
    "variance": grouped("amount.std()", 'pl.col("amount").std()', 'F.stddev("amount")'),
    "minmax": grouped("amount.max()", 'pl.col("amount").max()', 'F.max("amount")'),
    "distinct": grouped("merchant.nunique()", 'pl.col("merchant").n_unique()', 'F.countDistinct("merchant")'),
    "first_event": grouped("merchant.first()", 'pl.col("merchant").first()', 'F.min_by("merchant", "ts")'),
    "last_event": grouped("merchant.last()", 'pl.col("merchant").last()', 'F.max_by("merchant", "ts")'),
    "days_since_first": {
        "pandas": f'{READ}df = tx\ndf["x"] = (pd.Timestamp.now() - df.opened_at).dt.days',
        "polars": 'import datetime\ndf = tx.with_columns(x=pl.lit(datetime.datetime.now()) - pl.col("ts"))',
        "spark": 'df = tx.withColumn("x", F.datediff(F.current_date(), F.col("opened_at")))',
    },
    "ratio": {
        **grouped("", '(pl.col("merchant") == "a").mean()', 'F.avg(F.when(F.col("merchant") == "a", 1).otherwise(0))'),
        "pandas": 'n = tx.assign(d=tx.merchant.eq("a")).groupby("user_id").d.mean().rename("x")\n'
        'df = tx.merge(n, on="user_id")',
    },
    "percentile": grouped("amount.median()", 'pl.col("amount").median()', 'F.median("amount")'),
    "collect_list": grouped("merchant.apply(list)", 'pl.col("merchant")', 'F.collect_list("merchant")'),
    "cumulative": by_row(
        'df.groupby("user_id").amount.cumsum()', 'pl.col("amount").cum_sum().over("user_id")', 'F.sum("amount").over(w)'
    ),
    "rows_frame": by_row(
        'df.groupby("user_id").is_fraud.transform(lambda s: s.rolling(10).mean())',
        'pl.col("is_fraud").rolling_mean(10).over("user_id")',
        'F.avg("is_fraud").over(w.rowsBetween(-9, 0))',
    ),
    "rank_all": by_row(
        'df["amount"].rank(pct=True)',
        'pl.col("amount").rank() / pl.len()',
        'F.percent_rank().over(Window.orderBy("amount"))',
    ),
    "target_encoding": by_row(
        'df.groupby("user_id").is_fraud.transform("mean")',
        'pl.col("is_fraud").mean().over("user_id")',
        'F.avg("is_fraud").over(Window.partitionBy("user_id"))',
    ),
    "row_number": by_row(
        'df.groupby("user_id").cumcount() + 1',
        'pl.col("ts").cum_count().over("user_id")',
        "F.row_number().over(w)",
    ),
    "self_join": {
        "pandas": f'{OLD["pandas"]}m = tx.merge(old, on="user_id", suffixes=("", "_old"))\nm = m[m.ts_old < m.ts]\n'
        'df = m.groupby("tx_id").agg(x=("amount_old", "sum"), is_fraud=("is_fraud", "max"))',
        "polars": f'{OLD["polars"]}m = tx.join(old, on="user_id").filter(pl.col("ts_right") < pl.col("ts"))\n'
        'df = m.group_by("tx_id").agg(x=pl.col("amount_right").sum(), is_fraud=pl.col("is_fraud").max())',
        "spark": 'm = tx.alias("a").join(tx.alias("b"), (F.col("a.user_id") == F.col("b.user_id"))\n'
        '    & (F.col("b.ts") < F.col("a.ts")))\n'
        'df = m.groupBy("a.tx_id").agg(F.count("b.ts").alias("x"), F.max("a.is_fraud").alias("is_fraud"))',
    },
    "correlated": {
        "pandas": 'df = tx\ndf["x"] = df.apply(lambda r: ((tx.user_id == r.user_id) & (tx.ts < r.ts)).sum(), axis=1)'
    },
    "global_scalar": by_row(
        'df["amount"] - df["amount"].mean()',
        'pl.col("amount") - pl.col("amount").mean()',
        'F.col("amount") - F.avg("amount").over(Window.partitionBy())',
    ),
    "topk_share": grouped(
        "merchant.agg(lambda s: s.mode().iloc[0])", 'pl.col("merchant").mode()', 'F.mode("merchant")'
    ),
    "sessionize": by_row(
        'df.groupby("user_id").ts.diff().gt("30min").groupby(df.user_id).cumsum()',
        '(pl.col("ts").diff() > pl.duration(minutes=30)).cum_sum().over("user_id")',
        'F.sum((F.col("ts").cast("long") - F.lag("ts").over(w).cast("long") > 1800).cast("int")).over(w)',
    ),
}
EXACT = "over the rows of a window, exactly: it has no sketches"
OVERWRITTEN = "no finding: a store overwrites one value"
NONE = {
    ("last_event", "pandas"): OVERWRITTEN,
    ("last_event", "polars"): OVERWRITTEN,
    ("days_since_first", "polars"): "no finding: the clock is not seen in an expression",
    ("correlated", "pandas"): "no finding: a search in a function of each row is not seen",
    ("correlated", "polars"): "no such queries",
    ("correlated", "spark"): "no such queries",
}
"""Where there is no code, and why."""
NOTES = {
    ("distinct", "pandas"): EXACT,
    ("percentile", "pandas"): EXACT,
    ("percentile", "polars"): EXACT,
    ("row_number", "pandas"): "yes, of `cumcount`",
    ("row_number", "polars"): "yes, of `cum_count`",
    ("self_join", "pandas"): "yes, where the times are compared by an operator",
    ("self_join", "polars"): "yes, where the times are compared by an operator",
    ("self_join", "spark"): "yes, where the times are compared by an operator",
}
"""What the code is, where that is not simply the form of its kind."""
RULES = ("AGG301", "AGG303", "AGG304", "AGG305", "AGG306", "AGG307", "SKW404", "SKW405", "SKW409")


def reason(kind: str, language: str) -> str:
    return NONE.get((kind, language), "")


def told(kind: str, language: str) -> list[Finding]:
    more = suggested_sql.HALF_LIFE if kind == "exp_decay_sum" else ""
    if language == "sql":
        queries = {match["kind"]: match["before"] for match in SHOWN.finditer(PAGE.read_text(encoding="utf-8"))}
        return suggested_sql.findings(queries[kind], suggested_sql.CATALOG + more)
    return list(suggested.findings(language, EXAMPLES[kind][language], "x", more=more))


def has_code(kind: str, language: str) -> bool:
    found = [one.suggestion for one in told(kind, language) if one.code in RULES]
    titled = KINDS[kind].title.partition("{")[0] if kind == "exp_decay_sum" else ""
    return any(one is not None and one.code and one.title.startswith(titled) for one in found)


def table() -> str:
    head = f"| kind | {' | '.join(LANGUAGES.values())} |\n| --- |{' --- |' * len(LANGUAGES)}\n"
    cells = ([reason(kind, language) or NOTES.get((kind, language), "yes") for language in LANGUAGES] for kind in KINDS)
    rows = (f"| `{kind}` | {' | '.join(row)} |\n" for kind, row in zip(KINDS, cells, strict=True))
    return head + "".join(rows)


def test_the_page_has_the_table(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--update-golden"):
        PAGE.write_text(TABLE.sub(lambda _: table(), text), encoding="utf-8")
    assert TABLE.sub(lambda _: table(), text) == PAGE.read_text(encoding="utf-8")
    assert TABLE.search(text)


def test_every_kind_has_an_example_in_every_language_or_a_reason() -> None:
    for kind in KINDS:
        for language in ("pandas", "polars", "spark"):
            assert language in EXAMPLES.get(kind, {}) or reason(kind, language), (kind, language)


@pytest.mark.parametrize("language", list(LANGUAGES))
@pytest.mark.parametrize("kind", list(KINDS))
def test_the_table_says_where_there_is_code(kind: str, language: str) -> None:
    if language == "sql" or language in EXAMPLES[kind]:
        assert has_code(kind, language) is not bool(reason(kind, language))
