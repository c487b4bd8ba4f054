"""Macros of dbt and of its common packages as the SQL they stand for, where the package is not at hand or would ask the
database what it contains."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

from feasilint.lower.sql.jinja.database import quoted
from feasilint.lower.sql.jinja.run import current
from feasilint.lower.sql.jinja.values import Unknown
from feasilint.lower.sql.jinja.wordings import WORDINGS, worded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    StandIn: TypeAlias = Callable[..., str]

PACKAGES = ("dbt", "dbt_utils", "dbt_date", "dbt_expectations", "fivetran_utils")
INTROSPECTIVE = frozenset(
    ("star", "union_relations", "deduplicate", "date_spine", "fill_staging_columns", "union_connections", "union_data",
     "surrogate_key")
)  # fmt: skip
"""Macros that ask the database for columns or values, or that only say that they are called otherwise now; what stands for
them here does neither."""


def stand_in(package: str, name: str) -> StandIn | None:
    """What stands for a macro of a package, or for dbt's own of that name; None for one that is not known."""
    if package not in _MACROS:
        return None
    return _MACROS[package].get(name) or _MACROS["dbt"].get(name)


def failed(name: str) -> StandIn | None:
    """What stands for a macro of any package that failed, whatever adapter it was meant for."""
    plain = name.partition("__")[2] or name
    return next((found for package in PACKAGES if (found := _MACROS[package].get(plain)) is not None), None)


def _list(values: Any) -> list[Any]:
    return [] if values is None else [values] if isinstance(values, str) else list(values)


def _call(name: str) -> StandIn:
    """A function of the same arguments."""
    return lambda *args, **kwargs: f"{name}({','.join(str(one) for one in _flat((*args, *kwargs.values())))})"


def _flat(values: tuple[Any, ...]) -> list[Any]:
    return [one for value in values for one in (value if isinstance(value, list | tuple) else [value])]


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


def _slug(string: Any) -> Any:
    """A name of small letters, digits and underscores."""
    if not isinstance(string, str):
        return str(string)
    plain = re.sub("[^a-z0-9_]+", "", re.sub("[ -]+", "_", string.lower()))
    return f"_{plain}" if plain[:1].isdigit() else plain


def _escaped(expression: Any) -> str:
    return str(expression).replace("'", "''")


def _filled(source_columns: Any = None, staging_columns: Any = ()) -> str:  # noqa: ARG001
    """Every column of a staging model from the source's column of the same name, as if the source had all of them."""
    if isinstance(staging_columns, Unknown):
        return str(staging_columns)
    return ", ".join(_staged(column) for column in staging_columns if isinstance(column, dict))


def _staged(column: Mapping[str, Any]) -> str:
    name = column.get("name")
    if column.get("quote"):
        return f"{quoted(name, current().adapter)} as {column.get('alias') or quoted(name, current().adapter)}"
    return f"{name} as {column.get('alias') or name}"


def _connections(*_: Any, single_source_name: Any = "", single_table_name: Any = "", **__: Any) -> str:
    return f"select * from {_source(single_source_name, single_table_name)}"  # noqa: S608


def _united(table_identifier: Any = "", *_: Any, default_schema: Any = "", **__: Any) -> str:
    return f"select * from {_source(default_schema, table_identifier)}"  # noqa: S608


def _source(source: Any, table: Any) -> Any:
    return current().names["source"](source, table)


_CODED: dict[str, dict[str, StandIn]] = {
    "dbt": {
        "date_spine": _date_spine,
        "escape_single_quotes": _escaped,
        **{name: _call(name) for name in ("split_part", "replace", "length", "position", "right")},
        **dict.fromkeys(("hash", "concat", "array_construct", "array_concat"), _call("concat")),
    },
    "dbt_utils": {
        "star": _star,
        "union_relations": _union_relations,
        "deduplicate": _deduplicate,
        "pivot": _pivot,
        "slugify": _slug,
        **dict.fromkeys(("safe_add", "safe_subtract"), _call("coalesce")),
        **dict.fromkeys(
            ("generate_surrogate_key", "surrogate_key", "width_bucket", "haversine_distance"), _call("concat")
        ),
    },
    "fivetran_utils": {
        "fill_staging_columns": _filled,
        "union_connections": _connections,
        "union_data": _united,
    },
}
_MACROS: dict[str, dict[str, StandIn]] = {
    package: {
        **{name: worded(*how) for name, how in WORDINGS.get(package, {}).items()},
        **_CODED.get(package, {}),
    }
    for package in PACKAGES
}
