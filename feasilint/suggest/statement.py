"""The SQL of a definition in DuckDB's dialect: the feature of each key as of `$as_of`, as it is and with a window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.suggest.spoken import Unsaid, name, text_of, wrapped

if TYPE_CHECKING:
    from feasilint.ir import Source
    from feasilint.suggest.definition import Definition, Key, Measured

AS_OF = "$as_of"
_DAY = 86_400
_READERS = {"parquet": "read_parquet", "csv": "read_csv", "tsv": "read_csv", "json": "read_json", "ndjson": "read_json",
            "jsonl": "read_json"}  # fmt: skip


def present(definition: Definition, rows: str | None = None, as_of: str = AS_OF) -> str:
    """The feature as the code computes it, of each key, from the events before `$as_of`. Columns: the keys, then the feature.

    `rows`: what stands in FROM instead of the source; `as_of`: instead of the parameter.
    """
    return _statement(definition, rows, [measure.window for measure in definition.measures], as_of)


def bounded(definition: Definition, rows: str | None = None, as_of: str = AS_OF) -> str:
    """The same with the suggested window for whatever has none."""
    usual = definition.days * _DAY
    return _statement(definition, rows, [measure.window or usual for measure in definition.measures], as_of)


def relation(source: Source) -> str:
    """What DuckDB reads a source by."""
    if source.kind == "table":
        return ".".join(name(part) for part in source.name.split("."))
    ending = source.name.rsplit(".", 1)[-1].lower() if "." in source.name.rsplit("/", 1)[-1] else ""
    if ending in _READERS:
        return f"{_READERS[ending]}({text_of(source.name)})"
    pattern = source.name.rstrip("/") + "/**/*.parquet"
    return f"read_parquet({text_of(pattern)})"


def aggregate(measure: Measured, event_time: str, condition: str | None = None) -> str:
    """One aggregate as SQL. `condition`: what else its rows must meet."""
    said = _FORMS.get(measure.function)
    if said is None:
        raise Unsaid(f"`{measure.function}` has no form in SQL")
    of = measure.argument if measure.argument is not None else "*"
    made = said.format(x=of, ts=name(event_time), share=measure.share, p="pop" if measure.population else "samp")
    conditions = [part for part in (measure.filter, condition) if part is not None]
    if measure.function in ("first", "last"):
        conditions.insert(0, f"{of} IS NOT NULL")
    return f"{made} FILTER (WHERE {conjunction(conditions)})" if conditions else made


def conjunction(conditions: list[str]) -> str:
    """Conditions that must all hold, as one."""
    return conditions[0] if len(conditions) == 1 else " AND ".join(map(wrapped, conditions))


def within(event_time: str, window: float | None, as_of: str = AS_OF, since: str | None = None) -> list[str]:
    """The bounds of a window that ends at a moment, which is not part of it."""
    time = name(event_time)
    lower = [f"{time} >= {as_of} - {length(window)}"] if window is not None else []
    if since is not None and window is None:
        lower = [f"{time} >= TIMESTAMP {text_of(since)}"]
    return [*lower, f"{time} < {as_of}"]


def length(seconds: float) -> str:
    """A length of time in the largest unit that it is a whole number of."""
    for unit, size in (("DAY", _DAY), ("HOUR", 3600), ("MINUTE", 60)):
        if seconds % size == 0:
            return f"INTERVAL {int(seconds // size)} {unit}"
    return f"INTERVAL {seconds:g} SECOND"


def _statement(definition: Definition, rows: str | None, windows: list[float | None], as_of: str) -> str:
    widest = None if None in windows else max(window for window in windows if window is not None)
    longest = definition.measures[windows.index(widest)]
    own = [
        None
        if window == widest and measure.since == longest.since
        else conjunction(within(definition.event_time, window, as_of, measure.since)[:-1] or ["TRUE"])
        for measure, window in zip(definition.measures, windows, strict=True)
    ]
    since = longest.since if all(measure.since == longest.since for measure in definition.measures) else None
    keys = [selected(key) for key in definition.keys]
    made = [
        f"{aggregate(measure, definition.event_time, condition)} AS m{at}"
        for at, (measure, condition) in enumerate(zip(definition.measures, own, strict=True), 1)
    ]
    where = [
        *([definition.condition] if definition.condition else []),
        *within(definition.event_time, widest, as_of, since),
    ]
    grouped = ", ".join(str(at) for at in range(1, len(keys) + 1))
    inner = (
        f"SELECT {', '.join([*keys, *made])}\nFROM {rows or relation(definition.source)}\n"
        f"WHERE {conjunction(where)}\nGROUP BY {grouped}"
    )
    names = [name(key.name) for key in definition.keys]
    return f"SELECT {', '.join(names)}, {definition.value} AS {name(definition.name)}\nFROM (\n{indented(inner)}\n) AS aggregated"


def selected(key: Key) -> str:
    """A key in a SELECT."""
    return key.expression if key.expression == name(key.name) else f"{key.expression} AS {name(key.name)}"


def indented(text: str) -> str:
    """Two spaces before each line."""
    return "\n".join(f"  {line}" for line in text.splitlines())


_FORMS = {
    "count": "count({x})", "sum": "sum({x})", "avg": "avg({x})", "min": "min({x})", "max": "max({x})",
    "std": "stddev_{p}({x})", "var": "var_{p}({x})", "count_distinct": "count(DISTINCT {x})",
    "approx_count_distinct": "approx_count_distinct({x})", "median": "median({x})",
    "percentile": "quantile_cont({x}, {share})", "approx_percentile": "approx_quantile({x}, {share})",
    "first": "arg_min({x}, {ts})", "last": "arg_max({x}, {ts})", "bool_and": "bool_and({x})", "bool_or": "bool_or({x})",
}  # fmt: skip
