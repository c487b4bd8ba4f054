"""Calls: whom they reach, by the kind of the receiver, and what becomes of those that nobody knows."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column, Hole
from feasilint.lower.python import values as v
from feasilint.lower.python.attributes import class_member
from feasilint.lower.python.call import Call, kind_of, library_of
from feasilint.lower.python.functions import inline
from feasilint.lower.python.modules import is_elsewhere
from feasilint.lower.python.operators import elementwise
from feasilint.lower.python.strings import spell
from feasilint.lower.python.tables import FRAME_ARGUMENTS, FRAMELIKE, function, method
from feasilint.lower.python.transfers.loading import guessed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.lower.python.call import Transfer
    from feasilint.lower.python.machine import Machine


def evaluate_call(m: Machine, node: ast.Call) -> v.Value:
    """The value of a call."""
    callee = m.evaluate(node.func)
    args, kwargs, starred = arguments(m, node)
    return call(m, callee, args, kwargs, node, starred)


def arguments(m: Machine, node: ast.Call) -> tuple[tuple[v.Value, ...], dict[str, v.Value], bool]:
    """What a call is given, and whether more came from an unknown `*args` or `**kwargs`."""
    args: list[v.Value] = []
    kwargs: dict[str, v.Value] = {}
    starred = False
    for argument in node.args:
        starred |= _positional(m, argument, args)
    for keyword in node.keywords:
        starred |= _keyword(m, keyword, kwargs)
    return tuple(args), kwargs, starred


def _positional(m: Machine, node: ast.expr, args: list[v.Value]) -> bool:
    if type(node) is not ast.Starred:
        args.append(m.evaluate(node))
        return False
    inner = m.get(m.evaluate(node.value))
    args.extend(inner.items if isinstance(inner, v.Seq) else (inner,))
    return not isinstance(inner, v.Seq) or inner.open


def _keyword(m: Machine, keyword: ast.keyword, kwargs: dict[str, v.Value]) -> bool:
    value = m.evaluate(keyword.value)
    if keyword.arg is not None:
        kwargs[keyword.arg] = value
        return False
    inner = m.get(value)
    if isinstance(inner, v.Dict):
        kwargs.update({str(key.value): item for key, item in inner.items if isinstance(key, v.Const)})
        return inner.open
    kwargs.setdefault("**", value)
    return True


def call(
    m: Machine,
    callee: v.Value,
    args: tuple[v.Value, ...],
    kwargs: Mapping[str, v.Value],
    node: ast.expr | None,
    starred: bool = False,
) -> v.Value:
    """The value of calling `callee`; objects that it makes get a place in the store."""
    found = m.get(callee)
    if type(found) is v.Function:
        return inline(m, found, args, kwargs)
    if type(found) is v.Class:
        return _instantiate(m, found, args, kwargs)
    if type(found) is v.Library:
        return m.alloc(_library(Call(m, found.path, node, v.NONE, v.NONE, args, kwargs, starred)))
    if type(found) in _CALLABLE:
        found = v.Bound(callee, "__call__")
    if type(found) is v.Bound:
        receiver = m.get(found.receiver)
        return m.alloc(_method(Call(m, found.name, node, found.receiver, receiver, args, kwargs, starred)))
    return m.alloc(_unresolved(Call(m, "", node, v.NONE, v.NONE, args, kwargs, starred), callee))


_CALLABLE = frozenset((v.Handle, v.Instance, v.Estimator))
"""The objects that can be called, by their method `__call__`."""


def _word(site: Call) -> str:
    """A call as it is told: with its argument where that is all it says, the name of a file."""
    if not isinstance(site.node, ast.Call):
        return "call"
    given = site.m.get(site.args[0]) if len(site.args) == 1 and not site.kwargs else None
    name = given.value if isinstance(given, v.Const) else None
    return f"{spell(site.node.func)}('{name}')" if _FILE.fullmatch(str(name)) else f"{spell(site.node.func)}()"


_FILE = re.compile(r"[\w./-]{1,60}\.\w{2,8}")
_OF_MAPPINGS = ("items", "keys", "values", "copy")
"""Methods whose value holds what their object does."""


def _unresolved(site: Call, callee: v.Value) -> v.Value:
    """A call of something unknown: of column expressions it is one, too."""
    values = [site.m.get(value) for value in site.values]
    if v.Lazy in map(type, values):
        return elementwise(site.m, _word(site), tuple(values), site.node)
    name = spell(site.node.func) if isinstance(site.node, ast.Call) else "call"
    made = guessed(site.at(name=name))
    found = site.m.get(callee)
    if made is None and not site.values and (isinstance(found, v.Scalar) or _computed(found)):
        return found  # `t.weekday()`: a part of a date that is an attribute elsewhere
    owner = v.Row(found.relation) if isinstance(found, v.Series) else callee  # no column is called: it is a method
    if made is not None:
        return made
    library = _owner(site.m, found)
    if isinstance(found, v.Unknown) and found.step is not None:
        site = site.at(receiver=found)  # an object that an unread call gave
    elif not site.values and name.rpartition(".")[2] in _OF_MAPPINGS:
        library = "pandas"  # of `frame.to_dict()`
    return site.not_read(site.m.unknown(_word(site), owner, *site.values), library)


def _owner(m: Machine, found: v.Value) -> str:
    """Whose a function is that nobody knows: of the libraries all of whose names were imported, where there are no others."""
    if isinstance(found, v.Lazy):
        return "this library"  # `df.rdd.map(f)`: no column of a frame is called, it is a method
    if isinstance(found, v.Unknown) and m.stars:
        roots = [module.partition(".")[0] for module in m.stars]
        return roots[-1] if all(is_elsewhere(m, root) for root in roots) else ""
    return library_of(found, "")


def _elsewhere(m: Machine, path: str) -> str:
    """The package of a function that is neither in the project nor in a library that is known."""
    root, dot, _ = path.partition(".")
    return root if dot and is_elsewhere(m, root) else ""


def _computed(found: v.Value) -> bool:
    """Whether a value is made of columns, and no column itself."""
    return isinstance(found, v.Series) and not isinstance(found.expression, Column | Hole)


def _library(site: Call) -> v.Value:
    transfer = function(site.name)
    made = transfer(site) if transfer is not None else guessed(site)
    return made if made is not None else opaque(site)


def _method(site: Call) -> v.Value:
    m, name, receiver = site.m, site.name, site.receiver
    if type(receiver) is v.Unknown and (name in FRAMELIKE or _of_frame(site)):
        site = site.at(receiver=m.promote(receiver))
    transfer = method(kind_of(site.receiver), name)
    if transfer is None and type(site.receiver) is v.Frame:
        site, transfer = _of_engine(site, name)
    if type(receiver) is v.Instance:
        member = class_member(m, receiver.of, name)
        if isinstance(member, v.Function):
            return inline(
                m,
                v.Function(member.node, member.scope, member.fragment, member.defaults, site.target),
                site.args,
                site.kwargs,
            )
    transfer = transfer or method("any", name)
    made = transfer(site) if transfer is not None else None
    return made if made is not None else opaque(site)


def _of_frame(site: Call) -> bool:
    """Whether the arguments of a method say that its receiver is a dataframe."""
    words = FRAME_ARGUMENTS.get(site.name)
    if words is None:
        return False
    return not words.isdisjoint(site.kwargs) or (site.name == "replace" and isinstance(site.got(0), v.Dict))


def _of_engine(site: Call, name: str) -> tuple[Call, Transfer | None]:
    """A frame of which only the method says whose it is: `with_columns` is polars, `withColumn` Spark."""
    assert isinstance(site.receiver, v.Frame)
    for library in ("polars", "spark"):
        transfer = method(library, name)
        if transfer is not None:
            return site.at(receiver=replace(site.receiver, library=library)), transfer
    return site, None


def opaque(site: Call) -> v.Value:
    """What an unknown call gives: a value that depends on everything it was given, row by row where that is a column."""
    receiver = site.receiver
    if type(receiver) in _ROW_BY_ROW:
        return elementwise(site.m, site.name, (receiver, *site.values), site.node)
    if type(receiver) is v.Const:
        values = tuple(map(site.m.get, site.values))
        data = [type(value) for value in values if type(value) is v.Series or type(value) is v.Frame]
        if data == [v.Series]:
            return elementwise(site.m, site.name.rsplit(".", 1)[-1], values, site.node)
    while type(receiver) is v.Bound:  # `data.schema.remove()`: of a member that nobody knows it is that of its owner
        receiver = site.m.get(receiver.receiver)
    made = site.m.unknown(_word(site), site.target, *site.values)
    library = library_of(receiver, site.name) or _elsewhere(site.m, site.name)
    library = library or ("pandas" if not site.values and site.name in _OF_MAPPINGS else "")
    return site.at(receiver=receiver).not_read(made, library)


_ROW_BY_ROW = frozenset((v.Series, v.Scalar, v.Lazy))


def _instantiate(m: Machine, owner: v.Class, args: tuple[v.Value, ...], kwargs: Mapping[str, v.Value]) -> v.Value:
    made = m.alloc(v.Instance(owner))
    constructor = class_member(m, owner, "__init__")
    if isinstance(constructor, v.Function):
        inline(
            m,
            v.Function(constructor.node, constructor.scope, constructor.fragment, constructor.defaults, made),
            args,
            kwargs,
        )
    elif _is_record(owner):
        _fill(m, made, owner, args, kwargs)
    return made


def _is_record(owner: v.Class) -> bool:
    bases = {spell(base).rsplit(".", 1)[-1] for base in owner.node.bases}
    return not _RECORDS.isdisjoint(bases) or any(
        word in spell(decorator) for decorator in owner.node.decorator_list for word in ("dataclass", "attr", "define")
    )


_RECORDS = frozenset(("NamedTuple", "BaseModel", "BaseSettings", "SQLModel", "Struct"))
"""Classes whose subclasses are made of their annotated fields."""


def _fill(m: Machine, made: v.Value, owner: v.Class, args: tuple[v.Value, ...], kwargs: Mapping[str, v.Value]) -> None:
    names = [s.target.id for s in owner.node.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
    for name, value in (*zip(names, args, strict=False), *kwargs.items()):
        instance = m.get(made)
        if isinstance(instance, v.Instance):
            m.set(made, instance.put(name, value))
