"""Text that is no Python: what is said of it, where it is left open on purpose or of another version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feasilint.ir.program import BLANK, PYTHON_2, R_CODE, SCALA, SHELL

if TYPE_CHECKING:
    from collections.abc import Mapping

_OPEN = re.compile(r"#\s*(?:TODO|FIXME|YOUR CODE|FILL)|\bTODO\b|_{3,}|(?:=|\breturn)\s*(?:#.*)?$", re.IGNORECASE)
_TASK = re.compile(r"#[ \t]*TODO\b", re.IGNORECASE)
_PRINTED = "Missing parentheses in call to"
_R = re.compile(
    r"^[ \t]*[\w.$]+[ \t]*<-[ \t]|%>%|^[ \t]*(?:[\w.]+[ \t]*(?:<-|=)[ \t]*)?\w+\$\w|\w\[\[\w+\]\]|\)[ \t]*\{[ \t]*$",
    re.MULTILINE,
)
_OLD = re.compile(
    r"\bprint[ \t]+[^\s(=.]|\bexcept\b[^:\n]+,|\braise[ \t]+\w+[ \t]*,|\bexec[ \t]+[^\s(=]|<>|`"
    r"|\b0\d+\b|\b[uU][rR][\"']|\b\d+[lL]\b"
)
_SCALA = re.compile(
    r"^[ \t]*(?:(?:lazy[ \t]+)?va[lr][ \t]+\w+[ \t]*[:=]|case[ \t]+class\b|object[ \t]+\w+|import[ \t]+[\w.]+\._)"
    r"|=>|^[ \t]*//[ \t]",
    re.MULTILINE,
)
_COMMAND = re.compile(
    r"^[ \t]*(?:apt|apt-get|aws|az|bq|cat|cd|chmod|conda|cp|curl|docker|echo|export|gcloud|git|gsutil|kubectl|ls|mkdir|mv|npm"
    r"|pip3?|python3?|rm|source|sudo|tar|unzip|wget)[ \t]+[\w$./~\"'-]"
)


def reason(text: str, error: SyntaxError, metadata: Mapping[str, object]) -> str:
    """Why a cell or statement is not read: a blank that is to be filled in, another language, else what the parser says."""
    lines = text.split("\n")
    line = lines[min(max(error.lineno or 1, 1), len(lines)) - 1]
    printed = error.msg.startswith(_PRINTED)
    if not printed and (_OPEN.search(line) or _TASK.search(text)):
        return BLANK
    if is_python_2(metadata, error) and (printed or _OLD.search(text)):
        return PYTHON_2
    if _COMMAND.match(line):
        return SHELL
    if printed:
        return error.msg
    return R_CODE if _R.search(text) else SCALA if _SCALA.search(text) else error.msg


def blank_line(text: str) -> int | None:
    """The line of a cell, from 1 on, at which a task is left open; None where no comment says so."""
    found = _TASK.search(text)
    return text.count("\n", 0, found.start()) + 1 if found is not None else None


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
