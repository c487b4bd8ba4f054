from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.measure.names import identifier
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, column_entry, declared, details, primary, relation, replacement
from ._words import days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import ColumnEntry, SourceEntry
    from feasilint.measure.model import Input

_CATALOG = """
version: 1
sources:
  - {name: payments.checkouts, availability: request, latency: request, kind: events}
  - name: payments.chargebacks
    availability: production
    latency: hourly
    kind: events
    columns:
      opened_at: {type: timestamp}
      confirmed: {availability: training_only, known_after: 60d, reason: the bank decides within 60 days}
    owner: {contact: "#disputes"}
  - {name: risk.fraud_labels, availability: training_only, kind: label}
"""


class PostOutcomeColumn(Rule):
    """A column that is known only after the outcome is used as a feature.

    ## What it does
    Reports features that depend on a column whose catalog entry says `known_after`, or on a source of `kind:
    label`; where that names columns by `known_after`, these alone. Identifiers that are carried along are no outcomes. As the
    label of a model both are welcome. So is a column of rows that are old enough: those before
    `as_of - interval 60 day`, or a sum of 67 days less one of 60.

    ## Why it matters
    In the warehouse the column is filled in for every old row, so the model trains on the answer. At prediction
    time it is still empty: the validation score was too good to be true, and production will not see it.

    ## Instead
    Use what is known at prediction time: that a case was opened, not how it ended. Or aggregate cases that are old
    enough for the outcome to be known, and bound them by the time at which it became known.

    ## When to ignore it
    When the feature looks only at rows older than the delay, in a way that cannot be seen in the code.
    """

    code = "AVL109"
    name = "post-outcome-column"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("AVL101",)
    examples = (
        Example(
            "the outcome is the label",
            {
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    checkouts = pd.read_sql("select checkout_id, amount from payments.checkouts", con)
                    chargebacks = pd.read_sql("select checkout_id, confirmed from payments.chargebacks", con)
                    df = checkouts.merge(chargebacks, on="checkout_id")
                    XGBClassifier().fit(df[["amount"]], df["confirmed"])
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a table of training rows carries the label",
            {
                "make_training_set.sql": """
                    create table ml.training_features as
                    select c.checkout_id, c.amount, l.is_fraud
                    from payments.checkouts c join risk.fraud_labels l on l.checkout_id = c.checkout_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "that a dispute was opened is known at once",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, max(opened_at) as last_dispute_at
                    from payments.chargebacks
                    where opened_at >= current_timestamp() - interval 90 day
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "how disputes ended that are old enough",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, max(confirmed) as had_fraud
                    from payments.chargebacks
                    where opened_at between current_timestamp() - interval 180 day and current_timestamp() - interval 60 day
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a risk score whose window ends before the delay",
            {
                "features.py": """
                    import pandas as pd

                    df = pd.read_sql("select user_id, opened_at, confirmed from payments.chargebacks", con)
                    df = df.sort_values("opened_at").set_index("opened_at")
                    recent = df.groupby("user_id")["confirmed"].rolling("60d").sum()
                    df["risk"] = df.groupby("user_id")["confirmed"].rolling("90d").sum() - recent
                    df[["user_id", "risk"]].to_parquet("user_features.parquet")
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "disputes of the last month, of which most are open",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, max(confirmed) as had_fraud
                    from payments.chargebacks
                    where opened_at >= current_timestamp() - interval 180 day
                      and opened_at < current_timestamp() - interval 30 day
                    group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="is known 60 days after the event",
        ),
        Example(
            "how the dispute ended",
            {
                "features.sql": """
                    create table ml.checkout_features as
                    select c.checkout_id, b.confirmed as last_dispute_was_fraud
                    from payments.checkouts c
                    left join payments.chargebacks b on b.user_id = c.user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="`payments.chargebacks.confirmed`, which is known 60 days after the event",
        ),
        Example(
            "a label table feeds a feature",
            {
                "features.sql": """
                    create table ml.checkout_features as
                    select c.checkout_id, l.fraud_type
                    from payments.checkouts c
                    join risk.fraud_labels l on l.checkout_id = c.checkout_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="`risk.fraud_labels.fraud_type`, which holds outcomes",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for _, reads in by_source(subject.inputs):
            told: set[str] = set()
            for read in reads:
                when = _too_late(subject, read) if not _is_carried_label(subject, read) else None
                if when and read.column not in told and (when != _OUTCOME or not told):
                    told.add(read.column)
                    yield self._found(subject, read, when, context)

    def _found(self, feature: Feature, read: Input, when: str, context: Context) -> Finding:
        entry, column = read.entry, column_entry(read)
        assert entry is not None
        own = column if column is not None and column.known_after is not None else None
        reason = own.reason if own else entry.reason
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` {relation(read)} `{read.source.name}.{read.column}`, which {when}",
            primary(feature, read),
            help=replacement(entry, context, feature) or _advice(own),
            **details(feature, read, declared(entry, "kind", own), [("reason", reason)] if reason else []),
        )


def _is_carried_label(feature: Feature, read: Input) -> bool:
    """Whether a table of training rows carries the label beside its features, by the name that it has in its source."""
    return (
        feature.kind == "table" and fold(feature.name) == fold(read.column) and _LABEL.search(feature.name) is not None
    )


_LABEL = re.compile(
    r"^(is|has)?_?(label|target|churn(ed)?|fraud|default(ed)?|outcome|y)_?(label|flag)?$", re.IGNORECASE
)
_OUTCOME = "holds outcomes and is filled in after the event"


def _advice(column: ColumnEntry | None) -> str:
    if column is None or column.known_after is None:
        return "use what is known at prediction time, or keep the column as the label only"
    old = days(column.known_after)
    return f"take it from rows that are at least {old} old only, or use what is known at prediction time"


def _too_late(feature: Feature, read: Input) -> str | None:
    """When an input is known, as the end of a sentence; None where that is soon enough."""
    column = column_entry(read)
    if column is not None and column.known_after and read.least_age >= column.known_after:
        return None
    if column is not None and column.known_after:
        return f"is known {days(column.known_after)} after the event"
    if read.entry is None or read.entry.kind != "label" or (column is not None and column.availability == "production"):
        return None
    return None if _is_no_outcome(feature, read, read.entry) else _OUTCOME


def _is_no_outcome(feature: Feature, read: Input, entry: SourceEntry) -> bool:
    """Whether a column of a table of labels says whom a label is about, or is beside those that are said to be known later."""
    keys = map(fold, (*entry.grain, *entry.keys, *entry.bounded_keys))
    names = identifier(read.column) or fold(read.column) in keys
    return (feature.carried and names) or any(column.known_after for column in entry.columns.values())
