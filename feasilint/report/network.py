"""`feasilint.trace/1` as nodes and edges, for the languages that draw them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct

from feasilint.report import hops
from feasilint.report.screen import shorten, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
Shape: TypeAlias = Literal["feature", "step", "aggregation", "table", "source"]
_LONGEST = 60  # characters of code in a box


class Box(Struct, frozen=True):
    """A node: what is written in it, line by line."""

    name: str
    shape: Shape
    lines: tuple[str, ...]


class Arrow(Struct, frozen=True):
    """From what is read to what is made of it; `role` of one that decides about rows only."""

    tail: str
    head: str
    role: str = ""
    deciding: bool = False


class Network:
    """All features beside each other; what several of them come from in the same way is one box."""

    def __init__(self, found: Json, everything: bool) -> None:
        self.boxes: list[Box] = []
        self.arrows: list[Arrow] = []
        self._drawn: dict[str, str] = {}
        for feature in found["features"]:
            self._feature(feature, everything)

    def _feature(self, feature: Json, everything: bool) -> None:
        lines = (feature["name"], *(hops.target(one) for one in feature["targets"]), hops.verdict(feature))
        name = self._box("feature", lines)
        for hop in hops.nested(feature):
            self.arrows.append(Arrow(self._hop(hop), name, deciding=hop["deciding"]))
        for one in feature["indirect"] if everything else ():
            source = {**one, "columns": []}
            columns = ", ".join(column["name"] for column in one["columns"])
            self.arrows.append(Arrow(self._known(source, "source"), name, visible(f"{one['role']} {columns}")))

    def _hop(self, hop: Json) -> str:
        below = [(self._hop(one), one["deciding"]) for one in hop["from"]]
        known = len(self._drawn)
        name = self._known(hop, hop["kind"], tuple(box for box, _ in below))
        if len(self._drawn) > known:
            self.arrows += [Arrow(box, name, deciding=deciding) for box, deciding in below]
        return name

    def _known(self, hop: Json, shape: Shape, below: tuple[str, ...] = ()) -> str:
        """The box of a station; the same one again is that box."""
        key = str((shape, hop["name"], hop["place"], hop["columns"], below))
        if key not in self._drawn:
            self._drawn[key] = self._box(shape, tuple(_lines({"kind": shape, "written": (), **hop})))
        return self._drawn[key]

    def _box(self, shape: Shape, lines: tuple[str, ...]) -> str:
        name = f"n{len(self.boxes) + 1}"
        self.boxes.append(Box(name, shape, tuple(map(visible, lines))))
        return name


def _lines(hop: Json) -> Iterator[str]:
    if hop["kind"] in ("table", "source"):
        yield hops.named(hop)
        yield hops.position(hop["place"])
        yield from (hops.kept(written) for written in hop["written"])
        yield from hops.adds(hop)
        if hop["kind"] == "source" or hop["catalog"] is not None:
            yield from hops.facts(hop)
        return
    yield hops.title(hop)
    if hop["place"] is not None:
        yield hops.position(hop["place"])
    if hop["code"]:
        yield shorten(hop["code"], _LONGEST)
