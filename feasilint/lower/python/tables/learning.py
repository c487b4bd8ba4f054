"""The tables of libraries that learn, forecast or make features."""

from __future__ import annotations

from feasilint.lower.python.tables import (
    automl,
    callers,
    datasets,
    featuretools,
    forecasting,
    indicators,
    nvtabular,
    sagemaker,
    tensors,
)

MODULES = (featuretools, callers, tensors, automl, datasets, forecasting, indicators, sagemaker, nvtabular)
