from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

_CATALOG = """
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*.sql"], prediction_point: checkout}]
sources:
  - name: crm.users
    availability: production
    latency: daily
    columns: {user_id: text, country: text, birth_date: {flags: [acme-personal]}}
"""


class PersonalData(Rule):
    """Data about a person that Acme's privacy board has not released feeds a feature.

    ## What it does
    Reports features whose values come from a column or a source that the catalog flags as `acme-personal`.

    ## Why it matters
    A model that has learned from such data must be retrained when a person asks to be forgotten.

    ## Instead
    Use the coarse columns that the board has released, such as the country.

    ## When to ignore it
    Once the board has released the column for this model; remove the flag then.
    """

    code = "ACME001"
    name = "personal-data"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example(
            "a released column",
            {
                "features.sql": "create table ml.features as select user_id, country from crm.users",
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a birth date",
            {
                "features.sql": "create table ml.features as select user_id, birth_date from crm.users",
                "catalog.yaml": _CATALOG,
            },
            contains="`crm.users.birth_date`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002 - the flags are in the subject
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for read in subject.inputs:
            if severity is None or read.role != "value" or read.entry is None:
                continue
            column = read.entry.columns.get(read.column)
            if "acme-personal" in (*read.entry.flags, *(column.flags if column is not None else ())):
                yield self.finding(
                    severity,
                    f"feature `{subject.name}` is made of `{read.source.name}.{read.column}`, which is personal data",
                    read.read or subject.place,
                    feature=subject.name,
                    source=read.source.name,
                    column=read.column,
                    help="use a column that the privacy board has released",
                )
