"""Frames that are used as pandas' are, with methods of their own: H2O's, Dask's, cuDF's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import joining, kindred
from feasilint.lower.python.transfers.common import argument_copied, copied, handle, same, scalar

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_CASTS = ("asfactor", "asnumeric", "ascharacter", "asdate")
_PARTS = ("month", "year", "day", "hour", "minute", "second", "week", "dayOfWeek")

METHODS: dict[str, Table] = {
    "pandas": {
        "cbind": kindred.bound_beside,
        "rbind": joining.append,
        **dict.fromkeys(_CASTS, copied),
        **dict.fromkeys(("as_data_frame", "get_frame"), same),
        "convert_objects": copied,
    },
    "series": {**dict.fromkeys(_CASTS, copied), **{name: scalar(name) for name in _PARTS}},
    "h2o.context": {
        **dict.fromkeys(("asH2OFrame", "as_h2o_frame"), kindred.as_pandas),
        **dict.fromkeys(("asSparkFrame", "as_spark_frame", "asDataFrame"), kindred.as_spark),
    },
}
FUNCTIONS: dict[str, Transfer] = {
    "pandas.from_dask_dataframe": argument_copied,
    **dict.fromkeys(("dask.persist", "dask.compute"), kindred.each),
    "h2o.assign": argument_copied,
    "pysparkling.H2OContext.getOrCreate": handle("h2o.context"),
}
