"""Daily tiles of a definition: the state that each aggregate keeps per key and day, and how a window is put together of it."""

from __future__ import annotations

from math import ceil, isfinite
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.sql.adapter import translated
from feasilint.suggest.bounded import Bound
from feasilint.suggest.platforms.files import Refused
from feasilint.suggest.spoken import name
from feasilint.suggest.statement import aggregate, bounded, conjunction, relation, selected

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition
    from feasilint.suggest.measured import Measured

_DAY = 86_400
_USUAL_LATENESS = 3  # days that are computed again where nobody says how late rows come


class State(Struct, frozen=True):
    """What is kept of one aggregate. `columns`: the ending of a column and the SQL of its daily value; `merged`: the aggregate
    over days. In both `{m}` is the name of the measure, `{f}` a FILTER or nothing, `{w}` that of the window."""

    columns: tuple[tuple[str, str], ...]
    merged: str


class Sketch(Struct, frozen=True):
    """The functions of a dialect that make a sketch of distinct values, put sketches together, and read one."""

    made: str
    read: str


_SKETCHES = {
    "bigquery": Sketch("HLL_COUNT.INIT({x})", "HLL_COUNT.MERGE({x})"),
    "snowflake": Sketch("HLL_ACCUMULATE({x})", "HLL_ESTIMATE(HLL_COMBINE({x}))"),
    "spark": Sketch("hll_sketch_agg({x})", "hll_sketch_estimate(hll_union_agg({x}))"),
    "databricks": Sketch("hll_sketch_agg({x})", "hll_sketch_estimate(hll_union_agg({x}))"),
    "redshift": Sketch("HLL_CREATE_SKETCH({x})", "HLL_CARDINALITY(HLL_COMBINE({x}))"),
}
_SPREAD = (
    "greatest(sum({m}_ss){w} - sum({m}_s){w} * sum({m}_s){w} / nullif(sum({m}_n){w}, 0), 0)"
    " / nullif(sum({m}_n){w} - {one}, 0)"
)
_STATES = {
    "count": State((("n", "{a}"),), "coalesce(sum({m}_n){w}, 0)"),
    "sum": State((("s", "{a}"),), "sum({m}_s){w}"),
    "avg": State((("n", "count({x}){f}"), ("s", "sum({x}){f}")), "CAST(sum({m}_s){w} AS DOUBLE) / nullif(sum({m}_n){w}, 0)"),
    "min": State((("low", "{a}"),), "min({m}_low){w}"),
    "max": State((("high", "{a}"),), "max({m}_high){w}"),
    "bool_and": State((("all", "{a}"),), "bool_and({m}_all){w}"),
    "bool_or": State((("any", "{a}"),), "bool_or({m}_any){w}"),
}  # fmt: skip
_SQUARES = (("n", "count({x}){f}"), ("s", "sum(CAST({x} AS DOUBLE)){f}"),
            ("ss", "sum(CAST({x} AS DOUBLE) * CAST({x} AS DOUBLE)){f}"))  # fmt: skip


class Tiles(Struct, frozen=True):
    """A definition in tiles, in one dialect. `notes`: what of it is not exactly what the code computes, and why."""

    feature: str
    table: str
    tile: str
    window: str
    notes: tuple[str, ...]


class Direct(Struct, frozen=True):
    """A definition that has no tiles: a query over the rows of the window. `notes` say why."""

    feature: str
    query: str
    notes: tuple[str, ...]


def feature_name(definition: Definition) -> str:
    """The name with the suggested window in it, where there was none."""
    if definition.window is not None:
        return definition.name
    return Bound(definition.days, definition.event_time).named(definition.name)


def lateness(definition: Definition) -> int:
    """How many days are computed again each time, since rows may come late."""
    known = definition.entry.staleness if definition.entry is not None else None
    return 1 + ceil(known.worst / _DAY) if known is not None and isfinite(known.worst) else _USUAL_LATENESS


def windows(definition: Definition) -> list[float]:
    """The window of each aggregate in seconds, the suggested one where it has none."""
    return [measure.window or float(definition.days * _DAY) for measure in definition.measures]


def tiled(
    definition: Definition, dialect: str, as_of: str = "$as_of", rows: str | None = None, table: str | None = None,
    daily: str = "{time} >= CAST($day AS TIMESTAMP) AND {time} < CAST($day AS TIMESTAMP) + INTERVAL 1 DAY",
) -> Tiles | Direct:  # fmt: skip
    """The tiles and windows of a definition as SQL. `as_of`: the day, as SQL; `rows`, `table`: what stands in FROM for the source
    and the tiles; `daily`: which rows one run reads, of the event time."""
    _served(definition, dialect)
    notes = [note for measure in definition.measures if (note := _approximation(measure, dialect))]
    states = [_state(measure, dialect) for measure in definition.measures]
    feature = feature_name(definition)
    said = _untiled(definition, states)
    if said is not None:
        query = translated(_renamed(definition, feature, as_of, rows), dialect)
        return Direct(feature, query, (said,))
    tile = _tile(definition, states, rows, daily)
    window = _window(definition, states, feature, as_of, table or name(f"{feature}_daily"))
    return Tiles(feature, f"{feature}_daily", translated(tile, dialect), translated(window, dialect), tuple(notes))


_DIALECTS = ("bigquery", "databricks", "duckdb", "postgres", "redshift", "snowflake", "spark", "trino")
_APPROXIMATE = {
    "bigquery": "APPROX_QUANTILES(x, 100)[OFFSET(50)] is approximate and there",
    "trino": "approx_percentile(x, 0.5) is approximate and there",
}
_WITHOUT_EXTREMES = ("postgres", "redshift")


def _served(definition: Definition, dialect: str) -> None:
    """Refuse what a dialect has no exact form of."""
    if dialect not in _DIALECTS:
        raise Refused(
            f"definitions are written in the SQL of {', '.join(_DIALECTS)}, not of `{dialect}`: see --dialect"
        )
    if definition.source.kind == "file" and dialect != "duckdb":
        raise Refused(
            f"`{definition.source.name}` is no table: only the SQL of duckdb reads files, so load it into the warehouse"
        )
    for measure in definition.measures:
        if measure.function in ("median", "percentile") and dialect in _APPROXIMATE:
            raise Refused(f"{dialect} has no exact {measure.function} that is an aggregate: {_APPROXIMATE[dialect]}")
        if measure.function in ("first", "last") and dialect in _WITHOUT_EXTREMES:
            raise Refused(
                f"{dialect} has no MAX_BY: number the rows of each key by time and take the {measure.function} one"
            )


def _state(measure: Measured, dialect: str) -> State | None:
    if measure.function in ("count_distinct", "approx_count_distinct"):
        sketch = _SKETCHES.get(dialect)
        if sketch is None:
            return None
        made = f"{sketch.made.format(x='CASE WHEN {c} THEN {x} END' if measure.filter else '{x}')}"
        return State((("sketch", made),), sketch.read.format(x="{v}"))
    if measure.function in ("std", "var"):
        spread = _SPREAD.replace("{one}", "0" if measure.population else "1")
        return State(_SQUARES, f"sqrt({spread})" if measure.function == "std" else spread)
    return _STATES.get(measure.function)


def _approximation(measure: Measured, dialect: str) -> str:
    if measure.function == "count_distinct" and dialect in _SKETCHES:
        return "an exact distinct count cannot be put together of days: a sketch of about 2 % error stands in its place"
    return ""


def _untiled(definition: Definition, states: list[State | None]) -> str | None:
    """Why a definition has no tiles."""
    if any(window % _DAY for window in windows(definition)):
        return "a window of part of a day is not made of daily tiles: the query reads the rows of the window"
    without = [measure.function for measure, state in zip(definition.measures, states, strict=True) if state is None]
    if without:
        return f"a `{without[0]}` of days cannot be put together here: the query reads all rows of the window"
    return None


def _renamed(definition: Definition, feature: str, as_of: str, rows: str | None) -> str:
    from msgspec.structs import replace

    inner = bounded(replace(definition, name=feature), rows, f"CAST({as_of} AS TIMESTAMP)")
    return f"SELECT bounded.*, CAST({as_of} AS TIMESTAMP) AS as_of FROM ({inner}) AS bounded"


def _tile(definition: Definition, states: list[State | None], rows: str | None, daily: str) -> str:
    time = name(definition.event_time)
    columns = [selected(key) for key in definition.keys] + [f"CAST({time} AS DATE) AS day"]
    for at, (measure, state) in enumerate(zip(definition.measures, states, strict=True), 1):
        assert state is not None
        columns += [f"{_daily(measure, said, definition)} AS m{at}_{ending}" for ending, said in state.columns]
    where = [*([definition.condition] if definition.condition else []), daily.format(time=time)]
    grouped = ", ".join(str(at) for at in range(1, len(definition.keys) + 2))
    source = rows or relation(definition.source)
    return f"SELECT {', '.join(columns)} FROM {source} WHERE {conjunction(where)} GROUP BY {grouped}"


def _daily(measure: Measured, said: str, definition: Definition) -> str:
    where = f" FILTER (WHERE {measure.filter})" if measure.filter else ""
    whole = aggregate(measure, definition.event_time) if "{a}" in said else ""
    return said.format(a=whole, x=measure.argument, f=where, c=measure.filter)


def _window(definition: Definition, states: list[State | None], feature: str, as_of: str, table: str) -> str:
    keys = [name(key.name) for key in definition.keys]
    lengths = windows(definition)
    longest = max(lengths)
    day = f"CAST({as_of} AS DATE)"
    merged = []
    for at, (state, length) in enumerate(zip(states, lengths, strict=True), 1):
        assert state is not None
        own = f"day >= {day} - INTERVAL {int(length // _DAY)} DAY"
        within = f" FILTER (WHERE {own})" if length < longest else ""
        value = f"CASE WHEN {own} THEN m{at}_sketch END" if length < longest else f"m{at}_sketch"
        merged.append(f"{state.merged.format(m=f'm{at}', w=within, v=value)} AS m{at}")
    grouped = ", ".join(str(at) for at in range(1, len(keys) + 1))
    inner = (
        f"SELECT {', '.join([*keys, *merged])} FROM {table} "
        f"WHERE day >= {day} - INTERVAL {int(longest // _DAY)} DAY AND day < {day} GROUP BY {grouped}"
    )
    outer = [*keys, f"{definition.value} AS {name(feature)}", f"CAST({as_of} AS TIMESTAMP) AS as_of"]
    return f"SELECT {', '.join(outer)} FROM ({inner}) AS merged"
