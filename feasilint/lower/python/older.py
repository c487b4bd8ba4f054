"""Code of Python 2 as code of Python 3, by the fixers of fissix: the same statements on the same lines."""

from __future__ import annotations

import logging
import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fissix.refactor import RefactoringTool

_OLD = re.compile(
    r"\bprint\b(?![ \t]*[(=.,)\]])|\bexcept\b[^:\n]+,|\braise[ \t]+\w+[ \t]*,|\bexec[ \t]+[^\s(=]|<>|`"
    r"|\b0\d+\b|\b[uU][rR][\"']|\b\d+[lL]\b|\blambda[ \t]*\(|\bdef[ \t]+\w+[ \t]*\([^)\n]*\("
)
_FIXERS = ("print", "except", "raise", "exec", "ne", "repr", "numliterals", "unicode", "tuple_params")


def modern(text: str) -> str | None:
    """The text for Python 3 on as many lines; None where it has nothing of Python 2 or is broken in other ways, too."""
    if _OLD.search(text) is None:
        return None
    return next((made for calls in (False, True) if (made := _refactored(text, calls)) is not None), None)


def _refactored(text: str, calls: bool) -> str | None:
    """`calls`: `print` is a function in the text, and something else is of Python 2."""
    try:
        made = str(_tool(calls).refactor_string(text + "\n", "cell"))[:-1]
    except Exception:  # its parser gives up in many ways; whoever asks says what is broken
        return None
    return made if made != text and made.count("\n") == text.count("\n") else None


@cache
def _tool(calls: bool) -> RefactoringTool:
    from fissix.refactor import RefactoringTool

    for name in ("RefactoringTool", "fissix"):
        logger = logging.getLogger(name)
        logger.addHandler(logging.NullHandler())
        logger.propagate = False
    fixers = [f"fissix.fixes.fix_{name}" for name in _FIXERS if not (calls and name == "print")]
    return RefactoringTool(fixers, {"print_function": calls}, explicit=[])
