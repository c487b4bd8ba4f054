"""`feasilint.trace/1` as a graph in the DOT language of Graphviz."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feasilint.report.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPES = {"feature": "oval", "step": "box", "aggregation": "hexagon", "table": "folder", "source": "cylinder"}


def render(found: dict[str, Any], everything: bool = False) -> str:
    """The graph, ending in a newline."""
    return "".join(f"{line}\n" for line in _lines(found, everything))


def _lines(found: dict[str, Any], everything: bool) -> Iterator[str]:
    drawn = Network(found, everything)
    yield "digraph trace {"
    yield '  rankdir="BT"; node [fontname="sans-serif" fontsize=10]; edge [fontname="sans-serif" fontsize=9];'
    for box in drawn.boxes:
        label = "\\n".join(map(escaped, box.lines))
        yield f'  {box.name} [shape={_SHAPES[box.shape]} label="{label}"];'
    for arrow in drawn.arrows:
        style = f' [style=dashed label="{escaped(arrow.role)}"]' if arrow.role else ""
        yield f"  {arrow.tail} -> {arrow.head}{style or (' [penwidth=3]' if arrow.deciding else '')};"
    yield "}"


def escaped(text: str) -> str:
    """Text inside a quoted string; `&` begins an entity there."""
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
