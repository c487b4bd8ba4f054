"""Forecasters: a series that is its own label, and the columns that are known beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Both, Column, Minus, Names
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.transfers.estimators import columns_of
from feasilint.lower.python.transfers.fits import add_fit
from feasilint.lower.python.transfers.loading import reader
from feasilint.lower.python.transfers.tensors import tensors
from feasilint.lower.python.transfers.training import only

if TYPE_CHECKING:
    from feasilint.ir import ColumnSet
    from feasilint.lower.python.call import Call


def model(call: Call) -> v.Value:
    """A forecaster by the name of its class."""
    return v.Handle("forecasting.model", (("name", v.Const(call.name)),))


def fit(call: Call) -> v.Value:
    """`model.fit(series, future_covariates=…)`, `forecaster.fit(y, X=…)`: what is beside the series are the features."""
    series = columns_of(call.m, call.arg(0, "series") or call.arg(None, "y"))
    beside = [columns_of(call.m, call.arg(None, name)) for name in _BESIDE]
    beside.append(columns_of(call.m, call.arg(1)))
    parts = tuple(part for part in beside if part is not None)
    features: ColumnSet | None = parts[0] if len(parts) == 1 else Both(parts) if parts else series
    name = call.receiver.get("name") if isinstance(call.receiver, v.Handle) else None
    add_fit(call, str(name.value) if isinstance(name, v.Const) else call.name, features, series)
    return call.target


_BESIDE = ("past_covariates", "future_covariates", "X", "exog", "exogenous", "X_train")


def fitted_at_once(call: Call) -> v.Value:
    """`pmdarima.auto_arima(y, X=…)`."""
    fit(call)
    return model(call)


# --- darts ---


def series(call: Call) -> v.Value | None:
    """`TimeSeries.from_dataframe(df, time_col, value_cols)`: the named columns by time."""
    frame, time = call.frame(0, "df"), call.names(1, "time_col")
    at = 2 if "group" not in call.name else 3
    names = call.names(at, "value_cols")
    if frame is None:
        return None
    index = time or frame.index
    chosen = only(call, frame, (*index, *names)) if names else frame
    return replace(chosen, library="darts", index=index)


def series_of_file(call: Call) -> v.Value | None:
    """`TimeSeries.from_csv(path, time_col=…, value_cols=…)`."""
    made = reader()(call)
    return series(call.at(args=(call.m.alloc(made), *call.args[1:]))) if isinstance(made, v.Frame) else None


def series_of_column(call: Call) -> v.Value | None:
    found = call.got(0)
    frame = call.m.frame(found) if isinstance(found, v.Series | v.Frame) else None
    return replace(frame, library="darts") if frame is not None else None


def halves(call: Call) -> v.Value:
    """`series.split_before(0.75)`."""
    frame = call.receiver
    return v.Seq(tuple(call.m.alloc(frame) for _ in range(2)), "tuple")


def copied(call: Call) -> v.Value | None:
    """Any other method of a series gives one of the same columns, and of those of its arguments."""
    return replace(call.receiver) if isinstance(call.receiver, v.Frame) else None


# --- GluonTS ---


def data_set(call: Call) -> v.Value | None:
    """`PandasDataset(df, target=…, feat_dynamic_real=[…])`."""
    frame = call.frame(0, "dataframes") or call.frame(None, "dataframe")
    target = call.names(None, "target") or ("target",)
    if frame is None:
        return None
    beside = tuple(n for word in _DYNAMIC for n in call.names(None, word) or ())
    label = v.Series(frame.relation, Column(frame.relation, target[0], call.origin), target[0])
    return tensors(call.m.alloc(only(call, frame, beside)) if beside else label, label)


_DYNAMIC = ("feat_dynamic_real", "past_feat_dynamic_real", "feat_dynamic_cat")


# --- Prophet ---


def prophet(call: Call) -> v.Value:
    """`Prophet()`: remembers its regressors."""
    logistic = call.text(0, "growth") == "logistic"
    names = (v.Const("cap"),) if logistic else ()
    return v.Handle("prophet", (("regressors", call.m.alloc(v.Seq(names))),))


def add_regressor(call: Call) -> v.Value:
    slot = call.receiver.get("regressors") if isinstance(call.receiver, v.Handle) else None
    held, name = call.m.get(slot or v.NONE), call.got(0, "name")
    if slot is not None and isinstance(held, v.Seq) and name is not None:
        call.m.set(slot, replace(held, items=(*held.items, name), open=held.open or not isinstance(name, v.Const)))
    return call.target


def fit_prophet(call: Call) -> v.Value | None:
    """`Prophet().fit(df)`: `y` is the label, and of the others the regressors are read; the time `ds` is known beforehand, and is
    no feature."""
    frame = call.frame(0, "df")
    if frame is None:
        return None
    slot = call.receiver.get("regressors") if isinstance(call.receiver, v.Handle) else None
    held = call.m.get(slot or v.NONE)
    label = Names(frame.relation, ("y",))
    if not isinstance(held, v.Seq) or held.open:
        features: ColumnSet = Minus(narrowed(frame.relation, frame.index), ("y", "ds"))
    else:
        names = tuple(str(item.value) for item in held.items if isinstance(item, v.Const))
        features = Names(frame.relation, names)
    add_fit(call, "prophet.Prophet", features, label)
    return call.target
