"""Text of scanned files inside GitHub Markdown: nothing of it can format, link, mention or run."""

from __future__ import annotations

import re
from html import escape

from feasilint.report.screen import visible

_SPECIAL = re.compile(r"([\\`*_\[\]|~$])")  # within a line; nothing here begins one
_ACTIVE = re.compile(r"@|#(?=\d)|(?i:(?<=http):|(?<=https):|(?<=www)\.)")  # mentions, issue references, automatic links
_CODED = frozenset("\\`*_{}[]()#+!|~$-<>&\"'@:")
_JOINER = "\u200b"


def inline(text: str) -> str:
    """Text with `code` spans, as one line of Markdown that is safe in a table too."""
    pieces = visible(" ".join(text.split())).split("`")
    if len(pieces) % 2 == 0:  # an odd backtick is one of the text
        pieces = [*pieces[:-2], f"{pieces[-2]}`{pieces[-1]}"]
    return "".join(code(piece) if index % 2 else words(piece) for index, piece in enumerate(pieces))


def words(text: str) -> str:
    """Plain words: every character stands for itself."""
    quiet = _ACTIVE.sub(lambda match: match[0] + _JOINER, visible(text))
    return _SPECIAL.sub(r"\\\1", escape(quiet, quote=False))


def code(text: str) -> str:
    """A code span by HTML, in which Markdown and mentions are inert."""
    line = visible(" ".join(text.split()))
    return f"<code>{''.join(f'&#{ord(char)};' if char in _CODED else char for char in line)}</code>"


def block(text: str, language: str = "") -> str:
    """A fenced block whose fence is longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"
