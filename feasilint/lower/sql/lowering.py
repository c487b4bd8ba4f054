"""Lowering SQL documents and fragments: statement by statement into one builder."""

from __future__ import annotations

import re
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Anchor, Fragment, Program, Relation
from feasilint.ir.program import BLANK
from feasilint.lower.builder import Builder
from feasilint.lower.sql import SqlResult, models, sources, times
from feasilint.lower.sql.adapter import Node, TokenType, exp
from feasilint.lower.sql.bodies import Bodies
from feasilint.lower.sql.commands import command
from feasilint.lower.sql.layout import Layout, Lines
from feasilint.lower.sql.making import Making, derived, doubts
from feasilint.lower.sql.measures import assign
from feasilint.lower.sql.queries import query
from feasilint.lower.sql.reading import read
from feasilint.lower.sql.routines import remember
from feasilint.lower.sql.scope import Context, Rows, Scope, Session
from feasilint.lower.sql.script import moves_rows
from feasilint.lower.sql.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.documents.model import Document
    from feasilint.ir import Expression, Refresh
    from feasilint.ir.program import DiagnosticKind
    from feasilint.lower.options import Options
    from feasilint.lower.sql.parse import Statement

__all__ = ["lower_document", "lower_text", "models", "times"]

_UNREAD = (exp.Command, getattr(exp, "Execute", exp.Command))
INTERNAL = "the statement could not be lowered"
_TASK = re.compile(r"(?:#|--|/\*)[ \t]*TODO\b", re.IGNORECASE)
_BLANK = re.compile(
    r"<<|(?<![A-Za-z0-9])<[A-Za-z_][\w -]*>|(?<![\w.])\.\.\.(?! \d+ more)|_{4,}|\bTODO\b|\[\w+(?:\|\w+)+\]"
)
"""What stands in for what whoever uses the statement fills in: `<name>`, which is no `ARRAY<INT64>`, `...`, `[ALL|DISTINCT]`."""
_FRAMES = 8_000  # a parenthesis costs the parser about 25 frames


def lower_document(document: Document, options: Options) -> Program:
    """The program of a SQL file; bare queries are results, those of a dbt or Dataform model make its table."""
    builder = Builder(document.path, document.kind)
    session = Session()
    making = Making.of(document, options)
    with _deep():
        for cell in document.cells:
            if cell.language == "sql":
                fragment = builder.fragment("sql", cell.source, cell.index, cell.anchors, making.dialect)
                _Text(builder, fragment, session, making).lower()
    return replace(builder.program(), diagnostics=(*document.diagnostics, *builder.program().diagnostics))


def lower_text(
    builder: Builder, fragment: Fragment, tables: Mapping[str, Relation], parameters: Mapping[str, Expression]
) -> SqlResult:
    """The statements of a fragment; see `feasilint.lower.sql.lower_text`."""
    session = Session(
        tables={name.lower(): Rows(relation) for name, relation in tables.items()}, pieces=dict(parameters)
    )
    given = dict(session.tables)
    text = _Text(builder, fragment, session)
    with _deep():
        text.lower()
    made = {name: rows.relation for name, rows in session.tables.items() if given.get(name) is not rows}
    return SqlResult(text.result.relation if text.result is not None else None, made)


@contextmanager
def _deep() -> Iterator[None]:
    """More frames than Python's default: nesting is bounded before parsing."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _FRAMES))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


class _Text:
    """The lowering of one fragment. `making`: what its bare queries make; None inside Python, where Python says. `assembled`: a
    script has put the text together."""

    def __init__(
        self,
        builder: Builder,
        fragment: Fragment,
        session: Session,
        making: Making | None = None,
        assembled: bool = False,
    ) -> None:
        self.assembled = assembled
        self.builder = builder
        self.session = session
        self.making = making
        self.result: Rows | None = None
        self.read = read(fragment.text, fragment.dialect, making.setting if making is not None else None)
        self.marks = self.read.marks
        self.fragment = derived(self.read, fragment, builder)
        self.lines = Lines(self.fragment)
        self.context: Context | None = None  # of the last statement
        self.bodies = Bodies(session, self.read.dialect, self._remember)
        for kind, message, span in doubts(self.read, fragment, making):
            builder.diagnose(kind, message, span)

    def lower(self) -> None:
        base = end = 0
        for one in self.read.statements:
            if one.tokens:
                self.bodies.between(self.read.text[end : one.tokens[0].start])
                end = one.tokens[-1].end + 1
            if one.tree is None:
                self._failed(one)
                continue
            layout = Layout(self.fragment, one.tokens, self.lines, base)
            layout.read(one.tree)
            base += layout.size
            self.bodies.declares(one.tree, one.tokens)
            self.context = self._context(layout, one.refresh)
            try:
                self._statement(one.tree, self.context)
            except RecursionError:
                self.builder.diagnose("budget", "the statement is nested too deeply", layout.statement())
            except Exception as error:  # a shape of tree that nobody thought of costs this statement only
                self.builder.diagnose("opaque", f"{INTERNAL}: {type(error).__name__}: {error}", layout.statement())

        self.bodies.between(self.read.text[end:])

    def _remember(self, routine: str, rows: Rows | None, table: str) -> None:
        """A routine ends: its rows are those of its last query, or of a variable of T-SQL."""
        if self.context is not None:
            returned = sources.scan([table], exp.Table(), self.context) if table else rows
            remember(routine, returned, [], self.context)

    def _failed(self, one: Statement) -> None:
        failure = one.failure
        if failure is None:
            return
        blank = self._blank(one)
        message = self.marks.restore(failure.message) if blank is None else BLANK
        at = failure.place if blank is None else blank
        self.builder.diagnose(self._kind(one), message, self.lines.span(at, at + 1), sql=True)

    def _kind(self, one: Statement) -> DiagnosticKind:
        """What it is that a statement cannot be read: a mistake only where rows may come through it."""
        if one.too_deep:
            return "budget"
        if self._is_put_together(one):
            return "dynamic-sql"
        return "syntax-error" if not one.tokens or moves_rows(one.tokens) else "unsupported"

    def _is_put_together(self, one: Statement) -> bool:
        """Whether code makes the statement, and not all of it is known: what it looks like then is no fault of the code. Of a
        template only what stands beside a piece that is not known."""
        if self.assembled:
            return True
        text, at = self.read.text, one.failure.offset if one.failure is not None else 0
        if self.making is not None:
            around = text[:at].split()[-1:] + text[at:].split(None, 1)[:1]
            return any(self.marks.unknown(word) for word in around)
        start, end = (one.tokens[0].start, one.tokens[-1].end + 1) if one.tokens else (0, len(text))
        return self.marks.within(text[start:end])

    def _blank(self, one: Statement) -> int | None:
        """Where a statement, or a comment in or behind it, says that it is to be finished."""
        if not one.tokens:
            return None
        text, start, end = self.read.text, one.tokens[0].start, one.tokens[-1].end
        last = text.find("\n", end)
        line = text.find("\n", last + 1) if last >= 0 else -1  # the comment may stand on a line of its own
        words = {token.start for token in one.tokens if token.token_type != TokenType.STRING}
        blanks = (found.start() for found in _BLANK.finditer(text, start, end + 1))
        task = _TASK.search(text, start, line if line > 0 else len(text))
        return next((at for at in blanks if at in words), task.start() if task is not None else None)

    def _statement(self, tree: Node, context: Context) -> None:
        if isinstance(tree, _UNREAD):
            command(tree, context, _quoted)
            return
        rows = statement(tree, Scope(context)) or self._unknown(tree, context)
        if rows is None:
            return
        self.result = rows
        self.bodies.gave(rows)
        self.session.routines["result_scan"] = rows
        if self.making is not None:
            self.builder.sink(self.making.write(rows, self.read, context.layout.origin(tree)))

    def _unknown(self, tree: Node, context: Context) -> Rows | None:
        """The rows of a statement that a template puts in as a whole; None for any other one."""
        mark = sources.mark_of(tree, context) if isinstance(tree, exp.Column) else None
        if mark is None or mark.kind != "hole" or self.making is None:
            return None
        span = context.layout.statement()
        self.builder.diagnose("opaque", f"which query {{{mark.name}}} makes is not known", span)
        return sources.unread(mark, tree, Scope(context))

    def _context(self, layout: Layout, refresh: Refresh | None) -> Context:
        aggregates, windows = assign(layout.special)
        return Context(
            self.builder,
            self.fragment,
            self.read.text,
            layout,
            self.marks,
            self.read.dialect,
            self.session,
            query,
            _quoted,
            windows,
            aggregates,
            refresh,
        )


def _quoted(text: str, context: Context) -> Rows | None:
    """Lower SQL that stands in a string of a statement, as a fragment inside its own; the rows of its last query. A text that is
    put together stands where the statement does."""
    first = context.layout.tokens[0].start
    places = ((context.text.find(one, first), one) for one in (text, text.replace("'", "''")))
    start, text = next((place for place in places if place[0] >= 0), (-1, text))
    fragment = context.fragment
    line, column = fragment.position(start if start >= 0 else first)
    inner = context.builder.fragment(
        "sql",
        _unescaped(fragment.text, start, start + len(text)) if start >= 0 else text,
        fragment.cell,
        (Anchor(0, line, column, 0 if start >= 0 else 1),),
        context.dialect,
        fragment.index,
        exact=False,
    )
    lowered = _Text(context.builder, inner, context.session, assembled=start < 0)
    lowered.lower()
    return lowered.result


def _unescaped(text: str, start: int, end: int) -> str:
    """The contents of a string, its doubled quotes as one in their place: `''x''` is ` 'x' `."""
    inner = text[start:end]
    quoted = text[start - 1 : start] == "'"
    return _DOUBLED.sub(_as_one, inner) if quoted else inner


_DOUBLED = re.compile(r"(\b[NnEe])?''([^']*)''")


def _as_one(found: re.Match[str]) -> str:
    """A string in doubled quotes with single ones, in as many characters."""
    return f"{found[1]}'{found[2]}'  " if found[1] else f" '{found[2]}' "
