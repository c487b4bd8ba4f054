"""Canonical function names and the traits of aggregates: one table for every dialect and library."""

from __future__ import annotations

from msgspec import Struct


class Aggregate(Struct, frozen=True):
    """How an aggregate behaves when its input grows.

    `mergeable`: partial results of tiles combine exactly. `bounded`: its state has constant size. `reversible`: a row can be
    taken out of its state again. `additive`: what it gives of two disjoint sets of rows adds up. `words`: how a sentence names
    it. `ordinal`: it numbers or ranks rows instead of summarising them.
    """

    words: str
    mergeable: bool = True
    bounded: bool = True
    reversible: bool = False
    additive: bool = False
    ordinal: bool = False


AGGREGATES: dict[str, Aggregate] = {
    "count": Aggregate("count", reversible=True, additive=True),
    "sum": Aggregate("sum", reversible=True, additive=True),
    "avg": Aggregate("average", reversible=True),
    "min": Aggregate("minimum"),
    "max": Aggregate("maximum"),
    "std": Aggregate("standard deviation", reversible=True),
    "var": Aggregate("variance", reversible=True),
    "skew": Aggregate("skewness"),
    "kurtosis": Aggregate("kurtosis"),
    "corr": Aggregate("correlation", reversible=True),
    "covar": Aggregate("covariance", reversible=True),
    "product": Aggregate("product"),
    "any": Aggregate("any value"),
    "bool_and": Aggregate("conjunction"),
    "bool_or": Aggregate("disjunction"),
    "bit": Aggregate("bit aggregate"),
    "first": Aggregate("first value"),
    "last": Aggregate("last value"),
    "first_n": Aggregate("first n values"),
    "arg_min": Aggregate("value at the minimum"),
    "arg_max": Aggregate("value at the maximum"),
    "ewm": Aggregate("exponentially weighted value"),
    "approx_count_distinct": Aggregate("approximate distinct count"),
    "approx_percentile": Aggregate("approximate percentile"),
    "count_distinct": Aggregate("distinct count", mergeable=False, bounded=False),
    "median": Aggregate("median", mergeable=False, bounded=False),
    "percentile": Aggregate("percentile", mergeable=False, bounded=False),
    "mode": Aggregate("most frequent value", mergeable=False, bounded=False),
    "list": Aggregate("list of all values", bounded=False),
    "histogram": Aggregate("histogram", bounded=False),
    "map": Aggregate("map of all values by name", bounded=False),
    "nth": Aggregate("n-th value", bounded=False),
    "custom": Aggregate("custom aggregate", mergeable=False, bounded=False),
    "unread": Aggregate("aggregate that could not be read", mergeable=False, bounded=False),
    "row_number": Aggregate("row number", ordinal=True),
    "rank": Aggregate("rank", mergeable=False, bounded=False, ordinal=True),
    "dense_rank": Aggregate("dense rank", mergeable=False, bounded=False, ordinal=True),
    "percent_rank": Aggregate("percent rank", mergeable=False, bounded=False, ordinal=True),
    "cume_dist": Aggregate("cumulative distribution", mergeable=False, bounded=False, ordinal=True),
    "ntile": Aggregate("tile number", mergeable=False, bounded=False, ordinal=True),
    "lag": Aggregate("earlier value"),
    "lead": Aggregate("later value"),
}

_ALIASES: dict[str, str] = {
    "mean": "avg", "average": "avg", "size": "count", "len": "count", "count_star": "count", "countif": "count",
    "count_if": "count", "value_counts": "count", "cumcount": "count", "ngroup": "rank", "nunique": "count_distinct",
    "n_unique": "count_distinct", "countdistinct": "count_distinct", "approx_nunique": "approx_count_distinct",
    "approxdistinct": "approx_count_distinct", "approx_distinct": "approx_count_distinct", "hll": "approx_count_distinct",
    "stddev": "std", "stddev_samp": "std", "stddev_pop": "std", "stdev": "std", "sem": "std", "variance": "var",
    "var_samp": "var", "var_pop": "var", "variance_pop": "var", "skewness": "skew", "kurt": "kurtosis",
    "prod": "product", "cumprod": "product", "cumsum": "sum", "sumif": "sum", "sum_if": "sum", "total": "sum",
    "cum_sum": "sum", "cummax": "max", "cummin": "min", "cum_max": "max", "cum_min": "min", "cum_count": "count",
    "amin": "min", "amax": "max", "nanmean": "avg", "nansum": "sum", "nanstd": "std", "nanmax": "max", "nanmin": "min",
    "nanmedian": "median", "avgif": "avg",
    "quantile": "percentile", "percentile_cont": "percentile", "percentile_disc": "percentile", "quantiles": "percentile",
    "approx_quantile": "approx_percentile", "approx_quantiles": "approx_percentile",
    "percentile_approx": "approx_percentile", "approxquantile": "approx_percentile",
    "approx_top_count": "histogram", "approx_top_sum": "histogram", "approx_top_k": "histogram", "map_agg": "map",
    "any_value": "any", "anyvalue": "any", "arbitrary": "any", "logical_and": "bool_and", "logical_or": "bool_or",
    "logicaland": "bool_and", "logicalor": "bool_or", "every": "bool_and", "all": "bool_and", "boolxor_agg": "bit",
    "bit_and": "bit", "bit_or": "bit", "bit_xor": "bit",
    "collect_list": "list", "collect_set": "list", "array_agg": "list", "array_unique_agg": "list",
    "array_concat_agg": "list", "string_agg": "list", "group_concat": "list", "listagg": "list", "groupconcat": "list",
    "json_agg": "list", "jsonb_agg": "list", "object_agg": "map", "implode": "list", "unique": "list",
    "first_value": "first", "last_value": "last", "head": "first", "tail": "last", "nth_value": "nth",
    "min_by": "arg_min", "max_by": "arg_max", "argmin": "arg_min", "argmax": "arg_max", "idxmin": "arg_min",
    "idxmax": "arg_max", "shift": "lag", "diff": "lag", "pct_change": "lag", "covar_samp": "covar", "covar_pop": "covar",
    "cov": "covar", "rownumber": "row_number", "denserank": "dense_rank", "percentrank": "percent_rank",
    "cumedist": "cume_dist", "apply": "custom", "agg": "custom", "pipe": "custom",
    # ClickHouse
    "anyheavy": "any", "anylast": "last", "avgweighted": "avg", "sumkahan": "sum", "sumwithoverflow": "sum",
    "uniqexact": "count_distinct", "uniq": "approx_count_distinct", "uniqcombined": "approx_count_distinct",
    "uniqcombined64": "approx_count_distinct", "uniqhll12": "approx_count_distinct", "uniqtheta": "approx_count_distinct",
    "grouparray": "list", "groupuniqarray": "list", "grouparraylast": "list",
    "grouparraysample": "list", "grouparraysorted": "list", "topk": "histogram", "topkweighted": "histogram",
    "bitwise_and_agg": "bit", "bitwise_or_agg": "bit", "bitwise_xor_agg": "bit",
    "groupbitand": "bit", "groupbitor": "bit", "groupbitxor": "bit", "covarpop": "covar", "covarsamp": "covar",
    "kurtpop": "kurtosis", "kurtsamp": "kurtosis", "skewpop": "skew", "skewsamp": "skew", "stddevpop": "std",
    "stddevsamp": "std", "stddevpopstable": "std", "stddevsampstable": "std", "varpop": "var", "varsamp": "var",
    "varpopstable": "var", "varsampstable": "var", "medianexact": "median", "quantileexact": "percentile",
    "quantilesexact": "percentile", "mediantdigest": "approx_percentile", "quantiletdigest": "approx_percentile",
    "quantilestdigest": "approx_percentile", "quantiletiming": "approx_percentile",
    "quantilestiming": "approx_percentile", "quantiledeterministic": "approx_percentile",
}  # fmt: skip


def canonical(name: str) -> str:
    """The canonical name of an aggregate; unknown names come back in lower case."""
    lowered = name.lower()
    return lowered if lowered in AGGREGATES else _ALIASES.get(lowered, lowered)


def is_aggregate(name: str) -> bool:
    """Whether a name, canonical or not, is a known aggregate or window function."""
    return canonical(name) in AGGREGATES


def traits(function: str) -> Aggregate:
    """The traits of a canonical aggregate; an unknown one is taken for custom code."""
    return AGGREGATES.get(function, AGGREGATES["custom"])
