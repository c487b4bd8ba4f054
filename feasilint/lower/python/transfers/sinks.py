"""Where data ends: models, files, tables; and the splits and fitted states on the way."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from feasilint.ir import (
    AllOf,
    Apply,
    Both,
    Column,
    ColumnSet,
    Fit,
    FitState,
    Names,
    Opaque,
    Output,
    Source,
    Split,
    Values,
    Write,
)
from feasilint.ir import Call as Op
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.selection import column_set
from feasilint.lower.python.transfers.loading import path_name

if TYPE_CHECKING:
    from feasilint.ir import Relation
    from feasilint.ir.program import WriteMode
    from feasilint.ir.relations import SourceKind
    from feasilint.lower.python.call import Call, Transfer
    from feasilint.lower.python.machine import Machine

_TRANSFORMER = re.compile(
    r"(Scaler|Encoder|Imputer|Transformer|Vectorizer|Discretizer|Binarizer|Normalizer|PCA|Tokenizer|Selector|Features|Sampler|SelectKBest"
    r"|SelectFromModel|SelectPercentile|VarianceThreshold|RFE|RFECV|TSNE|TruncatedSVD|SMOTE|SMOTENC|ADASYN|Indexer|Assembler|Lemmatizer"
    r"|FeatureUnion|StringIndexer|Bucketizer|StopWordsRemover|IDF|HashingTF)$"
)


# --- columns that a sink gets ---


def columns_of(m: Machine, value: v.Value | None) -> ColumnSet | None:
    """A value as a set of columns: a frame, a column, several of them, a data set object."""
    found = m.get(value) if value is not None else None
    match found:
        case v.Frame(relation=relation, index=index):
            return narrowed(relation, index)
        case v.Series(relation=relation, expression=Column(relation=at, name=name)) if at is relation:
            return Names(relation, (name,))
        case v.Series(expression=expression, name=name, relation=relation):
            return Values((Output(name if name is not None else "{label}", expression),))
        case v.Scalar(expression=expression):
            return Values((Output("{value}", expression),))
        case v.Seq(items=items):
            return _several(m, items)
        case v.Dict(items=pairs):
            return _several(m, tuple(item for _, item in pairs))
        case v.Handle():
            inner = found.get("data") or found.get("0")
            return columns_of(m, inner) if inner is not None else None
        case v.Unknown() if found.relations or found.inputs:
            return AllOf(m.promote(found).relation)
        case _:
            return None


def _several(m: Machine, items: tuple[v.Value, ...]) -> ColumnSet | None:
    parts = [part for item in items if (part := columns_of(m, item)) is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    return Both(tuple(parts))


# --- estimators ---


def estimator(call: Call) -> v.Value:
    """A class of a learning library: a model, or a transformer by its package or name."""
    name = call.name
    transformer = name.split(".")[1:2] in (["preprocessing"], ["impute"], ["decomposition"], ["feature_selection"],
                                           ["feature_extraction"], ["manifold"], ["random_projection"])  # fmt: skip
    options = tuple((key, value) for key, value in call.kwargs.items() if key in _OPTIONS)
    return v.Estimator(name, transformer or _TRANSFORMER.search(name) is not None, options=options)


_OPTIONS = frozenset({"input_cols", "label_cols", "inputCols", "inputCol", "outputCol", "featuresCol", "labelCol",
"userCol", "itemCol",
                      "ratingCol", "weightCol", "sample_weight_col"})  # fmt: skip


def named_columns(call: Call, model: v.Estimator, data: v.Value | None) -> tuple[ColumnSet, ColumnSet | None] | None:
    """Features and label of a model that was told their names: Spark ML, Snowpark ML."""
    frame = call.m.get(data) if data is not None else None
    if not isinstance(frame, v.Frame):
        return None
    features = model.option("input_cols") or _pair(call.m, model.option("userCol"), model.option("itemCol"))
    label = model.option("label_cols", "labelCol", "ratingCol")
    chosen = column_set(call.m, frame.relation, features) if features is not None else _assembled(call, model, frame)
    if chosen is None:
        return None
    target = column_set(call.m, frame.relation, label) if label is not None else None
    if target is None and frame.library == "spark":
        target = Names(frame.relation, ("label",))
    return chosen, target


def _pair(m: Machine, one: v.Value | None, other: v.Value | None) -> v.Value | None:
    return v.Seq((m.get(one), m.get(other))) if one is not None and other is not None else None


def _assembled(call: Call, model: v.Estimator, frame: v.Frame) -> ColumnSet | None:
    """The inputs of the vector that a Spark model is fitted on: of an assembler in its pipeline or one used before."""
    steps = [step for step in map(call.m.get, model.steps) if isinstance(step, v.Estimator)]
    assemblers = [step for step in steps if step.name.endswith("VectorAssembler")]
    if assemblers:
        return column_set(call.m, frame.relation, assemblers[-1].option("inputCols") or v.NONE)
    vector = model.option("featuresCol")
    name = vector.value if isinstance(vector, v.Const) else "features"
    inputs = call.m.vectors.get(str(name)) if frame.library == "spark" else None
    return column_set(call.m, frame.relation, inputs) if inputs is not None else None


def transformer(call: Call) -> v.Value:
    return v.Estimator(call.name, True)


def wrapper(call: Call) -> v.Value:
    """A search or meta-estimator around a model: it is the model that is fitted."""
    inner = call.got(0, "estimator") or call.got(None, "base_estimator")
    if isinstance(inner, v.Estimator):
        return replace(inner)
    return v.Estimator(call.name)


def pipeline(call: Call) -> v.Value:
    """`Pipeline([('a', A()), …])`, `make_pipeline(A(), …)`."""
    if call.name.rsplit(".", 1)[-1].startswith("make_"):
        steps = call.args
    else:
        found = call.got(0, "steps") or call.got(None, "stages")
        items = found.items if isinstance(found, v.Seq) else ()
        steps = tuple(_last(call.m, item) for item in items)
    models = [step for step in (call.m.get(step) for step in steps) if isinstance(step, v.Estimator)]
    last = models[-1] if models else None
    name = last.name if last is not None and not last.transformer else call.name
    return v.Estimator(name, last is not None and last.transformer, tuple(steps))


def _last(m: Machine, item: v.Value) -> v.Value:
    found = m.get(item)
    return found.items[-1] if isinstance(found, v.Seq) and found.items else item


def column_transformer(call: Call) -> v.Value:
    """`ColumnTransformer([('name', transformer, columns), …])`."""
    name = call.name.rsplit(".", 1)[-1]
    found = call.got(0, "transformers") if name == "ColumnTransformer" else v.Seq(call.args)
    pairs: list[tuple[v.Value, v.Value]] = []
    for item in found.items if isinstance(found, v.Seq) else ():
        parts = call.m.get(item)
        if isinstance(parts, v.Seq) and len(parts.items) >= 2:
            pairs.append((parts.items[-2], parts.items[-1]))
    if call.const(None, "remainder") == "passthrough":
        pairs.append((v.NONE, v.Const("*")))
    return v.Estimator(call.name, True, (), tuple(pairs))


def chosen_columns(m: Machine, model: v.Estimator, value: v.Value | None) -> ColumnSet | None:
    """The columns that a pipeline's first column transformer takes, if it names them."""
    frame = m.get(value) if value is not None else None
    if not isinstance(frame, v.Frame):
        return None
    pairs = model.columns or next(
        (step.columns for step in (m.get(s) for s in model.steps) if isinstance(step, v.Estimator) and step.columns), ()
    )
    if not pairs or any(names == v.Const("*") for _, names in pairs):
        return None
    parts = [column_set(m, frame.relation, names) for transform, names in pairs if transform != v.Const("drop")]
    found = [part for part in parts if part is not None]
    if len(found) != len(parts) or not found:
        return None
    return found[0] if len(found) == 1 else Both(tuple(found))


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
    data, label = _training_data(call)
    named = named_columns(call, model, data)
    if named is not None:
        add_fit(call, model.name, *named)
        return call.target
    add_fit(call, model.name, chosen_columns(call.m, model, data) or columns_of(call.m, data), label)
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
)
_LABEL = ("y", "Y", "label", "labels", "target", "y_train")


def _training_data(call: Call) -> tuple[v.Value | None, ColumnSet | None]:
    data = call.arg(0) if call.args else next((call.kwargs[name] for name in _DATA if name in call.kwargs), None)
    label = call.arg(1) if len(call.args) > 1 else next((call.kwargs[n] for n in _LABEL if n in call.kwargs), None)
    found = call.m.get(data) if data is not None else None
    if isinstance(found, v.Handle) and label is None:
        label = found.get("label")
    if isinstance(found, v.Seq) and found.kind == "tuple" and len(found.items) == 2 and label is None:
        data, label = found.items
    return data, columns_of(call.m, label) if label is not None else None


def add_fit(call: Call, name: str, features: ColumnSet | None, label: ColumnSet | None = None) -> None:
    weight = columns_of(call.m, call.arg(None, "sample_weight"))
    call.m.sink(Fit(name, features if features is not None else Values(()), label, weight, call.origin))


def fit_unknown(call: Call) -> v.Value | None:
    """`.fit` of something that is not known: a model, if it is given data."""
    if _TRANSFORMER.search(call.m.get(call.target).text if isinstance(call.m.get(call.target), v.Unknown) else ""):  # type: ignore[union-attr]
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
    add_fit(call, call.name, features, columns_of(call.m, label))
    return v.Estimator(call.name)


def evaluated(call: Call) -> v.Value | None:
    """`cross_val_score(model, X, y)`: fits a model."""
    model = call.got(0, "estimator")
    data, label = call.arg(1, "X"), call.arg(2, "y")
    features = columns_of(call.m, data)
    if features is None:
        return None
    name = model.name if isinstance(model, v.Estimator) else call.name
    chosen = chosen_columns(call.m, model, data) if isinstance(model, v.Estimator) else None
    add_fit(call, name, chosen or features, columns_of(call.m, label))
    return call.m.unknown(call.name)


def formula(call: Call) -> v.Value | None:
    """`smf.ols('y ~ a + b', data=df)`: fitted by `.fit()`."""
    text, frame = call.text(0, "formula"), call.frame(1, "data")
    if text is None or frame is None:
        return v.Estimator(call.name)
    left, _, right = text.partition("~")
    names = tuple(
        dict.fromkeys(re.findall(r"\b(?!C\b|np\b|log\b|Q\b|exp\b|sqrt\b|I\b|scale\b)[A-Za-z_]\w*\b(?!\()", right))
    )
    labels = tuple(re.findall(r"[A-Za-z_]\w*", left))[-1:]
    relation = frame.relation
    features: v.Value = v.Columns(Names(relation, names), relation)
    return v.Handle(
        "specified",
        (("name", v.Const(call.name)), ("data", features), ("label", v.Columns(Names(relation, labels), relation))),
    )


def specified(call: Call) -> v.Value | None:
    """`sm.OLS(y, X)`: fitted by `.fit()`."""
    label, data = call.arg(0, "endog"), call.arg(1, "exog")
    parts = (("name", v.Const(call.name)), ("label", label or v.NONE), ("data", data or label or v.NONE))
    return v.Handle("specified", parts)


def fit_specified(call: Call) -> v.Value | None:
    model = call.receiver
    if not isinstance(model, v.Handle):
        return None
    name = model.get("name")
    data, label = model.get("data"), model.get("label")
    made = [_direct(call.m, part) for part in (data, label)]
    add_fit(call, str(name.value) if isinstance(name, v.Const) else call.name, made[0], made[1])
    return call.m.unknown("results")


def _direct(m: Machine, value: v.Value | None) -> ColumnSet | None:
    found = m.get(value) if value is not None else None
    return found.columns if isinstance(found, v.Columns) else columns_of(m, found)


# --- transformers ---


def learn(call: Call, model: v.Estimator) -> None:
    columns = columns_of(call.m, call.arg(0, "X"))
    if columns is not None:
        call.m.set(call.target, replace(model, learned=columns))


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
    if isinstance(value, v.Series):
        return replace(value, expression=Op("transform", (value.expression,), call.origin), owner=None)
    frame = call.m.frame(value)
    if frame is None:
        return None
    if frame.library in ("spark", "snowpark"):
        return _spark_transform(call, model, frame)
    columns = chosen_columns(call.m, model, frame) or narrowed(frame.relation, frame.index)
    state = FitState(model.name, model.learned or columns, call.origin)
    return v.Frame(call.m.add(Apply(frame.relation, state, columns, call.origin)), "array", (), frame.group)


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
        call.m.vectors[str(output.value)] = inputs
    made = Op("vector", tuple(Column(frame.relation, name) for name in names), call.origin)
    items = replacing(frame.relation, Output(str(output.value), made, call.origin))
    return replace(frame, relation=call.m.add(Derive(frame.relation, items, call.origin)))


def predict(call: Call) -> v.Value | None:
    """`model.predict(X)`: depends on all of X."""
    frame = call.frame(0, "X")
    if frame is None:
        return None
    relation = call.m.add(Opaque((frame.relation,), "a prediction", origin=call.origin))
    return v.Series(frame.relation, Column(relation, "{prediction}", call.origin), "{prediction}", frame.index)


def resampled(call: Call) -> v.Value | None:
    """`smote.fit_resample(X, y)`."""
    return v.Seq(tuple(call.m.alloc(call.m.get(value)) for value in call.args[:2]), "tuple")


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
    count = len(weights.items) if isinstance(weights, v.Seq) else 2
    names = ["train", "test", "validation"] + [f"part{at}" for at in range(3, count)]
    return v.Seq(tuple(call.m.alloc(part_of(call.m, frame, name, call)) for name in names[:count]), "tuple")


# --- writes ---


def write(
    kind: SourceKind = "file",
    at: int | None = 0,
    mode: WriteMode = "overwrite",
    names: tuple[str, ...] = (),
    feature_group: bool = False,
) -> Transfer:
    """A method that stores the receiver under a name."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(at)
        if value is None:
            value = next((call.kwargs[name] for name in (*names, *_TARGETS) if name in call.kwargs), None)
        frame = call.receiver if isinstance(call.receiver, v.Frame) else call.m.frame(call.target)
        if value is None or frame is None:
            return call.m.unknown(call.name, call.target) if value is None else None
        found = call.m.get(value)
        if isinstance(found, v.Handle) and found.kind == "file":
            value = found.get("path") or value
        chosen = call.text(None, "mode") or call.text(None, "if_exists") or mode
        store(call, stored(call, frame), Source(path_name(call, value), kind), _MODES.get(chosen, mode), feature_group)
        return v.NONE

    return transfer


_TARGETS = ("path_or_buf", "path", "name", "excel_writer", "destination_table", "table_name", "con", "fname", "file")
_MODES: dict[str, WriteMode] = {
    "append": "insert", "overwrite": "overwrite", "replace": "overwrite", "ignore": "create", "error": "create",
    "fail": "create",
    "insert": "insert", "upsert": "upsert", "create": "create",
}  # fmt: skip


def stored(call: Call, frame: v.Frame) -> Relation:
    """What is written: the index only where it is named and not left out."""
    from feasilint.ir import Derive, Star

    if frame.index and call.const(None, "index", True) is False:
        return call.m.add(Derive(frame.relation, (Star(narrowed(frame.relation, frame.index)),), call.origin))
    return frame.relation


def store(call: Call, relation: Relation, target: Source, mode: WriteMode, feature_group: bool = False) -> None:
    call.m.sink(Write(relation, target, mode, feature_group=feature_group, origin=call.origin))


def write_argument(
    kind: SourceKind, frame_at: int = 0, name_at: int = 1, feature_group: bool = False, dialect: str | None = None
) -> Transfer:
    """A function that stores an argument: `joblib.dump(df, path)`, `client.load_table_from_dataframe(df, table)`."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(frame_at)
        if value is None:
            value = (
                call.arg(None, "df")
                or call.arg(None, "dataframe")
                or call.arg(None, "features")
                or call.arg(None, "data_frame")
            )
        target = call.arg(name_at) or next(
            (call.kwargs[n] for n in (*_TARGETS, "destination") if n in call.kwargs), None
        )
        found = call.m.get(value) if value is not None else None
        if not isinstance(found, v.Frame | v.Series) or target is None:
            return None
        held = call.m.get(target)
        if isinstance(held, v.Handle) and held.kind == "file":
            target = held.get("path") or target
        frame = call.m.frame(found)
        if frame is not None:
            store(call, frame.relation, Source(path_name(call, target), kind, dialect), "overwrite", feature_group)
        return v.NONE

    return transfer
