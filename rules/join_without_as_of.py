from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary
from ._joins import joined_to_history, times

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOLDS = {"scd2": "every state that a row ever had", "snapshot": "the states of every day"}
_CATALOG = """
version: 1
sources:
  - {name: pay.orders, availability: production, latency: hourly, kind: events, event_time: ordered_at}
  - {name: crm.segments, availability: production, latency: daily, kind: scd2}
  - {name: crm.balances, availability: production, latency: daily, kind: snapshot, partition: ds}
"""


_QUERY = "create table ml.order_features as select o.order_id, s.segment as x from pay.orders o {join}"


def _query(join: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(join=join), "catalog.yaml": _CATALOG}


class JoinWithoutAsOf(Rule):
    """A table that keeps its history is joined by its key alone.

    ## What it does
    Reports features of a table that the catalog calls `kind: scd2` or `kind: snapshot` where it is joined to other rows,
    and none of its columns that say when takes part in choosing rows: no validity, no date, no partition.

    ## Why it matters
    Each row meets all states that its key ever had, also those that came after it. In training the row is there several
    times, with values of its future; in serving there is one state, the newest.

    ## Instead
    Join as of the time of the row: `ON s.user_id = o.user_id AND s.valid_from <= o.ordered_at AND o.ordered_at < s.valid_to`,
    `ASOF JOIN`, `pd.merge_asof`; a daily snapshot by the day before the row.

    ## When to ignore it
    When the table holds one state of each key, so that its kind is another.
    """

    code = "SKW401"
    name = "join-without-as-of"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "as of the time of the row",
            _query(
                "join crm.segments s on s.user_id = o.user_id and s.valid_from <= o.ordered_at and o.ordered_at < s.valid_to"
            ),
            flagged=0,
        ),
        Example(
            "the state of now, in a table of now",
            _query("join crm.segments s on s.user_id = o.user_id and s.is_current"),
            flagged=0,
        ),
        Example(
            "the snapshot of the day",
            _query("join crm.balances s on s.user_id = o.user_id and s.ds = date(o.ordered_at)"),
            flagged=0,
        ),
        Example(
            "by the key alone",
            _query("join crm.segments s on s.user_id = o.user_id"),
            contains="feature `x` joins `crm.segments`, which holds every state that a row ever had, by its key alone",
        ),
        Example(
            "every snapshot",
            _query("left join crm.balances s using (user_id)"),
            contains="which holds the states of every day, by its key alone",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for entry, (read, *_) in by_source(subject.inputs):
            if severity is None or entry is None or entry.kind not in _HOLDS or read.role != "value":
                continue
            if not joined_to_history(subject, read.source, context) or times(subject, read.source, entry):
                continue
            yield self.finding(
                severity,
                f"feature `{subject.name}` joins `{read.source.name}`, which holds {_HOLDS[entry.kind]}, by its key alone",
                primary(subject, read),
                help="join the state that held at the time of the row",
                **details(subject, read, declared(entry, "kind")),
            )
