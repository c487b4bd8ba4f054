"""A text as it is parsed: its dialect, its template rendered, its placeholders and its statements."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from feasilint.lower.sql.adapter import canonical_dialect
from feasilint.lower.sql.codes import is_simple
from feasilint.lower.sql.guess import guess_dialect
from feasilint.lower.sql.jinja.compiled import places_of
from feasilint.lower.sql.jinja.pieces import pieces
from feasilint.lower.sql.jinja.result import Refused, Rendered
from feasilint.lower.sql.parse import Statement, statements
from feasilint.lower.sql.template import mask

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.dbt.project import Project
    from feasilint.ir import Fragment
    from feasilint.lower.sql.jinja.render import Templates
    from feasilint.lower.sql.jinja.run import Branch
    from feasilint.lower.sql.marks import Mark, Marks

_RAW = re.compile(
    r"(\{%-?\s*raw\s*-?%\})((?:(?!\{%-?\s*endraw).)*\{%(?!-?\s*endraw)(?:(?!\{%-?\s*endraw).)*)(\{%-?\s*endraw\s*-?%\})",
    re.DOTALL,
)
"""A template inside of a template, for the next one to render."""
_NOTHING = re.compile(r"\{\{\s*\}\}")  # two braces of JSON
_JINJA = re.compile(r"\{\{|\{%|\{#")


class Setting(Struct, frozen=True):
    """Where a template stands: its project and package, and the parts of the name of the table that it makes. `compiled`:
    the code that dbt has compiled it to, if that is known. `rendered`: what it stands for, where that is no Jinja. `adapter`:
    dbt's name of the warehouse; `disabled`: whether the project does not build it."""

    project: Project | None = None
    package: str = ""
    this: tuple[str, ...] = ()
    compiled: str | None = None
    rendered: Rendered | None = None
    adapter: str | None = None
    disabled: bool = False


class Read(Struct, frozen=True):
    """`source`: the SQL, with markers for what is unknown; `text`: that with marks, as it was parsed. `rendered`: what
    rendering the template has found; None if there was none. `refused`: why it was not rendered. `masked`: it is a template
    of which only the markers are told."""

    dialect: str
    source: str
    text: str
    marks: Marks
    statements: tuple[Statement, ...]
    rendered: Rendered | None = None
    refused: Refused | None = None
    masked: bool = False


_WAYS: tuple[Branch, ...] = ("first", "last")


def read(text: str, dialect: str | None, setting: Setting | None = None) -> Read:
    """Render and parse a text. Of a template's conditions that only a run decides both branches are taken, if that can be
    read, else only one of each; what cannot be read in any way when it is rendered is read unrendered, if that is possible. A
    template inside of a template is rendered, too, where it could not be read otherwise. What a model that says that it is not
    built leaves of a query is left out where it is none."""
    found = _in_some_way(text, dialect, setting or Setting())
    opened = _RAW.sub(_opened, text) if _failures(found) else text
    other = _in_some_way(opened, dialect, setting or Setting()) if opened != text else found
    if other.refused is not None or _failures(other) >= _failures(found):
        return found
    return other if other.source != opened else replace(other, source=text)


def _in_some_way(text: str, dialect: str | None, setting: Setting) -> Read:
    first = _read(text, dialect, setting, "all")
    if _failures(first) and _is_off(first):
        return replace(first, statements=tuple(one for one in first.statements if one.tree is not None))
    if first.refused is not None and first.refused.itself:
        ways = (_read(text, dialect, setting, branch) for branch in _WAYS)
        return min((way for way in ways if way.rendered is not None), key=_failures, default=first)
    if first.rendered is None or not _failures(first):
        return first
    branches = _WAYS if first.rendered.forked else ()
    others = (read for branch in branches if (read := _read(text, dialect, setting, branch)).statements)
    best = min((first, *others), key=_failures)
    return min(best, replace(parsed(text, dialect), masked=True), key=_failures) if _failures(best) else best


def _is_off(read: Read) -> bool:
    """Whether a model says that it is not built, whatever a run decides."""
    return read.rendered is not None and not read.rendered.forked and read.rendered.config.get("enabled") is False


def again(fragment: Fragment) -> Read:
    """The text of a fragment, parsed in the same way as when it was lowered; whoever changes a tree changes a copy."""
    return _again(fragment.text, fragment.dialect, fragment.rendered)


@lru_cache(maxsize=4)  # one suggestion after the other is made for the features of one text
def _again(text: str, dialect: str | None, rendered: bool) -> Read:
    return parsed(text, dialect) if rendered else read(text, dialect)


def parsed(text: str, dialect: str | None, known: Mapping[str, Mark] | None = None) -> Read:
    """Parse a text whose markers need no rendering."""
    named = canonical_dialect(dialect)
    spoken = named if named is not None else guess_dialect(text)
    masked, marks = mask(text, spoken, known)
    if named is None and marks.block is not None:
        spoken = canonical_dialect(marks.block.dialect) or spoken
    return Read(spoken, text, masked, marks, tuple(statements(masked, spoken)))


def _read(text: str, dialect: str | None, setting: Setting, branch: Branch) -> Read:
    plain = _JINJA.search(_NOTHING.sub("", text)) is None or (setting.project is None and _is_simple(text))
    if plain and setting.rendered is None:
        return parsed(text, dialect)
    made = _made(text, setting, branch)
    if isinstance(made, Refused):
        return replace(parsed(text, dialect), refused=made, masked=True)
    done = parsed(made.text, dialect, made.known)
    done.marks.templated |= made.model
    return replace(done, rendered=made)


def _opened(found: re.Match[str]) -> str:
    """What a `raw` block holds, without its tags and in as many characters."""
    return " " * len(found[1]) + found[2] + " " * len(found[3])


def _made(text: str, setting: Setting, branch: Branch) -> Rendered | Refused:
    if setting.rendered is not None:
        return setting.rendered
    if setting.compiled is None or "is_incremental" in text:  # compiled code may be that of an incremental run
        return _templates().render(text, setting, branch)
    return Rendered(setting.compiled, {}, places_of(setting.compiled, text), model=True)


def _is_simple(text: str) -> bool:
    return all(
        piece.kind in ("data", "comment") or (piece.kind == "expression" and is_simple(piece.code))
        for piece in pieces(text)
    )


@cache
def _templates() -> Templates:
    from feasilint.lower.sql.jinja.render import Templates

    return Templates()


def _failures(read: Read) -> int:
    return sum(statement.tree is None for statement in read.statements)
