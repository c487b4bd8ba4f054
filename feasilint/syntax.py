"""Python text as a tree, without what Python warns of: the code is not the reader's own."""

from __future__ import annotations

import ast
import warnings
from typing import Literal, overload


@overload
def parsed(text: str, mode: Literal["exec"] = "exec") -> ast.Module: ...
@overload
def parsed(text: str, mode: Literal["eval"]) -> ast.Expression: ...
def parsed(text: str, mode: Literal["exec", "eval"] = "exec") -> ast.Module | ast.Expression:
    """The tree of a module or of an expression. Raises SyntaxError, ValueError, RecursionError and MemoryError as `ast.parse`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text) if mode == "exec" else ast.parse(text, mode="eval")
