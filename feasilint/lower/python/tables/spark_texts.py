"""Arguments of PySpark's functions (as of 4.3) that are texts where all others name columns: patterns, formats, units, values."""

from __future__ import annotations

_PLACES: dict[tuple[int, ...], str] = {
    (0,): (
        "call_function call_udf concat_ws date_trunc format_string locate raise_error timestamp_add timestamp_diff"
    ),
    (0, 1): (
        "schema_of_csv schema_of_json schema_of_xml"
    ),
    (1,): (
        "array_append array_contains array_position array_prepend array_remove assert_true collate date_format decode "
        "element_at encode from_unixtime from_utc_timestamp get_json_object instr listagg listagg_distinct "
        "map_contains_key next_day regexp_extract session_window split string_agg string_agg_distinct substring_index "
        "to_csv to_date to_json to_timestamp to_utc_timestamp to_xml trunc try_to_date try_variant_array_append "
        "try_variant_insert try_variant_set tuple_intersection_agg_double tuple_intersection_agg_integer "
        "tuple_sketch_summary_double tuple_sketch_summary_integer unix_timestamp variant_array_append variant_insert "
        "variant_set"
    ),
    (1, 2): (
        "array_join from_csv from_json from_xml regexp_replace translate try_variant_get variant_get"
    ),
    (1, 2, 3): (
        "window"
    ),
    (2,): (
        "array_insert lpad rpad tuple_intersection_double tuple_intersection_integer tuple_intersection_theta_double "
        "tuple_intersection_theta_integer tuple_union_agg_double tuple_union_agg_integer"
    ),
    (3,): (
        "tuple_sketch_agg_double tuple_sketch_agg_integer tuple_union_double tuple_union_integer tuple_union_theta_double "
        "tuple_union_theta_integer"
    ),
}  # fmt: skip

TEXTS: dict[str, frozenset[int]] = {
    name: frozenset(places) for places, names in _PLACES.items() for name in names.split()
}
"""By the name of a function the places of its arguments that are no columns."""
