"""Relations of DuckDB: their methods are clauses of SQL over what the relation holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.lower.python import values as v
from feasilint.lower.python.strings import concat
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.sql import run_text

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call, Transfer


def clause(before: str, after: str = "", last: str = "") -> Transfer:
    """A method whose arguments are a part of a query, between `before` and `after`; `last`: what its end is by default, for
    which the second argument stands."""

    def transfer(call: Call) -> v.Value | None:
        given = [call.m.get(value) for value in call.args]
        texts = [value for value in given if isinstance(value, v.Const) and isinstance(value.value, str)]
        if not texts or len(texts) < len(given):
            return None
        end = texts.pop() if last and len(texts) > 1 else v.Const(last)
        listed = [part for text in texts for part in (text, v.Const(", "))][:-1]
        return _of(call, concat([v.Const(f"{before} "), *listed, v.Const(f" {after} "), end]), "_input")

    return transfer


def query(call: Call) -> v.Value | None:
    """`relation.query("name", "SELECT … FROM name")`."""
    name, text = call.text(0, "virtual_table_name"), call.got(1, "sql_query")
    return _of(call, text, name) if name is not None and isinstance(text, v.Const) else None


def _of(call: Call, text: v.Const, name: str) -> v.Value | None:
    """The rows of a query in which a name stands for the receiver."""
    frame = own(call)
    if frame is None:
        return None
    views = call.m.views
    call.m.views = {**views, name.lower(): frame.relation}
    try:
        relation = run_text(call.m, text, "duckdb", call.node)
    finally:
        call.m.views = views
    return replace(frame, relation=relation) if relation is not None else None
