"""Inlining of the document's own functions at each call, within bounds of depth and budget."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.call import Call
from feasilint.lower.python.join import join
from feasilint.lower.python.machine import DEPTH
from feasilint.lower.python.scope import Scope
from feasilint.lower.python.strings import spell

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.lower.python.machine import Machine


def inline(m: Machine, function: v.Function, args: tuple[v.Value, ...], kwargs: Mapping[str, v.Value]) -> v.Value:
    """What a call of the function gives; its body is run with these arguments."""
    node = function.node
    m.called.add(node)
    if len(m.active) >= DEPTH or node in m.active:
        return m.unknown(f"{getattr(node, 'name', 'lambda')}()", *args, *kwargs.values())
    scope, fragment = m.scope, m.fragment
    m.scope = Scope(function.scope, _bind(m, function, args, dict(kwargs)))
    m.active.append(node)
    m.enter(function.fragment)
    try:
        return m.evaluate(node.body) if isinstance(node, ast.Lambda) else run_body(m, node)
    finally:
        m.active.pop()
        m.scope = scope
        m.enter(fragment)


def run_body(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> v.Value:
    """Execute a body; the join of all values that it may return."""
    returned: list[v.Value] = []
    yielded: list[v.Value] = []
    m.returns.append(returned)
    m.yields.append(yielded)
    try:
        flow = m.execute(node.body)
    finally:
        m.returns.pop()
        m.yields.pop()
    if yielded:
        return yielded[0] if _is_context(node) else v.Seq(tuple(yielded), "list", _is_endless(node))
    if flow is not None and flow.kind == "return":
        returned.append(flow.value)
    if not returned:
        return v.NONE
    result = returned[-1]
    for other in reversed(returned[:-1]):
        result = join(m, other, result)
    return result


def _is_context(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether `with` gives what the function yields."""
    return any(spell(decorator).endswith("contextmanager") for decorator in node.decorator_list)


def _is_endless(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether a generator may yield more than one pass over its body does."""
    return any(isinstance(inner, ast.While) for inner in ast.walk(node))


def _bind(
    m: Machine, function: v.Function, args: tuple[v.Value, ...], kwargs: dict[str, v.Value]
) -> dict[str, v.Value]:
    spec = function.node.args
    if function.me is not None:
        args = (function.me, *args)
    positional = [*spec.posonlyargs, *spec.args]
    names = {a.arg: _of_pipeline(m, a, value) for a, value in zip(positional, args, strict=False)}
    defaults = dict(function.defaults)
    for argument in (*positional, *spec.kwonlyargs):
        if argument.arg in names:
            continue
        value = kwargs.pop(argument.arg, None) or defaults.get(argument.arg)
        names[argument.arg] = _of_pipeline(m, argument, value) if value is not None else _handed_in(m, argument)
    if spec.vararg is not None:
        names[spec.vararg.arg] = v.Seq(args[len(positional) :], "tuple")
    if spec.kwarg is not None:
        names[spec.kwarg.arg] = m.alloc(v.Dict(tuple((v.Const(key), value) for key, value in kwargs.items())))
    return names


def _handed_in(m: Machine, argument: ast.arg) -> v.Value:
    """A parameter that nobody gives: a session where the annotation or the name says so."""
    from feasilint.lower.python.tables import property_of

    if _is_artifact(argument):
        return _artifact(m, argument)
    kind = m.evaluate(argument.annotation) if isinstance(argument.annotation, ast.Name | ast.Attribute) else v.NONE
    path = kind.path if isinstance(kind, v.Library) else f"a parameter {argument.arg}"
    found = property_of("parameter", path)
    made = found(Call(m, argument.arg, None)) if found is not None else None
    text = v.ARGUMENT + argument.arg if m.uncalled and not m.active else argument.arg
    return made if made is not None else m.unknown(text)


def _of_pipeline(m: Machine, argument: ast.arg, value: v.Value) -> v.Value:
    """A value, or the artifact that a pipeline hands over for it: what an earlier step gives is not followed."""
    if not _is_artifact(argument):
        return value
    found = m.get(value)
    return value if type(found) is v.Handle or (type(found) is v.Const and found != v.NONE) else _artifact(m, argument)


def _is_artifact(argument: ast.arg) -> bool:
    """`dataset: Input[Dataset]`, `path: InputPath('CSV')`: a parameter of a step of Kubeflow's pipelines."""
    note = argument.annotation.value if isinstance(argument.annotation, ast.Subscript) else argument.annotation
    note = note.func if isinstance(note, ast.Call) else note
    return note is not None and spell(note).rsplit(".", 1)[-1] in ("Input", "InputPath")


def _artifact(m: Machine, argument: ast.arg) -> v.Value:
    name = v.Const(f"{{artifact {argument.arg}}}")
    return v.Handle("artifact", (("path", name), ("uri", name)))


def run_uncalled(m: Machine, function: v.Function, arguments: Mapping[str, v.Value]) -> None:
    """Run a function that nobody calls once: other arguments than these are unknown."""
    m.uncalled = True
    try:
        inline(m, function, (), arguments)
    finally:
        m.uncalled = False
