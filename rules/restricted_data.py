from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir.expressions import fold
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, column_entry, declared, details, primary, replacement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.model import ColumnEntry, SourceEntry
    from feasilint.measure.model import Input

_CATALOG = """
version: 1
sources:
  - name: crm.users
    availability: production
    kind: dimension
    grain: [user_id]
    columns:
      email: {type: text, flags: [pii]}
      country: text
    owner: {contact: "#privacy"}
  - {name: web.profiles, availability: production, kind: dimension, grain: [user_id], flags: [marketing consent only]}
  - {name: crm.addresses, availability: production, kind: dimension, grain: [user_id], flags: [pii]}
"""
_QUERY = "create table ml.user_features as select user_id, {value} from {table}"

_PERSONAL = (
    "pii", "phi", "spi", "npi", "pci", "gdpr", "ccpa", "hipaa", "ssn", "biometric", "personal", "personal data", "sensitive",
    "special category", "personally identifiable", "identifier", "quasi identifier", "restricted", "secret", "policy tag",
)  # fmt: skip
_PURPOSE = (
    "consent", "no ml", "no ai", "no training", "not for ml", "not for training", "not for modelling", "not for modeling",
    "do not use", "opt out", "purpose limited", "legal hold", "embargo", "embargoed",
)  # fmt: skip
_HARMLESS = re.compile(r"\b(case|non|not|no|without|false|none|free|removed|public|anonymi[sz]ed|0)\b")
_COUNTS = ("count", "count_distinct", "approx_count_distinct")


class RestrictedData(Rule):
    """Personal data, or data that may not be used for this, reaches a feature.

    ## What it does
    Reports features into which the values of a column flow whose `flags` say that it is personal or restricted (`pii`, `phi`,
    `gdpr`, `sensitive`, `policy tag` …) or bound to a purpose (`consent`, `no ml`, `do not use` …). A hash, a part or
    an encoding of the column is still the column; counts of it are not personal. A flag on a whole source counts for all its
    columns where it names a purpose. Where it says `pii` and no column is flagged, it is a remark, because nobody says
    which columns are meant. Keys that a feature is joined or grouped by are not judged.

    ## Why it matters
    A model keeps what it was trained on. When a person asks to be forgotten, or the purpose turns out not to be covered,
    the model has to be trained again without the column, and everything that was decided with it is in question.

    ## Instead
    Leave the column out, or use a coarser one that is free: a region instead of an address, an age band instead of a date
    of birth. Or have the purpose cleared and the flag changed in the catalog.

    ## When to ignore it
    When the use is cleared: say by whom in the ignore comment.
    """

    code = "AVL111"
    name = "restricted-data"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example(
            "another column of the same table",
            {"features.sql": _QUERY.format(value="country", table="crm.users"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "how many addresses there are says nothing about a person",
            {
                "features.sql": """
                    create table ml.country_features as
                    select country, count(distinct email) as members from crm.users group by country
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a hash of personal data",
            {"features.sql": _QUERY.format(value="md5(email) as who", table="crm.users"), "catalog.yaml": _CATALOG},
            contains="feature `who` is made of `crm.users.email`, which the catalog flags as `pii`",
        ),
        Example(
            "a table that may be used for one purpose only",
            {"features.sql": _QUERY.format(value="interests", table="web.profiles"), "catalog.yaml": _CATALOG},
            contains="`web.profiles`, which the catalog flags as `marketing consent only`",
        ),
        Example(
            "a table with personal data, nobody says where",
            {"features.sql": _QUERY.format(value="city", table="crm.addresses"), "catalog.yaml": _CATALOG},
            contains="`crm.addresses`, which the catalog flags as `pii`, but none of its columns",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        flagged = [read for read in subject.inputs if read.role == "value" and _flagged(read.entry)]
        counted = _counted(subject) if flagged else frozenset[str]()
        for _, reads in by_source(flagged):
            told: set[str | None] = set()
            for read in reads:
                found = _restriction(read, counted)
                name = read.column if found is not None and found.column is not None else None
                if found is not None and name not in told:
                    told.add(name)
                    yield self._found(subject, read, found, context)

    def _found(self, feature: Feature, read: Input, found: _Restriction, context: Context) -> Finding:
        entry, own = read.entry, found.column
        assert entry is not None
        severity = Severity.INFO if found.vague else self.severity
        named = f"{read.source.name}.{read.column}" if own else read.source.name
        flagged = f"`{named}`, which the catalog flags as `{found.flag}`"
        reason = own.reason if own else entry.reason
        return self.finding(
            self.severity_at(feature.point, severity) or severity,
            f"feature `{feature.name}` is made of {flagged}{', but none of its columns' if found.vague else ''}",
            primary(feature, read),
            help=f"flag the columns of `{entry.name}` that hold it, so that the others are free"
            if found.vague
            else (None if own else replacement(entry, context)) or _advice(entry),
            **details(feature, read, declared(entry, "flags", own), [("reason", reason)] if reason else []),
        )


def _flagged(entry: SourceEntry | None) -> bool:
    return entry is not None and (bool(entry.flags) or any(column.flags for column in entry.columns.values()))


class _Restriction(NamedTuple):
    """The flag that forbids an input. `column`: it stands at the column itself; `vague`: it stands at the source and does not
    say which columns are meant."""

    flag: str
    column: ColumnEntry | None = None
    vague: bool = False


def _restriction(read: Input, counted: frozenset[str]) -> _Restriction | None:
    entry, column = read.entry, column_entry(read)
    if entry is None:
        return None
    own, whole = column.flags if column is not None else (), entry.flags
    if flag := _saying(own, _PURPOSE):
        return _Restriction(flag, column)
    if flag := _saying(whole, _PURPOSE):
        return _Restriction(flag)
    if fold(read.column) in counted:
        return None
    if flag := _saying(own, _PERSONAL):
        return _Restriction(flag, column)
    told = any(_saying(other.flags, _PERSONAL) for other in entry.columns.values())
    flag = None if told or read.column == "*" else _saying(whole, _PERSONAL)
    return _Restriction(flag, vague=True) if flag else None


def _saying(flags: Iterable[str], words: tuple[str, ...]) -> str | None:
    """The first flag that contains one of these words: `PII`, `pii.email`, `classification=restricted`."""
    for flag in flags:
        plain = " ".join(re.findall(r"[a-z0-9]+", flag.lower()))
        said = any(f" {word} " in f" {plain} " for word in words)
        if said and (words is _PURPOSE or _HARMLESS.search(plain) is None):
            return flag
    return None


def _counted(feature: Feature) -> frozenset[str]:
    """The columns of which a feature only takes counts."""
    counts = [a for a in feature.aggregations if a.function in _COUNTS]
    others = {fold(name) for a in feature.aggregations if a not in counts for name in a.arguments}
    return frozenset(fold(name) for a in counts for name in a.arguments) - others


def _advice(entry: SourceEntry) -> str:
    asked = f" and have {entry.owner} clear it" if entry.owner and str(entry.owner) else ""
    return f"leave it out, or use a coarser column that is free; if this use is allowed, say so in its flags{asked}"
