"""Collects what a front end makes of one document, in document order."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from msgspec.structs import replace

from feasilint.ir import (
    Anchor,
    Dependency,
    Diagnostic,
    DocumentKind,
    Elsewhere,
    Fragment,
    Origin,
    Program,
    Relation,
    Sink,
    Span,
    Write,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.ir.program import DiagnosticKind
    from feasilint.ir.spans import Language

R = TypeVar("R", bound=Relation)


class Builder:
    """The only mutable thing of a lowering; `program()` freezes it."""

    def __init__(self, path: str, kind: DocumentKind) -> None:
        self.path = path
        self.kind = kind
        self._fragments: list[Fragment] = []
        self._relations: list[Relation] = []
        self._sinks: list[Sink] = []
        self._diagnostics: dict[Diagnostic, None] = {}  # a set that keeps its order
        self._dependencies: list[Dependency] = []

    def fragment(
        self,
        language: Language,
        text: str,
        cell: int | None,
        anchors: Sequence[Anchor] = (Anchor(0, 1, 1),),
        dialect: str | None = None,
        parent: int | None = None,
        exact: bool = True,
        rendered: bool = False,
        elsewhere: Elsewhere | None = None,
    ) -> Fragment:
        """A new fragment of the document; anchors map its offsets to document lines and columns."""
        at = len(self._fragments)
        made = Fragment(at, language, text, cell, tuple(anchors), dialect, parent, exact, rendered, elsewhere)
        self._fragments.append(made)
        return made

    def origin(self, fragment: Fragment, node: int, start: int, end: int) -> Origin:
        """The origin of a syntax node that covers `fragment.text[start:end]`."""
        return Origin(fragment.index, node, fragment.span(start, end), fragment.written(start))

    def add(self, relation: R) -> R:
        """Register a relation; its inputs must be registered before it."""
        self._relations.append(relation)
        return relation

    def has(self, kind: type[Sink], origin: Origin | None) -> bool:
        """Whether there is a sink of this kind at this place already."""
        return any(isinstance(sink, kind) and sink.origin is origin for sink in self._sinks)

    def written(self, name: str) -> Write | None:
        """The last write under a name so far."""
        found = (
            s for s in reversed(self._sinks) if isinstance(s, Write) and s.target is not None and s.target.name == name
        )
        return next(found, None)

    def below(self, folder: str) -> tuple[str, ...]:
        """The files that have been written into a folder so far, the last one first."""
        names = [s.target.name for s in reversed(self._sinks) if isinstance(s, Write) and s.target is not None]
        inside = (
            name for name in names if name.removeprefix("./").startswith(f"{folder.removeprefix('./').rstrip('/')}/")
        )
        return tuple(dict.fromkeys(inside))

    def sink(self, sink: Sink) -> None:
        """Register a sink at this point of the document."""
        self._sinks.append(replace(sink, after=len(self._relations)) if isinstance(sink, Write) else sink)

    def diagnose(self, kind: DiagnosticKind, message: str, span: Span | None = None, sql: bool = False) -> None:
        """Say what could not be read; the same thing at the same place is said once."""
        self._diagnostics[Diagnostic(kind, message, span, sql)] = None

    def depend(self, path: str, digest: str) -> None:
        """Record a file whose content went into the program."""
        made = Dependency(path, digest)
        if made not in self._dependencies:
            self._dependencies.append(made)

    def program(self) -> Program:
        return Program(
            self.path,
            self.kind,
            tuple(self._fragments),
            tuple(self._relations),
            tuple(self._sinks),
            tuple(self._diagnostics),
            dependencies=tuple(self._dependencies),
        )
