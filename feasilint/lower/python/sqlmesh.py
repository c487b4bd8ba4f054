"""Python models of SQLMesh: functions that the decorator `@model(…)` makes tables of."""

from __future__ import annotations

import ast
import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from feasilint.ir import Source, Write
from feasilint.lower.python import values as v
from feasilint.lower.python.functions import inline
from feasilint.lower.python.strings import as_text, spell
from feasilint.lower.python.transfers.sql import looks_like_sql, run_text
from feasilint.lower.sql.sqlmesh import refresh_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Relation
    from feasilint.lower.python.machine import Machine

_HOLE = re.compile(r"@\{?(\w+)\}?")


def run_models(m: Machine) -> None:
    """Call the models of a document as SQLMesh does; what they return or yield are the rows of their tables."""
    for function, call in list(_models(m)):
        m.enter(function.fragment)
        stated = {word.arg: m.get(m.evaluate(word.value)) for word in call.keywords if word.arg is not None}
        if call.args:
            stated["name"] = m.get(m.evaluate(call.args[0]))
        dialect = stated.get("dialect", v.NONE)
        context = v.Handle("sqlmesh.context", (("dialect", dialect),))
        relation = _rows(m, inline(m, function, (context,), {}), dialect)
        if relation is not None:
            kind, cron = stated.get("kind"), stated.get("cron")
            refresh = refresh_of(_kind(m, kind), cron.value if isinstance(cron, v.Const) else None)
            target = Source(_name(m, stated.get("name")), "table")
            m.sink(Write(relation, target, "create", refresh=refresh, origin=m.origin(call)))


def _models(m: Machine) -> Iterator[tuple[v.Function, ast.Call]]:
    for function in m.defined:
        decorators = () if isinstance(function.node, ast.Lambda) else function.node.decorator_list
        for decorator in decorators:
            if isinstance(decorator, ast.Call) and function.scope is m.scope and _is_model(m, decorator.func):
                yield function, decorator


def _is_model(m: Machine, node: ast.expr) -> bool:
    if not spell(node).endswith("model"):
        return False
    value = m.evaluate(node)
    return isinstance(value, v.Library) and value.path.startswith("sqlmesh.") and value.path.endswith(".model")


def _name(m: Machine, stated: v.Value | None) -> str:
    """The name that is stated, with parameters as holes; else the one that the path below `models` gives."""
    if stated is not None and stated != v.NONE:
        return _HOLE.sub(r"{\1}", str(as_text(m, stated).value))
    parts = PurePosixPath(m.path).with_suffix("").parts
    below = len(parts) - 1 - parts[::-1].index("models") if "models" in parts[:-1] else len(parts) - 2
    return ".".join(parts[below + 1 :])


def _kind(m: Machine, stated: v.Value | None) -> str | None:
    """The word of a kind: `"full"`, `ModelKindName.FULL` or `dict(name=…)`."""
    if isinstance(stated, v.Dict):
        stated = m.get(stated.get("name") or v.NONE)
    if isinstance(stated, v.Library):
        return stated.path.rsplit(".", 1)[-1].lower()
    return stated.value.lower() if isinstance(stated, v.Const) and isinstance(stated.value, str) else None


def _rows(m: Machine, result: v.Value, dialect: v.Value) -> Relation | None:
    """The rows that a model returns: of a frame, of each frame that it yields, or of a query."""
    found = m.get(result)
    if isinstance(found, v.Seq) and found.items:
        return _rows(m, found.items[0], dialect)
    if isinstance(found, v.Const) and isinstance(found.value, str) and looks_like_sql(found.value):
        spoken = dialect.value if isinstance(dialect, v.Const) else None
        return run_text(m, found, spoken if isinstance(spoken, str) else None)
    frame = m.frame(result)
    return frame.relation if frame is not None else None
