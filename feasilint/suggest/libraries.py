"""Which library a piece of Python code calls, and its rewrites: they are loaded for code that has some."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from feasilint.lower.python.nodes import nodes
from feasilint.suggest.imports import Imports

if TYPE_CHECKING:
    from feasilint.ir import Program
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.code import Code
    from feasilint.suggest.fitted import Wanted
    from feasilint.suggest.imports import Library
    from feasilint.suggest.pairs import Pair
    from feasilint.suggest.python_code import Place


def bounded(program: Program, fragment: int, node: int, bound: Bound, kind: str = "") -> Code | None:
    """The statement around an aggregate with the bound in it, in the form that suits its kind where the library has it; None
    where it cannot be rewritten."""
    match library(program, fragment, node):
        case "spark":
            from feasilint.suggest.spark import bounded as rewritten
        case "polars":
            from feasilint.suggest.polars import bounded as rewritten
        case "pandas":
            from feasilint.suggest.pandas import bounded as of_pandas

            return of_pandas(program, fragment, node, bound, kind)
        case _:
            return None
    place = _place(program, fragment, node)
    return rewritten(place, bound, kind) if place is not None else None


def paired(program: Program, fragment: int, node: int, bound: Bound, pair: Pair, names: frozenset[str]) -> str | None:
    """The statements around an aggregate of earlier rows with a bound of their time from below; None where they cannot be
    rewritten."""
    from feasilint.suggest.python_pairs import paired as rewritten

    found, place = library(program, fragment, node), _place(program, fragment, node)
    return rewritten(found, place, pair, bound, names) if found is not None and place is not None else None


def approximate(program: Program, fragment: int, node: int, event_time: str | None) -> str | None:
    """The statement around an exact aggregate with a sketch of bounded size; None where it cannot be rewritten."""
    match library(program, fragment, node):
        case "spark":
            from feasilint.suggest.spark import approximate as rewritten
        case "polars":
            from feasilint.suggest.polars import approximate as rewritten
        case "pandas":
            from feasilint.suggest.pandas import approximate as of_pandas

            return of_pandas(program, fragment, node, event_time)
        case _:
            return None
    place = _place(program, fragment, node)
    return rewritten(place, event_time) if place is not None else None


def fitted(program: Program, fragment: int, node: int, wanted: Wanted) -> str | None:
    """The statement around an aggregate of a whole table with what is learned from training rows; None where it cannot be
    rewritten."""
    match library(program, fragment, node):
        case "pandas":
            from feasilint.suggest.pandas_fitted import fitted as rewritten
        case "polars":
            from feasilint.suggest.polars_fitted import fitted as rewritten
        case "spark":
            from feasilint.suggest.spark_fitted import fitted as rewritten
        case _:
            return None
    place = _place(program, fragment, node)
    if place is None:
        return None
    if wanted.kind != "target_encoding":
        place.explained = "the time up to which the model is trained"
    return rewritten(place, wanted)


def ended(program: Program, fragment: int, node: int) -> str | None:
    """The statement around a measure with a frame that ends before the row; None where it cannot be rewritten."""
    from feasilint.suggest.python_frames import ended as rewritten

    found, place = library(program, fragment, node), _place(program, fragment, node)
    return rewritten(found, place) if found is not None and place is not None else None


def of_row(program: Program, fragment: int, node: int, event_time: str) -> str | None:
    """The statement around a look at the clock with the time of the row in its place; None where it cannot be rewritten."""
    from feasilint.suggest.python_clocks import of_row as rewritten

    found, place = library(program, fragment, node), _place(program, fragment, node)
    return rewritten(found, place, event_time) if found is not None and place is not None else None


def _place(program: Program, fragment: int, node: int) -> Place | None:
    from feasilint.suggest.python_code import Place, statement

    found = statement(program.fragments[fragment], node)
    return Place(program, fragment, *found) if found is not None else None


def library(program: Program, fragment: int, node: int) -> Library | None:
    """Whose code an aggregate is: by what it calls, else by what is called in its statement, else by what is imported."""
    every, imports = nodes(program.fragments[fragment]), Imports.of(program)
    if imports.foreign or node >= len(every):
        return None
    around = next((at for at in reversed(every[: node + 1]) if isinstance(at, ast.stmt)), every[node])
    named = _named(every[node], imports) or _named(around, imports)
    return named or _imported(imports)


def _imported(imports: Imports) -> Library | None:
    """The library of code that names none: the only one of frames that there is; frames of Spark are seldom meant then."""
    there: list[Library] = [library for root, library in _FRAMES.items() if imports.has(root)]
    if len(there) > 1 and "polars" in there:
        return None
    return there[0] if there else "pandas"


def _named(node: ast.AST, imports: Imports) -> Library | None:
    """By a name of polars or PySpark in a piece of code, or by how it groups."""
    for at in ast.walk(node):
        match at:
            case ast.Name(id=name) if imports.library(name) in ("polars", "spark"):
                return imports.library(name)
            case ast.Attribute(attr=name) if name in _GROUPING:
                return _GROUPING[name]
    return None


_GROUPING: dict[str, Library] = {"groupBy": "spark", "group_by": "polars"}
_FRAMES: dict[str, Library] = {"pandas": "pandas", "polars": "polars", "pyspark": "spark"}
