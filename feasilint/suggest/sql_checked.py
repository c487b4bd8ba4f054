"""Whether SQL that is changed in place says what is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.marks import MARK
from feasilint.lower.sql.reading import again, parsed
from feasilint.suggest.changes import changed, in_document

if TYPE_CHECKING:
    from feasilint.findings import Edit
    from feasilint.ir import Fragment
    from feasilint.lower.sql.adapter import Node
    from feasilint.suggest.changes import Change


def checked(made: list[Change], fragment: Fragment, root: Node, meant: Node) -> tuple[Edit, ...]:
    """Changes of the statement with this root as edits of the document, if the changed text parses to the tree that is meant and
    all places are in the document as such."""
    text = changed(made, fragment.text)
    trees = [statement.tree for statement in parsed(text, fragment.dialect or again(fragment).dialect).statements]
    before = [statement.tree for statement in again(fragment).statements]
    at = next((at for at, tree in enumerate(before) if tree is root), None)
    if not made or at is None or len(trees) != len(before) or _shape(trees[at]) != _shape(meant):
        return ()
    return in_document(made, fragment)


def _shape(tree: Node | None) -> str:
    """A tree as text, with all placeholders alike, lengths of time as texts, and words of frames, which keep their case in it."""
    if tree is None:
        return ""
    copied = tree.copy()
    for length in copied.find_all(exp.Interval):
        if isinstance(length.this, exp.Literal):
            length.set("this", exp.Literal.string(length.this.name))
    return MARK.sub("?", copied.sql(comments=False)).upper()
