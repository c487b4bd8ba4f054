"""Libraries that make features by rule: featuretools, tsfresh, lifetimes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import entitysets as sets
from feasilint.lower.python.transfers import summaries_by_key as by_key
from feasilint.lower.python.transfers import synthesis
from feasilint.lower.python.transfers.common import argument_copied, handle, nothing, same
from feasilint.lower.python.transfers.times import timedelta

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

METHODS: dict[str, Table] = {
    "entityset": {
        "add_dataframe": sets.add_frame,
        "entity_from_dataframe": sets.add_frame,
        "normalize_dataframe": sets.normalize,
        "normalize_entity": sets.normalize,
        "add_relationship": sets.add_relationship,
        "add_relationships": sets.add_relationships,
        "add_last_time_indexes": nothing,
        "add_interesting_values": nothing,
        "plot": nothing,
        "copy": same,
        "__getitem__": sets.member,
    },
    "entity": {"__getitem__": sets.member},
}

PROPERTIES: dict[str, Table] = {"entity": {"df": sets.frame_of}}

FUNCTIONS: dict[str, Transfer] = {
    "featuretools.EntitySet": sets.entity_set,
    "featuretools.Relationship": sets.relationship,
    "featuretools.Timedelta": timedelta,
    "featuretools.dfs": synthesis.synthesize,
    "featuretools.calculate_feature_matrix": synthesis.calculate,
    "featuretools.encode_features": synthesis.encode,
    "featuretools.primitives.make_agg_primitive": handle("ft.primitive"),
    "featuretools.primitives.make_trans_primitive": handle("ft.primitive"),
    "featuretools.save_features": synthesis.saved,
    "featuretools.load_features": synthesis.loaded,
    **{
        f"featuretools.selection.{name}": argument_copied
        for name in (
            "remove_low_information_features",
            "remove_highly_null_features",
            "remove_single_value_features",
            "remove_highly_correlated_features",
        )
    },
    "tsfresh.extract_features": by_key.extracted,
    "tsfresh.extract_relevant_features": by_key.extracted,
    "tsfresh.feature_extraction.extract_features": by_key.extracted,
    "tsfresh.select_features": argument_copied,
    "tsfresh.feature_selection.select_features": argument_copied,
    "tsfresh.utilities.dataframe_functions.impute": argument_copied,
    **{f"{package}.utils.summary_data_from_transaction_data": by_key.purchases for package in ("lifetimes", "btyd")},
    **{f"{package}.utils.calibration_and_holdout_data": by_key.calibration for package in ("lifetimes", "btyd")},
    "pymc_marketing.clv.rfm_summary": by_key.rfm,
    "pymc_marketing.clv.utils.rfm_summary": by_key.rfm,
    "pymc_marketing.clv.utils.clv_summary": by_key.rfm,
}
