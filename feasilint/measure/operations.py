"""What a column's value passes on its way that gives another value when it is computed again, or earlier: values of later rows,
random numbers, any of several values, the clock, what was learned from rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import (
    Aggregate,
    Apply,
    Call,
    Column,
    Derive,
    Filter,
    Frame,
    Hole,
    Interval,
    Join,
    Limit,
    Literal,
    Measure,
    Now,
    Opaque,
    Scan,
    Shift,
    Sort,
    Split,
    Subquery,
    Window,
)
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import spelled, walk
from feasilint.ir.functions import traits
from feasilint.ir.names import timelike
from feasilint.ir.traversal import expressions, inputs
from feasilint.measure.grain import leaves
from feasilint.measure.names import calendar, dated

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Expression, Name, Origin, Relation
    from feasilint.measure.model import OperationKind

_RANDOM = frozenset(
    ("rand", "random", "randn", "uniform", "normal", "randstr", "uuid", "newid", "uuid_string", "generate_uuid",
     "gen_random_uuid", "monotonically_increasing_id")
)  # fmt: skip
_DRAWN = re.compile(r"^(numpy\.|np\.)?random\.(?!(seed|RandomState|default_rng)\b)\w+|^uuid\.uuid[14]\b")
_FILLING = {"bfill": "bfill", "backward_fill": "backward_fill", "interpolate": "interpolate"}
_PICKING = frozenset(("first", "last", "nth", "any", "list"))
_KEEPING_ORDER = (Derive, Filter, Limit, Window, Split)
_STEPS = 256


class Done(NamedTuple):
    """An operation where it is done: the relation and the expression that do it."""

    kind: OperationKind
    text: str
    relation: Relation
    origin: Origin | None
    args: tuple[Expression, ...] = ()


_NOTHING: frozenset[Done] = frozenset()
_Key = tuple["Relation", "Name"]


class Operations:
    """Finds operations with memory; one per linked set of programs. `relations`: all that the programs make."""

    def __init__(self, columns: Columns, relations: Iterable[Relation]) -> None:
        self._columns = columns
        self._relations = relations
        self._any: bool | None = None
        self._found: dict[_Key, frozenset[Done]] = {}

    def of(self, column: Column) -> frozenset[Done]:
        """The operations that the value of a column certainly passes: none behind steps that could not be read."""
        if self._any is None:
            self._any = any(map(_may, self._relations))
        if not self._any:
            return _NOTHING
        return self._reached(self._key(column))

    def _key(self, column: Column) -> _Key:
        return self._columns.settle(column.relation, column.name), column.name

    def _reached(self, top: _Key) -> frozenset[Done]:
        """What a column is made of first: chains of thousands of steps are usual and must not recurse."""
        pending, opened = [top], set[_Key]()
        while pending:
            key = pending[-1]
            below = [self._key(column) for column in self._below(key)]
            missing = [one for one in below if one not in self._found] if key not in opened else []
            opened.add(key)
            if missing:
                pending.extend(one for one in missing if one not in opened)
                if pending[-1] is not key:
                    continue
            pending.pop()
            if key not in self._found:
                parts = [found for one in below if (found := self._found.get(one, _NOTHING))]
                done = frozenset(self._done(key)).union(*parts)
                self._found[key] = self._summed_up(key[0], done) if done else done
        return self._found[top]

    def _summed_up(self, relation: Relation, done: frozenset[Done]) -> frozenset[Done]:
        """What is left where rows are grouped: a later row of the same group is a row of the group as any other."""
        if not isinstance(relation, Aggregate) or not relation.keys:
            return done
        keys = {leaf for key in relation.keys for leaf in leaves(key.expression, self._columns)}
        return frozenset(one for one in done if one.kind != "later" or not self._within(one.relation, keys))

    def _within(self, relation: Relation, keys: set[tuple[Relation, str]]) -> bool:
        """Whether the rows that a window looks at are grouped together, but for keys that say no time."""
        partition = self._partition(relation)
        return bool(keys & partition) and not any(timelike(name) or dated(name) for _, name in keys - partition)

    def _partition(self, relation: Relation) -> set[tuple[Relation, str]]:
        found = relation.partition if isinstance(relation, Window) else ()
        return {leaf for key in found for leaf in leaves(key, self._columns)}

    def _below(self, key: _Key) -> Iterator[Column]:
        for expression in self._steps(key):
            for node in walk(expression):
                if isinstance(node, Column):
                    yield node
                elif isinstance(node, Subquery) and node.function == "scalar":
                    yield from (Column(node.relation, name) for name in self._columns.header(node.relation).names[:1])

    def _steps(self, key: _Key) -> tuple[Expression, ...]:
        """One step down; nothing where it is a guess."""
        relation, name = key
        if isinstance(relation, Opaque):
            return ()
        below = self._columns.step(relation, name)
        if isinstance(relation, Join) and len(below) > 1 and name not in relation.using:
            return ()
        return below

    def _done(self, key: _Key) -> Iterator[Done]:
        relation = key[0]
        if isinstance(relation, Scan):
            return
        if isinstance(relation, Apply):
            yield Done("learned", relation.state.estimator, relation, relation.state.origin or relation.origin)
        made = self._columns.table(relation).find(key[1])
        around = made.origin if made is not None else None
        for expression in self._steps(key):
            for node in walk(expression):
                for done in filter(_unknown_before, self._by(node, relation)):
                    yield done if done.origin is not None else done._replace(origin=around)

    def _by(self, node: Expression, relation: Relation) -> Iterator[Done]:
        match node:
            case Shift(arg=arg, n=n, origin=origin):
                if (n > 0) is _falls(relation) and n:
                    yield Done("later", f"shift({n})", relation, origin, (arg,))
            case Measure() if isinstance(relation, Window):
                yield from _over(relation, node)
            case Call(function=function, args=args, origin=origin) if function in _FILLING:
                yield Done("later", function, relation, origin, args[:1])
            case Call(function=function, args=args, origin=origin) if function in _RANDOM and not _of_a_name(
                function, args
            ):
                yield Done("random", function, relation, origin)
            case Hole(text=text, origin=origin) if _DRAWN.match(text):
                yield Done("random", text.removesuffix("()"), relation, origin)
            case Subquery(function="scalar", relation=below, origin=origin) if _unordered(below):
                yield Done("arbitrary", "limit", relation, origin, (node,))
            case Now(origin=origin):
                yield Done("clock", "now", relation, origin)
            case _:
                return


def _of_a_name(function: str, args: tuple[Expression, ...]) -> bool:
    """Whether a UUID is made of a name, always the same of the same: `UUID_STRING(namespace, name)`."""
    return function in ("uuid", "uuid_string") and len(args) > 1


def _unknown_before(done: Done) -> bool:
    """Not the holidays of next week: the calendar of days to come is known."""
    names = {spelled(column.name) for arg in done.args for column in referenced(arg)} if done.kind == "later" else set()
    return not names or not all(map(calendar, names))


def _telling(node: Expression) -> bool:
    match node:
        case Shift() | Now() | Subquery(function="scalar"):
            return True
        case Call(function=function):
            return function in _FILLING or function in _RANDOM
        case Measure(function=function):
            return function in ("lag", "lead")
        case Hole(text=text):
            return _DRAWN.match(text) is not None
        case _:
            return False


def _may(relation: Relation) -> bool:
    """Whether a relation does anything that may count, at a glance."""
    if isinstance(relation, Apply):
        return True
    if isinstance(relation, Window):
        frame = relation.frame
        if frame is not None and (frame.end != 0 or any(relation.descending)):
            return True
    return any(_telling(node) for one in expressions(relation) for node in walk(one))


def _over(window: Window, measure: Measure) -> Iterator[Done]:
    """A measure of a window over rows of which some come later. What orders a window must speak of time."""
    falling = _direction(window.order, window.descending)
    if measure.function in ("lag", "lead"):
        later = (measure.function == "lead") is not _negative(measure.args[1:2])
        if falling is not None and later is not falling:
            yield Done("later", measure.function, window, measure.origin, measure.args[:1])
    elif not traits(measure.function).ordinal and _ahead(window.frame, falling, measure.function):
        yield Done("later", measure.function, window, measure.origin, measure.args[:1])


def _negative(steps: tuple[Expression, ...]) -> bool:
    return any(isinstance(one, Literal) and isinstance(one.value, int) and one.value < 0 for one in steps)


def _ahead(frame: Frame | None, falling: bool | None, function: str) -> bool:
    """Whether a frame reaches rows that come later. The whole partition has no order; the first of all in falling order is
    the newest state."""
    if frame is None or (frame.start is None and frame.end is None):
        return False
    before, after = frame.start is None or _sign(frame.start) < 0, frame.end is None or _sign(frame.end) > 0
    if before and after and None not in (frame.start, frame.end):  # on both sides
        return True
    if falling is None or (falling and function in _PICKING):
        return False
    return before if falling else after


def _sign(edge: Interval | int) -> float:
    return edge.total_seconds if isinstance(edge, Interval) else edge


def _unordered(relation: Relation) -> bool:
    """Whether a value is that of one of several rows which no order picks."""
    limited = False
    for _ in range(_STEPS):
        if isinstance(relation, Sort) or (isinstance(relation, Aggregate) and not relation.keys):
            return False
        limited = limited or (isinstance(relation, Limit) and not relation.sample)
        below = inputs(relation)
        if len(below) != 1:
            break
        relation = below[0]
    return limited


def _direction(order: tuple[Expression, ...], descending: tuple[bool, ...]) -> bool | None:
    """Whether the time in an order falls; None where none of its keys speaks of time. Rows without a stated order are taken
    as they come."""
    if not order:
        return False
    falls = descending or (False,) * len(order)
    timed = (fall for by, fall in zip(order, falls, strict=False) if _timed(by))
    return next(timed, None)


def _timed(by: Expression) -> bool:
    return any(timelike(spelled(column.name)) for column in referenced(by))


def _falls(relation: Relation) -> bool | None:
    """Whether rows come in falling order of time where they were sorted last; None where they fall by something else."""
    for _ in range(_STEPS):
        if isinstance(relation, Sort):
            falls = _direction(relation.keys, relation.descending)
            return None if falls is None and any(relation.descending) else bool(falls)
        below = inputs(relation)
        if not isinstance(relation, _KEEPING_ORDER) or len(below) != 1:
            return False
        relation = below[0]
    return False
