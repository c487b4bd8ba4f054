"""What every finding about a feature carries: where it is read, built and declared, and who owns it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Source, Span
from feasilint.ir.expressions import fold
from feasilint.rule import Label, Place

from ._words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.model import ColumnEntry, SourceEntry
    from feasilint.measure.model import Input, Operation
    from feasilint.rule import Context, Feature

_STEPS = 4  # labels of one lineage path; the path as text is complete

_RELATIONS = {
    "value": "uses",
    "where": "is filtered on",
    "having": "is filtered on",
    "qualify": "is filtered on",
    "exists": "is filtered on",
    "split": "is filtered on",
    "join": "is joined on",
    "lookup": "is joined on",
    "merge_join": "is joined on",
    "merge_cond": "is joined on",
    "group_by": "is grouped by",
    "distinct": "is deduplicated by",
    "order_by": "is ordered by",
    "window": "is windowed by",
}


def relation(read: Input) -> str:
    """How a feature depends on an input, as a predicate: `uses`, `is joined on`."""
    return _RELATIONS.get(read.role, "depends on")


def by_source(inputs: Iterable[Input]) -> Iterator[tuple[SourceEntry | None, list[Input]]]:
    """Inputs of one source together, those whose values count first. What a row is only looked up by, finding a match or none,
    decides nothing about a feature that has values of others."""
    groups: dict[Source, list[Input]] = {}
    told = sorted(inputs, key=lambda read: read.role != "value")
    if any(read.role == "value" for read in told):
        told = [read for read in told if read.role != "lookup"]
    for read in told:
        groups.setdefault(read.source, []).append(read)
    for group in groups.values():
        yield group[0].entry, group


def column_entry(read: Input) -> ColumnEntry | None:
    """What the catalog says of the very column."""
    if read.entry is None:
        return None
    wanted = fold(read.column)
    return next((column for name, column in read.entry.columns.items() if fold(name) == wanted), None)


def declared(entry: SourceEntry, key: str, column: ColumnEntry | None = None) -> tuple[Label, ...]:
    """A label where the catalog states `key` of a source or column, else where its entry begins."""
    mark = column.mark if column is not None else entry.marks.get(key, entry.mark)
    if mark is None:
        return ()
    owner = f" (owner {entry.owner})" if entry.owner and str(entry.owner) else ""
    width = len(column.name if column is not None else key)
    span = Span(None, mark.line, mark.column, mark.line, mark.column + width)
    return (Label(Place(mark.path, span), f"declared here{owner}"),)


def replacement(entry: SourceEntry, context: Context, feature: Feature | None = None) -> str | None:
    """The sentence that names what the catalog lists instead of a source, and which of the columns that a feature reads it lists
    there."""
    if entry.use_instead is None:
        return None
    other = context.matcher.find(Source(entry.use_instead, "table"))
    latency = f" ({other.latency})" if other is not None and other.latency is not None else ""
    there = _there(entry, other, feature) if other is not None and feature is not None else ""
    return f"use `{entry.use_instead}`{latency}, which the catalog lists instead{there}"


def _there(entry: SourceEntry, other: SourceEntry, feature: Feature) -> str:
    """Which of the columns that a feature reads of one source another one has; nothing where its columns are not listed."""
    read = dict.fromkeys(one.column for one in feature.inputs if one.entry is entry and one.column != "*")
    listed_there = set(map(fold, other.columns))
    found = [name for name in read if fold(name) in listed_there]
    lacking = [name for name in read if fold(name) not in listed_there]
    if not listed_there or not read:
        return ""
    if not lacking:
        return f"; it has {listed(found)}"
    return f"; it has {listed(found)}, but no {listed(lacking)}" if found else f"; it lists no {listed(lacking)}"


def details(
    feature: Feature, read: Input, declaration: tuple[Label, ...] = (), facts: Iterable[tuple[str, str]] = ()
) -> dict[str, object]:
    """The keywords of `Rule.finding` that say where a feature's input comes from."""
    entry = read.entry
    return {
        "labels": (*_lineage(feature, read), *declaration),
        "confidence": "approximate" if "approximate" in (read.confidence, feature.confidence) else "exact",
        "feature": feature.name,
        "model": model(feature),
        "source": read.source.name,
        "column": read.column,
        "owner": (str(entry.owner) or None) if entry is not None and entry.owner is not None else None,
        "facts": (*_path(read), *facts, *_provenance(entry)),
    }


def beside(feature: Feature, read: Input, sources: Iterable[Source]) -> str:
    """How many more sources the same is done to: ` and 1 more source`, or nothing."""
    others = {
        one.source for one in feature.inputs if one.role == "value" and one.source.kind not in ("inline", "request")
    }
    more = len((others & set(sources)) - {read.source})
    return f" and {more} more source{'s' if more > 1 else ''}" if more else ""


def passed(feature: Feature, done: Operation) -> Input | None:
    """The input of a feature that an operation on its way is done to, those whose values count first; None where that is
    written in the code."""
    reads = sorted(feature.inputs, key=lambda read: read.role != "value")
    own = [read for read in reads if read.source in done.sources] if done.sources else reads
    return next((read for read in own if read.source.kind not in ("inline", "request")), None)


def aggregated(labels: object, place: Place, words: str = "aggregated here") -> tuple[Label, ...]:
    """Labels in lineage order with the place of an aggregation, or of what `words` say, among them: instead of one around it,
    else after the last one of its document."""
    assert isinstance(labels, tuple)
    here = Label(place, words)
    if any(_around(label.place, place) for label in labels):
        return tuple(dict.fromkeys(here if _around(label.place, place) else label for label in labels))
    before = (
        at for at, label in enumerate(labels, 1) if label.place.path == place.path and "feature" not in label.text
    )
    last = max(before, default=0)
    return (*labels[:last], here, *labels[last:])


def _around(outer: Place, inner: Place) -> bool:
    """Whether one place covers the other."""
    if outer.path != inner.path or outer.span is None or inner.span is None or outer.span.cell != inner.span.cell:
        return False
    starts = (outer.span.line, outer.span.column) <= (inner.span.line, inner.span.column)
    return starts and (inner.span.end_line, inner.span.end_column) <= (outer.span.end_line, outer.span.end_column)


def model(feature: Feature) -> str | None:
    """The model that a finding is about: as the catalog names it, else its estimator."""
    if feature.entry is not None:
        return feature.entry.name
    return feature.target if feature.kind == "model" else None


def primary(feature: Feature, read: Input) -> Place:
    """Where the source is read; where the feature is built if that is nowhere in the code."""
    return read.read or feature.place


def _lineage(feature: Feature, read: Input) -> Iterator[Label]:
    """From the place of reading to the place of building, each place once."""
    steps = dict(reversed(read.places)) or ({read.read: "read here"} if read.read else {})
    made = "used" if feature.place == feature.sink or len(steps) > 1 else "built"
    steps.setdefault(feature.place, f"feature {made} here")
    chosen = list(steps.items())
    if len(chosen) > _STEPS:
        chosen = [*chosen[: _STEPS - 1], chosen[-1]]
    return (Label(place, text) for place, text in chosen)


def _path(read: Input) -> Iterator[tuple[str, str]]:
    if len(read.path) > 1:
        yield "path", " <- ".join(read.path)


def _provenance(entry: SourceEntry | None) -> Iterator[tuple[str, str]]:
    if entry is not None and entry.provenance:
        yield "declared", ", ".join(f"from {record}" for record in entry.provenance)
