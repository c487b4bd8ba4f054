"""Suggested polars code, executed and compared with what it should compute."""

from __future__ import annotations

from datetime import datetime
from statistics import mean, median, stdev
from typing import TYPE_CHECKING, Any

import pytest
from suggested import AS_OF, Row, before, by, recent, rows, run, suggestion, values

if TYPE_CHECKING:
    from collections.abc import Callable

pl = pytest.importorskip("polars")

ROWS = rows()
JOINED = 'df = tx.join(users, on="user_id")'


def frame() -> Any:
    return pl.DataFrame(ROWS)


def suggest(code: str, feature: str = "x", rule: str = "AGG301") -> str:
    return suggestion("polars", code, feature, rule)


def total(group: list[Row]) -> float:
    return sum(values(group))


def average(group: list[Row]) -> float | None:
    return mean(values(group)) if values(group) else None


def largest(group: list[Row]) -> float | None:
    return max(values(group), default=None)


def spread(group: list[Row]) -> float | None:
    return stdev(values(group)) if len(values(group)) > 1 else None


# --- what is not rewritten ---


@pytest.mark.parametrize(
    "value",
    [
        'pl.col("amount").cum_sum().over("user_id") - pl.col("amount")',
        'pl.col("amount").cum_sum(reverse=True).over("user_id")',
        'pl.col("amount").shift(2).cum_sum().over("user_id")',
    ],
)
def test_a_running_value_that_counts_on_its_rows_is_left_alone(value: str) -> None:
    assert suggest(f"df = tx.with_columns(x={value})", rule="AGG304") == ""


def test_nor_is_a_statement_of_a_loop() -> None:
    code = f"""
        for users in [tx.group_by("user_id").agg(x=pl.len())]:
            {JOINED}
    """
    assert suggest(code) == ""


# --- one value per group ---


@pytest.mark.parametrize(
    ("measure", "of"),
    [
        ("pl.len()", len),
        ('pl.col("amount").count()', lambda group: len(values(group))),
        ('pl.col("amount").sum()', total),
        ('pl.col("amount").mean()', average),
        ('pl.col("amount").max()', largest),
        ('pl.col("amount").std()', spread),
        ('pl.col("amount").median()', lambda group: median(values(group)) if values(group) else None),
        ('(pl.col("merchant") == "a").mean()', lambda group: mean(name == "a" for name in values(group, "merchant"))),
    ],
)
@pytest.mark.parametrize("named", ["x={}", '({}).alias("x")'])
def test_the_recent_rows_of_each_key(measure: str, of: Callable[[list[Row]], Any], named: str) -> None:
    code = suggest(f'users = tx.group_by("user_id").agg({named.format(measure)})\n{JOINED}')
    found = run(code, pl=pl, tx=frame())["users"]
    expected = by(recent(ROWS), "user_id", of)
    assert dict(found.select("user_id", "x_365d").iter_rows()) == pytest.approx(expected, nan_ok=True)
    assert 4 not in expected


def test_a_chain_over_lines_keeps_its_lines_and_comments() -> None:
    code = suggest(
        f"""
        users = (
            tx  # everything
            .group_by("user_id")  # per user
            .agg(
                pl.col("amount").sum().alias("x"),  # how much
            )
        )
        {JOINED}
        """
    )
    assert code == (
        "# as_of: the time of prediction\n"
        "users = (\n"
        "    tx  # everything\n"
        '    .filter(pl.col("ts").is_between(pl.lit(as_of) - pl.duration(days=365), as_of, closed="left"))\n'
        '    .group_by("user_id")  # per user\n'
        "    .agg(\n"
        '        pl.col("amount").sum().alias("x_365d"),  # how much\n'
        "    )\n"
        ")"
    )
    found = run(code, pl=pl, tx=frame())["users"]
    assert dict(found.iter_rows()) == pytest.approx(by(recent(ROWS), "user_id", total))


def test_lazy_frames_in_a_function() -> None:
    code = suggest(
        f"""
        def features(frame):
            return (
                frame.lazy()
                .filter(pl.col("amount") > 5).group_by("user_id")
                .agg(pl.len().alias("x"))
                .collect()
            )
        users = features(tx)
        {JOINED}
        """
    )
    found: dict[str, Any] = {}
    exec("def features(frame, as_of):\n" + "\n".join(f"    {line}" for line in code.splitlines()), {"pl": pl}, found)
    expected = by([row for row in recent(ROWS) if (row["amount"] or 0) > 5], "user_id", len)
    assert dict(found["features"](frame(), AS_OF).iter_rows()) == expected


def test_a_time_of_prediction_that_the_code_has() -> None:
    early = datetime(2024, 1, 1)
    code = suggest(f'cutoff = datetime(2024, 1, 1)\nusers = tx.group_by("user_id").agg(x=pl.len())\n{JOINED}')
    assert "as_of" not in code
    found = run(code, pl=pl, tx=frame(), cutoff=early)["users"]
    assert dict(found.iter_rows()) == by(recent(ROWS, now=early), "user_id", len)


def test_a_threshold_is_no_time_of_prediction() -> None:
    assert "as_of" in suggest(f'score_cutoff = 0.5\nusers = tx.group_by("user_id").agg(x=pl.len())\n{JOINED}')


def test_the_last_values_instead_of_all() -> None:
    code = suggest(f'users = tx.group_by("user_id").agg(x=pl.col("merchant"))\n{JOINED}')
    found = run(code, pl=pl, tx=frame())["users"]
    expected = by(
        sorted(recent(ROWS, 90), key=lambda row: row["ts"]),
        "user_id",
        lambda group: [r["merchant"] for r in group][-20:],
    )
    assert dict(found.iter_rows()) == expected


def test_the_first_of_the_most_frequent_values_is_one_of_recent_rows() -> None:
    code = suggest(f'users = tx.group_by("user_id").agg(x=pl.col("merchant").drop_nulls().mode().first())\n{JOINED}')
    found = dict(run(code, pl=pl, tx=frame())["users"].iter_rows())
    for user, group in by(recent(ROWS, 90), "user_id", list).items():
        names = values(group, "merchant")
        assert names.count(found[user]) == max(map(names.count, names))


def test_a_distinct_count_becomes_an_approximate_one() -> None:
    code = suggest(f'users = tx.group_by("user_id").agg(x=pl.col("merchant").n_unique())\n{JOINED}')
    assert "approx_n_unique" in code
    found = run(code, pl=pl, tx=frame())["users"]
    expected = by(recent(ROWS), "user_id", lambda group: len({row["merchant"] for row in group}))
    assert dict(found.iter_rows()) == expected  # exact where there are few


# --- one value per row ---


@pytest.mark.parametrize(
    ("value", "of", "rule"),
    [
        ('pl.col("amount").cum_sum().over("user_id")', total, "AGG304"),
        ('pl.col("amount").shift(1).cum_sum().over("user_id")', total, "AGG304"),
        ('pl.col("amount").cum_max().over("user_id")', largest, "AGG304"),
        ('pl.col("amount").cum_count().over("user_id")', lambda group: len(values(group)), "AGG304"),
        ('pl.col("amount").cum_sum().over("user_id", order_by="ts")', total, "AGG304"),
        ('pl.col("amount").sum().over("user_id")', total, "AGG301"),
        ('pl.col("amount").mean().over("user_id")', average, "AGG301"),
        ('pl.len().over("user_id")', len, "AGG301"),
    ],
)
@pytest.mark.parametrize("named", ["x={}", '{}.alias("x")'])
def test_values_per_row_end_before_the_row(value: str, of: Callable[[list[Row]], Any], rule: str, named: str) -> None:
    code = suggest(f"df = tx.with_columns({named.format(value)})", rule=rule)
    found = run(code, pl=pl, tx=frame())["df"]
    assert dict(found.select("tx_id", "x_365d").iter_rows()) == pytest.approx(before(ROWS, of), nan_ok=True)


# --- what is learned from training rows ---

TRAINING = [row for row in ROWS if row["ts"] < AS_OF]


@pytest.mark.parametrize(
    ("value", "of"),
    [
        ('pl.col("amount") / pl.col("amount").mean()', lambda v: v / mean(values(TRAINING))),
        (
            '(pl.col("amount") - pl.col("amount").mean()) / pl.col("amount").std()',
            lambda v: (v - mean(values(TRAINING))) / stdev(values(TRAINING)),
        ),
    ],
)
def test_statistics_of_the_training_rows(value: str, of: Callable[[float], float]) -> None:
    code = suggest(f"df = tx.with_columns(x={value})", rule="AGG306")
    found = dict(run(code, pl=pl, tx=frame())["df"].select("tx_id", "x").iter_rows())
    expected = {row["tx_id"]: of(row["amount"]) if row["amount"] is not None else None for row in ROWS}
    assert found == pytest.approx(expected)


def test_a_statistic_of_a_frame() -> None:
    code = suggest('mu = tx["amount"].mean()\ndf = tx.with_columns(x=pl.col("amount") / mu)', rule="AGG306")
    assert run(code, pl=pl, tx=frame())["mu"] == pytest.approx(mean(values(TRAINING)))


def test_a_rank_becomes_a_share_of_published_quantiles() -> None:
    code = suggest('df = tx.with_columns(x=pl.col("amount").rank() / pl.len())', rule="AGG307")
    found = dict(run(code, pl=pl, tx=frame())["df"].select("tx_id", "x").iter_rows())
    ordered = sorted(values(TRAINING))
    for row in ROWS:
        share = found[row["tx_id"]]
        if row["amount"] is None:
            assert share is None
        else:
            assert share == pytest.approx(sum(value <= row["amount"] for value in ordered) / len(ordered), abs=0.075)


@pytest.mark.parametrize("value", ['pl.col("amount").rank()', 'pl.col("amount").rank(descending=True) / pl.len()'])
def test_other_ranks_are_left_alone(value: str) -> None:
    assert suggest(f"df = tx.with_columns(x={value})", rule="AGG307") == ""


def rate(group: list[Row], prior: float) -> float:
    return (sum(row["is_fraud"] for row in group) + 20 * prior) / (len(group) + 20)


def test_outcomes_that_were_known() -> None:
    code = suggest(f'users = tx.group_by("user_id").agg(x=pl.col("is_fraud").mean())\n{JOINED}', rule="SKW409")
    known = recent(ROWS, 90)
    prior = mean(row["is_fraud"] for row in known)
    found = dict(run(code, pl=pl, tx=frame())["users"].iter_rows())
    assert found == pytest.approx(by(known, "user_id", lambda group: rate(group, prior)))


def test_outcomes_that_were_known_at_each_row() -> None:
    code = suggest('df = tx.with_columns(x=pl.col("is_fraud").mean().over("user_id"))', rule="SKW409")
    prior = mean(row["is_fraud"] for row in ROWS)
    found = dict(run(code, pl=pl, tx=frame())["df"].select("tx_id", "x_90d").iter_rows())
    assert found == pytest.approx(before(ROWS, lambda group: rate(group, prior), days=90))
