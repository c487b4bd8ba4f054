"""Estimators, pipelines and column transformers, and the columns that they take."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import (
    AllOf,
    Both,
    Column,
    ColumnSet,
    Expression,
    Hole,
    Names,
    Opaque,
    Output,
    Values,
)
from feasilint.ir.expressions import columns as columns_in
from feasilint.ir.expressions import is_dynamic
from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of
from feasilint.lower.python.columns import known, layout, narrowed
from feasilint.lower.python.selection import column_set
from feasilint.lower.python.transfers import sparkpipelines

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.call import Call
    from feasilint.lower.python.machine import Machine


TRANSFORMER = re.compile(
    r"(Scaler|Encoder|Imputer|Cleaner|Preprocessor|Transformer|Vectorizer|Discretizer|Binarizer|Normalizer|PCA|Tokenizer|Selector|Features|Sampler"
    r"|SelectKBest|SelectFromModel|SelectPercentile|VarianceThreshold|RFE|RFECV|TSNE|TruncatedSVD|SMOTE|SMOTENC|ADASYN|Indexer|Assembler"
    r"|Lemmatizer|FeatureUnion|RFormula|StringIndexer|Bucketizer|StopWordsRemover|IDF|HashingTF)(?:\(\))?$"
)


def columns_of(m: Machine, value: v.Value | None) -> ColumnSet | None:
    """A value as a set of columns: a frame, a column, several of them, a data set object."""
    found = m.get(value) if value is not None else None
    match found:
        case v.Frame(relation=Opaque(inputs=(), values=values) as relation) if values:
            return _read(Hole(relation.reason, values), values) or AllOf(relation)
        case v.Frame(relation=relation, index=index):
            return narrowed(relation, index)
        case v.Series(relation=relation, expression=Column(relation=at, name=name)) if at is relation:
            return Names(relation, (name,))
        case v.Series(expression=expression, name=name, relation=relation):
            return Values((Output(name if name is not None else "{label}", expression),))
        case v.Scalar(expression=expression):
            return _read(expression, (expression,)) or Values((Output("{value}", expression),))
        case v.Seq(items=items):
            return _several(m, items)
        case v.Dict(items=pairs):
            return _several(m, tuple(_named(m, key, item) for key, item in pairs))
        case v.Handle():
            inner = found.get("data") or found.get("0")
            return columns_of(m, inner) if inner is not None else None
        case v.Columns(columns=columns):
            return columns
        case v.Unknown(text=text, inputs=inputs) if found.relations or found.inputs:
            read = _read(Hole(text, inputs), inputs)
            if read is not None and not found.relations:
                return read
            whole = AllOf(m.promote(found).relation)
            return whole if read is None else Both((whole, read))
        case _:
            return None


def _read(made: Expression, inputs: tuple[Expression, ...]) -> Values | None:
    """What is made of columns in ways that nobody knows, under the names of these columns."""
    found = [column for expression in inputs for column in columns_in(expression) if not is_dynamic(column.name)]
    names = {column.name: column for column in found if not str(column.name).startswith("_")}
    outputs = tuple(Output(name, Hole("a step", (column,), made.origin)) for name, column in names.items())
    return Values(outputs[:_MANY]) if outputs else None


_MANY = 64


def _named(m: Machine, key: v.Value, item: v.Value) -> v.Value:
    """A column whose own name is not known has that of its key."""
    found, name = m.get(item), m.get(key)
    if isinstance(found, v.Series) and is_dynamic(found.name or "{}") and isinstance(name, v.Const):
        outputs = (Output(str(name.value), found.expression),)
        return v.Columns(Values(outputs), found.relation)
    return found


def _several(m: Machine, items: tuple[v.Value, ...]) -> ColumnSet | None:
    parts = [part for item in items if (part := columns_of(m, item)) is not None]
    if len(parts) < 2:
        return parts[0] if parts else None
    return Both(tuple(parts))


def estimator(call: Call) -> v.Value:
    """A class of a learning library: a model, or a transformer by its package or name."""
    name = call.name
    transformer = name.split(".")[1:2] in (["preprocessing"], ["impute"], ["decomposition"], ["feature_selection"],
                                           ["feature_extraction"], ["manifold"], ["random_projection"])  # fmt: skip
    options = tuple((key, value) for key, value in call.kwargs.items() if key in _OPTIONS)
    transformer |= name.startswith("pyspark.ml.feature.")
    return v.Estimator(name, transformer or TRANSFORMER.search(name) is not None, options=options)


_OPTIONS = frozenset({"input_cols", "label_cols", "inputCols", "inputCol", "outputCol", "outputCols",
                      "featuresCol", "labelCol",
"userCol", "itemCol",
                      "ratingCol", "weightCol", "cols", "variables", "sample_weight_col", "label_col",
                      "features_col"})  # fmt: skip


_NAMED = ("input_cols", "features_col", "userCol")
_LABELS = ("label_cols", "labelCol", "label_col", "ratingCol")


def named_columns(call: Call, model: v.Estimator, data: v.Value | None) -> tuple[ColumnSet, ColumnSet | None] | None:
    """Features and label of a model that was told their names, when it was made or is fitted: Spark ML, Snowpark ML."""
    told = tuple((key, value) for key, value in call.kwargs.items() if key in _OPTIONS)
    model = replace(model, options=(*model.options, *told)) if told else model
    frame = sparkpipelines.as_frame(call.m, model, data) if data is not None else None
    if isinstance(frame, v.Unknown) and frame.relations and model.option(*_NAMED):
        frame = call.m.promote(frame, "spark")
    if not isinstance(frame, v.Frame):
        return None
    features = (
        model.option("input_cols")
        or _listed(call.m, model.option("features_col"))
        or _pair(call.m, model.option("userCol"), model.option("itemCol"))
    )
    label = model.option(*_LABELS)
    names = names_of(call.m, label) if label is not None else ("label",) if frame.library == "spark" else None
    if names is not None and (made := sparkpipelines.before(call.m, model, names)) != names:
        label = v.Seq(tuple(v.Const(name) for name in made))
    target = column_set(call.m, frame.relation, label) if label is not None else None
    chosen = column_set(call.m, frame.relation, features) if features is not None else _assembled(call, model, frame)
    if chosen is None and target is not None:
        chosen = narrowed(frame.relation, (*frame.index, *(known(target) or ())))
    if chosen is None:
        return None
    if target is None and frame.library == "spark":
        target = Names(frame.relation, ("label",))
    return chosen, target


def _listed(m: Machine, value: v.Value | None) -> v.Value | None:
    """Several names; a single one is that of a vector."""
    return value if value is not None and isinstance(m.get(value), v.Seq) else None


def _pair(m: Machine, one: v.Value | None, other: v.Value | None) -> v.Value | None:
    return v.Seq((m.get(one), m.get(other))) if one is not None and other is not None else None


def _assembled(call: Call, model: v.Estimator, frame: v.Frame) -> ColumnSet | None:
    """The inputs of the vector that a Spark model is fitted on: of its pipeline's steps or of an assembler used before."""
    vector = model.option("featuresCol", "features_col")
    name = vector.value if isinstance(vector, v.Const) else "features"
    if (found := sparkpipelines.inputs(call.m, model)) is not None:
        names = names_of(call.m, found) or ()
        if len(names) != 1 or f"rows of {names[0]}" not in call.m.named:
            return column_set(call.m, frame.relation, found)
        name = names[0]
    inputs = call.m.named.get(str(name)) if frame.library == "spark" else None
    if inputs is None:
        told = sparkpipelines.takes_vector(model) and _has(frame.relation, (str(name),))
        return column_set(call.m, frame.relation, v.Const(str(name))) if told else None
    rows = call.m.named.get(f"rows of {name}")
    gone = isinstance(rows, v.Frame) and not _has(frame.relation, names_of(call.m, inputs) or ())
    return column_set(call.m, rows.relation if gone and isinstance(rows, v.Frame) else frame.relation, inputs)


def _has(relation: Relation, names: tuple[Name, ...]) -> bool:
    """Whether a relation may have columns: after `select('features', 'label')` only the vector of them is left."""
    listed = layout(relation)
    return None in listed or set(names) <= set(listed)


def setter(call: Call) -> v.Value:
    """`model.setLabelCol('y')`: the same model, with this option."""
    model, value = call.receiver, call.arg(0)
    name = call.name[3:4].lower() + call.name[4:]
    if not isinstance(model, v.Estimator) or value is None or name not in _OPTIONS:
        return call.target
    told = replace(model, options=(*(option for option in model.options if option[0] != name), (name, value)))
    call.m.set(call.target, told)
    return call.target if isinstance(call.target, v.Ref) else told


def transformer(call: Call) -> v.Value:
    return v.Estimator(call.name, True, options=tuple(call.kwargs.items()))


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
    if call.name.startswith("pyspark."):  # what predicts may be followed by what names the classes again
        last = next((model for model in reversed(models) if not model.transformer), last)
    name = last.name if last is not None and not last.transformer else call.name
    told = tuple(o for o in last.options if o[0] in (*_LABELS, "featuresCol")) if last is not None else ()
    own = call.m.get(steps[-1]) if steps else None
    transforms = not _predicts(call, own) if isinstance(own, v.Instance) else last is not None and last.transformer
    return v.Estimator(name, transforms, tuple(steps), options=told)


def _predicts(call: Call, own: v.Instance) -> bool:
    from feasilint.lower.python.attributes import class_member

    return class_member(call.m, own.of, "predict") is not None


def function_transformer(call: Call) -> v.Value:
    """`FunctionTransformer(func)`."""
    function = call.arg(0, "func")
    return v.Estimator(call.name, True, options=(("func", function),) if function is not None else ())


def union(call: Call) -> v.Value:
    """`FeatureUnion([('a', A()), …])`, `make_union(A(), …)`: what each gives, side by side."""
    found = call.got(0, "transformer_list")
    listed = isinstance(found, v.Seq) and not call.name.endswith("make_union")
    items = found.items if isinstance(found, v.Seq) and listed else call.args
    return v.Estimator(call.name, True, tuple(_last(call.m, item) for item in items))


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
