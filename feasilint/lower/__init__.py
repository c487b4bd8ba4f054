"""Documents to programs: one front end per language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from feasilint.documents.ignores import ignores

if TYPE_CHECKING:
    from feasilint.documents.model import Document
    from feasilint.ir import Program
    from feasilint.lower.options import Options


def lower(document: Document, options: Options) -> Program:
    """The program of a document; never raises for what the document contains."""
    if document.kind == "sql":
        from feasilint.lower.sql import lower_document
    else:
        from feasilint.lower.python import lower_document
    program = lower_document(document, options)
    return replace(
        program,
        diagnostics=tuple(dict.fromkeys((*document.diagnostics, *program.diagnostics))),
        ignores=ignores(document),
    )
