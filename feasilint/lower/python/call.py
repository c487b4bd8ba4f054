"""One call as transfer functions see it, and the tables that they are found in."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.libraries import gives_data, is_library

if TYPE_CHECKING:
    import ast
    from collections.abc import Callable, Mapping

    from feasilint.ir import Expression, Name, Origin
    from feasilint.lower.python.machine import Machine

Transfer: TypeAlias = "Callable[[Call], v.Value | None]"
"""What a call gives; None: it is not understood, the result depends on everything."""
Table: TypeAlias = "Mapping[str, Transfer]"


class Call(Struct):
    """A call (or the reading of a property) with evaluated receiver and arguments.

    `target` is the receiver as an object that can be changed, `receiver` what it is now. `starred`: more arguments came from
    an unknown `*args` or `**kwargs`.
    """

    m: Machine
    name: str
    node: ast.expr | None
    target: v.Value = v.NONE
    receiver: v.Value = v.NONE
    args: tuple[v.Value, ...] = ()
    kwargs: Mapping[str, v.Value] = field(default_factory=dict)
    starred: bool = False

    # --- arguments ---

    def arg(self, at: int | None, name: str | None = None) -> v.Value | None:
        """An argument by position or name."""
        if name is not None and name in self.kwargs:
            return self.kwargs[name]
        return self.args[at] if at is not None and at < len(self.args) else None

    def got(self, at: int | None, name: str | None = None) -> v.Value | None:
        """The same, as it is now."""
        value = self.arg(at, name)
        return None if value is None else self.m.get(value)

    def const(self, at: int | None, name: str | None = None, default: object = None) -> object:
        """A constant argument, else the default."""
        value = self.got(at, name)
        return value.value if isinstance(value, v.Const) else default

    def flag(self, name: str, default: bool = False, at: int | None = None) -> bool:
        value = self.const(at, name, default)
        return bool(value)

    def text(self, at: int | None, name: str | None = None) -> str | None:
        value = self.const(at, name)
        return value if isinstance(value, str) else None

    def names(self, at: int | None, name: str | None = None) -> tuple[Name, ...] | None:
        """Column names: a string, a list or tuple of them, or a known column set. None if not given or not known."""
        value = self.arg(at, name)
        return None if value is None else names_of(self.m, value)

    def frame(self, at: int | None, name: str | None = None) -> v.Frame | None:
        value = self.arg(at, name)
        return None if value is None else self.m.frame(value)

    def expression(self, value: v.Value) -> Expression:
        return self.m.expression(value, self.node)

    @property
    def values(self) -> tuple[v.Value, ...]:
        return (*self.args, *self.kwargs.values()) if self.kwargs else self.args

    # --- results ---

    @property
    def origin(self) -> Origin | None:
        return self.m.origin(self.node)

    def unknown(self, text: str | None = None) -> v.Unknown:
        """A result that depends on the receiver and every argument, of a call that is known."""
        return self.m.unknown(text or self.name, self.target, *self.values)

    def not_read(self, made: v.Unknown, library: str = "") -> v.Unknown:
        """What this call gives, said to be from here, or from the unread call that gave its receiver or a library's arguments."""
        receiver = self.receiver
        if type(receiver) is v.Unknown and receiver.step is not None:
            return replace(made, step=receiver.step)
        if library and made.step is not None:
            return made
        node = None if self.m.foreign else self.node
        path = self.name if self.target is v.NONE and library and gives_data(library) else ""
        return replace(made, step=v.Step(made.text, node, self.m.fragment, library, path))

    def at(self, **changed: object) -> Call:
        """The same call with something else in it."""
        return replace(self, **changed)

    def result(self, value: v.Value) -> v.Value:
        """The value, or with inplace=True the change of the receiver to it."""
        if self.flag("inplace"):
            self.m.set(self.target, value)
            return v.NONE
        return value


def names_of(m: Machine, value: v.Value) -> tuple[Name, ...] | None:
    """The column names that a value lists."""
    value = m.get(value)
    match value:
        case v.Const(value=str(text)):
            return (text,)
        case v.Const(value=int() | float() as number):
            return (str(number),)
        case v.Element(text=text):
            return (f"{{{text}}}",)
        case v.Unknown(text=text, inputs=(), relations=()):
            return (f"{{{text}}}",)
        case v.Columns(columns=columns):
            return known(columns)
        case v.Seq(items=items, open=False):
            if any(type(m.get(item)) is v.Element for item in items):  # any number of names
                return None
            found = [name_of(m, item) for item in items]
            return None if None in found else tuple(name for name in found if name is not None)
        case v.Dict(items=pairs, open=False):
            return names_of(m, v.Seq(tuple(key for key, _ in pairs)))
        case _:
            return None


def name_of(m: Machine, value: v.Value) -> Name | None:
    """One column name; a tuple of them under a multi-index."""
    value = m.get(value)
    if type(value) is v.Const and type(value.value) is str:
        return value.value
    if isinstance(value, v.Seq) and value.kind == "tuple":
        parts = [name_of(m, item) for item in value.items]
        return tuple(str(part) for part in parts) if None not in parts else None
    names = None if isinstance(value, v.Seq | v.Columns) else names_of(m, value)
    return names[0] if names else None


def kind_of(value: v.Value) -> str:
    """The kind of receiver that a value is: the key into the tables of methods."""
    kind = _KINDS.get(type(value))
    return kind(value) if kind is not None else type(value).__name__.lower()


_ENGINES = {"polars.lazy": "polars", "spark": "PySpark", "snowpark": "Snowpark", "array": "numpy", "duckdb": "DuckDB"}

_OF_PANDAS = frozenset((v.Series, v.GroupBy, v.Rolling))
_OF_PYTHON = frozenset((v.Const, v.Seq, v.Dict, v.Scalar, v.Row, v.Columns, v.Element))


def library_of(receiver: v.Value, path: str) -> str:
    """Whose a method of this receiver is, or the function of this path; empty where it may be code of the project."""
    if type(receiver) is v.Frame:
        return _ENGINES.get(receiver.library, receiver.library)
    if type(receiver) in _OF_PANDAS:
        return "pandas"
    if type(receiver) in _OF_PYTHON and receiver is not v.NONE:
        return "Python"
    if type(receiver) is v.Estimator:
        return receiver.name.partition(".")[0] if "." in receiver.name else "this library"
    if type(receiver) is v.Handle:
        return "" if receiver.kind == "module" else "this library"
    if type(receiver) is v.Instance:  # what a class of the project does not define its base does
        roots = (base.path.partition(".")[0] for base in receiver.of.bases if isinstance(base, v.Library))
        return next(filter(is_library, roots), "")
    if path and "." not in path and (type(receiver) is v.Unknown or receiver is v.NONE):
        return "this library"
    root, dot, _ = path.partition(".")
    return root if dot and is_library(root) else ""


_KINDS: dict[type[v.Value], Callable[[Any], str]] = {
    v.Frame: attrgetter("library"),
    v.Handle: attrgetter("kind"),
    v.Library: attrgetter("path"),
    v.Estimator: lambda found: "transformer" if found.transformer else "estimator",
    v.Const: lambda found: "text" if isinstance(found.value, str) else "number",
    v.Seq: lambda _: "list",
}
