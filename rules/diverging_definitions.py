from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir.expressions import fold
from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.link import is_test
from feasilint.rule import Context, Example, Feature, Finding, Label, Rule, ScanSubject, Severity, Subject

from ._evidence import column_entry, details
from ._staleness import events
from ._words import days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Source
    from feasilint.measure.model import Aggregation, Input

_PART = re.compile(r"(^|[._-])(train|training|val|valid|validation|dev|tests?|holdout|oof)([._-]|$)", re.IGNORECASE)
_TRAINING = """
    import pandas as pd
    from xgboost import XGBClassifier

    tx = pd.read_sql('''
        select user_id, max(is_fraud) as is_fraud, {made} as n_txn from payments.transactions
        where ts >= current_timestamp - interval '{days} days'{more} group by user_id
    ''', con)
    XGBClassifier().fit(tx[["n_txn"]], tx["is_fraud"])
"""
_SERVING = """
    create table ml.user_features as
    select user_id, count(*) as n_txn from payments.transactions
    where ts >= current_timestamp - interval '30 days' group by user_id
"""


def _both(made: str = "count(*)", length: int = 30, more: str = "") -> dict[str, str]:
    return {"train.py": _TRAINING.format(made=made, days=length, more=more), "serve_features.sql": _SERVING}


class Definition(NamedTuple):
    """What a feature computes, as far as two of them can be held against each other."""

    function: str
    window: str
    filters: frozenset[str]
    sources: frozenset[str]


class DivergingDefinitions(Rule):
    """A model is trained on one definition of a feature, and a feature table serves another.

    ## What it does
    Compares a feature of a model with the column of the same name in a feature table that the model does not read: both
    aggregates by the same keys, of a source that they share. Reports where they differ: in function, window, in the columns that
    they filter by (labels aside), or in their sources. Tables of tests and parts of the rows to learn from (`train`, `val`)
    serve nothing.

    ## Why it matters
    The model learns from one number and is served another under the same name. Nothing fails; it is only worse than it was
    in the notebook, and nobody knows why.

    ## Instead
    Build both from one definition: where the table that serves holds what is meant, let training read it.

    ## When to ignore it
    When the two are meant to differ; then give them two names.
    """

    code = "SKW410"
    name = "diverging-definitions"
    scope = "scan"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example("the same in both", _both(), flagged=0),
        Example(
            "the same name of something else",
            {
                **_both(length=90),
                "serve_features.sql": """
                    create table ml.shop_features as select shop_id, count(*) as n_txn from shop.orders group by 1
                """,
            },
            flagged=0,
        ),
        Example(
            "training reads the table that serves",
            {
                "serve_features.sql": _SERVING,
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    df = pd.read_sql("select f.n_txn, l.is_fraud from ml.user_features f join labels l using (user_id)", con)
                    XGBClassifier().fit(df[["n_txn"]], df["is_fraud"])
                """,
            },
            flagged=0,
        ),
        Example(
            "a part of the rows to learn from serves nothing",
            {**_both(length=90), "serve_features.sql": _SERVING.replace("ml.user_features", "ml.user_features_val")},
            flagged=0,
        ),
        Example("rows with a label to learn from", _both(more=" and is_fraud is not null"), flagged=0),
        Example(
            "the same, of users that may have none",
            {
                "serve_features.sql": _SERVING,
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    tx = pd.read_sql('''
                        select u.user_id, max(u.is_fraud) as is_fraud, count(t.ts) as n_txn
                        from labels u left join payments.transactions t on t.user_id = u.user_id
                        where t.user_id is null or t.ts >= current_timestamp - interval '30 days' group by u.user_id
                    ''', con)
                    XGBClassifier().fit(tx[["n_txn"]], tx["is_fraud"])
                """,
            },
            flagged=0,
        ),
        Example(
            "90 days in training, 30 days in serving",
            _both(length=90),
            contains="the window (90 days in training, 30 days in `ml.user_features`)",
        ),
        Example(
            "another function",
            _both("count(distinct merchant_id)"),
            contains="the function (distinct count in training, count",
        ),
        Example(
            "another filter", _both(more=" and status = 'settled'"), contains="the filter (status in training, none"
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, ScanSubject)
        for trained, served in _pairs(subject.features):
            severity = self.severity_at(trained.point)
            one, other = _definition(trained, context), _definition(served, context)
            differences = list(_differences(one, other, served.target))
            if severity is None or not differences or not one.sources & other.sources:
                continue
            here, there = trained.aggregations[0], served.aggregations[0]
            doubts = (here.confidence, there.confidence, trained.confidence, served.confidence)
            known = details(trained, trained.inputs[0])
            yield self.finding(
                severity,
                f"feature `{trained.name}` of `{trained.target}` and the column of `{served.target}` differ in "
                + " and in ".join(differences),
                here.place,
                help="build both from one definition, or give them two names",
                **{
                    **known,
                    "labels": (
                        Label(here.place, "what the model is trained on"),
                        Label(there.place, f"what `{served.target}` holds"),
                    ),
                    "confidence": "approximate" if "approximate" in doubts else "exact",
                },
            )


def _pairs(features: tuple[Feature, ...]) -> Iterator[tuple[Feature, Feature]]:
    """A model's feature and a table's column that may be meant to be the same: one aggregate each, by the same keys, in
    different documents."""
    named: defaultdict[str, list[Feature]] = defaultdict(list)
    for feature in features:
        if feature.stated and len(feature.aggregations) == 1 and feature.aggregations[0].keys and feature.inputs:
            named[fold(feature.name)].append(feature)
    for group in named.values():
        for trained in (one for one in group if one.kind == "model"):
            for served in (one for one in group if one.kind == "table"):
                here, there = trained.aggregations[0], served.aggregations[0]
                if here.place.path != there.place.path and _keys(here) == _keys(there) and _serves(served):
                    yield trained, served


def _serves(table: Feature) -> bool:
    """Whether a table may be what a model is called with: not one of a test, nor a part of the rows to learn from."""
    return not is_test(table.sink.path) and _PART.search(table.target.rsplit("/", 1)[-1]) is None


def _keys(aggregation: Aggregation) -> frozenset[str]:
    return frozenset(map(fold, aggregation.keys))


def _definition(feature: Feature, context: Context) -> Definition:
    measure = feature.aggregations[0]
    filters = (
        fold(read.column)
        for read in feature.inputs
        if read.role in ("where", "having", "qualify") and read.column != "*" and _is_told(read, feature)
    )
    return Definition(
        measure.function,
        _window(measure),
        frozenset(filters),
        frozenset(_named(source, context) for source in _summarised(feature, measure)),
    )


def _is_told(read: Input, feature: Feature) -> bool:
    """Whether a filter belongs to a feature: not a time, which the window is told by, nor a label, which rows are picked by that
    a model can learn from."""
    column = column_entry(read)
    is_label = (read.source, read.column) in feature.label or (column is not None and column.known_after is not None)
    return not is_label and not _is_time(read.column, read.entry)


def _summarised(feature: Feature, measure: Aggregation) -> set[Source]:
    """The sources whose rows a measure gathers, of which the one with the rows to predict for is none."""
    found = {read.source for read in events(feature, measure) if read.entry is None or read.entry.kind != "label"}
    return found or set(measure.sources)


def _is_time(column: str, entry: SourceEntry | None) -> bool:
    known = (entry.event_time, entry.partition) if entry is not None else ()
    return timelike(column) or fold(column) in {fold(name) for name in known if name}


def _window(measure: Aggregation) -> str:
    lengths = [days(round(interval.total_seconds) or interval.total_seconds) for interval in measure.extent.intervals]
    words = {"unbounded": "all history", "anchored": f"since {measure.extent.since}", "unknown": ""}
    return " or ".join(lengths) or words.get(measure.extent.window, measure.extent.window)


def _named(source: Source, context: Context) -> str:
    """One name for what the catalog, or the last part of two dotted names, says to be one table."""
    entry = context.matcher.find(source)
    return entry.name if entry is not None else fold(source.name.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[-1])


def _differences(one: Definition, other: Definition, served: str) -> Iterator[str]:
    there = f"in `{served}`"
    if one.function != other.function:
        yield f"the function ({traits(one.function).words} in training, {traits(other.function).words} {there})"
    if one.window != other.window and one.window and other.window:
        yield f"the window ({one.window} in training, {other.window} {there})"
    if one.filters != other.filters:
        yield f"the filter ({_listed(one.filters)} in training, {_listed(other.filters)} {there})"
    if one.sources != other.sources:
        yield f"the sources ({_listed(one.sources)} in training, {_listed(other.sources)} {there})"


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names)) or "none"
