"""Macros of dbt and of its common packages as the SQL they stand for, where the package is not at hand or would ask the
database what it contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    StandIn: TypeAlias = Callable[..., str]

PACKAGES = ("dbt", "dbt_utils", "dbt_date", "dbt_expectations", "fivetran_utils")
INTROSPECTIVE = frozenset(("star", "union_relations", "deduplicate", "date_spine"))
"""Macros that ask the database for columns or values; what stands for them here does not have to."""


def stand_in(package: str, name: str) -> StandIn | None:
    """What stands for a macro of a package; None for one that is not known."""
    return _MACROS.get(name) if package in PACKAGES else None


def _list(values: Any) -> list[Any]:
    return [] if values is None else [values] if isinstance(values, str) else list(values)


def _call(name: str) -> StandIn:
    """A function of the same arguments."""
    return lambda *args, **kwargs: f"{name}({','.join(str(one) for one in _flat((*args, *kwargs.values())))})"


def _flat(values: tuple[Any, ...]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]


def _always(text: str) -> StandIn:
    return lambda *_, **__: text


def _first(name: str) -> StandIn:
    """A function of the first argument only."""
    return lambda *args, **kwargs: f"{name}({next(iter((*args, *kwargs.values())), '')})"


def _datediff(first_date: Any, second_date: Any, datepart: Any = "day") -> str:
    return f"datediff({datepart},{first_date},{second_date})"


def _dateadd(datepart: Any, interval: Any, from_date_or_timestamp: Any) -> str:
    return f"dateadd({datepart},{interval},{from_date_or_timestamp})"


def _date_trunc(datepart: Any, date: Any) -> str:
    return f"date_trunc('{datepart}',{date})"


def _cast(field: Any, type: Any) -> str:  # noqa: A002 - dbt's own names
    return f"cast({field} as {type})"


def _divide(numerator: Any, denominator: Any) -> str:
    return f"({numerator})/nullif({denominator},0)"


def _star(_: Any = None, relation_alias: Any = None, except_: Any = (), **named: Any) -> str:
    alias = named.get("relation_alias", relation_alias)
    gone = [str(one) for one in _list(named.get("except", except_))]
    return f"{alias}.*" * bool(alias) + "*" * (not alias) + (f" except ({', '.join(gone)})" if gone else "")


def _union_relations(relations: Any, *_: Any, **named: Any) -> str:
    label = named.get("source_column_name", "_dbt_source_relation")
    where = f" where {named['where']}" if named.get("where") else ""
    extra = f", '' as {label}" if label is not None else ""
    return " union all ".join(f"(select *{extra} from {one}{where})" for one in _list(relations))  # noqa: S608


def _deduplicate(relation: Any, partition_by: Any, order_by: Any = None, *_: Any, **__: Any) -> str:
    order = f" order by {order_by}" if order_by else ""
    numbered = f"select *, row_number() over (partition by {partition_by}{order}) as rn from {relation}"  # noqa: S608
    return f"select * except (rn) from ({numbered}) as numbered where rn = 1"  # noqa: S608


def _date_spine(datepart: Any, start_date: Any = None, end_date: Any = None) -> str:  # noqa: ARG001
    return f"select {start_date} as date_{datepart}"


def _pivot(column: Any, values: Any, alias: Any = True, agg: Any = "sum", cmp: Any = "=", **named: Any) -> str:
    then, otherwise = named.get("then_value", 1), named.get("else_value", 0)
    prefix, suffix = named.get("prefix", ""), named.get("suffix", "")
    cells = []
    for value in _list(values):
        name = f' as "{prefix}{value}{suffix}"' if alias else ""
        cells.append(f"{agg}(case when {column} {cmp} '{value}' then {then} else {otherwise} end){name}")
    return ", ".join(cells)


def _literal(value: Any) -> str:
    return f"'{value}'"


def _escaped(expression: Any) -> str:
    return str(expression).replace("'", "''")


_MACROS: dict[str, StandIn] = {
    "group_by": _always("group by all"),
    "star": _star,
    "union_relations": _union_relations,
    "deduplicate": _deduplicate,
    "date_spine": _date_spine,
    "pivot": _pivot,
    "safe_divide": _divide,
    "safe_add": _call("coalesce"),
    "safe_subtract": _call("coalesce"),
    "safe_cast": _cast,
    "cast": _cast,
    "datediff": _datediff,
    "dateadd": _dateadd,
    "date_trunc": _date_trunc,
    "last_day": _first("last_day"),
    "string_literal": _literal,
    "escape_single_quotes": _escaped,
    "split_part": _call("split_part"),
    "replace": _call("replace"),
    "length": _call("length"),
    "position": _call("position"),
    "right": _call("right"),
    "listagg": _first("listagg"),
    "string_agg": _first("listagg"),
    "any_value": _first("any_value"),
    "bool_or": _first("bool_or"),
    "except": _always("except"),
    "intersect": _always("intersect"),
    "yesterday": _always("(current_date - 1)"),
    **dict.fromkeys(("current_timestamp", "current_timestamp_backcompat", "now"), _always("current_timestamp")),
    "today": _always("current_date"),
    **dict.fromkeys(
        ("generate_surrogate_key", "surrogate_key", "hash", "concat", "cast_bool_to_text", "array_construct", "array_concat",
         "get_url_host", "get_url_parameter", "get_url_path", "width_bucket", "haversine_distance"),
        _call("concat"),
    ),
    **{
        f"type_{name}": _always(type_)
        for name, type_ in {
            "string": "text", "int": "int", "bigint": "bigint", "float": "float", "numeric": "numeric",
            "boolean": "boolean", "timestamp": "timestamp",
        }.items()
    },
}  # fmt: skip
