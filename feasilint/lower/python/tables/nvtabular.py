"""NVTabular and the data sets of Merlin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import nvtabular as nvt
from feasilint.lower.python.transfers.common import nothing, package, same
from feasilint.lower.python.transfers.writes import write

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

METHODS: dict[str, Table] = {
    "nvt.op": {"__rrshift__": nvt.piped_into},
    "nvt.node": {
        "__rshift__": nvt.piped,
        "__add__": nvt.added,
        "__radd__": nvt.added,
        "__sub__": nvt.without,
        "__getitem__": nvt.chosen,
    },
    "nvt.workflow": {
        "fit": same,
        "transform": nvt.transformed,
        "fit_transform": nvt.transformed,
        "save": nothing,
        "remove_inputs": same,
    },
    "nvt.dataset": {
        "to_ddf": nvt.frame,
        "to_parquet": write("file", names=("output_path",)),
        "shuffle_by_keys": same,
        "repartition": same,
    },
}

FUNCTIONS: dict[str, Transfer] = {
    "nvtabular.ColumnSelector": nvt.selector,
    "nvtabular.ColumnGroup": nvt.selector,
    "merlin.dag.ColumnSelector": nvt.selector,
    **dict.fromkeys(("merlin.core.dispatch.get_lib", "nvtabular.dispatch.get_lib"), package("pandas")),
    "nvtabular.Workflow": nvt.workflow,
    "nvtabular.workflow.Workflow": nvt.workflow,
    "nvtabular.Dataset": nvt.data_set,
    "nvtabular.io.Dataset": nvt.data_set,
    "merlin.io.Dataset": nvt.data_set,
    "merlin.io.dataset.Dataset": nvt.data_set,
}
PREFIXES: tuple[tuple[str, Transfer], ...] = (("nvtabular.ops.", nvt.operator),)
