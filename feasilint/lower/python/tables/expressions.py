"""Expressions of columns, of polars (as of 2.1), PySpark (4.3) and Snowpark (1.56): one table, since their names do not
contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import lazy, selecting
from feasilint.lower.python.transfers.common import handle

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table

_MEASURES = (
    "sum", "mean", "min", "max", "count", "std", "var", "median", "n_unique", "first", "last", "quantile", "len",
    "product", "mode", "any", "all", "implode", "approx_n_unique", "arg_max", "arg_min", "skew", "kurtosis",
    "value_counts", "nan_max", "nan_min", "entropy", "bitwise_and", "bitwise_or", "bitwise_xor", "unique_counts",
    "hist", "dot", "has_nulls",
)  # fmt: skip
_ROWWISE = (
    "fill_null", "fill_nan", "cast", "abs", "round", "floor", "ceil", "log", "log1p", "exp", "sqrt", "pow", "clip",
    "is_null", "is_not_null", "is_in", "is_between", "is_nan", "is_not_nan", "eq", "ne", "lt", "le", "gt", "ge",
    "and_", "or_", "not_", "map_elements", "apply", "map_batches", "replace", "map_dict", "forward_fill",
    "backward_fill", "interpolate", "cut", "qcut", "is_duplicated", "is_unique", "drop_nulls", "unique", "sort",
    "head", "tail", "explode", "hash", "set_sorted", "rle", "is_first_distinct", "xor", "sign", "is_finite", "add",
    "sub", "mul", "truediv", "mod", "floordiv", "neg", "when", "then", "otherwise", "sort_by", "gather",
    "replace_strict", "to_physical", "struct", "isin", "between", "isNull", "isNotNull", "like", "rlike",
    "contains", "startswith", "endswith", "substr", "getItem", "getField", "astype", "try_cast", "bitwiseAND",
    "eqNullSafe", "regexp", "in_", "equal_null", "is_not_distinct_from", "within_group", "getitem", "append",
    "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "arg_sort", "arg_true", "arg_unique",
    "bin_intervals", "bin_quantiles", "bin_ranks", "bitwise_count_ones", "bitwise_count_zeros",
    "bitwise_leading_ones", "bitwise_leading_zeros", "bitwise_trailing_ones", "bitwise_trailing_zeros", "cbrt",
    "cos", "cosh", "cot", "degrees", "eq_missing", "erf", "erfc", "extend_constant", "gather_every", "get",
    "index_of", "inspect", "interpolate_by", "is_close", "is_empty", "is_infinite", "is_last_distinct", "is_sorted",
    "item", "limit", "log10", "ne_missing", "drop_nans", "pipe_with_dtype", "peak_max", "peak_min", "radians",
    "reinterpret", "repeat_by", "reshape", "reverse", "rle_id", "round_sig_figs", "sample", "search_sorted",
    "shuffle", "sin", "sinh", "slice", "tan", "tanh", "top_k", "top_k_by", "bottom_k", "bottom_k_by", "truncate",
    "truncdiv", "lower_bound", "upper_bound", "map", "exclude_", "flatten", "is_in_", "bitwiseOR", "bitwiseXOR",
    "bitwiseAnd", "bitand", "bitor", "bitxor", "dropFields", "withField", "ilike", "isNaN", "outer", "transform",
    "collate", "equal_nan", "substring", "is_not_distinct", "rlike_", "getName", "get_name",
)  # fmt: skip

METHODS: dict[str, Table] = {
    "lazy": {
        **{name: lazy.measure() for name in _MEASURES},
        **{name: lazy.method_call() for name in _ROWWISE},
        **dict.fromkeys(("first", "last"), lazy.picked),
        "filter": lazy.kept,
        "nunique": lazy.measure(),
        "alias": lazy.alias,
        "name": lazy.alias,
        "as_": lazy.alias,
        "over": lazy.over,
        "suffix": lazy.suffixed,
        "prefix": lazy.suffixed,
        "shift": lazy.shifted,
        "diff": lazy.shifted,
        "pct_change": lazy.shifted,
        "cum_sum": lazy.running("sum"),
        "cumsum": lazy.running("sum"),
        "cum_count": lazy.running("count"),
        "cumcount": lazy.running("count"),
        "cum_max": lazy.running("max"),
        "cum_min": lazy.running("min"),
        "ewm_mean": lazy.running("ewm"),
        "rank": lazy.measure("rank"),
        **{
            f"rolling_{name}{by}": lazy.rolling(canonical)
            for by in ("", "_by")
            for name, canonical in (
                ("mean", "avg"),
                ("sum", "sum"),
                ("min", "min"),
                ("max", "max"),
                ("std", "std"),
                ("var", "var"),
                ("median", "median"),
                ("quantile", "percentile"),
                ("skew", "skew"),
                ("kurtosis", "kurtosis"),
                ("map", "custom"),
                ("rank", "rank"),
                ("corr", "corr"),
                ("cov", "covar"),
            )
        },
        "keep_name": lazy.same,
        "asc": lazy.same,
        **dict.fromkeys(("asc_nulls_first", "asc_nulls_last"), lazy.same),
        **dict.fromkeys(("desc", "desc_nulls_first", "desc_nulls_last"), lazy.descending),
        "when": lazy.when,
        "otherwise": lazy.when,
        "then": lazy.when,
        "otherwise_": lazy.when,
        "exclude": selecting.without,
        "null_count": lazy.measure("count"),
        "approx_quantile": lazy.measure("approx_percentile"),
        "max_by": lazy.by_other("arg_max"),
        "min_by": lazy.by_other("arg_min"),
        "pipe": lazy.piped,
        "rolling": lazy.rolled,
        "cum_prod": lazy.running("product"),
        "cumulative_eval": lazy.running("custom"),
        "ewm_std": lazy.running("ewm"),
        "ewm_var": lazy.running("ewm"),
        "ewm_sum": lazy.running("ewm"),
        "ewm_mean_by": lazy.running_by("ewm"),
        "ewm_sum_by": lazy.running_by("ewm"),
        "cast": lazy.method_call("cast"),
        "dropna": lazy.same,
        "to_list": lazy.same,
        "collect_list": lazy.measure("list"),
    },
    "lazy.accessor": {"*": lazy.accessor_call},
    "lazy.name": {"*": lazy.renamed_members},
}

PROPERTIES: dict[str, Table] = {
    "lazy": {
        "dt": handle("lazy.accessor"),
        "str": handle("lazy.accessor"),
        "list": handle("lazy.accessor"),
        "arr": handle("lazy.accessor"),
        "cat": handle("lazy.accessor"),
        "struct": handle("lazy.accessor"),
        **dict.fromkeys(("bin", "ext", "meta"), handle("lazy.accessor")),
        "name": handle("lazy.name"),
    },
}
