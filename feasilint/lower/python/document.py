"""A notebook or script as a program: its cells in order, then the functions that nobody called."""

from __future__ import annotations

import ast
import re
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.documents.magics import neutralise
from feasilint.ir import Anchor, Fragment, Opaque, Show
from feasilint.ir.program import BLANK
from feasilint.ir.spans import Span
from feasilint.lower.builder import Builder
from feasilint.lower.python import values as v
from feasilint.lower.python.broken import blank_line, reason
from feasilint.lower.python.calls import call
from feasilint.lower.python.columns import header, holes, layout
from feasilint.lower.python.expressions import EVALUATORS
from feasilint.lower.python.frameworks import run_model
from feasilint.lower.python.functions import run_uncalled
from feasilint.lower.python.machine import BudgetError, Machine
from feasilint.lower.python.parsing import Parsed, parse
from feasilint.lower.python.sqlmesh import run_models
from feasilint.lower.python.statements import execute, top_level
from feasilint.lower.python.strings import spell
from feasilint.lower.python.transfers.cells import SQL_MAGICS, dialect_in, filled, save, split_into, split_options
from feasilint.lower.python.transfers.common import show_value
from feasilint.lower.python.transfers.parameters import of_magic, spelled
from feasilint.lower.python.transfers.settings import given_to_pipeline, is_pipeline
from feasilint.lower.python.transfers.sql import looks_like_sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from feasilint.documents.magics import Magic, Neutral
    from feasilint.documents.model import Cell, Document
    from feasilint.ir import Expression, Program, Relation
    from feasilint.lower.options import Options
    from feasilint.lower.python.transfers.cells import Piece

_FRAME_NAME = re.compile(
    r"^(df|data|frame|dataframe|dataset|X|x|train|test|transactions|customers|events)$|(_df|_data|_frame|^df_.*|^data_.*)$"
)


_DATALAB = re.compile(r"^query\b.*?(?:-n|--name)[ =](\w+)")


def lower_document(document: Document, options: Options) -> Program:
    """The program of a notebook or script; whatever it contains."""
    m = interpret(document, options)
    program = m.builder.program()
    m.forget()
    for remembered in (spell, header, layout, holes):
        remembered.cache_clear()
    return program


def interpret(document: Document, options: Options) -> Machine:
    """Run a document; the machine holds what came of it."""
    builder = Builder(document.path, document.kind)
    m = Machine(builder, options, EVALUATORS, execute, call, path=document.path)
    m.metadata = document.metadata
    m.text = "\n".join(cell.source for cell in document.cells)
    m.files.update(pair for cell in document.cells for pair in _written_files(cell))
    try:
        for cell in _in_order(document.cells):
            _guarded(m, partial(_run_cell, m, cell), Span(cell.index, 1, 1, 1, 1), "cell")
        _guarded(m, partial(run_model, m), None, "model")
        _guarded(m, partial(run_models, m), None, "model")
        _run_uncalled(m)
    except BudgetError as error:
        builder.diagnose("budget", f"the rest of this file was not read: {error}")
    return m


# --- cells ---


def _in_order(cells: Sequence[Cell]) -> list[Cell]:
    """Cells as they stand; one that writes a script comes after those that write the modules that it imports."""
    modules = {
        at: Path(name).stem for at, cell in enumerate(cells) for name, _ in _written_files(cell) if name.endswith(".py")
    }
    late = {at for at in modules if len(modules) > 1 and _needs(cells[at], modules, at)}
    order = sorted(range(len(cells)), key=lambda at: at in late)
    return [cells[at] for at in order]


def _needs(cell: Cell, modules: Mapping[int, str], at: int) -> bool:
    """Whether a script imports a module that a later cell writes."""
    names = {name for other, name in modules.items() if other > at} - {modules[at]}
    return any(re.search(rf"\bimport\b[^\n]*\b{re.escape(name)}\b", cell.source) for name in names)


_IMPORT = re.compile(r"\s*(?:import[ \t]+\w|from[ \t]+[\w.]+[ \t]+import\b)")
_QUERY = re.compile(
    r"\s*(?:select|with|insert\s+into|create|merge|update|delete|copy|vacuum|analyze|drop|alter|truncate|grant)\b",
    re.IGNORECASE,
)


def _run_cell(m: Machine, cell: Cell) -> None:
    if cell.language == "sql" and not _IMPORT.match(cell.source):
        _run_sql_cell(m, cell)
    elif cell.language != "other" and cell.source.strip():
        neutral = neutralise(cell.source, typed=cell.index is not None)
        if neutral.cell_magic is not None:
            _run_cell_magic(m, cell, neutral.cell_magic)
        else:
            _run_python(m, cell, neutral)


def _run_python(m: Machine, cell: Cell, neutral: Neutral) -> None:
    try:
        read, failure = parse(neutral.text), None
    except (ValueError, RecursionError, MemoryError) as error:
        read, failure = Parsed(None, None, neutral.text), error
    if read.error is not None and cell.index is not None and _is_sql(cell.source):
        _run_sql_cell(m, cell)
        return
    exact = not (neutral.magics or neutral.cut) and read.text == neutral.text
    fragment = m.builder.fragment("python", read.text, cell.index, _anchors(cell, neutral), exact=exact)
    if failure is not None:
        m.builder.diagnose("syntax-error", f"{failure}; this {_whole(cell)} is not read", fragment.span(0, 1))
    if read.error is not None and not cell.raises:
        _broken(m, cell, fragment, read)
    if read.tree is None:
        return
    m.enter(fragment, read.tree)
    for statement in read.tree.body:
        top_level(m, statement)
    if read.tree.body and cell.index is not None:
        _show_last(m, read.tree.body[-1])


def _is_sql(text: str) -> bool:
    """Whether a cell that is no Python is SQL without its magic: all of it can be read as that."""
    if _QUERY.match(text) is None:
        return False
    from feasilint.lower.sql.reading import read

    statements = read(text, None).statements
    return bool(statements) and all(one.tree is not None for one in statements)


def _whole(cell: Cell) -> str:
    return "file" if cell.index is None else "cell"


def _broken(m: Machine, cell: Cell, fragment: Fragment, read: Parsed) -> None:
    """Say which statement of a cell is not read, and why."""
    assert read.error is not None
    what = _whole(cell) if read.tree is None else "statement"
    why = reason(read.text, read.error)
    line = blank_line(read.text, read.error) if why == BLANK else None
    m.builder.diagnose("syntax-error", f"{why}; this {what} is not read", _error_span(fragment, read.error, line))


def _error_span(fragment: Fragment, error: SyntaxError, told: int | None = None) -> Span:
    """Where the parser gave up, or the line that is told to be why."""
    lines = fragment.text.split("\n")
    line = told or min(max(error.lineno or 1, 1), len(lines))
    start = sum(len(text) + 1 for text in lines[: line - 1])
    column = 0 if told else min(max((error.offset or 1) - 1, 0), max(len(lines[line - 1]) - 1, 0))
    return fragment.span(start + column, start + column + 1)


def _anchors(cell: Cell, neutral: Neutral) -> tuple[Anchor, ...]:
    """Where the neutralised text stands: through the cell's lines to the document's."""
    if cell.anchors == (Anchor(0, 1, 1),):
        return neutral.anchors
    moved = {anchor.line: anchor for anchor in neutral.anchors}
    made: list[Anchor] = []
    offset = position = 0
    shift = Anchor(0, 1, 1)
    for number, (text, source) in enumerate(zip(neutral.text.split("\n"), cell.source.split("\n"), strict=False), 1):
        shift = moved.get(number, Anchor(0, number, 1))
        base = max((a for a in cell.anchors if a.offset <= position), key=lambda a: a.offset, default=Anchor(0, 1, 1))
        lines = cell.source.count("\n", base.offset, position)
        column = 1 if lines else base.column + position - base.offset
        made.append(Anchor(offset, base.line + lines, column + shift.column - 1))
        offset += len(text) + 1
        position += len(source) + 1
    return tuple(made)


def _show_last(m: Machine, statement: ast.stmt) -> None:
    """A cell shows what its last expression is; the expression has been run, so names and calls are looked at only."""
    if isinstance(statement, ast.Expr) and isinstance(
        statement.value, ast.Name | ast.Call | ast.Attribute | ast.Subscript
    ):
        value = m.last
        if value is not None:
            show_value(m, value, statement.value)


# --- SQL in cells ---


def _run_cell_magic(m: Machine, cell: Cell, magic: Magic) -> None:
    if magic.name in SQL_MAGICS:
        start = cell.source.count("\n", 0, 0) + magic.line
        asked, saved = split_options(m, magic.arguments) if magic.name == "sql" else (magic.arguments, None)
        first, target = split_into(asked)
        words = [word for word in first.split() if not word.startswith(("-", "$", "@", "{"))]
        if (
            target is None
            and magic.name in ("bigquery", "sparksql", "bqsql", "snowflake")
            and words
            and words[0].isidentifier()
        ):
            target = words[0]
        body, inside = split_into(magic.body)
        if magic.name == "sql" and first.strip() and (target is not None or looks_like_sql(first)):
            body = first + "\n" + body
        offset = len("\n".join(cell.source.split("\n")[:start])) + 1 + len(magic.body) - len(body)
        named, given = target or inside, of_magic(m, magic.arguments)
        relation = _sql(m, cell, body, offset, dialect_in(m, magic.name), named, given) if body.strip() else None
        if relation is not None:
            save(m, saved, v.Frame(relation))
    elif magic.name == "bq" and (query := _DATALAB.search(magic.arguments)) is not None:
        offset = len(cell.source) - len(magic.body)
        rows = _sql(m, cell, magic.body, offset, "bigquery", "_datalab") if magic.body.strip() else None
        if rows is not None:
            m.scope.bind(query[1], v.Handle("datalab.query", (("frame", m.alloc(v.Frame(rows))),)))
    elif magic.name == "writefile":
        name = Path(magic.arguments.split()[-1]).name if magic.arguments.split() else ""
        if name.endswith(".py"):
            parts = magic.arguments.split()[-1].removesuffix(".py").removeprefix("./").split("/")
            m.written |= {".".join(parts[at:]): magic.body for at in range(len(parts))}
            _run_written(m, cell, magic)


def _written_files(cell: Cell) -> Iterator[tuple[str, str]]:
    """The file that a cell writes, by its name: another cell may read it before this one stands in the document."""
    written = "%%writefile" in cell.source and cell.source.lstrip().startswith("%%writefile")
    magic = neutralise(cell.source).cell_magic if written else None
    if magic is not None and (words := magic.arguments.split()):
        yield Path(words[-1]).name, magic.body


def _run_written(m: Machine, cell: Cell, magic: Magic) -> None:
    """A module that the notebook writes: its functions are read where they stand, in a scope of their own."""
    from feasilint.lower.python.scope import Scope

    body = "\n" * magic.line + magic.body
    neutral = neutralise(body)
    outer = m.scope
    m.scope = Scope()
    m.modules |= {name: m.scope for name, text in m.written.items() if text is magic.body}
    try:
        _run_python(m, cell, neutral)
    finally:
        m.scope = outer


def _run_sql_cell(m: Machine, cell: Cell) -> None:
    if cell.source.strip():
        _sql(m, cell, cell.source, 0, None, cell.name)


def _sql(
    m: Machine,
    cell: Cell,
    text: str,
    offset: int,
    dialect: str | None,
    target: str | None,
    parameters: Mapping[str, Expression] | None = None,
) -> Relation | None:
    """Lower a SQL cell; its result goes by the name of the cell or of the magic's variable."""
    from feasilint.lower.sql import lower_text

    made, pieces = filled(m, text)
    anchors = _around(pieces, text, _sql_anchors(cell, offset))
    fragment = m.builder.fragment("sql", made, cell.index, anchors, dialect or m.options.dialect, exact=made == text)
    tables = {**_frames(m), **m.views}
    result = lower_text(m.builder, fragment, tables, spelled(parameters or {}))
    m.views.update(result.temporary)
    if result.result is None:
        return None
    if target is not None:
        m.scope.bind(target, m.alloc(v.Frame(result.result)))
        m.views.setdefault(target.lower(), result.result)
    else:
        m.builder.sink(Show(result.result))
    return result.result


def _frames(m: Machine) -> dict[str, Relation]:
    from feasilint.lower.python.transfers.sql import local_frames

    return local_frames(m)


def _sql_anchors(cell: Cell, offset: int) -> tuple[Anchor, ...]:
    """The cell's own anchors, from an offset of its source on."""
    base = max((a for a in cell.anchors if a.offset <= offset), key=lambda a: a.offset, default=Anchor(0, 1, 1))
    passed = cell.source[base.offset : offset]
    newlines = passed.count("\n")
    column = len(passed) - passed.rfind("\n") if newlines else base.column + len(passed)
    later = tuple(Anchor(a.offset - offset, a.line, a.column) for a in cell.anchors if a.offset > offset)
    return (Anchor(0, base.line + newlines, column), *later)


def _around(pieces: Sequence[Piece], text: str, anchors: tuple[Anchor, ...]) -> tuple[Anchor, ...]:
    """Anchors of a text, for the text with the values of variables in it: a value stands where its variable does."""
    if not pieces:
        return anchors
    written = Fragment(0, "sql", text, None, anchors)

    def moved(offset: int) -> int:
        return offset + sum(piece.length - (piece.end - piece.start) for piece in pieces if piece.end <= offset)

    made = [replace(anchor, offset=moved(anchor.offset)) for anchor in anchors]
    for piece in pieces:
        start = moved(piece.start)
        made.append(Anchor(start, *written.position(piece.start), width=piece.end - piece.start))
        if piece.end < len(text):
            made.append(Anchor(start + piece.length, *written.position(piece.end)))
    return tuple(sorted(made, key=lambda anchor: anchor.offset))


# --- functions that nobody calls ---


def _run_uncalled(m: Machine) -> None:
    """A library of helpers is read too: each function once, with frames where its parameters are called like one. Those of
    other files are read there."""
    for function in sorted(m.defined, key=lambda function: not is_pipeline(function.node)):  # these call their steps
        if (
            function.node in m.called
            or m.nested
            or isinstance(function.node, ast.Lambda)
            or not function.fragment.exact
        ):
            continue
        m.enter(function.fragment)
        action = partial(run_uncalled, m, function, {**_parameters(m, function), **given_to_pipeline(m, function.node)})
        _guarded(m, action, m.span(function.node), "function")


def _guarded(m: Machine, action: Callable[[], None], span: Span | None, what: str) -> None:
    """Do something that a failure of the interpreter must not carry beyond."""
    scope = m.scope
    try:
        action()
    except BudgetError:
        raise
    except Exception as error:  # total: whatever the document contains
        m.failures.append(error)
        m.scope = scope
        m.active.clear()
        m.returns.clear()
        m.builder.diagnose("unsupported", f"this {what} could not be followed ({type(error).__name__})", span)


def _parameters(m: Machine, function: v.Function) -> dict[str, v.Value]:
    spec = function.node.args
    names = [argument.arg for argument in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)]
    return {
        name: m.alloc(v.Frame(m.add(Opaque((), f"the parameter `{name}`", mixes=True))))
        for name in names
        if _FRAME_NAME.search(name)
    }
