"""Unit prices: those that the catalog states, else list prices of a dated file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, json

if TYPE_CHECKING:
    from feasilint.catalog.model import Prices

_TIB = 2.0**40
_FILE = Path(__file__).parent / "data" / "prices.json"
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


class Price(Struct, frozen=True):
    """The price of one unit, in the currency of its list. `key`: as in the catalog; `service`: whose price it is; `as_of`: the
    day on which it held or, where nothing says that, on which it was read; `source`: where it stands."""

    key: str
    value: float
    unit: str
    service: str
    as_of: str | None
    source: str
    note: str = ""

    @property
    def said(self) -> str:
        """`BigQuery on demand, 6.25 per TiB scanned, as of 2026-09-28`."""
        day = f", as of {self.as_of}" if self.as_of else ""
        return f"{self.service}, {self.value:g} per {self.unit}{day}"


class ListPrices(Struct, frozen=True):
    """The file of list prices. Of several services for one key the first one stands for all."""

    version: str
    currency: str
    prices: tuple[Price, ...]


@lru_cache(maxsize=1)
def list_prices() -> ListPrices:
    """The list prices that this version ships."""
    return json.decode(_FILE.read_bytes(), type=ListPrices)


class PriceList(Struct, frozen=True):
    """The prices that hold in one project."""

    currency: str
    known: dict[str, Price]

    def find(self, key: str) -> Price | None:
        return self.known.get(key)

    def money(self, amount: float) -> str:
        """`$4,997`, `$0.38`, `<$0.01`; `CHF 120` where the currency has no sign here."""
        sign = _SYMBOLS.get(self.currency, f"{self.currency} ")
        if 0 < amount < 0.01:
            return f"<{sign}0.01"
        return f"{sign}{amount:,.0f}" if amount >= 10 else f"{sign}{amount:.2f}"


def price_list(stated: Prices, listed: bool = True, per_credit: float | None = None) -> PriceList:
    """What the catalog states and, if `listed`, list prices for the rest. There are none in another currency, and none for bytes
    where the catalog says that the warehouse bills its time: unless a credit is known to read `per_credit` bytes."""
    shipped = list_prices()
    currency = stated.currency or shipped.currency
    own = {key: value for key in {p.key for p in shipped.prices} if (value := getattr(stated, key)) is not None}
    known: dict[str, Price] = {}
    for price in shipped.prices:
        if price.key in own:
            known[price.key] = Price(price.key, own[price.key], price.unit, "the catalog", stated.as_of, "")
        elif (
            listed
            and currency == shipped.currency
            and not (price.key == "scan_per_tib" and "compute_per_credit" in own)
        ):
            known.setdefault(price.key, price)
    credit = known.get("compute_per_credit")
    if per_credit is not None and credit is not None and "scan_per_tib" not in own:
        value, service = credit.value * _TIB / per_credit, f"{credit.service}, {credit.value:g} per credit"
        known["scan_per_tib"] = Price("scan_per_tib", value, "TiB scanned", service, credit.as_of, credit.source)
    return PriceList(currency, known)
