"""What the queries of a SQL file make: a result, or the table of a model of dbt or Dataform."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.dataform.sqlx import is_sqlx
from feasilint.dbt.naming import folder_adapter
from feasilint.dbt.references import doubt
from feasilint.ir import Anchor, Show, Source, Write
from feasilint.lower.modelled import VIEWS, written
from feasilint.lower.sql.adapter import canonical_dialect
from feasilint.lower.sql.reading import Setting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.dbt.model import Model
    from feasilint.documents.model import Document
    from feasilint.ir import Fragment, Origin, Sink, Span
    from feasilint.ir.program import DiagnosticKind, WriteMode
    from feasilint.lower.builder import Builder
    from feasilint.lower.options import Options
    from feasilint.lower.sql.jinja.places import Place
    from feasilint.lower.sql.jinja.result import Rendered
    from feasilint.lower.sql.reading import Read
    from feasilint.lower.sql.scope import Rows

_UNSTORED = ("operations", "assertion", "test", "declaration")  # Dataform's files whose query makes no table


class Making(Struct, frozen=True):
    """`model`: what the project says of the file's table; None for a file that is no model of the project. `name`: that of
    the file, after which a template without a project is named. `setting`: where the file's template is rendered."""

    name: str
    dialect: str | None
    setting: Setting
    model: Model | None = None

    @classmethod
    def of(cls, document: Document, options: Options) -> Making:
        """What a document makes."""
        if is_sqlx(document.text) or document.path.endswith(".sqlx"):
            return cls._of_dataform(document, options)
        name = posixpath.splitext(posixpath.basename(document.path))[0]
        project = options.project(document.path)
        dialect = canonical_dialect(options.dialect)
        if project is None:
            return cls(name, dialect, Setting(this=(name,)))
        model = project.model_at(document.path)
        package = model.package if model is not None else project.name
        compiled = project.compiled(document.path, document.text) if model is not None else None
        this = (model.relation if model is not None else ()) or (name,)
        adapter = project.adapter or dialect or folder_adapter(document.path)
        disabled = model is not None and model.config.get("enabled") is False
        setting = Setting(project, package, this, compiled, adapter=adapter, disabled=disabled)
        return cls(name, dialect or canonical_dialect(adapter), setting, model)

    @classmethod
    def _of_dataform(cls, document: Document, options: Options) -> Making:
        from feasilint.dataform.project import Project
        from feasilint.lower.sql.dataform import rendered

        project = options.dataform(document.path) or Project(None)
        model = project.model_at(document.path) or project.described(document.path, document.text)
        dialect = canonical_dialect(options.dialect) or canonical_dialect(project.adapter)
        made = rendered(document.text, project, model)
        return cls(model.name, dialect, Setting(this=model.relation, rendered=made), model)

    def write(self, rows: Rows, read: Read, origin: Origin | None) -> Sink:
        """The sink of a bare query."""
        block = read.marks.block
        if block is not None:
            mode: WriteMode = "view" if block.refresh.materialized in VIEWS else "create"
            return Write(rows.relation, Source(block.name, "table"), mode, refresh=block.refresh, origin=origin)
        if self.model is None:
            if self.setting.project is not None or not read.marks.templated:
                return Write(rows.relation, None, "result", origin=origin)
            return Write(rows.relation, Source(self.name, "table"), "create", origin=origin)
        if self.model.materialized in _UNSTORED:
            return Show(rows.relation, origin=origin)
        return written(self.model, rows.relation, origin)


def doubts(read: Read, fragment: Fragment, making: Making | None) -> Iterator[tuple[DiagnosticKind, str, Span]]:
    """What of a text was not rendered, where, and what to do about it."""
    refused = read.refused
    if refused is not None:
        start = sum(len(line) + 1 for line in fragment.text.split("\n")[: refused.line - 1])
        said = f"{refused.reason}; its conditions are read with all branches"
        yield refused.kind, said, fragment.span(start, start + 1)
    if read.marks.unclosed is not None and read.rendered is None:
        span = fragment.span(read.marks.unclosed, read.marks.unclosed + 2)
        yield "syntax-error", "a marker of a template is not closed", span
    setting = making.setting if making is not None else Setting()
    if making is not None and setting.project is not None and read.rendered is not None:
        yield from _lost(read.rendered, fragment, making)
        for name in read.rendered.missing:
            package = name.split(".")[0]
            why = "has no such macro in the version" if package in setting.project.packages else "is not"
            start = max(0, fragment.text.find(name))
            said = f"the macro `{name}` is not known: package `{package}` {why} installed here (`dbt deps`)"
            yield "dynamic-sql", said, fragment.span(start, start + len(name))


def _lost(rendered: Rendered, fragment: Fragment, making: Making) -> Iterator[tuple[DiagnosticKind, str, Span]]:
    """The references of a model that lead nowhere, at the first place where they are written."""
    project = making.setting.project
    if project is None or making.model is None or not making.model.enabled:
        return
    for reference in rendered.unknown:
        said = doubt(project, reference)
        if said is not None:
            place = re.search(rf"\b{reference.kind}\s*\([^)]*['\"]{re.escape(reference.names[-1])}['\"]", fragment.text)
            start, end = place.span() if place is not None else (0, 1)
            yield "unresolved-source", said, fragment.span(start, end)


def derived(read: Read, fragment: Fragment, builder: Builder) -> Fragment:
    """The fragment that was parsed: the given one, or what its template was rendered to."""
    if read.rendered is None and not read.masked:
        return fragment
    same = read.source == fragment.text
    anchors = fragment.anchors if same else tuple(_placed(read, fragment))
    exact, elsewhere = same and fragment.exact, fragment.elsewhere
    if elsewhere is not None and read.rendered is not None:
        elsewhere = replace(elsewhere, verbatim=False)
    return builder.fragment(
        "sql", read.source, fragment.cell, anchors, fragment.dialect, fragment.index, exact, True, elsewhere
    )


def _placed(read: Read, fragment: Fragment) -> Iterator[Anchor]:
    for place, end in _extents(read):
        yield from _anchors(place, end, fragment)
    yield Anchor(len(read.source), *fragment.position(len(fragment.text)))


def _extents(read: Read) -> Iterator[tuple[Place, int]]:
    """Every place with the offset at which it ends."""
    assert read.rendered is not None
    places = read.rendered.places
    ends = (*(place.offset for place in places[1:]), len(read.source))
    yield from zip(places, ends[: len(places)], strict=True)


def _anchors(place: Place, end: int, fragment: Fragment) -> Iterator[Anchor]:
    """The anchors of one place, which are those of the template there."""
    line, column = fragment.position(place.start)
    if place.width:
        first = fragment.text[place.start : place.start + place.width].split("\n", 1)[0]
        yield Anchor(place.offset, line, column, max(1, len(first)))
        return
    yield Anchor(place.offset, line, column)
    stop = place.start + end - place.offset
    for anchor in fragment.anchors:
        if place.start < anchor.offset < stop:
            yield Anchor(place.offset + anchor.offset - place.start, anchor.line, anchor.column)
