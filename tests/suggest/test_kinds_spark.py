"""Suggested PySpark code, executed and compared with what it should compute."""

from __future__ import annotations

from datetime import datetime, timedelta
from statistics import mean, stdev
from typing import TYPE_CHECKING, Any

import pytest
from suggested import AS_OF, COLUMNS, Row, before, by, findings, recent, rows, run, suggestion, values

if TYPE_CHECKING:
    from collections.abc import Callable

ROWS = rows()
JOINED = 'df = tx.join(users, "user_id")'
_TYPES = "tx_id long, user_id long, merchant string, amount double, ts timestamp, is_fraud long"


@pytest.fixture(scope="module")
def tx(spark: Any) -> Any:
    return spark.createDataFrame([tuple(row[name] for name in COLUMNS) for row in ROWS], _TYPES).cache()


def suggest(code: str, feature: str = "x", rule: str = "AGG301") -> str:
    return suggestion("spark", code, feature, rule)


def result(
    code: str, tx: Any, name: str = "users", key: str = "user_id", value: str = "x_365d", **more: Any
) -> dict[Any, Any]:
    """What the code gives for each key."""
    from pyspark.sql import Window, functions

    found = run(code, F=functions, Window=Window, tx=tx, **more)[name]
    return {row[key]: row[value] for row in found.collect()}


def total(group: list[Row]) -> float | None:
    return sum(values(group)) if values(group) else None


def average(group: list[Row]) -> float | None:
    return mean(values(group)) if values(group) else None


def largest(group: list[Row]) -> float | None:
    return max(values(group), default=None)


# --- what is not rewritten ---


@pytest.mark.parametrize(
    "value",
    [
        'F.sum("amount").over(w) - F.col("amount")',
        'F.lag("amount").over(w)',
        'F.sum("amount").over(Window.partitionBy("user_id").orderBy(F.desc("ts")))',
        'F.sum("amount").over(elsewhere)',
    ],
)
def test_a_running_value_that_counts_on_its_rows_is_left_alone(value: str) -> None:
    code = f'w = Window.partitionBy("user_id").orderBy("ts")\ndf = tx.withColumn("x", {value})'
    assert all(found.suggestion is None or not found.suggestion.code for found in findings("spark", code, "x"))


# --- one value per group ---


@pytest.mark.parametrize(
    ("measure", "of"),
    [
        ('F.count("*")', len),
        ('F.count("amount")', lambda group: len(values(group))),
        ('F.sum("amount")', total),
        ('F.avg("amount")', average),
        ('F.max("amount")', largest),
        ('F.stddev("amount")', lambda group: stdev(values(group)) if len(values(group)) > 1 else None),
        (
            'F.avg(F.when(F.col("merchant") == "a", 1.0).otherwise(0.0))',
            lambda g: mean(r["merchant"] == "a" for r in g),
        ),
        ('F.countDistinct("merchant")', lambda group: len(set(values(group, "merchant")))),
        ('F.median("amount")', lambda group: sorted(values(group))[(len(values(group)) - 1) // 2]),
        ('F.percentile("amount", 0.9)', None),
        ('F.mode("merchant")', None),
        (
            'F.collect_list("merchant")',
            lambda group: values(sorted(group, key=lambda r: r["ts"], reverse=True), "merchant")[:20],
        ),
    ],
)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_recent_rows_of_each_key(measure: str, of: Callable[[list[Row]], Any] | None, tx: Any) -> None:
    code = suggest(f'users = tx.groupBy("user_id").agg({measure}.alias("x"))\n{JOINED}')
    days = 90 if "list" in measure or "mode" in measure else 365
    found = result(code, tx, value=f"x_{days}d")
    assert set(found) == {1, 2, 3}
    if "mode" in measure:
        for user, group in by(recent(ROWS, days), "user_id", list).items():
            names = values(group, "merchant")
            assert names.count(found[user]) == max(map(names.count, names))
    elif of is not None:
        expected = by(recent(ROWS, days), "user_id", of)
        assert found == (pytest.approx(expected) if "list" not in measure else expected)
    else:
        smaller = by(
            recent(ROWS), "user_id", lambda g: sum(v <= found[g[0]["user_id"]] for v in values(g)) / len(values(g))
        )
        assert smaller == pytest.approx({1: 0.9, 2: 0.9, 3: 0.9}, abs=0.1)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_set_of_the_last_values(tx: Any) -> None:
    code = suggest(f'users = tx.groupBy("user_id").agg(F.collect_set("merchant").alias("x"))\n{JOINED}')
    found = {user: set(names) for user, names in result(code, tx, value="x_90d").items()}
    assert found == by(recent(ROWS, 90), "user_id", lambda group: set(values(group, "merchant")))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_a_chain_over_lines_keeps_its_lines_and_comments(tx: Any) -> None:
    code = suggest(
        f"""
        users = (
            tx
            .filter(F.col("amount") > 5)  # no small ones
            .groupBy("user_id")
            .agg(
                F.sum("amount").alias("x"),  # how much
            )
        )
        {JOINED}
        """
    )
    assert code == (
        "# as_of: the time of prediction\n"
        "users = (\n"
        "    tx\n"
        '    .filter(F.col("amount") > 5)  # no small ones\n'
        '    .where((F.col("ts") >= F.lit(as_of) - F.expr("INTERVAL 365 DAYS")) & (F.col("ts") < F.lit(as_of)))\n'
        '    .groupBy("user_id")\n'
        "    .agg(\n"
        '        F.sum("amount").alias("x_365d"),  # how much\n'
        "    )\n"
        ")"
    )
    large = [row for row in recent(ROWS) if (row["amount"] or 0) > 5]
    assert result(code, tx) == pytest.approx(by(large, "user_id", total))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_methods_of_groups_and_a_time_that_the_code_has(tx: Any) -> None:
    early = datetime(2024, 1, 1)
    code = suggest(
        "from datetime import datetime\ncutoff_ts = datetime(2024, 1, 1)\n"
        f'users = tx.groupBy("user_id").count().withColumnRenamed("count", "x")\n{JOINED}'
    )
    assert "as_of" not in code
    assert result(code, tx, cutoff_ts=early) == by(recent(ROWS, now=early), "user_id", len)


# --- one value per row ---

OF_ROWS = [
    ('F.sum("amount")', total),
    ('F.avg("amount")', average),
    ('F.max("amount")', largest),
    ('F.count("amount")', lambda group: len(values(group))),
    ("F.row_number()", lambda group: len(group) + 1),
]


@pytest.mark.parametrize(("measure", "of"), OF_ROWS)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_running_values_end_before_the_row(measure: str, of: Callable[[list[Row]], Any], tx: Any) -> None:
    code = suggest(
        f'w = Window.partitionBy("user_id").orderBy("ts")\ndf = tx.withColumn("x", {measure}.over(w))', rule="AGG304"
    )
    assert result(code, tx, "df", "tx_id") == before(ROWS, of)


@pytest.mark.parametrize(("measure", "of"), OF_ROWS[:4])
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_values_of_whole_partitions_end_before_the_row(measure: str, of: Callable[[list[Row]], Any], tx: Any) -> None:
    code = suggest(f'df = tx.select("*", {measure}.over(Window.partitionBy("user_id")).alias("x"))')
    assert result(code, tx, "df", "tx_id") == before(ROWS, of)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_events_of_a_day_instead_of_the_number_of_a_session(tx: Any) -> None:
    gap = 'F.col("ts").cast("long") - F.lag("ts").over(w).cast("long") > 1800'
    code = suggest(
        'w = Window.partitionBy("user_id").orderBy("ts")\n'
        f'm = tx.withColumn("new", ({gap}).cast("int"))\ndf = m.withColumn("x", F.sum("new").over(w))',
        rule="AGG304",
    )
    assert result(code, tx, "df", "tx_id", "x_1d", m=tx) == before(ROWS, len, days=1)


FRAMES = [
    ('w = Window.partitionBy("user_id").orderBy("ts").rowsBetween(-9, 0)', "w"),
    ('w = Window.partitionBy("user_id").orderBy("ts")', "w.rowsBetween(-9, Window.currentRow)"),
    ("", 'Window.partitionBy("user_id").orderBy("ts").rowsBetween(-9, 0)'),
]


@pytest.mark.parametrize(("spec", "over"), FRAMES)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_frames_of_rows_end_before_the_row(spec: str, over: str, tx: Any) -> None:
    code = suggest(f'{spec}\ndf = tx.withColumn("x", F.avg("is_fraud").over({over}))', rule="SKW404")
    expected = {}
    for row in ROWS:
        earlier = [one for one in ROWS if one["user_id"] == row["user_id"] and one["ts"] < row["ts"]]
        last = [one["is_fraud"] for one in sorted(earlier, key=lambda one: one["ts"])][-10:]
        expected[row["tx_id"]] = mean(last) if last else None
    from pyspark.sql import Window

    w = Window.partitionBy("user_id").orderBy("ts")
    assert result(code, tx, "df", "tx_id", "x", w=w) == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_frames_of_time_end_before_the_row(tx: Any) -> None:
    spec = 'Window.partitionBy("user_id").orderBy(F.col("ts").cast("long")).rangeBetween(-30 * 86400, 0)'
    code = suggest(f'w = {spec}\ndf = tx.withColumn("x", F.avg("is_fraud").over(w))', rule="SKW404")
    expected = before(ROWS, lambda group: mean(row["is_fraud"] for row in group) if group else None, days=30)
    assert result(code, tx, "df", "tx_id", "x") == pytest.approx(expected)


@pytest.mark.parametrize(
    "spec",
    [
        'Window.partitionBy("user_id").orderBy(F.desc("ts")).rowsBetween(-9, 0)',
        'Window.partitionBy("user_id").orderBy("ts").rowsBetween(-9, 2)',
    ],
)
def test_frames_of_later_rows_have_no_code(spec: str) -> None:
    found = findings("spark", f'df = tx.withColumn("x", F.avg("is_fraud").over({spec}))', "x")
    assert not any(finding.suggestion for finding in found if finding.code == "SKW404")


@pytest.mark.parametrize("condition", ['F.col("b.ts") < F.col("a.ts")', 'F.col("a.ts") > F.col("b.ts")'])
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_rows_that_are_held_against_earlier_ones(condition: str, tx: Any) -> None:
    code = suggest(
        f"""
        pairs = tx.alias("a").join(
            tx.alias("b"), (F.col("a.user_id") == F.col("b.user_id")) & ({condition}), "left"  # all before
        )
        df = pairs.groupBy("a.tx_id").agg(F.count("b.ts").alias("x"), F.max("a.is_fraud").alias("is_fraud"))
        """
    )
    assert "# all before" in code
    assert result(code, tx, "df", "tx_id") == before(ROWS, len)


def test_a_time_of_the_other_rows_has_no_code() -> None:
    code = """
        old = spark.table("payments.transactions").select(F.col("user_id").alias("uid"), F.col("ts").alias("old_ts"))
        pairs = tx.join(old, (F.col("user_id") == F.col("uid")) & (F.col("old_ts") < F.col("ts")))
        df = pairs.groupBy("tx_id").agg(F.count("old_ts").alias("x"), F.max("is_fraud").alias("is_fraud"))
    """
    assert suggest(code) == ""


@pytest.mark.parametrize("clock", ["F.current_date()", "F.current_timestamp()"])
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ages_by_the_time_of_the_row(clock: str, tx: Any) -> None:
    code = suggest(f'df = tx.withColumn("x", F.datediff({clock}, F.col("opened_at")))', rule="SKW405")
    assert code == 'df = tx.withColumn("x", F.datediff(F.col("ts"), F.col("opened_at")))'
    from pyspark.sql import functions

    opened = tx.withColumn("opened_at", functions.expr("ts - make_interval(0, 0, 0, cast(tx_id as int))"))
    assert result(code, opened, "df", "tx_id", "x") == {row["tx_id"]: row["tx_id"] for row in ROWS}


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_first_values_are_added_to_those_that_are_stored(tx: Any) -> None:
    code = suggest(f'users = tx.groupBy("user_id").agg(F.min_by("tx_id", "ts").alias("x"))\n{JOINED}')
    stored = tx.sparkSession.createDataFrame([(1, -1), (4, -4)], "user_id long, x long")
    expected = by(recent(ROWS, 7), "user_id", lambda group: min(group, key=lambda row: row["ts"])["tx_id"])
    assert result(code, tx, value="x", stored_users=stored) == {**expected, 1: -1, 4: -4}
    assert set(expected) - {1, 4}


@pytest.mark.parametrize(
    "measure", ['F.count("*")', 'F.sum("amount")', 'F.count("amount")', 'F.sum(F.col("amount") + 1)']
)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_counts_and_sums_with_a_half_life(measure: str, tx: Any) -> None:
    made = f'users = tx.groupBy("user_id").agg({measure}.alias("x"))\n{JOINED}'
    found = next(
        one for one in findings("spark", made, "x", more="windows: {half_life: 30d}\n") if one.code == "AGG301"
    )
    assert found.suggestion is not None
    assert found.suggestion.title.startswith("decayed ")

    def decayed(group: list[Row]) -> float:
        weights = {row["tx_id"]: 0.5 ** ((AS_OF - row["ts"]) / timedelta(days=30)) for row in group}
        counted = group if "*" in measure else [row for row in group if row["amount"] is not None]
        more = 1 if "+ 1" in measure else 0
        return sum(weights[r["tx_id"]] * (r["amount"] + more if "sum" in measure else 1) for r in counted)

    expected = by(recent(ROWS, 360), "user_id", decayed)
    assert result(found.suggestion.code, tx, value="x_360d") == pytest.approx(expected)


# --- what is learned from training rows ---

TRAINING = [row for row in ROWS if row["ts"] < AS_OF]


def test_frames_under_aliases_have_no_plain_names() -> None:
    code = """
        pairs = tx.alias("a").join(tx.alias("b"), F.col("a.user_id") == F.col("b.user_id"))
        df = tx.alias("a").join(tx.alias("b"), F.col("a.user_id") == F.col("b.user_id")).groupBy("a.user_id").agg(
            F.count("*").alias("x"), F.max("a.is_fraud").alias("is_fraud"))
    """
    assert all(found.suggestion is None or not found.suggestion.code for found in findings("spark", code, "x"))


@pytest.mark.parametrize(
    "value",
    [
        'df = tx.crossJoin(tx.agg(F.avg("amount").alias("x")))',
        'df = tx.withColumn("x", F.avg("amount").over(Window.partitionBy()))',
    ],
)
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_statistics_of_the_training_rows(value: str, tx: Any) -> None:
    found = result(suggest(value, rule="AGG306"), tx, "df", "tx_id", "x")
    assert set(found) == {row["tx_id"] for row in ROWS}
    assert list(found.values()) == pytest.approx([average(TRAINING)] * len(ROWS))


@pytest.mark.parametrize(("ranked", "buckets", "first"), [("F.percent_rank()", 20, 0), ("F.ntile(10)", 10, 1)])
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_buckets_of_published_cut_points(ranked: str, buckets: int, first: int, tx: Any) -> None:
    code = suggest(f'w = Window.orderBy("amount")\ndf = tx.withColumn("x", {ranked}.over(w))', rule="AGG307")
    found = result(code, tx, "df", "tx_id", "x")
    ordered = sorted(values(TRAINING))
    for row in ROWS:
        below = sum(value <= row["amount"] for value in ordered) / len(ordered) if row["amount"] is not None else 0
        share = (found[row["tx_id"]] - first) / (buckets if first else 1)
        assert share == pytest.approx(below, abs=1.5 / buckets)


def rate(group: list[Row], prior: float) -> float:
    return (sum(row["is_fraud"] for row in group) + 20 * prior) / (len(group) + 20)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_outcomes_that_were_known(tx: Any) -> None:
    code = suggest(f'users = tx.groupBy("user_id").agg(F.avg("is_fraud").alias("x"))\n{JOINED}', rule="SKW409")
    known = recent(ROWS, 90)
    prior = mean(row["is_fraud"] for row in known)
    expected = by(known, "user_id", lambda group: rate(group, prior))
    assert result(code, tx, value="x_90d") == pytest.approx(expected)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_outcomes_that_were_known_at_each_row(tx: Any) -> None:
    code = suggest('df = tx.withColumn("x", F.avg("is_fraud").over(Window.partitionBy("user_id")))', rule="SKW409")
    prior = mean(row["is_fraud"] for row in ROWS)
    expected = before(ROWS, lambda group: rate(group, prior), days=90)
    assert result(code, tx, "df", "tx_id", "x_90d") == pytest.approx(expected)
