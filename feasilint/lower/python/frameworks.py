"""Functions that no code calls but a framework does, and that make a table: the model of a dbt project."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from feasilint.lower.modelled import written
from feasilint.lower.python import values as v
from feasilint.lower.python.functions import inline
from feasilint.lower.python.tables.aliases import ENGINES, ENGINES_BY_WORD

if TYPE_CHECKING:
    from feasilint.dbt.model import Model
    from feasilint.lower.python.machine import Machine


def run_model(m: Machine) -> None:
    """Call the function `model` as dbt does, if the document is a model of a dbt project; what it returns is the table."""
    project = m.options.project(m.path) if m.path.endswith(".py") else None
    model = project.model_at(m.path) if project is not None else None
    if project is None or model is None:
        return
    function = m.scope.find("model")
    if not isinstance(function, v.Function) or isinstance(function.node, ast.Lambda):
        m.builder.diagnose("unsupported", f"{_NO_MODEL}: the table `{model.name}` is made of nothing that is known")
        return
    m.enter(function.fragment)
    engine = _engine(model, project.adapter, function.fragment.text)
    library = "pandas" if engine == "bigframes" else engine
    dbt = v.Handle("dbt", (("engine", v.Const(library)),))
    result = inline(m, function, (dbt, _SESSIONS.get(engine, m.unknown("session"))), {})
    frame = _frame(m, result)
    if frame is not None:
        m.sink(written(model, frame.relation, m.origin(_last(function.node))))


_NO_MODEL = "dbt expects a function `model(dbt, session)` here, which is missing"
_SESSIONS: dict[str, v.Value] = {
    "snowpark": v.Handle("snowpark.session"),
    "spark": v.Handle("spark.session"),
    "bigframes": v.Handle("bigframes.session"),
    "duckdb": v.Handle("connection", (("dialect", v.Const("duckdb")),)),
}


def _engine(model: Model, adapter: str | None, text: str) -> str:
    """The library whose frames dbt hands to the model: that of the warehouse, else the one that the code speaks of."""
    if model.config.get("submission_method") == "bigframes" or re.search(r"\bbigframes\b|\bbpd\.", text):
        return "bigframes"
    if adapter is not None:
        return ENGINES.get(adapter, "pandas")
    return next((engine for word, engine in ENGINES_BY_WORD.items() if re.search(word, text)), "snowpark")


def _frame(m: Machine, result: v.Value) -> v.Frame | None:
    """What a model returns as a frame; a query of a connection is its rows."""
    found = m.get(result)
    if isinstance(found, v.Handle) and found.kind == "query":
        return m.frame(found.get("frame") or v.NONE)
    return m.frame(result)


def _last(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    last = node.body[-1]
    return last if isinstance(last, ast.Return) else node
