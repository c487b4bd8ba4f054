"""Bytes of a file to a document. Total: what cannot be read becomes a diagnostic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

from msgspec import Struct, field

from feasilint.documents import notebook, script, sqlfile
from feasilint.documents.model import Cell, Document
from feasilint.documents.text import UnreadableError, decode
from feasilint.ir import Diagnostic, DocumentKind, Span


class _Content(Struct, frozen=True):
    kind: DocumentKind
    cells: tuple[Cell, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    metadata: Mapping[str, object] = field(default_factory=dict)


def _notebook(text: str) -> _Content:
    read = notebook.parse(text)
    return _Content("notebook", read.cells, read.diagnostics, read.metadata)


def _python(text: str) -> _Content:
    return _Content("python", script.python_cells(text))


def _sql(text: str) -> _Content:
    return _Content(*sqlfile.parse(text))


_Parser: TypeAlias = Callable[[str], _Content]
_PARSERS: dict[DocumentKind, _Parser] = {"notebook": _notebook, "python": _python, "sql": _sql}
KINDS: dict[str, DocumentKind] = {".ipynb": "notebook", ".py": "python", ".sql": "sql", ".sqlx": "sql"}
"""The kinds of documents by file extension."""


def kind_of(path: str) -> DocumentKind | None:
    """The kind of a document by its extension; None if it is none that is read."""
    dot = path.rfind(".")
    return KINDS.get(path[dot:].lower()) if dot >= 0 else None


def read(path: str, data: bytes, kind: DocumentKind | None = None) -> Document:
    """The document in these bytes. `kind` overrides the file extension."""
    digest = hashlib.sha256(data).hexdigest()
    kind = kind or kind_of(path)
    if kind is None:
        message = f"not a kind of file that is read ({', '.join(KINDS)})"
        return unreadable(path, message, digest)
    text = ""
    try:
        text = decode(data, cookie=kind == "python", zeros=kind == "sql")
        content = _PARSERS[kind](text)
    except UnreadableError as problem:
        return Document(path, kind, text, digest, diagnostics=(_diagnostic(problem),))
    return Document(path, content.kind, text, digest, content.cells, content.diagnostics, content.metadata)


def unreadable(path: str, message: str, digest: str = "") -> Document:
    """The document of a file that cannot be read as a whole."""
    return Document(path, kind_of(path) or "sql", "", digest, diagnostics=(Diagnostic("unreadable", message),))


def _diagnostic(problem: UnreadableError) -> Diagnostic:
    span = None if problem.line is None else Span(None, problem.line, 1, problem.line, 1)
    return Diagnostic("unreadable", problem.message, span)
