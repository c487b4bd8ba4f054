from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, column_entry, declared, details, primary, relation, replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_CATALOG = """
version: 1
sources:
  - name: crm.accounts_v1
    availability: deprecated
    grain: [account_id]
    reason: no longer loaded from 2027 on
    owner: {contact: "#crm"}
    use_instead: crm.accounts
  - {name: crm.accounts, availability: production, latency: daily, kind: dimension}
  - name: crm.tickets
    availability: production
    columns:
      subject: text
      priority_code: {type: integer, availability: deprecated, reason: replaced by priority}
"""


class DeprecatedSource(Rule):
    """A source that is to go away feeds a feature.

    ## What it does
    Follows every feature down to its physical sources and reports those that the catalog declares `availability:
    deprecated`. A single column can be declared so, too. The source that the catalog lists as `use_instead` is named.

    ## Why it matters
    The source is there today, so the model trains and goes live. On the day that its owner stops loading it, the feature
    freezes or turns null, in all models that use it, and each has to be trained again in a hurry.

    ## Instead
    Build the feature on the replacement before the model is trained: the values of the two may differ, so that it
    cannot be swapped afterwards.

    ## When to ignore it
    For a model that is retired before its source, with the date as the reason of the ignore comment.
    """

    code = "AVL107"
    name = "deprecated-source"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "the replacement is read, and of a table with an old column another one",
            {
                "features.sql": """
                    create table ml.account_features as
                    select a.account_id, a.seats, t.subject as last_subject
                    from crm.accounts a
                    join crm.tickets t on t.account_id = a.account_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "only the label comes from the old table",
            {
                "train.py": """
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression

                    new = pd.read_sql("select account_id, seats from crm.accounts", con)
                    old = pd.read_sql("select account_id, churned from crm.accounts_v1", con)
                    df = new.merge(old, on="account_id")
                    LogisticRegression().fit(df[["seats"]], df["churned"])
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "the old table feeds a feature",
            {
                "features.sql": """
                    create table ml.account_features as
                    select account_id, seats from crm.accounts_v1
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `seats` uses `crm.accounts_v1`, which is deprecated",
        ),
        Example(
            "one column is deprecated",
            {
                "features.sql": """
                    create table ml.ticket_features as
                    select ticket_id, priority_code as urgency from crm.tickets
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `urgency` uses `crm.tickets.priority_code`, which is deprecated",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for _, reads in by_source(filter(_deprecated, subject.inputs)):
            yield self._found(subject, reads[0], context)

    def _found(self, feature: Feature, read: Input, context: Context) -> Finding:
        entry, column = read.entry, column_entry(read)
        assert entry is not None
        own = column if column is not None and column.availability == "deprecated" else None
        named = f"{read.source.name}.{read.column}" if own else read.source.name
        reason = own.reason if own else entry.reason
        asked = f"ask {entry.owner}" if entry.owner and str(entry.owner) else "ask its owner"
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` {relation(read)} `{named}`, which is deprecated",
            primary(feature, read),
            help=(None if own else replacement(entry, context, feature))
            or f"{asked} what takes its place, and build on that",
            **details(feature, read, declared(entry, "availability", own), [("reason", reason)] if reason else []),
        )


def _deprecated(read: Input) -> bool:
    entry, column = read.entry, column_entry(read)
    if column is not None and column.availability is not None:
        return column.availability == "deprecated"
    return entry is not None and entry.availability == "deprecated"
