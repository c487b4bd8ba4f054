"""Text of scanned files on a terminal: control characters made visible, and the columns that characters take."""

from __future__ import annotations

from unicodedata import category, east_asian_width

TAB = "    "
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})  # controls, bidi marks, surrogates, line separators
_COMBINING = frozenset({"Mn", "Me"})


def glyph(char: str) -> str:
    """One character as it is printed: a tab as spaces, anything a terminal would act upon as `\\x1b`, `\\u202e`."""
    if char == "\t":
        return TAB
    if char.isprintable() or category(char) not in _INVISIBLE:
        return char
    return char.encode("unicode_escape").decode("ascii")


def visible(text: str) -> str:
    """A line of text that cannot steer a terminal."""
    if text.isprintable():
        return text
    return "".join(map(glyph, text))


def width(text: str) -> int:
    """Terminal columns that printable text takes: two for East Asian wide characters, none for combining ones."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _char_width(char: str) -> int:
    if category(char) in _COMBINING:
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
