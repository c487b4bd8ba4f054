"""Entity sets of featuretools: frames by name, with their index and time index, and how they are related."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import Call as Op
from feasilint.ir import Column, Derive, Distinct, Literal, Names, Output, Star
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed, replacing

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


class Entity(NamedTuple):
    """A frame of the set. `made_index`: its key is a running number that no source has."""

    name: str
    relation: Relation
    key: Name | None
    time: Name | None
    made_index: bool = False


class Link(NamedTuple):
    """Each row of the child belongs to one of the parent."""

    parent: str
    parent_key: Name
    child: str
    child_key: Name


def entity_set(call: Call) -> v.Value:
    """`ft.EntitySet(id)`, also with dicts of frames and a list of relationships."""
    made = v.Handle("entityset", (("entities", call.m.alloc(v.Dict())), ("links", call.m.alloc(v.Dict()))))
    fill(call, made, call.got(1, "dataframes") or call.got(1, "entities"), call.got(2, "relationships"))
    return made


def fill(call: Call, made: v.Handle, frames: v.Value | None, links: v.Value | None) -> None:
    """Take frames as `{name: (frame, index, time_index)}` and relationships as tuples of four names."""
    for key, value in frames.items if isinstance(frames, v.Dict) else ():
        parts = call.m.get(value)
        frame = call.m.frame(parts.items[0]) if isinstance(parts, v.Seq) and parts.items else None
        if frame is not None and isinstance(parts, v.Seq):
            words = [_name(call.m, part) for part in (*parts.items[1:3], v.NONE, v.NONE)]
            _put(call.m, made, Entity(str(_name(call.m, key)), frame.relation, words[0], words[1]))
    for item in links.items if isinstance(links, v.Seq) else ():
        _link(call.m, made, item)


def add_frame(call: Call) -> v.Value:
    """`es.add_dataframe(dataframe_name=…, dataframe=…, index=…, time_index=…)`, `es.entity_from_dataframe(entity_id=…)`."""
    at = (
        ((1, "dataframe_name"), (0, "dataframe"))
        if call.name == "add_dataframe"
        else ((0, "entity_id"), (1, "dataframe"))
    )
    name, frame = call.names(*at[0]), call.frame(*at[1])
    if name and frame is not None and isinstance(call.receiver, v.Handle):
        index, time = call.names(2, "index"), call.names(None, "time_index")
        entity = Entity(
            str(name[0]),
            _typed(call, frame.relation),
            index[0] if index else None,
            time[0] if time else None,
            call.flag("make_index"),
        )
        _put(call.m, call.receiver, entity)
    return call.target


def _typed(call: Call, relation: Relation) -> Relation:
    """The frame with the types that the set is told its columns have."""
    told = call.got(None, "logical_types") or call.got(None, "variable_types")
    pairs = (
        [(_name(call.m, key), _type_name(call.m.get(kind))) for key, kind in told.items]
        if isinstance(told, v.Dict)
        else []
    )
    outputs = tuple(
        Output(name, Op("cast", (Column(relation, name), Literal(kind))), call.origin)
        for name, kind in pairs
        if name is not None
    )
    return call.m.add(Derive(relation, replacing(relation, *outputs), call.origin)) if outputs else relation


def _type_name(value: v.Value) -> str:
    match value:
        case v.Const(value=str(text)):
            return text.lower()
        case v.Library(path=path):
            return path.rsplit(".", 1)[-1].lower()
        case _:
            return "unknown"


def normalize(call: Call) -> v.Value:
    """`es.normalize_dataframe(base, new, index)`: the distinct values of a column, a parent of the frame that it is of. Its
    time is the first one of its children unless it is made without."""
    base = _words(call, ((0, "base_dataframe_name"), (0, "base_entity_id")))
    new = _words(call, ((1, "new_dataframe_name"), (1, "new_entity_id")))
    key = _words(call, ((2, "index"),))
    entity = entities(call.m, call.receiver).get(str(base)) if base is not None else None
    if entity is None or new is None or key is None or not isinstance(call.receiver, v.Handle):
        return call.target
    moved = call.names(None, "additional_columns") or call.names(None, "additional_variables") or ()
    kept = call.names(None, "copy_columns") or call.names(None, "copy_variables") or ()
    rows = call.m.add(Distinct(entity.relation, (Column(entity.relation, key),), (), call.origin))
    made = call.m.add(Derive(rows, (Star(Names(rows, (key, *moved, *kept))),), call.origin))
    rest = (
        call.m.add(Derive(entity.relation, (Star(narrowed(entity.relation, moved)),), call.origin)) if moved else None
    )
    _put(call.m, call.receiver, entity._replace(relation=rest) if rest is not None else entity)
    _put(call.m, call.receiver, Entity(str(new), made, key, None))
    _add_link(call.m, call.receiver, Link(str(new), key, str(base), key))
    return call.target


def _words(call: Call, places: tuple[tuple[int, str], ...]) -> Name | None:
    found = (call.names(at, name) for at, name in places)
    return next((names[0] for names in found if names), None)


# --- relationships ---


def relationship(call: Call) -> v.Value:
    """`ft.Relationship(es, 'parent', 'id', 'child', 'parent_id')`, of old `ft.Relationship(es['parent']['id'], es[…][…])`."""
    values = [value for value in map(call.m.get, _ends(call)) if not _is_set(value)]
    parts = [part for value in values for part in (_column_of(value) or (value,))]
    return v.Handle("relationship", tuple((str(at), part) for at, part in enumerate(parts)))


_ENDS = ("parent_dataframe_name", "parent_column_name", "child_dataframe_name", "child_column_name",
         "parent_variable", "child_variable")  # fmt: skip


def _ends(call: Call) -> tuple[v.Value, ...]:
    return (*call.args, *(call.kwargs[name] for name in _ENDS if name in call.kwargs))


def _is_set(value: v.Value) -> bool:
    return isinstance(value, v.Handle) and value.kind == "entityset"


def _column_of(value: v.Value) -> tuple[v.Value, ...] | None:
    if not isinstance(value, v.Handle) or value.kind != "entity.column":
        return None
    return tuple(part for _, part in value.parts)


def add_relationship(call: Call) -> v.Value:
    """`es.add_relationship('parent', 'id', 'child', 'parent_id')` or one made before."""
    if isinstance(call.receiver, v.Handle):
        given = call.got(None, "relationship") or (call.got(0) if len(call.values) == 1 else None)
        _link(call.m, call.receiver, given if given is not None else v.Seq(_ends(call), "tuple"))
    return call.target


def add_relationships(call: Call) -> v.Value:
    found = call.got(0, "relationships")
    for item in found.items if isinstance(found, v.Seq) and isinstance(call.receiver, v.Handle) else ():
        _link(call.m, call.receiver, item)  # type: ignore[arg-type]
    return call.target


def member(call: Call) -> v.Value | None:
    """`es['customers']`, and a column of it."""
    name = call.args[0]
    if isinstance(call.receiver, v.Handle) and call.receiver.kind == "entity":
        return v.Handle("entity.column", (("entity", call.receiver.get("name") or v.NONE), ("column", name)))
    found = entities(call.m, call.receiver).get(str(_name(call.m, name)))
    return v.Handle("entity", (("name", name), ("df", v.Frame(found.relation)))) if found is not None else None


def frame_of(call: Call) -> v.Value | None:
    """`es['customers'].df`."""
    return call.receiver.get("df") if isinstance(call.receiver, v.Handle) else None


# --- what is in a set ---


def entities(m: Machine, value: v.Value | None) -> dict[str, Entity]:
    held = _held(m, value, "entities")
    return {str(key.value): _entity(m, item) for key, item in held.items if isinstance(key, v.Const)}


def links(m: Machine, value: v.Value | None) -> tuple[Link, ...]:
    found = (names_of(m, item) for _, item in _held(m, value, "links").items)
    return tuple(Link(str(n[0]), n[1], str(n[2]), n[3]) for n in found if n is not None and len(n) == 4)


def _held(m: Machine, value: v.Value | None, part: str) -> v.Dict:
    slot = value.get(part) if isinstance(value, v.Handle) else None
    found = m.get(slot) if slot is not None else None
    return found if isinstance(found, v.Dict) else v.Dict()


def _entity(m: Machine, value: v.Value) -> Entity:
    parts = m.get(value)
    assert isinstance(parts, v.Seq)
    frame = parts.items[1]
    assert isinstance(frame, v.Frame)
    words = [_name(m, part) for part in parts.items]
    return Entity(str(words[0]), frame.relation, words[2], words[3], parts.items[4] == v.Const(True))


def _put(m: Machine, made: v.Handle, entity: Entity) -> None:
    words = (v.Const(entity.key), v.Const(entity.time), v.Const(entity.made_index))
    kept = v.Seq((v.Const(entity.name), v.Frame(entity.relation), *words), "tuple")
    m.set(made.get("entities") or v.NONE, _held(m, made, "entities").put(v.Const(entity.name), kept))


def _link(m: Machine, made: v.Handle, value: v.Value) -> None:
    found = m.get(value)
    parts = tuple(part for _, part in found.parts) if isinstance(found, v.Handle) else ()
    names = names_of(m, v.Seq(parts) if parts else found)
    if names is not None and len(names) == 4:
        _add_link(m, made, Link(str(names[0]), names[1], str(names[2]), names[3]))


def _add_link(m: Machine, made: v.Handle, link: Link) -> None:
    held = _held(m, made, "links")
    names = v.Seq(tuple(v.Const(name) for name in link), "tuple")
    m.set(made.get("links") or v.NONE, held.put(v.Const(len(held.items)), names))


def _name(m: Machine, value: v.Value) -> Name | None:
    found = m.get(value)
    return found.value if isinstance(found, v.Const) and isinstance(found.value, str) else None
