"""CREATE, SELECT INTO and CACHE: tables and views come into being."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Inline, Output, Scan, Source
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.queries import define_ctes, query
from feasilint.lower.sql.scope import Rows, Scope
from feasilint.lower.sql.writes import Target, target_of, write_to

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir.program import WriteMode


def create(node: Node, scope: Scope) -> Rows | None:
    """CREATE TABLE and VIEW; what else can be created is lowered by the module that knows it."""
    kind = str(node.args.get("kind") or "").upper()
    if kind not in ("TABLE", "VIEW"):
        special = CREATED.get(kind)
        return special(node, scope) if special is not None else None
    target = target_of(node.this, scope)
    define_ctes(node, scope)
    made = node.args.get("expression")
    clone = node.args.get("clone")
    if isinstance(made, exp.Query | exp.Values | exp.Table):
        _created(node, target, query(made, scope), scope)
    elif isinstance(clone, Node):
        _created(node, target, sources.table(clone.this, scope), scope)
    else:
        _declared(node, target, scope)
    return None


def _created(node: Node, target: Target, rows: Rows, scope: Scope) -> None:
    temporary = _is_temporary(node, target) or bool(target.node.this.args.get("temporary"))
    mode: WriteMode = "view" if str(node.args.get("kind")).upper() == "VIEW" else "create"
    write_to(rows.relation, target, mode, scope, temporary)
    feeds = _property(node, exp.ToTableProperty)
    if feeds is not None:  # a materialized view of ClickHouse that fills another table
        write_to(rows.relation, Target(sources.parts_of(feeds.this, scope.context), feeds), "insert", scope)
    _remember(target, rows, scope, temporary)


def _remember(target: Target, rows: Rows, scope: Scope, temporary: bool) -> None:
    session = scope.context.session
    session.tables.pop(target.key, None)
    session.declared.pop(target.key, None)
    if temporary:
        session.tables[target.key] = sources.renamed(rows, list(target.columns or ()), scope.context)


def _is_temporary(node: Node, target: Target) -> bool:
    return _has(node, exp.TemporaryProperty) or target.parts[-1].startswith("#")


def _declared(node: Node, target: Target, scope: Scope) -> None:
    """A table without a query: its columns are known from now on; an external one reads files."""
    columns, session = target.columns, scope.context.session
    if columns is not None:
        session.declared[target.key] = columns
        session.tables.pop(target.key, None)
    like = _property(node, exp.LikeProperty)
    if like is not None:
        sources.table(like.this, scope)  # its columns are read, if not its rows
    location = _location(node, scope)
    if location is not None:
        context = scope.context
        place = Source(location, sources.file_kind(location), context.dialect or None)
        read = context.builder.add(Scan(place, columns, context.layout.origin(node)))
        write_to(read, Target(target.parts, target.node), "create", scope)
    elif columns is not None and _is_temporary(node, target):
        empty = scope.context.builder.add(Inline(tuple(Output(column, Call("null", ())) for column in columns)))
        session.tables[target.key] = Rows(empty, columns)


def _location(node: Node, scope: Scope) -> str | None:
    found = node.args.get("properties")
    path = _written_path(found, scope) if isinstance(found, Node) else None
    return None if path is None else sources.below(sources.data_source(found), path, scope.context)


def _written_path(properties: Node, scope: Scope) -> str | None:
    for one in properties.walk():
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
    """Spark's CACHE TABLE t AS SELECT …: a view for the rest of the script."""
    made = node.args.get("expression")
    if isinstance(made, Node):
        target = target_of(node.this, scope)
        rows = query(made, scope)
        write_to(rows.relation, target, "view", scope, temporary=True)
        _remember(target, rows, scope, temporary=True)


def select_into(node: Node, scope: Scope) -> Rows | None:
    """SELECT … INTO t; None where the rows go into a table, else they go into variables."""
    into = node.args["into"]
    rows = query(node, scope)
    if not isinstance(into.this, exp.Table):
        return rows  # SELECT … INTO variable
    target = target_of(into.this, scope)
    temporary = bool(into.args.get("temporary") or into.this.this.args.get("temporary"))
    write_to(rows.relation, target, "create", scope, temporary)
    _remember(target, rows, scope, temporary)
    return None
