"""One aggregate of a feature: what it is of, which rows count in it, and how far back it looks."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.ir import Call, Literal, Window
from feasilint.ir import Measure as Aggregated
from feasilint.ir.expressions import conjuncts, spelled
from feasilint.measure.grain import leaves
from feasilint.suggest.spoken import Unsaid, is_flag, wrapped

if TYPE_CHECKING:
    from feasilint.analysis import Analysis
    from feasilint.ir import Aggregate, Expression, Interval, Output, Scan
    from feasilint.measure.model import Extent
    from feasilint.suggest.origin import Ground, Rows
    from feasilint.suggest.spoken import Speaker

_DAY = 86_400
FUNCTIONS = frozenset(
    ("count", "sum", "avg", "min", "max", "std", "var", "count_distinct", "approx_count_distinct", "median", "percentile",
     "approx_percentile", "first", "last", "bool_and", "bool_or")
)  # fmt: skip
"""The aggregates that a definition may be made of: what they give follows from the rows of a key, and their times, alone."""
_POPULATION = frozenset(("mysql", "doris", "starrocks"))  # dialects whose STDDEV and VARIANCE are those of a population
_NUMERIC = frozenset(("sum", "avg", "std", "var", "median", "percentile", "approx_percentile"))


class Measured(Struct, frozen=True):
    """One aggregate, by its canonical function. `argument` and `filter` are DuckDB's SQL over the columns of the source; no
    argument: of the rows. `window`: seconds, None for all history, or all since `since`. `share`: which percentile, 0 to 1.
    `population`: of a variance or standard deviation that the rows are all there is, no sample."""

    function: str
    argument: str | None = None
    filter: str | None = None
    window: float | None = None
    since: str | None = None
    share: float | None = None
    population: bool = False


def measured(
    relation: Aggregate | Window,
    output: Output,
    analysis: Analysis,
    speaker: Speaker,
    ground: Ground,
    rows: Rows,
    times: frozenset[str],
) -> tuple[Measured, str | None]:
    """A measure, and what it is where no row counts. Raises Unsaid where it is not one that has a definition."""
    measure = output.expression
    assert isinstance(measure, Aggregated)
    making = _Making(relation, output, measure, speaker, ground, rows, times)
    function, argument, share = making.parts()
    if isinstance(relation, Window):
        _framed(relation)
    window, since = _window(analysis.windows.extent(relation, output), relation, output, analysis, rows.base)
    if function == "percentile" and not _interpolates(relation, output, ground):
        raise Unsaid("the code does not say whether its percentile lies between two values")
    population = function in ("std", "var") and _of_population(relation, output, ground)
    made = Measured(function, argument, making.filter(), window, since, share, population)
    if function == "count" and argument is None and measure.where is None and rows.outer:
        raise Unsaid("it counts one row where there is none")
    return made, making.default


class _Making:
    def __init__(
        self,
        relation: Aggregate | Window,
        output: Output,
        measure: Aggregated,
        speaker: Speaker,
        ground: Ground,
        rows: Rows,
        times: frozenset[str],
    ) -> None:
        self.relation = relation
        self.output = output
        self.measure = measure
        self.speaker = speaker
        self.ground = ground
        self.rows = rows
        self.times = times
        self.default: str | None = "0" if measure.function == "count" else None
        self._conditions = list(conjuncts(measure.where)) if measure.where is not None else []

    def parts(self) -> tuple[str, str | None, float | None]:
        """The function, what it is of, and which percentile."""
        measure = self.measure
        if measure.function in ("arg_min", "arg_max"):
            return self._at_time()
        if measure.function not in FUNCTIONS or measure.function in ("first", "last"):
            raise Unsaid(_unserved(measure))
        if measure.distinct and measure.function not in ("count_distinct", "approx_count_distinct", "min", "max"):
            raise Unsaid(f"a `{measure.function}` of distinct values is kept by no platform")
        if measure.order:
            raise Unsaid(f"its `{measure.function}` depends on an order")
        args, share = list(measure.args), None
        if measure.function in ("percentile", "approx_percentile"):
            args, share = _shared(args)
        if len(args) > 1:
            raise Unsaid(f"a `{measure.function}` of {len(args)} columns is kept by no platform")
        if not args or (measure.function == "count" and self._counts_rows()):
            return measure.function, None, share
        return measure.function, self._argument(args[0]), share

    def _at_time(self) -> tuple[str, str, None]:
        """The value of the first or last row: MAX_BY(x, ts)."""
        if len(self.measure.args) != 2:
            raise Unsaid(_unserved(self.measure))
        value, by = self.measure.args
        columns = self.ground.columns
        if set(leaves(by, columns)) - {(self.rows.base, time) for time in self.times} or not set(leaves(by, columns)):
            raise Unsaid("it is the value at the extreme of something else than the event time")
        return ("last" if self.measure.function == "arg_max" else "first"), self.speaker.within(value), None

    def _argument(self, expression: Expression) -> str:
        """What is aggregated; a bound on the time in a CASE becomes a condition of the aggregate."""
        case = self._timed_case(expression)
        if case is not None:
            self._conditions += list(conjuncts(case[0]))
            expression = case[1]
        said = self.speaker.within(expression)
        flag = is_flag(self._behind(expression)) and self.measure.function in _NUMERIC
        return f"CAST({said} AS INTEGER)" if flag else said

    def _counts_rows(self) -> bool:
        """Whether it is pandas' `size`, which counts rows, whatever column it is said of. Raises Unsaid where both are there."""
        code = said(self.relation, self.output, self.ground)
        words = {word for word in ("size", "count", "len", "nunique") if word in code}
        if "size" in words and "count" in words:
            raise Unsaid("the code counts rows and values in one step")
        return "size" in words

    def _behind(self, expression: Expression) -> Expression:
        from feasilint.measure.lengths import behind

        return behind(expression, self.ground.columns)

    def _timed_case(self, expression: Expression) -> tuple[Expression, Expression] | None:
        """Condition and value of `CASE WHEN ts >= … THEN x [ELSE nothing] END`."""
        case = self._behind(expression)
        if not isinstance(case, Call) or case.function != "case" or len(case.args) not in (2, 3):
            return None
        if not any(self._bounds(part) for part in conjuncts(case.args[0])):
            return None
        other = case.args[2] if len(case.args) == 3 else Literal(None)
        value = other.value if isinstance(other, Literal) else "?"
        if value == 0 and self.measure.function == "sum":
            self.default = "0"
        elif value is not None:
            raise Unsaid("a bound on the time stands inside of its value")
        return case.args[0], case.args[1]

    def filter(self) -> str | None:
        """The condition of the aggregate without its bounds on time."""
        kept = [part for part in self._conditions if not self._bounds(part)]
        said = [self.speaker.say(part) for part in kept]
        return said[0] if len(said) == 1 else " AND ".join(map(wrapped, said)) or None

    def _bounds(self, part: Expression) -> bool:
        return self.ground.is_time(part, self.rows.base, self.times)


def _shared(args: list[Expression]) -> tuple[list[Expression], float | None]:
    shares = [arg.value for arg in args if isinstance(arg, Literal) and isinstance(arg.value, int | float)]
    values: list[Expression] = [arg for arg in args if not isinstance(arg, Literal)]
    if len(shares) > 1 or len(values) != 1 or any(not 0 <= share <= 1 for share in shares):
        raise Unsaid("it is not known which percentile it is")
    return values, float(shares[0]) if shares else 0.5


def _unserved(measure: Aggregated) -> str:
    from feasilint.ir.functions import traits

    instead = _INSTEAD.get(measure.function)
    said = f"no platform keeps a {traits(measure.function).words}"
    return f"{said}; {instead}" if instead else said


_INSTEAD = {
    "first": "say which row is the first one: MIN_BY(x, event time)",
    "last": "say which row is the last one: MAX_BY(x, event time)",
    "any": "MAX_BY(x, event time) says which value is meant",
    "list": "the last 20 values are bounded",
    "mode": "the counts of the few values that matter are bounded",
    "row_number": "it numbers the events of a key: a count of those of a window is bounded",
}


def _framed(window: Window) -> None:
    """Of a window over rows, what has a meaning at one point in time: all rows before, or those of a stretch of time."""
    frame = window.frame
    if frame is None:
        return
    if frame.unit != "range" and not (frame.start is None and frame.end in (0, -1)):
        raise Unsaid("it looks at a number of rows, not at a stretch of time")
    if frame.start is None and frame.end is None:
        return
    if frame.vague:
        raise Unsaid("the length of its window is not known")


def _window(
    extent: Extent, relation: Aggregate | Window, output: Output, analysis: Analysis, base: Scan
) -> tuple[float | None, str | None]:
    """The present window in seconds, or where a history begins that grows."""
    match extent.window:
        case "unbounded":
            return None, None
        case "anchored":
            return None, extent.since
        case "bounded" if len(extent.intervals) == 1:
            _up_to_now(relation, output, analysis, base)
            return _seconds(extent.intervals[0]), None
        case "bounded":
            raise Unsaid("the length of its window is not known")
        case "rows":
            raise Unsaid("it looks at a number of rows, not at a stretch of time")
        case "bucketed":
            raise Unsaid(f"it is a value of each `{spelled(extent.time_column or 'period')}`, which is bounded already")
        case "entity":
            raise Unsaid("its keys have few rows by nature: nothing grows")
        case "global":
            raise Unsaid("it is one value of all rows, of no key")
        case _:
            raise Unsaid("it is not known how far back it looks")


def _seconds(length: Interval) -> float:
    """Months are no fixed time: the nearest whole days are taken."""
    seconds = length.total_seconds
    return float(round(seconds / _DAY) * _DAY) if length.months else seconds


def _up_to_now(relation: Aggregate | Window, output: Output, analysis: Analysis, base: Scan) -> None:
    """Refuse windows that end before the prediction."""
    if isinstance(relation, Window) and relation.frame is not None and relation.frame.start is not None:
        return
    for bound in analysis.windows.bounding(relation, output):
        upper = bound.upper
        if base not in {place for place, _ in leaves(bound.event, analysis.columns)}:
            continue
        if upper is not None and upper.base != "constant" and upper.offset is not None and upper.offset.total_seconds:
            raise Unsaid("its window ends some time before the prediction")


def _of_population(relation: Aggregate | Window, output: Output, ground: Ground) -> bool:
    """Whether a standard deviation or variance is that of a population. Raises Unsaid for a spread of another kind."""
    kinds, dialect = _kinds(relation, output, ground)
    code = said(relation, output, ground)
    if "ddof" in code or "sem" in code:
        raise Unsaid("it is a spread of its own kind")
    if kinds & {"StddevPop", "VariancePop"}:
        return True
    return (dialect in _POPULATION and "StddevSamp" not in kinds) or "_pop" in code


def _interpolates(relation: Aggregate | Window, output: Output, ground: Ground) -> bool:
    kinds, _ = _kinds(relation, output, ground)
    return "PercentileCont" in kinds if kinds else "interpolation" not in said(relation, output, ground)


def _kinds(relation: Aggregate | Window, output: Output, ground: Ground) -> tuple[set[str], str | None]:
    """The names of the syntax nodes of an aggregate in SQL, and its dialect; empty where it is Python."""
    origin = output.expression.origin or output.origin
    found = ground.manners.fragment(relation, origin)
    if found is None or origin is None or found[1].language != "sql":
        return set(), None
    from feasilint.lower.sql.nodes import nodes

    tree = nodes(found[1])
    known = {type(node).__name__ for node in tree[origin.node].walk()} if origin.node < len(tree) else {"unknown"}
    return known, found[1].dialect


def said(relation: Aggregate | Window, output: Output, ground: Ground) -> str:
    """The Python code of an aggregate; empty where it is none."""
    origin = output.expression.origin or output.origin
    found = ground.manners.fragment(relation, origin)
    if found is None or origin is None or found[1].language != "python":
        return ""
    from feasilint.lower.python.nodes import nodes

    code = nodes(found[1])
    return ast.unparse(code[origin.node]) if origin.node < len(code) else ""
