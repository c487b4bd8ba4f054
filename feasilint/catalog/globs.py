"""Patterns compiled once: names with wildcards, and paths of models."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable

T = TypeVar("T")

_WILDCARD = re.compile(r"[*?\[]")
_FOLDER = re.compile(r"(.*[^/*])/\*+")
_TOKEN = re.compile(r"\*\*/|/\*\*$|\*+|\?|\[!?[^\]/]+\]|[^*?\[/]+|[/\[]")


class NameGlobs(Generic[T]):
    """Values by patterns in which `*` stands for anything. They are found by the literal text that a pattern starts with, so
    that a lookup costs as many tries as there are different lengths of it."""

    def __init__(self, patterns: Iterable[tuple[str, T]]) -> None:
        self._by_start: dict[str, list[tuple[str, T]]] = {}
        for pattern, value in patterns:
            self._by_start.setdefault(_start(pattern), []).append((pattern, value))
        self._lengths = tuple(sorted({len(start) for start in self._by_start if start}, reverse=True))
        self._compiled: dict[str, re.Pattern[str]] = {}

    def find(self, name: str, *, anchored: bool) -> T | None:
        """The value of the pattern with the longest literal start that matches, first declared first. `anchored`: patterns with
        such a start, or else those that begin with a wildcard."""
        for length in self._lengths if anchored else (0,):
            for pattern, value in self._by_start.get(name[:length], ()):
                if self._regex(pattern).match(name):
                    return value
        return None

    def _regex(self, pattern: str) -> re.Pattern[str]:
        if pattern not in self._compiled:
            folder = _FOLDER.fullmatch(pattern)
            text = f"{translate(folder[1])}|{translate(pattern)}" if folder else translate(pattern)
            self._compiled[pattern] = re.compile(text, re.DOTALL)
        return self._compiled[pattern]


def _start(pattern: str) -> str:
    """The literal text in front. A folder's `/*` also stands for the folder itself."""
    start = _WILDCARD.split(pattern, maxsplit=1)[0]
    return start.rstrip("/") if _FOLDER.fullmatch(pattern) else start


class PathPatterns:
    """Patterns for files as in .gitignore: `*` stops at slashes, `**` does not; a pattern without an inner slash matches in every
    folder; what is named stands for all below it, but `folder/*` for the folder's own files; of several patterns that match the
    last decides, and `!` takes out again."""

    def __init__(self, patterns: Iterable[str]) -> None:
        self._rules = [(not pattern.startswith("!"), _path_regex(pattern.removeprefix("!"))) for pattern in patterns]

    def matches(self, path: str) -> bool:
        """Whether a relative path with forward slashes is meant."""
        return next((meant for meant, regex in reversed(self._rules) if regex.fullmatch(path)), False)


def _path_regex(pattern: str) -> re.Pattern[str]:
    inner = pattern.rstrip("/")
    above = "" if "/" in inner else "(?:.*/)?"
    body = "".join(_translated(token) for token in _TOKEN.findall(inner.removeprefix("./").lstrip("/")))
    return re.compile(above + body + _below(pattern), re.DOTALL)


def _below(pattern: str) -> str:
    """What may follow: everything in a folder, unless the pattern spells out what it wants of it."""
    if pattern.endswith("/"):
        return "/.+"
    return "" if pattern.endswith(("/*", "/**")) and pattern != "/**" else "(?:/.+)?"


_TRANSLATIONS = {"**/": "(?:.*/)?", "/**": "/.+", "?": "[^/]"}


def _translated(token: str) -> str:
    if token in _TRANSLATIONS:
        return _TRANSLATIONS[token]
    if token.startswith("*"):
        return "[^/]*"
    if token.startswith("[") and len(token) > 1:
        inner = token[1:-1].replace("\\", "\\\\")
        return f"[^{inner[1:]}]" if inner.startswith("!") else f"[{inner}]"
    return re.escape(token)
