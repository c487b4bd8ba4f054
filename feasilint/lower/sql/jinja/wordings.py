"""Macros that write one text with their arguments in it, as data: by package, parameters with their defaults, and the text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DBT: dict[str, tuple[str, str]] = {
    "array_append": ("array element", "array_append({array},{element})"),
    "bool_or": ("expression", "bool_or({expression})"),
    "any_value": ("expression", "any_value({expression})"),
    "cast": ("field type", "cast({field} as {type})"),
    "cast_bool_to_text": ("field", "cast({field} as text)"),
    "current_timestamp": ("", "current_timestamp"),
    "current_timestamp_backcompat": ("", "current_timestamp"),
    "current_timestamp_in_utc_backcompat": ("", "current_timestamp"),
    "date": ("year month day", "date_from_parts({year},{month},{day})"),
    "date_trunc": ("datepart date", "timestamp_trunc({date},{datepart})"),
    "dateadd": ("datepart interval from_date_or_timestamp", "dateadd({datepart},{interval},{from_date_or_timestamp})"),
    "datediff": ("first_date second_date datepart=day", "datediff({datepart},{first_date},{second_date})"),
    "equals": ("expr1 expr2", "({expr1} = {expr2} or ({expr1} is null and {expr2} is null))"),
    "except": ("", "except"),
    "intersect": ("", "intersect"),
    "last_day": ("date datepart=month", "last_day({date})"),
    "listagg": ("measure delimiter_text order_by_clause limit_num", "listagg({measure})"),
    "safe_cast": ("field type", "cast({field} as {type})"),
    "snapshot_get_time": ("", "current_timestamp"),
    "string_literal": ("value", "'{value}'"),
    "type_bigint": ("", "bigint"),
    "type_boolean": ("", "boolean"),
    "type_float": ("", "float"),
    "type_int": ("", "int"),
    "type_numeric": ("", "numeric"),
    "type_string": ("", "text"),
    "type_timestamp": ("", "timestamp"),
}
_UTILS: dict[str, tuple[str, str]] = {
    "degrees_to_radians": ("degrees", "radians({degrees})"),
    "group_by": ("n", "group by all"),
    "safe_divide": ("numerator denominator", "({numerator})/nullif({denominator},0)"),
    "get_url_host": ("field", "get_url_host({field})"),
    "get_url_path": ("field", "get_url_path({field})"),
    "get_url_parameter": ("field url_parameter", "get_url_parameter({field},'{url_parameter}')"),
}
_DATE: dict[str, tuple[str, str]] = {
    "convert_timezone": ("column target_tz source_tz", "cast({column} as timestamp)"),
    "date_part": ("datepart date", "date_part('{datepart}',{date})"),
    "day_name": ("date short language", "dayname({date})"),
    "day_of_month": ("date", "date_part('day',{date})"),
    "day_of_week": ("date isoweek", "date_part('dayofweek',{date})"),
    "day_of_year": ("date", "date_part('dayofyear',{date})"),
    "from_unixtimestamp": ("epochs format", "to_timestamp({epochs})"),
    "iso_week_end": ("date tz", "last_day({date},week)"),
    "iso_week_of_year": ("date tz", "date_part('week',{date})"),
    "iso_week_start": ("date tz", "timestamp_trunc({date},week)"),
    "month_name": ("date short language", "monthname({date})"),
    "n_days_ago": ("n date tz", "(current_date - {n})"),
    "n_days_away": ("n date tz", "(current_date + {n})"),
    "now": ("tz", "current_timestamp"),
    "periods_since": ("date_col period_name tz", "datediff({period_name},{date_col},current_timestamp)"),
    "round_timestamp": ("timestamp", "timestamp_trunc({timestamp},day)"),
    "to_unixtimestamp": ("timestamp", "date_part('epoch',{timestamp})"),
    "today": ("tz", "current_date"),
    "tomorrow": ("date tz", "(current_date + 1)"),
    "week_end": ("date tz", "last_day({date},week)"),
    "week_of_year": ("date tz", "date_part('week',{date})"),
    "week_start": ("date tz", "timestamp_trunc({date},week)"),
    "yesterday": ("date tz", "(current_date - 1)"),
}
_FIVETRAN: dict[str, tuple[str, str]] = {
    "apply_source_relation": ("package_name use_package_prefix", ", '{package_name}' as source_relation"),
    "array_agg": ("field_to_agg", "array_agg({field_to_agg})"),
    "ceiling": ("num", "ceil({num})"),
    "json_extract": ("string string_path", "json_extract_path_text({string},'{string_path}')"),
    "max_bool": ("boolean_field", "max({boolean_field})"),
    "partition_by_source_relation": ("package_name has_other_partitions alias", ""),
    "percentile": (
        "percentile_field partition_field percent",
        "percentile_cont({percent}) within group (order by {percentile_field}) over (partition by {partition_field})",
    ),
    "source_relation": ("union_schema_variable union_database_variable", ", '' as source_relation"),
    "string_agg": ("field_to_agg delimiter", "listagg({field_to_agg},{delimiter})"),
    "timestamp_add": ("datepart interval from_timestamp", "dateadd({datepart},{interval},{from_timestamp})"),
    "timestamp_diff": ("first_date second_date datepart", "datediff({datepart},{first_date},{second_date})"),
    "try_cast": ("field type", "try_cast({field} as {type})"),
}

WORDINGS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "dbt": _DBT,
    "dbt_utils": _UTILS,
    "dbt_date": _DATE,
    "fivetran_utils": _FIVETRAN,
}


def worded(parameters: str, text: str) -> Callable[..., str]:
    """The macro with these parameters (`a b=default`) that writes this text; what it is not given is empty."""
    names = [one.partition("=") for one in parameters.split()]
    defaults = {name: default for name, _, default in names}

    def write(*args: Any, **kwargs: Any) -> str:
        given = dict(zip(defaults, args, strict=False)) | kwargs
        return text.format_map({**defaults, **{name: str(value) for name, value in given.items()}})

    return write
