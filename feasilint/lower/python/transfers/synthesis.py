"""Deep feature synthesis (featuretools): the aggregates and transforms that a set of primitives makes of an entity set.

What it makes of the target's own columns and of the frames below it is told by name. Features of features, conditional ones
and those of columns that nobody knows are one open rest."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from feasilint.ir import Aggregate, Column, Derive, Filter, Join, Measure, Names, Now, Opaque, Output, Param, Star
from feasilint.ir import Call as Op
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import is_dynamic, spelled
from feasilint.ir.kinds import kind_of_column
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import layout, narrowed, replacing
from feasilint.lower.python.transfers.entitysets import Entity, Link, entities, fill, links
from feasilint.lower.python.transfers.primitives import (
    AGGREGATIONS,
    DEFAULT_TRANSFORMS,
    DEFAULTS,
    NUMBER,
    TIME,
    TRANSFORMS,
    Primitive,
)
from feasilint.lower.python.transfers.times import as_length

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call

_WIDEST = 100
"""Features of one child frame that are named."""
_ANY = "{column}"
_TEXTS = re.compile(
    r"(?i)(^|[_ .])(name|host|id|code|type|status|state|city|country|url|uri|ip|text|title|description|address|label|category|"
    r"gender|sex|key|uuid|hash|email|comment|currency|channel|device|browser|sport|team)s?($|[_ .\d])"
)
OWN = Primitive("unread", NUMBER)
"""A primitive of the project: which of its rows it reads only its code knows."""


class Plan(NamedTuple):
    """What a call of `dfs` asks for."""

    target: Entity
    sets: dict[str, Entity]
    links: tuple[Link, ...]
    depth: int


def synthesize(call: Call) -> v.Value | None:
    """`ft.dfs(entityset=…, target_dataframe_name=…, agg_primitives=[…], cutoff_time=…, training_window=…)`."""
    asked = v.Handle("ft.features", tuple(call.kwargs.items()))
    call.m.named["ft.features"] = asked
    frame = _matrix(call, asked, call.got(None, "entityset"))
    if frame is None:
        return None
    return asked if call.flag("features_only") else v.Seq((call.m.alloc(frame), asked), "tuple")


def calculate(call: Call) -> v.Value | None:
    """`ft.calculate_feature_matrix(features, entityset, cutoff_time=…)`: what `dfs` has defined, for these frames."""
    asked = _definitions(call)
    if asked is None:
        return None
    frames = call.got(1, "entityset") or asked.get("entityset")
    return _matrix(call, asked, call.m.get(frames) if frames is not None else None)


def saved(call: Call) -> v.Value:
    """`ft.save_features(definitions, path)`: whoever loads that path in this document gets them."""
    asked, path = _definitions(call), call.text(1, "location")
    if asked is not None and path is not None:
        call.m.named[f"ft.features {path}"] = asked
    return v.NONE


def _definitions(call: Call) -> v.Handle | None:
    """The definitions that a call is given; where some were picked, all that the document has made last."""
    given = call.got(0, "features")
    picked = call.m.named.get("ft.features") if isinstance(given, v.Unknown | v.Seq) else given
    return picked if isinstance(picked, v.Handle) and picked.kind == "ft.features" else None


def loaded(call: Call) -> v.Value | None:
    return call.m.named.get(f"ft.features {call.text(0, 'features')}")


def encode(call: Call) -> v.Value | None:
    """`ft.encode_features(matrix, features)`: categories become columns that the data decides."""
    frame = call.frame(0, "feature_matrix")
    if frame is None:
        return None
    rest = call.m.add(Opaque((), "one-hot encoding", (Column(frame.relation, "{category}"),), call.origin, mixes=True))
    joined = call.m.add(Join(frame.relation, rest, "index", None, (), ("", ""), origin=call.origin))
    return v.Seq((call.m.alloc(replace(frame, relation=joined)), call.got(1, "features") or v.NONE), "tuple")


def _matrix(call: Call, asked: v.Handle, frames: v.Value | None) -> v.Frame | None:
    name = asked.get("target_dataframe_name") or asked.get("target_entity")
    held = frames
    if held is None:
        held = v.Handle("entityset", (("entities", call.m.alloc(v.Dict())), ("links", call.m.alloc(v.Dict()))))
        given = (asked.get("dataframes") or asked.get("entities") or v.NONE, asked.get("relationships") or v.NONE)
        fill(call, held, call.m.get(given[0]), call.m.get(given[1]))
    sets = entities(call.m, held)
    word = call.m.get(name) if name is not None else None
    target = sets.get(str(word.value)) if isinstance(word, v.Const) else None
    if target is None:
        return None
    depth = call.m.get(asked.get("max_depth") or v.Const(2))
    at = depth.value if isinstance(depth, v.Const) and isinstance(depth.value, int) else 2
    return _Synthesis(call, asked, Plan(target, sets, links(call.m, held), at if at > 0 else 9)).frame()


class _Synthesis:
    """One run of it."""

    def __init__(self, call: Call, asked: v.Handle, plan: Plan) -> None:
        self.call, self.asked, self.plan = call, asked, plan
        self.m = call.m
        self.open = plan.depth > 1 or self._given("where_primitives") is not None

    def frame(self) -> v.Frame:
        """The matrix: one row per row of the target, or per row of the cutoff times, whose further columns come along."""
        target, key = self.plan.target, self.plan.target.key
        made = self._own()
        for link in self.plan.links:
            if link.parent == target.name and link.child in self.plan.sets:
                made = self._joined(made, self._below((link,)), link.parent_key)
            if link.child == target.name and link.parent in self.plan.sets:
                made = self._beside(made, link)
        for path in self._deeper():
            made = self._joined(made, self._below(path), path[0].parent_key)
        if self.open:
            made = self.m.add(Join(made, self._rest(), "index", None, (), ("", ""), origin=self.call.origin))
        made = self._keyed(self._at_cutoffs(made))
        return v.Frame(made, "pandas", (key,) if key is not None else ())

    def _keyed(self, made: Relation) -> Relation:
        """The matrix with the key of the target itself, whatever has been joined by it."""
        target = self.plan.target
        if target.key is None:
            return made
        key = Output(target.key, Column(target.relation, target.key))
        return self.m.add(Derive(made, (Star(narrowed(made, (target.key,))), key), self.call.origin))

    # --- the target's own columns ---

    def _own(self) -> Relation:
        target = self.plan.target
        gone = tuple(name for name in (target.time,) if name is not None)
        items: list[Star | Output] = [Star(narrowed(target.relation, gone))]
        times = [
            target.time,
            *(n for n in layout(target.relation) if n and kind_of_column(target.relation, n) == "time"),
        ]
        for word in self._primitives("trans_primitives", DEFAULT_TRANSFORMS):
            if word not in TRANSFORMS:
                self.open = True
                continue
            for name in dict.fromkeys(time for time in times if time is not None):
                part = Op("date_part", (Constant(word), Column(target.relation, name)), self.call.origin)
                items.append(Output(f"{word.upper()}({spelled(name)})", part, self.call.origin))
        return self.m.add(Derive(target.relation, tuple(items), self.call.origin))

    # --- aggregates of what is below ---

    def _deeper(self) -> list[tuple[Link, ...]]:
        """The ways down over more than one relationship, as many as the depth allows."""
        ways: list[tuple[Link, ...]] = [(link,) for link in self.plan.links if link.parent == self.plan.target.name]
        found: list[tuple[Link, ...]] = []
        for _ in range(min(self.plan.depth, 4) - 1):
            ways = [(*way, link) for way in ways for link in self.plan.links if link.parent == way[-1].child]
            found += [way for way in ways if way[-1].child in self.plan.sets]
        return found[:20]

    def _below(self, path: tuple[Link, ...]) -> Relation:
        """All aggregates of the last child of a path by the key of the target."""
        child = self.plan.sets[path[-1].child]
        events = self._windowed(child)
        for link in reversed(path[:-1]):  # rows below get the keys of the rows that they belong to
            above = self.plan.sets[link.child]
            key = path[path.index(link) + 1]
            on = Op("eq", (Column(events, key.child_key), Column(above.relation, key.parent_key)))
            keys = self.m.add(Derive(above.relation, (Star(Names(above.relation, (key.parent_key, link.child_key))),)))
            events = self.m.add(
                Join(events, keys, "left", replace_column(on, above.relation, keys), (), ("", "_above"))
            )
        first = path[0]
        group = Output(first.parent_key, Column(events, first.child_key))
        made = self.m.add(Aggregate(events, (group,), self._measures(child, events), self.call.origin))
        vague = tuple(Output(m.name, Column(made, m.name)) for m in made.measures if is_dynamic(m.name))
        return self.m.add(Derive(made, replacing(made, *vague), self.call.origin)) if vague else made

    def _windowed(self, child: Entity) -> Relation:
        """The rows of a child up to the cutoff time, and not further back than the training window."""
        window = as_length(self.call, self._given("training_window"))
        if child.time is None or (window is None and self._given("cutoff_time") is None):
            return child.relation
        at, cutoff = Column(child.relation, child.time), self._cutoff()
        test: Expression = Op("le", (at, cutoff), self.call.origin)
        if window is not None:
            since = Op("sub", (cutoff, Constant(window)))
            test = Op("and", (Op("gt", (at, since), self.call.origin), test), self.call.origin)
        return self.m.add(Filter(child.relation, test, origin=self.call.origin))

    def _cutoff(self) -> Expression:
        return (
            Param("cutoff_time", self.call.origin) if self._given("cutoff_time") is not None else Now(self.call.origin)
        )

    def _measures(self, child: Entity, events: Relation) -> tuple[Output, ...]:
        keys = {child.key, *(link.child_key for link in self.plan.links if link.child == child.name)}
        places = layout(child.relation)
        names = [name if name is not None else _ANY for name in places if name not in keys and name != child.time]
        made: list[Output] = []
        for word in self._primitives("agg_primitives", DEFAULTS):
            known = AGGREGATIONS.get(word, OWN)
            if not known.takes:
                made.append(self._measure("COUNT", child.name, "count", ()))
            elif known.takes == TIME:
                made += self._timed(word, known, child, events)
            else:
                chosen = _taken(child.relation, names, known.takes)
                made += [self._of(word, known, child, events, name) for name in chosen]
        return tuple(made[:_WIDEST])

    def _timed(self, word: str, known: Primitive, child: Entity, events: Relation) -> list[Output]:
        return [self._of(word, known, child, events, child.time)] if child.time is not None else []

    def _of(self, word: str, known: Primitive, child: Entity, events: Relation, name: Name) -> Output:
        order = (Column(events, child.time),) if child.time is not None and known.function in ("first", "last") else ()
        label = f"{child.name}.{spelled(name)}"
        return self._measure(word.upper(), label, known.function, (Column(events, name),), order)

    def _measure(
        self, word: str, of: str, function: str, args: tuple[Expression, ...], order: tuple[Expression, ...] = ()
    ) -> Output:
        origin = self.call.origin
        return Output(f"{word}({of})", Measure(function, args, order=order, origin=origin), origin)

    # --- putting together ---

    def _joined(self, made: Relation, below: Relation, key: Name) -> Relation:
        return self.m.add(Join(made, below, "left", None, (key,), ("", ""), origin=self.call.origin))

    def _beside(self, made: Relation, link: Link) -> Relation:
        """The columns of a parent under the name of its frame: `customers.zip_code`."""
        parent = self.plan.sets[link.parent]
        taken = {parent.key, parent.time}
        names = [name for name in layout(parent.relation) if name is not None and name not in taken]
        self.open = self.open or None in layout(parent.relation)
        outputs = tuple(
            Output(f"{parent.name}.{spelled(n)}", Column(parent.relation, n), self.call.origin) for n in names
        )
        key = Output(link.child_key, Column(parent.relation, link.parent_key))
        side = self.m.add(Derive(parent.relation, (key, *outputs), self.call.origin))
        return self._joined(made, side, link.child_key)

    def _rest(self) -> Relation:
        values = tuple(Column(one.relation, _ANY) for one in self.plan.sets.values())
        return self.m.add(Opaque((), "features of features", values, self.call.origin, mixes=True))

    def _at_cutoffs(self, made: Relation) -> Relation:
        given = self._given("cutoff_time")
        frame = given if isinstance(given, v.Frame) else None
        key = self.plan.target.key
        if frame is None or key is None:
            return made
        gone = tuple(name for name in ("instance_id", "time", "cutoff_time", self.plan.target.time) if name is not None)
        rows = self.m.add(Derive(frame.relation, (Star(narrowed(frame.relation, gone)),), self.call.origin))
        joined = self.m.add(Join(made, rows, "right", None, (key,), ("", ""), origin=self.call.origin))
        return self.m.add(Derive(joined, (Star(narrowed(joined, gone)),), self.call.origin))  # no feature is called so

    # --- what is asked for ---

    def _given(self, name: str) -> v.Value | None:
        value = self.call.arg(None, name) or self.asked.get(name)
        found = self.m.get(value) if value is not None else None
        return None if found == v.NONE else found

    def _primitives(self, name: str, default: tuple[str, ...]) -> list[str]:
        found = self._given(name)
        if found is None:
            return list(default)
        if not isinstance(found, v.Seq):
            return ["{primitive}"]
        return list(dict.fromkeys(_word(self.m.get(item)) for item in found.items))


def replace_column(on: Op, old: Relation, new: Relation) -> Op:
    """The condition with another version of a relation."""
    moved = (Column(new, a.name) if isinstance(a, Column) and a.relation is old else a for a in on.args)
    return replace(on, args=tuple(moved))


def _word(value: v.Value) -> str:
    """A primitive by its name, its class, or the function that it is made of: `"sum"`, `Sum`, `NMostCommon`."""
    match value:
        case v.Const(value=str(text)):
            return text.lower()
        case v.Library(path=path):
            name = path.rsplit(".", 1)[-1]
            return "".join(f"_{c.lower()}" if c.isupper() and at else c.lower() for at, c in enumerate(name))
        case v.Handle(kind="ft.primitive"):
            function = value.get("0") or value.get("function")
            return (
                function.node.name
                if isinstance(function, v.Function) and hasattr(function.node, "name")
                else "{primitive}"
            )
        case _:
            return "{primitive}"


def _taken(relation: Relation, names: Iterable[Name], takes: frozenset[str]) -> list[Name]:
    """The columns that a primitive is applied to. Where nothing tells the type, it is a number unless its name is a text's."""
    return [name for name in names if (kind_of_column(relation, name) or _spoken(name)) in takes]


def _spoken(name: Name) -> str:
    return "category" if _TEXTS.search(spelled(name)) else "number"
