from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary, relation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.measure.model import Input

_KINDS = ("table", "feature_view")
_PSEUDO = re.compile(r"_.*|.*[$*{].*|\d+|rowid|rownum|ctid|oid|xmin|xmax|tableoid|level", re.IGNORECASE)
_ALIKE = 0.85
_CATALOG = """
version: 1
sources:
  - name: shop.orders
    availability: production
    kind: events
    grain: [order_id]
    event_time: ordered_at
    columns: {order_id: bigint, user_id: bigint, amount: decimal, ordered_at: timestamp}
    provenance: {from: information schema, path: columns.csv, as_of: 2026-11-20, keys: {columns: 5f0c3a}}
  - name: shop.refunds
    availability: production
    grain: [refund_id]
    columns: {reason_code: {flags: [pii]}}
"""
_QUERY = "create table ml.order_features as select order_id, {column} as x from shop.orders"


class UnknownColumn(Rule):
    """A feature uses a column that its source does not have.

    ## What it does
    Compares the columns that features use with the `columns` of the catalog. A schema counts as complete where it was imported,
    gives every column a type, and has the columns that the entry itself speaks of, such as its event time. Where columns
    are written by hand, most often a few of many, only a name that looks like a slip of one of them is reported, as a
    remark. Columns that a warehouse adds itself are not judged, nor is what a table of the scanned code holds.

    ## Why it matters
    The column was renamed or dropped, or never was in production: the notebook runs on an old copy. The query of the feature
    fails on the first day, or a reader that forgives gives null for all rows.

    ## Instead
    Use the column's name of today; where the schema in the catalog is old, import it again.

    ## When to ignore it
    When the column is about to be added: add it to the catalog then.
    """

    code = "AVL112"
    name = "unknown-column"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "a column of the schema",
            {"features.sql": _QUERY.format(column="AMOUNT"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a table of which one column is described",
            {
                "features.sql": "create table ml.refund_features as select refund_id, days_open from shop.refunds",
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a column that the scanned code adds itself",
            {
                "orders.sql": "create table shop.orders as select order_id, price - cost as margin from shop.order_lines",
                "features.sql": _QUERY.format(column="margin"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a column that is gone",
            {"features.sql": _QUERY.format(column="discount"), "catalog.yaml": _CATALOG},
            contains="feature `x` uses `shop.orders.discount`, a column that its schema in the catalog does not have",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        for _, reads in by_source(filter(_unknown, subject.inputs)):
            told: set[str] = set()
            for read in reads:
                name = fold(read.column)
                if name not in told and (_complete(read.entry) or _near(read)):
                    told.add(name)
                    yield self._found(subject, read)

    def _found(self, feature: Feature, read: Input) -> Finding:
        entry, near, sure = read.entry, _near(read), _complete(read.entry)
        assert entry is not None
        found = details(feature, read, declared(entry, "columns"))
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` {relation(read)} `{read.source.name}.{read.column}`,"
            " a column that its schema in the catalog does not have",
            primary(feature, read),
            help=f"use `{near}`, if that is meant; else add the column to the catalog"
            if near
            else f"use a column that `{entry.name}` has, or import its schema again",
            **(found if sure else {**found, "confidence": "approximate"}),
        )


def _unknown(read: Input) -> bool:
    """Whether a source's own list lacks a column, as far as anybody can tell; fields of structs go by their first name."""
    entry, column = read.entry, read.column
    if (
        entry is None
        or not entry.columns
        or read.source.kind not in _KINDS
        or read.source.dynamic
        or _PSEUDO.fullmatch(column)
    ):
        return False
    if read.written or "*" in entry.name or read.confidence == "approximate":
        return False
    return fold(column.partition(".")[0]) not in {fold(name.partition(".")[0]) for name in entry.columns}


def _complete(entry: SourceEntry | None) -> bool:
    """Whether the columns of an entry are all that there are."""
    assert entry is not None
    imported = any("columns" in record.keys for record in entry.provenance)
    own = (entry.event_time, entry.available_at, entry.partition, *entry.grain, *entry.keys, *entry.bounded_keys)
    known = set(map(fold, entry.columns))
    typed = all(column.type for column in entry.columns.values())
    return imported and typed and all(fold(name) in known for name in own if name)


def _near(read: Input) -> str | None:
    """The declared column that a name is most likely a slip of: not one that differs in a number."""
    assert read.entry is not None
    from difflib import get_close_matches

    by_fold = {fold(name): name for name in read.entry.columns}
    found = get_close_matches(fold(read.column), by_fold, 1, _ALIKE)
    if not found or re.findall(r"\d+", found[0]) != re.findall(r"\d+", fold(read.column)):
        return None
    return by_fold[found[0]]
