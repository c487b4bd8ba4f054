"""The times as of which a column's rows are looked up: `s.ts <= o.ts`, where its value is one of `s`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.columns import passing
from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Derive,
    Filter,
    Interval,
    Join,
    Measure,
    Pivot,
    Relation,
    Scan,
    Subquery,
    Window,
)
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import fold, walk
from feasilint.ir.traversal import inputs
from feasilint.measure.moments import moment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.ir import Expression, Name
    from feasilint.trace import Tracer

_ORDERING = {"lt": True, "le": True, "gt": False, "ge": False}
_COMBINING = Derive | Aggregate | Window | Pivot
_KEPT = {"left": "left", "right": "right", "semi": "left", "anti": "left"}
_WIDEST = 2_000  # steps that are taken together
_Key = tuple["Relation", "Name"]


class AsOf(NamedTuple):
    """A physical (folded) column that is asked to be before a time of another source. `seconds`: what one of them is reduced to,
    a month or an hour; 0 where they are compared as they are."""

    scan: Scan
    column: str
    seconds: float


class _Pair(NamedTuple):
    """Two times of which one is asked to be earlier."""

    earlier: Expression
    later: Expression


class _Placed(NamedTuple):
    """A pair with the relations that its times are read from."""

    pair: _Pair
    before: Relation
    after: Relation


class _Block(NamedTuple):
    """Relations that are put together before anything is made of their columns, with the times that are compared there."""

    inside: frozenset[Relation]
    pairs: tuple[_Pair, ...]


_NOTHING: frozenset[AsOf] = frozenset()


class AsOfs:
    """Finds them with memory; one per linked set of programs."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._columns = tracer.columns
        self._found: dict[_Key, frozenset[AsOf]] = {}
        self._blocks: dict[tuple[Relation, ...], _Block] = {}

    def of(self, column: Column) -> frozenset[AsOf]:
        """The times as of which the rows are looked up that a column's value comes from. What it is made of comes first: chains
        of thousands of steps are usual and must not recurse."""
        top = (column.relation, column.name)
        pending, opened = [top], set[_Key]()
        while pending:
            key = pending[-1]
            first = key not in opened and key not in self._found
            opened.add(key)
            block, expressions = self._at(key)
            ends = self._ends(expressions, block)
            below = [(end.relation, end.name) for end in ends if (end.relation, end.name) != key]
            missing = [one for one in below if one not in self._found and one not in opened] if first else []
            if missing:
                pending.extend(missing)
                continue
            pending.pop()
            if key not in self._found:
                here = self._here(expressions, ends, block)
                self._found[key] = frozenset(here).union(*(self._found.get(one, _NOTHING) for one in below))
        return self._found[top]

    def _at(self, key: _Key) -> tuple[_Block, tuple[Expression, ...]]:
        """What a column is made of, and the relations that it is made from."""
        relation, name = key
        if _is_inside(relation):
            return self._block((relation,)), (Column(relation, name),)
        below = inputs(relation) if isinstance(relation, _COMBINING) else ()
        return self._block(below), self._columns.step(relation, name)

    def _block(self, tops: tuple[Relation, ...]) -> _Block:
        found = self._blocks.get(tops)
        if found is None:
            inside = frozenset(_inside(tops))
            pairs = tuple(pair for relation in inside for pair in _pairs(relation))
            found = self._blocks[tops] = _Block(inside, pairs)
        return found

    def _ends(self, expressions: Iterable[Expression], block: _Block) -> tuple[Column, ...]:
        """The columns of a block's inputs that expressions are made of; none where it is a guess which."""
        pending = [column for expression in expressions for column in _named(expression, self._tracer)]
        found: dict[Column, None] = {}
        seen: set[_Key] = set()
        while pending:
            column = pending.pop()
            key = column.relation, column.name
            if key in seen:
                continue
            seen.add(key)
            if column.relation not in block.inside:
                found[column] = None
                continue
            steps = self._columns.step(*key)
            if isinstance(column.relation, Join) and len(steps) > 1 and column.name not in column.relation.using:
                continue
            pending.extend(below for step in steps for below in _named(step, self._tracer))
        return tuple(found)

    def _here(self, expressions: tuple[Expression, ...], ends: tuple[Column, ...], block: _Block) -> Iterator[AsOf]:
        if not block.pairs:
            return
        values = {end.relation for end in ends} if ends or not _counts(expressions) else None
        placed = [found for pair in block.pairs if (found := self._placed(pair, block)) is not None]
        for one in placed:
            if (values is None or one.before in values) and not any(_overlap(one, other) for other in placed):
                yield from self._times(one.pair)

    def _placed(self, pair: _Pair, block: _Block) -> _Placed | None:
        """A pair with the inputs of its two times; None where they are the same, or that is a guess, or where the earlier time is
        that of rows which are kept, whatever they find at the later one."""
        earlier = {end.relation for end in self._ends((pair.earlier,), block)}
        later = {end.relation for end in self._ends((pair.later,), block)}
        if len(earlier) != 1 or len(later) != 1 or earlier == later:
            return None
        found = _Placed(pair, earlier.pop(), later.pop())
        return None if self._looks_up(found, block) else found

    def _looks_up(self, pair: _Placed, block: _Block) -> bool:
        """Whether the earlier time is that of rows which are kept, whatever they find at the later one."""
        for join in block.inside:
            if isinstance(join, Join) and (kept := _KEPT.get(join.kind)) is not None:
                one, other = (join.left, join.right) if kept == "left" else (join.right, join.left)
                if pair.before in self._below(one) and pair.after in self._below(other):
                    return True
        return False

    def _below(self, relation: Relation) -> set[Relation]:
        """The inputs of a block that are below one of its relations."""
        if not _is_inside(relation):
            return {relation}
        inside = self._block((relation,)).inside
        return {below for one in inside for below in inputs(one)} - inside

    def _times(self, pair: _Pair) -> Iterator[AsOf]:
        """The physical times that are compared with one of another source."""
        earlier, later = self._tracer.expression(pair.earlier), self._tracer.expression(pair.later)
        sources = {leaf.scan.source for leaf in later.value}
        for leaf in earlier.value:
            if sources and leaf.scan.source not in sources:
                yield AsOf(leaf.scan, fold(leaf.column), max(map(self._grain, (pair.earlier, pair.later))))

    def _grain(self, expression: Expression) -> float:
        found = moment(expression, self._columns)
        length = Interval.of(1, found.unit) if found is not None and found.unit is not None else None
        return length.total_seconds if length is not None else 0.0


def _named(expression: Expression, tracer: Tracer) -> Iterator[Column]:
    """The columns that a value is made of, those of subqueries that give one value, too."""
    for node in walk(expression):
        if isinstance(node, Column):
            yield node
        elif isinstance(node, Subquery) and node.function == "scalar":
            yield from (Column(node.relation, name) for name in tracer.columns.header(node.relation).names[:1])


def _is_inside(relation: Relation) -> bool:
    return isinstance(relation, Join) or passing(relation) is not None


def _inside(tops: tuple[Relation, ...]) -> set[Relation]:
    """The relations below that only put rows together, leave some out or pass columns on."""
    pending, found = [*tops], set[Relation]()
    while pending and len(found) < _WIDEST:
        relation = pending.pop()
        if relation not in found and _is_inside(relation):
            found.add(relation)
            pending.extend(inputs(relation))
    return found


def _counts(expressions: tuple[Expression, ...]) -> bool:
    return any(isinstance(expression, Measure) for expression in expressions)


def _pairs(relation: Relation) -> list[_Pair]:
    """The times that a relation compares; not those that lie between two times, and so belong to a row that is valid then."""
    match relation:
        case Join(on=on, asof=asof):
            found = list(_ordered(on)) if on is not None else []
            found += [_Pair(asof.right, asof.left)] if asof is not None else []
        case Filter(predicate=predicate):
            found = list(_ordered(predicate))
        case _:
            return []
    return _outside(found)


def _ordered(expression: Expression) -> Iterator[_Pair]:
    for node in walk(expression):
        if isinstance(node, Call) and node.function in _ORDERING and len(node.args) == 2:
            first, second = node.args
            yield _Pair(first, second) if _ORDERING[node.function] else _Pair(second, first)
        elif isinstance(node, Call) and node.function == "between" and len(node.args) == 3:
            value, low, high = node.args
            if _names(low) == _names(high):
                yield _Pair(value, high)


def _outside(pairs: list[_Pair]) -> list[_Pair]:
    """Those whose earlier time is not later than another one beside it: that lies in an interval."""
    return [one for one in pairs if not any(_between(one, other) for other in pairs)]


def _between(one: _Pair, other: _Pair) -> bool:
    own, end = _names(one.earlier), _names(one.later)
    return _names(other.later) == own and _names(other.earlier) not in (own, end)


def _names(expression: Expression) -> set[object]:
    """The columns that an expression names, and the subqueries in it."""
    named = {column.name for column in referenced(expression)}
    return named.union(node.relation for node in walk(expression) if isinstance(node, Subquery))


def _overlap(one: _Placed, other: _Placed) -> bool:
    """Whether two relations are joined where their intervals meet: each begins before the other one ends."""
    if (one.before, one.after) != (other.after, other.before):
        return False
    ends = _names(one.pair.earlier), _names(one.pair.later)
    return _names(other.pair.earlier) not in ends and _names(other.pair.later) not in ends
