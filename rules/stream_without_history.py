from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary
from ._words import days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_ENOUGH = 90 * 86_400  # a topic that keeps a quarter of a year is a history
_ABSENT = ("training_only", "vendor", "request")
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: web.clicks, availability: production, latency: daily, kind: events, stream_twin: kafka://clicks}
  - {name: kafka://clicks, availability: production, latency: streaming, kind: events, retention: 7d}
  - {name: kafka://pings, availability: production, latency: streaming, kind: events, retention: 7d}
"""
_QUERY = """
    from pyspark.sql import functions as F

    events = spark.readStream.format("kafka").option("subscribe", "{topic}").load()
    recent = events.groupBy("user_id", F.window("ts", "10 minutes")).agg(F.count("*").alias("n"))
    recent.write.saveAsTable("ml.user_features")
"""


class StreamWithoutHistory(Rule):
    """A stream feeds a feature, and nothing keeps what went through it.

    ## What it does
    Reports features that are computed from a stream of the catalog of which it knows no table with the same events: no source
    has it as its `stream_twin`, its entry has no table or file among its names, and its `retention` is less than 90 days or
    not stated. Streams that the catalog does not know are the affair of `unknown-source`.

    ## Why it matters
    Without a history there are no training rows: the model can be trained only months after somebody starts to record. When the
    definition of the feature changes, or its job loses its state, nothing can be computed again.

    ## Instead
    Have the stream written to a table from now on, and declare the two: `stream_twin` at the table. Until there is enough of it,
    train without the feature.

    ## When to ignore it
    When the feature's own values are logged at every prediction, and the model is trained on that log.
    """

    code = "LAT207"
    name = "stream-without-history"
    scope = "feature"
    severity = Severity.WARNING
    batch = None
    since = "0.1.0"
    examples = (
        Example(
            "a stream of which a table keeps the events",
            {"features.py": _QUERY.format(topic="clicks"), "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "a stream that is gone after a week",
            {"features.py": _QUERY.format(topic="pings"), "catalog.yaml": _CATALOG},
            contains="`pings`, a stream that keeps 7 days, and the catalog knows no table of its events",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        streams = (read for read in subject.inputs if read.source.kind == "stream")
        for entry, reads in by_source(streams) if severity is not None else ():
            if severity is None or entry is None or entry.availability in _ABSENT:
                continue
            if (entry.retention or 0) < _ENOUGH and not context.matcher.recorded(entry):
                yield self._found(severity, subject, reads[0])

    def _found(self, severity: Severity, feature: Feature, read: Input) -> Finding:
        entry = read.entry
        assert entry is not None
        kept = (
            f"that keeps {days(entry.retention)}"
            if entry.retention is not None
            else "of which nobody says what it keeps"
        )
        owner = f", or ask {entry.owner} which table has them" if entry.owner and str(entry.owner) else ""
        return self.finding(
            severity,
            f"feature `{feature.name}` is made of `{read.source.name}`, a stream {kept},"
            " and the catalog knows no table of its events",
            primary(feature, read),
            help=f"have the events written to a table and name the stream as its `stream_twin`{owner}",
            **details(feature, read, declared(entry, "retention")),
        )
