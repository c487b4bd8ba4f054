"""Execution of statements: assignments, branches, loops, definitions."""

from __future__ import annotations

import ast
from functools import partial
from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import assign
from feasilint.lower.python.comprehensions import narrowed_element
from feasilint.lower.python.imports import bind_import, bind_import_from
from feasilint.lower.python.iteration import items_of
from feasilint.lower.python.join import join, join_states
from feasilint.lower.python.machine import BudgetError, Flow, Machine
from feasilint.lower.python.operators import binary, truth
from feasilint.lower.python.patterns import entered, matched
from feasilint.lower.python.scope import Scope
from feasilint.lower.python.strings import spell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.ir import Fragment

LOOP = 4_000
"""Steps after which a loop over known items is no longer unrolled."""


def execute(m: Machine, body: Sequence[ast.stmt]) -> Flow | None:
    """Run statements in order, until one of them leaves the block."""
    for statement in body:
        m.step()
        handler = _HANDLERS.get(type(statement))
        flow = handler(m, statement) if handler is not None else None
        if flow is not None:
            return flow
    return None


def top_level(m: Machine, statement: ast.stmt) -> None:
    """Run one statement of a cell; a failure of the interpreter itself costs only this statement."""
    scope = m.scope
    fragment = m.fragment
    try:
        execute(m, [statement])
    except BudgetError:
        raise
    except RecursionError:
        _unwind(m, scope, fragment)
        m.builder.diagnose("unsupported", "nested too deeply to be followed", m.span(statement))
    except Exception as error:  # total: whatever the document contains
        m.failures.append(error)
        _unwind(m, scope, fragment)
        what = type(statement).__name__.lower()
        m.builder.diagnose(
            "unsupported", f"this {what} could not be followed ({type(error).__name__})", m.span(statement)
        )


def _unwind(m: Machine, scope: Scope, fragment: Fragment) -> None:
    """Back to where the statement began."""
    m.scope = scope
    m.active.clear()
    m.returns.clear()
    m.foreign = False
    m.enter(fragment)


def _expression(m: Machine, node: ast.Expr) -> None:
    m.last = m.evaluate(node.value)


def _assign(m: Machine, node: ast.Assign) -> None:
    value = m.evaluate(node.value)
    for target in node.targets:
        assign(m, target, value)


def _annotated(m: Machine, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(m, node.target, m.evaluate(node.value))


def _augmented(m: Machine, node: ast.AugAssign) -> None:
    target = m.evaluate(node.target)
    value = m.evaluate(node.value)
    found = m.get(target)
    made = binary(m, node.op, target, value, node)  # type: ignore[arg-type]  # spans as an expression does
    changed = isinstance(found, v.Dict) or (isinstance(found, v.Seq) and found.kind != "tuple")
    if changed and isinstance(target, v.Ref):
        m.set(target, made)
        return
    assign(m, node.target, m.alloc(made))


def _delete(m: Machine, node: ast.Delete) -> None:
    from feasilint.ir import Derive, Star
    from feasilint.lower.python.call import names_of
    from feasilint.lower.python.columns import narrowed

    for target in node.targets:
        if isinstance(target, ast.Name):
            m.scope.drop(target.id)
        elif isinstance(target, ast.Subscript):
            owner = m.evaluate(target.value)
            frame = m.get(owner)
            names = names_of(m, m.evaluate(target.slice)) if isinstance(frame, v.Frame) else None
            if isinstance(frame, v.Frame) and names:
                made = m.add(Derive(frame.relation, (Star(narrowed(frame.relation, names)),), m.origin(node)))
                m.set(owner, v.Frame(made, frame.library, frame.index, frame.group))


# --- branches ---


def _if(m: Machine, node: ast.If) -> Flow | None:
    test = m.get(m.evaluate(node.test))
    if (holds := truth(test)) is not None:
        return m.execute(node.body if holds else node.orelse)
    run, other = partial(m.execute, node.body), partial(m.execute, node.orelse)
    name = _tested(node.test)
    element = m.scope.find(name) if name is not None else None
    if name is None or not isinstance(element, v.Element):
        return _either(m, run, other)
    bind = partial(m.scope.bind, name)
    kept, left = (narrowed_element(m, element, node.test, name, no) for no in (False, True))
    flow = _either(m, run, other, partial(bind, kept), partial(bind, left))
    if m.scope.find(name) not in (kept, left):  # both go on
        bind(element)
    return flow


def _tested(test: ast.expr) -> str | None:
    """The variable whose value a test compares: `c` of `c not in excluded`."""
    match test:
        case ast.Compare(left=ast.Name(id=name)):
            return name
        case ast.Compare(left=ast.Attribute(value=ast.Subscript(slice=ast.Name(id=name)))):  # df[c].dtype == …
            return name
        case ast.Call(func=ast.Attribute(value=ast.Name(id=name))):  # c.startswith(…)
            return name
        case ast.UnaryOp(operand=inner) | ast.BoolOp(values=[inner, *_]):
            return _tested(inner)
        case _:
            return None


def _either(
    m: Machine,
    body: Callable[[], Flow | None],
    other: Callable[[], Flow | None],
    enter: Callable[[], None] = lambda: None,
    enter_other: Callable[[], None] = lambda: None,
) -> Flow | None:
    """Run both; afterwards holds what either leaves, unless one of them does not go on."""
    before = m.state()
    enter()
    first = body()
    after_first = m.state(before)
    before.restore(m.store)
    enter_other()
    second = other()
    _note_return(m, first)
    if first is not None and second is not None:
        _note_return(m, second)
        return second if second.kind == first.kind else Flow("raise")
    if first is not None:
        return None
    if second is not None:
        _note_return(m, second)
        after_first.restore(m.store)
        return None
    after_first.merge(m.store, partial(join, m), partial(join_states, m))
    return None


def _nothing() -> Flow | None:
    return None


def _note_return(m: Machine, flow: Flow | None) -> None:
    if flow is not None and flow.kind == "return" and m.returns:
        m.returns[-1].append(flow.value)


def _match(m: Machine, node: ast.Match) -> Flow | None:
    return _cases(m, node.cases, m.evaluate(node.subject))


def _cases(m: Machine, cases: Sequence[ast.match_case], subject: v.Value) -> Flow | None:
    """Run the case that matches; where that is not known, it or those after it."""
    if not cases:
        return None
    case, later = cases[0], partial(_cases, m, cases[1:], subject)
    holds = matched(m, case.pattern, subject)
    if holds is not False and case.guard is not None:
        test = truth(m.get(m.evaluate(case.guard)))
        holds = False if test is False else None if test is None else holds
    if holds is None:
        return _either(m, partial(m.execute, case.body), later)
    return m.execute(case.body) if holds else later()


def _try(m: Machine, node: ast.Try) -> Flow | None:
    flow = m.execute(node.body)
    if flow is not None and flow.kind == "return":
        _note_return(m, flow)
    for handler in node.handlers:
        if handler.name:
            m.scope.bind(handler.name, m.unknown(handler.name))
        _either(m, partial(m.execute, handler.body), _nothing)
    if flow is None:
        flow = m.execute(node.orelse)
    last = m.execute(node.finalbody)
    return last or flow


def _with(m: Machine, node: ast.With | ast.AsyncWith) -> Flow | None:
    for item in node.items:
        value = entered(m, m.evaluate(item.context_expr))
        if item.optional_vars is not None:
            assign(m, item.optional_vars, value)
    return m.execute(node.body)


# --- loops ---


def _for(m: Machine, node: ast.For | ast.AsyncFor) -> Flow | None:
    items, more = items_of(m, m.evaluate(node.iter), node.target)
    start = m.steps
    for at, item in enumerate(items):
        assign(m, node.target, item)
        flow = m.execute(node.body)
        if flow is not None and flow.kind in ("return", "break"):
            _note_return(m, flow)
            if flow.kind == "return" and not more and at == 0:
                return flow
            break
        if m.steps - start > LOOP:
            break
    return m.execute(node.orelse)


def _while(m: Machine, node: ast.While) -> Flow | None:
    test = m.get(m.evaluate(node.test))
    if isinstance(test, v.Const) and not test.value:
        return None
    flow = m.execute(node.body)
    _note_return(m, flow)
    return None


# --- definitions ---


def _function(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    made: v.Value = function_of(m, node)
    for decorator in reversed(node.decorator_list):
        made = _decorated(m, made, decorator)
    m.scope.bind(node.name, made)


def _decorated(m: Machine, made: v.Value, decorator: ast.expr) -> v.Value:
    from feasilint.lower.python.tables import decorator_of

    text = spell(decorator.func if isinstance(decorator, ast.Call) else decorator)
    transfer = decorator_of(text.rsplit(".", 1)[-1])
    if transfer is not None:
        return transfer(m, made)
    _registered(m, made, decorator)
    return made


def _registered(m: Machine, made: v.Value, decorator: ast.expr) -> None:
    """Run a decorator of the code's own for what it changes, as those do that register; what it makes is seen through."""
    root = decorator
    while isinstance(root, ast.Call | ast.Attribute):
        root = root.func if isinstance(root, ast.Call) else root.value
    if not isinstance(root, ast.Name) or not isinstance(m.get(m.scope.find(root.id) or v.NONE), _OWN):
        return
    before = len(m.defined)
    function = m.get(m.evaluate(decorator))
    if isinstance(function, v.Function):
        m.call(function, (made,), {}, decorator)
    m.called.update(inner.node for inner in m.defined[before:])


_OWN = (v.Function, v.Instance, v.Class)


def function_of(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> v.Function:
    """A function with the defaults that hold at its definition."""
    spec = node.args
    positional = [*spec.posonlyargs, *spec.args]
    pairs = [*zip(positional[::-1], spec.defaults[::-1], strict=False)]
    pairs += [(a, d) for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None]
    defaults = tuple((argument.arg, m.evaluate(default)) for argument, default in pairs)
    made = v.Function(node, m.scope, m.fragment, defaults)
    m.defined.append(made)
    return made


def _class(m: Machine, node: ast.ClassDef) -> None:
    bases = tuple(m.evaluate(base) for base in node.bases)
    outer = m.scope
    m.scope = Scope(outer)
    try:
        m.execute(node.body)
        members = tuple(m.scope.names.items())
    finally:
        m.scope = outer
    m.scope.bind(node.name, v.Class(node, outer, m.fragment, members, bases))


def _return(m: Machine, node: ast.Return) -> Flow:
    return Flow("return", m.evaluate(node.value) if node.value is not None else v.NONE)


def _raise(m: Machine, node: ast.Raise) -> Flow:
    return Flow("raise")


def _break(m: Machine, node: ast.Break) -> Flow:
    return Flow("break")


def _continue(m: Machine, node: ast.Continue) -> Flow:
    return Flow("continue")


def _public(m: Machine, node: ast.Global | ast.Nonlocal) -> None:
    if m.scope.parent is not None:
        m.scope.public.update(node.names)


def _assert(m: Machine, node: ast.Assert) -> None:
    m.evaluate(node.test)


_HANDLERS: dict[type[ast.stmt], Callable[..., Flow | None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AnnAssign: _annotated,
    ast.AugAssign: _augmented,
    ast.Delete: _delete,
    ast.If: _if,
    ast.Match: _match,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Global: _public,
    ast.Nonlocal: _public,
    ast.Assert: _assert,
    ast.Import: bind_import,
    ast.ImportFrom: bind_import_from,
}
