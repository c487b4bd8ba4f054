"""What the `dbt` object gives that dbt hands to a Python model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.dbt.references import Reference, doubt
from feasilint.ir import Scan, Source
from feasilint.lower.python import values as v
from feasilint.lower.python.strings import is_certain
from feasilint.lower.python.transfers.loading import path_name
from feasilint.lower.python.transfers.settings import value_of

if TYPE_CHECKING:
    from feasilint.dbt.model import Model, Version
    from feasilint.dbt.project import Project
    from feasilint.lower.python.call import Call


def ref(call: Call) -> v.Value | None:
    """`dbt.ref("model")`, `dbt.ref("package", "model")`, `dbt.ref("model", v=2)`: a table of the project."""
    names = _names(call)
    project = _project(call)
    if not names or project is None:
        return None
    package = names[-2] if len(names) > 1 else None
    version = _version(call)
    plain = names[-1] if version is None else f"{names[-1]}_v{version}"
    if not _certain(names):
        return _rows(call, plain)
    model = project.model(names[-1], package, version)
    if model is None:
        _lost(call, project, Reference("ref", tuple(names), version))
        return _rows(call, plain)
    return _rows(call, ".".join(model.relation) or plain, node=model.name)


def source(call: Call) -> v.Value | None:
    """`dbt.source("source", "table")`."""
    names = _names(call)[-2:]
    project = _project(call)
    if len(names) < 2 or project is None:
        return None
    table = project.source(*names) if _certain(names) else None
    if table is None and _certain(names):
        _lost(call, project, Reference("source", tuple(names)))
    return _rows(call, ".".join(table.relation if table is not None and table.relation else names), outside=True)


def this(call: Call) -> v.Value | None:
    """`dbt.this`: the name of the model's own table."""
    model = _model(call)
    return v.Const(".".join(model.relation) or model.name) if model is not None else None


def setting(call: Call) -> v.Value | None:
    """`dbt.config.get("key", default)`: what the project states, if that can be told without dbt."""
    key, default, model = call.text(0, "key"), call.arg(1, "default"), _model(call)
    if key is None or model is None:
        return None
    stated = model.config.get(key)
    if stated is None:
        return default if default is not None and key not in model.config else call.m.unknown(key)
    try:
        return value_of(call.m, stated)
    except ValueError:
        return None


def _lost(call: Call, project: Project, reference: Reference) -> None:
    """Say that a reference leads nowhere."""
    model = _model(call)
    said = doubt(project, reference) if model is not None and model.enabled else None
    if said is not None:
        call.m.builder.diagnose("unresolved-source", said, call.origin.span if call.origin is not None else None)


def _names(call: Call) -> list[str]:
    return [path_name(call, value) for value in call.args]


def _certain(names: list[str]) -> bool:
    return all(is_certain(v.Const(name)) for name in names)


def _version(call: Call) -> Version | None:
    value = call.const(None, "version", call.const(None, "v"))
    return value if isinstance(value, str | int | float) else None


def _rows(call: Call, name: str, outside: bool = False, node: str = "") -> v.Value:
    """The table as a frame of the engine that the warehouse of the project runs its models on."""
    receiver = call.receiver
    engine = receiver.get("engine") if isinstance(receiver, v.Handle) else None
    library = str(engine.value) if isinstance(engine, v.Const) else "pandas"
    return v.Frame(call.m.add(Scan(Source(name, "table"), None, call.origin, outside, node)), library)


def _project(call: Call) -> Project | None:
    return call.m.options.project(call.m.path)


def _model(call: Call) -> Model | None:
    project = _project(call)
    return project.model_at(call.m.path) if project is not None else None
