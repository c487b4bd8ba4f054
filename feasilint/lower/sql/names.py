"""Names, parameters and constants as expressions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Expression, Hole, Literal, Now, Param
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.scope import variable_of

if TYPE_CHECKING:
    from feasilint.lower.sql.marks import Mark
    from feasilint.lower.sql.scope import Scope


def column(node: Node, scope: Scope) -> Expression:
    """A dotted name: a placeholder, a word that means the clock, or a column."""
    marks = scope.context.marks
    parts = [part.this for part in parts_of(node) if isinstance(part.this, str)]
    if not parts or isinstance(node.this, exp.Parameter):
        return _positional(node, scope)
    if marks.found:
        if len(parts) == 1 and (mark := marks.whole(parts[0])) is not None:
            return _marked(mark, scope)
        parts = [marks.restore(part) for part in parts]
    words = _WORDS.get(scope.context.dialect)
    if words and len(parts) == 1 and parts[0].upper() in words:
        return words[parts[0].upper()]
    if isinstance(node.this, exp.Star) and (found := scope.item([*map(str.lower, parts), "*"])) is not None:
        return found[0].row()  # count(t.*)
    return scope.column(parts)


_WORDS: dict[str, dict[str, Expression]] = {
    "teradata": {"DATE": Now(), "TIME": Now()},
    "oracle": {"ROWNUM": Call("rownum", ())},
}
"""Words that are no columns, where no parser knows it."""


def parts_of(node: Node) -> list[Node]:
    """The identifiers of a dotted column, outermost first."""
    return [part for key in ("catalog", "db", "table", "this") if isinstance(part := node.args.get(key), Node)]


def _positional(node: Node, scope: Scope) -> Expression:
    """`$1` of a staged file."""
    place = node.this.this if isinstance(node, exp.Column) else node.this
    number = str(getattr(place, "this", place))
    if number.isdigit() and scope.whole is not None and scope.context.dialect in _STAGES:
        return scope.column([f"${number}"])
    return Param(number)


_STAGES = ("snowflake", "")  # elsewhere `$1` is a parameter


def _marked(mark: Mark, scope: Scope) -> Expression:
    """What a placeholder stands for, as a value; a macro may read the columns that it is given by name."""
    if mark.kind == "param":
        return scope.context.session.pieces.get(mark.name) or Param(mark.name)
    inputs = tuple(scope.column(column.split(".")) for column in mark.columns) if scope.whole is not None else ()
    return Hole(f"{{{mark.name}}}", inputs)


def literal(node: Node, scope: Scope) -> Expression:
    """A number, or a text, of which placeholders may be a part."""
    text = str(node.this)
    if not node.args.get("is_string"):
        return Literal(number_of(text))
    marks = scope.context.marks
    if marks.found and marks.within(text):
        mark = marks.whole(text)
        return _marked(mark, scope) if mark is not None else Hole(marks.restore(text))
    return Literal(text)


def number_of(text: str) -> int | float | str:
    """The number that a text is; the text itself where it is none."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def parameter(node: Node, scope: Scope) -> Expression:
    """`:name`, `@name`, `?`: the value that a variable of that name has here, else a parameter."""
    inner = node.this
    if isinstance(inner, exp.Literal) and not inner.is_string:
        return _positional(node, scope)
    name = str(getattr(inner, "name", "") or inner or "?")
    session = scope.context.session
    value = session.variables.get(variable_of(node)) or session.pieces.get(name)
    return value if value is not None else Param(name)
