"""BigQuery ML."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Outline = Callable[..., list[str]]


def test_a_model_is_a_fit(outline: Outline) -> None:
    text = """
    CREATE OR REPLACE MODEL `p.d.m`
    OPTIONS (model_type = 'logistic_reg', input_label_cols = ['churned'], data_split_col = 'part') AS
    SELECT age, churned, part FROM t
    """
    assert outline(text, "bigquery") == [
        "r0 Scan() t",
        "r1 Derive(r0) age = r0.age; churned = r0.churned; part = r0.part",
        "fit bigquery_ml.LOGISTIC_REG r1 without churned, part -> r1['churned']",
    ]


def test_the_transform_clause_makes_the_features(outline: Outline) -> None:
    text = "CREATE MODEL m TRANSFORM (a + 1 AS b, label) OPTIONS (model_type = 'linear_reg') AS SELECT a, label FROM t"
    assert outline(text, "bigquery")[2:] == [
        "r2 Derive(r1) b = add(r1.a, 1); label = r1.label",
        "fit bigquery_ml.LINEAR_REG r2 without label -> r2['label']",
    ]


def test_unsupervised_models_have_no_label(outline: Outline) -> None:
    text = "CREATE MODEL m OPTIONS (model_type = 'kmeans') AS SELECT a, label FROM t"
    assert outline(text, "bigquery")[-1] == "fit bigquery_ml.KMEANS r1 -> -"


def test_predictions_pass_the_input_on(outline: Outline) -> None:
    text = "SELECT a, predicted_label AS p FROM ML.PREDICT(MODEL d.m, (SELECT a FROM t))"
    lines = outline(text, "bigquery")
    assert lines[2] == "r2 Opaque(r1) predictions of d.m"
    assert lines[3].startswith("r3 Derive(r2) *r1; predicted_label = r2.predicted_label")


def test_evaluation_reads_its_query(outline: Outline) -> None:
    assert outline("SELECT * FROM ML.EVALUATE(MODEL d.m, (SELECT a FROM t))", "bigquery")[:3] == [
        "r0 Scan() t",
        "r1 Derive(r0) a = r0.a",
        "r2 Opaque(r1) evaluation of a model",
    ]
    assert outline("SELECT * FROM ML.EVALUATE(MODEL d.m)", "bigquery")[0] == "r0 Opaque() evaluation of a model"
