"""Bytes to text, and the files that are something other than their name says."""

from __future__ import annotations

import codecs
import re

LIMIT = 32 * 1024 * 1024
"""Files above this size are not read."""

_BYTE_ORDER_MARKS: tuple[tuple[bytes, str], ...] = (  # UTF-32 first: its mark starts with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (codecs.BOM_UTF8, "utf-8-sig"),
)
_COOKIE = re.compile(rb"^[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_GIT_READS = 8_000  # characters
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1a]")
_IMPOSTORS: tuple[tuple[bytes, str], ...] = (
    (b"version https://git-lfs.github.com/spec/", "a Git LFS pointer; fetch the content with `git lfs pull`"),
    (b"PK\x03\x04", "a zip archive; unpack it first"),
    (b"\x1f\x8b", "a gzip archive; unpack it first"),
    (b"%PDF-", "a PDF file"),
)


class UnreadableError(Exception):
    """Why a file cannot be read and what to do; `line` is where, if anywhere."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def decode(data: bytes, *, cookie: bool = False, zeros: bool = False) -> str:
    """The text of a file, newlines as `\\n`, without byte order mark.

    The encoding is that of the mark or, with `cookie`, of the coding comment, else UTF-8, UTF-16 without a mark, or Windows'
    Latin 1. Raises UnreadableError for binary, too large or mislabelled files; `zeros`: a text may hold zero bytes, but for its
    beginning, by which Git tells binary files.
    """
    _reject(data)
    marked = _marked(data)
    if marked is not None and marked != "utf-8-sig" and _attempt(data, marked) is None:
        raise UnreadableError(f"marked as {marked.upper()}, but damaged; save it as UTF-8")
    encodings = (marked, _cookie(data) if cookie else None, "utf-8", _unmarked_utf16(data))
    for encoding in (*encodings, "cp1252", "latin-1"):
        text = _attempt(data, encoding)
        if text is not None:
            return _checked(text, _GIT_READS if zeros else len(text))
    raise UnreadableError("cannot be decoded; save it as UTF-8")


def universal_newlines(text: str) -> str:
    """The text with every line end as `\\n`."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _reject(data: bytes) -> None:
    if len(data) > LIMIT:
        size, limit = len(data) / 2**20, LIMIT // 2**20
        raise UnreadableError(f"{size:.0f} MiB is too large (limit {limit} MiB); clear the outputs or split the file")
    for start, what in _IMPOSTORS:
        if data.startswith(start):
            raise UnreadableError(f"this is {what}")


def _marked(data: bytes) -> str | None:
    return next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)


def _cookie(data: bytes) -> str | None:
    """The encoding of a coding comment on the first two lines, if there is one that exists."""
    for line in data.split(b"\n", 2)[:2]:
        found = _COOKIE.match(line)
        if found:
            return found[1].decode("ascii", "replace")
    return None


def _unmarked_utf16(data: bytes) -> str | None:
    """UTF-16 shows as a zero byte at every second place of mostly Latin text."""
    head = data[:512]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) * 4 < len(head) or min(even, odd) * 8 > max(even, odd):
        return None
    encoding = "utf-16-be" if even > odd else "utf-16-le"
    return None if _CONTROL.search(head.decode(encoding, "replace")) else encoding


def _attempt(data: bytes, encoding: str | None) -> str | None:
    if encoding is None:
        return None
    try:
        text = data.decode(encoding)
    except (UnicodeError, LookupError, ValueError):
        return None
    return None if encoding == "utf-8" and _unmarked_utf16(data) else text


def _checked(text: str, beginning: int) -> str:
    zero = text.find("\0", 0, beginning)
    if zero >= 0:
        raise UnreadableError("binary content, not text", text.count("\n", 0, zero) + 1)
    return universal_newlines(text)
