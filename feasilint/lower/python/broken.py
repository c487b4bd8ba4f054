"""Text that is no Python: what is said of it, where it is left open on purpose or of another version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feasilint.ir.program import BLANK, PYTHON_2

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPEN = re.compile(r"#\s*(?:TODO|FIXME|YOUR CODE|FILL)|\bTODO\b|_{3,}|(?:=|\breturn)\s*(?:#.*)?$", re.IGNORECASE)
_PRINTED = "Missing parentheses in call to"


def reason(text: str, error: SyntaxError, metadata: Mapping[str, object]) -> str:
    """Why a statement is not read: a blank that is to be filled in, code of Python 2, else what the parser says."""
    lines = text.split("\n")
    line = lines[min(max(error.lineno or 1, 1), len(lines)) - 1]
    if _OPEN.search(line) and not error.msg.startswith(_PRINTED):
        return BLANK
    if is_python_2(metadata, error):
        return PYTHON_2
    return error.msg


def is_python_2(metadata: Mapping[str, object], error: SyntaxError) -> bool:
    """Whether a notebook says that it is of Python 2; the oldest ones say nothing, but print."""
    kernel: Any = metadata.get("kernelspec")
    language: Any = metadata.get("language_info")
    version = language.get("version") if isinstance(language, dict) else None
    if isinstance(version, str):
        return version.startswith("2.")
    if isinstance(kernel, dict):
        return str(kernel.get("name", "")).startswith(("python2", "pyspark2"))
    return bool(metadata) and error.msg.startswith(_PRINTED)
