"""Text that is no Python: what is said of it, where it is left open on purpose or in another language."""

from __future__ import annotations

import re

from feasilint.ir.program import BLANK, NOTE, R_CODE, SCALA, SHELL

_OPEN = re.compile(
    r"#\s*(?:TODO|FIXME|YOUR CODE|FILL)|\bTODO\b|_{3,}|(?:=|\breturn)\s*(?:#.*)?$|[\w=(\[{,:.][ \t]*\#{2,}"
    r"|=[ \t]*pass[ \t]*$|\w=[ \t]*[,)]|\([ \t]*,|[=(,][ \t]*<[^<>\n]*>|(?-i:^[^\"'\n#]*\b[A-Z]{3,}(?:[ \t]+[A-Z]{3,})+\b)",
    re.IGNORECASE,
)
_TASK = re.compile(r"#[ \t]*TODO\b|[\w=(\[{,:.][ \t]*\#{3,}[ \t]*(?:[,)\]}:.(]|$)", re.IGNORECASE | re.MULTILINE)
_R = re.compile(
    r"^[ \t]*[\w.$]+[ \t]*<-[ \t]|%>%|^[ \t]*(?:[\w.]+[ \t]*(?:<-|=)[ \t]*)?\w+\$\w|\w\[\[\w+\]\]|\)[ \t]*\{[ \t]*$"
    r"|=[ \t]*(?:cat|paste0)\(",
    re.MULTILINE,
)
_SCALA = re.compile(
    r"^[ \t]*(?:(?:lazy[ \t]+)?va[lr][ \t]+\w+[ \t]*[:=]|case[ \t]+class\b|object[ \t]+\w+|import[ \t]+[\w.]+\._)"
    r"|=>|^[ \t]*//[ \t]",
    re.MULTILINE,
)
_COMMAND = re.compile(
    r"^[ \t]*(?:apt|apt-get|aws|az|bq|cat|cd|chmod|conda|cp|curl|docker|echo|export|gcloud|git|gsutil"
    r"|ipython|jupyter|kubectl|ls|mkdir|mv|npm|pip3?|python3?|rm|source|sudo|tar|unzip|wget)[ \t]+[\w$./~\"'-]"
)


def reason(text: str, error: SyntaxError) -> str:
    """Why a cell or statement is not read: a blank that is to be filled in, another language, else what the parser says."""
    line = _line(text, error)
    if _OPEN.search(line) or _TASK.search(text) or _is_empty(text, error):
        return BLANK
    if _COMMAND.match(line):
        return SHELL
    return next((language for language, is_written in _LANGUAGES if is_written(text)), error.msg)


_CODE = re.compile(
    r"[=(){}\[\]]|\b[^\W\d]\w*\.[^\W\d]|^[ \t]*(?:@|(?:import|from|def|class|for|while|if|with|return|lambda|print|del)\b)",
    re.MULTILINE,
)
_COMMENTS = re.compile(r"^[ \t]*#[^\n]*$", re.MULTILINE)
_ADDRESS = re.compile(r"\w+://\S*")
_WORDS = re.compile(r"[^\W\d]{2,}\b.*\b[^\W\d]{2,}|://", re.DOTALL)


def is_prose(text: str) -> bool:
    """Whether a text holds words, but nothing that looks like a statement: a note, a log, an address."""
    if _COMMENTS.sub("", text).lstrip().startswith(("'", '"')):
        return False
    return _WORDS.search(text) is not None and _CODE.search(_ADDRESS.sub("", text)) is None


_LANGUAGES = ((R_CODE, _R.search), (SCALA, _SCALA.search), (NOTE, is_prose))


_BODILESS = re.compile(r"expected an indented block after (?:function|class) definition on line (\d+)")


def _is_empty(text: str, error: SyntaxError) -> bool:
    """Whether a function or a class is left without a body: nothing but comments and empty lines follow its head."""
    found = _BODILESS.match(error.msg or "")
    if found is None:
        return False
    between = text.split("\n")[int(found[1]) : max((error.lineno or 1) - 1, 0)]
    return bool(between) and not _COMMENTS.sub("", "\n".join(between)).strip()


def blank_line(text: str, error: SyntaxError) -> int | None:
    """The line of a cell, from 1 on, at which a task is left open; None where that is where the parser gives up, or nothing
    says so."""
    found = _TASK.search(text)
    if found is None or _OPEN.search(_line(text, error)):
        return None
    return text.count("\n", 0, found.start()) + 1


def _line(text: str, error: SyntaxError) -> str:
    lines = text.split("\n")
    return lines[min(max(error.lineno or 1, 1), len(lines)) - 1]
