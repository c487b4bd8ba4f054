"""Frames that are used as pandas' are, with methods of their own: H2O's, Dask's, cuDF's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import frames, joining, kindred
from feasilint.lower.python.transfers.common import argument_copied, copied, handle, same, scalar
from feasilint.lower.python.transfers.loading import reader

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_CASTS = ("asfactor", "asnumeric", "ascharacter", "asdate")

METHODS: dict[str, Table] = {
    "h2oframe": {"group_by": kindred.grouped},
    "pandas": {
        "cbind": kindred.bound_beside,
        "rbind": joining.append,
        **dict.fromkeys(_CASTS, copied),
        **dict.fromkeys(("as_data_frame", "get_frame"), same),
        "convert_objects": copied,
        **dict.fromkeys(("apply_rows", "apply_chunks"), kindred.applied_to),
        "map_partitions": frames.pipe,
        "split_frame": kindred.split_frame,
    },
    "groupby": {"apply_grouped": kindred.applied_to},
    "series": {**dict.fromkeys(_CASTS, copied), "dayOfWeek": scalar("dayofweek")},
    "h2o.context": {
        **dict.fromkeys(("asH2OFrame", "as_h2o_frame"), kindred.as_h2o),
        **dict.fromkeys(("asSparkFrame", "as_spark_frame", "asDataFrame"), kindred.as_spark),
    },
}
FUNCTIONS: dict[str, Transfer] = {
    **dict.fromkeys(("pandas.from_dask_dataframe", "pandas.from_pandas", "ray.data.from_pandas"), argument_copied),
    "pandas.multi.concat": joining.concat,
    **dict.fromkeys(
        (
            "azureml.data.dataset_factory.TabularDatasetFactory.register_pandas_dataframe",
            *(f"azureml.core.{place}Dataset.Tabular.register_pandas_dataframe" for place in ("", "dataset.")),
        ),
        argument_copied,
    ),
    **dict.fromkeys(("dask.persist", "dask.compute"), kindred.each),
    **dict.fromkeys(("h2o.assign", "h2o.H2OFrame"), kindred.as_h2o),
    **dict.fromkeys(("h2o.import_file", "h2o.upload_file"), reader("h2oframe")),
    "pysparkling.H2OContext": handle("h2o.context"),
    "pysparkling.H2OContext.getOrCreate": handle("h2o.context"),
}
