"""`feasilint.trace/1` as a Mermaid flowchart, which GitHub and most wikis draw."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feasilint.report.network import Network

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPES = {  # how Mermaid writes a box of this shape
    "feature": ('(["', '"])'),
    "step": ('["', '"]'),
    "aggregation": ('[["', '"]]'),
    "table": ('[/"', '"/]'),
    "source": ('[("', '")]'),
}
_SPECIAL = re.compile(  # quotes, HTML, Markdown and links; a list where a line begins
    r"[^\w ,.:/()=-]|(?<![^\W_])_|_(?![^\W_])|:(?=/)|(?<=www)\.|^[^\w]|(?<=^\d)\.|(?<=^\d\d)\."
)


def render(found: dict[str, Any], everything: bool = False) -> str:
    """The flowchart, ending in a newline."""
    return "".join(f"{line}\n" for line in _lines(found, everything))


def _lines(found: dict[str, Any], everything: bool) -> Iterator[str]:
    drawn = Network(found, everything)
    yield "flowchart BT"
    for box in drawn.boxes:
        start, end = _SHAPES[box.shape]
        yield f"  {box.name}{start}{'<br/>'.join(map(quoted, box.lines))}{end}"
    for arrow in drawn.arrows:
        line = f'-. "{quoted(arrow.role)}" .->' if arrow.role else "-->"
        yield f"  {arrow.tail} {line} {arrow.head}"
    deciding = [str(at) for at, arrow in enumerate(drawn.arrows) if arrow.deciding]
    if deciding:
        yield f"  linkStyle {','.join(deciding)} stroke-width:4px"


def quoted(text: str) -> str:
    """Text inside a quoted label: what could mean something there by its number (`#35;`)."""
    return _SPECIAL.sub(lambda match: "".join(f"#{ord(char)};" for char in match[0]), text)
