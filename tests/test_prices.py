from __future__ import annotations

from datetime import date

import pytest

from feasilint.catalog.model import Prices
from feasilint.prices import list_prices, price_list

KEYS = set(Prices.__struct_fields__) - {"currency", "as_of", "marks"}


def test_every_price_of_a_catalog_has_a_list_price_with_day_and_source() -> None:
    assert {price.key for price in list_prices().prices} == KEYS
    for price in list_prices().prices:
        assert price.value > 0
        assert price.source.startswith("https://")
        assert date.fromisoformat(str(price.as_of)) <= date(2026, 12, 31)


def test_a_price_of_the_catalog_beats_the_list() -> None:
    prices = price_list(Prices(scan_per_tib=5, as_of="2026-10-01"))
    scan, reads = prices.find("scan_per_tib"), prices.find("reads_per_million")
    assert scan is not None
    assert reads is not None
    assert scan.said == "the catalog, 5 per TiB scanned, as of 2026-10-01"
    assert reads.said.startswith("DynamoDB on demand")


@pytest.mark.parametrize("stated", [Prices(currency="EUR"), Prices(compute_per_credit=3)])
def test_no_price_of_bytes_where_none_holds(stated: Prices) -> None:
    assert price_list(stated).find("scan_per_tib") is None


def test_only_what_is_stated() -> None:
    assert set(price_list(Prices(scan_per_tib=5), listed=False).known) == {"scan_per_tib"}


@pytest.mark.parametrize(
    ("currency", "amount", "said"),
    [
        ("USD", 4_996.7, "$4,997"),
        ("USD", 0.375, "$0.38"),
        ("USD", 0.001, "<$0.01"),
        ("CHF", 120, "CHF 120"),
        ("USD", 0, "$0.00"),
    ],
)
def test_money(currency: str, amount: float, said: str) -> None:
    assert price_list(Prices(currency=currency)).money(amount) == said
