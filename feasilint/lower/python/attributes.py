"""Reading `x.name`: a property, a method, a column, a field or a member of a library."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Column
from feasilint.lower.python import values as v
from feasilint.lower.python.call import Call as CallSite
from feasilint.lower.python.call import kind_of, library_of
from feasilint.lower.python.spelling import unparse
from feasilint.lower.python.tables import FRAMELIKE, method, of_engine, property_of

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine


def read_attribute(m: Machine, target: v.Value, name: str, node: ast.expr | None) -> v.Value:
    """The value of an attribute."""
    receiver = m.get(target)
    if type(receiver) is v.Library:
        return _member(m, receiver, name)
    kind = kind_of(receiver)
    found = property_of(kind, name)
    if found is not None:
        made = found(CallSite(m, name, node, target, receiver))
        if made is not None:
            return m.alloc(made)
    if type(receiver) is v.Instance or type(receiver) is v.Class:
        return _field(m, target, receiver, name)
    if method(kind, name) is not None or (type(receiver) is v.Frame and name in FRAMELIKE):
        return v.Bound(target, name)
    return _other(m, target, receiver, name, node)


def _member(m: Machine, library: v.Library, name: str) -> v.Value:
    path = f"{library.path}.{name}"
    bound = m.scope.globals.names.get(path)
    if bound is not None:
        return bound
    found = property_of(library.path, name)  # of an object that stands under a library's name: `pl.col.amount`
    made = found(CallSite(m, name, None)) if found is not None else None
    return made if made is not None else library_value(m, path)


def library_value(m: Machine, path: str) -> v.Value:
    """What a library's name stands for: an object of it that is known, else the name."""
    found = property_of("library", path)
    made = found(CallSite(m, path, None)) if found is not None else None
    return made if made is not None else v.Library(path)


def _field(m: Machine, target: v.Value, receiver: v.Instance | v.Class, name: str) -> v.Value:
    owner = receiver.of if isinstance(receiver, v.Instance) else receiver
    if isinstance(receiver, v.Instance):
        value = receiver.get(name)
        if value is not None:
            return value
    member = class_member(m, owner, name)
    if member is None:
        inherited = method("instance", name) is not None or library_of(v.Instance(owner), name)
        return v.Bound(target, name) if inherited else m.unknown(f"{owner.node.name}.{name}")
    if isinstance(member, v.Function):
        return _bound_function(m, member, target, owner if isinstance(receiver, v.Class) else None)
    return member


def _bound_function(m: Machine, member: v.Function, target: v.Value, owner: v.Class | None) -> v.Value:
    decorators = [] if isinstance(member.node, ast.Lambda) else [unparse(d) for d in member.node.decorator_list]
    if "staticmethod" in decorators or (owner is not None and "classmethod" not in decorators):
        return member
    bound = v.Function(member.node, member.scope, member.fragment, member.defaults, target)
    if "property" in decorators or "cached_property" in decorators:
        return m.call(bound, (), {}, None)
    return bound


def class_member(m: Machine, owner: v.Class, name: str, depth: int = 0) -> v.Value | None:
    """A member of a class or of the classes it is derived from."""
    found = next((value for member, value in owner.members if member == name), None)
    if found is not None or depth > 8:
        return found
    for base in owner.bases:
        if isinstance(base, v.Class):
            found = class_member(m, base, name, depth + 1)
            if found is not None:
                return found
    return None


def _other(m: Machine, target: v.Value, receiver: v.Value, name: str, node: ast.expr | None) -> v.Value:
    from feasilint.lower.python.modules import member_of

    if isinstance(receiver, v.Frame) and of_engine(name):
        return v.Bound(target, name)
    if isinstance(target, v.Ref) and (put := m.scope.globals.names.get(v.attached(target.oid, name))) is not None:
        return put
    match receiver:
        case v.Frame(relation=relation, library="pandas" | "geopandas", index=index, group=group):
            owner = target.oid if isinstance(target, v.Ref | v.Unknown) else None
            return v.Series(relation, Column(relation, name, m.origin(node)), name, index, group, owner)
        case v.Frame(relation=relation, library="spark" | "snowpark" | "polars"):
            owner_row = ("of", v.Row(relation))  # of a method that nobody knows it is the lineage
            return v.Lazy("column", name, parts=(owner_row,), node=node, fragment=m.fragment)
        case v.Row() if name in _OF_SUMMARIES:
            return v.Bound(target, name)
        case v.Row(relation=relation):
            return v.Scalar(Column(relation, name, m.origin(node)))
        case v.GroupBy() if not name.startswith("_"):
            return replace(receiver, selected=(name,), single=True)
        case v.Handle(kind="module"):
            return member_of(m, receiver, name) or m.unknown(name)
        case v.Rolling() if not name.startswith("_"):
            return replace(receiver, selected=(name,), single=True)
        case v.Bound(receiver=owner, name=column) if name in _OF_COLUMNS and _loaded(m, owner):
            return read_attribute(m, read_attribute(m, owner, column, node), name, node)
        case _:
            return v.Bound(target, name)


_OF_SUMMARIES = frozenset((
    "describe", "drop", "fillna", "head", "nlargest", "plot", "reset_index", "sort_index", "sort_values", "tail", "to_dict",
    "to_frame",
))  # fmt: skip
"""What is done with one value of each column, as `df.isnull().sum()` gives them: no columns of these names."""
_OF_COLUMNS = frozenset((
    "apply", "astype", "between", "clip", "cumsum", "diff", "dt", "fillna", "isin", "isna", "isnull", "map", "notna", "notnull",
    "nunique", "pct_change", "rolling", "shift", "str", "unique", "value_counts",
))  # fmt: skip
"""Members that say of what they are members: a column of a frame."""


def _loaded(m: Machine, owner: v.Value) -> bool:
    """Whether an object whose kind is not known is what a source holds: then it is taken for a frame."""
    found = m.get(owner)
    if not isinstance(found, v.Unknown) or not found.source:
        return False
    m.promote(found)
    return True
