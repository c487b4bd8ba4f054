"""Statements: what each kind of them reads, makes and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Call, Column, Expression, Inline, Output, Param, Relation, Scan, Source, Union, Upsert, Write
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.queries import define_ctes, query
from feasilint.lower.sql.relations import attach, join, read_from
from feasilint.lower.sql.scope import Item, Rows, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir.program import WriteMode


def statement(node: Node, scope: Scope) -> Rows | None:
    """Lower one statement and register what it writes; the rows of a bare query come back."""
    if isinstance(node, exp.Select) and isinstance(node.args.get("into"), Node):
        return _select_into(node, scope)
    if isinstance(node, exp.Query | exp.Values | exp.Pivot | exp.Table):
        return query(node, scope)
    lower = _STATEMENTS.get(type(node))
    return lower(node, scope) if lower is not None else None


# --- targets -----------------------------------------------------------------------------------------------------------


def _target(node: Node, scope: Scope) -> tuple[list[str], tuple[str, ...] | None, Node]:
    """The name of the table that a statement changes, its column list, and the node of the name."""
    columns: tuple[str, ...] | None = None
    if isinstance(node, exp.Schema):
        marks = scope.context.marks
        named = [
            marks.restore(str(one.name)) for one in node.expressions if isinstance(one, exp.Identifier | exp.ColumnDef)
        ]
        columns = tuple(named) or None
        node = node.this
    return sources.parts_of(node, scope.context), columns, node


def _write(
    relation: Relation,
    parts: list[str],
    mode: WriteMode,
    node: Node,
    scope: Scope,
    columns: tuple[str, ...] | None = None,
    temporary: bool = False,
) -> None:
    context = scope.context
    origin = context.layout.origin(node)
    target = sources.source(parts, context)
    context.builder.sink(Write(relation, target, mode, columns, temporary, origin=origin))


def _key(parts: list[str]) -> str:
    return ".".join(parts).lower()


# --- CREATE ------------------------------------------------------------------------------------------------------------


def _create(node: Node, scope: Scope) -> Rows | None:
    kind = str(node.args.get("kind") or "").upper()
    if kind not in ("TABLE", "VIEW"):
        special = CREATED.get(kind)
        return special(node, scope) if special is not None else None
    parts, columns, name = _target(node.this, scope)
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
    _write(rows.relation, parts, mode, name, scope, columns, temporary)
    feeds = _property(node, exp.ToTableProperty)
    if feeds is not None:  # a materialized view of ClickHouse that fills another table
        _write(rows.relation, sources.parts_of(feeds.this, scope.context), "insert", feeds, scope)
    _remember(parts, columns, rows, scope, temporary)


def _remember(parts: list[str], columns: tuple[str, ...] | None, rows: Rows, scope: Scope, temporary: bool) -> None:
    session = scope.context.session
    key = _key(parts)
    session.tables.pop(key, None)
    session.declared.pop(key, None)
    if temporary:
        session.tables[key] = sources.renamed(rows, list(columns or ()), scope.context)


def _declared(node: Node, name: Node, parts: list[str], columns: tuple[str, ...] | None, scope: Scope) -> None:
    """A table without a query: its columns are known from now on; an external one reads files."""
    if columns is not None:
        scope.context.session.declared[_key(parts)] = columns
        scope.context.session.tables.pop(_key(parts), None)
    location = _location(node, scope)
    if location is not None:
        context = scope.context
        place = Source(location, sources.file_kind(location), context.dialect or None)
        read = context.builder.add(Scan(place, columns, context.layout.origin(node)))
        _write(read, parts, "create", name, scope)
    elif columns is not None and (_has(node, exp.TemporaryProperty) or parts[-1].startswith("#")):
        empty = scope.context.builder.add(Inline(tuple(Output(column, Call("null", ())) for column in columns)))
        scope.context.session.tables[_key(parts)] = Rows(empty, columns)


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


def _cache(node: Node, scope: Scope) -> None:
    made = node.args.get("expression")
    if isinstance(made, Node):
        parts, columns, name = _target(node.this, scope)
        rows = query(made, scope)
        _write(rows.relation, parts, "view", name, scope, columns, True)
        _remember(parts, columns, rows, scope, True)


def _select_into(node: Node, scope: Scope) -> Rows | None:
    into = node.args["into"]
    rows = query(node, scope)
    target = into.this
    if not isinstance(target, exp.Table):
        return rows  # SELECT … INTO variable
    parts = sources.parts_of(target, scope.context)
    temporary = bool(into.args.get("temporary") or target.this.args.get("temporary"))
    _write(rows.relation, parts, "create", target, scope, None, temporary)
    _remember(parts, None, rows, scope, temporary)
    return None


def _alter(node: Node, scope: Scope) -> None:
    """RENAME and SWAP: another name for the same rows."""
    for action in node.args.get("actions") or []:
        if isinstance(action, exp.AlterRename | exp.SwapTable) and isinstance(action.this, exp.Table):
            rows = sources.table(node.this, scope)
            _write(rows.relation, sources.parts_of(action.this, scope.context), "create", action.this, scope)


# --- INSERT ------------------------------------------------------------------------------------------------------------


def _insert(node: Node, scope: Scope) -> None:
    if isinstance(node.this, exp.Directory):
        return _insert_directory(node, scope)
    parts, columns, name = _target(node.this, scope)
    define_ctes(node, scope)
    made = node.args.get("expression")
    if not isinstance(made, Node):
        return None
    rows = query(made, scope.child())
    mode: WriteMode = "overwrite" if node.args.get("overwrite") else "insert"
    return _inserted(parts, columns, rows, name, mode, scope, bool(node.args.get("by_name")))


def _inserted(
    parts: list[str],
    columns: tuple[str, ...] | None,
    rows: Rows,
    name: Node,
    mode: WriteMode,
    scope: Scope,
    by_name: bool = False,
) -> None:
    context = scope.context
    if columns is None and not by_name:
        columns = _positions(context.session.declared.get(_key(parts)), name)
    temporary = context.session.tables.get(_key(parts))
    _write(rows.relation, parts, mode, name, scope, columns, temporary is not None)
    if temporary is None:
        return
    named = sources.renamed(rows, list(columns or temporary.names or ()), context)
    if mode == "overwrite" or isinstance(temporary.relation, Inline):
        context.session.tables[_key(parts)] = Rows(named.relation, named.names or temporary.names)
    else:
        both = context.builder.add(Union((temporary.relation, named.relation)))
        context.session.tables[_key(parts)] = Rows(both, temporary.names)


def _positions(declared: tuple[str, ...] | None, name: Node) -> tuple[str, ...] | None:
    """The declared columns that the inserted ones go to: without those that the partition clause fixes."""
    partition = name.args.get("partition")
    if declared is None or not isinstance(partition, Node):
        return declared
    fixed = {one.this.name.lower() for one in partition.expressions if isinstance(one, exp.EQ)}
    return tuple(column for column in declared if column.lower() not in fixed)


def _insert_directory(node: Node, scope: Scope) -> None:
    rows = query(node.expression, scope.child())
    path = scope.context.marks.restore(str(node.this.this.name))
    target = Source(path, sources.file_kind(path), scope.context.dialect or None)
    scope.context.builder.sink(Write(rows.relation, target, "overwrite", origin=scope.context.layout.origin(node.this)))


def _multi_insert(node: Node, scope: Scope) -> None:
    """One source, several targets (Hive, Snowflake, Oracle)."""
    define_ctes(node, scope)
    attach(node.args["source"], scope)
    whole = Rows(scope.whole, scope.items[0].rows.names) if scope.whole is not None else None
    for one in node.expressions:
        insert = one.this if isinstance(one, exp.ConditionalInsert) else one
        parts, columns, name = _target(insert.this, scope)
        made = insert.args.get("expression")
        if isinstance(made, exp.Select):
            rows = _select_from(made, scope)
        elif isinstance(made, Node):
            rows = query(made, _beside(scope))
        elif whole is not None:
            rows = whole
        else:
            continue
        mode: WriteMode = "overwrite" if insert.args.get("overwrite") else "insert"
        _inserted(parts, columns, rows, name, mode, scope)


def _beside(scope: Scope) -> Scope:
    """A scope with the same FROM items."""
    return Scope(scope.context, scope.parent, scope.ctes, list(scope.items), scope.whole)


def _select_from(node: Node, scope: Scope) -> Rows:
    from feasilint.lower.sql.select import select

    return select(node, _beside(scope))


# --- UPDATE, MERGE -----------------------------------------------------------------------------------------------------


def _update(node: Node, scope: Scope) -> None:
    define_ctes(node, scope)
    context = scope.context
    read_from(node, scope)
    joined = node.this.args.get("joins") or []
    target = _updated(node.this, scope)
    for step in joined:
        join(step, scope)
    others = [item for item in scope.items if item is not target]
    source = scope.whole if len(scope.items) > 1 else None
    if target not in scope.items:
        scope.items.insert(0, target)
        scope.whole = scope.whole or target.rows.relation
    outputs = _assignments(node.expressions, scope)
    where = node.args.get("where")
    condition = scalar(where.this, scope) if isinstance(where, Node) else None
    below = others[0].rows.relation if len(others) == 1 else source or context.builder.add(Inline())
    made = context.builder.add(Upsert(target.rows.relation, below, condition, outputs))
    parts = list(target.parts) if target.parts else sources.parts_of(node.this, context)
    _write(made, _as_written(parts, target), "upsert", node.this, scope)


def _updated(node: Node, scope: Scope) -> Item:
    """The item that an UPDATE changes: one of FROM if it is named there (`UPDATE x … FROM t AS x`), else a new one."""
    parts = sources.parts_of(node, scope.context)
    found = scope.item([*(part.lower() for part in parts), "*"])
    if found is not None:
        return found[0]
    rows = sources.table(node, scope)
    item = Item(rows, str(node.alias or "").lower(), tuple(part.lower() for part in parts))
    if node.args.get("joins"):
        scope.items.append(item)
        scope.whole = rows.relation
    return item


def _as_written(parts: list[str], item: Item) -> list[str]:
    relation = item.rows.relation
    return relation.source.name.split(".") if isinstance(relation, Scan) and relation.source.kind == "table" else parts


def _assignments(nodes: list[Node], scope: Scope) -> tuple[Output, ...]:
    made: dict[str, list[tuple[Output, Expression]]] = {}
    for one in nodes:
        if not isinstance(one, exp.EQ | exp.PropertyEQ):
            continue
        targets = one.this.expressions if isinstance(one.this, exp.Tuple) else [one.this]
        value = scalar(one.expression, scope)
        for target in targets:
            name = scope.context.marks.restore(
                str(target.parts[-1].name if isinstance(target, exp.Column) else target.name)
            )
            made.setdefault(name, []).append((Output(name, value, scope.context.layout.origin(one)), value))
    return tuple(_merged(found) for found in made.values())


def _merged(found: list[tuple[Output, Expression]]) -> Output:
    """One column that several branches assign."""
    first = found[0][0]
    if len(found) == 1:
        return first
    return Output(first.name, Call("coalesce", tuple(value for _, value in found)), first.origin)


def _merge(node: Node, scope: Scope) -> None:
    define_ctes(node, scope)
    context = scope.context
    parts, _, _ = _target(node.this, scope)
    attach(node.args["using"], scope)
    source = scope.items[0]
    rows = context.session.tables.get(_key(parts)) or sources.scan(parts, node.this, context, read=False)
    scope.items.append(Item(rows, str(node.this.alias or "").lower(), tuple(part.lower() for part in parts)))
    on = node.args.get("on")
    condition = scalar(on, scope) if isinstance(on, Node) else None
    branches = node.args["whens"].expressions
    conditions = tuple(
        scalar(one.args["condition"], scope) for one in branches if isinstance(one.args.get("condition"), Node)
    )
    found: dict[str, list[tuple[Output, Expression]]] = {}
    for branch in branches:
        for output in _branch(branch.args.get("then"), source, scope):
            found.setdefault(str(output.name).lower(), []).append((output, output.expression))
    made: Relation = source.rows.relation  # where every column is taken from a source whose columns are not known
    if found or source.rows.names is not None:
        outputs = tuple(_merged(same) for same in found.values())
        if isinstance(rows.relation, Scan):
            context.builder.add(rows.relation)
        made = context.builder.add(Upsert(rows.relation, made, condition, outputs, conditions))
    _write(made, parts, "upsert", node.this, scope)


def _branch(then: object, source: Item, scope: Scope) -> tuple[Output, ...]:
    """The assignments of one WHEN clause."""
    if isinstance(then, exp.Update):
        if any(isinstance(one, exp.Star) for one in then.expressions):
            return _all_columns(source)
        return _assignments(then.expressions, scope)
    if isinstance(then, exp.Insert):
        if not isinstance(then.this, exp.Tuple) or not isinstance(then.expression, exp.Tuple):
            return _all_columns(source)
        pairs = zip(then.this.expressions, then.expression.expressions, strict=False)
        return tuple(
            Output(str(column.name), scalar(value, scope), scope.context.layout.origin(value))
            for column, value in pairs
        )
    return ()


def _all_columns(source: Item) -> tuple[Output, ...]:
    return tuple(Output(name, source.column(name)) for name in source.rows.names or ())


def _delete(node: Node, scope: Scope) -> None:
    """Writes nothing, but what decides about the rows is read."""
    define_ctes(node, scope)
    parts = sources.parts_of(node.this, scope.context)
    target = sources.scan(parts, node.this, scope.context, read=False)
    scope.items.append(Item(target, str(node.this.alias or "").lower(), tuple(part.lower() for part in parts)))
    scope.whole = target.relation
    for one in node.args.get("using") or []:
        attach(one, scope)
    for step in node.this.args.get("joins") or []:
        join(step, scope)
    where = node.args.get("where")
    if isinstance(where, Node):
        scalar(where.this, scope)


# --- files -------------------------------------------------------------------------------------------------------------


def _copy(node: Node, scope: Scope) -> None:
    """COPY: from files into a table, or from a table or query into files."""
    files = node.args.get("files") or []
    subject, columns, name = node.this, None, node.this
    if isinstance(subject, exp.Subquery):
        for one in files:
            _export(query(subject, scope.child()), one, scope)
        return
    parts, columns, name = _target(subject, scope)
    outward = _is_place(name) or not node.args.get("kind")
    for one in files:
        if outward:
            subject, place = (one, name) if _is_place(name) else (name, one)
            _export(query(subject, scope.child()), place, scope)
        elif isinstance(one, exp.Subquery):
            _inserted(parts, columns, query(one, scope.child()), name, "insert", scope)
        else:
            relation = scope.context.builder.add(Scan(_place(one, scope), None, scope.context.layout.origin(one)))
            _write(relation, parts, "insert", name, scope, columns)


def _is_place(node: Node) -> bool:
    inner = node.this if isinstance(node, exp.Table) else node
    return isinstance(inner, exp.Literal | exp.Var) or str(node.name).startswith("@")


def _place(node: Node, scope: Scope) -> Source:
    path = scope.context.marks.restore(str(node.name or node.this))
    return Source(path, sources.file_kind(path), scope.context.dialect or None)


def _export(rows: Rows, place: Node, scope: Scope) -> None:
    origin = scope.context.layout.origin(place)
    scope.context.builder.sink(Write(rows.relation, _place(place, scope), "overwrite", origin=origin))


def _export_data(node: Node, scope: Scope) -> None:
    rows = query(node.this, scope.child())
    options = node.args.get("options")
    for one in options.expressions if isinstance(options, Node) else ():
        if isinstance(one, exp.Property) and str(one.this.name).lower() == "uri":
            _export(rows, one.args["value"], scope)


def _load(node: Node, scope: Scope) -> None:
    parts, columns, name = _target(node.this, scope)
    files = node.args.get("inpath") or node.args.get("files")
    for text in files.find_all(exp.Literal) if isinstance(files, Node) else ():
        if text.is_string and ("/" in text.this or "." in text.this):
            relation = scope.context.builder.add(Scan(_place(text, scope), None, scope.context.layout.origin(text)))
            _write(relation, parts, "overwrite" if node.args.get("overwrite") else "insert", name, scope, columns)


# --- scripts -----------------------------------------------------------------------------------------------------------


def _declare(node: Node, scope: Scope) -> None:
    for item in node.expressions:
        default = item.args.get("default")
        for name in item.this if isinstance(item.this, list) else [item.this]:
            if isinstance(name, Node):
                plain = str(name.name).lstrip("@")
                _assign(plain, scalar(default, scope) if isinstance(default, Node) else Param(plain), scope)


def _assign(name: str, value: Expression, scope: Scope) -> None:
    """From here on the variable has this value."""
    scope.context.session.variables[name.lower()] = value


def _set(node: Node, scope: Scope) -> None:
    """SET x = …, SET (x, y) = (SELECT AS STRUCT …)."""
    for item in node.expressions:
        assigned = item.this
        if not isinstance(assigned, exp.EQ):
            continue
        if isinstance(assigned.this, exp.Tuple | exp.Paren):
            _set_several(assigned, scope)
        elif isinstance(assigned.this, exp.Column | exp.Parameter):
            _assign(assigned.this.name, scalar(assigned.expression, scope), scope)


def _set_several(assigned: Node, scope: Scope) -> None:
    names = assigned.this.expressions or [assigned.this.this]
    value = assigned.expression
    if isinstance(value, exp.Subquery):
        rows = query(value, scope.child())
        made: list[Expression] = [Column(rows.relation, name) for name in rows.names or ()]
    else:
        made = [scalar(one, scope) for one in value.expressions]
    for name, one in zip(names, made, strict=False):
        _assign(str(name.name), one, scope)


def _for(node: Node, scope: Scope) -> None:
    """FOR r IN (SELECT …) DO statement."""
    name = str(node.this.this.name).lower()
    looped = node.this.args.get("query")
    if isinstance(looped, Node):
        scope.context.session.records[name] = query(looped, scope.child())
    if isinstance(node.expression, Node):
        statement(node.expression, scope.child())


def _block(node: Node, scope: Scope) -> Rows | None:
    """Statements that the parser has put into one: the last query is the result."""
    last: Rows | None = None
    for key in ("expressions", "true", "false", "body"):
        inner = node.args.get(key)
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, Node):
                last = statement(one, Scope(scope.context)) or last
    return last


_STATEMENTS: dict[type[Node], Callable[[Node, Scope], Rows | None]] = {
    exp.Create: _create,
    exp.Cache: _cache,
    exp.Alter: _alter,
    exp.Insert: _insert,
    exp.MultitableInserts: _multi_insert,
    exp.Update: _update,
    exp.Merge: _merge,
    exp.Delete: _delete,
    exp.Copy: _copy,
    exp.Export: _export_data,
    exp.LoadData: _load,
    exp.Declare: _declare,
    exp.Set: _set,
    exp.ForIn: _for,
    exp.Block: _block,
    exp.IfBlock: _block,
    exp.WhileBlock: _block,
    exp.LoopBlock: _block,
}
