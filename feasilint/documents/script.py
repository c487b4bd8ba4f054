"""Scripts that are cells by convention: Databricks notebooks exported as source, in Python or SQL.

`# %%` scripts (jupytext, VS Code) need nothing of this: they are plain Python in one piece.
"""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.documents.model import Cell
from feasilint.ir import Anchor

if TYPE_CHECKING:
    from collections.abc import Iterator

Language: TypeAlias = Literal["python", "sql", "other"]

_MAGICS: dict[str, Language] = {
    "python": "python", "sql": "sql", "md": "other", "md-sandbox": "other", "scala": "other", "r": "other",
    "sh": "other", "fs": "other",
}  # fmt: skip
_MAGIC_WORD = re.compile(r"\s*%([\w-]+)[ \t]*")


class _Flavour(Struct, frozen=True):
    """How a language writes Databricks' markers, in its own comments."""

    language: Language
    header: str
    command: re.Pattern[str]
    magic: re.Pattern[str]


def _flavour(language: Language, comment: str) -> _Flavour:
    return _Flavour(
        language,
        f"{comment} Databricks notebook source",
        re.compile(rf"^{comment} COMMAND -{{6,}}[ \t]*$"),
        re.compile(rf"^{comment} MAGIC ?"),
    )


_PYTHON = _flavour("python", "#")
_SQL = _flavour("sql", "--")


class _Line(Struct, frozen=True):
    """A line of a cell: its text and where it stands in the file."""

    text: str
    number: int
    column: int = 1


def python_cells(text: str) -> tuple[Cell, ...]:
    """The cells of a Python script: one, or those of a Databricks notebook."""
    return _cells(text, _PYTHON)


def sql_cells(text: str) -> tuple[Cell, ...]:
    """The cells of a SQL file: one, or those of a Databricks notebook, whose header may have been lost."""
    return _cells(text, _SQL)


def _cells(text: str, flavour: _Flavour) -> tuple[Cell, ...]:
    headed = text.startswith(flavour.header)
    parted = flavour.language == "sql" and any(map(flavour.command.match, text.split("\n")))
    if not headed and not parted:
        return (Cell(None, flavour.language, text),)
    return tuple(_cell(lines, flavour) for lines in _commands(text, flavour, int(headed)))


def _commands(text: str, flavour: _Flavour, skipped: int) -> Iterator[list[_Line]]:
    """The lines between COMMAND markers, without the header. `skipped`: the lines of that."""
    lines: list[_Line] = []
    for number, line in enumerate(text.split("\n")[skipped:], start=1 + skipped):
        if flavour.command.match(line):
            yield lines
            lines = []
        else:
            lines.append(_Line(line, number))
    yield lines


def _cell(lines: list[_Line], flavour: _Flavour) -> Cell:
    """A cell that consists of MAGIC comments is what they hold, any other is code of the script's language."""
    unwrapped = [line for line in (_unwrapped(line, flavour) for line in lines) if line is not None]
    if len(unwrapped) < len(lines) or all(line.column == 1 for line in unwrapped):
        return _placed(lines, flavour.language)
    return _magic_cell(_trimmed(unwrapped))


def _unwrapped(line: _Line, flavour: _Flavour) -> _Line | None:
    """The line without its MAGIC prefix; None for code. Blank lines and titles belong to either."""
    found = flavour.magic.match(line.text)
    if found:
        return _Line(line.text[found.end() :], line.number, found.end() + 1)
    blank = not line.text.strip() or line.text.startswith(("# DBTITLE", "-- DBTITLE"))
    return _Line("", line.number) if blank else None


def _magic_cell(lines: list[_Line]) -> Cell:
    """A cell after its language magic, which is taken off; `%run` and the like stay in it as Python magics."""
    head = lines[0]
    found = _MAGIC_WORD.match(head.text)
    language = _MAGICS.get(found[1].lower()) if found else None
    if found is None or language is None:
        return _placed(lines, "python")
    rest = _Line(head.text[found.end() :], head.number, head.column + found.end())
    return _placed([rest, *lines[1:]], language)


def _trimmed(lines: list[_Line]) -> list[_Line]:
    """Without blank lines at both ends; a blank cell keeps one."""
    full = [index for index, line in enumerate(lines) if line.text.strip()]
    return lines[full[0] : full[-1] + 1] if full else lines[:1]


def _placed(lines: list[_Line], language: Language) -> Cell:
    """A cell of these lines; each of them has an anchor where prefixes were taken off, else the first one says it all."""
    lines = _trimmed(lines)
    anchored = lines if any(line.column > 1 for line in lines) else lines[:1]
    offsets = accumulate((len(line.text) + 1 for line in lines), initial=0)
    anchors = tuple(Anchor(offset, line.number, line.column) for offset, line in zip(offsets, anchored, strict=False))
    return Cell(None, language, "\n".join(line.text for line in lines), anchors=anchors or (Anchor(0, 1, 1),))
