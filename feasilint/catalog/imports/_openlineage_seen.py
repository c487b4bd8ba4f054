"""What events say of datasets, added up: facets as they were last, and the runs that wrote them."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.catalog.imports._environments import is_production
from feasilint.catalog.imports._observed import ENOUGH, instant, observed
from feasilint.catalog.imports.artefact import listed, mapping, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from feasilint.catalog.imports._observed import Observed
    from feasilint.catalog.imports._openlineage_events import Event

_REPLACING = frozenset({"OVERWRITE", "CREATE", "TRUNCATE", "DROP"})
_TELL_REPLACING = frozenset({"SPARK"})  # integrations whose writes append where they do not say otherwise
_STREAMING = frozenset({"STREAMING", "STREAM"})
_DAY = 86_400


class Written(Struct, frozen=True):
    """One run that wrote a dataset: the outer run that it belongs to, its time, and how long it took, in seconds."""

    whole: str
    at: datetime
    took: float | None = None
    rows: float | None = None
    size: float | None = None


class Seen(Struct):
    """One dataset. `appended`: all that is known says that writes add rows; `renamed`: what it is called now."""

    namespace: str
    name: str
    facets: dict[str, object] = field(default_factory=dict)
    changed: datetime | None = None
    aliases: dict[tuple[str, str], None] = field(default_factory=dict)
    written: list[Written] = field(default_factory=list)
    streaming: bool = False
    production: bool = False
    appended: bool = True
    job_owners: list[object] = field(default_factory=list)
    lifecycle: tuple[str, datetime | None] | None = None
    renamed: tuple[str, str] | None = None
    metrics: tuple[dict[str, object], datetime | None] | None = None

    @property
    def runs(self) -> Observed | None:
        """How often it is written: runs of one outer run count once, unless there is no other."""
        ends: dict[str, datetime] = {}
        for run in self.written:
            ends[run.whole] = max(run.at, ends.get(run.whole, run.at))
        return observed(ends.values() if len(ends) > 1 else (run.at for run in self.written))

    @property
    def took(self) -> float | None:
        """How long a run takes, in seconds."""
        found = [run.took for run in self.written if run.took is not None]
        return median(found) if len(found) >= ENOUGH else None

    @property
    def row_bytes(self) -> float | None:
        """Bytes of a row, over all that was written, else of what was looked at."""
        sized = [(run.size, run.rows) for run in self.written if run.size and run.rows]
        if sized:
            return sum(size for size, _ in sized) / sum(rows for _, rows in sized)
        metrics = self.metrics[0] if self.metrics is not None else {}
        size, rows = _number(metrics.get("bytes")), _number(metrics.get("rowCount"))
        return size / rows if size and rows else None

    @property
    def rows_per_day(self) -> float | None:
        """Rows that came in a day, of a dataset that rows are only added to."""
        runs = sorted((run for run in self.written if run.rows is not None), key=lambda run: run.at)
        days = (runs[-1].at - runs[0].at).total_seconds() / _DAY if runs else 0
        if not self.appended or len(runs) < ENOUGH or days < 1:
            return None
        return sum(run.rows or 0 for run in runs[1:]) / days


class _Run(Struct):
    """A run that is not over: what is known of it from any of its events."""

    whole: str
    started: datetime | None = None
    nominal: datetime | None = None
    outputs: dict[tuple[str, str], dict[str, object]] = field(default_factory=dict)


class Lineage:
    """All datasets that events speak of."""

    def __init__(self) -> None:
        self.datasets: dict[tuple[str, str], Seen] = {}
        self.last: datetime | None = None
        self.events = 0
        self._open: dict[str, _Run] = {}

    def add(self, event: Event) -> None:
        """Take one event in. Anything that is not as the specification has it is passed over."""
        at, job = instant(event.get("eventTime")), mapping(event.get("job"))
        datasets = [*listed(event.get("inputs")), *listed(event.get("outputs")), event.get("dataset")]
        known = [seen for item in datasets if (seen := self._take(mapping(item), at)) is not None]
        if not known and not job:
            return
        self.events += 1
        if at is not None:
            self.last = max(at, self.last or at)
        outputs = list(self._outputs(event, job))
        run = mapping(event.get("run"))
        name = text(run.get("runId"))
        if name is not None:
            self._of_run(name, mapping(run.get("facets")), event, at, outputs)

    def _take(self, data: dict[str, object], at: datetime | None) -> Seen | None:
        """The facets of a dataset, of several events those of the last."""
        namespace, name = text(data.get("namespace")), text(data.get("name"))
        if namespace is None or name is None:
            return None
        seen = self.datasets.setdefault((namespace, name), Seen(namespace, name))
        facets = mapping(data.get("facets"))
        for item in listed(mapping(facets.get("symlinks")).get("identifiers")):
            other = mapping(item)
            place, alias = text(other.get("namespace")), text(other.get("name"))
            if alias is not None:  # a table is called by its name, wherever the catalog that knows it keeps its files
                seen.aliases["" if text(other.get("type")) == "TABLE" else place or "", alias] = None
        self._changed(seen, mapping(facets.get("lifecycleStateChange")), at)
        metrics = mapping(facets.get("dataQualityMetrics")) or mapping(
            mapping(data.get("inputFacets")).get("dataQualityMetrics")
        )
        if metrics:
            seen.metrics = (metrics, at)
        if seen.changed is None or at is None or at >= seen.changed:
            seen.changed = at or seen.changed
            seen.facets = {**seen.facets, **facets}
        else:
            seen.facets = {**facets, **seen.facets}
        return seen

    def _changed(self, seen: Seen, facet: dict[str, object], at: datetime | None) -> None:
        word = text(facet.get("lifecycleStateChange"))
        if word is None:
            return
        seen.appended = seen.appended and word.upper() not in _REPLACING
        before = seen.lifecycle[1] if seen.lifecycle is not None else None
        if before is None or at is None or at >= before:
            seen.lifecycle = (word.upper(), at)
        previous = mapping(facet.get("previousIdentifier"))
        namespace, name = text(previous.get("namespace")), text(previous.get("name"))
        if word.upper() == "RENAME" and name is not None and (namespace, name) != (seen.namespace, seen.name):
            old = self.datasets.setdefault((namespace or "", name), Seen(namespace or "", name))
            old.lifecycle, old.renamed = ("RENAME", at), (seen.namespace, seen.name)

    def _outputs(self, event: Event, job: dict[str, object]) -> Iterator[tuple[tuple[str, str], dict[str, object]]]:
        """The datasets that a job writes, with what their output facets say."""
        facets = mapping(job.get("facets"))
        kind = mapping(facets.get("jobType"))
        owners = listed(mapping(facets.get("ownership")).get("owners"))
        for item in listed(event.get("outputs")):
            data = mapping(item)
            namespace, name = text(data.get("namespace")), text(data.get("name"))
            seen = self.datasets.get((namespace or "", name or ""))
            if seen is None:
                continue
            seen.streaming = seen.streaming or str(kind.get("processingType")).upper() in _STREAMING
            seen.production = seen.production or is_production(job.get("namespace")) is True
            seen.appended = seen.appended and str(kind.get("integration")).upper() in _TELL_REPLACING
            seen.job_owners = owners or seen.job_owners
            yield (seen.namespace, seen.name), mapping(mapping(data.get("outputFacets")).get("outputStatistics"))

    def _of_run(
        self,
        name: str,
        facets: dict[str, object],
        event: Event,
        at: datetime | None,
        outputs: list[tuple[tuple[str, str], dict[str, object]]],
    ) -> None:
        parent = mapping(facets.get("parent"))
        outer = mapping(mapping(parent.get("root")).get("run")) or mapping(parent.get("run"))
        run = self._open.setdefault(name, _Run(name))
        run.whole = text(outer.get("runId")) or run.whole
        run.nominal = instant(mapping(facets.get("nominalTime")).get("nominalStartTime")) or run.nominal
        run.outputs |= {key: {**run.outputs.get(key, {}), **statistics} for key, statistics in outputs}
        state = str(event.get("eventType")).upper()
        if state == "START":
            run.started = at
        elif state in ("COMPLETE", "FAIL", "ABORT"):
            del self._open[name]
            if state == "COMPLETE" and at is not None:
                self._done(run, at)

    def _done(self, run: _Run, at: datetime) -> None:
        took = (at - run.started).total_seconds() if run.started is not None and run.started < at else None
        for key, statistics in run.outputs.items():
            rows, size = _number(statistics.get("rowCount")), _number(statistics.get("size"))
            self.datasets[key].written.append(Written(run.whole, run.nominal or at, took, rows, size))


def _number(value: object) -> float | None:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < float("inf")
    return float(value) if known and isinstance(value, int | float) else None
