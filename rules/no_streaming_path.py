from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import declared, details, primary
from ._staleness import TOLERATED, Reading, age, ages, does, evidence, kept, readings, source_staleness, stateful
from ._words import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_HOUR = 3_600
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: web.clicks, availability: production, latency: microbatch, kind: events, event_time: ts}
  - {name: web.logins, availability: production, latency: microbatch, kind: events, event_time: ts, stream_twin: kafka://logins}
  - {name: web.pings, availability: production, latency: streaming, kind: events, event_time: ts}
"""
_QUERY = """
    create table ml.user_features as
    select user_id, max(amount) as x
    from {table}
    where ts >= current_timestamp - interval '{minutes} minutes'
    group by user_id
"""


def _query(table: str, minutes: int) -> dict[str, str]:
    return {"features.sql": _QUERY.format(table=table, minutes=minutes), "catalog.yaml": _CATALOG}


class NoStreamingPath(Rule):
    """A feature asks for the last minutes, and no stream has them.

    ## What it does
    Reports windows of less than an hour over a source that takes more than a twentieth of the window to show a row, where
    the catalog names no `stream_twin` of it. Of features without a window, those whose prediction point has a `max_age`
    that the source does not reach even right after it is loaded; not those that stay as they are, such as a name. It is an
    error where at some times half of the window is missing. Where `window-inside-staleness`, `stale-window` or
    `too-old-for-decision` speak of the same, it is their note.

    ## Why it matters
    No schedule helps here: what happened in the last minutes is only in an event stream, and a stream that nobody has yet is
    a project of months, with a producer, a team and a bill. Better know before the model needs it.

    ## Instead
    Ask the owner of the source for a stream of it, and declare that as its `stream_twin`; send what the caller knows with the
    request; or take a window that a table can serve, and measure how much worse the model becomes.

    ## When to ignore it
    When the stream is being built: say until when in the ignore comment.
    """

    code = "LAT204"
    name = "no-streaming-path"
    scope = "feature"
    severity = Severity.ERROR
    batch = None
    since = "0.1.0"
    examples = (
        Example("a stream", _query("web.pings", 20), flagged=0),
        Example("a table that has a stream beside it", _query("web.logins", 20), flagged=0),
        Example("two hours of a table that is loaded every few minutes", _query("web.clicks", 120), flagged=0),
        Example(
            "20 minutes of it",
            _query("web.clicks", 20),
            contains="the last 20 min of `web.clicks`, whose newest row is up to 15 min old, and no stream of it is known",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:  # noqa: ARG002
        assert isinstance(subject, Feature)
        if subject.point is not None and self.severity_at(subject.point) is None:
            return
        for group in readings(subject):
            short = [own for own in map(_of_source, group) if own is not None and own.error > TOLERATED]
            if short:
                yield self._window(subject, short)
        yield from self._states(subject)

    def _window(self, feature: Feature, short: list[Reading]) -> Finding:
        worst = short[0]
        severity = self.severity if worst.age.worst >= worst.window / 2 else Severity.WARNING
        return self.finding(
            self.severity_at(feature.point, severity) or severity,
            f"feature `{feature.name}` {does(worst)}, whose newest row is up to {duration(worst.age.worst)} old,"
            " and no stream of it is known",
            worst.aggregation.place,
            help=_advice(worst.read),
            **evidence(feature, worst, short),
        )

    def _states(self, feature: Feature) -> Iterator[Finding]:
        limit = feature.point.max_age if feature.point is not None else None
        if feature.point is None or limit is None or not stateful(feature):
            return
        late = [
            (own.least, read)
            for read in feature.inputs
            if kept(read)
            and (own := source_staleness(read)) is not None
            and limit < own.least < inf
            and _streamless(read)
            and ages(feature, read)
        ]
        if not late:
            return
        least, read = max(late, key=lambda pair: age(pair[1]))
        assert read.entry is not None
        yield self.finding(
            self.severity_at(feature.point) or self.severity,
            f"feature `{feature.name}` uses `{read.source.name}`, which is {duration(least)} old at best, and"
            f" no stream of it is known; `{feature.point.name}` tolerates {duration(limit)}",
            primary(feature, read),
            help=_advice(read),
            **details(feature, read, declared(read.entry, "latency")),
        )


def _of_source(reading: Reading) -> Reading | None:
    """A short window against the age of the source alone: what tables on the way add, no stream would take away."""
    own = source_staleness(reading.read)
    if own is None or reading.window >= _HOUR or not _streamless(reading.read):
        return None
    return Reading(reading.aggregation, reading.read, own, reading.window)


def _streamless(read: Input) -> bool:
    """Whether the catalog says of a source how old it is, but of no stream with the same events."""
    entry = read.entry
    return (
        entry is not None and entry.stream_twin is None and read.source.kind != "stream" and entry.latency != "manual"
    )


def _advice(read: Input) -> str:
    owner = read.entry.owner if read.entry is not None else None
    asked = f"ask {owner} for a stream of it" if owner is not None and str(owner) else "have a stream of it made"
    return f"{asked} and declare that as its `stream_twin`, have the caller send the value, or widen the window"
