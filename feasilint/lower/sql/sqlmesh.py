"""Models of SQLMesh: the MODEL block in front of the query, and the macros in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Refresh
from feasilint.lower.sql.marks import Mark

if TYPE_CHECKING:
    from feasilint.lower.sql.marks import Marks

_SPACE = r"(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)*"  # no text fits in two ways: none is tried again
_MODEL = re.compile(rf"{_SPACE}(MODEL\s*\()", re.DOTALL | re.IGNORECASE)
_QUOTED = r"'(?:[^']|'')*'|\"[^\"]*\""
_PARENTHESIS = re.compile(rf"{_QUOTED}|--[^\n]*|/\*.*?(?:\*/|\Z)|([()])", re.DOTALL)
_PROPERTY = re.compile(r"\s*(?:--[^\n]*\n\s*)*([A-Za-z_]\w*)\s+(.*)", re.DOTALL)
_JINJA = re.compile(r"^[ \t]*JINJA_(?:QUERY_BEGIN|STATEMENT_BEGIN|END)\s*;", re.MULTILINE | re.IGNORECASE)
_MACRO = re.compile(rf"{_QUOTED}|--[^\n]*|/\*.*?(?:\*/|\Z)|@\{{(\w+)\}}|(@[A-Za-z_]\w*\s*\()", re.DOTALL)
_NOT_SPACE = re.compile(r"\S")
_SILENT = re.compile(r"@DEF\b", re.IGNORECASE)
_KINDS = {"embedded": "ephemeral", "incremental_by_time_range": "incremental", "incremental_by_unique_key": "incremental",
          "incremental_by_partition": "incremental", "incremental_unmanaged": "incremental", "full": "table",
          "scd_type_2": "snapshot", "scd_type_2_by_time": "snapshot", "scd_type_2_by_column": "snapshot"}  # fmt: skip


class ModelBlock(Struct, frozen=True):
    """What a MODEL block states: the `name` of the table, how it is kept up to date, the dialect of its query."""

    name: str
    refresh: Refresh
    dialect: str | None = None


def refresh_of(kind: str | None, cron: object) -> Refresh:
    """How a model of a kind is kept up to date; without a schedule of its own it is run daily."""
    return Refresh(_KINDS.get(kind, kind) if kind is not None else None, str(cron or "@daily"), "cron")


def stated_by(text: str) -> dict[str, str] | None:
    """The properties in the MODEL block of a text, as they are written, by folded name; None if there is no such block."""
    found = _MODEL.match(text)
    return None if found is None else properties(text[found.end() : _closing(text, found.end()) - 1])


def without_model_block(text: str, marks: Marks) -> str:
    """The text of a SQLMesh model as plain SQL of the same length; `marks` take what the block states. Any other text stays."""
    found = _MODEL.match(text)
    if found is None:
        return text
    start, end = found.end(), _closing(text, found.end())
    stated = properties(text[start : end - 1])
    if "name" not in stated:
        return text
    kind = stated.get("kind", "view").split("(")[0].strip().lower()
    cron = stated.get("cron", "").strip("'\" ")
    refresh = refresh_of(kind, cron)
    marks.block = ModelBlock(stated["name"].strip("'\" "), refresh, stated.get("dialect"))
    text = text[: found.start(1)] + _blank(text[found.start(1) : end]) + text[end:]
    return _without_macros(_JINJA.sub(lambda word: _blank(word[0]), text), marks)


def properties(block: str) -> dict[str, str]:
    """The properties of a block (`cron '@daily', kind FULL`), by folded name."""
    matches = (_PROPERTY.fullmatch(part) for part in parts_of(block))
    return {match[1].lower(): match[2].strip() for match in matches if match is not None}


def parts_of(block: str) -> list[str]:
    """The parts between commas that no parenthesis and no quote encloses."""
    parts, depth, at = [], 0, 0
    for found in re.finditer(rf"{_QUOTED}|--[^\n]*|[(\[{{]|[)\]}}]|,", block):
        depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(found[0], 0)
        if found[0] == "," and depth == 0:
            parts.append(block[at : found.start()])
            at = found.end()
    return [*parts, block[at:]]


def _without_macros(text: str, marks: Marks) -> str:
    """Calls of macros, which only SQLMesh can expand, as placeholders."""
    out: list[str] = []
    at = 0
    while (found := _MACRO.search(text, at)) is not None:
        out.append(text[at : found.start()])
        at = found.end()
        if found[1] is not None:
            out.append(marks.place(Mark("param", found[1]), at - found.start()))
        elif found[2] is not None:
            at = _closing(text, at)
            out.append(_macro(text[found.start() : at], marks))
        else:
            out.append(found[0])
    return "".join((*out, text[at:]))


def _macro(call: str, marks: Marks) -> str:
    return _blank(call) if _SILENT.match(call) else marks.place(Mark("hole", " ".join(call.split())), len(call))


def _closing(text: str, at: int) -> int:
    """The offset after the parenthesis that closes the one before `at`."""
    depth = 1
    for found in _PARENTHESIS.finditer(text, at):
        depth += {"(": 1, ")": -1}.get(str(found[1]), 0)
        if depth == 0:
            return found.end()
    return len(text)


def _blank(text: str) -> str:
    return _NOT_SPACE.sub(" ", text)
