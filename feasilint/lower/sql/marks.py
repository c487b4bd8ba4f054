"""Placeholders for what no SQL parser may see: template markers, unresolved parts of f-strings, driver parameters.

A mark takes exactly as many characters as the text it stands for, so that offsets stay true. It consists of characters of
Unicode's private use area, which every tokenizer takes for letters: the first one says which mark it is, the others pad.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feasilint.lower.sql.sqlmesh import ModelBlock

Kind: TypeAlias = Literal["hole", "param", "table"]

_FIRST, _LAST = 0xE000, 0xF8FE
PAD = "\uf8ff"
MARK = re.compile(f"[{chr(_FIRST)}-{chr(_LAST)}]{PAD}*")


class Mark(Struct, frozen=True):
    """What a placeholder stands for. `name`: the parameter or dotted table; of a hole the text between the braces, with the
    `tables` and the `columns` that it seems to name. `said`: how the template names a table; `node`: the model of dbt
    that makes it."""

    kind: Kind
    name: str
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    said: str = ""
    node: str = ""

    @property
    def outside(self) -> bool:
        """Whether it is a table that the project declares as a source."""
        return self.said.startswith("source(")

    @property
    def code(self) -> str:
        """The code of a marker that stands for the same."""
        return self.said or self.name.replace("{", "(").replace("}", ")")


class Marks(Struct):
    """The marks of one text. `known`: what markers stand for, by their code. `block`: what a MODEL block of SQLMesh states;
    `unclosed`: where a marker begins that does not end."""

    found: list[Mark] = field(default_factory=list)
    templated: bool = False  # by dbt or Dataform: the file is a model, named after itself
    known: Mapping[str, Mark] = field(default_factory=dict)
    block: ModelBlock | None = None
    unclosed: int | None = None

    def place(self, mark: Mark, length: int) -> str:
        """A placeholder of this length."""
        index = min(len(self.found), _LAST - _FIRST)
        self.found.append(mark)
        return chr(_FIRST + index) + PAD * (length - 1)

    def restore(self, text: str) -> str:
        """A name or a literal with `{text}` in the place of its marks."""
        return self.spell(text, _spelled)

    def spell(self, text: str, how: Callable[[Mark], str]) -> str:
        """A text with its marks spelled in some way."""
        return MARK.sub(lambda found: how(self._of(found[0])), text) if self.found else text

    def whole(self, text: str) -> Mark | None:
        """The mark that this text is, if it is exactly one."""
        return self._of(text) if self.found and MARK.fullmatch(text) else None

    def unknown(self, word: str) -> bool:
        """Whether a word is code of a template of which nobody knows what it stands for."""
        found = MARK.search(word) if self.found else None
        return found is not None and self._of(found[0]).kind == "hole" and "(" in self._of(found[0]).name

    def within(self, text: str) -> bool:
        """Whether a mark is in the text."""
        return bool(self.found) and MARK.search(text) is not None

    def _of(self, placeholder: str) -> Mark:
        return self.found[ord(placeholder[0]) - _FIRST]


def _spelled(mark: Mark) -> str:
    return mark.name if mark.kind == "table" else f"{{{mark.name}}}"
