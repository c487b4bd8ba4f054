"""The DAGs that a Python file makes, with what their tasks are given, without running it.

The interpreter that reads scanned code follows constants, loops, functions and modules of the project. Here it also knows whose
tasks are whose: those made in `with DAG(…)`, in a function that `@dag` decorates, or with `dag=`.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.catalog.imports._dag_bodies import HOOK_METHODS, Body, told_to_hook, with_writes, written_in
from feasilint.catalog.imports._objects import Made, Project, machine, make, plain
from feasilint.catalog.imports.artefact import Note
from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import assign
from feasilint.lower.python.functions import inline
from feasilint.lower.python.machine import BudgetError, Flow, Machine
from feasilint.lower.python.operators import binary
from feasilint.lower.python.parsing import parse
from feasilint.lower.python.patterns import entered
from feasilint.lower.python.statements import execute

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from feasilint.ir import Fragment
    from feasilint.lower.python.scope import Scope

_LIBRARIES = ("airflow", "cosmos", "pendulum", "dateutil")
_CLASSES = ("DAG", "DbtDag")
_GROUP = "DbtTaskGroup"  # which has no task_id, and is what runs dbt
_DAG, _TASK, _ASSET = "dag", "task", ("asset", "dataset")
_TASKS = (_TASK, "setup", "teardown")  # decorators that make tasks of functions
_MADE = ("expand", "expand_kwargs")  # methods of a task or its function that make it
_SETTLED = ("partial", "override")  # methods that settle some of what it is given


class Dag(Struct):
    """A DAG as it was made, and its tasks: operators by their class, functions as `task`."""

    made: Made
    tasks: list[Made] = field(default_factory=list)


class Dags(Struct):
    """What a file makes. `assets`: functions that `@asset` decorates, which are a DAG, a task and an asset in one; `loose`:
    tasks of which it is not known whose they are."""

    dags: list[Dag] = field(default_factory=list)
    loose: list[Made] = field(default_factory=list)
    assets: list[Made] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)


def dags_of(path: str, text: str, root: str, roots: Sequence[str]) -> Dags:
    """The DAGs of a file. `root`: the folder that imports may not leave; `roots`: folders that they are looked up in."""
    found = Dags()
    try:
        tree, error, _ = parse(text)
    except (ValueError, RecursionError, MemoryError) as failure:
        found.notes.append(Note(path, None, f"not Python: {failure}"))
        return found
    if error is not None:
        found.notes.append(Note(path, error.lineno, f"{error.msg}; this statement is not read"))
    if tree is not None:
        _Reading(found, Project(_LIBRARIES, root, tuple(roots))).run(path, text, tree)
    return found


class _Reading:
    """One file being read. `stack`: the DAGs around the present statement, the innermost last."""

    def __init__(self, found: Dags, project: Project) -> None:
        self.found = found
        self.project = project
        self.stack: list[Dag] = []
        self.by_object: dict[int, tuple[v.Value, Dag]] = {}  # values by identity: two DAGs may be given the same
        self.here = 0  # the fragment of the file itself: places in its modules are not told
        self.tasks: dict[int, tuple[v.Value, list[Made], int]] = {}
        self.orders: list[tuple[v.Value, v.Value]] = []  # `first >> second`
        self.bodies: list[Body] = []
        self.last: list[Made] = []  # where the last task was added
        self.hooked: list[str] = []  # what database hooks have been told by the present function

    def run(self, path: str, text: str, tree: ast.Module) -> None:
        m = machine(path, self.project, self.made, self.execute)
        m.evaluators = {**m.evaluators, ast.BinOp: self.binary}
        m.enter(m.builder.fragment("python", text, None), tree)
        scope, fragment = m.scope, m.fragment
        self.here = fragment.index
        for statement in tree.body:
            try:
                m.execute([statement])
            except BudgetError:
                self.found.notes.append(Note(path, statement.lineno, "from here on more is computed than is followed"))
                break
            except Exception:  # total: whatever the file contains; a statement that cannot be followed costs itself
                _unwind(m, scope, fragment)
            self.stack.clear()
        self._run_bodies(m, path)
        self._join(m)
        self.found.assets.extend(self._assets(m))
        m.forget()

    def _run_bodies(self, m: Machine, path: str) -> None:
        """What the functions of tasks write: they are run when the file has been read, as Airflow runs them."""
        scope, fragment = m.scope, m.fragment
        for body in self.bodies:
            self.hooked.clear()
            try:
                names = written_in(m, body)
            except BudgetError:
                self.found.notes.append(
                    Note(path, None, "not all functions of its tasks are followed: they compute too much")
                )
                return
            except Exception:  # total, as above
                _unwind(m, scope, fragment)
                continue
            body.tasks[body.at] = with_writes(body.tasks[body.at], names, self.hooked)

    # --- statements ---

    def execute(self, m: Machine, body: Sequence[ast.stmt]) -> Flow | None:
        """Run statements; what `with DAG(…)` encloses belongs to that DAG."""
        for statement in body:
            block = statement if isinstance(statement, ast.With | ast.AsyncWith) else None
            flow = self._with(m, block) if block is not None else execute(m, [statement])
            if flow is not None:
                return flow
        return None

    def _with(self, m: Machine, node: ast.With | ast.AsyncWith) -> Flow | None:
        before = len(self.stack)
        for item in node.items:
            value = m.evaluate(item.context_expr)
            dag = self._dag(m, value)
            if dag is not None:
                self.stack.append(dag)
            if item.optional_vars is not None:
                assign(m, item.optional_vars, entered(m, value))
        try:
            return m.execute(node.body)
        finally:
            del self.stack[before:]

    # --- calls ---

    def made(
        self,
        m: Machine,
        callee: v.Value,
        args: tuple[v.Value, ...],
        kwargs: Mapping[str, v.Value],
        node: ast.expr | None,
    ) -> v.Value | None:
        """What a call gives, where it makes a DAG or a task."""
        found = m.get(callee)
        if type(found) is v.Function:
            return self._function(m, found, args, kwargs)
        again = self._mapped(m, found, kwargs) if type(found) is v.Bound else None
        if again is not None:
            return again
        if type(found) is v.Bound and found.name in HOOK_METHODS:
            self.hooked.extend(told_to_hook(m, found.name, args, kwargs))
        if type(found) is v.Library and ".hooks." in found.path:
            return None  # the interpreter knows connections
        value = make(self.project, m, callee, args, kwargs, node)
        if value is None and "task_id" not in kwargs:
            return None
        made = self._plain(m, value, found, kwargs, node)
        if made.kind in _CLASSES and value is not None:
            self._add_dag(m.get(value), made)
        elif "task_id" in kwargs or made.kind == _GROUP:
            self._add_task(m, made, kwargs.get("dag"), None if value is None else m.get(value))
            self._add_body(m, kwargs.get("python_callable"), *_handed(m, kwargs))
        return value

    def _function(
        self, m: Machine, function: v.Function, args: tuple[v.Value, ...], kwargs: Mapping[str, v.Value]
    ) -> v.Value | None:
        """A call of a function that Airflow's decorators make a DAG or a task of; of any other nothing is said."""
        decorator = next(self._decorators(m, function), None)
        if decorator is None:
            return None
        name = getattr(function.node, "name", "")
        if decorator.kind == _DAG:
            dag = Dag(Made(_DAG, {"dag_id": name, **decorator.given}, decorator.path, decorator.line))
            self.found.dags.append(dag)
            self.stack.append(dag)
            try:
                return inline(m, function, args, kwargs)
            finally:
                self.stack.pop()
        if decorator.kind in _TASKS:
            task = Made(_TASK, {"task_id": name, **decorator.given}, decorator.path, decorator.line)
            self._add_task(m, task, None, None)
            self._add_body(m, function, args, kwargs)
            return m.unknown(f"{name}()", *args, *kwargs.values())
        return None

    def _decorators(self, m: Machine, function: v.Function) -> Iterator[Made]:
        """Airflow's decorators of a function, with what they are given; `task.virtualenv` is a `task`."""
        if isinstance(function.node, ast.Lambda):
            return
        scope, fragment = m.scope, m.fragment
        m.scope = function.scope
        m.enter(function.fragment)
        try:
            for node in function.node.decorator_list:
                called = m.get(m.evaluate(node.func if isinstance(node, ast.Call) else node))
                if isinstance(called, v.Library) and called.path.startswith("airflow."):
                    words = called.path.split(".")
                    kind = _TASK if words[-2] == _TASK and len(words) > 2 else words[-1]
                    given = plain(m, m.evaluate(node)) if isinstance(node, ast.Call) else None
                    yield Made(kind, given.given if isinstance(given, Made) else {}, m.path, node.lineno)
        finally:
            m.scope = scope
            m.enter(fragment)

    def _mapped(self, m: Machine, found: v.Value, kwargs: Mapping[str, v.Value]) -> v.Value | None:
        """`Operator.partial(…).expand(sql=…)` and `function.partial(…).expand(…)`: what a task is given once more."""
        if type(found) is not v.Bound or found.name not in (*_MADE, *_SETTLED):
            return None
        receiver = m.get(found.receiver)
        if isinstance(receiver, v.Function):
            return found.receiver if found.name in _SETTLED else self._function(m, receiver, (), {})
        known = self.tasks.get(id(receiver))
        if known is None:
            return None
        _, tasks, at = known
        task = tasks[at]
        more = {name: plain(m, value) for name, value in kwargs.items()}
        tasks[at] = Made(task.kind, {**task.given, **more}, task.path, task.line)
        return found.receiver

    def _plain(
        self, m: Machine, value: v.Value | None, found: v.Value, kwargs: Mapping[str, v.Value], node: ast.expr | None
    ) -> Made:
        """A call in plain values: of Airflow's own classes, and of any other that is given a `task_id`."""
        made = plain(m, value) if value is not None else None
        line = getattr(node, "lineno", None) if m.fragment.index == self.here else None
        if not isinstance(made, Made):
            given = {name: plain(m, item) for name, item in kwargs.items() if name != _DAG}
            return Made(_name_of(found), given, m.path, line)
        partial = made.kind == "partial" and isinstance(found, v.Library)
        return Made(found.path.split(".")[-2] if partial else made.kind, made.given, m.path, line)  # type: ignore[union-attr]

    def binary(self, m: Machine, node: ast.BinOp) -> v.Value:
        """`first & second` of assets is a condition on data as each of them is; `first >> second` of tasks gives the second."""
        left, right = m.evaluate(node.left), m.evaluate(node.right)
        if isinstance(node.op, ast.RShift | ast.LShift):
            self.orders.append((left, right))
            if id(m.get(left)) in self.tasks or id(m.get(right)) in self.tasks:
                return right
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            made = plain(m, left)
            if isinstance(made, Made) and made.kind.lower() in _ASSET:
                return left
        return m.alloc(binary(m, node.op, left, right, node))

    # --- what is kept ---

    def _dag(self, m: Machine, value: v.Value | None) -> Dag | None:
        known = self.by_object.get(id(m.get(value))) if value is not None else None
        return None if known is None else known[1]

    def _add_dag(self, value: v.Value, made: Made) -> None:
        dag = Dag(made)
        self.found.dags.append(dag)
        self.by_object[id(value)] = (value, dag)

    def _add_task(self, m: Machine, task: Made, given: v.Value | None, value: v.Value | None) -> None:
        dag = self._dag(m, given) or (self.stack[-1] if self.stack else None)
        tasks = self.found.loose if dag is None else dag.tasks
        tasks.append(task)
        self.last = tasks
        if value is not None:
            self.tasks[id(value)] = (value, tasks, len(tasks) - 1)

    def _add_body(
        self, m: Machine, given: v.Value | None, args: tuple[v.Value, ...], kwargs: Mapping[str, v.Value]
    ) -> None:
        """Remember the function of the task that was added last."""
        function = None if given is None else m.get(given)
        tasks = self.last
        if isinstance(function, v.Function) and tasks:
            self.bodies.append(Body(tasks, len(tasks) - 1, function, args, kwargs))

    def _join(self, m: Machine) -> None:
        """Tasks join the DAG of those that they are set before or after, if a file makes one DAG only that one."""
        loose = self.found.loose
        if len(self.found.dags) == 1:
            self.found.dags[0].tasks.extend(map(_joined, loose))
            loose.clear()
        changed = bool(loose)
        while changed:
            changed = False
            for ordered in self.orders:
                homes = [(task, self._home(m, task)) for side in ordered for task in _each(m, side)]
                home = next((tasks for _, tasks in homes if tasks is not None and tasks is not loose), None)
                for task, tasks in homes if home is not None else ():
                    if tasks is loose and home is not None:
                        self._move(m, task, home)
                        changed = True

    def _home(self, m: Machine, value: v.Value) -> list[Made] | None:
        known = self.tasks.get(id(m.get(value)))
        return None if known is None else known[1]

    def _move(self, m: Machine, value: v.Value, home: list[Made]) -> None:
        found, loose, at = self.tasks[id(m.get(value))]
        task = loose[at]
        loose[at] = Made("")  # positions stay
        self.tasks[id(found)] = (found, home, len(home))
        home.append(_joined(task))

    def _assets(self, m: Machine) -> Iterator[Made]:
        for function in m.defined:
            for decorator in self._decorators(m, function):
                if decorator.kind in _ASSET:
                    yield Made(
                        "asset", {"name": getattr(function.node, "name", ""), **decorator.given}, m.path, decorator.line
                    )


def _name_of(found: v.Value) -> str:
    if isinstance(found, v.Library):
        return found.path.rpartition(".")[2]
    return found.node.name if isinstance(found, v.Class) else ""


def _unwind(m: Machine, scope: Scope, fragment: Fragment) -> None:
    """Back to where a statement began."""
    m.scope = scope
    m.active.clear()
    m.returns.clear()
    m.enter(fragment)


def _handed(m: Machine, kwargs: Mapping[str, v.Value]) -> tuple[tuple[v.Value, ...], dict[str, v.Value]]:
    """What an operator hands to its function."""
    args, named = (m.get(kwargs.get(name, v.NONE)) for name in ("op_args", "op_kwargs"))
    pairs = named.items if isinstance(named, v.Dict) else ()
    return (
        tuple(args.items) if isinstance(args, v.Seq) else (),
        {str(key.value): item for key, item in pairs if isinstance(key, v.Const)},
    )


def _joined(task: Made) -> Made:
    """A task that joins a DAG later than it is made: it has none of the DAG's defaults."""
    return Made(task.kind, {"owner": "airflow", **task.given}, task.path, task.line)


def _each(m: Machine, value: v.Value) -> tuple[v.Value, ...]:
    """The values of a list, or the value itself."""
    found = m.get(value)
    return found.items if isinstance(found, v.Seq) else (value,)
