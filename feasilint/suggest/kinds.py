"""The kinds of aggregations that grow or cannot be served as they are, how each is recognised, and what following the suggestion
for it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Call, Column, Expression, Literal, Measure, Shift
from feasilint.ir.expressions import fold, spelled, walk
from feasilint.ir.fields import made
from feasilint.ir.functions import traits
from feasilint.ir.names import timelike

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.measure.model import Aggregation

_NUMBERED = frozenset({"rank", "dense_rank", "percent_rank", "cume_dist", "ntile"})
_STATISTICS = frozenset({"avg", "std", "var", "min", "max", "sum", "median", "percentile"})
_SPREAD = frozenset({"std", "var", "skew", "kurtosis", "corr", "covar"})
_FIRST = frozenset({"first", "arg_min", "first_n"})
_LAST = frozenset({"last", "arg_max"})
_CHOICES = frozenset({"case", "if", "eq", "ne", "lt", "le", "gt", "ge", "in", "and", "or", "not", "between", "is_null"})
_OF_ONE_ROW = frozenset({"lag", "lead", "any", "ewm", "first"})
ITEMS = 20
"""How many of the last values of a list are kept."""
_ORDERING = frozenset({"lt", "le", "gt", "ge"})
_DEEPEST = 64


class Kind(Struct, frozen=True):
    """`title` is what the alternative is called, `trade` what following it costs. In a title `{length}` is the window,
    `{words}` the function, `{rows}` what the rows are called. `recent`: the shorter window is proposed, as of what the latest
    rows say best. `bounds`: the alternative is a window of time; else `help` says what to do."""

    name: str
    title: str
    trade: str
    recent: bool = False
    bounds: bool = True
    help: str = ""


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("lifetime_count", "{length} {words} of {rows}", "older events no longer count"),
        Kind("lifetime_sum", "{length} {words} of {rows}", "older events no longer count"),
        Kind(
            "exp_decay_sum",
            "decayed {words} of {rows}",
            "another meaning: each event counts half as much after every half-life; one number and one time per key are kept",
        ),
        Kind(
            "lifetime_avg",
            "{length} {words} of {rows}",
            "tiles of days must hold sum and count: an average of daily averages is another number",
        ),
        Kind(
            "variance",
            "{length} {words} of {rows}",
            "tiles of days must hold count, sum and sum of squares; digits are lost where the mean is large beside the deviation",
        ),
        Kind(
            "minmax",
            "{length} {words} of {rows}",
            "tiles of days hold one value each, from which no row can be taken out again",
        ),
        Kind(
            "distinct",
            "{length} approximate {words} of {rows}",
            "a sketch (HyperLogLog) per day and key merges as a count does, with an error of a few percent",
        ),
        Kind(
            "first_event",
            "{words} of {rows}, stored once",
            "a correction of the first event must correct what is stored",
            bounds=False,
            help="store it in the row of the entity when its first event comes: it never changes",
        ),
        Kind(
            "last_event",
            "{length} {words} of {rows}",
            "what is older counts as missing; a store overwrites one row per key instead of reading a window",
            recent=True,
        ),
        Kind(
            "days_since_first",
            "time since the first of {rows}, at the time of the request",
            "the first time is stored once; the difference is taken when it is needed, so that it is never old",
            bounds=False,
        ),
        Kind(
            "ratio",
            "{length} ratio of {rows}",
            "serve numerator and denominator and divide on demand: shares of days do not add up, and nothing divided by nothing"
            " needs a value",
        ),
        Kind(
            "percentile",
            "{length} approximate {words} of {rows}",
            "a sketch (KLL, t-digest) per day and key merges as a sum does, with an error of about one percent in rank",
        ),
        Kind(
            "collect_list",
            "{length} list of the last {items} values of {rows}",
            "what came before the last ones is lost; a row no longer grows",
            recent=True,
        ),
        Kind(
            "cumulative",
            "{length} {words} of {rows}",
            "older events no longer count, and the row itself never does",
        ),
        Kind(
            "rows_frame",
            "{words} of the rows before the row",
            "a number of rows has no bound in time: a platform keeps the last values as a list and reduces them on demand",
            bounds=False,
        ),
        Kind(
            "rank_all",
            "bucket among published quantiles",
            "the cut points are as old as their last publication, and a bucket is coarser than a rank",
            bounds=False,
        ),
        Kind(
            "target_encoding",
            "{length} smoothed {words} of the outcomes that were known",
            "outcomes that are not known yet are left out, and groups with few rows are drawn to the mean of all",
            recent=True,
        ),
        Kind(
            "row_number",
            "{length} count of {rows}, plus one",
            "beyond the window the numbers begin anew; a counter that stops at a few (1, 2, 3, 4, 5+) needs no history",
        ),
        Kind(
            "self_join",
            "{length} {words} of {rows}",
            "older events no longer count; one pass over sorted rows takes the place of a join that grows with the square",
        ),
        Kind("correlated", "{length} {words} of {rows}", "older events no longer count"),
        Kind(
            "global_scalar",
            "the {words} of the training rows, kept with the model",
            "it is as old as the model: fit it again whenever the model is trained again",
            bounds=False,
        ),
        Kind(
            "topk_share",
            "{length} {words} of {rows}",
            "exact counts of every value grow with the values: a top-k sketch per day and key keeps the heaviest only",
            recent=True,
        ),
        Kind(
            "sessionize",
            "{length} count of {rows}",
            "the number of a session counts all before it; what goes on now needs only the last hours",
        ),
    )
}
"""By name, in the order of the documentation."""


DECAYING = ("lifetime_count", "lifetime_sum")
"""Kinds of which `exp_decay_sum` is another alternative."""


class _Sign(Struct, frozen=True):
    """How a kind is recognised: all that is stated holds of the aggregation and, where it is known, of its expression."""

    kind: str
    functions: frozenset[str] = frozenset()
    pairings: frozenset[str] = frozenset()
    windows: frozenset[str] = frozenset()
    running: bool | None = None
    keyed: bool | None = None
    holds: Callable[[Aggregation, Measure | None], bool] = lambda aggregation, measure: True  # noqa: ARG005

    def of(self, aggregation: Aggregation, measure: Measure | None) -> bool:
        return (
            (not self.functions or aggregation.function in self.functions)
            and (not self.pairings or aggregation.pairing in self.pairings)
            and (not self.windows or aggregation.extent.window in self.windows)
            and self.running in (None, aggregation.running)
            and self.keyed in (None, bool(aggregation.keys))
            and self.holds(aggregation, measure)
        )


def _is_session(aggregation: Aggregation, measure: Measure | None) -> bool:
    """Whether what is added up compares with the row before: the flag of a new session."""
    del aggregation
    nodes = list(_made_of(measure)) if measure is not None else []
    return any(map(_is_earlier, nodes)) and any(isinstance(n, Call) and n.function in _ORDERING for n in nodes)


def _is_earlier(expression: Expression) -> bool:
    return isinstance(expression, Shift) or (isinstance(expression, Measure) and expression.function == "lag")


def _made_of(expression: Expression) -> Iterator[Expression]:
    """An expression and what its columns are computed from, as far as the code says it."""
    pending, seen = [expression], set[Expression]()
    while pending and len(seen) < _DEEPEST:
        for node in walk(pending.pop()):
            yield node
            below = made(node.relation, fold(node.name)) if isinstance(node, Column) else None
            if below is not None and below not in seen:
                seen.add(below)
                pending.append(below)


def _summarises(aggregation: Aggregation, measure: Measure | None) -> bool:
    """Not the place of a row, nor another row's value."""
    del measure
    return not traits(aggregation.function).ordinal and aggregation.function not in _OF_ONE_ROW


def _is_time(aggregation: Aggregation, measure: Measure | None) -> bool:
    """Whether it is of the event time, or of another one."""
    del measure
    time = aggregation.extent.time_column
    return any(timelike(name) or (time is not None and name == spelled(time)) for name in aggregation.arguments)


def _is_share(aggregation: Aggregation, measure: Measure | None) -> bool:
    """Whether it averages ones and zeros."""
    del aggregation
    argument = measure.args[0] if measure is not None and measure.args else None
    if isinstance(argument, Column):
        argument = made(argument.relation, fold(argument.name))
    if isinstance(argument, Call) and argument.function == "cast":
        argument = argument.args[0]
    if not isinstance(argument, Call) or argument.function not in _CHOICES:
        return False
    if argument.function not in ("case", "if"):
        return True
    values = (*argument.args[1::2], argument.args[-1])
    return all(isinstance(value, Literal) and value.value in (0, 1, None) for value in values)


_SIGNS = (
    _Sign("correlated", pairings=frozenset({"correlated"})),
    _Sign("self_join", pairings=frozenset({"self-join", "cross join"})),
    _Sign("rank_all", _NUMBERED, keyed=False),
    _Sign("row_number", frozenset({"row_number"})),
    _Sign("sessionize", frozenset({"sum", "count", "max"}), running=True, holds=_is_session),
    _Sign("cumulative", running=True, holds=_summarises),
    _Sign("rows_frame", windows=frozenset({"rows"}), holds=_summarises),
    _Sign("global_scalar", _STATISTICS, windows=frozenset({"global"}), keyed=False),
    _Sign("first_event", _FIRST),
    _Sign("first_event", frozenset({"min"}), holds=_is_time),
    _Sign("last_event", _LAST),
    _Sign("last_event", frozenset({"max"}), holds=_is_time),
    _Sign("ratio", frozenset({"avg"}), holds=_is_share),
    _Sign("lifetime_avg", frozenset({"avg"})),
    _Sign("lifetime_sum", frozenset({"sum", "product"})),
    _Sign("lifetime_count", frozenset({"count"})),
    _Sign("variance", _SPREAD),
    _Sign("minmax", frozenset({"min", "max", "bool_and", "bool_or"})),
    _Sign("distinct", frozenset({"count_distinct", "approx_count_distinct"})),
    _Sign("percentile", frozenset({"median", "percentile", "approx_percentile"})),
    _Sign("collect_list", frozenset({"list", "nth"})),
    _Sign("topk_share", frozenset({"mode", "histogram"})),
)
"""The first that holds decides. What no aggregate alone tells is named by the rule that sees it: `target_encoding` is of the
label, `days_since_first` subtracts from a clock, `exp_decay_sum` is another way for counts and sums."""


def kind_of(aggregation: Aggregation, measure: Measure | None = None) -> Kind | None:
    """The kind of an aggregation; `measure` is its expression, where it is at hand. None for what has no alternative."""
    return next((KINDS[sign.kind] for sign in _SIGNS if sign.of(aggregation, measure)), None)
