"""Artefacts that somebody has damaged: values of other types, missing and foreign keys, at any depth."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator

ODD = (
    None,
    "",
    " ",
    "x",
    "-1",
    "1e999",
    "{",
    "a.b.c.d",
    "\u2028",
    "2020-02-30",
    0,
    -3,
    1.5,
    True,
    [],
    {},
    [[]],
    [{}],
    {"": None},
    {"a": [1]},
    ["x"],
)


def _places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from _places(value, (*path, key))


@st.composite
def damaged(draw: st.DrawFn, data: Any, most: int = 4) -> Any:
    """The data with up to `most` values replaced, removed or doubled."""
    copy = deepcopy(data)
    for _ in range(draw(st.integers(1, most))):
        places = list(_places(copy))
        if not places:
            break
        *before, last = draw(st.sampled_from(places))
        holder = copy
        for step in before:
            holder = holder[step]
        match draw(st.sampled_from(("odd", "remove", "double"))):
            case "odd":
                holder[last] = deepcopy(draw(st.sampled_from(ODD)))
            case "remove":
                del holder[last]
            case _ if isinstance(holder, list):
                holder.append(deepcopy(holder[last]))
    return copy
