from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, column_entry, declared, details, primary, relation, replacement
from ._words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_SCHEMA = re.compile(r"(.*_)?(sandbox|sbx|scratch|scratchpad|playground|ad_?hoc)(_.*)?|(tmp|temp|dev)(_.*)?")
_TABLE = re.compile(r"(tmp|temp|scratch|sandbox)_.+")
_CATALOG = """
version: 1
sources:
  - {name: crm.accounts, availability: production, latency: daily, kind: dimension, grain: [account_id]}
  - {name: "lab_anna.*", availability: sandbox, owner: anna}
  - {name: tmp_imports.prices, availability: production, latency: daily, kind: snapshot}
"""
_QUERY = """
    create table ml.account_features as
    select a.account_id, s.score
    from crm.accounts a
    join {table} s on s.account_id = a.account_id
"""


class SandboxSource(Rule):
    """A table of somebody's sandbox feeds a feature.

    ## What it does
    Reports features that depend on a source declared `availability: sandbox` (most often a pattern, as `sandbox.*`).
    Where there is a catalog that does not know a table, its name counts, too: a schema such as `sandbox`, `scratch`, `tmp`,
    `dev_anna`, or a table `tmp_…`. A name is only a hint, so that it is a warning. Without a catalog the rule is
    silent, and so it is about tables that the scanned code makes.

    ## Why it matters
    Nobody runs the job that made the table: it was made by hand, once, by a person who may clean up tomorrow. Production has
    no access to it, and where it has, the values are those of the day on which it was made.

    ## Instead
    Bring the query that made the table into the project, so that it is run by schedule and the lineage goes on to what it
    is made of; or read the table that it was copied from.

    ## When to ignore it
    When production does load the table: declare it in the catalog instead of ignoring it.
    """

    code = "AVL106"
    name = "sandbox-source"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    supersedes = ("AVL101", "AVL103")
    examples = (
        Example(
            "without a catalog a name says too little",
            {"features.sql": _QUERY.format(table="sandbox.scores")},
            flagged=0,
        ),
        Example(
            "a table that the project makes itself",
            {
                "scores.sql": "create table tmp_work.scores as select account_id, seats * 2 as score from crm.accounts",
                "features.sql": _QUERY.format(table="tmp_work.scores"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "the catalog knows better than the name",
            {"features.sql": _QUERY.format(table="tmp_imports.prices"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a declared sandbox",
            {"features.sql": _QUERY.format(table="lab_anna.scores_v2"), "catalog.yaml": _CATALOG},
            contains="feature `score` uses `lab_anna.scores_v2`, which lies in a sandbox",
        ),
        Example(
            "a name that says so",
            {"features.sql": _QUERY.format(table="analytics_sandbox.scores"), "catalog.yaml": _CATALOG},
            contains="`analytics_sandbox.scores`, which the catalog does not know and whose name says",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for _, reads in by_source(filter(_sandbox, subject.inputs)):
            yield self._declared(subject, reads[0], context)
        if context.catalog.empty:
            return
        for _, reads in by_source(r for r in subject.inputs if r.entry is None and r.source.kind == "table"):
            if word := _telling(reads[0]):
                yield self._named(subject, reads[0], word)

    def _declared(self, feature: Feature, read: Input, context: Context) -> Finding:
        entry, column = read.entry, column_entry(read)
        assert entry is not None
        own = column if column is not None and column.availability == "sandbox" else None
        named = f"{read.source.name}.{read.column}" if own else read.source.name
        reason = own.reason if own else entry.reason
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` {relation(read)} `{named}`, which lies in a sandbox",
            primary(feature, read),
            help=replacement(entry, context, feature)
            or "bring the query that makes it into the project, or read what it is made of",
            **details(feature, read, declared(entry, "availability", own), [("reason", reason)] if reason else []),
        )

    def _named(self, feature: Feature, read: Input, word: str) -> Finding:
        source = f"`{read.source.name}`, which the catalog does not know and whose name says {listed([word])}"
        return self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` {relation(read)} {source}",
            primary(feature, read),
            help="bring the query that makes it into the project, or declare it in the catalog if production has it",
            **{**details(feature, read), "confidence": "approximate"},
        )


def _sandbox(read: Input) -> bool:
    entry, column = read.entry, column_entry(read)
    if column is not None and column.availability is not None:
        return column.availability == "sandbox"
    return entry is not None and entry.availability == "sandbox"


def _telling(read: Input) -> str | None:
    """The part of an unknown table's name that says where it lies."""
    if read.source.vendor is not None:
        return None
    *schemas, table = read.source.name.lower().replace('"', "").replace("`", "").split(".")
    said = next((schema for schema in schemas if _SCHEMA.fullmatch(schema)), None)
    return said or (table if _TABLE.fullmatch(table) else None)
