from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Finding, Label, Rule, Severity, SourceSubject, Subject, Suggestion

from ._words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Source

_CATALOG = """
version: 1
sources:
  - {name: shop.orders, availability: production, latency: daily, kind: events, event_time: ordered_at}
"""
_JUDGED = ("table", "file", "url", "stream", "feature_view")
_PLACES = 3


class UnknownSource(Rule):
    """A source that the catalog does not know feeds a feature.

    ## What it does
    Reports, once per source, what features are made of and the catalog has no entry for, with the names that come
    nearest and the lines to add. Tables and files that a scanned document writes need no entry; neither do inline
    data, the request, and a path that only shows where one is to be put (`path/to/file.csv`).

    ## Why it matters
    Nothing can be said about such a source: not whether production has it, nor how old it is. Every judgement about
    the features on top of it stays silent.

    ## Instead
    Add an entry or, where the source is known by another name, an alias.

    ## When to ignore it
    For a source that is to be replaced before the model is reviewed.
    """

    code = "AVL103"
    name = "unknown-source"
    scope = "source"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "without a catalog there is nothing to compare with",
            {
                "features.sql": """
                    create table ml.features as
                    select user_id, country from shop.users
                """
            },
            flagged=0,
        ),
        Example(
            "a table that another document writes",
            {
                "staging.sql": "create view shop.recent_orders as select user_id, amount, ordered_at from shop.orders",
                "features.sql": """
                    create table ml.features as
                    select user_id, amount as last_amount from shop.recent_orders
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a misspelt table",
            {
                "features.sql": """
                    create table ml.features as
                    select user_id, amount as last_amount from shop.order
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="the catalog does not know `shop.order`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, SourceSubject)
        source = subject.source
        if context.catalog.empty or not _expected(source) or not (subject.features and subject.places):
            return
        if any(context.matcher.find(named) is not None for named in (source, *subject.others)):
            return
        nearest = context.matcher.nearest(source)
        made = f"{listed(subject.features)} {'is' if len(subject.features) == 1 else 'are'} made of"
        yield self.finding(
            self.severity,
            f"the catalog does not know `{source.name}`, which {made}",
            subject.places[0],
            labels=tuple(Label(place, "read here") for place in subject.places[:_PLACES]),
            source=source.name,
            help=_help(source, nearest),
            suggestion=Suggestion("an entry for the catalog", entry(source), "yaml"),
        )


def _expected(source: Source) -> bool:
    """Whether a catalog should have the source: a third party's data is for vendor-source, and what a database says of itself is
    none."""
    own = source.kind == "table" and _SYSTEM.search(source.name) is not None
    return source.kind in _JUDGED and not (own or source.dynamic or source.blank) and source.vendor is None


_SYSTEM = re.compile(r"(^|\.)(sys|information_schema|pg_catalog)\.", re.IGNORECASE)


def _help(source: Source, nearest: tuple[str, ...]) -> str:
    if not nearest:
        return "add it to the catalog"
    alias = f"`aliases: [{_quoted(source.name)}]` to the entry that it stands for"
    return f"add it to the catalog, or {alias}; nearest: {listed(nearest)}"


def entry(source: Source) -> str:
    """The lines that declare a source; what they cannot know is left to fill in."""
    return (
        "sources:\n"
        f"  - name: {_quoted(source.name)}\n"
        "    availability: unknown  # production, request, training_only, vendor, sandbox or deprecated\n"
        "    # latency: daily  # request, online, streaming, microbatch, hourly, daily, slow, manual or none\n"
        "    # kind: events  # events, snapshot, scd1, scd2, dimension or label\n"
        "    # event_time: ts\n"
        "    # owner: {team: ..., contact: ...}\n"
    )


def _quoted(name: str) -> str:
    """A name as a YAML scalar."""
    plain = all(part.isidentifier() for part in name.split("."))
    return name if plain and not name.isdigit() else "'" + name.replace("'", "''") + "'"
