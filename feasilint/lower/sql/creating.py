"""CREATE, SELECT INTO and CACHE: tables and views come into being."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Inline, Output, Scan, Source
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.queries import define_ctes, query
from feasilint.lower.sql.scope import Rows, Scope
from feasilint.lower.sql.writes import key_of, target_of, write_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir.program import WriteMode


def create(node: Node, scope: Scope) -> Rows | None:
    kind = str(node.args.get("kind") or "").upper()
    if kind not in ("TABLE", "VIEW"):
        special = CREATED.get(kind)
        return special(node, scope) if special is not None else None
    parts, columns, name = target_of(node.this, scope)
    define_ctes(node, scope)
    made = node.args.get("expression")
    clone = node.args.get("clone")
    if isinstance(made, exp.Query | exp.Values | exp.Table):
        _created(node, name, parts, columns, query(made, scope), scope)
    elif isinstance(clone, Node):
        _created(node, name, parts, columns, sources.table(clone.this, scope), scope)
    else:
        _declared(node, name, parts, columns, scope)
    return None


def _created(
    node: Node, name: Node, parts: list[str], columns: tuple[str, ...] | None, rows: Rows, scope: Scope
) -> None:
    temporary = _has(node, exp.TemporaryProperty) or parts[-1].startswith("#") or bool(name.this.args.get("temporary"))
    mode: WriteMode = "view" if str(node.args.get("kind")).upper() == "VIEW" else "create"
    write_to(rows.relation, parts, mode, name, scope, columns, temporary)
    feeds = _property(node, exp.ToTableProperty)
    if feeds is not None:  # a materialized view of ClickHouse that fills another table
        write_to(rows.relation, sources.parts_of(feeds.this, scope.context), "insert", feeds, scope)
    _remember(parts, columns, rows, scope, temporary)


def _remember(parts: list[str], columns: tuple[str, ...] | None, rows: Rows, scope: Scope, temporary: bool) -> None:
    session = scope.context.session
    key = key_of(parts)
    session.tables.pop(key, None)
    session.declared.pop(key, None)
    if temporary:
        session.tables[key] = sources.renamed(rows, list(columns or ()), scope.context)


def _declared(node: Node, name: Node, parts: list[str], columns: tuple[str, ...] | None, scope: Scope) -> None:
    """A table without a query: its columns are known from now on; an external one reads files."""
    if columns is not None:
        scope.context.session.declared[key_of(parts)] = columns
        scope.context.session.tables.pop(key_of(parts), None)
    like = _property(node, exp.LikeProperty)
    if like is not None:
        sources.table(like.this, scope)  # its columns are read, if not its rows
    location = _location(node, scope)
    if location is not None:
        context = scope.context
        place = Source(location, sources.file_kind(location), context.dialect or None)
        read = context.builder.add(Scan(place, columns, context.layout.origin(node)))
        write_to(read, parts, "create", name, scope)
    elif columns is not None and (_has(node, exp.TemporaryProperty) or parts[-1].startswith("#")):
        empty = scope.context.builder.add(Inline(tuple(Output(column, Call("null", ())) for column in columns)))
        scope.context.session.tables[key_of(parts)] = Rows(empty, columns)


def _location(node: Node, scope: Scope) -> str | None:
    found = node.args.get("properties")
    for one in found.walk() if isinstance(found, Node) else ():
        if isinstance(one, exp.LocationProperty) and isinstance(one.this, Node):
            return scope.context.marks.restore(str(one.this.name))
        if (
            isinstance(one, exp.Property)
            and isinstance(one.this, Node)
            and str(one.this.name).lower() in ("path", "uris", "location")
        ):
            texts = [text for text in one.find_all(exp.Literal) if text.is_string and text is not one.this]
            return scope.context.marks.restore(str(texts[0].this)) if texts else None
    return None


def _property(node: Node, kind: type[Node]) -> Node | None:
    found = node.args.get("properties")
    return next((one for one in found.expressions if isinstance(one, kind)), None) if isinstance(found, Node) else None


def _has(node: Node, kind: type[Node]) -> bool:
    return _property(node, kind) is not None


CREATED: dict[str, Callable[[Node, Scope], Rows | None]] = {}
"""Other kinds of CREATE, by kind: models, procedures; filled by the modules that know them."""


def cache(node: Node, scope: Scope) -> None:
    made = node.args.get("expression")
    if isinstance(made, Node):
        parts, columns, name = target_of(node.this, scope)
        rows = query(made, scope)
        write_to(rows.relation, parts, "view", name, scope, columns, True)
        _remember(parts, columns, rows, scope, True)


def select_into(node: Node, scope: Scope) -> Rows | None:
    into = node.args["into"]
    rows = query(node, scope)
    target = into.this
    if not isinstance(target, exp.Table):
        return rows  # SELECT … INTO variable
    parts = sources.parts_of(target, scope.context)
    temporary = bool(into.args.get("temporary") or target.this.args.get("temporary"))
    write_to(rows.relation, parts, "create", target, scope, None, temporary)
    _remember(parts, None, rows, scope, temporary)
    return None
