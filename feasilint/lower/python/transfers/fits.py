"""Models: the columns that they are fitted on, by every protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import (
    ColumnSet,
    Fit,
    Names,
    Values,
)
from feasilint.lower.python import values as v
from feasilint.lower.python.transfers import steps
from feasilint.lower.python.transfers.estimators import TRANSFORMER, chosen_columns, columns_of, named_columns
from feasilint.lower.python.transfers.transformers import learn

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


def fit(call: Call) -> v.Value | None:
    """`model.fit(X, y)`."""
    model = call.receiver
    if not isinstance(model, v.Estimator):
        return None
    if model.transformer:
        learn(call, model)
        return call.target
    if model.name.endswith("Fitter") and isinstance(call.got(0), v.Series):  # lifetimes: every argument is an input
        add_fit(call, model.name, columns_of(call.m, v.Seq(call.values)))
        return call.target
    data, label = _elsewhere(call, model) or _training_data(call)
    if model.name.startswith("sagemaker."):
        from feasilint.lower.python.transfers import sagemaker

        sagemaker.fit(call, model, data, columns_of(call.m, data))
        return call.target
    if steps.has_own(call, model) and data is not None:
        data = steps.through(call, model, data)
    named = named_columns(call, model, data)
    if named is not None:
        add_fit(call, model.name, *named)
        return call.target
    features = chosen_columns(call.m, model, data) or columns_of(call.m, data)
    add_fit(call, model.name, features, label, _weight(call.m.get(data) if data is not None else None))
    return call.target


_DATA = (
    "X",
    "x",
    "data",
    "training_data",
    "train_data",
    "dataset",
    "train",
    "X_train",
    "input",
    "features",
    "training_frame",
    "df",
    "input_fn",
    "dataframe",
    "generator",
)


_LABEL = ("y", "Y", "label", "labels", "target", "y_train")


_ELSEWHERE: dict[str, tuple[tuple[tuple[int | None, str], ...], tuple[int | None, str]]] = {
    "econml.": (((1, "T"), (2, "X"), (3, "W")), (0, "Y")),
}
"""Packages whose models are told their data under other names: features, and the label."""


def _elsewhere(call: Call, model: v.Estimator) -> tuple[v.Value, ColumnSet | None] | None:
    found = next((told for prefix, told in _ELSEWHERE.items() if model.name.startswith(prefix)), None)
    if found is None:
        return None
    parts = tuple(value for at, name in found[0] if (value := call.arg(at, name)) is not None)
    return v.Seq(parts), columns_of(call.m, call.arg(*found[1]))


def _training_data(call: Call) -> tuple[v.Value | None, ColumnSet | None]:
    data = call.arg(0) if call.args else next((call.kwargs[name] for name in _DATA if name in call.kwargs), None)
    label = call.arg(1) if len(call.args) > 1 else next((call.kwargs[n] for n in _LABEL if n in call.kwargs), None)
    found = call.m.get(data) if data is not None else None
    if isinstance(found, v.Function):  # an input function: what it gives
        data = call.m.call(found, (), {}, call.node)
        found = call.m.get(data)
    if isinstance(found, v.Seq) and found.open and len(found.items) == 1:  # a generator: its batches
        data = found.items[0]
        found = call.m.get(data)
    if isinstance(found, v.Handle) and label is None:
        label = found.get("label") or (found.get("1") if found.kind == "training.data" else None)
    if isinstance(found, v.Seq) and found.kind == "tuple" and len(found.items) == 2 and label is None:
        data, label = found.items
    return data, _label(call, found, label) if label is not None else None


def _label(call: Call, data: v.Value | None, label: v.Value) -> ColumnSet | None:
    """The label, also where it is a column of the data by name."""
    name = call.m.get(label)
    if isinstance(data, v.Frame) and isinstance(name, v.Const) and isinstance(name.value, str):
        return Names(data.relation, (name.value,))
    return columns_of(call.m, label)


def add_fit(
    call: Call,
    name: str,
    features: ColumnSet | None,
    label: ColumnSet | None = None,
    weight: v.Value | None = None,
) -> None:
    given = weight or call.arg(None, "sample_weight") or call.arg(None, "weights")
    drawn = features if features is not None else Values(())
    call.m.sink(Fit(name, drawn, label, columns_of(call.m, given), call.origin))


def fit_unknown(call: Call) -> v.Value | None:
    """`.fit` of something that is not known: a model, if it is given data."""
    if TRANSFORMER.search(call.m.get(call.target).text if isinstance(call.m.get(call.target), v.Unknown) else ""):  # type: ignore[union-attr]
        return call.target
    data, label = _training_data(call)
    features = columns_of(call.m, data)
    if features is None:
        return call.target
    add_fit(call, _spelled(call), features, label)
    return call.target


def _spelled(call: Call) -> str:
    from feasilint.lower.python.machine import text_of

    return text_of(call.m.get(call.target))


def train(call: Call) -> v.Value | None:
    """`xgb.train(params, dtrain)`, `lgb.train`, `lgb.cv`."""
    values = [call.m.get(value) for value in call.values]
    data: v.Value | None = None
    for value in values:
        if isinstance(value, v.Handle) and value.kind == "training.data":
            data = value
            break
        data = data or (value if isinstance(value, v.Handle | v.Frame) else None)
    label = data.get("label") or data.get("1") if isinstance(data, v.Handle) else None
    features = columns_of(call.m, data)
    add_fit(call, call.name, features, columns_of(call.m, label), _weight(data))
    return v.Estimator(call.name)


def distributed(call: Call) -> v.Value:
    """`DaskDMatrix(client, X, y)`."""
    parts = (("data", call.arg(1, "data")), ("label", call.arg(2, "label")), ("weight", call.arg(None, "weight")))
    return v.Handle("training.data", tuple((name, value) for name, value in parts if value is not None))


def trained_apart(call: Call) -> v.Value:
    """`dask_xgboost.train(client, params, X, y)`."""
    add_fit(call, call.name, columns_of(call.m, call.arg(2, "data")), columns_of(call.m, call.arg(3, "labels")))
    return v.Estimator(call.name)


def _weight(data: v.Value | None) -> v.Value | None:
    """The weights that a data set was made with: `DMatrix(X, label=y, weight=w)`."""
    return data.get("weight") if isinstance(data, v.Handle) else None


def evaluated(call: Call) -> v.Value | None:
    """`cross_val_score(model, X, y)`: fits a model."""
    model = call.got(0, "estimator")
    data, label = call.arg(1, "X"), call.arg(2, "y")
    features = columns_of(call.m, data)
    if features is None:
        return None
    held = call.m.get(data) if data is not None else None
    if label is None and isinstance(held, v.Handle):
        label = held.get("label")
    name = model.name if isinstance(model, v.Estimator) else call.name
    chosen = chosen_columns(call.m, model, data) if isinstance(model, v.Estimator) else None
    add_fit(call, name, chosen or features, columns_of(call.m, label))
    return call.m.unknown(call.name)


def specified(call: Call) -> v.Value | None:
    """`sm.OLS(y, X)`: fitted by `.fit()`."""
    label, data = call.arg(0, "endog") or call.arg(None, "y"), call.arg(1, "exog") or call.arg(None, "x")
    weight = call.arg(None, "weights") or call.arg(None, "freq_weights")
    parts = (("name", v.Const(call.name)), ("label", label or v.NONE), ("data", data or label or v.NONE))
    return v.Handle("specified", (*parts, *((("weight", weight),) if weight is not None else ())))


def fit_specified(call: Call) -> v.Value | None:
    model = call.receiver
    if not isinstance(model, v.Handle):
        return None
    name = model.get("name")
    data, label = model.get("data"), model.get("label")
    made = [_direct(call.m, part) for part in (data, label)]
    title = str(name.value) if isinstance(name, v.Const) else call.name
    add_fit(call, title, made[0], made[1], model.get("weight"))
    return call.m.unknown("results")


def _direct(m: Machine, value: v.Value | None) -> ColumnSet | None:
    found = m.get(value) if value is not None else None
    return found.columns if isinstance(found, v.Columns) else columns_of(m, found)
