"""A walk over JSON text that knows where it is; what nobody asks the place of is decoded by the C scanner."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder(strict=False)

Reader: TypeAlias = "Callable[[Cursor], object]"


class Cursor:
    """A place in JSON text. All methods raise json.JSONDecodeError where the text is not what they expect."""

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._skip()

    @property
    def next(self) -> str:
        """The next character that is no space; empty at the end."""
        return self.text[self.at : self.at + 1]

    def value(self) -> object:
        """Any value, decoded."""
        made: object
        made, self.at = _DECODER.raw_decode(self.text, self.at)
        self._skip()
        return made

    def object(self, readers: Mapping[str, Reader]) -> dict[str, object]:
        """An object; the values of the keys in `readers` are read by them."""
        fields: dict[str, object] = {}
        for _ in self._members("{", "}"):
            key = self.value()
            if not isinstance(key, str):
                self.fail("Expecting property name enclosed in double quotes")
            self._expect(":", "Expecting ':' delimiter")
            fields[key] = readers[key](self) if key in readers else self.value()
        return fields

    def array(self) -> Iterator[int]:
        """The offsets of an array's elements, each of which the caller reads before going on."""
        return self._members("[", "]")

    def end(self) -> None:
        """Nothing may follow."""
        if self.next:
            self.fail("Extra data")

    def fail(self, message: str) -> NoReturn:
        raise json.JSONDecodeError(message, self.text, self.at)

    def _members(self, opening: str, closing: str) -> Iterator[int]:
        self._expect(opening, f"Expecting '{opening}'")
        while self.next != closing:
            yield self.at
            if self.next != closing:
                self._expect(",", "Expecting ',' delimiter")
        self._expect(closing, "")

    def _expect(self, character: str, message: str) -> None:
        if self.next != character:
            self.fail(message)
        self.at += 1
        self._skip()

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
