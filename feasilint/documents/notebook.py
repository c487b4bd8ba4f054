"""Jupyter notebooks, nbformat 3 and 4: cells with the physical lines on which their source stands."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.documents.jsonscan import Cursor
from feasilint.documents.model import Cell
from feasilint.documents.text import UnreadableError, universal_newlines
from feasilint.ir import Diagnostic, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

Language: TypeAlias = Literal["python", "sql", "other"]

_LANGUAGES: dict[str, Language] = {
    "ipython": "python", "py": "python", "pyspark": "python", "pysparkkernel": "python", "sql": "sql",
    "bigquery": "sql", "postgresql": "sql", "mssql": "sql", "snowflake-sql": "sql", "snowflakesql": "sql",
}  # fmt: skip
_KERNEL_LANGUAGE = (  # places in the notebook's metadata, strongest first
    ("application/vnd.databricks.v1+notebook", "language"),
    ("language_info", "name"),
    ("kernelspec", "language"),
)
_FOREIGN_KERNELS = re.compile(
    r"(ir|julia|scala|sparkr|spark|apache_toree|bash|x(cpp|eus)|ruby|javascript|deno|rust|\.net)\b|julia-"
)
_CELL_LANGUAGE = (  # places in a cell's metadata: Snowflake, VS Code, Polyglot
    ("language",),
    ("vscode", "languageId"),
    ("polyglot_notebook", "kernelName"),
    ("dotnet_interactive", "language"),
)
_CELL_NAME = (("resultVariableName",), ("name",))
_RAISES = "raises-exception"  # a tag that nbclient and nbsphinx know
_UNREADABLE = ("SyntaxError", "IndentationError", "TabError")
_SOURCE_KEYS = ("source", "input")  # nbformat 4 and 3
_COUNT_KEYS = ("execution_count", "prompt_number")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONFLICT = re.compile(r"^(?:<{7}|={7}|>{7})(?= |$)", re.MULTILINE)


class Notebook(Struct, frozen=True):
    """What a notebook file holds."""

    cells: tuple[Cell, ...]
    diagnostics: tuple[Diagnostic, ...]
    metadata: Mapping[str, object]


class Source(Struct, frozen=True):
    """A cell's source: its offset in the file, and the strings that it consists of with theirs. `listed`: they are in a list."""

    offset: int
    pieces: tuple[str, ...]
    offsets: tuple[int, ...]
    listed: bool = True


def parse(text: str) -> Notebook:
    """The cells of a notebook file. Raises UnreadableError if it is none."""
    try:
        fields = _scan(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from None
    except RecursionError:
        raise UnreadableError("not a notebook: its JSON is nested too deeply") from None
    raw = fields.get("cells", fields.get("worksheets"))
    if not isinstance(raw, list):
        raise UnreadableError("not a notebook: this JSON has no list of cells")
    metadata = _mapping(fields.get("metadata"))
    kernel = _kernel_language(metadata)
    reader = _CellReader(text, _language(kernel))
    cells = tuple(reader.read(index, cell) for index, cell in enumerate(raw))
    diagnostics = (*_foreign_kernel(kernel, cells), *reader.diagnostics)
    return Notebook(cells, diagnostics, metadata)


def sources(text: str) -> tuple[Source | None, ...]:
    """The sources of the cells of a notebook that can be read, for those who change them."""
    fields = _scan(text)
    raw = fields.get("cells", fields.get("worksheets"))
    cells = (_mapping(cell) for cell in (raw if isinstance(raw, list) else ()))
    found = (next((cell[key] for key in _SOURCE_KEYS if key in cell), None) for cell in cells)
    return tuple(source if isinstance(source, Source) else None for source in found)


# --- from JSON to raw cells ---------------------------------------------------------------------------------------------


_NO_OBJECT = "Expecting '{'"


def _scan(text: str) -> dict[str, object]:
    cursor = Cursor(text)
    if cursor.next != "{":
        cursor.fail(_NO_OBJECT)
    fields = cursor.object({"cells": _read_cells, "worksheets": _read_worksheets})
    cursor.end()
    return fields


def _read_cells(cursor: Cursor) -> object:
    if cursor.next != "[":
        return cursor.value()
    return [_read_cell(cursor) for _ in cursor.array()]


def _read_cell(cursor: Cursor) -> object:
    return cursor.object(dict.fromkeys(_SOURCE_KEYS, _read_source)) if cursor.next == "{" else cursor.value()


def _read_worksheets(cursor: Cursor) -> object:
    """The cells of all worksheets in one list."""
    if cursor.next != "[":
        return cursor.value()
    cells: list[object] = []
    for _ in cursor.array():
        sheet = cursor.object({"cells": _read_cells}) if cursor.next == "{" else cursor.value()
        found = _mapping(sheet).get("cells")
        cells.extend(found if isinstance(found, list) else ())
    return cells


def _read_source(cursor: Cursor) -> object:
    """A string or a list of strings; None if it is neither."""
    at = cursor.at
    value = cursor.value()
    if isinstance(value, str):
        return Source(at, (value,), (at,), listed=False)
    if not isinstance(value, list) or not all(isinstance(piece, str) for piece in value):
        return None
    return Source(at, tuple(value), cursor.strings_since(at, len(value)))


def _has_failed(fields: Mapping[str, object]) -> bool:
    """Whether what is kept of a cell's run says that its code could not be read: none of it is in what follows."""
    outputs = _list(fields.get("outputs"))
    return any(_mapping(one).get("ename") in _UNREADABLE for one in outputs)


# --- from raw cells to cells ------------------------------------------------------------------------------------------------


class _CellReader:
    """Makes cells in file order, counting physical lines as it goes."""

    def __init__(self, text: str, kernel: Language) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._kernel = kernel
        self._text = text
        self._offset = 0
        self._line = 1

    def read(self, index: int, raw: object) -> Cell:
        fields = _mapping(raw)
        code = fields.get("cell_type") == "code"
        found = next((fields[key] for key in _SOURCE_KEYS if key in fields), None)
        if not isinstance(found, Source):
            self._refuse(index, "the source of this cell is neither text nor a list of lines", code or not fields)
            return Cell(index, "other", "")
        source, line_map = self._lines(found)
        metadata = _mapping(fields.get("metadata"))
        return Cell(
            index,
            self._cell_language(metadata, source, fields) if code else "other",
            source,
            id=_text(fields.get("id")),
            name=_first_text(metadata, _CELL_NAME),
            execution_count=_count(fields),
            line_map=line_map,
            raises=_RAISES in _list(metadata.get("tags")) or _has_failed(fields),
        )

    def _refuse(self, index: int, message: str, relevant: bool) -> None:
        if relevant:
            self.diagnostics.append(Diagnostic("unreadable", message, Span(index, 1, 1, 1, 1)))

    def _cell_language(self, metadata: Mapping[str, object], source: str, fields: Mapping[str, object]) -> Language:
        stated = _first_text(metadata, _CELL_LANGUAGE) or _text(fields.get("language"))
        if stated is None or source.lstrip().startswith("%"):
            return self._kernel
        return _language(stated)

    def _lines(self, source: Source) -> tuple[str, tuple[int, ...]]:
        """The joined source, and the physical line of each of its lines."""
        line = self._line_of(source.offset)
        starts = [self._line_of(offset) for offset in source.offsets]
        text = _without_surrogates("".join(source.pieces))
        if "\r" not in text and all(piece.find("\n") == len(piece) - 1 >= 0 for piece in source.pieces[:-1]):
            extra = source.pieces[-1].count("\n") if source.pieces else 1
            return text, (*starts, *[starts[-1] if starts else line] * extra)
        return _odd_lines(source.pieces, starts, line)

    def _line_of(self, offset: int) -> int:
        """The line of an offset; offsets only grow."""
        self._line += self._text.count("\n", self._offset, offset)
        self._offset = offset
        return self._line


def _without_surrogates(text: str) -> str:
    """JSON can hold halves of characters, which no output could encode."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


def _odd_lines(pieces: tuple[str, ...], starts: list[int], line: int) -> tuple[str, tuple[int, ...]]:
    """The same where a string is not just one line with its end."""
    texts = [universal_newlines(_without_surrogates(piece)) for piece in pieces]
    lines: list[int] = []
    fresh = True  # whether the next text starts a line
    for text, line in ((text, start) for text, start in zip(texts, starts, strict=True) if text):
        lines.extend([line] * (text.count("\n") + fresh - text.endswith("\n")))
        fresh = text.endswith("\n")
    return "".join(texts), (*lines, *[line] * fresh)


def _kernel_language(metadata: Mapping[str, object]) -> str | None:
    """The language that the notebook states. Of kernel names only foreign ones tell: any other may be an environment's."""
    name = _first_text(metadata, (("kernelspec", "name"),))
    foreign = name if name and _FOREIGN_KERNELS.match(name.lower()) else None
    return _first_text(metadata, _KERNEL_LANGUAGE) or foreign


def _language(name: str | None) -> Language:
    """The language by a kernel's or a cell's word for it; Python where nothing is said."""
    word = "python" if name is None else name.lower().strip()
    return _LANGUAGES.get(word, "python" if word.startswith("python") else "other")


def _foreign_kernel(kernel: str | None, cells: tuple[Cell, ...]) -> Iterator[Diagnostic]:
    if _language(kernel) == "other" and not any(cell.language != "other" for cell in cells):
        yield Diagnostic("unsupported", f"the notebook's language is {kernel}; only Python and SQL cells are read")


# --- values of unknown shape ---------------------------------------------------------------------------------------------


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _count(fields: Mapping[str, object]) -> int | None:
    value = next((fields[key] for key in _COUNT_KEYS if key in fields), None)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _list(value: object) -> Sequence[object]:
    return value if isinstance(value, list) else ()


def _first_text(metadata: Mapping[str, object], paths: Iterable[tuple[str, ...]]) -> str | None:
    """The first text that stands at one of these paths of nested mappings."""
    for path in paths:
        value: object = metadata
        for key in path:
            value = _mapping(value).get(key)
        if found := _text(value):
            return found
    return None


# --- why a file is no notebook ------------------------------------------------------------------------------------------------


def _not_json(text: str, error: json.JSONDecodeError) -> UnreadableError:
    if not text.strip():
        return UnreadableError("an empty file, not a notebook; save the notebook again or delete it")
    conflict = _CONFLICT.search(text)
    if conflict:
        line = text.count("\n", 0, conflict.start()) + 1
        return UnreadableError("an unfinished merge: Git conflict markers in the notebook; resolve them", line)
    if text.lstrip().startswith("<"):
        return UnreadableError("an HTML page, not a notebook; download the raw file")
    if error.msg == _NO_OBJECT:
        return UnreadableError("not a notebook: a notebook is JSON that starts with `{`", error.lineno)
    if error.pos >= len(text.rstrip()):
        return UnreadableError("the notebook ends in the middle of its JSON; it was cut off when saved", error.lineno)
    return UnreadableError(f"not a notebook: invalid JSON at column {error.colno}: {error.msg}", error.lineno)
