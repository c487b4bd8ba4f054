from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, column_entry, declared, details, primary, relation, replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_OUTSIDE = re.compile(
    r"https?://(?!localhost|127\.|0\.0\.0\.0|10\.|192\.168\.|[\w-]+([:/]|$)|[\w.-]+\.(local|internal|corp|lan)\b)"
)
_CATALOG = """
version: 1
sources:
  - {name: payments.checkouts, availability: production, latency: streaming, kind: events}
  - {name: bureau.scores, availability: production, latency: daily, reason: contract until 2028}
  - name: trial.device_scores
    availability: vendor
    reason: proof of concept; no contract
    owner: {contact: "#vendors"}
"""


class VendorSource(Rule):
    """A third party's data feeds a feature, and no contract brings it to production.

    ## What it does
    Reports features that depend on a source declared `availability: vendor`, and on data fetched from a third
    party's API or SDK that the catalog does not declare as available in production.

    ## Why it matters
    Vendors hand out samples for a proof of concept. Whether they deliver the same score at prediction time, how
    fast, at which price and for how many requests is a contract that somebody must negotiate; a model that needs
    the score cannot go live before.

    ## Instead
    Build on what production has, measure what the vendor's data adds on top, and let that number decide about the
    contract.

    ## When to ignore it
    When the contract is signed: declare the source `availability: production` with its latency instead of ignoring
    it.
    """

    code = "AVL102"
    name = "vendor-source"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("AVL101", "AVL105")
    examples = (
        Example(
            "a vendor whose scores are under contract",
            {
                "features.sql": """
                    create table ml.checkout_features as
                    select c.checkout_id, b.score as bureau_score
                    from payments.checkouts c
                    join bureau.scores b on b.user_id = c.user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "rows that look something up at a vendor and scale a column of their own",
            {
                "train.py": """
                    import pandas as pd
                    from xgboost import XGBClassifier

                    checkouts = pd.read_sql("select device_id, amount, fraud from payments.checkouts", con)
                    scores = pd.read_sql("select device_id, score from trial.device_scores", con)
                    df = checkouts.merge(scores, on="device_id", how="left")
                    df["share"] = df["amount"] / df["amount"].std()
                    XGBClassifier().fit(df[["device_id", "share"]], df["fraud"])
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a score from a proof of concept",
            {
                "features.sql": """
                    create table ml.checkout_features as
                    select c.checkout_id, d.score as device_risk
                    from payments.checkouts c
                    join trial.device_scores d on d.checkout_id = c.checkout_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `device_risk` uses `trial.device_scores`, a third party's data without a production contract",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for _, reads in by_source(subject.inputs):
            read = next(filter(_third_party, reads), None)
            if read is not None and not _is_predicted(subject, read):
                yield self._found(subject, read, context)

    def _found(self, feature: Feature, read: Input, context: Context) -> Finding:
        entry, column = read.entry, column_entry(read)
        whose = f"{read.source.vendor}'s" if read.source.vendor else "a third party's"
        own = column if column is not None and column.availability == "vendor" else None
        named = f"{read.source.name}.{read.column}" if own else read.source.name
        reason = own.reason if own else entry.reason if entry else None
        instead = replacement(entry, context) if entry is not None else None
        stated = own is not None or (entry is not None and entry.availability == "vendor")
        severity = self.severity_at(feature.point) or self.severity
        contract = " without a production contract" if stated else "; no production contract of it is declared"
        return self.finding(
            severity if stated else severity.milder,
            f"feature `{feature.name}` {relation(read)} `{named}`, {whose} data{contract}",
            primary(feature, read),
            help=instead or f"leave it out, or declare `{read.source.name}` once a contract covers it in production",
            **details(
                feature,
                read,
                declared(entry, "availability", own) if entry is not None else (),
                [("reason", reason)] if reason else [],
            ),
        )


def _third_party(read: Input) -> bool:
    column = column_entry(read)
    if column is not None and column.availability is not None:
        return column.availability == "vendor"
    if read.entry is not None and read.entry.availability != "unknown":
        return read.entry.availability == "vendor"
    return read.source.vendor is not None or (
        read.source.kind == "api" and _OUTSIDE.match(read.source.name) is not None
    )


def _is_predicted(feature: Feature, read: Input) -> bool:
    """Whether a series whose source nobody has declared is what the model predicts from its own past: it comes with the task."""
    return read.entry is None and ("*" in (feature.name, read.column) or (read.source, read.column) in feature.label)
