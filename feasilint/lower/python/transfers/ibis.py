"""Ibis: tables of a backend, and what they have beside the methods of polars' frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Source
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers import enginegroups, enginejoins
from feasilint.lower.python.transfers.connectors import dialect_of
from feasilint.lower.python.transfers.loading import path_name, scan
from feasilint.lower.python.transfers.sql import run

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def backend(call: Call) -> v.Value:
    """`ibis.bigquery.connect(…)`, `ibis.connect('duckdb://…')`."""
    words = call.text(0) or "" if call.name == "ibis.connect" else call.name
    return v.Handle("ibis.backend", (("dialect", v.Const(dialect_of(words))),))


def _dialect(call: Call) -> str | None:
    held = call.receiver.get("dialect") if isinstance(call.receiver, v.Handle) else None
    return held.value if isinstance(held, v.Const) and isinstance(held.value, str) else None


def table(call: Call) -> v.Value | None:
    """`backend.table('events', database='shop')`."""
    value = call.arg(0, "name")
    if value is None:
        return None
    home = call.text(1, "database") or call.text(None, "schema")
    name = path_name(call, value)
    source = Source(f"{home}.{name}" if home and "." not in name else name, "table", _dialect(call))
    return v.Frame(scan(call, source), "polars")


def query(call: Call) -> v.Value | None:
    """`backend.sql('SELECT …')`."""
    value = call.arg(0, "query")
    relation = run(call, value, _dialect(call)) if value is not None else None
    return v.Frame(relation, "polars") if relation is not None else None


def named(call: Call) -> v.Value | None:
    """`t.amount.sum().name('total')`."""
    inner = call.receiver.get("of") if isinstance(call.receiver, v.Handle) else None
    text = call.text(0)
    if inner is None or text is None:
        return None
    return v.Lazy("alias", text, (inner,), node=call.node, fragment=call.m.fragment if call.node is not None else None)


def aggregated(call: Call) -> v.Value | None:
    """`t.aggregate(n=t.count(), by=['user_id'])`, `t.group_by('user_id').aggregate(…)`."""
    by = call.arg(None, "by")
    kwargs = {name: value for name, value in call.kwargs.items() if name != "by"}
    if by is None:
        return enginegroups.agg(call)
    group = enginegroups.group_by(call.at(args=(by,), kwargs={}))
    return enginegroups.agg(call.at(receiver=group, target=group, kwargs=kwargs)) if group is not None else None


def joined(call: Call) -> v.Value | None:
    """`t.join(other, 'user_id')`, `t.left_join(other, predicates)`."""
    keys, how = call.arg(1, "predicates"), call.arg(2, "how") or v.Const(call.name.removesuffix("_join"))
    args = (*call.args[:1], *((keys,) if keys is not None else ()))
    kwargs = {"how": how, **{name: call.kwargs[name] for name in ("other", "right") if name in call.kwargs}}
    return enginejoins.join(call.at(args=args, kwargs=kwargs))
