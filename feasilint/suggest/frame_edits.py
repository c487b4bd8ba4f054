"""Frames of SQL as edits of their text: one that begins with the first row gets a beginning in time. Its end stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.names import timelike
from feasilint.lower.sql.adapter import TokenType, exp, tokenize
from feasilint.lower.sql.adapter import position as position_of
from feasilint.lower.sql.reading import again
from feasilint.suggest.changes import Change, insertion
from feasilint.suggest.in_place import MEANING
from feasilint.suggest.rendering import OTHERWISE
from feasilint.suggest.sql_checked import checked
from feasilint.suggest.sql_sites import same_name, window_of
from feasilint.suggest.sql_text import RANGE_OF_TIME, Text, interval

if TYPE_CHECKING:
    from feasilint.findings import Edit
    from feasilint.lower.sql.adapter import Token
    from feasilint.suggest.bounded import Bound
    from feasilint.suggest.rendering import Rendering

_NO_FRAMES = "its dialect has no frames of time"
_NOT_BY_TIME = "its rows are not in the order of time alone"
_SUMMARIES = (exp.Sum, exp.Avg, exp.Count, exp.CountIf, exp.Min, exp.Max, exp.Stddev, exp.StddevPop, exp.StddevSamp,
              exp.Variance, exp.VariancePop)  # fmt: skip
_FINE = frozenset({"duckdb", "postgres", "spark", "databricks", "mysql"})  # dialects with microseconds
_DEPTH = {TokenType.L_PAREN: 1, TokenType.R_PAREN: -1}


def edits(node: exp.Expr, rendering: Rendering, bound: Bound) -> tuple[Edit, ...] | str:
    """The edits that let the frame of a running aggregate begin some days before its row; a reason, as a clause, where there are
    none."""
    fragment = rendering.fragment
    select, text = node.find_ancestor(exp.Select), Text(fragment)
    window = window_of(node, select) if select is not None else None
    if window is None or window.args.get("alias") or (rendering.template is None and text.controlled(window)):
        return OTHERWISE
    summary = window.this.this if isinstance(window.this, exp.Filter) else window.this
    if not isinstance(summary, _SUMMARIES):
        return MEANING
    key = _key(window)
    if key is None or not same_name(key.name, bound.event_time) or not (bound.declared or timelike(key.name)):
        return _NOT_BY_TIME
    if text.dialect not in RANGE_OF_TIME:
        return _NO_FRAMES
    meant = _meant(window, text.dialect, bound.days)
    tokens = _tokens(key, source := again(fragment).text, text.dialect)
    if meant is None or not tokens:
        return OTHERWISE
    if not rendering.is_whole(tokens[0].start, tokens[-1].end + 2):
        return rendering.obstacle
    made = _changes(tokens, window.args.get("spec") is not None, meant, source, text.dialect)
    return checked(made, fragment, window.root(), meant.root()) or rendering.obstacle


def _key(window: exp.Window) -> exp.Column | None:
    """The one column that the rows are in the order of, which rises."""
    order = window.args.get("order")
    keys = order.expressions if isinstance(order, exp.Order) else []
    if len(keys) != 1 or not isinstance(keys[0], exp.Ordered) or keys[0].args.get("desc"):
        return None
    return keys[0].this if isinstance(keys[0].this, exp.Column) else None


# --- what is meant ---


def _meant(window: exp.Window, dialect: str, days: int) -> exp.WindowSpec | None:
    """The frame in a copy of the tree. One of rows becomes one of time: rows of one time, which have no order, count alike."""
    found = next(at for at, node in enumerate(window.root().walk(bfs=False)) if node is window)
    copied = list(window.root().copy().walk(bfs=False))[found]
    spec = copied.args.get("spec") or _DEFAULT.copy()
    if str(spec.args.get("start")).upper() != "UNBOUNDED" or not _can_end(spec, dialect):
        return None
    if isinstance(spec.args.get("end"), exp.Literal):
        spec.set("end", interval(1, "MICROSECOND", dialect))
    spec.set("kind", "RANGE")
    spec.set("start", interval(days, "DAY", dialect))
    copied.set("spec", spec)
    return spec


_DEFAULT = exp.WindowSpec(kind="RANGE", start="UNBOUNDED", start_side="PRECEDING", end="CURRENT ROW")


def _can_end(spec: exp.WindowSpec, dialect: str) -> bool:
    """Whether a frame ends with its row, with the row before it, or some time before it."""
    kind, end = str(spec.args.get("kind")).upper(), spec.args.get("end")
    if kind not in ("ROWS", "RANGE") or spec.args.get("exclude"):
        return False
    if not isinstance(end, exp.Expr):
        return end is None or str(end).upper() == "CURRENT ROW"
    if str(spec.args.get("end_side")).upper() != "PRECEDING":
        return False
    return isinstance(end, exp.Interval) if kind == "RANGE" else (end.name == "1" and dialect in _FINE)


# --- as text ---


def _tokens(key: exp.Column, text: str, dialect: str) -> list[Token]:
    """What stands in the parentheses of a window from its order on; empty where that is not found."""
    found, place = tokenize(text, dialect), position_of(key.this)
    if not isinstance(found, list) or place is None:
        return []
    orders = [at for at, token in enumerate(found) if token.token_type == TokenType.ORDER_BY and token.end < place[0]]
    depth, begins = 0, orders[-1] if orders else len(found)
    for at in range(begins, len(found)):
        depth += _DEPTH.get(found[at].token_type, 0)
        if depth < 0:
            return found[begins:at]
    return []


def _changes(tokens: list[Token], stated: bool, spec: exp.WindowSpec, text: str, dialect: str) -> list[Change]:
    """The words of the frame that are others then; all of it where the code states none."""
    start, end = (_said(spec.args.get(name), dialect) for name in ("start", "end"))
    if not stated:
        said = f" RANGE BETWEEN {start} PRECEDING AND CURRENT ROW"
        return [insertion(tokens[-1].end + 1, said.lower() if text[tokens[0].start].islower() else said)]
    frame = _frame(tokens)
    of_rows = bool(frame) and frame[0].token_type == TokenType.ROWS
    words = {"UNBOUNDED": start, **({"ROWS": "RANGE", "1": end} if of_rows else {})}
    lower = bool(frame) and text[frame[-1].start].islower()
    found = ((token, words.get(text[token.start : token.end + 1].upper())) for token in frame)
    return [
        Change(token.start, token.end + 1, word.lower() if lower else word) for token, word in found if word is not None
    ]


def _frame(tokens: list[Token]) -> list[Token]:
    """From ROWS or RANGE on."""
    kinds = (at for at, token in enumerate(tokens) if token.token_type in (TokenType.ROWS, TokenType.RANGE))
    return tokens[next(kinds, len(tokens)) :]


def _said(end: object, dialect: str) -> str:
    """An end of a frame in the dialect."""
    return end.sql(dialect=dialect) if isinstance(end, exp.Expr) else ""
