"""COPY, EXPORT and LOAD: between tables and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Scan, Source, Write
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.inserting import inserted
from feasilint.lower.sql.queries import query
from feasilint.lower.sql.writes import Target, target_of, write_to

if TYPE_CHECKING:
    from feasilint.ir import Relation
    from feasilint.ir.program import WriteMode
    from feasilint.lower.sql.scope import Rows, Scope


def copy(node: Node, scope: Scope) -> None:
    """COPY: from files into a table, or from a table or query into files."""
    files = node.args.get("files") or []
    subject = node.this
    if isinstance(subject, exp.Subquery):
        for one in files:
            _export(query(subject, scope.child()), one, scope)
        return
    target = target_of(subject, scope)
    name = target.node
    outward = _is_place(name) or not node.args.get("kind")
    for one in files:
        if outward:
            subject, place = (one, name) if _is_place(name) else (name, one)
            _export(query(subject, scope.child()), place, scope)
        elif isinstance(one, exp.Subquery):
            inserted(target, query(one, scope.child()), "insert", scope)
        else:
            write_to(_scanned(one, target, scope), target, "insert", scope)


def _is_place(node: Node) -> bool:
    inner = node.this if isinstance(node, exp.Table) else node
    return isinstance(inner, exp.Literal | exp.Var) or str(node.name).startswith("@")


def _place(node: Node, scope: Scope) -> Source:
    path = scope.context.marks.restore(str(node.name or node.this))
    return Source(path, sources.file_kind(path), scope.context.dialect or None)


def _export(rows: Rows, place: Node, scope: Scope) -> None:
    origin = scope.context.layout.origin(place)
    scope.context.builder.sink(Write(rows.relation, _place(place, scope), "overwrite", origin=origin))


def export_data(node: Node, scope: Scope) -> None:
    """BigQuery's EXPORT DATA OPTIONS (uri = 'x') AS SELECT …: a query into files."""
    rows = query(node.this, scope.child())
    options = node.args.get("options")
    for one in options.expressions if isinstance(options, Node) else ():
        if isinstance(one, exp.Property) and str(one.this.name).lower() == "uri":
            _export(rows, one.args["value"], scope)


def load(node: Node, scope: Scope) -> None:
    """LOAD DATA: files into a table."""
    target = target_of(node.this, scope)
    files = node.args.get("inpath") or node.args.get("files")
    for text in files.find_all(exp.Literal) if isinstance(files, Node) else ():
        if text.is_string and ("/" in text.this or "." in text.this):
            mode: WriteMode = "overwrite" if node.args.get("overwrite") else "insert"
            write_to(_scanned(text, target, scope), target, mode, scope)


def _scanned(file: Node, target: Target, scope: Scope) -> Relation:
    """A file that is loaded into the columns of a table."""
    context = scope.context
    return context.builder.add(Scan(_place(file, scope), target.columns, context.layout.origin(file)))
