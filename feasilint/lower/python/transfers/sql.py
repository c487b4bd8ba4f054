"""SQL inside Python: the text of a query goes to the SQL front end, with its places in the document."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Filter, Hole, Opaque, Output, Scan, Source
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text, spell
from feasilint.lower.python.transfers.parameters import of_call, spelled
from feasilint.lower.python.transfers.standing import anchors, at, elsewhere

if TYPE_CHECKING:
    import ast
    from collections.abc import Mapping, Sequence

    from feasilint.ir import Expression, Name, Origin, Relation
    from feasilint.lower.builder import Builder
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

_STATEMENT = re.compile(
    r"^\s*+(?:(?:--|\#)[^\n]*\n\s*+|/\*(?:[^*]|\*(?!/))*\*/\s*+|\(\s*+)*+(select|with|insert|create|merge|update|delete|replace|explain|show|describe|set|declare|drop"
    r"|alter|use|from|call|begin|grant|copy|truncate|pragma|install|load|attach|refresh|optimize|cache|values|if|export)\b",
    re.IGNORECASE | re.DOTALL,
)
_COMMAND = re.compile(
    r"^\s*(?:(?:force\s+)?checkpoint|vacuum|analyze|reindex|pragma|begin|commit|end|rollback|abort|savepoint|release"
    r"|start\s+transaction|set|reset|install|load|attach|detach)(?:[\s;]|$)",
    re.IGNORECASE,
)
_TABLE = re.compile(r"^[\w.$`\"\[\]{}:\-/ ]+$")


def looks_like_sql(text: str) -> bool:
    return _STATEMENT.match(text) is not None


def query(
    dialect: str | None = None, at: int | None = 0, library: str = "pandas", names: tuple[str, ...] = ("sql", "query")
) -> Transfer:
    """A call whose argument is a query or a table name and that gives its rows."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(at)
        if value is None:
            value = next((call.kwargs[name] for name in names if name in call.kwargs), None)
        if value is None:
            return None
        relation = run(call, value, dialect, frames=dialect == "duckdb")
        return v.Frame(relation, library) if relation is not None else v.NONE

    return transfer


def relation(call: Call) -> v.Value | None:
    """`duckdb.from_df(df)`: its rows as a relation of DuckDB."""
    frame = call.frame(0)
    return replace(frame, library="duckdb", index=()) if frame is not None else None


def job(dialect: str | None) -> Transfer:
    """The same, where the rows are fetched later: `client.query(sql).to_dataframe()`."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(0, "query")
        if value is None:
            value = call.arg(None, "sql") or call.arg(None, "statement") or call.arg(None, "operation")
        found = call.m.get(value) if value is not None else None
        if value is None or not (isinstance(found, v.Const) or _text_inside(call.m, value) is not None):
            return None
        relation = run(call, value, dialect)
        frame: v.Value = call.m.alloc(v.Frame(relation)) if relation is not None else v.NONE
        return v.Handle("query", (("frame", frame), ("of", call.target)))

    return transfer


def executed(call: Call) -> v.Value:
    """`query.execute(…)` of a query that a cell of Datalab names: its job."""
    frame = call.receiver.get("frame") if isinstance(call.receiver, v.Handle) else None
    return v.Handle("query", (("frame", frame or v.NONE),))


def fetched(call: Call) -> v.Value | None:
    """`.to_dataframe()`, `.fetchall()`: the rows of a query."""
    receiver = call.receiver
    if not isinstance(receiver, v.Handle):
        return None
    frame = receiver.get("frame")
    return frame if frame is not None else None


def run(call: Call, value: v.Value, dialect: str | None, frames: bool = False) -> Relation | None:
    """The rows of the last query of a text; None for statements that give none."""
    m = call.m
    text = _text_inside(m, value)
    if text is None:
        inner = as_text(m, value, None)
        text = inner if isinstance(inner.value, str) else None
    if text is None or not isinstance(text.value, str):
        return m.add(Opaque((), spell(call.node), origin=call.origin))
    if _COMMAND.match(text.value) and ";" not in text.value.strip().rstrip(";"):
        return None
    if not looks_like_sql(text.value):
        return _named(call, text.value, dialect)
    return run_text(m, text, dialect, call.node, frames, of_call(call))


def _text_inside(m: Machine, value: v.Value) -> v.Const | None:
    found = m.get(value)
    if isinstance(found, v.Handle) and found.kind == "sql.text":
        inner = found.get("0") or found.get("text")
        return _text_inside(m, inner) if inner is not None else None
    return found if isinstance(found, v.Const) and isinstance(found.value, str) else None


def _named(call: Call, name: str, dialect: str | None) -> Relation | None:
    """A table's name where a query could be; a query that could not be read is no name."""
    bare = name.strip()
    if not bare:
        return None
    if bare.startswith("{") and bare.endswith("}") and bare.count("{") == 1:
        return call.m.add(Opaque((), f"the query {bare} is not known", origin=call.origin))
    view = call.m.views.get(bare.lower().strip('`"'))
    if view is not None:
        return view
    if not _TABLE.match(bare) or (" " in bare and "{" not in bare):
        return call.m.add(Opaque((), "a query that could not be read", origin=call.origin))
    return call.m.add(Scan(Source(re.sub(r"[`\"\[\]]", "", bare), "table", dialect), None, call.origin))


def run_text(
    m: Machine,
    text: v.Const,
    dialect: str | None,
    node: ast.expr | None = None,
    frames: bool = False,
    parameters: Mapping[str, Expression] | None = None,
) -> Relation | None:
    """Lower a text of SQL; temporary tables and views become known to later queries. `parameters`: what it is run with."""
    from feasilint.lower.sql import lower_text

    content = str(text.value)
    home = text.places[0].fragment if text.places else m.fragment
    made, exact = anchors(m, text, node, home)
    fragment = m.builder.fragment(
        "sql", content, home.cell, made, dialect or m.options.dialect, home.index, exact, elsewhere=elsewhere(text)
    )
    tables = dict(m.views)
    if frames:
        tables = {**local_frames(m), **tables}
    result = lower_text(m.builder, fragment, tables, spelled(parameters or {}))
    m.views.update(result.temporary)
    return result.result


def local_frames(m: Machine) -> dict[str, Relation]:
    """The frames that a replacement scan finds by the names of Python variables."""
    found: dict[str, Relation] = {}
    scope: object = m.scope
    from feasilint.lower.python.scope import Scope

    while isinstance(scope, Scope):
        for name, value in scope.names.items():
            frame = m.get(value)
            if isinstance(frame, v.Frame):
                found.setdefault(name.lower(), frame.relation)
        scope = scope.parent
    return found


def register_view(call: Call) -> v.Value | None:
    """`df.createOrReplaceTempView('name')`, `con.register('name', df)`."""
    name = call.text(0, "name") or call.text(0, "view_name")
    frame = call.frame(1, "python_object") if call.name == "register" else call.m.frame(call.target)
    if name is not None and frame is not None:
        call.m.views[name.lower().split(".")[-1]] = frame.relation
    return v.NONE


def predicate(call: Call, relation: Relation, text: v.Const) -> Expression:
    """A condition in SQL text over one relation: `df.where("ts > '2024-01-01'")`."""
    result = _over(call.m, relation, f"SELECT * FROM _input WHERE {text.value}", call.node)  # noqa: S608  # never run
    for _ in range(4):
        if isinstance(result, Filter):
            return result.predicate
        result = getattr(result, "input", None)
    return _mentioned(relation, str(text.value), call.origin)


def scalar(m: Machine, relation: Relation, text: str, origin: Origin | None) -> Expression:
    """A scalar expression in SQL text over one relation: `F.expr('date_sub(ts, 30)')`."""
    result = _over(m, relation, f"SELECT {text} AS _value FROM _input", None)  # noqa: S608  # never run
    if isinstance(result, Derive) and len(result.items) == 1 and isinstance(result.items[0], Output):
        return result.items[0].expression
    return _mentioned(relation, text, origin)


_NAMED = re.compile(r"^(.*\S)\s+(?:as\s+)?(?:`([^`]+)`|([A-Za-z_]\w*))\s*$", re.IGNORECASE | re.DOTALL)


def name_in(m: Machine, relation: Relation, text: str) -> tuple[str, str] | None:
    """The alias at the end of an expression in SQL text, and the expression before it."""
    found = _NAMED.match(text)
    if found is None:
        return None
    name = found[2] or found[3]
    result = _tried(m, relation, f"SELECT {text} FROM _input")  # noqa: S608  # never run
    items = getattr(result, "items", None) or getattr(result, "measures", None) or ()
    last = items[-1] if items else None
    if not isinstance(last, Output) or last.name != name:
        return None
    return name, re.sub(r"\s+as$", "", found[1], flags=re.IGNORECASE)


def as_lazy(m: Machine, text: str, lazy: v.Lazy) -> v.Value:
    """An expression in SQL text as one over columns: its aggregates are measures of a group."""
    from feasilint.ir import Inline

    base = Inline(())
    result = _tried(m, base, f"SELECT {text} AS _value FROM _input")  # noqa: S608  # never run
    return _lazy_of(result, base, lazy) or lazy


def _lazy_of(result: Relation | None, base: Relation, lazy: v.Lazy) -> v.Value | None:
    from feasilint.ir import Aggregate

    if isinstance(result, Derive) and len(result.items) == 1 and isinstance(result.items[0], Output):
        below = result.input
        measures = (
            {o.name: o.expression for o in below.measures} if isinstance(below, Aggregate) and not below.keys else {}
        )
        return _lazy(result.items[0].expression, below, measures, lazy) if below is base or measures else None
    if isinstance(result, Aggregate) and not result.keys and len(result.measures) == 1:
        return _lazy(result.measures[0].expression, base, {}, lazy)
    return None


def _lazy(expression: Expression, base: Relation, measures: Mapping[Name, Expression], like: v.Lazy) -> v.Value | None:
    """An expression over columns of `base` that is bound to a frame later."""
    from feasilint.ir import Call as Op
    from feasilint.ir import Literal, Measure

    def of(op: str, text: str, parts: Sequence[Expression]) -> v.Value | None:
        args = [_lazy(part, base, measures, like) for part in parts]
        return None if None in args else v.Lazy(op, text, tuple(a for a in args if a), (), like.node, like.fragment)

    match expression:
        case Column(relation=relation, name=name) if relation is base and name in measures:
            return _lazy(measures[name], relation, {}, like)
        case Column(name=str(name)):
            return v.Lazy("column", name, (), (), like.node, like.fragment)
        case Literal(value=value):
            return v.Lazy("literal", "", (v.Const(value),), (), like.node, like.fragment)
        case Measure(function=function, args=args, where=None):
            return of("measure", function, args)
        case Op(function=function, args=args):
            return of("call", function, args)
        case _:
            return None


def _over(m: Machine, relation: Relation, source: str, node: ast.expr | None) -> Relation | None:
    return _lowered(m, m.builder, relation, source, node)


def _tried(m: Machine, relation: Relation, source: str) -> Relation | None:
    """The same, of which nothing stays in the document."""
    from feasilint.lower.builder import Builder

    return _lowered(m, Builder(m.builder.path, m.builder.kind), relation, source, None)


def _lowered(m: Machine, builder: Builder, relation: Relation, source: str, node: ast.expr | None) -> Relation | None:
    from feasilint.lower.sql import lower_text

    anchors = (at(m, node),)
    fragment = builder.fragment("sql", source, m.fragment.cell, anchors, "spark", m.fragment.index, False)
    return lower_text(builder, fragment, {"_input": relation}).result


def _mentioned(relation: Relation, text: str, origin: Origin | None) -> Expression:
    """Whatever columns a text may name."""
    names = dict.fromkeys(re.findall(r"[A-Za-z_]\w*", text))
    return Hole(text, tuple(Column(relation, name) for name in names), origin)


def expression(call: Call) -> v.Value | None:
    """`F.expr('a + b')`, `selectExpr('a b')`, `F.expr('stack(2, 1, x, 2, y) AS (name, value)')`: bound to a frame later."""
    from feasilint.ir import Inline

    text = call.text(0)
    if text is None:
        return None

    def named(name: str, body: str) -> v.Value:
        made = v.Lazy("sql", body, (), (), call.node, call.m.fragment)
        return v.Lazy("alias", name, (made,), (), call.node, call.m.fragment) if name else made

    if (several := _SEVERAL.match(text)) is not None:
        names = [name.strip(" `\n\t") for name in several[2].split(",")]
        return v.Seq(tuple(named(name, several[1]) for name in names))
    if (one := _AS.match(text)) is not None:
        return named(one[2], one[1])
    found = name_in(call.m, Inline(()), text)
    return named(*found) if found is not None else named("", text)


_AS = re.compile(r"^(.*\S)\s+as\s+`?(\w+)`?\s*$", re.IGNORECASE | re.DOTALL)
_SEVERAL = re.compile(r"^(.*\S)\s+as\s*\(([\w\s,`]+)\)\s*$", re.IGNORECASE | re.DOTALL)
