from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary
from ._joins import times

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input


_CATALOG = """
version: 1
sources:
  - {name: pay.orders, availability: production, latency: hourly, kind: events, event_time: ordered_at}
  - name: risk.scores
    availability: production
    latency: daily
    kind: events
    event_time: scored_at
    available_at: loaded_at
"""

_COMPARING = ("join", "lookup", "where")
_QUERY = """
    create table ml.order_features as
    select o.order_id, max(s.score) as x
    from pay.orders o left join risk.scores s on s.user_id = o.user_id{condition}
    group by o.order_id
"""


def _query(condition: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(condition=condition), "catalog.yaml": _CATALOG}


class SingleClockJoin(Rule):
    """Rows are joined as of the time at which something happened, not of that at which it was known.

    ## What it does
    Reports features of a source whose catalog entry says `available_at`, where it is joined to the times of other rows by
    its event time, and `available_at` plays no part. Not where its own time looks up another table, nor where times are
    compared by a month that does not see how late rows come.

    ## Why it matters
    What happened at ten was loaded at two in the night. A training row of eleven gets it, because its event time is
    earlier; the prediction at eleven did not have it. The shorter the window, the more of what it holds was not there.

    ## Instead
    Use both clocks: `s.scored_at <= o.ordered_at AND s.loaded_at <= o.ordered_at`. Feature stores call the second one the
    created or ingestion timestamp.

    ## When to ignore it
    When rows arrive so soon that no prediction lies between.
    """

    code = "SKW403"
    name = "single-clock-join"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "both clocks",
            _query(" and s.scored_at <= o.ordered_at and s.loaded_at <= o.ordered_at"),
            flagged=0,
        ),
        Example(
            "a window until now has one clock only",
            {
                "features.sql": """
                    create table ml.user_features as
                    select user_id, max(score) as x from risk.scores
                    where scored_at >= current_date - interval '30' day group by user_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example("its day is a key beside others", _query(" and date(s.scored_at) = date(o.ordered_at)"), flagged=0),
        Example(
            "what lies in an interval of the other side belongs to it",
            _query(" and s.scored_at >= o.ordered_at and s.scored_at <= o.delivered_at"),
            flagged=0,
        ),
        Example(
            "the event time only",
            _query(" and s.scored_at <= o.ordered_at"),
            contains="feature `x` joins `risk.scores` as of `scored_at`, but its rows are known only at `loaded_at`",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for entry, group in by_source(subject.inputs):
            if severity is None or entry is None or not entry.event_time or not entry.available_at:
                continue
            read = _telling(group, entry.event_time)
            if read.role != "value":
                continue
            chosen = times(subject, read.source, entry)
            if any(column in (fold(entry.available_at), "*") for column, _ in chosen):
                continue
            if (read.source, fold(entry.event_time)) not in subject.as_of:
                continue
            if not any(column == fold(entry.event_time) and role in _COMPARING for column, role in chosen):
                continue
            yield self.finding(
                severity,
                f"feature `{subject.name}` joins `{read.source.name}` as of `{entry.event_time}`, but its rows are known only at"
                f" `{entry.available_at}`",
                primary(subject, read),
                help=f"ask for `{entry.available_at}` before the time that `{entry.event_time}` is compared with, too",
                **details(subject, read, declared(entry, "available_at")),
            )


def _telling(group: list[Input], event_time: str) -> Input:
    """A value that is taken from the rows, sooner than the time that they are looked up by."""
    values = (read for read in group if read.role == "value" and fold(read.column) != fold(event_time))
    return next(values, group[0])
