"""BigQuery ML."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
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
    assert lines[2].startswith("r2 Derive(r1) *r1; predicted_label = hole predictions of d.m")


def test_predictions_come_from_all_of_the_input(lineage: Lineage) -> None:
    text = "SELECT predicted_label AS p FROM ML.PREDICT(MODEL d.m, (SELECT a, b FROM t))"
    assert lineage(text, "bigquery") == {"p": "t.a t.b"}
    assert lineage("SELECT predicted_label AS p FROM ML.PREDICT(MODEL d.m, TABLE t)", "bigquery") == {"p": "t.*"}


def test_a_forecast_reads_no_table(outline: Outline) -> None:
    assert (
        outline("SELECT * FROM ML.FORECAST(MODEL d.m, STRUCT(30 AS horizon))", "bigquery")[0]
        == "r0 Opaque() predictions of d.m"
    )


@pytest.mark.parametrize(
    ("dialect", "text", "fit"),
    [
        (
            "snowflake",
            "CREATE OR REPLACE SNOWFLAKE.ML.CLASSIFICATION m(INPUT_DATA => SYSTEM$REFERENCE('view', 'v'), TARGET_COLNAME => 'y')",
            "fit snowflake_ml.CLASSIFICATION r0 without y -> r0['y']",
        ),
        (
            "snowflake",
            "CREATE SNOWFLAKE.ML.FORECAST m(INPUT_DATA => TABLE(v), SERIES_COLNAME => 'k', TIMESTAMP_COLNAME => 'ts', TARGET_COLNAME => 'y')",
            "fit snowflake_ml.FORECAST r0 without y, k, ts -> r0['y']",
        ),
        (
            "snowflake",
            "CREATE SNOWFLAKE.ML.ANOMALY_DETECTION m(INPUT_DATA => SYSTEM$QUERY_REFERENCE('SELECT ts, y FROM v WHERE z = ''q'''), TIMESTAMP_COLNAME => 'ts', TARGET_COLNAME => 'y', LABEL_COLNAME => '')",
            "fit snowflake_ml.ANOMALY_DETECTION r2 without ts -> -",
        ),
        (
            "redshift",
            "CREATE MODEL m FROM (SELECT a, y FROM v) TARGET y FUNCTION f IAM_ROLE default SETTINGS (S3_BUCKET 'x')",
            "fit redshift_ml.AUTO r1 without y -> r1['y']",
        ),
        (
            "redshift",
            "CREATE MODEL m FROM v TARGET y FUNCTION f AUTO OFF MODEL_TYPE XGBOOST",
            "fit redshift_ml.XGBOOST r0 without y -> r0['y']",
        ),
    ],
)
def test_models_of_other_warehouses(outline: Outline, dialect: str, text: str, fit: str) -> None:
    lines = outline(text, dialect)
    assert lines[0] == "r0 Scan() v"
    assert lines[-1] == fit


def test_evaluation_reads_its_query(outline: Outline) -> None:
    assert outline("SELECT * FROM ML.EVALUATE(MODEL d.m, (SELECT a FROM t))", "bigquery")[:3] == [
        "r0 Scan() t",
        "r1 Derive(r0) a = r0.a",
        "r2 Opaque(r1) evaluation of a model",
    ]
    assert outline("SELECT * FROM ML.EVALUATE(MODEL d.m)", "bigquery")[0] == "r0 Opaque() evaluation of a model"
