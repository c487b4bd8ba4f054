"""What the platforms' modules share: files, comments, names, what Python code is made of."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.suggest.definition import Definition

_DAY = 86_400


class File(Struct, frozen=True):
    """One file: a path below the project of the platform, and its text."""

    path: str
    text: str


class Refused(Exception):  # noqa: N818 - no error: an answer
    """Why a platform cannot serve a feature, and what can be done instead."""


def slug(text: str) -> str:
    """A name for files, models and variables: letters, digits and underscores."""
    made = re.sub(r"[^A-Za-z0-9_]+", "_", text).strip("_") or "feature"
    return f"f_{made}" if made[0].isdigit() else made


def comment(lines: Iterable[str], sign: str = "--") -> str:
    """Lines of a comment; nothing can end it."""
    said = [part for line in lines for part in (line.splitlines() or [""])]
    return "".join(f"{sign} {_visible(line)}\n" for line in said)


def _visible(line: str) -> str:
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def quoted(text: str) -> str:
    """A string as Python writes it, in double quotes."""
    import json

    return json.dumps(text)


def listed(texts: Iterable[str]) -> str:
    """A list of strings as Python writes it."""
    return f"[{', '.join(map(quoted, texts))}]"


def about(definition: Definition, feature: str) -> str:
    """What a feature is, in one line."""
    keys = ", ".join(key.name for key in definition.keys)
    return f"{feature}: {words(definition)} of {definition.source.name}, per {keys}"


def words(definition: Definition) -> str:
    """`365-day count`, `365-day sum and count`."""
    from feasilint.ir.functions import traits
    from feasilint.suggest.tiles import windows

    said = [
        f"{_length(window)} {traits(measure.function).words}"
        for measure, window in zip(definition.measures, windows(definition), strict=True)
    ]
    return " and ".join(dict.fromkeys(said))


def _length(seconds: float) -> str:
    for unit, size in (("day", _DAY), ("hour", 3600), ("minute", 60)):
        if seconds % size == 0:
            return f"{int(seconds // size)}-{unit}"
    return f"{seconds:g}-second"
