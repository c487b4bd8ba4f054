"""GROUP BY: keys, and the aggregates of the select list as measures of one relation."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Column, Expression, Output, Relation
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.measures import measure
from feasilint.lower.sql.scope import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.lower.sql.aliases import Aliases
    from feasilint.lower.sql.scope import Key, Scope

_SETS = (exp.GroupingSets, exp.Rollup, exp.Cube, exp.Tuple)


def aggregated(node: Node, below: Relation, scope: Scope, aliases: Aliases) -> Relation:
    """The rows after grouping; `below` itself where the query does not group."""
    group = node.args.get("group")
    measured = scope.context.aggregates.get(id(node), [])
    if not isinstance(group, Node) and not measured:
        return below
    keys = _Keys(node, scope, {id(one) for one in measured}, aliases)
    for one in _grouped(group, node, keys) if isinstance(group, Node) else ():
        if one.is_star:
            keys.add_star(one)
        else:
            keys.add(one)
    for one in measured:
        aliases.offer(one, "select")
    measures = _measures(measured, scope, {str(output.name).lower() for output in keys.outputs})
    outputs = tuple(dict.fromkeys(output for _, output in measures))
    relation = scope.context.builder.add(
        Aggregate(
            below, tuple(keys.outputs), outputs, scope.context.layout.origin(group) if isinstance(group, Node) else None
        )
    )
    for one, output in measures:
        scope.replaced[id(one)] = Column(relation, output.name)
    keys.bind(relation)
    aliases.forget()
    return relation


class _Keys:
    """The grouping keys of a query, and how its other clauses find them."""

    def __init__(self, node: Node, scope: Scope, measured: set[int], aliases: Aliases) -> None:
        self.items = node.expressions
        self.scope = scope
        self._measured = measured
        self.outputs: list[Output] = []
        self._nodes: list[Node] = []
        self._offered = aliases
        self._aliases = [one for one in self.items if isinstance(one, exp.Alias)]

    def add(self, node: Node) -> None:
        """A key as written: an ordinal, an alias of the select list, a column or an expression."""
        item, name = self._item(node)
        made = scalar(item, self.scope)
        if name is None:
            name = (
                str((made.name, *made.path)[-1])
                if isinstance(made, Column)
                else _bucket(item) or f"_k{len(self.outputs)}"
            )
        self._take(made, name, item)

    def _take(self, made: Expression, name: str, item: Node) -> None:
        if isinstance(made, Column):
            for output in self.outputs:
                same = output.expression
                if isinstance(same, Column) and _identity(same) == _identity(made):
                    return
        taken = {str(output.name).lower() for output in self.outputs}
        while name.lower() in taken:
            name = f"{name}_1"
        self.outputs.append(Output(name, made, self.scope.context.layout.origin(item)))
        self._nodes.append(item)

    def add_star(self, node: Node) -> None:
        """The columns of a star of the select list, where they are known."""
        parts = [self.scope.context.marks.restore(str(part.name)).lower() for part in getattr(node, "parts", ())[:-1]]
        found = self.scope.item([*parts, "*"]) if parts else None
        gone = _replaced(node)
        if found is None:
            names = () if parts else [name for item in self.scope.items for name in item.rows.names or ()]
            made = [(name, self.scope.column([name])) for name in dict.fromkeys(names)]
        else:
            made = [(name, found[0].column(name)) for name in found[0].rows.names or ()]
        for name, column in made:
            if name.lower() not in gone:
                self._take(column, name, node)

    def _item(self, node: Node) -> tuple[Node, str | None]:
        place = ordinal(node)
        found = self.items[place - 1] if place is not None and 0 < place <= len(self.items) else None
        if found is None and isinstance(node, exp.Column) and len(node.parts) == 1:
            alias = self._offered.key(node.name.lower())
            found = alias if alias is not None and not self._has_measures(alias) else None
        if found is None:
            self._offered.offer(node, "group")
            found = next((one for one in self._aliases if one.this == node), None)
        if isinstance(found, exp.Alias):
            self._offered.offer_inside(found, "group")
            return found.this, self.scope.context.marks.restore(found.alias)
        return found or node, None

    def aggregates(self, item: Node) -> bool:
        """Whether a select item depends on an aggregate, be it by the alias of another one."""
        return self._has_measures(item) or self._offered.mentions(item, self._has_measures)

    def _has_measures(self, item: Node) -> bool:
        return any(id(one) in self._measured for one in item.walk())

    def bind(self, relation: Aggregate) -> None:
        """From now on the keys' expressions mean columns of the aggregate."""
        for output, node in zip(self.outputs, self._nodes, strict=True):
            column = Column(relation, output.name)
            key = output.expression
            if isinstance(key, Column) and isinstance(key.name, str):
                self.scope.keys[_identity(key)] = column
                continue
            self.scope.shapes.append((node, column))
            if (name := _bucket(node)) is not None:
                self.scope.named[name] = partial(_same, column)


def _replaced(star: Node) -> set[str]:
    """The columns that a star leaves out, or gives as another expression."""
    star = star.this if isinstance(star.this, exp.Star) else star
    listed = [star.args.get(key) or [] for key in ("except_", "except", "replace")]
    return {str(one.alias_or_name).lower() for some in listed for one in (some if isinstance(some, list) else [some])}


def _same(column: Column, _: Scope) -> Expression:
    return column


def _bucket(node: Node) -> str | None:
    """The column that Spark's window(ts, '1 hour') makes under its own name: the start and the end of the bucket."""
    name = str(node.this).lower() if isinstance(node, exp.Anonymous) else ""
    return name if name in ("window", "session_window") else None


def _identity(column: Column) -> Key:
    return key_of(column, len(column.path))


def ordinal(node: Node) -> int | None:
    """The number in `GROUP BY 1`."""
    return int(node.this) if isinstance(node, exp.Literal) and not node.is_string and node.this.isdigit() else None


def _grouped(group: Node, node: Node, keys: _Keys) -> Iterator[Node]:
    """The single keys of a GROUP BY clause; grouping sets by all that any of them names."""
    if group.args.get("all") is True and not group.expressions:
        yield from (one for one in node.expressions if not keys.aggregates(one) and one.find(exp.Window) is None)
    pending = [
        *group.expressions,
        *(
            one
            for key in ("grouping_sets", "rollup", "cube")
            for one in group.args.get(key) or []
            if isinstance(one, Node)
        ),
    ][::-1]
    while pending:
        one = pending.pop()
        if isinstance(one, _SETS):
            pending += reversed(one.expressions)
        elif isinstance(one, exp.Paren):
            pending.append(one.this)
        else:
            yield one


def place_of(node: Node) -> Node:
    """The select item or clause that an aggregate stands in."""
    while node.parent is not None and not isinstance(node.parent, exp.Select):
        node = node.parent
    return node


def _measures(nodes: list[Node], scope: Scope, taken: set[str]) -> list[tuple[Node, Output]]:
    """Every aggregate with its output. Equal ones of one select item share it, those of other clauses with the first."""
    made: list[tuple[Node, Output]] = []
    known: dict[tuple[int, Node], Output] = {}  # by the select item that it stands in; 0 for any
    number = 0
    for node in sorted(nodes, key=lambda one: isinstance(one.parent, exp.Alias), reverse=True):
        place = place_of(node)
        item = id(place) if place.arg_key == "expressions" else 0
        same = known.get((item, node))
        if same is None:
            name = scope.context.marks.restore(node.parent.alias) if isinstance(node.parent, exp.Alias) else ""
            if not name or name.lower() in taken:
                name, number = f"_m{number}", number + 1
            taken.add(name.lower())
            found = measure(node, scope)
            same = Output(name, found, found.origin)
        known.setdefault((0, node), same)
        known.setdefault((id(place), node), same)
        made.append((node, same))
    return made
