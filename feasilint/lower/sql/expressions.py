"""Scalar expressions: every node type has its row in a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import Call, Column, Derive, Expression, Interval, Literal, Now, Output, Subquery
from feasilint.ir.fields import at_path
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.names import column, literal, parameter
from feasilint.lower.sql.scope import Rows
from feasilint.lower.sql.stars import several

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.sql.scope import Scope

Lowering: TypeAlias = "Callable[[Node, Scope], Expression]"

BINARY: dict[type[Node], str] = {
    exp.And: "and", exp.Or: "or", exp.Add: "add", exp.Sub: "sub", exp.Mul: "mul", exp.Div: "div", exp.IntDiv: "div",
    exp.Mod: "mod", exp.EQ: "eq", exp.NEQ: "ne", exp.LT: "lt", exp.LTE: "le", exp.GT: "gt", exp.GTE: "ge",
    exp.NullSafeEQ: "eq", exp.NullSafeNEQ: "ne", exp.DPipe: "concat", exp.Like: "like", exp.ILike: "like",
    exp.RegexpLike: "regexp_like", exp.Xor: "xor",
}  # fmt: skip
_NARY = frozenset(("and", "or", "concat"))
_SILENT = (exp.DataType, exp.Var, exp.Identifier, exp.JSONPath, exp.Null)


def scalar(node: Node, scope: Scope) -> Expression:
    """The expression that a node computes, row by row."""
    known = computed(node, scope)
    if known is not None:
        return known
    lower = TABLE.get(type(node))
    return lower(node, scope) if lower is not None else _default(node, scope)


def computed(node: Node, scope: Scope) -> Expression | None:
    """What is already a column: an aggregate, a window function, a grouping expression."""
    if scope.replaced:
        found = scope.replaced.get(id(node))
        if found is not None:
            return found
    for shape, known in scope.shapes:
        if type(shape) is type(node) and shape == node:
            return known
    return None


def scalars(nodes: object, scope: Scope) -> tuple[Expression, ...]:
    """The expressions of a list of nodes, or of one, or of none."""
    if isinstance(nodes, list):
        return tuple(scalar(node, scope) for node in nodes if isinstance(node, Node))
    return (scalar(nodes, scope),) if isinstance(nodes, Node) else ()


def name_of(node: Node) -> str:
    """The SQL name of a function in lower case."""
    if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc):
        return str(node.this).lower()
    return node.sql_name().lower() if isinstance(node, exp.Func) else node.key.lower()


def operands(node: Node) -> list[Node]:
    """The direct sub-expressions that carry values."""
    return [child for child in node.iter_expressions() if not isinstance(child, _SILENT)]


def _default(node: Node, scope: Scope) -> Expression:
    if isinstance(node, exp.Query):
        return _subquery(node, scope)
    return Call(name_of(node), tuple(scalar(child, scope) for child in operands(node)))


def _binary(node: Node, scope: Scope) -> Expression:
    """Operators along the left spine, without recursion: conditions of thousands of terms are usual."""
    spine: list[Node] = []
    while type(node) in BINARY and (not spine or computed(node, scope) is None):
        spine.append(node)
        node = node.this
    made = scalar(node, scope)
    pending: list[Expression] = [made]
    for at in range(len(spine) - 1, -1, -1):
        function = BINARY[type(spine[at])]
        pending.append(scalar(spine[at].expression, scope))
        above = BINARY[type(spine[at - 1])] if at else None
        if function in _NARY and function == above:
            continue
        pending = [_operation(function, tuple(pending))]
    return pending[0]


def _operation(function: str, args: tuple[Expression, ...]) -> Expression:
    if function in ("add", "sub", "mul"):
        return _arithmetic(function, args[0], args[1])
    return Call(function, args)


def _arithmetic(function: str, left: Expression, right: Expression) -> Expression:
    """Constants folded: an interval times a number is an interval, today minus 30 is minus 30 days."""
    match function, left, right:
        case "mul", Literal(value=Interval() as length), Literal(value=int() as n):
            return Literal(length * n)
        case "mul", Literal(value=int() as n), Literal(value=Interval() as length):
            return Literal(length * n)
        case "mul", Literal(value=int() as a), Literal(value=int() as b):
            return Literal(a * b)
        case (("add" | "sub"), _, Literal(value=int() as n)) if _is_day(left):
            return Call(function, (left, Literal(Interval(days=n))))
        case "add", Literal(value=Interval() as a), Literal(value=Interval() as b):
            return Literal(a + b)
        case _:
            return Call(function, (left, right))


def _is_day(expression: Expression) -> bool:
    if isinstance(expression, Call):
        if expression.function == "cast":
            kind = expression.args[-1]
            return isinstance(kind, Literal) and kind.value == "date"
        return expression.function in ("date_trunc", "date", "last_day") or (
            expression.function in ("add", "sub") and _is_day(expression.args[0])
        )
    return isinstance(expression, Now)


# --- structure ---------------------------------------------------------------------------------------------------------


def _negated(node: Node, scope: Scope) -> Expression:
    inner = scalar(node.this, scope)
    match inner:
        case Literal(value=int() | float() | Interval() as value) if not isinstance(value, bool):
            return Literal(-value)
        case _:
            return Call("neg", (inner,))


def _inner(node: Node, scope: Scope) -> Expression:
    return scalar(node.this, scope)


def _value(node: Node, scope: Scope) -> Expression:
    return scalar(node.expression, scope)


def _case(node: Node, scope: Scope) -> Expression:
    subject = scalar(node.this, scope) if isinstance(node.this, Node) else None
    args: list[Expression] = []
    for branch in node.args["ifs"]:
        condition = scalar(branch.this, scope)
        args.append(condition if subject is None else Call("eq", (subject, condition)))
        args.append(scalar(branch.args["true"], scope))
    return Call("case", (*args, *scalars(node.args.get("default"), scope)))


def _decode(node: Node, scope: Scope) -> Expression:
    """`DECODE(x, 1, a, 2, b, c)`: a CASE over x."""
    subject, *rest = scalars(node.expressions, scope)
    args: list[Expression] = []
    for at in range(0, len(rest) - 1, 2):
        args += [Call("eq", (subject, rest[at])), rest[at + 1]]
    return Call("case", (*args, *rest[-1:])) if len(rest) % 2 else Call("case", tuple(args))


def _if(node: Node, scope: Scope) -> Expression:
    parts = [node.this, node.args.get("true"), node.args.get("false")]
    return Call("case", tuple(scalar(part, scope) for part in parts if isinstance(part, Node)))


def _coalesce(node: Node, scope: Scope) -> Expression:
    return Call("coalesce", (scalar(node.this, scope), *scalars(node.expressions, scope)))


def _between(node: Node, scope: Scope) -> Expression:
    return Call("between", tuple(scalar(part, scope) for part in (node.this, node.args["low"], node.args["high"])))


def _is(node: Node, scope: Scope) -> Expression:
    inner = scalar(node.this, scope)
    if isinstance(node.expression, exp.Null):
        return Call("is_null", (inner,))
    return Call("eq", (inner, scalar(node.expression, scope)))


def _in(node: Node, scope: Scope) -> Expression:
    left = node.this.expressions if isinstance(node.this, exp.Tuple) else [node.this]
    subject = scalars(left, scope)
    query = node.args.get("query")
    if isinstance(query, Node):
        return Subquery("in", scope.context.query(query, scope.child()).relation, subject)
    unnest = node.args.get("unnest")
    values = unnest.expressions if isinstance(unnest, Node) else node.expressions
    field = scalars(node.args.get("field"), scope)
    return Call("in", (*subject, *scalars(values, scope), *field))


def _exists(node: Node, scope: Scope) -> Expression:
    if isinstance(node.this, exp.Query):
        return Subquery("exists", scope.context.query(node.this, scope.child()).relation)
    return Call("exists", tuple(scalar(child, scope) for child in operands(node)))


def _subquery(node: Node, scope: Scope) -> Expression:
    inner = node.this if isinstance(node, exp.Subquery) else node
    if isinstance(node, exp.Subquery) and not isinstance(inner, exp.Query | exp.Table | exp.Values):
        return scalar(inner, scope)
    child = scope.child()
    rows = scope.context.query(node, child)
    if inner.args.get("kind") == "STRUCT":
        rows = _struct(rows, scope)
    return Subquery("scalar", rows.relation)


def _struct(rows: Rows, scope: Scope) -> Rows:
    """All columns as the one value of `SELECT AS STRUCT`."""
    names = rows.names or ("*",)
    value = Call("struct", tuple(Column(rows.relation, name) for name in names), None, names)
    return Rows(scope.context.builder.add(Derive(rows.relation, (Output("struct", value),))), ("struct",))


def _call(name: str) -> Lowering:
    def lower(node: Node, scope: Scope) -> Expression:
        return Call(name, tuple(scalar(child, scope) for child in operands(node)))

    return lower


def _fields(node: Node, scope: Scope) -> Expression:
    """STRUCT(a AS x, …), {'x': a}: the values under their names."""
    parts = [one for one in node.expressions if isinstance(one, Node)]
    names = tuple(str(one.this.name if isinstance(one, exp.PropertyEQ) else one.alias_or_name) for one in parts)
    return Call("struct", scalars(parts, scope), None, names)


def _dot(node: Node, scope: Scope) -> Expression:
    """A field of a value, or a function of some schema."""
    path: list[str] = []
    while isinstance(node, exp.Dot):
        if not isinstance(node.expression, exp.Identifier):
            return scalar(node.expression, scope)
        path.append(str(node.expression.name))
        node = node.this
    return at_path(scalar(node, scope), tuple(path[::-1]))


def _json(node: Node, scope: Scope) -> Expression:
    """`v:a.b`, JSON_EXTRACT(v, '$.a.b'): a field of a document."""
    path = node.expression
    if not isinstance(path, exp.JSONPath):
        return scalar(node.this, scope)
    keys = (part.this for part in path.expressions if isinstance(part, exp.JSONPathKey))
    return at_path(scalar(node.this, scope), tuple(key for key in keys if isinstance(key, str)))


def _element(node: Node, scope: Scope) -> Expression:
    """An element of an array or map; a field where it is named."""
    index = node.expressions[0] if len(node.expressions) == 1 else None
    if isinstance(index, exp.Literal) and index.is_string:
        return at_path(scalar(node.this, scope), (str(index.this),))
    return Call("element", tuple(scalar(child, scope) for child in operands(node)))


def _lambda(node: Node, scope: Scope) -> Expression:
    """The body of x -> …; its parameters are no columns, and stand there as bare identifiers."""
    return Call("lambda", (scalar(node.this, scope),))


def constant(made: Expression) -> Lowering:
    """The lowering of what always means the same."""
    return lambda _node, _scope: made


TABLE: dict[type[Node], Lowering] = {
    **dict.fromkeys(BINARY, _binary),
    exp.Column: column,
    exp.Literal: literal,
    exp.RawString: literal,
    exp.National: lambda node, _: Literal(str(node.this)),
    exp.Boolean: lambda node, _: Literal(bool(node.this)),
    exp.Null: constant(Literal(None)),
    exp.Star: lambda _, scope: scope.row(),
    exp.Identifier: constant(Call("name", ())),
    exp.Var: lambda node, _: Literal(str(node.this)),
    exp.DataType: constant(Call("type", ())),
    exp.Neg: _negated,
    exp.Parameter: parameter,
    exp.Placeholder: parameter,
    exp.SessionParameter: parameter,
    exp.Paren: _inner,
    exp.Alias: _inner,
    exp.Ordered: _inner,
    exp.PropertyEQ: _value,
    exp.Kwarg: _value,
    exp.JSONKeyValue: _call("struct"),
    exp.Struct: _fields,
    exp.Dot: _dot,
    exp.JSONExtract: _json,
    exp.JSONExtractScalar: _json,
    exp.Case: _case,
    exp.If: _if,
    exp.Coalesce: _coalesce,
    exp.Between: _between,
    exp.Is: _is,
    exp.In: _in,
    exp.Not: _call("not"),
    exp.Exists: _exists,
    exp.Subquery: _subquery,
    exp.Select: _subquery,
    exp.Columns: several,
    exp.Lambda: _lambda,
    exp.Any: _inner,
    exp.All: _inner,
    exp.Bracket: _element,
    exp.DecodeCase: _decode,
    exp.SafeDivide: _call("div"),
}
