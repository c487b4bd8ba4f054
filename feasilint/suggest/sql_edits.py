"""Bounds in SQL as edits of its text: a condition added to WHERE or ON. Everything else stays as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from feasilint.lower.sql.adapter import TokenType, exp, tokenize
from feasilint.lower.sql.reading import again
from feasilint.suggest.changes import Change, insertion
from feasilint.suggest.extent import extent
from feasilint.suggest.in_place import NO_MOMENT, OF_MODEL, PER_ROW
from feasilint.suggest.rendering import OTHERWISE
from feasilint.suggest.sql_checked import checked
from feasilint.suggest.sql_sites import (
    OUTER,
    Known,
    Site,
    declared,
    is_event,
    restrict,
    site_of,
    upper_bound,
    window_of,
)
from feasilint.suggest.sql_text import Text, earlier

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.findings import Edit
    from feasilint.lower.sql.adapter import Token
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.rendering import Rendering
    from feasilint.suggest.tables import Tables

    _Tokens: TypeAlias = list[tuple[Token, int]]


def _types(names: str) -> frozenset[TokenType]:
    """Those of these kinds of tokens that the installed parser has."""
    return frozenset(kind for kind in TokenType if kind.name in names.split())


_END_OF_FROM = _types(
    "WHERE GROUP_BY HAVING QUALIFY WINDOW ORDER_BY CLUSTER_BY DISTRIBUTE_BY SORT_BY LIMIT FETCH OFFSET UNION INTERSECT EXCEPT"
    " SEMICOLON"
)
_JOINING = _types("JOIN STRAIGHT_JOIN LEFT RIGHT FULL INNER CROSS NATURAL COMMA LATERAL ASOF SEMI ANTI")
_NAMED = re.compile(r"(?<!%)[^\W\d]|\$\d")  # not `?`, `%s`, `:1`, which are counted
_STYLES = (":{}", "@{}", "${}", "%({})s")
_TYPED = frozenset(
    {"bigquery", "tsql", "fabric"}
)  # dialects that have more than one kind of timestamp to take a text for
_DEPTH = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}
_COMMENT_TO_END = re.compile(r"[ \t]*(--[^\n]*)?(?=\n|\Z)")


class _Clause(Struct, frozen=True):
    """The tokens of a condition, with the keyword before them; or of all of FROM, where a WHERE is to follow (`new`). `follows`:
    behind the first character of what follows, or the end of the text."""

    keyword: Token
    tokens: tuple[Token, ...]
    follows: int
    new: bool = False


def edits(
    node: exp.Expr, rendering: Rendering, bound: Bound, tables: Tables, shared: Callable[[], bool]
) -> tuple[Edit, ...] | str:
    """The edits that bound an aggregate in relation to a time that the code has; a reason, as a clause, where there is no such
    time, or where the text cannot be changed in place. `shared` says whether what the query reads gives its rows to a model or a
    table, too."""
    fragment = rendering.fragment
    select, text = node.find_ancestor(exp.Select), Text(fragment)
    if select is None or bound.settled is not None:
        return OTHERWISE
    if window_of(node, select) is not None:
        return PER_ROW
    known = Known(bound, tables, text.marks, _measured(node))
    site = site_of(select, known, 0)
    if site is None or (rendering.template is None and text.controlled(site.select)):
        return OTHERWISE
    if site.select is not select and shared():
        return OF_MODEL
    conditions = _conditions(site, select, text, fragment.text, bound)
    if not conditions:
        return NO_MOMENT
    clause = _clause(site, again(fragment).text, text.dialect)
    if clause is None or not clause.tokens:
        return OTHERWISE
    if not _is_changeable(clause, site, rendering):
        return rendering.obstacle
    made = _insertions(clause, site, conditions, again(fragment).text, text)
    return checked(made, fragment, site.select.root(), _meant(site, conditions)) or rendering.obstacle


def _is_changeable(clause: _Clause, site: Site, rendering: Rendering) -> bool:
    """Whether the template has the whole clause, and then nothing that a condition may not stand before."""
    last, after = clause.tokens[-1].end, clause.follows
    if not rendering.is_whole(clause.keyword.start, last + 1):
        return False
    if clause.new or isinstance(_condition(clause, site), exp.Or):
        return rendering.is_whole(last, after)
    return rendering.goes_on(last, after)


def _measured(node: exp.Expr) -> frozenset[str]:
    return frozenset(column.table for column in node.find_all(exp.Column) if column.table)


# --- which conditions ---


def _conditions(site: Site, select: exp.Select, text: Text, source: str, bound: Bound) -> list[exp.Expr]:
    """The lower bound in relation to the time of prediction, and the upper one where not all rows meet it yet."""
    upper = upper_bound(site)
    as_of = upper if upper is not None else declared(select, text.marks, sure=True)
    if as_of is None or not _is_given(as_of, text, source):
        return []
    moment = (
        exp.cast(as_of.copy(), "timestamp", dialect=text.dialect) if isinstance(as_of, exp.Literal) else as_of.copy()
    )
    lower = exp.GTE(this=site.time.copy(), expression=earlier(moment, bound.days, text.dialect))
    if _compared(site, as_of):
        return [lower]
    return [lower, exp.LT(this=site.time.copy(), expression=as_of.copy())]


def _is_given(moment: exp.Expr, text: Text, source: str) -> bool:
    """Whether a time comes from the spine or the caller: no constant, no clock, nothing computed, nothing that is counted by its
    place in the statement."""
    if isinstance(moment, exp.Literal):
        return text.dialect not in _TYPED and _is_parameter(moment.name, text)
    if isinstance(moment, exp.Cast):
        moment = moment.this
    said = _written(moment, text, source)
    if said.lower() not in source.lower() or not _NAMED.search(said):
        return False
    if isinstance(moment, exp.Parameter | exp.Placeholder):
        return True
    if isinstance(moment, exp.Literal) or text.marks.whole(moment.name) is not None:
        return _is_parameter(moment.name, text)
    return isinstance(moment, exp.Column) and bool(moment.table)


def _written(node: exp.Expr, text: Text, source: str) -> str:
    """A node in the dialect, with the parameter in it as the code writes it."""
    said = text.shown(node)
    for one in node.find_all(exp.Parameter, exp.Placeholder):
        spelled = next((style.format(one.name) for style in _STYLES if style.format(one.name) in source), None)
        said = said.replace(text.shown(one), spelled) if spelled is not None and one.name else said
    return said


def _is_parameter(name: str, text: Text) -> bool:
    mark = text.marks.whole(name)
    return mark is not None and mark.kind == "param"


def _compared(site: Site, as_of: exp.Expr) -> bool:
    """Whether the event time is held against this time from above already."""
    where = site.select.args.get("where")
    clauses = [
        where.this if where is not None else None,
        *(j.args.get("on") for j in site.select.args.get("joins") or ()),
    ]
    parts = (
        part
        for clause in clauses
        if clause is not None
        for part in (clause.flatten() if isinstance(clause, exp.And) else (clause,))
    )
    found = (part for part in parts if isinstance(part, exp.LT | exp.LTE | exp.GT | exp.GTE))
    pairs = ((c.this, c.expression) if isinstance(c, exp.LT | exp.LTE) else (c.expression, c.this) for c in found)
    return any(is_event(event, site) and other == as_of for event, other in pairs)


# --- where they go ---


def _clause(site: Site, text: str, dialect: str) -> _Clause | None:
    """The condition that is made stricter, or the FROM clause that gets a WHERE."""
    tokens, end = _own(site.select, text, dialect)
    begins = next((at for at, (token, depth) in enumerate(tokens) if _is_at(token, depth, "FROM")), None)
    if begins is None:
        return None
    join = site.join
    if join is not None and join.args.get("on") is not None and join.side in OUTER:
        joins = site.select.args.get("joins") or []
        number = sum(other.args.get("on") is not None for other in joins[: [id(j) for j in joins].index(id(join))])
        ons = [at for at, (token, depth) in enumerate(tokens) if at > begins and _is_at(token, depth, "ON")]
        return _conditional(tokens, ons[number], end, _joins) if number < len(ons) else None
    stop = _stop(tokens, begins)
    if stop < len(tokens) and tokens[stop][0].token_type == TokenType.WHERE:
        return _conditional(tokens, stop, end)
    every = tuple(token for token, _ in tokens[begins:stop])
    return _Clause(tokens[begins][0], every, _follows(tokens, stop, end), new=True)


def _conditional(tokens: _Tokens, begins: int, end: int, ends: Callable[[_Tokens, int], bool] | None = None) -> _Clause:
    """The condition behind a keyword."""
    stop = _stop(tokens, begins, ends)
    every = tuple(token for token, _ in tokens[begins + 1 : stop])
    return _Clause(tokens[begins][0], every, _follows(tokens, stop, end))


def _stop(tokens: _Tokens, begins: int, ends: Callable[[_Tokens, int], bool] | None = None) -> int:
    """Where the clause ends that begins at a token; `ends` says it of further ones."""
    after = range(begins + 1, len(tokens))
    return next((at for at in after if _ends(tokens[at]) or (ends is not None and ends(tokens, at))), len(tokens))


def _follows(tokens: _Tokens, stop: int, end: int) -> int:
    return tokens[stop][0].start + 1 if stop < len(tokens) else end


def _own(select: exp.Select, text: str, dialect: str) -> tuple[_Tokens, int]:
    """The tokens of a query from its SELECT on, behind its CTEs, each with its depth in parentheses; and where what follows the
    query has begun."""
    start, end = extent(select, text, dialect)
    found = tokenize(text, dialect)
    depth, own = 0, []
    for token in found if isinstance(found, list) else ():
        if not start <= token.start < end:
            continue
        closes = token.token_type == TokenType.R_PAREN
        depth += _DEPTH.get(token.token_type, 0)
        own.append((token, depth + closes))
    heads = (at for at, (token, depth) in enumerate(own) if _is_at(token, depth, "SELECT"))
    return own[next(heads, len(own)) :], min(end + 1, len(text))


def _is_at(token: Token, depth: int, word: str) -> bool:
    return depth == 0 and token.token_type == getattr(TokenType, word)


def _ends(item: tuple[Token, int]) -> bool:
    token, depth = item
    return depth == 0 and token.token_type in _END_OF_FROM


def _joins(tokens: _Tokens, at: int) -> bool:
    """Whether a join begins here; LEFT and RIGHT are functions, too."""
    token, depth = tokens[at]
    called = at + 1 < len(tokens) and tokens[at + 1][0].token_type == TokenType.L_PAREN
    return depth == 0 and token.token_type in _JOINING and not called


# --- as text ---


def _insertions(clause: _Clause, site: Site, conditions: list[exp.Expr], text: str, known: Text) -> list[Change]:
    word = text[clause.keyword.start : clause.keyword.end + 1]
    said = [_said(condition, known, text, word.islower()) for condition in conditions]
    conjunction = "and" if word.islower() else "AND"
    first, last = clause.tokens[0].start, clause.tokens[-1].end + 1
    indent = _indent(clause.keyword.start, text)
    if clause.new:
        where = "where" if word.islower() else "WHERE"
        return [_placed(last, indent, f"{where} {f' {conjunction} '.join(said)}", text)]
    wrapped = isinstance(_condition(clause, site), exp.Or)
    added = _placed(
        last, _inner_indent(clause, indent, text), "".join(f" {conjunction} {one}" for one in said)[1:], text
    )
    if not wrapped:
        return [added]
    return [insertion(first, "("), insertion(last, ")"), added]


def _condition(clause: _Clause, site: Site) -> exp.Expr | None:
    if clause.keyword.token_type == TokenType.WHERE:
        where = site.select.args.get("where")
        return where.this if where is not None else None
    return site.join.args.get("on") if site.join is not None else None


def _said(condition: exp.Expr, known: Text, source: str, lower: bool) -> str:
    """A condition in the dialect; the keywords as the query writes its own, the names as they are."""
    text = _written(condition, known, source)
    return re.sub(r"\b(INTERVAL|DAY|CAST|AS|TIMESTAMP|DATE|DATEADD)\b", lambda m: m[0].lower(), text) if lower else text


def _indent(at: int, text: str) -> str | None:
    """The blanks before a token that is the first of its line; None for any other."""
    before = text[text.rfind("\n", 0, at) + 1 : at]
    return before if not before.strip() else None


def _inner_indent(clause: _Clause, indent: str | None, text: str) -> str | None:
    """The indentation of further conditions; None where they go on in the same line."""
    ands = (token for token in reversed(clause.tokens) if token.token_type == TokenType.AND)
    own = next((blanks for token in ands if (blanks := _indent(token.start, text)) is not None), None)
    return own if own is not None else None if indent is None else f"{indent}  "


def _placed(at: int, indent: str | None, said: str, text: str) -> Change:
    """On a line of its own behind a comment, else in the same line."""
    rest = _COMMENT_TO_END.match(text, at)
    if indent is None or rest is None:
        return insertion(at, f" {said}")
    return insertion(rest.end() if rest[1] else at, f"\n{indent}{said}")


# --- what is meant ---


def _meant(site: Site, conditions: list[exp.Expr]) -> exp.Expr:
    root = site.select.root()
    walk = list(root.walk(bfs=False))
    select, item = ([id(node) for node in walk].index(id(one)) for one in (site.select, site.item))
    copied = list(root.copy().walk(bfs=False))
    query, source = copied[select], copied[item]
    assert isinstance(query, exp.Select)
    restrict(Site(query, source, site.time), [condition.copy() for condition in conditions])
    return query.root()
