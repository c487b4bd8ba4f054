"""A walk over JSON text that knows where it is; what nobody asks the place of is decoded by the C scanner."""

from __future__ import annotations

import json
import re
from itertools import islice
from typing import TYPE_CHECKING, NoReturn, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_DECODER = json.JSONDecoder(strict=False)
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_KEY = re.compile(rf"({_STRING.pattern})[ \t\r\n]*:[ \t\r\n]*", re.DOTALL)
_SEPARATOR = re.compile(r"[ \t\r\n]*([,\]}])[ \t\r\n]*")

Reader: TypeAlias = "Callable[[Cursor], object]"


class Cursor:
    """A place in JSON text, between values and never before a space.

    All methods raise json.JSONDecodeError where the text is not what they expect.
    """

    __slots__ = ("at", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self._skip()

    @property
    def next(self) -> str:
        """The next character; empty at the end."""
        return self.text[self.at : self.at + 1]

    def value(self) -> object:
        """Any value, decoded."""
        made: object
        made, self.at = _DECODER.raw_decode(self.text, self.at)
        return made

    def object(self, readers: Mapping[str, Reader]) -> dict[str, object]:
        """An object; the values of the keys in `readers` are read by them."""
        fields: dict[str, object] = {}
        for _ in self._members("{", "}"):
            key = self._key()
            reader = readers.get(key)
            fields[key] = reader(self) if reader else self.value()
        return fields

    def array(self) -> Iterator[int]:
        """The offsets of an array's elements, each of which the caller reads before going on."""
        return self._members("[", "]")

    def strings_since(self, at: int, count: int) -> tuple[int, ...]:
        """The offsets of the `count` strings of an array that was read and that started here."""
        return tuple(found.start() for found in islice(_STRING.finditer(self.text, at), count))

    def end(self) -> None:
        """Nothing may follow."""
        self._skip()
        if self.next:
            self.fail("Extra data")

    def fail(self, message: str) -> NoReturn:
        raise json.JSONDecodeError(message, self.text, self.at)

    def _members(self, opening: str, closing: str) -> Iterator[int]:
        if self.next != opening:
            self.fail(f"Expecting '{opening}'")
        self.at += 1
        self._skip()
        if self.next == closing:
            self.at += 1
            return
        yield self.at
        while not self._closes(closing):
            yield self.at

    def _key(self) -> str:
        found = _KEY.match(self.text, self.at)
        if found is None:
            self.fail("Expecting a property name in double quotes and ':'")
        self.at = found.end()
        return str(json.loads(found[1], strict=False)) if "\\" in found[1] else found[1][1:-1]

    def _closes(self, closing: str) -> bool:
        """Whether the object or array ends here; a comma is passed."""
        found = _SEPARATOR.match(self.text, self.at)
        if found is None or found[1] not in (",", closing):
            self._skip()
            self.fail(f"Expecting ',' or '{closing}'")
        self.at = found.end()
        return found[1] == closing

    def _skip(self) -> None:
        found = _SPACE.match(self.text, self.at)
        if found:
            self.at = found.end()
