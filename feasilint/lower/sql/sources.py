"""Table names, paths and table functions as scans."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Column, Derive, Literal, Opaque, Output, Relation, Scan, Source, Star, Union
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.scope import Rows, variable_of

if TYPE_CHECKING:
    from feasilint.ir.relations import SourceKind
    from feasilint.lower.sql.marks import Mark
    from feasilint.lower.sql.scope import Context, Scope

FILE_FUNCTIONS = frozenset((
    "read_csv", "read_csv_auto", "sniff_csv", "csv_scan", "read_parquet", "parquet_scan", "parquet_metadata",
    "read_json", "read_json_auto", "read_ndjson", "read_ndjson_auto", "read_json_objects", "read_text",
    "read_blob", "read_xlsx", "st_read", "read_files", "cloud_files", "delta_scan", "iceberg_scan", "openrowset",
    "file", "s3", "s3cluster", "url", "hdfs", "gcs", "azureblobstorage", "sqlite_scan", "infer_schema", "readcsv",
    "readparquet",
))  # fmt: skip
_TEXT = re.compile(r"""['"](\w+)['"]""")
_FORMATS = frozenset(("delta", "parquet", "csv", "json", "orc", "avro", "text", "iceberg", "binaryfile"))
_SUFFIXES = (
    ".csv",
    ".parquet",
    ".json",
    ".jsonl",
    ".ndjson",
    ".tsv",
    ".txt",
    ".gz",
    ".xlsx",
    ".orc",
    ".avro",
    ".arrow",
)

DYNAMIC: tuple[type[Node], ...] = tuple(filter(None, [getattr(exp, "DynamicIdentifier", None)]))


def source(parts: list[str], context: Context, dynamic_path: bool = False) -> Source:
    """The source that a dotted name or a path stands for."""
    name = ".".join(parts)
    if len(parts) > 1 and parts[0].lower() in _FORMATS and ("/" in name or dynamic_path):
        return Source(".".join(parts[1:]), file_kind(name), context.dialect or None)
    lowered = parts[-1].lower()
    if len(parts) == 1 and (lowered.endswith(_SUFFIXES) or "/" in lowered or lowered.startswith("@")):
        return Source(name, file_kind(name), context.dialect or None)
    return Source(".".join(context.session.qualified(parts)), "table", context.dialect or None)


def file_kind(path: str) -> SourceKind:
    """Web addresses are urls, anything else is a file, in whatever store."""
    return "url" if path.lower().startswith(("http://", "https://")) else "file"


def parts_of(table: Node, context: Context) -> list[str]:
    """The parts of a table's name as written, placeholders resolved."""
    return _parts(table, ("catalog", "db", "this"), context)


def qualifier_of(table: Node, context: Context) -> list[str]:
    """The parts before the last one."""
    return _parts(table, ("catalog", "db"), context)


def _parts(table: Node, keys: tuple[str, ...], context: Context) -> list[str]:
    names: list[str] = []
    for key in keys:
        part = table.args.get(key)
        if isinstance(part, Node):
            names += _names(part, context)
    restored = [context.marks.restore(name).strip() for name in names if name]
    return [part for name in restored for part in _split(name)]


def _names(part: Node, context: Context) -> list[str]:
    if isinstance(part, exp.Dot):
        return [name for side in (part.this, part.expression) for name in _names(side, context)]
    if is_dynamic(part):
        return [_composed(part.this if isinstance(part, DYNAMIC) else part.expressions[0], context)]
    return [str(part.name or part.this)]


def is_dynamic(node: Node) -> bool:
    """IDENTIFIER('db.t'), IDENTIFIER(:name), IDENTIFIER('db.' || :name): a name that a text gives."""
    unknown = isinstance(node, exp.Anonymous) and str(node.this).upper() == "IDENTIFIER" and len(node.expressions) == 1
    return unknown or isinstance(node, DYNAMIC)


def _composed(node: Node, context: Context) -> str:
    """A text that is put together, with the names of what is not written there in braces."""
    if isinstance(node, exp.Literal):
        return str(node.this)
    if isinstance(node, exp.DPipe | exp.Concat | exp.Paren):
        return "".join(_composed(part, context) for part in node.iter_expressions())
    known = context.session.variables.get(variable_of(node))
    if isinstance(known, Literal) and isinstance(known.value, str):
        return known.value
    return f"{{{node.name or node.sql()}}}"


def _split(name: str) -> list[str]:
    """`p.d.t` quoted as a whole; not a path, nor a name with a placeholder that has dots."""
    if "." not in name or "/" in name or name.lower().endswith(_SUFFIXES) or "{" in name:
        return [name]
    return [part for part in name.split(".") if part]


def scan(parts: list[str], node: Node, context: Context, read: bool = True) -> Rows:
    """A physical source; `read` false: one that is only written so far."""
    columns = context.session.declared.get(".".join(parts).lower())
    mark = mark_of(node, context)
    outside, model = (mark.outside, mark.node) if mark is not None else (False, "")
    relation = Scan(source(parts, context), columns, context.layout.origin(node), outside, model)
    return Rows(context.builder.add(relation) if read else relation, columns)


def table(node: Node, scope: Scope) -> Rows:
    """What a table name means: a common table expression, a temporary table, else a source."""
    context = scope.context
    if (mark := mark_of(node, context)) is not None and named(mark, scope):
        return unread(mark, node, scope)
    parts = parts_of(node, context)
    folded = ".".join(parts).lower()
    found = scope.cte(folded) if len(parts) == 1 else None
    found = found or context.session.tables.get(folded)
    return again(found, context) if found is not None else scan(parts, node, context)


def mark_of(node: Node, context: Context) -> Mark | None:
    """The placeholder that a table or column name consists of."""
    single = isinstance(node, exp.Table | exp.Column) and not node.args.get("db") and not node.args.get("table")
    return context.marks.whole(str(node.name)) if single and isinstance(node.this, exp.Identifier) else None


def named(mark: Mark, scope: Scope) -> tuple[str, ...]:
    """The tables that a macro seems to name: models and sources, and common table expressions as text."""
    return mark.tables or tuple(name for name in _TEXT.findall(mark.name) if scope.cte(name.lower()) is not None)


def unread(mark: Mark, node: Node, scope: Scope) -> Rows:
    """A query that a macro makes of the tables it names."""
    found = [scope.cte(name.lower()) or scan(name.split("."), node, scope.context) for name in named(mark, scope)]
    relations = tuple(rows.relation for rows in found)
    return Rows(scope.context.builder.add(Opaque(relations, f"the query of {{{mark.name}}}")))


def again(rows: Rows, context: Context) -> Rows:
    """One more reading of the same rows: a relation of its own, so that both sides of a self-join differ."""
    relation = context.builder.add(Derive(rows.relation, (Star(AllOf(rows.relation)),)))
    return Rows(relation, rows.names)


def files(node: Node, context: Context) -> Rows | None:
    """The files that a reader function names."""
    paths = _paths(node, context)
    if not paths:
        return None
    origin = context.layout.origin(node)
    paths = [below(data_source(node), path, context) for path in paths]
    scans = [
        context.builder.add(Scan(Source(path, file_kind(path), context.dialect or None), None, origin))
        for path in paths
    ]
    relation: Relation = scans[0] if len(scans) == 1 else context.builder.add(Union(tuple(scans), "name"))
    return Rows(relation)


def data_source(options: Node | None) -> str | None:
    """The external data source that options name: `DATA_SOURCE = 'lake'`."""
    for one in options.find_all(exp.EQ, exp.Property) if options is not None else ():
        named = one.args.get("value", one.args.get("expression"))
        if isinstance(one.this, Node) and str(one.this.name).lower() == "data_source" and isinstance(named, Node):
            return str(named.name)
    return None


def below(place: str | None, path: str, context: Context) -> str:
    """A path in an external data source; the place of one that another script creates is not known."""
    if place is None or "://" in path:
        return path
    location = context.session.places.get(place.lower(), f"{{{place}}}")
    return f"{location.rstrip('/')}/{path.lstrip('/')}"


def _paths(node: Node, context: Context) -> list[str]:
    for child in node.iter_expressions():
        if isinstance(child, exp.Literal) and child.is_string:
            return [context.marks.restore(str(child.this))]
        if isinstance(child, exp.Array):
            return [context.marks.restore(str(one.this)) for one in child.expressions if isinstance(one, exp.Literal)]
    return []


def renamed(rows: Rows, columns: list[str], context: Context) -> Rows:
    """Rows under the names of a column list."""
    if not columns:
        return rows
    if rows.names is not None:
        pairs = list(zip(columns, rows.names, strict=False))
        if all(new == old for new, old in pairs) and len(columns) == len(rows.names):
            return rows
        outputs = tuple(Output(new, Column(rows.relation, old)) for new, old in pairs)
        rest = rows.names[len(columns) :]
        outputs += tuple(Output(name, Column(rows.relation, name)) for name in rest)
        return Rows(context.builder.add(Derive(rows.relation, outputs)), (*(new for new, _ in pairs), *rest))
    hidden = context.builder.add(Opaque((rows.relation,), "column names for columns that are not known", mixes=True))
    outputs = tuple(Output(name, Column(hidden, name)) for name in columns)
    return Rows(context.builder.add(Derive(hidden, outputs)), tuple(columns))
