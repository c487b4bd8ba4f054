from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Span
from feasilint.ir.expressions import fold
from feasilint.rule import Context, Example, Feature, Finding, Label, Place, Rule, Severity, Subject

from ._evidence import by_source, column_entry, declared, details, primary, replacement
from ._words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import PredictionPoint
    from feasilint.measure.model import Input

_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online, request_fields: [checkout_id, user_id, amount]}
  nightly: {mode: batch}
models:
  - {name: fraud, paths: ["online/*"], prediction_point: checkout}
  - {name: churn, paths: ["batch/*"], prediction_point: nightly}
sources:
  - {name: shop.checkouts, availability: request, kind: events, grain: [checkout_id]}
"""
_AMOUNT = """
    create table ml.checkout_features as
    select checkout_id, amount from shop.checkouts
"""


class RequestFieldMismatch(Rule):
    """A feature needs a field of the request that nobody sends.

    ## What it does
    Reports features that take the value of a source or column declared `availability: request`, where the request
    of an online prediction point does not carry that field (`request_fields`), or where the model is scored in
    batch, so that there is no request at all. Aggregates over past requests are another matter: those are read from
    where the requests are stored.

    ## Why it matters
    In the warehouse every old request lies beside what became known of it later: columns that a later step has
    filled in look like fields that were sent. The model learns from them, and the caller has nothing to send.

    ## Instead
    Have the caller send the field, and add it to `request_fields`; or build the feature on what is sent. In batch, read a
    table that production keeps, and declare how old that is.

    ## When to ignore it
    When the caller sends the field under another name: better add that name to `request_fields`.
    """

    code = "AVL108"
    name = "request-field-mismatch"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example("a field that is sent", {"online/features.sql": _AMOUNT, "catalog.yaml": _CATALOG}, flagged=0),
        Example(
            "a sum over past requests",
            {
                "batch/features.sql": """
                    create table ml.user_features as
                    select user_id, sum(coupon_value) as coupons_90d
                    from shop.checkouts
                    where ts >= current_timestamp - interval '90 days'
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a field that is filled in later",
            {
                "online/features.sql": """
                    create table ml.checkout_features as
                    select checkout_id, amount, courier_id from shop.checkouts
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `courier_id` uses `shop.checkouts.courier_id`, which a request to `checkout` does not carry",
        ),
        Example(
            "a batch has no request",
            {"batch/features.sql": _AMOUNT, "catalog.yaml": _CATALOG},
            contains="feature `amount` uses `shop.checkouts`, which comes with a request; `nightly` runs without one",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        point = subject.point
        if point is None or (point.mode != "batch" and not point.request_fields):
            return
        sent = frozenset(map(fold, point.request_fields))
        summed = {source for aggregation in subject.aggregations for source in aggregation.sources}
        for _, reads in by_source(subject.inputs):
            asked = [read for read in reads if _of_request(read) and read.source not in summed]
            if point.mode == "batch":
                asked = [read for read in asked if not _stored(read)][:1]
            else:
                asked = [read for read in asked if read.column != "*" and fold(read.column) not in sent]
            for read in asked:
                yield self._found(subject, read, point, context)

    def _found(self, feature: Feature, read: Input, point: PredictionPoint, context: Context) -> Finding:
        entry, column = read.entry, column_entry(read)
        assert entry is not None
        own = column if column is not None and column.availability == "request" else None
        field = f"{read.source.name}.{read.column}"
        if point.mode == "batch":
            said = (
                f"`{field if own else read.source.name}`, which comes with a request; `{point.name}` runs without one"
            )
            advice = "read it from a table that production keeps, and declare how old that is"
        else:
            said = f"`{field}`, which a request to `{point.name}` does not carry"
            advice = _advice(read.column, point)
        return self.finding(
            self.severity_at(point) or self.severity,
            f"feature `{feature.name}` uses {said}",
            primary(feature, read),
            help=replacement(entry, context) or advice,
            **details(feature, read, (*declared(entry, "availability", own), *_sent(point))),
        )


def _of_request(read: Input) -> bool:
    """Whether the value of an input comes with the call, and nothing else is known against it."""
    entry, column = read.entry, column_entry(read)
    if read.role != "value" or entry is None or entry.kind == "label":
        return False
    if column is not None and (column.known_after or column.availability is not None):
        return not column.known_after and column.availability == "request"
    return entry.availability == "request" or (entry.availability == "unknown" and entry.latency == "request")


def _stored(read: Input) -> bool:
    """Whether the catalog says when past requests can be read."""
    entry = read.entry
    return entry is not None and (entry.period is not None or entry.latency not in (None, "request"))


def _sent(point: PredictionPoint) -> tuple[Label, ...]:
    """Where the catalog declares the prediction point."""
    mark = point.mark
    if mark is None:
        return ()
    span = Span(None, mark.line, mark.column, mark.line, mark.column + len(point.name))
    return (Label(Place(mark.path, span), "the request is declared here"),)


def _advice(column: str, point: PredictionPoint) -> str:
    from difflib import get_close_matches

    near = get_close_matches(column, point.request_fields, 1, 0.75)
    sent = f"use {listed(near)}, which is sent" if near else "build on what is sent"
    return f"have the caller send it and add it to `request_fields`, or {sent}"
