from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary, relation, replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Source
    from feasilint.measure.model import Input

_SHEET = re.compile(r"\.(xlsx?|xlsm|xlsb|ods|numbers)$", re.IGNORECASE)
_EXPORT = re.compile(r"\.(csv|tsv|txt|dat|sav|dta|sas7bdat)(\.(gz|zip|bz2))?$", re.IGNORECASE)
_MADE = re.compile(
    r"\.(parquet|pq|pickle|pkl|feather|jsonl?|h5|hdf5?|np[yz]|arrow|orc|avro|db|sqlite3?|zip)$", re.IGNORECASE
)
_HOME = re.compile(r"~|[a-z]:[/\\]|/(home|users|root|tmp|content|filestore)/", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"/|\\\\|\{|\w[\w+.-]+:|Files/"
)  # a mounted or distributed file system, a share, a hole, a scheme, OneLake
_ENUMERATED = ("dimension", "scd1", "scd2", "label")  # lists that people keep by hand
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["fraud/**"], prediction_point: checkout}
sources:
  - {name: payments.transactions, aliases: [exports/transactions.csv], availability: production, kind: events}
  - {name: finance.rates, availability: production, latency: manual, kind: snapshot, grain: [currency]}
  - {name: finance.currencies, availability: production, latency: manual, kind: dimension, grain: [currency]}
"""
_TRAIN = """
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    df = pd.read_csv("{path}")
    LogisticRegression().fit(df[["amount"]], df["fraud"])
"""
_TABLE = "create table ml.currency_features as select currency, {column} from {table}"


class ManualFile(Rule):
    """A file that somebody put there by hand feeds a feature.

    ## What it does
    Reports features that depend on a source declared `latency: manual`, unless it is a dimension, a list that people do keep by
    hand. Of models with a declared prediction point it also reports files on a local disk that the catalog does not
    know (CSV and other exports, spreadsheets, a home folder) and spreadsheets anywhere; what a machine writes, such as
    Parquet, is a warning. Files that the scanned code itself writes are followed to where their rows come from. Where no
    prediction point is declared, no file is reported: most notebooks of an analysis read one, and nobody means to call them.

    ## Why it matters
    Production has no such file. Where somebody copies it there, it stays as it was on that day, and nobody notices.

    ## Instead
    Read the table that the file was exported from, or name the file as an alias of that table in the catalog. What only
    exists in a spreadsheet needs a job that loads it, and an owner.

    ## When to ignore it
    For a file that is deployed together with the model and changes only with it.
    """

    code = "AVL104"
    name = "manual-file"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AVL103", "LAT203")
    examples = (
        Example("a notebook that nobody calls", {"eda/train.py": _TRAIN.format(path="data/train.csv")}, flagged=0),
        Example(
            "a catalog, but no prediction point for this model",
            {"eda/train.py": _TRAIN.format(path="data/train.csv"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "an export of a table that the catalog knows",
            {"fraud/train.py": _TRAIN.format(path="exports/transactions.csv"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a list that people keep by hand",
            {
                "fraud/features.sql": _TABLE.format(column="decimals", table="finance.currencies"),
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a file of unknown origin",
            {"fraud/train.py": _TRAIN.format(path="data/train.csv"), "catalog.yaml": _CATALOG},
            contains="feature `amount` uses `data/train.csv`, a local file that production does not have",
        ),
        Example(
            "rates that somebody types in",
            {"fraud/features.sql": _TABLE.format(column="rate", table="finance.rates"), "catalog.yaml": _CATALOG},
            contains="feature `rate` uses `finance.rates`, which is loaded by hand",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        for _, reads in by_source(read for read in subject.inputs if _by_hand(read.entry)):
            yield self._loaded(subject, reads[0], context)
        unknown = (read for read in subject.inputs if read.entry is None) if subject.point is not None else ()
        for _, reads in by_source(unknown):
            if (what := _file(reads[0].source)) is not None:
                yield self._read(subject, reads[0], what)

    def _loaded(self, feature: Feature, read: Input, context: Context) -> Finding:
        entry = read.entry
        assert entry is not None
        severity = self.severity if entry.kind is not None else Severity.WARNING
        return self.finding(
            self.severity_at(feature.point, severity) or severity,
            f"feature `{feature.name}` {relation(read)} `{read.source.name}`, which is loaded by hand",
            primary(feature, read),
            help=replacement(entry, context, feature) or "have a job load it, and declare its period",
            **details(feature, read, declared(entry, "latency"), [("reason", entry.reason)] if entry.reason else []),
        )

    def _read(self, feature: Feature, read: Input, what: str) -> Finding:
        by_hand = _SHEET.search(read.source.name) or _EXPORT.search(read.source.name)
        severity = self.severity if by_hand else Severity.WARNING
        return self.finding(
            self.severity_at(feature.point, severity) or severity,
            f"feature `{feature.name}` {relation(read)} `{read.source.name}`, {what}",
            primary(feature, read),
            help="read the table that it was exported from, or list the file under the `aliases` of that table",
            **details(feature, read),
        )


def _by_hand(entry: SourceEntry | None) -> bool:
    """Whether a source in production is loaded by hand, and no list that people keep."""
    if entry is None or entry.latency != "manual" or entry.period is not None or entry.kind in _ENUMERATED:
        return False
    return entry.availability in ("production", "unknown")


def _file(source: Source) -> str | None:
    """What an unknown file is to production, as the end of a sentence; None where it may be anything."""
    name = source.name.strip()
    if source.kind != "file" or source.blank or source.vendor is not None:
        return None
    if _SHEET.search(name):
        return "a spreadsheet that production does not have"
    relative = _ELSEWHERE.match(name) is None and (_EXPORT.search(name) or _MADE.search(name))
    return "a local file that production does not have" if relative or _HOME.match(name) else None
