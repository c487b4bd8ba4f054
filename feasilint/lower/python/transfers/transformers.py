"""Where data ends: models, files, tables; and the splits and fitted states on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    Apply,
    Column,
    FitState,
    Opaque,
    Output,
    Split,
)
from feasilint.ir import Call as Op
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.iteration import UNROLL
from feasilint.lower.python.transfers import encoders, sparkpipelines, steps, timed
from feasilint.lower.python.transfers.estimators import chosen_columns, columns_of

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


# --- columns that a sink gets ---


# --- estimators ---


# --- transformers ---


def learn(call: Call, model: v.Estimator) -> None:
    columns = columns_of(call.m, call.arg(0, "X"))
    if columns is not None:
        call.m.set(call.target, encoders.learned(replace(model, learned=columns), call.arg(1, "y")))


def fit_transform(call: Call) -> v.Value | None:
    """`scaler.fit_transform(X)`."""
    model = call.receiver
    if isinstance(model, v.Estimator):
        learn(call, model)
    return transform(call)


def transform(call: Call) -> v.Value | None:
    """`scaler.transform(X)`: the columns under their own names, with what was learned."""
    model = call.m.get(call.target)
    value = call.got(0, "X")
    if not isinstance(model, v.Estimator) or value is None:
        return None
    if steps.has_own(call, v.Estimator(model.name, True, (model,))) and call.args:
        return call.m.get(steps.through(call, v.Estimator(model.name, True, model.steps or (model,)), call.args[0]))
    if isinstance(value, v.Series):
        return replace(value, expression=Op("transform", (value.expression,), call.origin), owner=None)
    frame = call.m.frame(sparkpipelines.as_frame(call.m, model, value))
    if frame is None:
        return None
    if frame.library in ("spark", "snowpark"):
        return _spark_transform(call, model, frame)
    named = frame if _keeps_names(model) else replace(frame, library="array", index=())
    made = encoders.encoded(call, model, named) or timed.created(call, model, named)
    if made is not None:
        return made
    columns = chosen_columns(call.m, model, frame) or narrowed(frame.relation, frame.index)
    state = FitState(model.name, model.learned or columns, call.origin)
    return replace(named, relation=call.m.add(Apply(frame.relation, state, columns, call.origin)))


def _keeps_names(model: v.Estimator) -> bool:
    """Whether what it gives is a dataframe: of some packages it always is, of scikit-learn's where that is asked for."""
    return model.name.startswith(encoders.FRAMES) or model.option("transform_output") == v.Const("pandas")


def set_output(call: Call) -> v.Value:
    """`scaler.set_output(transform='pandas')`."""
    model, chosen = call.receiver, call.arg(None, "transform")
    if isinstance(model, v.Estimator) and chosen is not None:
        call.m.set(call.target, replace(model, options=(*model.options, ("transform_output", chosen))))
    return call.target


def _spark_transform(call: Call, model: v.Estimator, frame: v.Frame) -> v.Value:
    """Spark's transformers add a column; the others stay."""
    from feasilint.ir import Derive
    from feasilint.lower.python.columns import replacing

    inputs = model.option("inputCols", "inputCol", "input_cols")
    output = model.option("outputCol")
    names = names_of(call.m, inputs) if inputs is not None else None
    if names is None or not isinstance(output, v.Const):
        return replace(frame)
    if model.name.endswith("VectorAssembler") and inputs is not None:
        call.m.named[str(output.value)] = inputs
        call.m.named[f"rows of {output.value}"] = frame
    made = Op("vector", tuple(Column(frame.relation, name) for name in names), call.origin)
    items = replacing(frame.relation, Output(str(output.value), made, call.origin))
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def predict(call: Call) -> v.Value | None:
    """`model.predict(X)`: depends on all of X."""
    frame = call.frame(0, "X")
    if frame is None:
        return None
    relation = call.m.add(Opaque((frame.relation,), "a prediction", origin=call.origin, mixes=True))
    return v.Series(frame.relation, Column(relation, "{prediction}", call.origin), "{prediction}", frame.index)


def resampled(call: Call) -> v.Value | None:
    """`smote.fit_resample(X, y)`."""
    return v.Seq(tuple(call.m.alloc(call.m.get(value)) for value in call.args[:2]), "tuple")


def scaled(call: Call) -> v.Value | None:
    """`sklearn.preprocessing.scale(X)`."""
    found = call.got(0, "X")
    return replace(found, library="array") if isinstance(found, v.Frame) else found


def shuffled(call: Call) -> v.Value | None:
    """`sklearn.utils.shuffle(X, y)`: each of them in another order."""
    made = tuple(call.m.alloc(call.m.get(value)) for value in call.args)
    return made[0] if len(made) == 1 else v.Seq(made, "tuple") if made else None


# --- splits ---


def split(call: Call) -> v.Value | None:
    """`train_test_split(X, y)`: two parts of each."""
    sides = ((value, part) for value in call.args for part in ("train", "test"))
    return v.Seq(tuple(call.m.alloc(part_of(call.m, value, part, call)) for value, part in sides), "tuple")


def part_of(m: Machine, value: v.Value, part: str, call: Call) -> v.Value:
    found = m.get(value)
    if isinstance(found, v.Frame):
        return replace(found, relation=m.add(Split(found.relation, part, call.origin)))
    if isinstance(found, v.Series):
        made = m.add(Split(found.relation, part, call.origin))
        expression = found.expression
        if isinstance(expression, Column) and expression.relation is found.relation:
            expression = Column(made, expression.name, expression.origin)
        return replace(found, relation=made, expression=expression, owner=None)
    return found


def random_split(call: Call) -> v.Value | None:
    """`df.randomSplit([0.8, 0.2])`."""
    frame = call.m.frame(call.target)
    weights = call.got(0)
    if frame is None:
        return None
    return _in_parts(call, frame, len(weights.items) if isinstance(weights, v.Seq) else 2)


def positional_split(call: Call) -> v.Value | None:
    """`np.split(df, [int(0.7 * len(df)), int(0.9 * len(df))])`: where the rows are cut says nothing of what is in them."""
    rows, cuts = call.got(0), call.got(1)
    if not isinstance(rows, v.Frame | v.Series) or call.const(2, "axis", 0) != 0:
        return None
    number = cuts.value if isinstance(cuts, v.Const) else None
    count = len(cuts.items) + 1 if isinstance(cuts, v.Seq) else number
    return _in_parts(call, rows, count if isinstance(count, int) and 0 < count <= UNROLL else 2)


def _in_parts(call: Call, rows: v.Value, count: int) -> v.Seq:
    names = ["train", "test", "validation"] + [f"part{at}" for at in range(3, count)]
    return v.Seq(tuple(call.m.alloc(part_of(call.m, rows, name, call)) for name in names[:count]), "tuple")


# --- writes ---
