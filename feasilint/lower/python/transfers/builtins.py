"""Python's own functions."""

from __future__ import annotations

import ast
from itertools import combinations
from itertools import product as all_pairs
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir.functions import canonical
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known
from feasilint.lower.python.iteration import UNROLL, items_of
from feasilint.lower.python.operators import elementwise
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.aggregates import column_measure, counted, whole_frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.call import Call, Transfer


def ipython(call: Call) -> v.Value:
    return v.Handle("IPython")


def unknown(call: Call) -> v.Value:
    return call.unknown(call.name.rsplit(".", 1)[-1])


def identity(call: Call) -> v.Value | None:
    return call.arg(0)


def length(call: Call) -> v.Value | None:
    """`len(x)`: known for what is known; the rows of a whole frame are no lineage."""
    found = call.got(0)
    match found:
        case v.Seq(items=items, open=False) | v.Dict(items=items, open=False):
            return v.Const(len(items))
        case v.Const(value=str(text)) if "{" not in text:
            return v.Const(len(text))
        case v.Columns(columns=columns) if (names := known(columns)) is not None:
            return v.Const(len(names))
        case v.Scalar() | v.Lazy():
            return elementwise(call.m, "length", (found,), call.node)
        case v.Frame() | v.Series() if (rows := counted(call, found)) is not None:
            return rows
        case _:
            return call.m.unknown("len()")


def ranged(call: Call) -> v.Value | None:
    numbers = [value.value for value in map(call.m.get, call.args) if isinstance(value, v.Const)]
    whole = [number for number in numbers if isinstance(number, int)]
    if len(whole) != len(call.args) or not whole or (len(whole) == 3 and whole[2] == 0):
        return v.Seq((call.m.unknown(v.NUMBER),), "list", True)
    span = range(*whole[:3])
    if len(span) > 4 * UNROLL:
        return v.Seq((call.m.unknown(v.NUMBER),), "list", True)
    return v.Seq(tuple(v.Const(number) for number in span))


def listed(call: Call) -> v.Value | None:
    """`list(x)`, `sorted(x)`, `set(x)`."""
    if not call.args:
        kind = call.name.rsplit(".", 1)[-1]
        return v.Seq((), "set" if kind == "set" else "tuple" if kind == "tuple" else "list")
    found = call.got(0)
    match found:
        case v.Seq(items=items, open=more):
            kind = call.name.rsplit(".", 1)[-1]
            unique = tuple(dict.fromkeys(items)) if kind in ("set", "frozenset") else items
            return v.Seq(_sorted(unique) if kind == "sorted" else unique, "tuple" if kind == "tuple" else "list", more)
        case v.Columns() | v.Series():
            return found
        case v.Frame(relation=relation):
            from feasilint.lower.python.columns import narrowed

            return v.Columns(narrowed(relation, found.index), relation)
        case _:
            items, more = items_of(call.m, found or v.NONE)
            return v.Seq(items, "list", more)


def _sorted(items: tuple[v.Value, ...]) -> tuple[v.Value, ...]:
    try:
        return tuple(sorted(items, key=lambda item: item.value))  # type: ignore[union-attr,arg-type,return-value]
    except (TypeError, AttributeError):
        return items


def reversed_(call: Call) -> v.Value | None:
    found = call.got(0)
    return replace(found, items=found.items[::-1]) if isinstance(found, v.Seq) else found


def first(call: Call) -> v.Value | None:
    found = call.got(0)
    if isinstance(found, v.Handle) and found.kind == "tensors":
        found = v.Seq(items_of(call.m, found)[0])
    return found.items[0] if isinstance(found, v.Seq) and found.items else None


def enumerated(call: Call) -> v.Value | None:
    items, more = items_of(call.m, call.arg(0) or v.NONE)
    return v.Seq(tuple(v.Seq((v.Const(at), item), "tuple") for at, item in enumerate(items)), "list", more)


def zipped(call: Call) -> v.Value | None:
    parts = [items_of(call.m, arg) for arg in call.args]
    rows = zip(*(items for items, _ in parts), strict=False)
    return v.Seq(tuple(v.Seq(tuple(row), "tuple") for row in rows), "list", any(more for _, more in parts))


def mapped(call: Call) -> v.Value | None:
    if len(call.args) < 2:
        return None
    items, more = items_of(call.m, call.args[1])
    return v.Seq(tuple(call.m.call(call.args[0], (item,), {}, call.node) for item in items), "list", more)


def filtered(call: Call) -> v.Value | None:
    if len(call.args) < 2:
        return None
    items, more = items_of(call.m, call.args[1])
    tests = [call.m.get(call.m.call(call.args[0], (item,), {}, call.node)) for item in items]
    kept = tuple(i for i, test in zip(items, tests, strict=True) if not (isinstance(test, v.Const) and not test.value))
    return v.Seq(kept, "list", more or not all(isinstance(test, v.Const) for test in tests))


def dictionary(call: Call) -> v.Value | None:
    found = call.got(0)
    if isinstance(found, v.Frame | v.Row):
        return found
    made = found if isinstance(found, v.Dict) else v.Dict()
    if isinstance(found, v.Seq):
        for item in found.items:
            pair = call.m.get(item)
            if isinstance(pair, v.Seq) and len(pair.items) == 2:
                made = made.put(call.m.get(pair.items[0]), pair.items[1])
    for name, value in call.kwargs.items():
        made = made.put(v.Const(name), value)
    return made


def default_dict(call: Call) -> v.Value | None:
    """`defaultdict(list)`."""
    return v.Dict((), True, call.arg(0))


def namespace(call: Call) -> v.Value | None:
    """`SimpleNamespace(path='a.csv')`: an object of these fields."""
    node = ast.parse("class SimpleNamespace: ...").body[0]
    assert isinstance(node, ast.ClassDef)
    return v.Instance(v.Class(node, call.m.scope, call.m.fragment), tuple(call.kwargs.items()))


def named_tuple(call: Call) -> v.Value | None:
    """`namedtuple('Config', 'path columns')`: a class of these fields."""
    listed = call.got(1, "field_names")
    text = listed.value if isinstance(listed, v.Const) else None
    names = str(text).replace(",", " ").split() if text is not None else call.names(1, "field_names")
    if not names or not all(str(name).isidentifier() for name in names):
        return None
    fields = "".join(f" {name}: object\n" for name in names)
    try:
        node = ast.parse(f"class Record(NamedTuple):\n{fields}").body[0]
    except SyntaxError:
        return None
    assert isinstance(node, ast.ClassDef)
    return v.Class(node, call.m.scope, call.m.fragment)


def import_root(call: Call) -> v.Value:
    """`sys.path.append('../src')`: modules are looked for there, too."""
    path = call.text(1 if call.name.endswith("insert") else 0)
    if path is not None:
        call.m.roots.append(path)
    return v.NONE


def gathered(call: Call) -> v.Value | None:
    """`asyncio.gather(a, b)`."""
    return v.Seq(call.args, "tuple", call.starred)


def as_string(call: Call) -> v.Value | None:
    if not call.args:
        return v.Const("")
    found = call.got(0)
    if isinstance(found, v.Series | v.Scalar):
        return elementwise(call.m, "cast", (found, v.Const("string")), call.node)
    if isinstance(found, v.Unknown) and (found.inputs or found.relations):
        return found
    return as_text(call.m, call.args[0])


def number(kind: Callable[..., object]) -> Transfer:
    """`int(x)`, `float(x)`."""

    def transfer(call: Call) -> v.Value | None:
        found = call.got(0)
        if isinstance(found, v.Const):
            try:
                return v.Const(kind(found.value))
            except (TypeError, ValueError, OverflowError):
                return None
        if isinstance(found, v.Series | v.Scalar | v.Lazy):
            return elementwise(call.m, "cast", (found, v.Const(kind.__name__)), call.node)
        return found

    return transfer


def rounded(call: Call) -> v.Value | None:
    found = call.got(0)
    if isinstance(found, v.Const) and isinstance(found.value, int | float):
        digits = call.const(1)
        try:
            return v.Const(round(found.value, digits if isinstance(digits, int) else None))
        except (ValueError, OverflowError):
            return None
    return elementwise(call.m, "round", (found,), call.node) if found is not None else None


def aggregated(name: str) -> Transfer:
    """`sum(x)`, `np.mean(x)`, `max(a, b)`: an aggregate of a column or frame, else of plain values."""
    function = canonical(name)

    def transfer(call: Call) -> v.Value | None:
        found = call.got(0)
        if isinstance(found, v.Series) and call.const(None, "axis") != 1:
            return column_measure(call, found, function)
        if isinstance(found, v.Frame):
            return whole_frame(call.at(args=call.args[1:]), found, function)
        if name == "sum" and isinstance(found, v.Seq) and (lists := [call.m.get(item) for item in found.items]):
            parts = [part for part in lists if isinstance(part, v.Seq)]
            if len(parts) == len(lists):  # sum([['a'], ['b']], [])
                more = found.open or any(part.open for part in parts)
                return v.Seq(tuple(item for part in parts for item in part.items), parts[0].kind, more)
        values = list(found.items) if isinstance(found, v.Seq) and len(call.args) == 1 else list(call.args)
        plain = [value.value for value in map(call.m.get, values) if isinstance(value, v.Const)]
        if len(plain) == len(values) and plain and name in _PLAIN:
            try:
                return v.Const(_PLAIN[name](plain))
            except (TypeError, ValueError):
                return None
        return elementwise(call.m, function, tuple(values), call.node) if values else None

    return transfer


_PLAIN: dict[str, Callable[[list[object]], object]] = {
    "sum": lambda values: sum(values),  # type: ignore[arg-type]
    "min": lambda values: min(values),  # type: ignore[type-var]
    "max": lambda values: max(values),  # type: ignore[type-var]
}


def array(call: Call) -> v.Value | None:
    """`np.array(x)`: columns stay columns; a list of columns lies beside each other."""
    found = call.got(0)
    if isinstance(found, v.Frame):
        return replace(found, library="array")
    if isinstance(found, v.Seq | v.Series | v.Columns):
        return found
    return found


def get_attribute(call: Call) -> v.Value | None:
    from feasilint.lower.python.attributes import read_attribute

    name = call.text(1)
    return read_attribute(call.m, call.args[0], name, call.node) if name is not None and call.args else None


def set_attribute(call: Call) -> v.Value | None:
    from feasilint.lower.python.values import Instance

    name = call.text(1)
    found = call.got(0)
    if isinstance(found, Instance) and name is not None and len(call.args) > 2:
        call.m.set(call.args[0], found.put(name, call.args[2]))
    return v.NONE


def parent(call: Call) -> v.Value | None:
    """`super()`: the same object; methods are looked up in it."""
    me = call.m.scope.find("self")
    return v.Handle("super", (("of", me),)) if me is not None else None


def product(call: Call) -> v.Value | None:
    parts = [items_of(call.m, arg) for arg in call.args]
    rows = [
        v.Seq(tuple(row), "tuple")
        for row, _ in zip(all_pairs(*(items for items, _ in parts)), range(UNROLL), strict=False)
    ]
    return v.Seq(tuple(rows), "list", any(more for _, more in parts))


def combined(call: Call) -> v.Value | None:
    items, more = items_of(call.m, call.arg(0) or v.NONE)
    n = call.const(1)
    if not isinstance(n, int) or not 0 <= n <= 4:
        return None
    rows = [v.Seq(tuple(row), "tuple") for row, _ in zip(combinations(items, n), range(UNROLL), strict=False)]
    return v.Seq(tuple(rows), "list", more)


def chained(call: Call) -> v.Value | None:
    found = call.got(0)
    parts = found.items if isinstance(found, v.Seq) and call.name.endswith("from_iterable") else call.args
    lists = [items_of(call.m, part) for part in parts]
    return v.Seq(tuple(item for items, _ in lists for item in items), "list", any(more for _, more in lists))


def partial(call: Call) -> v.Value | None:
    found = call.got(0)
    if isinstance(found, v.Function):
        return replace(found, defaults=(*found.defaults, *call.kwargs.items()))
    return found


def reduced(call: Call) -> v.Value | None:
    """`reduce(lambda a, b: a.merge(b), frames)`."""
    if len(call.args) < 2:
        return None
    items, _ = items_of(call.m, call.args[1])
    if not items:
        return None
    value = call.args[2] if len(call.args) > 2 else items[0]
    for item in items if len(call.args) > 2 else items[1:]:
        value = call.m.call(call.args[0], (value, item), {}, call.node)
    return value


def buffer(call: Call) -> v.Value | None:
    """`io.BytesIO(content)`: of what was read of a file or response, that."""
    found = call.got(0)
    if isinstance(found, v.Unknown) and found.source:
        return found
    if isinstance(found, v.Handle) and found.kind in ("file", "response"):
        return found
    return call.m.unknown("buffer", found) if found is not None else None


_TYPES: dict[str, type] = {
    f"builtins.{kind.__name__}": kind for kind in (str, int, float, bool, bytes, tuple, list, set, dict)
}
_SEQUENCES: dict[str, type] = {"tuple": tuple, "list": list, "set": set}


def is_instance(call: Call) -> v.Value:
    """`isinstance(name, tuple)`, where the value is known."""
    found, asked = call.got(0), call.got(1)
    kind = _type_of(found)
    items = asked.items if isinstance(asked, v.Seq) else (asked,)
    types = [_TYPES.get(item.path) if isinstance(item, v.Library) else None for item in items]
    if kind is None or None in types:
        return unknown(call)
    return v.Const(any(issubclass(kind, one) for one in types if one is not None))


def _type_of(value: v.Value | None) -> type | None:
    match value:
        case v.Const(value=known) if known is not None:
            return type(known)
        case v.Seq(kind=kind):
            return _SEQUENCES[kind]
        case v.Dict():
            return dict
        case _:
            return None


def read_literal(call: Call) -> v.Value | None:
    """`ast.literal_eval(text)`: of a text that is not known, the same in parts."""
    found = call.got(0)
    return found if isinstance(found, v.Unknown) else None
