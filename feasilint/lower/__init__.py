"""Documents to programs: one front end per language."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.cadence import cadence
from feasilint.documents.ignores import ignores
from feasilint.documents.remarks import remarks
from feasilint.ir import Diagnostic, Program, Write
from feasilint.memory import without_collection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.documents.model import Document
    from feasilint.lower.options import Options


@without_collection()
def lower(document: Document, options: Options) -> Program:
    """The program of a document, with what reading it has found; never raises for what the document contains."""
    try:
        program = _front_end(document, options)
    except Exception as error:  # a mistake of ours must not cost the other files
        if os.environ.get("FEASILINT_DEBUG"):
            raise
        said = f"internal error while reading this file ({type(error).__name__}: {error}); nothing in it was judged"
        program = Program(document.path, document.kind, diagnostics=(Diagnostic("unreadable", said),))
    said_before = dict.fromkeys((*document.diagnostics, *program.diagnostics, *_schedules(program)))
    return replace(program, diagnostics=tuple(said_before), ignores=ignores(document), remarks=remarks(document))


def _schedules(program: Program) -> Iterator[Diagnostic]:
    """The schedules that are stated and cannot be."""
    for sink in program.sinks:
        refresh = sink.refresh if isinstance(sink, Write) else None
        if refresh is None or refresh.every is None:
            continue
        try:
            cadence(refresh.every)
        except ValueError as error:
            said = f"{error} ({refresh.stated_by}); the age of what is made by it is not known"
            yield Diagnostic("unsupported", said, sink.origin.span if sink.origin is not None else None)


def _front_end(document: Document, options: Options) -> Program:
    if document.kind == "sql":
        from feasilint.lower.sql import lower_document
    else:
        from feasilint.lower.python import lower_document
    return lower_document(document, options)
