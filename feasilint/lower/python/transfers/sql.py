"""SQL inside Python: the text of a query goes to the SQL front end, with its places in the document."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from feasilint.ir import Anchor, Opaque, Scan, Source
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import as_text, spell

if TYPE_CHECKING:
    from feasilint.ir import Expression, Relation
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

_STATEMENT = re.compile(
    r"^\s*(?:--[^\n]*\n\s*|/\*.*?\*/\s*|\(\s*)*(select|with|insert|create|merge|update|delete|replace|explain|show|describe|set|declare|drop"
    r"|alter|use|from|call|begin|grant|copy|truncate|pragma|install|load|attach|refresh|optimize|cache|values|if|export)\b",
    re.IGNORECASE | re.DOTALL,
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
    if not looks_like_sql(text.value):
        return _named(call, text.value, dialect)
    return run_text(m, text, dialect, call.node, frames)


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
    m: Machine, text: v.Const, dialect: str | None, node: ast.expr | None = None, frames: bool = False
) -> Relation | None:
    """Lower a text of SQL; temporary tables and views become known to later queries."""
    from feasilint.lower.sql import lower_text

    content = str(text.value)
    made, exact = anchors(m, text, node)
    fragment = m.builder.fragment(
        "sql", content, m.fragment.cell, made, dialect or m.options.dialect, m.fragment.index, exact
    )
    tables = dict(m.views)
    if frames:
        tables = {**local_frames(m), **tables}
    result = lower_text(m.builder, fragment, tables)
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


# --- where a text stands ---


def anchors(m: Machine, text: v.Const, node: ast.expr | None) -> tuple[tuple[Anchor, ...], bool]:
    """Where the characters of a text stand in the document; exact where it is one literal without escapes."""
    made: list[Anchor] = []
    exact = bool(text.places)
    for place in text.places:
        end = next((p.offset for p in text.places if p.offset > place.offset), len(str(text.value)))
        part = str(text.value)[place.offset : end]
        found, whole = _literal_anchors(m, place, part)
        made += found
        exact &= whole and len(text.places) == 1
    if not made or made[0].offset > 0:
        made.insert(0, _at(m, node))
    return tuple(sorted({a.offset: a for a in made}.values(), key=lambda a: a.offset)), exact


def _at(m: Machine, node: ast.expr | None) -> Anchor:
    if node is None or not hasattr(node, "lineno"):
        return Anchor(0, 1, 1)
    start, _ = m.indexes[m.fragment.index].extent(node)
    return Anchor(0, *m.fragment.position(start))


def _literal_anchors(m: Machine, place: v.Place, part: str) -> tuple[list[Anchor], bool]:
    """Anchors of the part of a text that a literal wrote: at once where the literal holds it verbatim, else line by line."""
    index = m.indexes.get(place.fragment.index)
    if index is None:
        return [], False
    start, end = index.extent(place.node)
    source = place.fragment.text[start:end]
    at = source.find(part) if part else -1
    if at >= 0:
        return [Anchor(place.offset, *place.fragment.position(start + at))], not isinstance(place.node, ast.JoinedStr)
    made: list[Anchor] = []
    cursor = offset = 0
    for line in part.split("\n"):
        found = source.find(line.strip(), cursor) if line.strip() else -1
        if found >= 0:
            indent = len(line) - len(line.lstrip())
            made.append(Anchor(place.offset + offset + indent, *place.fragment.position(start + found)))
            cursor = found + len(line.strip())
        offset += len(line) + 1
    if not made or made[0].offset > place.offset:
        made.insert(0, Anchor(place.offset, *place.fragment.position(start)))
    return made, False


def register_view(call: Call) -> v.Value | None:
    """`df.createOrReplaceTempView('name')`, `con.register('name', df)`."""
    name = call.text(0, "name") or call.text(0, "view_name")
    frame = call.frame(1, "python_object") if call.name == "register" else call.m.frame(call.target)
    if name is not None and frame is not None:
        call.m.views[name.lower().split(".")[-1]] = frame.relation
    return v.NONE


def predicate(call: Call, relation: Relation, text: v.Const) -> Expression:
    """A condition in SQL text over one relation: `df.where("ts > '2024-01-01'")`."""
    from feasilint.ir import Column, Filter, Hole
    from feasilint.lower.sql import lower_text

    m = call.m
    source = f"SELECT * FROM _input WHERE {text.value}"
    fragment = m.builder.fragment(
        "sql", source, m.fragment.cell, (_at(m, call.node),), "spark", m.fragment.index, False
    )
    result = lower_text(m.builder, fragment, {"_input": relation}).result
    for _ in range(4):
        if isinstance(result, Filter):
            return result.predicate
        result = getattr(result, "input", None)
    names = re.findall(r"[A-Za-z_]\w*", str(text.value))
    return Hole(str(text.value), tuple(Column(relation, name) for name in dict.fromkeys(names)), call.origin)


def expression(call: Call) -> v.Value | None:
    """`F.expr('a + b')`, `selectExpr('a AS b')`: a function of the columns that it names."""
    text = call.text(0)
    if text is None:
        return None
    body, _, name = (
        text.rpartition(" as ") if " as " in text else text.rpartition(" AS ") if " AS " in text else (text, "", "")
    )
    words = [w for w in dict.fromkeys(re.findall(r"[A-Za-z_]\w*(?!\w*\()", body)) if w.upper() not in _WORDS]
    args = tuple(v.Lazy("column", word, node=call.node, fragment=call.m.fragment) for word in words)
    made = v.Lazy("call", "expression", args, node=call.node, fragment=call.m.fragment)
    return v.Lazy("alias", name.strip(), (made,), node=call.node, fragment=call.m.fragment) if name else made


_WORDS = frozenset(
    {
        "CASE",
        "WHEN",
        "THEN",
        "ELSE",
        "END",
        "AND",
        "OR",
        "NOT",
        "IN",
        "IS",
        "NULL",
        "INTERVAL",
        "DAYS",
        "DAY",
        "AS",
        "LIKE",
        "BETWEEN",
    }
)
