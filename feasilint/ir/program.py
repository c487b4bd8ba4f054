"""What a front end makes of one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.ir.node import Node

if TYPE_CHECKING:
    from feasilint.ir.relations import ColumnSet, Relation, Source
    from feasilint.ir.spans import Fragment, Origin, Span

DocumentKind: TypeAlias = Literal["notebook", "python", "sql"]
WriteMode: TypeAlias = Literal["create", "view", "insert", "overwrite", "upsert", "result"]
DiagnosticKind: TypeAlias = Literal[
    "syntax-error", "unreadable", "opaque", "dynamic-sql", "unresolved-source", "unsupported", "budget"
]

BLANK, R_CODE = "a blank that is not filled in", "code of R"
SCALA, SHELL, NOTE = "code of Scala", "a command of the shell without `!`", "text that is no code"
FORESEEN = (BLANK, R_CODE, SCALA, SHELL, NOTE)
"""How messages of syntax errors begin that the author knows of: a lab's blanks, notes in another language."""


NOWHERE = "which nothing here defines"
"""What is said of a name that no code gives a value."""


class Fit(Node, frozen=True):
    """A model fitted on columns. Sets may be open; a label inside `features` is none."""

    estimator: str
    features: ColumnSet
    label: ColumnSet | None = None
    weight: ColumnSet | None = None
    origin: Origin | None = None


class Refresh(Struct, frozen=True, gc=False):
    """How what is written is kept up to date, as far as the project says. `materialized`: view, table, incremental, …;
    `every`: an interval or a cron expression as stated, and `stated_by` what."""

    materialized: str | None = None
    every: str | None = None
    stated_by: str | None = None


class Write(Node, frozen=True):
    """A relation stored under a name. `target` None: the result of a bare SELECT. `columns`: the target's names by
    position, where the statement lists them. `temporary`: seen by this document only. `after`: how many relations of the
    document were made before it; a later scan of the target reads this write. `node`: what a project calls the model that
    it is."""

    relation: Relation
    target: Source | None
    mode: WriteMode
    columns: tuple[str, ...] | None = None
    temporary: bool = False
    feature_group: bool = False
    refresh: Refresh | None = None
    after: int = 0
    origin: Origin | None = None
    node: str = ""


class Show(Node, frozen=True):
    """Looking at a relation: print, plot, display, the last expression of a cell."""

    relation: Relation
    origin: Origin | None = None


Sink: TypeAlias = Fit | Write | Show


class Diagnostic(Struct, frozen=True, gc=False):
    """Something that could not be read or analysed, and what that costs. `sql`: a statement that its dialect may know."""

    kind: DiagnosticKind
    message: str
    span: Span | None = None
    sql: bool = False


class Remark(Struct, frozen=True, gc=False):
    """`feasilint: model=fraud` in a comment: what somebody says of the document. `span` is that of the comment."""

    key: str
    value: str
    span: Span


class Ignore(Struct, frozen=True, gc=False):
    """`feasilint: ignore[CODE] reason` on a line. `codes` empty: every rule. `own_line`: the comment stands alone and
    speaks for the next line of code. `covers` is the line it speaks for, counted as its span's lines are. `whole`: the
    comment says nothing else."""

    codes: tuple[str, ...]
    reason: str
    span: Span
    own_line: bool
    covers: int = 0
    whole: bool = True


class Dependency(Struct, frozen=True, gc=False):
    """A file whose content went into the program, by path and content hash."""

    path: str
    digest: str


class Program(Node, frozen=True):
    """A lowered document: a pure function of its bytes, options and dependencies.

    `relations` are all that the document makes, inputs before users, in document order: also those that reach no sink.
    """

    path: str
    kind: DocumentKind
    fragments: tuple[Fragment, ...] = ()
    relations: tuple[Relation, ...] = ()
    sinks: tuple[Sink, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    ignores: tuple[Ignore, ...] = ()
    remarks: tuple[Remark, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
