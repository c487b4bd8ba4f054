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
  - {name: crm.accounts, availability: production, latency: daily, kind: dimension}
  - name: lab.survey_answers
    availability: training_only
    reason: collected once for a study
    owner: {team: research, contact: "#research"}
    use_instead: crm.accounts
"""


class UnavailableSource(Rule):
    """A source that production does not have feeds a feature.

    ## What it does
    Follows every feature down to its physical sources, through views, tables, notebooks and any number of steps,
    and reports those that the catalog declares `availability: training_only` or `latency: none`. A single column
    can be declared so, too. A feature also counts where its own computation is joined or filtered on such a source.
    Labels and what only selects the training rows do not.

    ## Why it matters
    The model learns to lean on a value that nobody can hand it when it is called. That shows after deployment, as a
    missing column or, worse, as a default that was never seen in training.

    ## Instead
    Use a source that the catalog lists as `production`; `use_instead` names one where its owner knows one. Or ask
    the owner to bring the source to production before the model depends on it.

    ## When to ignore it
    When the source is on its way to production: state the date in the reason of the ignore comment, or better, in
    the catalog.
    """

    code = "AVL101"
    name = "unavailable-source"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example(
            "the label comes from a study, the features from production",
            {
                "train.py": """
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression

                    accounts = pd.read_sql("select account_id, seats from crm.accounts", con)
                    answers = pd.read_sql("select account_id, churned from lab.survey_answers", con)
                    df = accounts.merge(answers, on="account_id")
                    LogisticRegression().fit(df[["seats"]], df["churned"])
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "an answer from the study becomes a feature",
            {
                "features.sql": """
                    create table ml.account_features as
                    select a.account_id, a.seats, s.satisfaction
                    from crm.accounts a
                    join lab.survey_answers s on s.account_id = a.account_id
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `satisfaction` uses `lab.survey_answers`, which production does not have",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for _, reads in by_source(subject.inputs):
            read = next(filter(_unavailable, reads), None)
            if read is not None:
                yield self._found(subject, read, context)

    def _found(self, feature: Feature, read: Input, context: Context) -> Finding:
        entry, column = read.entry, column_entry(read)
        assert entry is not None
        own = column if column is not None and column.availability is not None else None
        named = f"{read.source.name}.{read.column}" if own else read.source.name
        reason = own.reason if own else entry.reason
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` {relation(read)} `{named}`, which production does not have",
            primary(feature, read),
            help=replacement(entry, context, feature) or f"leave it out, or have `{named}` brought to production first",
            **details(
                feature,
                read,
                declared(entry, "latency" if entry.latency == "none" else "availability", own),
                [("reason", reason)] if reason else [],
            ),
        )


def _unavailable(read: Input) -> bool:
    """Whether production lacks an input. What is only known too late is for post-outcome-column."""
    entry, column = read.entry, column_entry(read)
    if entry is None or entry.kind == "label" or (column is not None and column.known_after is not None):
        return False
    if column is not None and column.availability is not None:
        return column.availability == "training_only"
    return entry.availability == "training_only" or (entry.latency == "none" and entry.availability != "vendor")
