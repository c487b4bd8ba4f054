"""Abstract values: what the interpreter knows of a Python object. All immutable; what can be mutated lives in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.ir import Column, ColumnSet, Expression, Fragment, Name, Output, Relation

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterable

    from feasilint.ir import Frame as WindowFrame
    from feasilint.lower.python.scope import Scope


class Place(Struct, frozen=True, gc=False):
    """From `offset` on, a string's text was written by the literal `node` of a fragment, from its character `skip` on
    (of an f-string: counted over its constant parts); or it is that of the file `file`, which `node` reads."""

    offset: int
    fragment: Fragment
    node: ast.expr
    skip: int = 0
    file: str | None = None


class Const(Struct, frozen=True, eq=False, gc=False):
    """A constant: any immutable Python value, a datetime or an Interval. Text may hold `{parts}` that are not known."""

    value: object
    places: tuple[Place, ...] = ()

    def __eq__(self, other: object) -> bool:
        """Equal by value, wherever it is written."""
        return type(other) is Const and self.value == other.value

    def __ne__(self, other: object) -> bool:  # a struct does not take it from __eq__
        return not self == other

    def __hash__(self) -> int:
        return hash(self.value)


class Ref(Struct, frozen=True, gc=False):
    """A mutable object; the store says what it is now."""

    oid: int


class Seq(Struct, frozen=True):
    """A list, tuple or set. `open`: there may be more items than these."""

    items: tuple[Value, ...]
    kind: Literal["list", "tuple", "set"] = "list"
    open: bool = False


class Dict(Struct, frozen=True):
    """A dict. `open`: there may be more items than these; `missing` is called for the value of a key that is not there."""

    items: tuple[tuple[Value, Value], ...] = ()
    open: bool = False
    missing: Value | None = None

    @staticmethod
    def of(pairs: Iterable[tuple[Value, Value]], more: bool = False) -> Dict:
        """All of these, of equal keys the last one at its place: what `put` one by one gives, in one go."""
        made: dict[Value, Value] = {}
        for key, value in pairs:
            made.pop(key, None)
            made[key] = value
        return Dict(tuple(made.items()), more)

    def get(self, key: object) -> Value | None:
        """The value under a constant key."""
        return next((v for k, v in reversed(self.items) if isinstance(k, Const) and k.value == key), None)

    def put(self, key: Value, value: Value) -> Dict:
        kept = tuple(item for item in self.items if item[0] != key)
        return Dict((*kept, (key, value)), self.open, self.missing)


class Frame(Struct, frozen=True, gc=False):
    """A dataframe of any library at one moment, or a two-dimensional array.

    `index` names the columns that are the index: they are columns of the relation, but no data. `group`: the keys of the
    groups that a function of `groupby.apply` sees one at a time.
    """

    relation: Relation
    library: str = "pandas"
    index: tuple[Name, ...] = ()
    group: tuple[Output, ...] = ()


class Series(Struct, frozen=True, gc=False):
    """One value for each row of a relation. `owner`: the object of the store whose column it is, as it was read."""

    relation: Relation
    expression: Expression
    name: Name | None = None
    index: tuple[Name, ...] = ()
    group: tuple[Output, ...] = ()
    owner: int | None = None


class Scalar(Struct, frozen=True, gc=False):
    """A single value that the data, the clock or a parameter decides."""

    expression: Expression


class Row(Struct, frozen=True, gc=False):
    """One row of a frame, as functions of `apply(axis=1)`, `iterrows` and `itertuples` see it."""

    relation: Relation


class GroupBy(Struct, frozen=True, gc=False):
    """A frame by groups. `selected`: the chosen columns, `single` where one was chosen by a bare name."""

    frame: Frame
    keys: tuple[Output, ...]
    selected: tuple[Name, ...] | None = None
    single: bool = False
    as_index: bool = True
    series: Series | None = None
    buckets: bool = False
    order: tuple[Expression, ...] = ()


class Rolling(Struct, frozen=True, gc=False):
    """Rows around each row of `base`; `None` as a frame is exponential weighting over all earlier ones."""

    base: Frame | Series | GroupBy
    frame: WindowFrame
    order: tuple[Expression, ...] = ()
    weighted: bool = False
    selected: tuple[Name, ...] | None = None
    single: bool = False


class Columns(Struct, frozen=True, gc=False):
    """Names of columns as a value: `df.columns`, `df.select_dtypes(…).columns`, comprehensions over them."""

    columns: ColumnSet
    relation: Relation


class Element(Struct, frozen=True, gc=False):
    """Any one member of a set of column names: the variable of a loop over `df.columns`."""

    columns: Columns
    text: str


class Function(Struct, frozen=True):
    """A function or lambda with the scope that it was made in."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    scope: Scope
    fragment: Fragment
    defaults: tuple[tuple[str, Value], ...] = ()
    me: Value | None = None


class Class(Struct, frozen=True):
    """A class of the code with what its body binds."""

    node: ast.ClassDef
    scope: Scope
    fragment: Fragment
    members: tuple[tuple[str, Value], ...] = ()
    bases: tuple[Value, ...] = ()


class Instance(Struct, frozen=True):
    """An object of a class that the document defines."""

    of: Class
    fields: tuple[tuple[str, Value], ...] = ()

    def get(self, name: str) -> Value | None:
        return next((value for field_name, value in self.fields if field_name == name), None)

    def put(self, name: str, value: Value) -> Instance:
        return Instance(self.of, (*(f for f in self.fields if f[0] != name), (name, value)))


class Library(Struct, frozen=True, gc=False):
    """A module, function or class of a library by its dotted path."""

    path: str


class Handle(Struct, frozen=True):
    """An object of a library whose kind decides what its methods do: a client, a query, a reader, an accessor.

    `parts` are the values that it holds, by name.
    """

    kind: str
    parts: tuple[tuple[str, Value], ...] = ()

    def get(self, name: str) -> Value | None:
        return next((value for part, value in reversed(self.parts) if part == name), None)

    def put(self, name: str, value: Value) -> Handle:
        return Handle(self.kind, (*(p for p in self.parts if p[0] != name), (name, value)))


class Estimator(Struct, frozen=True):
    """A model or transformer by the name that it is written with. `steps` of a pipeline, `learned` from a fit."""

    name: str
    transformer: bool = False
    steps: tuple[Value, ...] = ()
    columns: tuple[tuple[Value, Value], ...] = ()
    options: tuple[tuple[str, Value], ...] = ()
    learned: ColumnSet | None = None

    def option(self, *names: str) -> Value | None:
        return next((value for name, value in self.options if name in names), None)


class Bound(Struct, frozen=True):
    """A method with its receiver."""

    receiver: Value
    name: str


class Lazy(Struct, frozen=True):
    """A column expression that is not bound to a frame yet (polars, PySpark): an operator over such expressions.

    `op`: column, columns, literal, call, measure, over, alias, shift, case. `text` is the name or function.
    """

    op: str
    text: str = ""
    args: tuple[Value, ...] = ()
    parts: tuple[tuple[str, Value], ...] = ()
    node: ast.expr | None = None
    fragment: Fragment | None = None

    def get(self, name: str) -> Value | None:
        return next((value for part, value in self.parts if part == name), None)


class Step(Struct, frozen=True, gc=False):
    """A call that could not be read: as it is written, where, and of which library where it is no code of the project, by its
    dotted path where it is a function of it."""

    text: str
    node: ast.expr | None = None
    fragment: Fragment | None = None
    library: str = ""
    path: str = ""


def attached(oid: int, name: str) -> str:
    """The name in the module's scope for an attribute that code has put on a frame."""
    return f"<{oid}>.{name}"


ARGUMENT = "argument "
"""How the text of a value begins that only who calls the code knows."""


class Unknown(Struct, frozen=True, gc=False):
    """Something that could not be read, and all that it may depend on. Used as a frame it becomes one: `oid` is its
    place in the store. `source`: it is what its only relation, a source, holds. `made`: the code fills or draws it, no data
    goes in. `step`: the call that it comes from."""

    text: str
    oid: int
    inputs: tuple[Expression, ...] = ()
    relations: tuple[Relation, ...] = ()
    source: bool = False
    made: bool = False
    step: Step | None = None


Value: TypeAlias = (
    Const | Ref | Seq | Dict | Frame | Series | Scalar | Row | GroupBy | Rolling | Columns | Element | Function | Class
    | Instance | Library | Handle | Estimator | Bound | Lazy | Unknown
)  # fmt: skip

NONE = Const(None)

NUMBER = "i"
"""What a number is called that counts something: the variable of a loop over `range(len(df))`."""

MUTABLE = frozenset((Frame, Dict, Instance, Estimator, Seq))


def name_of(expression: Expression) -> Name | None:
    """The name of a plain column reference."""
    return expression.name if isinstance(expression, Column) else None
