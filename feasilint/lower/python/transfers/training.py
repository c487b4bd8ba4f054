"""Training calls that are told by name which columns are the label, the features and neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import Column, Derive, Names, Scan, Source, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.selection import column_set
from feasilint.lower.python.strings import as_text
from feasilint.lower.python.transfers.fits import add_fit

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet, Name
    from feasilint.lower.python.call import Call, Transfer


def without(call: Call, frame: v.Frame, names: tuple[Name, ...]) -> v.Frame:
    """The frame without these columns."""
    rest = (Star(narrowed(frame.relation, names)),)
    return replace(frame, relation=call.m.add(Derive(frame.relation, rest, call.origin)))


def only(call: Call, frame: v.Frame, names: tuple[Name, ...]) -> v.Frame:
    """These columns of the frame alone."""
    chosen = (Star(Names(frame.relation, names)),)
    return replace(frame, relation=call.m.add(Derive(frame.relation, chosen, call.origin)))


class Told(NamedTuple):
    """The arguments of a training call, or of the object that it is called of, that tell its data and the roles of its
    columns. Each is a name, or a place and a name; `usual` is the label where none is told, `apart` what
    keys and times are called then."""

    data: tuple[str | tuple[int, str], ...]
    label: tuple[str | tuple[int, str], ...] = ()
    features: tuple[str | tuple[int, str], ...] = ()
    drop: tuple[str | tuple[int, str], ...] = ()
    weight: tuple[str | tuple[int, str], ...] = ()
    usual: str | None = None
    apart: tuple[str, ...] = ()


def told(spec: Told, title: str | None = None) -> Transfer:
    """A training call by its specification."""

    def transfer(call: Call) -> v.Value | None:
        held = _config(call)
        data = _first(call, next((value for value in _given(call, held, spec.data)), None))
        frame = call.m.frame(data) if data is not None else None
        if frame is None:
            return None
        label = _names(call, held, spec.label) or ((spec.usual,) if spec.usual is not None else ())
        gone = (*spec.apart, *_names(call, held, spec.drop), *_names(call, held, spec.weight))
        features = _features(call, held, spec, frame, (*label, *gone))
        name = title or getattr(call.receiver, "name", None) or getattr(call.receiver, "kind", None) or call.name
        add_fit(call, str(name), features, Names(frame.relation, label) if label else None)
        return call.target if call.target != v.NONE else call.m.unknown("model")

    return transfer


def _first(call: Call, value: v.Value | None) -> v.Value | None:
    """Of several data sets the first one: the others are added to it, or tested on."""
    found = call.m.get(value) if value is not None else None
    return found.items[0] if isinstance(found, v.Seq) and found.items else value


def _features(call: Call, held: dict[str, v.Value], spec: Told, frame: v.Frame, gone: tuple[Name, ...]) -> ColumnSet:
    chosen = [value for value in _given(call, held, spec.features) if call.m.get(value) != v.NONE]
    parts = [part for value in chosen if (part := column_set(call.m, frame.relation, value)) is not None]
    if not parts:
        return narrowed(frame.relation, (*frame.index, *gone))
    from feasilint.ir import Both

    return parts[0] if len(parts) == 1 else Both(tuple(parts))


def _config(call: Call) -> dict[str, v.Value]:
    """What the receiver was made with, and the settings that it was given: `TabularModel(data_config=DataConfig(…))`."""
    found = call.receiver
    parts = found.parts if isinstance(found, v.Handle) else found.options if isinstance(found, v.Estimator) else ()
    made = dict(parts)
    for value in (*made.values(), *call.kwargs.values()):
        inner = call.m.get(value)
        if isinstance(inner, v.Handle) and inner.kind == "config":
            made = {**dict(inner.parts), **made}
        if isinstance(inner, v.Dict):  # roles={'target': 'y', 'drop': […]}
            made = {**{str(k.value): one for k, one in inner.items if isinstance(k, v.Const)}, **made}
    return made


def _given(call: Call, held: dict[str, v.Value], places: tuple[str | tuple[int, str], ...]) -> list[v.Value]:
    found = [_one(call, held, place) for place in places]
    return [value for value in found if value is not None]


def _one(call: Call, held: dict[str, v.Value], place: str | tuple[int, str]) -> v.Value | None:
    at, name = (None, place) if isinstance(place, str) else place
    value = call.arg(at, name)
    return value if value is not None else held.get(name)


def _names(call: Call, held: dict[str, v.Value], places: tuple[str | tuple[int, str], ...]) -> tuple[Name, ...]:
    found = (names_of(call.m, value) for value in _given(call, held, places) if call.m.get(value) != v.NONE)
    return tuple(name for names in found if names is not None for name in names)


_PLACES = ("bucket", "path", "asset_id", "schema_name", "table_name")


def connected(call: Call) -> v.Value:
    """`DataConnection(location=S3Location(bucket, path))`, `DataConnection(data_asset_id=…)` of Watson: data by its place."""
    location = call.got(None, "location")
    parts = (
        [location.get(word) for word in ("bucket", "path", "asset_id", "schema_name", "table_name")]
        if isinstance(location, v.Handle)
        else []
    )
    parts = [*parts, call.arg(None, "data_asset_id") or call.arg(None, "data_asset_name")]
    words = [str(as_text(call.m, part).value) for part in parts if part is not None]
    return v.Frame(call.m.add(Scan(Source("/".join(words) or "{data asset}", "file"), None, call.origin)))


# --- data that knows the roles of its columns ---


def roles(spec: Told, kind: str = "tensors") -> Transfer:
    """A data set that is told the roles of its columns: `TabularDataLoaders.from_df(df, cont_names=…, y_names=…)`."""

    def transfer(call: Call) -> v.Value | None:
        held = _config(call)
        data = next((value for value in _given(call, held, spec.data)), None)
        frame = call.m.frame(data) if data is not None else None
        if frame is None:
            return None
        label = _names(call, held, spec.label)
        names = _names(call, held, spec.features)
        gone = (*label, *_names(call, held, spec.drop))
        chosen = only(call, frame, names) if names else without(call, frame, gone) if gone else frame
        parts: list[tuple[str, v.Value]] = [("data", call.m.alloc(chosen))]
        if len(label) == 1:
            parts.append(("label", v.Series(frame.relation, Column(frame.relation, label[0], call.origin), label[0])))
        elif label:
            parts.append(("label", call.m.alloc(only(call, frame, label))))
        return v.Handle(kind, tuple(parts))

    return transfer


def part(name: str) -> Transfer:
    """A part of an object: `to.train.xs`."""
    return lambda call: call.receiver.get(name) if isinstance(call.receiver, v.Handle) else None
