"""A catalog file as the engine sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.load import find_catalog, from_mapping, load, load_text
from feasilint.catalog.model import KeyVolume, Mark, Owner, Staleness

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HOUR, DAY = 3600, 86_400

EVERYTHING = """\
version: 1
latency_classes: {daily: 30h}
prediction_points:
  checkout: {mode: online, latency_budget: 150ms, max_age: 5s, entity: [user_id], request_fields: [user_id, amount]}
  nightly:
    mode: batch
    run_at: 02:00
    tz: UTC
models:
  - {name: fraud, paths: ["fraud/**"], prediction_point: checkout, owner: risk-ml}
sources:
  - name: payments.transactions
    aliases: [raw.tx, "kafka://transactions"]
    availability: production
    latency: daily
    period: 1d
    offset: 4h
    blind_spot: 10m
    run_time: 20m
    stream_twin: kafka://transactions
    kind: events
    grain: [tx_id]
    event_time: ts
    available_at: _loaded_at
    partition: ds
    tz: UTC
    mutable: false
    retention: 3y
    rows_per_day: 50_000_000
    row_bytes: 600
    keys: {user_id: {distinct: 20M, active_per_day: 8M, max_rows_per_day: 5000}}
    bounded_keys: [order_id]
    flags: [pii]
    columns:
      amount: {type: decimal}
      chargeback: {type: boolean, availability: training_only, known_after: 60d, reason: "dispute window"}
    owner: {team: payments-data, contact: "#payments-data"}
    use_instead: payments.transactions_stream
    reason: settlement
    provenance: {from: "dbt manifest", as_of: 2026-11-20}
"""


def test_every_field_is_read() -> None:
    catalog = load_text(EVERYTHING)
    [source] = catalog.sources
    assert (source.availability, source.latency, source.worst_age) == ("production", "daily", 30 * HOUR)
    assert (source.period, source.offset, source.blind_spot, source.run_time) == (DAY, 4 * HOUR, 600, 1200)
    assert source.staleness == Staleness(1800, 1800 + DAY / 2, 1800 + DAY)
    assert (source.kind, source.grain, source.event_time, source.available_at) == (
        "events",
        ("tx_id",),
        "ts",
        "_loaded_at",
    )
    assert (source.partition, source.tz, source.mutable, source.retention) == ("ds", "UTC", False, 3 * 365.25 * DAY)
    assert (source.rows_per_day, source.row_bytes) == (50e6, 600)
    assert source.keys == {"user_id": KeyVolume(20e6, 8e6, 5000)}
    assert (source.bounded_keys, source.flags) == (("order_id",), ("pii",))
    assert source.owner == Owner("payments-data", "#payments-data")
    assert (source.use_instead, source.reason) == ("payments.transactions_stream", "settlement")
    assert [(one.origin, one.as_of) for one in source.provenance] == [("dbt manifest", "2026-11-20")]
    column = source.columns["chargeback"]
    assert (column.type, column.availability, column.known_after) == ("boolean", "training_only", 60 * DAY)


def test_prediction_points_and_models() -> None:
    catalog = load_text(EVERYTHING)
    checkout, nightly = catalog.prediction_points
    assert (checkout.mode, checkout.latency_budget, checkout.max_age) == ("online", 0.15, 5)
    assert (checkout.entity, checkout.request_fields) == (("user_id",), ("user_id", "amount"))
    assert (nightly.mode, nightly.run_at, nightly.tz) == ("batch", 2 * HOUR, "UTC")
    [model] = catalog.models
    assert (model.name, model.paths, model.prediction_point, model.owner) == (
        "fraud",
        ("fraud/**",),
        "checkout",
        Owner(team="risk-ml"),
    )


def test_everything_has_its_place() -> None:
    catalog = load_text(EVERYTHING, "conf/catalog.yaml")
    [source] = catalog.sources
    lines = EVERYTHING.split("\n")
    assert source.mark == Mark("conf/catalog.yaml", 12, 5)
    for key, mark in source.marks.items():
        assert lines[mark.line - 1][mark.column - 1 :].startswith(f"{key}:")
    for name, column in source.columns.items():
        assert column.mark is not None
        assert lines[column.mark.line - 1][column.mark.column - 1 :].startswith(f"{name}:")
    assert [point.mark for point in catalog.prediction_points] == [Mark("conf/catalog.yaml", n, 3) for n in (4, 5)]
    assert catalog.models[0].mark == Mark("conf/catalog.yaml", 10, 5)
    assert (catalog.path, catalog.root) == ("conf/catalog.yaml", "conf")


def test_short_forms() -> None:
    [source] = load_text(
        """\
version: 1
sources:
  - name: t
    aliases: raw.t
    owner: "#data"
    keys: {user_id: 20M}
    columns: {a: decimal, b: , c: {}}
    provenance: dbt manifest
    grain:
"""
    ).sources
    assert (source.aliases, source.owner, source.grain) == (("raw.t",), Owner(contact="#data"), ())
    assert source.keys == {"user_id": KeyVolume(20e6)}
    assert {name: column.type for name, column in source.columns.items()} == {"a": "decimal", "b": None, "c": None}
    assert [one.origin for one in source.provenance] == ["dbt manifest"]
    [listed] = load_text("{version: 1, sources: [{name: t, columns: [a, b]}]}").sources
    assert list(listed.columns) == ["a", "b"]


def test_text_is_text() -> None:
    [source] = load_text(
        "version: 1\nsources:\n- {name: NO, event_time: 14:30, flags: [yes, 1.0], partition: 0x1F}\n"
    ).sources
    assert (source.name, source.event_time, source.partition, source.flags) == ("NO", "14:30", "0x1F", ("yes", "1.0"))


def test_nothing_but_the_version() -> None:
    catalog = load_text("version: 1\n")
    assert catalog.empty


def test_an_undeclared_availability_is_unknown() -> None:
    [source] = load_text("version: 1\nsources: [{name: t}]").sources
    assert (source.availability, source.staleness, source.mutable) == ("unknown", None, None)


def test_anchors_and_merge_keys() -> None:
    first, second = load_text(
        """\
version: 1
x-daily: &daily {latency: daily, availability: production}
sources:
  - {name: a, <<: *daily}
  - {<<: [*daily, {kind: events}], name: b, latency: hourly}
"""
    ).sources
    assert (first.latency, first.availability) == ("daily", "production")
    assert (second.latency, second.availability, second.kind) == ("hourly", "production", "events")


def test_from_a_mapping() -> None:
    data = {"version": 1, "sources": [{"name": "t", "rows_per_day": 5, "columns": {"c": {"type": "unknown"}}}]}
    catalog = from_mapping(data)
    [source] = catalog.sources
    assert (source.name, source.rows_per_day, source.columns["c"].type) == ("t", 5, "unknown")
    assert (source.mark, source.marks, source.columns["c"].mark, catalog.path) == (None, {}, None, None)


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_bytes(b"\xef\xbb\xbfversion: 1\r\n")
    assert load(str(tmp_path / "catalog.yaml")).empty


def test_the_nearest_catalog_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "repo" / "a" / "b").mkdir(parents=True)
    (tmp_path / "repo" / ".git").mkdir()
    (tmp_path / "catalog.yaml").write_text("version: 1")
    assert find_catalog("repo/a/b") is None
    (tmp_path / "repo" / "catalog.yml").write_text("version: 1")
    assert find_catalog("repo/a/b/x.ipynb") == "repo/catalog.yml"
    (tmp_path / "repo" / "a" / "catalog.yaml").write_text("version: 1")
    assert find_catalog("repo/a/b") == "repo/a/catalog.yaml"
    assert find_catalog(".") == "catalog.yaml"
