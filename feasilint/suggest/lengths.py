"""Times before a time in Python, in names that the code has bound where they are to stand."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.suggest.imports import Imports, Spelling, imported
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.ir import Program
    from feasilint.suggest.imports import Library

NEEDED: dict[Library, str] = {
    "pandas": "neither pandas nor timedelta is imported under a name before it",
    "polars": "polars is not imported under a name before it",
    "spark": "pyspark.sql.functions is not imported under a name before it",
}
_BLOCKS = (ast.If, ast.Try, ast.With)
_AROUND = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While)
_COLUMNS = frozenset({"lit", "to_timestamp", "to_date"})  # what makes a column of a value


class Moment(Struct, frozen=True):
    """A point in time in the code. `constant`: it is no column; `text`: as it is written."""

    node: ast.expr
    text: str
    constant: bool


def before(moment: Moment, days: int, library: Library, imports: Imports) -> str | None:
    """So many days before a moment; None where the code imports no name to say it with."""
    spelling = Spelling(imports)
    text = _WRITTEN[library](moment, days, spelling)
    return None if spelling.lines else text


def _pandas(moment: Moment, days: int, spelling: Spelling) -> str | None:
    pandas, length, module = (spelling.imports.name(path) for path in ("pandas", "datetime.timedelta", "datetime"))
    names = (f"{pandas}.Timedelta" if pandas else None, length, f"{module}.timedelta" if module else None)
    called = next((name for name in names if name is not None), None)
    return f"{moment.text} - {called}(days={days})" if called is not None else None


def _polars(moment: Moment, days: int, spelling: Spelling) -> str:
    name = spelling.module("polars")
    start = f"{name}.lit({moment.text})" if _is_value(moment) else moment.text
    return f"{start} - {name}.duration(days={days})"


def _spark(moment: Moment, days: int, spelling: Spelling) -> str:
    start = f"{spelling.function('lit')}({moment.text})" if _is_value(moment) else moment.text
    return f'{start} - {spelling.function("expr")}("INTERVAL {days} DAYS")'


_WRITTEN: dict[Library, Callable[[Moment, int, Spelling], str | None]] = {
    "pandas": _pandas,
    "polars": _polars,
    "spark": _spark,
}


def _is_value(moment: Moment) -> bool:
    """Whether a moment is a value of Python, and no column yet."""
    match moment.node:
        case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
            return moment.constant and name not in _COLUMNS
        case _:
            return moment.constant


# --- what names mean ---


def visible(program: Program, fragment: int, line: int) -> Imports:
    """What is imported when a line of a fragment runs, under names that mean nothing else in the document."""
    names: dict[str, str] = {}
    stars: list[str] = []
    others: set[str] = set()
    for at, tree in _trees(program):
        found = list(_imports(tree, line if at == fragment else None)) if at <= fragment else []
        stars += [path for name, path in found if name == "*"]
        names |= {name: path for name, path in found if name != "*"}
        others.update(_bound(tree))
    return Imports({name: path for name, path in names.items() if name not in others}, tuple(stars))


def _trees(program: Program) -> Iterator[tuple[int, ast.Module]]:
    for at, fragment in enumerate(program.fragments):
        if fragment.language == "python":
            try:
                yield at, parsed(fragment.text)
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue


def _imports(tree: ast.Module, line: int | None) -> Iterator[tuple[str, str]]:
    """What is imported on the way to a line, to the end without one; not in functions that the line is no part of."""
    pending: list[ast.stmt] = [*tree.body]
    while pending:
        at = pending.pop(0)
        around = line is not None and at.lineno <= line <= (at.end_lineno or at.lineno)
        if isinstance(at, ast.Import | ast.ImportFrom):
            yield from imported(at) if line is None or at.lineno <= line else ()
        elif isinstance(at, _BLOCKS) or (around and isinstance(at, _AROUND)):
            pending[:0] = at.body


def _bound(tree: ast.Module) -> Iterator[str]:
    """Names that are bound otherwise than by an import."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store())
                | ast.FunctionDef(name=name)
                | ast.ClassDef(name=name)
                | ast.arg(arg=name)
            ):
                yield name
