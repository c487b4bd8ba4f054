"""Functions, macros and procedures that a script defines: their bodies, and what they give where the script calls them."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from feasilint.ir import Expression, Param, Subquery
from feasilint.lower.sql import sources, times
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.creating import CREATED
from feasilint.lower.sql.expressions import TABLE, scalar, scalars
from feasilint.lower.sql.scope import Rows, Scope
from feasilint.lower.sql.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feasilint.lower.sql.scope import Session

__all__ = ["Bodies", "times"]

_UNKNOWN = TABLE[exp.Anonymous]  # as `times` has it
_LANGUAGES = ("sql", "plpgsql")
_QUOTED = (exp.Heredoc, exp.RawString, exp.Literal)


@contextmanager
def _bound(session: Session, values: Mapping[str, Expression]) -> Iterator[None]:
    """While a body is lowered its parameters, and the variables that it sets, have their values."""
    before = session.variables
    session.variables = {**before, **values}
    try:
        yield
    finally:
        session.variables = before


def _parameters(node: Node) -> list[str]:
    """The (folded) names of the parameters of a CREATE statement."""
    named = node.this.expressions if isinstance(node.this, exp.UserDefinedFunction) else []
    return [str(one.name).lower() for one in named]


def _is_sql(node: Node) -> bool:
    language = next(iter(node.find_all(exp.LanguageProperty)), None)
    return language is None or str(language.this.name).lower() in _LANGUAGES


# --- procedures --------------------------------------------------------------------------------------------------------


def _create_procedure(node: Node, scope: Scope) -> Rows | None:
    """A procedure's body: parsed as statements, or quoted."""
    body = node.args.get("expression")
    with _bound(scope.context.session, {name: Param(name) for name in _parameters(node)}):
        for one in body.expressions if isinstance(body, exp.Block) else [body]:
            if isinstance(one, _QUOTED):
                _script(one, node, scope)
            elif isinstance(one, Node):
                statement(one, Scope(scope.context))
    return None


def _script(body: Node, node: Node, scope: Scope) -> Rows | None:
    return scope.context.script(str(body.this), scope.context) if _is_sql(node) else None


# --- functions ---------------------------------------------------------------------------------------------------------


def _create_function(node: Node, scope: Scope) -> Rows | None:
    """A function is what its body makes of its parameters: rows that are read where it is called, or a value."""
    body = node.args.get("expression")
    while isinstance(body, exp.Return):
        body = body.this
    if not isinstance(body, Node) or not isinstance(node.this, exp.UserDefinedFunction):
        return None
    session, names = scope.context.session, _parameters(node)
    parts = sources.parts_of(node.this.this, scope.context)
    key = parts[-1].lower() if parts else ""
    if not isinstance(body, (*_QUOTED, exp.Query)):
        session.functions[key] = _Value(names, body, scope)
        return None
    with _bound(session, {name: Param(name) for name in names}):
        rows = _script(body, node, scope) if isinstance(body, _QUOTED) else scope.context.query(body, scope.child())
    if rows is not None:
        session.routines[key] = sources.renamed(rows, _returned(node), scope.context)
    return None


def _returned(node: Node) -> list[str]:
    """The names that RETURNS TABLE (…) gives to the columns."""
    returns = next(iter(node.find_all(exp.ReturnsProperty)), None)
    schema = returns.this if returns is not None else None
    return [str(one.name) for one in schema.expressions] if isinstance(schema, exp.Schema) else []


class _Value:
    """A function whose body is an expression: it is lowered where it is called, over the arguments."""

    def __init__(self, names: list[str], body: Node, scope: Scope) -> None:
        self._names, self._body, self._scope = names, body, scope

    def __call__(self, args: Iterable[Expression]) -> Expression:
        session = self._scope.context.session
        values = dict(zip(self._names, args, strict=False))
        with _bound(session, values):
            return scalar(self._body, Scope(self._scope.context))


def _called(node: Node, scope: Scope) -> Expression:
    """The value of a function that the script has defined, else of one that nobody knows."""
    session, name = scope.context.session, str(node.this).lower()
    if (rows := session.routines.get(name)) is not None:
        relation = sources.again(rows, scope.context).relation
        return Subquery("scalar", relation, scalars(node.expressions, scope))
    made = session.functions.pop(name, None)  # not inside itself
    if made is None:
        return _UNKNOWN(node, scope)
    try:
        return made(scalars(node.expressions, scope))
    finally:
        session.functions[name] = made


# --- bodies that are written out ---------------------------------------------------------------------------------------

_HEADER = re.compile(
    r"\b(?:procedure|proc|function)\s+[\w.\"`\[\]]+\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)", re.IGNORECASE
)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_BLOCK = re.compile(r"\b(begin|end)\b(?!\s+(?:if|loop|while|for|case|repeat|transaction|tran|work)\b)", re.IGNORECASE)
_MODES = ("in", "out", "inout")


class Bodies:
    """Follows the words between statements: inside the body of a procedure its parameters are no columns."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._depth = 0
        self._names: set[str] = set()

    def between(self, text: str) -> None:
        """The text from one statement to the next."""
        if not self._names and "(" not in text:
            return
        plain = _COMMENT.sub(" ", text)
        header = next(reversed(list(_HEADER.finditer(plain))), None)
        if header is not None:
            self._leave()
            self._enter(header[1])
            plain = plain[header.end() :]
        for word in _BLOCK.findall(plain):
            self._depth += 1 if word.lower() == "begin" else -1
            if self._depth <= 0:
                self._leave()

    def _enter(self, parameters: str) -> None:
        self._names = {
            name for one in parameters.split(",") for name in _first_name(one)
        } - self._session.variables.keys()
        self._session.variables.update((name, Param(name)) for name in self._names)

    def _leave(self) -> None:
        for name in self._names:
            self._session.variables.pop(name, None)
        self._names, self._depth = set(), 0


def _first_name(parameter: str) -> list[str]:
    words = [word.strip('"`[]').lower() for word in parameter.split()]
    return words[1:2] if words[:1] and words[0] in _MODES else words[:1]


TABLE[exp.Anonymous] = _called
CREATED["PROCEDURE"] = _create_procedure
CREATED["FUNCTION"] = _create_function
CREATED["MACRO"] = _create_function
