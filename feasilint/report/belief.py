"""What is believed about a source, for people and for programs."""

from __future__ import annotations

import json
from math import inf
from typing import TYPE_CHECKING, Any

from feasilint.census import distinct
from feasilint.durations import duration
from feasilint.report.places import at
from feasilint.report.screen import shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.care.belief import Belief, Statement
    from feasilint.catalog.model import SourceEntry
    from feasilint.rule import Feature

SCHEMA = "feasilint.belief/1"
_WIDEST = 60
_ASKED = ("availability", "latency", "kind", "grain", "event_time", "owner")  # what is missed where nobody states it
_LISTED = 12


def render(belief: Belief) -> str:
    """A page about one source."""
    return "".join(f"{visible(line)}\n" for line in _lines(belief))


def render_json(belief: Belief) -> str:
    """The same in the schema `feasilint.belief/1`. Ages are seconds, null without limit."""
    entry = belief.entry
    age = entry.staleness if entry is not None else None
    content: dict[str, Any] = {
        "schema": SCHEMA,
        "name": belief.name,
        "declared": None if entry is None or entry.mark is None else f"{entry.mark.path}:{entry.mark.line}",
        "statements": [
            {"key": one.key, "value": one.value, "from": one.origin, "path": one.mark.path, "line": one.mark.line}
            for one in belief.statements
        ],
        "age": None if age is None else {name: _finite(getattr(age, name)) for name in ("least", "mean", "worst")},
        "read_at": [at(place) for place in belief.places],
        "features": [
            {"name": f.name, "target": f.target, "model": _model(f), "point": _point(f)} for f in belief.features
        ],
        "nearest": list(belief.nearest),
    }
    return json.dumps(content, indent=2) + "\n"


def _lines(belief: Belief) -> Iterator[str]:
    entry = belief.entry
    if entry is None:
        made = belief.features and not belief.places
        said = "made by the code; `feasilint trace` shows from what" if made else "the catalog does not know it"
        yield f"{belief.name}: {said}"
        if belief.nearest and not made:
            yield f"  it has {', '.join(belief.nearest)}"
    else:
        yield f"{entry.name}  {f'{entry.mark.path}:{entry.mark.line}' if entry.mark else ''}".rstrip()
        yield from _table(belief)
        yield from _age(entry)
        missing = [key for key in _ASKED if not getattr(entry, key) or getattr(entry, key) == "unknown"]
        if entry.period is not None and "latency" in missing:
            missing.remove("latency")
        if missing:
            yield f"  nobody states {', '.join(missing)}"
    yield from _readers(belief)


def _table(belief: Belief) -> Iterator[str]:
    files = {one.mark.path for one in belief.statements}
    rows = [
        (one.key, shorten(written(one.value), _WIDEST), f"{one.origin}, {_line(one, files)}")
        for one in belief.statements
    ]
    wide = max((len(key) for key, *_ in rows), default=0)
    widest = max((len(value) for _, value, _ in rows), default=0)
    for key, value, origin in rows:
        yield f"  {key:<{wide}}  {value:<{widest}}  {origin}"


def _line(statement: Statement, files: set[str]) -> str:
    mark = statement.mark
    return f"line {mark.line}" if len(files) == 1 else f"{mark.path}:{mark.line}"


def _age(entry: SourceEntry) -> Iterator[str]:
    age = entry.staleness
    if age is None:
        return
    if age.worst == inf:
        yield "  its newest row may be of any age"
        return
    basis = (
        ", ".join(f"{name.replace('_', ' ')} {duration(value)}" for name, value in _numbers(entry))
        if entry.period is not None
        else f"class {entry.latency}"
    )
    between = f"{duration(age.least)} to {duration(age.worst)} old, {duration(age.mean)} on average"
    yield f"  its newest row is {between} ({basis})"


def _numbers(entry: SourceEntry) -> Iterator[tuple[str, float]]:
    for name in ("period", "blind_spot", "run_time"):
        value = getattr(entry, name)
        if value is not None:
            yield name, value


def _readers(belief: Belief) -> Iterator[str]:
    if belief.places or not belief.features:
        yield "  read at" if belief.places else "  nobody reads it"
    yield from _some(f"    {at(place)}" for place in belief.places)
    if belief.features:
        yield f"  {_counted(len(distinct(belief.features)))} on it"
        groups: dict[str, dict[str, None]] = {}
        for feature in belief.features:
            groups.setdefault(_about(feature), {})[feature.name] = None
        for target, names in ((target, list(names)) for target, names in groups.items()):
            rest = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            yield f"    {target}: {', '.join(names[:_LISTED])}{rest}"


def _about(feature: Feature) -> str:
    model, point = _model(feature), _point(feature)
    return f"{model or feature.target}{f' at {point}' if point else ''} ({feature.sink.path})"


def _model(feature: Feature) -> str | None:
    return None if feature.entry is None else feature.entry.name


def _point(feature: Feature) -> str | None:
    return None if feature.point is None else feature.point.name


def _some(lines: Iterable[str]) -> Iterator[str]:
    listed = list(lines)
    yield from listed[:_LISTED]
    if len(listed) > _LISTED:
        yield f"    and {len(listed) - _LISTED} more"


def _counted(number: int) -> str:
    return "1 feature depends" if number == 1 else f"{number} features depend"


def written(value: object) -> str:
    """A value as YAML has it in one line."""
    if isinstance(value, dict):
        inner = (str(key) if item is None else f"{key}: {written(item)}" for key, item in value.items())
        return "{" + ", ".join(inner) + "}"
    return f"[{', '.join(map(written, value))}]" if isinstance(value, list) else str(value)


def _finite(value: float) -> float | None:
    return None if value == inf else value
