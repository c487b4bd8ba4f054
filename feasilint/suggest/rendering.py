"""Which parts of a text that came out of a template may be changed in the template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from feasilint.ir import Fragment, Program

OTHERWISE = "its code is written in a form that is not changed in place"
TEMPLATED = "a template makes its code, from more than what stands there"
_TAG = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_FURTHER = re.compile(r"(?is)\s*(and\b(?!.*\bor\b).*)?")


class Rendering(Struct, frozen=True):
    """A fragment, and the template that it came out of; None where it is no rendering."""

    fragment: Fragment
    template: Fragment | None

    @staticmethod
    def of(program: Program, fragment: Fragment) -> Rendering | None:
        """None where the fragment cannot be changed in its document at all."""
        template = program.fragments[fragment.parent] if fragment.rendered and fragment.parent is not None else None
        exact = fragment.exact if template is None else template.exact
        return Rendering(fragment, template) if exact else None

    @property
    def obstacle(self) -> str:
        """Why a place cannot be changed in it, as a clause."""
        return OTHERWISE if self.template is None else TEMPLATED

    def is_whole(self, start: int, end: int) -> bool:
        """Whether the template has all of this text in one piece and once, apart from what stands for single values."""
        if self.template is None:
            return True
        return self.fragment.is_gapless(start, end) and self.fragment.stands_once(start)

    def goes_on(self, start: int, end: int) -> bool:
        """Whether what the template has between two places only adds conditions that must hold, too: `{% if … %} and …`."""
        if self.template is None or self.is_whole(start, end):
            return True
        text = self.template.text
        first, last = (
            _offset(text, *self.fragment.position(at)) for at in (start, min(end, len(self.fragment.text)) - 1)
        )
        return _FURTHER.fullmatch(_TAG.sub(" ", text[first + 1 : last])) is not None


def _offset(text: str, line: int, column: int) -> int:
    lines = text.split("\n")
    return sum(len(one) + 1 for one in lines[: line - 1]) + column - 1
