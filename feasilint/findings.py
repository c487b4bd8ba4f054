"""What the linter says: findings with labelled places, and suggestions."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from feasilint.ir import Span

Confidence: TypeAlias = Literal["exact", "approximate"]


class Severity(IntEnum):
    """Ordered: a higher value is worse."""

    INFO = 1
    WARNING = 2
    ERROR = 3

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def milder(self) -> Severity:
        return Severity(max(self - 1, 1))


class Place(Struct, frozen=True, gc=False):
    """A span in a scanned document or in a catalog file. `span` None: the file as a whole. `written`: the file and line of the
    project that the code is written in, where the document only asks for it: `features/window.sql:12`."""

    path: str
    span: Span | None
    written: str | None = None


class Label(Struct, frozen=True, gc=False):
    """A place with what stands there: `read here`, `declared here (owner #risk-data)`."""

    place: Place
    text: str


class Edit(Struct, frozen=True, order=True, gc=False):
    """`text` in place of what stands in this span of a document; nothing is taken out of a span without width. An empty text
    takes the blanks before it along, and the line where nothing else stands on it."""

    span: Span
    text: str


class Fix(Struct, frozen=True):
    """Edits of one document that follow a suggestion. They belong together: all or none. `safe`: what the code computes stays the
    same; a bound changes it."""

    path: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Suggestion(Struct, frozen=True):
    """What to do instead: code that can be pasted, with what it changes.

    `title` is short ("365-day count of transactions, updated daily"); `code` may be empty where a name says it all;
    `saves` says what following it saves, with its inputs; `fix` is what of it can be done in place, `obstacle` why nothing can:
    a clause, or empty.
    """

    title: str
    code: str = ""
    language: Literal["sql", "python", "yaml", ""] = ""
    saves: str = ""
    fix: Fix | None = None
    obstacle: str = ""


class Finding(Struct, frozen=True):
    """One fact that speaks against a feature.

    `labels` are in lineage order (read, built, declared); `place` is the primary one. `facts` are (name, text) lines such as
    ("path", "a <- b <- c") or ("declared", "…"). `help` is an imperative sentence.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place
    labels: tuple[Label, ...] = ()
    confidence: Confidence = "exact"
    feature: str | None = None
    model: str | None = None
    source: str | None = None
    column: str | None = None
    owner: str | None = None
    facts: tuple[tuple[str, str], ...] = ()
    help: str | None = None
    suggestion: Suggestion | None = None
    notes: tuple[str, ...] = ()
