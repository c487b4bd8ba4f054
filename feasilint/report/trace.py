"""The `feasilint.trace/1` contract: where features come from, as plain data. Fields are only ever added.

Described in `trace.schema.json` and docs/trace.md; what is drawn of it is in `tree`, `mermaid` and `dot`.
"""

from __future__ import annotations

import re
from math import inf
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from feasilint.ir import Refresh
from feasilint.ir.expressions import fold, spelled
from feasilint.report.places import Texts
from feasilint.report.screen import shorten
from feasilint.trace import LOOKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from feasilint.ancestry import Ancestry, Hop, Influence, Target, Written
    from feasilint.catalog.model import Catalog, SourceEntry, Staleness
    from feasilint.documents.model import Document
    from feasilint.findings import Place
    from feasilint.measure.model import Aggregation

SCHEMA = "feasilint.trace/1"
_LONGEST = 100  # characters of code
_ASSIGNED = re.compile(r"\s*=[^=].*")  # behind what a statement of Python assigns to


def traced(
    found: Iterable[Ancestry], documents: Mapping[str, Document], catalog: Catalog | None, limits: Iterable[str] = ()
) -> dict[str, Any]:
    """The whole answer of `feasilint trace`. `limits`: what was too much to be traced."""
    data = _Data(Texts(documents))
    return {
        "schema": SCHEMA,
        "catalog": catalog.path if catalog is not None else None,
        "features": [data.feature(ancestry) for ancestry in found],
        "limits": list(limits),
    }


class _Data:
    """Values as JSON has them, with the code that stands where they point to."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def feature(self, found: Ancestry) -> dict[str, Any]:
        listed: list[dict[str, Any]] = []
        return {
            "name": found.name,
            "targets": [self._target(target) for target in found.targets],
            "confidence": found.confidence,
            "age": _age(found.age),
            "from": [self._hop(hop, listed) for hop in found.below],
            "hops": listed,
            "indirect": [self._influence(influence) for influence in found.indirect],
            "unread": [{"place": self._place(u.place), "text": u.text, "library": u.library} for u in found.unread],
        }

    def _target(self, target: Target) -> dict[str, Any]:
        point = target.point
        return {
            "kind": target.kind,
            "name": target.name,
            "model": target.entry.name if target.entry is not None else None,
            "owner": str(target.entry.owner or "") or None if target.entry is not None else None,
            "prediction_point": point.name if point is not None else None,
            "mode": point.mode if point is not None else None,
            "max_age": point.max_age if point is not None else None,
            "adds": _age(target.adds),
            "place": self._place(target.place),
        }

    def _hop(self, hop: Hop, listed: list[dict[str, Any]]) -> int:
        """The number under which a station is listed, before those that it is made of."""
        made: dict[str, Any] = {
            "id": len(listed) + 1,
            "kind": hop.kind,
            "name": hop.name,
            "place": self._place(hop.place),
            "code": self._code(hop.place),
            "age": _age(hop.age),
            "adds": _age(hop.adds),
            "deciding": hop.deciding,
            "source_kind": hop.source.kind if hop.source is not None else None,
            "columns": [_column(name, hop.entry) for name in hop.columns],
            "catalog": _entry(hop.entry),
            "written": [self._written(written) for written in hop.written],
            "aggregation": _aggregation(hop.aggregation),
        }
        listed.append(made)
        made["from"] = [self._hop(below, listed) for below in hop.below]
        return int(made["id"])

    def _written(self, written: Written) -> dict[str, Any]:
        refresh = written.refresh or Refresh()
        return {
            "place": self._place(written.place),
            "mode": written.mode,
            "materialized": refresh.materialized,
            "schedule": refresh.every,
            "schedule_from": refresh.stated_by,
        }

    def _influence(self, found: Influence) -> dict[str, Any]:
        return {
            "role": "join" if found.role == LOOKUP else found.role,
            "name": found.source.name,
            "source_kind": found.source.kind,
            "columns": [_column(name, found.entry) for name in found.columns],
            "age": _age(found.age),
            "catalog": _entry(found.entry),
            "place": self._place(found.place),
        }

    def _place(self, place: Place | None) -> dict[str, Any] | None:
        if place is None:
            return None
        cell = self._texts.locate(place).cell
        span = asdict(place.span) if place.span is not None else None
        return {"path": place.path, "span": span, "execution_count": cell.execution_count if cell else None}

    def _code(self, place: Place | None) -> str | None:
        """The code of a place on one line, cut where it is long."""
        span = place.span if place is not None else None
        if place is None or span is None:
            return None
        lines = list(self._texts.locate(place).lines[span.line - 1 : span.end_line])
        if not lines:
            return None
        rest = _ASSIGNED.match(lines[-1], span.end_column - 1)
        lines[-1] = lines[-1][: span.end_column - 1]
        lines[0] = lines[0][span.column - 1 :]
        code = " ".join(" ".join(lines).split())
        return shorten(code + (rest[0].rstrip() if rest else ""), _LONGEST) or None


def _age(age: Staleness | None) -> dict[str, float | None] | None:
    """Seconds; null is without limit."""
    if age is None:
        return None
    return {name: None if value == inf else _whole(value) for name, value in asdict(age).items()}


def _whole(value: float) -> float:
    return int(value) if value == int(value) else value


def _column(name: str, entry: SourceEntry | None) -> dict[str, Any]:
    known = next((c for n, c in entry.columns.items() if fold(n) == fold(name)), None) if entry is not None else None
    return {
        "name": name,
        "availability": known.availability if known is not None else None,
        "known_after": known.known_after if known is not None else None,
    }


def _entry(entry: SourceEntry | None) -> dict[str, Any] | None:
    if entry is None:
        return None
    owner = entry.owner
    return {
        "name": entry.name,
        "kind": entry.kind,
        "availability": entry.availability,
        "latency": entry.latency,
        "period": entry.period,
        "age": _age(entry.staleness),
        "owner": owner.team if owner is not None else None,
        "contact": owner.contact if owner is not None else None,
        "declared": asdict(entry.mark) if entry.mark is not None else None,
    }


def _aggregation(found: Aggregation | None) -> dict[str, Any] | None:
    if found is None:
        return None
    time = found.extent.time_column
    return {
        "function": found.function,
        "keys": list(found.keys),
        "window": found.extent.window,
        "extent": [length.iso for length in found.extent.intervals],
        "time_column": spelled(time) if time is not None else None,
        "confidence": found.confidence,
    }
