"""The objects that Python files make with the classes of a library, without running them.

The interpreter that reads scanned code follows constants, loops, functions and modules of the project; here it keeps what the
library's own classes are given, in plain values.
"""

from __future__ import annotations

import ast
import os
import posixpath
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.catalog.imports.artefact import Note
from feasilint.ir import Interval
from feasilint.lower.builder import Builder
from feasilint.lower.options import Options
from feasilint.lower.python import values as v
from feasilint.lower.python.calls import arguments, call
from feasilint.lower.python.expressions import EVALUATORS
from feasilint.lower.python.machine import BudgetError, Machine
from feasilint.lower.python.parsing import parse
from feasilint.lower.python.statements import execute, top_level

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from feasilint.lower.python.machine import Evaluators, Executor

    Make = Callable[[Machine, v.Value, tuple[v.Value, ...], Mapping[str, v.Value], ast.expr | None], v.Value | None]

_DEPTH = 40
_CLASS, _PATH, _LINE = "class of the library", "file that makes it", "line that makes it"
_OWN = frozenset((_CLASS, _PATH, _LINE))


class Made(Struct, frozen=True):
    """An object of a library: its class by its last name, what it was given (positions as text: `0`, `1`), and where."""

    kind: str
    given: Mapping[str, object] = field(default_factory=dict)
    path: str = ""
    line: int | None = None

    def get(self, *names: str) -> object:
        """What was given under the first of these names that there is."""
        return next((self.given[name] for name in names if self.given.get(name) is not None), None)


class Named(Struct, frozen=True):
    """Something of a library that is only named: `feast.types.Int64`."""

    name: str


class Hole(Struct, frozen=True):
    """Something that only a run would know."""

    text: str


_UNKNOWN = Hole("…")


class Reading(Struct, frozen=True):
    """What one file binds its names to, as far as they are objects of the library, and what could not be read."""

    objects: tuple[Made, ...]
    notes: tuple[Note, ...]


class Project(Struct, frozen=True):
    """What the files of a project have in common.

    `libraries`: whose objects are kept (`feast`); `root`: the folder that imports may not leave; `roots`: folders that they are
    looked up in; `methods`: how the interpreter calls objects of a class of which it knows what their methods do.
    """

    libraries: tuple[str, ...]
    root: str
    roots: tuple[str, ...] = ()
    methods: Mapping[str, str] = field(default_factory=dict)


def objects(path: str, text: str, project: Project) -> Reading:
    """The objects of the libraries that the top level of a file has names for."""
    m = machine(path, project, partial(make, project))
    try:
        tree, error, _ = parse(text)
    except (ValueError, RecursionError, MemoryError) as failure:
        return Reading((), (Note(path, None, f"not Python: {failure}"),))
    notes = [Note(path, error.lineno, f"{error.msg}; this statement is not read")] if error is not None else []
    if tree is None:
        return Reading((), tuple(notes))
    m.enter(m.builder.fragment("python", text, None), tree)
    try:
        for statement in tree.body:
            top_level(m, statement)
        plain = Plain(m)
        made = tuple(found for value in list(m.scope.names.values()) if isinstance(found := plain.of(value), Made))
    except (BudgetError, RecursionError):
        made = ()
        notes.append(Note(path, None, "this file computes too much to be read without running it"))
    m.forget()
    return Reading(made, tuple(notes))


def machine(path: str, project: Project, made: Make, run: Executor = execute) -> Machine:
    """An interpreter that asks `made` first what a call gives, as `make` does, and runs the statements of a block by `run`."""
    evaluators: Evaluators = {
        **EVALUATORS,
        ast.Call: partial(_call, made),
        ast.Name: _name,
        ast.Attribute: _attribute,
    }
    m = Machine(Builder(path, "python"), Options(root=project.root), evaluators, run, partial(_called, made), path=path)
    folder = Path(path).parent
    m.roots.extend(os.path.relpath(root, folder) for root in project.roots)  # so that paths stay as they are named
    return m


# --- what the interpreter does differently here ---


def make(
    project: Project,
    m: Machine,
    callee: v.Value,
    args: tuple[v.Value, ...],
    kwargs: Mapping[str, v.Value],
    node: ast.expr | None,
) -> v.Value | None:
    """What a call of the library makes; a method of such an object gives the object itself."""
    found = m.get(callee)
    if type(found) is v.Bound:
        receiver = m.get(found.receiver)
        ours = type(receiver) is v.Handle and receiver.get(_CLASS) is not None
        return found.receiver if ours and found.name.startswith("with_") else None
    if type(found) is not v.Library or not found.path.startswith(_starts(project.libraries)):
        return None
    kind = found.path.rsplit(".", 1)[-1]
    place = (
        (_CLASS, v.Const(kind)),
        (_PATH, v.Const(_here(m))),
        (_LINE, v.Const(getattr(node, "lineno", None))),
    )
    given = ((str(at), value) for at, value in enumerate(args))
    return m.alloc(v.Handle(project.methods.get(kind, "object"), (*given, *kwargs.items(), *place)))


@lru_cache
def _starts(libraries: tuple[str, ...]) -> tuple[str, ...]:
    """How paths of libraries and of their plug-ins (`feast_trino`) start."""
    return tuple(f"{library}{mark}" for library in libraries for mark in "._")


def _call(made: Make, m: Machine, node: ast.Call) -> v.Value:
    callee = m.evaluate(node.func)
    args, kwargs, starred = arguments(m, node)
    found = made(m, callee, args, kwargs, node)
    return found if found is not None else call(m, callee, args, kwargs, node, starred)


def _called(
    made: Make,
    m: Machine,
    callee: v.Value,
    args: tuple[v.Value, ...],
    kwargs: Mapping[str, v.Value],
    node: ast.expr | None,
) -> v.Value:
    found = made(m, callee, args, kwargs, node)
    return found if found is not None else call(m, callee, args, kwargs, node)


def _name(m: Machine, node: ast.Name) -> v.Value:
    return v.Const(_here(m)) if node.id == "__file__" else EVALUATORS[ast.Name](m, node)


def _here(m: Machine) -> str:
    return posixpath.normpath((m.here or m.path).replace("\\", "/"))


def _attribute(m: Machine, node: ast.Attribute) -> v.Value:
    """What an object was given under a name is what it has under it."""
    value = EVALUATORS[ast.Attribute](m, node)
    owner = m.get(value.receiver) if isinstance(value, v.Bound) else None
    given = owner.get(node.attr) if isinstance(owner, v.Handle) and owner.get(_CLASS) is not None else None
    return given if given is not None else value


# --- plain values ---


def plain(m: Machine, value: v.Value) -> object:
    """A value as it is now as plain data: constants, lists, dicts, `Made`, `Named`, and `Hole` for what is not known."""
    return Plain(m).of(value)


class Plain:
    """The values of a machine as they are now as plain data, each object made once."""

    def __init__(self, machine: Machine) -> None:
        self.m = machine
        self._made: dict[int, object] = {}
        self._deep = 0

    def of(self, value: v.Value) -> object:
        """One value, as `plain` has it."""
        key = value.oid if isinstance(value, v.Ref) else None
        if key in self._made or self._deep > _DEPTH:
            return self._made.get(key, _UNKNOWN) if key is not None else _UNKNOWN
        if key is not None:
            self._made[key] = _UNKNOWN  # what holds itself
        self._deep += 1
        made = self._data(self.m.get(value))
        self._deep -= 1
        if key is not None:
            self._made[key] = made
        return made

    def _data(self, found: v.Value) -> object:
        match found:
            case v.Const(value=constant):
                known = constant is None or isinstance(constant, str | int | float | bool | Interval)
                return constant if known else str(constant)
            case v.Seq(items=items):
                return [self.of(item) for item in items]
            case v.Dict(items=pairs):
                return {str(key.value): self.of(item) for key, item in pairs if isinstance(key, v.Const)}
            case v.Library(path=path):
                return Named(path)
            case v.Handle():
                return self._object(found)
            case v.Function():
                return self._decorated(found)
            case v.Unknown(text=text) | v.Element(text=text):
                return Hole(text)
            case _:
                return _UNKNOWN

    def _object(self, handle: v.Handle) -> object:
        kind, path, line = (handle.get(part) for part in (_CLASS, _PATH, _LINE))
        if not isinstance(kind, v.Const) or not isinstance(path, v.Const) or not isinstance(line, v.Const):
            return Hole(handle.kind)
        given = {name: self.of(value) for name, value in handle.parts if name not in _OWN}
        return Made(str(kind.value), given, str(path.value), line.value if isinstance(line.value, int) else None)

    def _decorated(self, function: v.Function) -> object:
        """What a decorator of the library makes of a function: an object with the function's name unless it is given one."""
        m, node = self.m, function.node
        before, scope = m.fragment, m.scope
        for decorator in () if isinstance(node, ast.Lambda) else node.decorator_list:
            m.enter(function.fragment)
            m.scope = function.scope
            made = self.of(m.evaluate(decorator))
            m.enter(before)
            m.scope = scope
            if isinstance(made, Made) and not isinstance(node, ast.Lambda):
                return Made(made.kind, {"name": node.name, **made.given}, made.path, made.line)
        return Hole("a function")


def folder_of_project(folder: str) -> str:
    """The folder around this one that is under version control or is a package's, else this one."""
    start = Path(folder).resolve()
    signs = (".git", "pyproject.toml", "setup.py")
    return str(next((one for one in (start, *start.parents) if any((one / sign).exists() for sign in signs)), start))
