"""Features as the engine hands them to rules, made by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.match import Matcher
from feasilint.catalog.model import LATENCY_AGES, Catalog, Mark, ModelEntry, PredictionPoint, SourceEntry, Staleness
from feasilint.findings import Place
from feasilint.ir import Interval, Source, Span
from feasilint.measure.model import Aggregation, Extent, Input
from feasilint.rule import Context, Feature

if TYPE_CHECKING:
    from feasilint.findings import Finding
    from feasilint.rule import Rule, Subject

PATH = "features.sql"
TABLE = "payments.transactions"
ONLINE = PredictionPoint("checkout", "online", max_age=3600)
NIGHTLY = PredictionPoint("nightly", "batch", run_at=2 * 3600, max_age=3600)
HOUR, DAY = 3600.0, 86_400.0


def at(line: int, path: str = PATH) -> Place:
    return Place(path, Span(None, line, 1, line, 9))


def entry(name: str = TABLE, **fields: object) -> SourceEntry:
    """A source in production, loaded daily, unless stated otherwise."""
    stated = {"availability": "production", "mark": Mark("catalog.yaml", 7, 5), **fields}
    latency = stated.get("latency")
    if latency in LATENCY_AGES:
        stated.setdefault("worst_age", LATENCY_AGES[latency])  # type: ignore[index]
    return SourceEntry(name, **stated)  # type: ignore[arg-type]


def read(known: SourceEntry | None = None, column: str = "amount", role: str = "value", **fields: object) -> Input:
    """A column of a source; `known` is its catalog entry."""
    source = Source(known.name if known else TABLE, "table")
    stated = {"staleness": known.staleness if known else None, "path": ("x", f"{source.name}.{column}"), **fields}
    return Input(stated.pop("source", source), column, role, at(3), known, **stated)  # type: ignore[arg-type]


def windowed(function: str = "count", *lengths: Interval, place: Place | None = None, **fields: object) -> Aggregation:
    """A bounded aggregation per user."""
    return _aggregation(function, Extent("bounded", lengths, "ts"), place, fields)


def unbounded(function: str = "count", keys: tuple[str, ...] = ("user_id",), **fields: object) -> Aggregation:
    place = fields.pop("place", None)
    return _aggregation(function, Extent("unbounded", (), "ts"), place, {"keys": keys, **fields})  # type: ignore[arg-type]


def _aggregation(function: str, extent: Extent, place: Place | None, fields: dict[str, object]) -> Aggregation:
    stated = {"keys": ("user_id",), "text": "x", "sources": (Source(TABLE, "table"),), "extent": extent, **fields}
    return Aggregation(function, place=place or at(5), **stated)  # type: ignore[arg-type]


def feature(*inputs: Input, aggregations: tuple[Aggregation, ...] = (), **fields: object) -> Feature:
    stated = {"name": "x", "point": ONLINE, "entry": ModelEntry("fraud", ("*",)), **fields}
    return Feature(
        place=at(9),
        target="XGBClassifier",
        kind="model",
        sink=at(20),
        inputs=inputs,
        aggregations=aggregations,
        **stated,
    )  # type: ignore[arg-type]


def context(*sources: SourceEntry) -> Context:
    catalog = Catalog(path="catalog.yaml", sources=sources)
    return Context(catalog, Matcher(catalog))


def judge(rule: Rule, subject: Subject, known: Context | None = None) -> list[Finding]:
    return list(rule.check(subject, known or context()))


def mean_age(seconds: float) -> Staleness:
    return Staleness(seconds / 2, seconds, seconds * 3 / 2)
