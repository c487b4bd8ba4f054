"""Forecasting: statsmodels, Prophet, darts, GluonTS, sktime and others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import fits
from feasilint.lower.python.transfers import forecasting as f
from feasilint.lower.python.transfers.common import nothing, same

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

METHODS: dict[str, Table] = {
    "forecasting.model": {"fit": f.fit, "fit_predict": f.fit, "train": f.fit},
    "prophet": {
        "fit": f.fit_prophet,
        "add_regressor": f.add_regressor,
        "add_future_regressor": f.add_regressor,
        "add_lagged_regressor": f.add_regressor,
        "add_seasonality": same,
        "add_country_holidays": same,
        "add_events": nothing,
    },
    "darts": {"split_before": f.halves, "split_after": f.halves, "*": f.copied},
}

_SERIES = "darts.TimeSeries", "darts.timeseries.TimeSeries"
_MODELS = ("ARIMA", "SARIMAX", "AutoReg", "AR", "ARMA", "VAR", "VARMAX", "ExponentialSmoothing", "SimpleExpSmoothing",
           "Holt", "UnobservedComponents", "DynamicFactor", "ETSModel", "MarkovRegression", "MarkovAutoregression")  # fmt: skip
_PLACES = ("api.tsa.", "api.tsa.statespace.", "api.tsa.statespace.api.", "tsa.api.", "tsa.arima.model.", "tsa.arima_model.",
           "tsa.ar_model.", "tsa.holtwinters.", "tsa.statespace.sarimax.", "tsa.statespace.api.", "tsa.statespace.varmax.",
           "tsa.vector_ar.var_model.", "tsa.exponential_smoothing.ets.",
           "tsa.regime_switching.markov_regression.")  # fmt: skip

FUNCTIONS: dict[str, Transfer] = {
    **{f"statsmodels.{place}{name}": fits.specified for place in _PLACES for name in _MODELS},
    **{f"{place}.from_dataframe": f.series for place in _SERIES},
    **{f"{place}.from_group_dataframe": f.series for place in _SERIES},
    **{f"{place}.from_csv": f.series_of_file for place in _SERIES},
    **{f"{place}.from_series": f.series_of_column for place in _SERIES},
    "darts.concatenate": f.series_of_column,
    "gluonts.dataset.pandas.PandasDataset": f.data_set,
    "gluonts.dataset.pandas.PandasDataset.from_long_dataframe": f.data_set,
    "prophet.Prophet": f.prophet,
    "fbprophet.Prophet": f.prophet,
    "neuralprophet.NeuralProphet": f.prophet,
    "arch.arch_model": fits.specified,
    "arch.univariate.arch_model": fits.specified,
    "pmdarima.auto_arima": f.fitted_at_once,
    "pmdarima.arima.auto_arima": f.fitted_at_once,
}

PREFIXES: tuple[tuple[str, Transfer], ...] = (
    ("darts.models.", f.model),
    ("sktime.forecasting.model_selection.", nothing),
    ("sktime.forecasting.", f.model),
    ("skforecast.", f.model),
    ("pmdarima.ARIMA", f.model),
    ("pmdarima.AutoARIMA", f.model),
    ("pmdarima.arima.", f.model),
)
