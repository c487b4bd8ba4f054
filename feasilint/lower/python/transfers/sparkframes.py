"""Methods of frames that PySpark and Snowpark have beside those of other engines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate as Grouping
from feasilint.ir import AllOf, Column, Derive, Join, Measure, Output, Pivot, Star
from feasilint.ir import Call as Op
from feasilint.ir.fields import at_path
from feasilint.ir.fields import structure as fields_of
from feasilint.lower.python import values as v
from feasilint.lower.python.assignment import renamed as relabelled
from feasilint.lower.python.columns import known, replacing
from feasilint.lower.python.transfers import engines
from feasilint.lower.python.transfers.binding import label
from feasilint.lower.python.transfers.constructing import frame_of, unknown_columns
from feasilint.lower.python.transfers.frames import own
from feasilint.lower.python.transfers.lazy import items_in, made
from feasilint.lower.python.transfers.reshaping import further
from feasilint.lower.python.transfers.schemas import names_in, restricted

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.ir.relations import JoinKind
    from feasilint.lower.python.call import Call, Transfer


def created(call: Call) -> v.Value | None:
    """`spark.createDataFrame(data, schema)`."""
    receiver = call.receiver
    library = "snowpark" if isinstance(receiver, v.Handle) and receiver.kind.startswith("snowpark") else "spark"
    schema = names_in(call.m, call.arg(1, "schema"))
    data = call.got(0, "data")
    kwargs = {"columns": v.Seq(tuple(v.Const(name) for name in schema))} if schema is not None else {}
    frame = (
        data if isinstance(data, v.Frame) else frame_of(call.at(args=call.args[:1], kwargs={**_data(call), **kwargs}))
    )
    if not isinstance(frame, v.Frame):
        return None
    if schema is None and isinstance(data, v.Seq):
        frame = _numbered(call, data, frame)
    return replace(frame, library=library, index=())


def _data(call: Call) -> dict[str, v.Value]:
    return {"data": call.kwargs["data"]} if "data" in call.kwargs else {}


def _numbered(call: Call, data: v.Seq, frame: v.Frame) -> v.Frame:
    """Rows without names give `_1`, `_2`, …"""
    first = call.m.get(data.items[0]) if data.items else v.NONE
    if isinstance(first, v.Dict):
        return frame
    if not isinstance(first, v.Seq) or frame.library == "snowpark":
        return unknown_columns(call)
    names = v.Seq(tuple(v.Const(f"_{at + 1}") for at in range(len(first.items))))
    found = frame_of(call.at(args=(data,), kwargs={"columns": names}))
    return found if isinstance(found, v.Frame) else frame


def to_names(call: Call) -> v.Value | None:
    """`df.toDF('a', 'b')`: new names by position."""
    frame = own(call)
    if frame is None or not call.args:
        return frame
    items = tuple(item for value in call.args for item in items_in(call.m, value))
    if call.starred:
        return replace(frame, relation=call.m.add(Derive(frame.relation, (_anything(call, frame),), call.origin)))
    return relabelled(call.m, frame, v.Seq(items), call.node)


def _anything(call: Call, frame: v.Frame) -> Star:
    cells = tuple(Column(frame.relation, name) for name in known(AllOf(frame.relation)) or ("{column}",))
    return further(call, frame.relation, cells)


def aliased(call: Call) -> v.Value | None:
    """`df.alias('a')`: a name for the frame in the names of columns."""
    frame, name = own(call), call.text(0, "alias")
    if frame is not None and name is not None:
        call.m.aliases[name] = frame.relation
    return replace(frame) if frame is not None else None


def named_part(call: Call, frame: v.Frame, text: str) -> list[Star | Output]:
    """`'a.x'`, `'a.*'`, `'s.x'`, `'s.*'`: of a frame by its alias, or of a struct."""
    first, _, rest = text.partition(".")
    header = known(AllOf(frame.relation))
    column = Column(frame.relation, first)
    if first in call.m.aliases and (header is None or first not in header):
        if rest != "*":
            return [Output(rest, Column(frame.relation, rest), call.origin)]
        return [Star(AllOf(call.m.aliases[first]))]
    struct = fields_of(column)
    if rest != "*":
        field = rest.rsplit(".", 1)[-1]
        is_struct = isinstance(struct, Op) or (header is not None and first in header)
        value = at_path(column, tuple(rest.split("."))) if is_struct else Column(frame.relation, field)
        return [Output(field, value, call.origin)]
    if isinstance(struct, Op) and struct.names:
        return [Output(name, at_path(struct, (name,)), call.origin) for name in struct.names]
    return [further(call, frame.relation, (column,))]


def compared(kind: JoinKind) -> Transfer:
    """`df.subtract(other)`, `df.intersect(other)`: of the rows those that the other has, or has not."""

    def transfer(call: Call) -> v.Value | None:
        frame, other = own(call), call.frame(0, "other")
        if frame is None or other is None:
            return None
        using = tuple(
            name for name in known(AllOf(frame.relation)) or () if name in (known(AllOf(other.relation)) or ())
        )
        return replace(
            frame, relation=call.m.add(Join(frame.relation, other.relation, kind, None, using, origin=call.origin))
        )

    return transfer


def counted_index(call: Call) -> v.Value | None:
    """`df.zipWithIndex()`: a number that says nothing."""
    frame = own(call)
    if frame is None:
        return None
    output = Output(call.text(0, "indexColName") or "index", Op("row_index", (), call.origin), call.origin)
    return replace(frame, relation=call.m.add(Derive(frame.relation, replacing(frame.relation, output), call.origin)))


def crosstab(call: Call) -> v.Value | None:
    """`df.crosstab('a', 'b')`: counts by both, spread."""
    frame, first, second = own(call), call.names(0, "col1"), call.names(1, "col2")
    if frame is None or not first or not second:
        return None
    keys = tuple(Output(name, Column(frame.relation, name)) for name in (*first, *second))
    count = Output("count", Measure("count", (), origin=call.origin), call.origin)
    counts = call.m.add(Grouping(frame.relation, keys, (count,), call.origin))
    label_ = f"{first[0]}_{second[0]}" if frame.library == "spark" else str(first[0])
    spread = Pivot(
        counts,
        (Output(label_, Column(counts, first[0])),),
        (Column(counts, second[0]),),
        (),
        (Column(counts, "count"),),
        True,
        call.origin,
    )
    return replace(frame, relation=call.m.add(spread))


def frequent(call: Call) -> v.Value | None:
    """`df.freqItems(['a', 'b'])`."""
    frame, names = own(call), call.names(0, "cols")
    if frame is None or not names:
        return None
    outputs = tuple(
        Output(
            f"{name}_freqItems", Measure("histogram", (Column(frame.relation, name),), origin=call.origin), call.origin
        )
        for name in names
    )
    return replace(frame, relation=call.m.add(Grouping(frame.relation, (), outputs, call.origin)))


def statistic(function: str) -> Transfer:
    """`df.corr('a', 'b')`, `df.approxQuantile('x', …)`: one value of whole columns."""

    def transfer(call: Call) -> v.Value | None:
        frame = own(call)
        names = [name for value in call.args for name in _names(call, value)]
        if frame is None or not names:
            return None
        name = call.m.fresh()
        args = tuple(Column(frame.relation, column) for column in names)
        output = Output(name, Measure(function, args, origin=call.origin), call.origin)
        relation = call.m.add(Grouping(frame.relation, (), (output,), call.origin))
        return v.Scalar(Column(relation, name))

    return transfer


def _names(call: Call, value: v.Value) -> list[Name]:
    return [
        label(item)
        for item in items_in(call.m, value)
        if isinstance(item, v.Lazy) or (isinstance(item, v.Const) and isinstance(item.value, str))
    ]


def by_pattern(call: Call) -> v.Value | None:
    """`df.colRegex('`^x_`')`."""
    text = call.text(0, "colName")
    return made(call, "columns", "pattern", (v.Const(text.strip("`")),), selector=v.Const(True)) if text else None


def mapped(call: Call) -> v.Value | None:
    """`df.mapInPandas(f, schema)`: f sees the rows in parts, and gives those of the schema."""
    frame, function = own(call), call.arg(0, "func")
    if frame is None or function is None:
        return None
    part = call.m.alloc(replace(frame, library="pandas"))
    found = call.m.get(call.m.call(function, (v.Seq((part,), "list", True),), {}, call.node))
    while isinstance(found, v.Seq) and found.items:
        found = call.m.get(found.items[0])
    result = call.m.frame(found) if not isinstance(found, v.Const) else None
    if result is None:
        return None
    return replace(restricted(call, result, names_in(call.m, call.arg(1, "schema"))), library=frame.library)


def rows_of(call: Call) -> v.Value | None:
    """`df.toLocalIterator()`, `df.foreach(f)`: any row."""
    frame = own(call)
    if frame is None:
        return None
    row = v.Row(frame.relation)
    if call.name.startswith("foreach"):
        if call.args:
            call.m.call(call.args[0], (row,), {}, call.node)
        return v.NONE
    return v.Seq((row,), "list", True)


def renamed_many(call: Call) -> v.Value | None:
    """`df.withColumnsRenamed({'x': 'amount'})`."""
    return engines.rename(call.at(args=(call.arg(0, "colsMap") or v.NONE,)))
