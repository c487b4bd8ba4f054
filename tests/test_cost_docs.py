"""The page about costs shows what the command prints, and the prices that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.cli import main
from feasilint.measure.cost import (
    Load,
    daily_tiles,
    lifetime_rescan,
    price,
    running_total,
    sliding_total,
    window_rescan,
)
from feasilint.prices import list_prices

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "cost.md"


def check(pattern: str, text: str, request: pytest.FixtureRequest) -> None:
    page = PAGE.read_text(encoding="utf-8")
    shown, count = re.subn(pattern, lambda found: f"{found[1]}{text}{found[2]}", page, flags=re.DOTALL)
    assert count == 1
    if request.config.getoption("--update-golden"):
        PAGE.write_text(shown, encoding="utf-8")
    assert shown == PAGE.read_text(encoding="utf-8")


def test_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    main(["cost", "examples/"])
    printed = capsys.readouterr().out
    check(r"(<!-- printed by `feasilint cost examples/` -->\n```\n).*?(```\n)", printed, request)


def test_the_prices(request: pytest.FixtureRequest) -> None:
    rows = [
        f"| `{one.key}` | {one.value:g} | {one.unit} | [{one.service}]({one.source}) | {one.as_of} | {one.note} |\n"
        for one in list_prices().prices
    ]
    head = "| key | price | for | service | as of | |\n| --- | ---: | --- | --- | --- | --- |\n"
    check(r"(<!-- list prices -->\n).*?(<!-- end -->)", head + "".join(rows), request)


def test_the_worked_example() -> None:
    load = Load(50e6, 24, history=1825, window=365, keys=20e6, active=8e6)
    rows = {
        "1 M rows a day, 2 M keys": replace(load, rows=1e6, keys=2e6, active=0.4e6),
        "50 M rows a day, 20 M keys": load,
        "the same, every hour": replace(load, refreshes=24),
        "the same once a day, as JSON of 600 bytes": replace(load, row_bytes=600),
        "500 M rows a day, 100 M keys": replace(load, rows=500e6, keys=100e6, active=60e6),
    }
    page = PAGE.read_text(encoding="utf-8")
    for title, one in rows.items():
        read = (way(one) or 0 for way in (lifetime_rescan, window_rescan, daily_tiles, sliding_total, running_total))
        costs = [price(bytes_read, 6.25) for bytes_read in read]
        cells = [f"${cost:,.0f}" if cost >= 1 else "<$1" for cost in costs]
        assert f"| {title} | {' | '.join(cells)} |" in page
