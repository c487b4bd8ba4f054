"""BigQuery ML: CREATE MODEL as a fit, ML.PREDICT and its kin as relations over their query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import (
    AllOf,
    Call,
    Column,
    Derive,
    Expression,
    Fit,
    Hole,
    Minus,
    Names,
    Opaque,
    Output,
    Relation,
    Star,
)
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.creating import CREATED
from feasilint.lower.sql.expressions import scalar
from feasilint.lower.sql.functions import MODEL_FUNCTIONS
from feasilint.lower.sql.queries import query
from feasilint.lower.sql.scope import Item, Rows, Scope
from feasilint.lower.sql.select import star_of

if TYPE_CHECKING:
    from collections.abc import Callable

_LABEL_OPTIONS = ("input_label_cols",)
_SKIPPED_OPTIONS = ("data_split_col", "time_series_id_col", "time_series_timestamp_col", "weight_col")
_WEIGHT_OPTIONS = ("weight_col", "class_weights_col")


def _create_model(node: Node, scope: Scope) -> None:
    """CREATE MODEL … OPTIONS(…) AS SELECT …"""
    made = node.args.get("expression")
    if not isinstance(made, exp.Query):
        return
    rows = query(made, scope)
    options = _options(node, scope)
    labels = tuple(name for key in _LABEL_OPTIONS for name in options.get(key, ())) or _default_label(rows, options)
    rows = _transformed(node, rows, scope)
    name = ".".join(sources.parts_of(node.this, scope.context)).lower()
    scope.context.session.labels[name] = labels
    gone = (*labels, *(column for key in _SKIPPED_OPTIONS for column in options.get(key, ())))
    features = Minus(AllOf(rows.relation), gone) if gone else AllOf(rows.relation)
    weight = tuple(column for key in _WEIGHT_OPTIONS for column in options.get(key, ()))
    kind = (options.get("model_type") or ("model",))[0].upper()
    scope.context.builder.sink(
        Fit(
            f"bigquery_ml.{kind}",
            features,
            Names(rows.relation, labels) if labels else None,
            Names(rows.relation, weight) if weight else None,
            scope.context.layout.origin(node.this),
        )
    )


def _default_label(rows: Rows, options: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Without an option the column named `label` is it."""
    known = rows.names is None or any(name.lower() == "label" for name in rows.names)
    supervised = not any(
        word in (options.get("model_type") or ("",))[0].lower() for word in ("kmeans", "pca", "arima", "matrix")
    )
    return ("label",) if known and supervised else ()


def _options(node: Node, scope: Scope) -> dict[str, tuple[str, ...]]:
    properties = node.args.get("properties")
    found: dict[str, tuple[str, ...]] = {}
    for one in properties.expressions if isinstance(properties, Node) else ():
        value = one.args.get("value")
        if isinstance(one, exp.Property) and isinstance(value, Node):
            texts = [value] if isinstance(value, exp.Literal) else value.find_all(exp.Literal)
            found[str(one.this.name).lower()] = tuple(scope.context.marks.restore(str(text.this)) for text in texts)
    return found


def _transformed(node: Node, rows: Rows, scope: Scope) -> Rows:
    """The TRANSFORM clause: a select list over the query."""
    properties = node.args.get("properties")
    clause = next(
        (one for one in properties.expressions if isinstance(one, exp.TransformModelProperty))
        if isinstance(properties, Node)
        else iter(()),
        None,
    )
    if clause is None:
        return rows
    inner = scope.child()
    inner.items, inner.whole = [Item(rows)], rows.relation
    items: list[Output | Star] = []
    for one in clause.expressions:
        if star_of(one) is not None:
            items.append(Star(AllOf(rows.relation)))
        else:
            items.append(
                Output(one.alias_or_name or f"_col{len(items)}", scalar(one, inner), scope.context.layout.item(one))
            )
    return Rows(scope.context.builder.add(Derive(rows.relation, tuple(items))))


# --- using a model -----------------------------------------------------------------------------------------------------


def _predict(function: Node, scope: Scope) -> Rows:
    """All columns of the input, and predictions that may come from any of them."""
    below, model = _input(function, scope), _model(function, scope)
    said = f"predictions of {model or 'a model'}"
    if below is None:
        return Rows(scope.context.builder.add(Opaque((), said, (Call("model", ()),), mixes=True)))
    labels = scope.context.session.labels.get(model, ()) or ("label",)
    guess = Hole(said, tuple(Column(below.relation, name) for name in below.names or ("*",)))
    made = tuple(Output(f"predicted_{label}{suffix}", guess) for label in labels for suffix in ("", "_probs"))
    return Rows(scope.context.builder.add(Derive(below.relation, (Star(AllOf(below.relation)), *made))))


def _evaluate(function: Node, scope: Scope) -> Rows:
    """Figures about a model over its whole input."""
    below = _input(function, scope)
    inputs: tuple[Relation, ...] = (below.relation,) if below is not None else ()
    values: tuple[Expression, ...] = () if inputs else (Call("model", ()),)
    return Rows(scope.context.builder.add(Opaque(inputs, "evaluation of a model", values, mixes=True)))


def _input(function: Node, scope: Scope) -> Rows | None:
    """The query or table that a model function is applied to."""
    children = [*function.iter_expressions()]
    model_first = not isinstance(function, exp.Anonymous) and isinstance(children[0], exp.Table)
    for child in children[model_first:]:
        if isinstance(child, exp.Query):
            return scope.context.query(child, scope.child())
        if isinstance(child, exp.Table):
            return sources.table(child, scope)
    return None


def _model(function: Node, scope: Scope) -> str:
    first = next(iter(function.iter_expressions()), None)
    if isinstance(first, exp.Table):
        return ".".join(sources.parts_of(first, scope.context)).lower()
    if isinstance(first, exp.Column):
        return ".".join(str(part.name) for part in first.parts).lower()
    return ""


_OVER_ROWS = (
    "predict",
    "explain_predict",
    "detect_anomalies",
    "recommend",
    "transform",
    "generate_embedding",
    "generate_text",
    "forecast",
)
_FIGURES = (
    "evaluate", "confusion_matrix", "roc_curve", "feature_info", "weights", "training_info", "feature_importance",
    "global_explain", "centroids", "trial_info", "explain_forecast", "arima_evaluate", "advanced_weights",
)  # fmt: skip
_LOWERINGS: dict[str, Callable[[Node, Scope], Rows]] = {
    **dict.fromkeys(_OVER_ROWS, _predict),
    **dict.fromkeys(_FIGURES, _evaluate),
}

MODEL_FUNCTIONS.update(_LOWERINGS)
CREATED["MODEL"] = _create_model
