"""Imports that are limited to what the code reads."""

from __future__ import annotations

from feasilint.catalog.importing import read_by
from feasilint.catalog.imports.artefact import Imported
from feasilint.ir import Source

TABLE = {
    "name": "shop.sales.orders",
    "aliases": ["orders_v1"],
    "stream_twin": "kafka://Orders",
    "use_instead": "shop.sales.orders_2",
}
ENTRIES = (
    TABLE,
    {"name": "kafka://orders"},
    {"name": "shop.sales.orders_2"},
    {"name": "shop.sales.users", "stream_twin": "kafka://users"},
    {"name": "kafka://users"},
)


def kept(*sources: Source) -> list[str]:
    wanted = read_by([Imported("x", "x", sources=ENTRIES)], sources)
    return [entry["name"] for entry in ENTRIES if wanted(entry)]


def test_what_nobody_reads_is_left_out():
    assert kept() == []
    assert kept(Source("shop.sales.customers", "table")) == []
    assert kept(Source("kafka://orders", "stream")) == ["kafka://orders"]


def test_what_is_read_and_what_it_names_to_be_read_instead():
    for name in ("sales.orders", "orders_v1"):
        assert kept(Source(name, "table")) == ["shop.sales.orders", "kafka://orders", "shop.sales.orders_2"]
