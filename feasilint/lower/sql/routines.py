"""Functions, macros and procedures that a script defines: their bodies, and what they give where the script calls them."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from feasilint.ir import Call, Expression, Inline, Output, Param, Subquery, Union
from feasilint.lower.sql import sources, times
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.creating import CREATED
from feasilint.lower.sql.expressions import TABLE, scalar, scalars
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.statements import statement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from feasilint.lower.sql.scope import Context, Session

__all__ = ["times"]

_UNKNOWN = TABLE[exp.Anonymous]  # as `times` has it
_LANGUAGES = ("sql", "plpgsql")
_QUOTED = (exp.Heredoc, exp.RawString, exp.Literal)


@contextmanager
def _bound(session: Session, values: Mapping[str, Expression]) -> Iterator[None]:
    """While a body is lowered its parameters, and the variables that it sets, have their values; what it returns is its own."""
    before = session.variables, session.returned, session.given
    session.variables, session.returned, session.given = {**session.variables, **values}, [], []
    try:
        yield
    finally:
        session.variables, session.returned, session.given = before


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
        _gives(node, None, scope)
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
    if not isinstance(body, (*_QUOTED, exp.Query)):
        session.functions[_key(node, scope)] = _Value(names, body, scope)
        return None
    read = {str(one.name).lower() for one in body.find_all(exp.Table) if len(one.parts) == 1}
    if read & {*names}:
        session.over_tables[_key(node, scope)] = _OverTables(names, body, scope)
        return None
    with _bound(session, {name: Param(name) for name in names}):
        rows = _script(body, node, scope) if isinstance(body, _QUOTED) else scope.context.query(body, scope.child())
        _gives(node, rows, scope)
    return None


def _key(node: Node, scope: Scope) -> str:
    """What a routine is known by: its name without that of its schema."""
    parts = sources.parts_of(node.this.this, scope.context) if isinstance(node.this, exp.UserDefinedFunction) else []
    return parts[-1].lower() if parts else ""


def _gives(node: Node, rows: Rows | None, scope: Scope) -> None:
    """Remember what the body of a routine gives; `rows`: those of its last query."""
    session, names = scope.context.session, _returned(node)
    if rows is None and not session.returned and names and all(name.lower() in session.variables for name in names):
        row = tuple(Output(name, session.variables[name.lower()]) for name in names)  # as RETURN NEXT leaves it
        rows = Rows(scope.context.builder.add(Inline(row)), tuple(names))
    remember(_key(node, scope), rows, names, scope.context)


def remember(key: str, rows: Rows | None, names: list[str], context: Context) -> None:
    """From now on a routine gives what RETURN has said, else these rows."""
    session = context.session
    parts = session.returned
    if len(parts) > 1:
        rows = Rows(context.builder.add(Union(tuple(part.relation for part in parts))), parts[0].names)
    elif parts:
        rows = parts[0]
    if rows is not None:
        session.routines[key] = sources.renamed(rows, names, context)
    elif session.given:
        session.functions[key] = partial(_any_of, key, tuple(session.given))


def _any_of(name: str, values: tuple[Expression, ...], args: tuple[Expression, ...]) -> Expression:
    """The value of a function that is computed step by step: of its arguments, and of what it reads."""
    return Call(name, (*values, *args))


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


class _OverTables:
    """A function some of whose parameters are tables: its query is lowered where it is called, over those."""

    def __init__(self, names: list[str], body: Node, scope: Scope) -> None:
        self._names, self._body, self._scope = names, body, scope

    def __call__(self, args: list[Rows | None]) -> Rows:
        context = self._scope.context
        tables = context.session.tables
        given = {name: rows for name, rows in zip(self._names, args, strict=False) if rows is not None}
        context.session.tables = {**tables, **given}
        try:
            with _bound(context.session, {name: Param(name) for name in self._names if name not in given}):
                return context.query(self._body, Scope(context))
        finally:
            context.session.tables = tables


def _called(node: Node, scope: Scope) -> Expression:
    """The value of a function that the script has defined, else of one that nobody knows."""
    session, name = scope.context.session, str(node.this).lower()
    if (record := session.records.get(name)) is not None and scope.context.dialect == "oracle":
        return Item(record, name).row()  # l(i) of what BULK COLLECT has filled
    if (value := session.variables.get(name)) is not None:
        return value
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


TABLE[exp.Anonymous] = _called
CREATED["PROCEDURE"] = _create_procedure
CREATED["FUNCTION"] = _create_function
CREATED["MACRO"] = _create_function
