"""MATCH_RECOGNIZE: rows that follow a pattern, as one row for each match or beside each of its rows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir import AllOf, Call, Column, Derive, Expression, Filter, Frame, Literal, Measure, Output, Star, Window
from feasilint.ir.relations import Aggregate
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar, scalars
from feasilint.lower.sql.measures import measure
from feasilint.lower.sql.scope import Item, Rows, Scope

if TYPE_CHECKING:
    from feasilint.ir import Relation

_SYMBOL = re.compile(r"[A-Za-z_]\w*")
_OPERATORS = frozenset(("permute",))


def recognized(node: Node, scope: Scope) -> None:
    """Put the matches in the place of the rows that a query reads."""
    match = node.args.get("match")
    if not isinstance(match, Node) or scope.whole is None:
        return
    special = scope.context.aggregates.get(id(node), [])
    inside = {id(one): one for one in special if one.find_ancestor(exp.MatchRecognize, exp.Select) is match}
    special[:] = [one for one in special if id(one) not in inside]
    inside = {key: one for key, one in inside.items() if one.find_ancestor(exp.MatchRecognizeMeasure)}
    pattern = _Pattern(match, scope)
    rows = pattern.beside_rows(inside) if "ALL" in _text(match, "rows") else pattern.per_match(inside)
    scope.items, scope.whole = [Item(rows, str(match.alias or "").lower())], rows.relation


def _text(match: Node, key: str) -> str:
    found = match.args.get(key)
    return str(found.name).upper() if isinstance(found, Node) else ""


class _Pattern:
    def __init__(self, match: Node, scope: Scope) -> None:
        self._match = match
        self._add = scope.context.builder.add
        self._measures = [one.this for one in match.args.get("measures") or []]
        self._inner = inner = scope.child()
        inner.items, inner.whole = list(scope.items), scope.whole
        self._names = tuple(name for item in scope.items for name in item.rows.names or ())
        self._open = any(item.rows.names is None for item in scope.items)
        symbols = {symbol.lower() for symbol in _SYMBOL.findall(_text(match, "pattern"))} - _OPERATORS
        assert scope.whole is not None
        inner.items += [Item(Rows(scope.whole), symbol) for symbol in sorted(symbols)]
        self._below: Relation = self._add(Filter(scope.whole, self._condition(symbols)))
        self._partition = scalars(match.args.get("partition_by"), inner)

    def _condition(self, symbols: set[str]) -> Expression:
        """A row belongs to a match by any of the pattern's symbols; one that is not defined takes every row."""
        defined = self._match.args.get("define") or []
        conditions = scalars([one.this for one in defined], self._inner)
        free = symbols - {str(one.alias).lower() for one in defined}
        return Call("or", (*conditions, Literal(True))) if free or not conditions else Call("or", conditions)

    def per_match(self, inside: dict[int, Node]) -> Rows:
        keys = tuple(Output(_name(key, at), key) for at, key in enumerate(self._partition))
        made = self._made(inside)
        grouped = self._add(Aggregate(self._below, keys, tuple(output for _, output in made)))
        outputs = self._outputs(made, grouped)
        kept = tuple(Output(key.name, Column(grouped, key.name)) for key in keys)
        relation = self._add(Derive(grouped, (*kept, *outputs)))
        return Rows(relation, tuple(str(output.name) for output in (*kept, *outputs)))

    def beside_rows(self, inside: dict[int, Node]) -> Rows:
        order = self._match.args.get("order")
        by = scalars(order.expressions, self._inner) if isinstance(order, Node) else ()
        made = self._made(inside)
        frame = Frame("rows", None, 0)
        window = self._add(Window(self._below, self._partition, by, frame, tuple(output for _, output in made)))
        outputs = self._outputs(made, window)
        relation = self._add(Derive(window, (Star(AllOf(self._below)), *outputs)))
        return Rows(relation, None if self._open else (*self._names, *(str(output.name) for output in outputs)))

    def _made(self, inside: dict[int, Node]) -> list[tuple[Node, Output]]:
        """The aggregates of the measures, and their plain columns: those of the last row."""
        found: list[tuple[Node, Measure]] = [(one, measure(one, self._inner)) for one in inside.values()]
        within = {id(below) for one in inside.values() for below in one.walk()}
        for one in self._measures:
            plain = (column for column in one.find_all(exp.Column) if id(column) not in within)
            found += [(column, Measure("last", (scalar(column, self._inner),))) for column in plain]
        return [(node, Output(f"_m{at}", one, one.origin)) for at, (node, one) in enumerate(found)]

    def _outputs(self, made: list[tuple[Node, Output]], relation: Relation) -> tuple[Output, ...]:
        for node, output in made:
            self._inner.replaced[id(node)] = Column(relation, output.name)
        item = self._inner.context.layout.item
        return tuple(Output(str(one.alias), scalar(one, self._inner), item(one)) for one in self._measures)


def _name(key: Expression, at: int) -> str:
    return str(key.name) if isinstance(key, Column) else f"_k{at}"
