"""The stations of `feasilint.trace/1` in words, as the tree and the drawings share them."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING, Any

from feasilint.durations import duration

if TYPE_CHECKING:
    from collections.abc import Iterator

Json = dict[str, Any]
OLDEST = "oldest"
_MODES = {"create": "table", "insert": "inserted into", "overwrite": "overwritten", "upsert": "merged into"}
_UNSCHEDULED = ("view", "ephemeral")  # computed whenever they are read
_WINDOWS = {
    "unbounded": "all history",
    "anchored": "all since a constant date",
    "bounded": "a bounded window",
    "bucketed": "one bucket",
    "rows": "a number of rows",
    "entity": "the rows of one thing",
    "global": "the whole table",
    "unknown": "an unknown window",
}
_OUTSIDE = {"inline": "rows in the code", "request": "comes with the request"}


def nested(feature: Json) -> list[Json]:
    """The stations that a feature is made of, each with those that it is made of in turn under `from`."""
    listed = {hop["id"]: dict(hop) for hop in feature["hops"]}
    for hop in listed.values():
        hop["from"] = [listed[below] for below in hop["from"]]
    return [listed[below] for below in feature["from"]]


def title(hop: Json) -> str:
    """What a station is: `table fraud.features.n`, `n = count by user_id over P30D of ts`, `n`."""
    if hop["kind"] == "aggregation":
        return _measured(hop["name"], hop["aggregation"])
    if hop["kind"] == "step":
        return str(hop["name"])
    return f"{hop['kind']} {named(hop)}"


def named(read: Json) -> str:
    """`payments.tx.amount`; several columns in brackets."""
    names = [column["name"] for column in read["columns"]]
    if read["source_kind"] == "table" and len(names) == 1:
        return f"{read['name']}.{names[0]}"
    return f"{read['name']} ({', '.join(names)})" if names else str(read["name"])


def position(place: Json | None) -> str:
    """`nb.ipynb:cell 7 [In 12]:4:9`, `model.sql:4:9`, a path alone; `-` where it is unknown."""
    if place is None:
        return "-"
    span, ran = place["span"], place["execution_count"]
    if span is None:
        return str(place["path"])
    count = f" [In {ran}]" if ran is not None else ""
    cell = "" if span["cell"] is None else f"cell {span['cell'] + 1}{count}:"
    return f"{place['path']}:{cell}{span['line']}:{span['column']}"


def target(one: Json) -> str:
    """`model XGBClassifier at checkout (online, at most 1 d old), owner #risk`."""
    limit = f", at most {duration(one['max_age'])} old" if one["max_age"] is not None else ""
    point = f" at {one['prediction_point']} ({one['mode']}{limit})" if one["prediction_point"] is not None else ""
    owner = f", owner {one['owner']}" if one["owner"] else ""
    stored = "".join(f", {said}" for said in adds(one))
    return f"{one['kind']} {one['name']}{point}{owner}{stored}"


def facts(read: Json) -> Iterator[str]:
    """What the catalog knows of what is read: availability, owner, age; then of its columns, where they differ."""
    entry = read["catalog"]
    if entry is None:
        yield _OUTSIDE.get(read["source_kind"], "unknown to the catalog")
        return
    latency = f"latency {entry['latency']}" if entry["latency"] else ""
    yield ", ".join(filter(None, (_availability(entry), latency, entry["kind"] or "", _owner(entry))))
    if read.get("kind") != "table":
        yield age(entry["age"])
    for column in read["columns"]:
        known = f"known after {duration(column['known_after'])}" if column["known_after"] else ""
        if said := ", ".join(filter(None, (column["availability"], known))):
            yield f"{column['name']}: {said}"


def verdict(feature: Json) -> str:
    """How old a feature gets by its oldest way, as far as ages are known."""
    if not feature["from"]:
        return "comes from no source"
    partly = feature["age"] is not None and any(hop["age"] is None for hop in feature["hops"] if not hop["from"])
    return f"{age(feature['age'])}{', as far as ages are known' if partly else ''}"


def age(seconds: Json | None) -> str:
    """`1 h 40 min at best, 13 h 40 min on average, 1 d 1 h 40 min at worst`."""
    if seconds is None:
        return "age unknown"
    best, mean, worst = (inf if seconds[key] is None else seconds[key] for key in ("least", "mean", "worst"))
    if worst == 0:
        return "0 s old"
    if best == inf:
        return "of any age"
    return f"{duration(best)} old at best, {duration(mean)} on average, {duration(worst)} at worst"


def adds(one: Json) -> Iterator[str]:
    """What a stored table adds to the age of what it is made of."""
    if one.get("adds"):
        yield f"adds {age(one['adds']).replace(' old at best', ' at best').removesuffix(' old')}"


def kept(written: Json) -> str:
    """How a table is written: `view`, `incremental, schedule 0 3 * * * by dags/etl.py`."""
    how = written["materialized"] or _MODES.get(written["mode"], written["mode"])
    if written["schedule"]:
        by = f" by {written['schedule_from']}" if written["schedule_from"] else ""
        return f"{how}, schedule {written['schedule']}{by}"
    return str(how) if how in _UNSCHEDULED else f"{how}, no schedule stated"


def folded(indirect: list[Json]) -> str:
    """How much is not shown: `3 sources decide about its rows (join 2, where 1)`."""
    roles: dict[str, int] = {}
    for one in indirect:
        roles[one["role"]] = roles.get(one["role"], 0) + 1
    count = "1 dependency" if len(indirect) == 1 else f"{len(indirect)} dependencies"
    return f"{count} of its rows and groups ({', '.join(f'{role} {n}' for role, n in roles.items())}): see --all"


def _measured(name: str, found: Json) -> str:
    keys = f" by {', '.join(found['keys'])}" if found["keys"] else ""
    extent = ", ".join(found["extent"]) or _WINDOWS[found["window"]]
    time = f" of {found['time_column']}" if found["time_column"] else ""
    said = f"{found['function']}{keys} over {extent}{time}"
    return said if name == found["function"] else f"{name} = {said}"


def _availability(entry: Json) -> str:
    return "availability unknown" if entry["availability"] == "unknown" else str(entry["availability"])


def _owner(entry: Json) -> str:
    owner = entry["contact"] or entry["owner"]
    return f"owner {owner}" if owner else "no owner"
