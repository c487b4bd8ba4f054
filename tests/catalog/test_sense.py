"""Values that cannot be true together, and those that can."""

from __future__ import annotations

import pytest

from feasilint.catalog.load import load_text
from feasilint.errors import CatalogError


def problems(text: str) -> list[str]:
    try:
        load_text(f"version: 1\n{text}\n")
    except CatalogError as error:
        return [problem.removeprefix("catalog.yaml:") for problem in error.problems]
    return []


def of_source(entry: str) -> list[str]:
    return problems(f"sources: [{{name: s, {entry}}}]")


@pytest.mark.parametrize(
    "entry",
    [
        "period: 1d, offset: 23h, run_time: 2d",
        "offset: 2d",
        "blind_spot: 1d, retention: 2d",
        "blind_spot: 2d, retention: forever",
        "rows_per_day: 0",
        "rows_per_day: 10, keys: {u: {max_rows_per_day: 10, distinct: 5, active_per_day: 5}}",
        "keys: {u: {max_rows_per_day: 10, active_per_day: 5}}",
        "aliases: [t, s], stream_twin: t, use_instead: u",
        "grain: [a, A], flags: [x]",
        "promised_within: never",
    ],
)
def test_what_makes_sense(entry: str) -> None:
    assert of_source(entry) == []


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("period: 1d, offset: 30h", "sources[0].offset: a job that starts every 1 d has an offset below that"),
        (
            "blind_spot: 3d, retention: 2d",
            "sources[0].blind_spot: rows are kept for 2 d only: no job would ever see one",
        ),
        ("retention: 0", "sources[0].retention: a duration above zero is needed here, as 1h or 1d"),
        (
            "period: never",
            "sources[0].period: 'never' is no period; for what is not made again write `latency: manual`",
        ),
        (
            "run_time: forever",
            "sources[0].run_time: 'forever' is no age that a row can have; write a duration, or leave the key out",
        ),
        ("period: -1d", "sources[0].period: '-1d' is not a duration; write it as 90m, 1d4h, 2 h or P30D"),
        (
            "rows_per_day: 1.5k, keys: {u: {max_rows_per_day: 2k}}",
            "sources[0].keys.u.max_rows_per_day: the whole source has 1,500 rows per day",
        ),
        (
            "keys: {u: {distinct: 5, active_per_day: 6}}",
            "sources[0].keys.u.active_per_day: there are only 5 different values",
        ),
        ("use_instead: '`S`'", "sources[0].use_instead: this is the source itself; name another one, or leave the key out"),
        ("aliases: t, use_instead: t", "sources[0].use_instead: this is the source itself; name another one, or leave the key out"),
        ("stream_twin: s", "sources[0].stream_twin: this is the source itself; name its stream, or leave the key out"),
        ("grain: [a, b, a]", "sources[0].grain[2]: 'a' stands twice in this list; remove one"),
        ("columns: [a, b, a]", "sources[0].columns[2]: 'a' stands twice in this list; remove one"),
        ("flags: [a, ' a ']", "sources[0].flags[1]: 'a' stands twice in this list; remove one"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(entry: str, problem: str) -> None:
    [found] = of_source(entry)
    assert found.split(": ", 1)[1] == problem


@pytest.mark.parametrize("mode", ["online", "streaming"])
def test_only_a_batch_runs_at_a_time(mode: str) -> None:
    assert problems(f"prediction_points: {{p: {{mode: {mode}, run_at: 02:00}}}}") == [
        f"2:{41 + len(mode)}: prediction_points.p.run_at: only a batch run has a time of day, and the mode is {mode}"
    ]
    assert problems("prediction_points: {p: {mode: batch, run_at: 02:00}}") == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("budgets: {per_feature: $5}", "24: budgets.per_feature: '$5' is not an amount of money; write the number alone, as 6.25, 2_000 or 50k"),
        ("budgets: {per_feature: 0}", "24: budgets.per_feature: an amount above zero is needed here; leave the key out if there is no limit"),
        ("budgets: {yearly: 5}", "11: budgets: unknown key 'yearly'; known keys are per_feature, per_model"),
        ("prices: {scan_per_tib: -1}", "24: prices.scan_per_tib: '-1' is not an amount of money; write the number alone, as 6.25, 2_000 or 50k"),
        ("prices: {currency: dollars}", "20: prices.currency: 'dollars' is not the code of a currency; write it as USD or EUR"),
        ("prices: {as_of: yesterday}", "17: prices.as_of: 'yesterday' is not a day; write it as 2026-11-20"),
        ("prices: 5", "9: prices: expected a mapping, found '5'; write it as prices: {scan_per_tib: 6.25}"),
        ("prices: {scan_per_tb: 5}", "10: prices: unknown key 'scan_per_tb'; did you mean 'scan_per_tib'?"),
    ],
)  # fmt: skip
def test_what_is_no_price_or_budget(text: str, problem: str) -> None:
    assert problems(text) == [f"2:{problem}"]


def test_prices_and_budgets() -> None:
    catalog = load_text(
        "version: 1\nprices: {currency: usd, as_of: 2026-11-20, scan_per_tib: 6.25, reads_per_million: 0, memory_per_gb_hour: .125}\n"
        "budgets: {per_feature: 2_000, per_model: 50k}\n"
    )
    prices, budgets = catalog.prices, catalog.budgets
    assert (prices.currency, prices.as_of, prices.scan_per_tib, prices.reads_per_million) == (
        "USD",
        "2026-11-20",
        6.25,
        0,
    )
    assert prices.writes_per_million is None
    assert (budgets.per_feature, budgets.per_model) == (2000, 50_000)
    assert budgets.marks["per_model"].column == 31
    assert load_text("version: 1").prices.currency is None
