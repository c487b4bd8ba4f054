"""`feasilint.trace/1` for people: every feature as a tree that grows down to its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feasilint.report import hops
from feasilint.report.paint import plain
from feasilint.report.screen import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.report.paint import Painter, Role

Json = dict[str, Any]
_ENDS = 4  # of a run of steps that are told


def render(found: Json, everything: bool = False, paint: Painter = plain) -> str:
    """All features, ending in a newline. `everything`: with what decides about rows and groups."""
    draw = _Drawing(everything, paint)
    told = ["".join(f"{line}\n" for line in draw.feature(feature)) for feature in found["features"]]
    return "\n".join([*told, *(f"note: {visible(limit)}\n" for limit in found["limits"])])


class _Drawing:
    def __init__(self, everything: bool, paint: Painter) -> None:
        self._everything = everything
        self._paint = paint

    def feature(self, feature: Json) -> Iterator[str]:
        yield self._say(feature["name"], "strong") + _doubt(feature)
        below = [*map(_cut, hops.nested(feature)), *self._rows(feature["indirect"])]
        for target in feature["targets"]:
            yield self._note(f"{hops.target(target)}, {hops.position(target['place'])}", below)
        yield self._note(hops.verdict(feature), below)
        for unread in feature["unread"]:
            yield self._note(f"could not be read: {unread['text']}, {hops.position(unread['place'])}", below)
        yield from self._branches(below, "")

    def _rows(self, indirect: list[Json]) -> list[Json | str]:
        if not indirect:
            return []
        return list(indirect) if self._everything else [hops.folded(indirect)]

    def _branches(self, below: list[Json | str], indent: str) -> Iterator[str]:
        for at, one in enumerate(below):
            last = at == len(below) - 1
            solid = isinstance(one, dict) and "role" not in one
            branch = ("└" if last else "├") + ("─ " if solid else "┄ ")
            lead = indent + self._paint(branch, "gutter")
            inner = indent + ("   " if last else self._paint("│", "gutter") + "  ")
            if isinstance(one, str):
                yield lead + visible(one)
            elif solid:
                yield from self._hop(one, lead, inner)
            else:
                yield from self._influence(one, lead, inner)

    def _influence(self, one: Json, lead: str, inner: str) -> Iterator[str]:
        yield lead + self._say(f"{one['role']} {hops.named(one)}", "secondary")
        yield f"{inner}  read at {visible(hops.position(one['place']))}"
        yield from (f"{inner}  {visible(line)}" for line in hops.facts(one))

    def _hop(self, hop: Json, lead: str, inner: str) -> Iterator[str]:
        oldest = self._paint(f" <- {hops.OLDEST}", "warning") if hop["deciding"] and not hop["from"] else ""
        yield lead + self._say(hops.title(hop), _ROLES[hop["kind"]]) + oldest
        for line in _details(hop):
            yield inner + self._note(line, hop["from"])
        yield from self._branches(hop["from"], inner)

    def _note(self, text: str, below: list[Any]) -> str:
        """A line that belongs to a station, beside the line down to the next."""
        return self._paint("│" if below else " ", "gutter") + f" {visible(text)}"

    def _say(self, text: str, role: Role) -> str:
        return self._paint(visible(text), role)


def _cut(hop: Json) -> Json:
    """The same without the middle of a long run of steps, one made of the other."""
    run = [hop]
    while run[-1]["kind"] == "step" and len(run[-1]["from"]) == 1 and run[-1]["from"][0]["kind"] == "step":
        run.append(run[-1]["from"][0])
    run[-1]["from"] = [_cut(below) for below in run[-1]["from"]]
    if (left_out := len(run) - 2 * _ENDS) > 1:
        step = {**run[_ENDS], "name": f"… {left_out} more steps", "place": None, "from": [run[-_ENDS]]}
        run[_ENDS - 1]["from"] = [step]
    return hop


_ROLES: dict[str, Role] = {"step": "code", "aggregation": "info", "table": "strong", "source": "primary"}


def _details(hop: Json) -> Iterator[str]:
    if hop["kind"] in ("step", "aggregation"):
        if hop["place"] is not None:
            yield hops.position(hop["place"]) + (f": {hop['code']}" if hop["code"] else "")
        return
    yield f"read at {hops.position(hop['place'])}"
    for written in hop["written"]:
        yield f"written at {hops.position(written['place'])}: {hops.kept(written)}"
    yield from hops.adds(hop)
    if hop["kind"] == "source" or hop["catalog"] is not None:
        yield from hops.facts(hop)


def _doubt(feature: Json) -> str:
    return " (approximate)" if feature["confidence"] == "approximate" else ""
