"""The state of one interpretation: names, objects, the present fragment, and what is emitted on the way."""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from msgspec import Struct, field

from feasilint.ir import (
    AllOf,
    Column,
    Derive,
    Hole,
    Inline,
    Interval,
    Literal,
    Opaque,
    Output,
    Pivot,
    Relation,
    Scan,
    Source,
)
from feasilint.lower.python.columns import header, holes, known
from feasilint.lower.python.nodes import NodeIndex
from feasilint.lower.python.scope import Scope, State, Store
from feasilint.lower.python.values import (
    MUTABLE,
    NONE,
    Bound,
    Columns,
    Const,
    Dict,
    Element,
    Frame,
    Function,
    GroupBy,
    Handle,
    Instance,
    Lazy,
    Library,
    Ref,
    Rolling,
    Row,
    Scalar,
    Seq,
    Series,
    Step,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from feasilint.ir import Expression, Fragment, Origin, Sink, Span
    from feasilint.ir.expressions import Value as LiteralValue
    from feasilint.lower.builder import Builder
    from feasilint.lower.options import Options

R = TypeVar("R", bound=Relation)

STEPS = 120_000
"""Evaluated nodes and executed statements per document."""
DEPTH = 5
"""Nested calls that are inlined."""
RELATIONS = 6_000
_DEEP = 4  # lists in lists whose items an unknown value may depend on


class BudgetError(Exception):
    """The document takes more steps than it may."""


Evaluators: TypeAlias = "Mapping[type[ast.expr], Callable[..., Value]]"
Executor: TypeAlias = "Callable[[Machine, Sequence[ast.stmt]], Flow | None]"
Caller: TypeAlias = "Callable[[Machine, Value, tuple[Value, ...], Mapping[str, Value], ast.expr | None], Value]"


class Flow(Struct):
    """How a block ends early: `return` (with its value), `break`, `continue` or `raise`."""

    kind: str
    value: Value = NONE


class Machine(Struct, eq=False):
    """One interpretation of one document. Evaluation and execution are handed in, so that transfer functions can use
    them without knowing the syntax."""

    builder: Builder
    options: Options
    evaluators: Evaluators
    executor: Executor
    caller: Caller
    scope: Scope = field(default_factory=Scope)
    store: Store = field(default_factory=Store)
    views: dict[str, Relation] = field(default_factory=dict)
    indexes: dict[int, NodeIndex] = field(default_factory=dict)
    active: list[ast.AST] = field(default_factory=list)
    called: set[ast.AST] = field(default_factory=set)
    returns: list[list[Value]] = field(default_factory=list)
    yields: list[list[Value]] = field(default_factory=list)
    defined: list[Function] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    modules: dict[str, Scope] = field(default_factory=dict)
    named: dict[str, Value] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    aliases: dict[str, Relation] = field(default_factory=dict)
    folders: dict[str, str] = field(default_factory=dict)
    fetched: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, Value] = field(default_factory=dict)
    roots: list[str] = field(default_factory=list)
    own: frozenset[str] | None = None
    here: str = ""
    site: tuple[int, int, int] = (1, 1, 1)
    nested: int = 0
    foreign: bool = False
    uncalled: bool = False
    last: Value | None = None
    path: str = ""
    text: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)
    steps: int = 0
    made: int = 0
    serial: int = 0
    _fragment: Fragment | None = None

    # --- syntax ---

    def evaluate(self, node: ast.expr) -> Value:
        self.steps += 1  # as `step` does, once for every node
        if self.steps > STEPS:
            raise BudgetError(f"more than {STEPS} steps")
        evaluator = self.evaluators.get(type(node))
        return evaluator(self, node) if evaluator is not None else self.unknown(type(node).__name__.lower())

    def execute(self, body: Sequence[ast.stmt]) -> Flow | None:
        return self.executor(self, body)

    def call(self, callee: Value, args: tuple[Value, ...], kwargs: Mapping[str, Value], node: ast.expr | None) -> Value:
        """What calling a value gives."""
        self.step()
        return self.caller(self, callee, args, kwargs, node)

    def step(self) -> None:
        self.steps += 1
        if self.steps > STEPS:
            raise BudgetError(f"more than {STEPS} steps")

    @property
    def fragment(self) -> Fragment:
        assert self._fragment is not None
        return self._fragment

    def enter(self, fragment: Fragment, tree: ast.AST | None = None) -> None:
        """Go on in this fragment; `tree` when it is new."""
        self._fragment = fragment
        if tree is not None:
            self.indexes[fragment.index] = NodeIndex(tree, fragment.text)

    def origin(self, node: ast.expr | ast.stmt | None, fragment: Fragment | None = None) -> Origin | None:
        """The origin of a node of a fragment, the present one if none is given."""
        if node is None or self.foreign or not hasattr(node, "lineno"):
            return None
        fragment = fragment if fragment is not None else self.fragment
        index = self.indexes[fragment.index]
        found = index.origins.get(node)
        if found is None:
            start, end = index.place(node)
            found = index.origins[node] = self.builder.origin(fragment, index.number(node), start, end)
        return found

    def span(self, node: ast.expr | ast.stmt) -> Span | None:
        """Where a node stands; its number is not needed for that."""
        if self.foreign:
            return None
        return self.fragment.span(*self.indexes[self.fragment.index].place(node))

    # --- objects ---

    def alloc(self, value: Value) -> Value:
        """A place in the store for a mutable value; others are returned as they are."""
        if type(value) not in MUTABLE or (type(value) is Seq and value.kind == "tuple"):
            return value
        return Ref(self.store.add(value))

    def get(self, value: Value) -> Value:
        """What a reference stands for now."""
        if type(value) is Ref:  # values have no subclasses, and nothing is asked more often
            return self.store.objects.get(value.oid, NONE)
        if type(value) is Unknown:
            return self.store.objects.get(value.oid, value)
        return value

    def set(self, target: Value, value: Value) -> None:
        """Change an object; a value that is no object cannot be changed."""
        if isinstance(target, Ref | Unknown):
            self.store.objects[target.oid] = value

    def unknown(self, text: str, *parts: Value) -> Unknown:
        """A value that depends on all of these in a way that is not known."""
        inputs: dict[Expression, None] = {}
        relations: dict[Relation, None] = {}
        steps: list[Step] = []
        for part in parts:
            self._origins(part, inputs, relations, steps, 0)
        step = next((one for one in steps if not one.library), steps[0]) if steps else None
        return Unknown(text[:80], self.store.fresh(), tuple(inputs), tuple(relations), step=step)

    def _origins(
        self,
        value: Value,
        inputs: dict[Expression, None],
        relations: dict[Relation, None],
        steps: list[Step],
        deep: int,
    ) -> None:
        value = self.get(value)
        if type(value) in _WITHOUT:
            return
        if (parts := _PARTS.get(type(value))) is not None:
            for part in parts(value) if deep < _DEEP else ():
                if type(part) not in _WITHOUT:
                    self._origins(part, inputs, relations, steps, deep + 1)
            return
        match value:
            case Unknown():
                if value.step is not None:
                    steps.append(value.step)
                if value.inputs or value.relations:
                    inputs.update(dict.fromkeys(value.inputs))
                    relations.update(dict.fromkeys(value.relations))
            case Series(expression=expression) | Scalar(expression=expression):
                inputs[expression] = None
            case Frame(relation=relation) | Row(relation=relation):
                relations[relation] = None

    def frame(self, value: Value) -> Frame | None:
        """A value as a frame; what is unknown becomes one when it is used as one."""
        found = self.get(value)
        if isinstance(found, Frame):
            return found
        if isinstance(found, Unknown):
            return self.promote(found)
        if isinstance(found, Series):
            return self.series_frame(found)
        return None

    def promote(self, value: Unknown, library: str = "pandas") -> Frame:
        if value.source:
            self.store.objects[value.oid] = known_frame = Frame(value.relations[0], library)
            return known_frame
        if value.made:
            drawn = Frame(self.add(Pivot(self.add(Inline()), (), (), (), (), True)), "array")
            self.store.objects[value.oid] = drawn
            return drawn
        if value.relations:
            self.builder.diagnose("opaque", f"`{value.text}` is not understood: its lineage is approximate")
        frame = Frame(self.add(self.unread(value)), library)
        self.store.objects[value.oid] = frame
        return frame

    def unread(self, value: Unknown, node: ast.expr | None = None) -> Relation:
        """What could not be read as rows: what a library's function makes of nothing is a source. `node`: where it is used."""
        step = value.step if value.step is not None else Step(value.text, node)
        origin = self.origin(step.node, step.fragment)
        if step.path and not (value.relations or value.inputs):
            return Scan(Source(step.path, "file"), None, origin)
        known = value.step is None
        return Opaque(value.relations, step.text, value.inputs, origin, step.library, known)

    def series_frame(self, series: Series, name: str | None = None) -> Frame:
        """A series as a frame of one column, beside its index."""
        label = name if name is not None else series.name if series.name is not None else "0"
        keys = tuple(Output(key, Column(series.relation, key)) for key in series.index if key != label)
        made = self.add(
            Derive(series.relation, (*keys, Output(label, series.expression)), origin_of(series.expression))
        )
        return Frame(made, "pandas", series.index, series.group)

    def add(self, relation: R) -> R:
        self.made += 1
        if self.made > RELATIONS:
            raise BudgetError(f"more than {RELATIONS} relations")
        self.builder.add(relation)
        header(relation)
        holes(relation)
        return relation

    def sink(self, sink: Sink) -> None:
        """Register a sink, unless it belongs to a file that is only run on the way."""
        if not self.nested:
            self.builder.sink(sink)

    def fresh(self, word: str = "m") -> str:
        """A column name that no code uses."""
        self.serial += 1
        return f"_{word}{self.serial}"

    # --- expressions ---

    def expression(self, value: Value, node: ast.expr | None = None) -> Expression:
        """A value as an expression of the IR."""
        value = self.get(value)
        match value:
            case Const():
                return Literal(literal(value.value), self.origin(node))
            case Series(expression=expression) | Scalar(expression=expression):
                return expression
            case Seq(items=(Scalar(expression=expression),), open=True):  # one by one of a column
                return expression
            case Element(text=text):
                return Hole(text)
            case Library(path=path):
                return Literal(path.rsplit(".", 1)[-1])
            case Frame(relation=relation):
                return self.whole(relation)
            case _:
                unknown = value if isinstance(value, Unknown) else self.unknown(text_of(value), value)
                extra = tuple(self.whole(relation) for relation in unknown.relations)
                step = unknown.step if unknown.step is not None else Step(unknown.text, node)
                origin = self.origin(step.node, step.fragment)
                unread = unknown.step is not None
                text = step.text if unread else unknown.text
                return Hole(text, (*unknown.inputs, *extra), origin, step.library, unread)

    def whole(self, relation: Relation) -> Expression:
        """A frame where a value is wanted: its only column, else any of them."""
        names = known(AllOf(relation))
        if names is not None and len(names) == 1:
            return Column(relation, names[0])
        return Column(self.add(Opaque((relation,), "any of its columns", mixes=True)), "{any}")

    # --- branches ---

    def state(self, since: State | None = None) -> State:
        return State(self.scope, self.store, since)

    def forget(self) -> None:
        """Let go of functions and their scopes, which hold each other and all syntax: no search for garbage is needed then."""
        for scope in (self.scope.globals, *(function.scope for function in self.defined)):
            scope.names.clear()
        self.store.objects.clear()


def origin_of(expression: Expression) -> Origin | None:
    return expression.origin


def literal(value: object) -> LiteralValue:
    """A Python constant as one of the IR."""
    if value is None or isinstance(value, str | int | float | bool | datetime | Interval):
        return value
    return str(value)


def text_of(value: Value) -> str:
    """A value as it would be written into a hole."""
    match value:
        case Const(value=constant):
            return str(constant)
        case Unknown(text=text) | Element(text=text):
            return text
        case Series(name=name) if name is not None:
            return str(name)
        case _:
            return _WORDS.get(type(value)) or type(value).__name__.lower()


_WORDS: dict[type[Value], str] = {
    Seq: "a list", Dict: "a dict", Handle: "an object", Instance: "an object", Columns: "names of columns", GroupBy: "groups",
    Rolling: "a window", Function: "a function",
}  # fmt: skip
"""How a value is called where no name of it is known."""


_WITHOUT: frozenset[type[Value]] = frozenset((Const, Library, Function))
"""The values that depend on nothing that is read."""
_PARTS: dict[type[Value], Callable[[Any], Iterable[Value]]] = {
    Seq: attrgetter("items"),
    Dict: lambda found: [part for pair in found.items for part in pair],
    Handle: lambda found: [part for _, part in found.parts],
    Instance: lambda found: [part for _, part in found.fields],
    GroupBy: lambda found: (found.frame,),
    Rolling: lambda found: (found.base,),
    Columns: lambda found: (Row(found.relation),),
    Bound: lambda found: (found.receiver,),
    Lazy: lambda found: (*found.args, *(part for _, part in found.parts)),
}
"""The values that a value is made of, by its kind."""
