"""Spark models: tuning around a pipeline, labels by name."""

from __future__ import annotations

import pytest
from python_lowering import columns, fit, run

SPARK = """
from pyspark.ml import Pipeline
from pyspark.ml.tuning import CrossValidator, TrainValidationSplit
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.classification import LogisticRegression
from xgboost.spark import SparkXGBClassifier
t = spark.table('t')
assembler = VectorAssembler(inputCols=['s1'], outputCol='features')
p = Pipeline(stages=[assembler, LogisticRegression()])
named = Pipeline(stages=[assembler, LogisticRegression(labelCol='churned')])
"""


@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("p.fit(t)", "label"),
        ("named.fit(t)", "churned"),
        ("CrossValidator(estimator=p, numFolds=5).fit(t)", "label"),
        ("CrossValidator(estimator=named, numFolds=5).fit(t)", "churned"),
        ("TrainValidationSplit(estimator=named).fit(t)", "churned"),
        ("CrossValidator().setEstimator(named).fit(t)", "churned"),
    ],
)
def test_what_is_tuned_is_the_pipeline(code: str, label: str):
    model = fit(run(SPARK + code))
    assert model.estimator == "pyspark.ml.classification.LogisticRegression"
    assert columns(model.features) == ["s1"]
    assert model.label is not None
    assert columns(model.label) == [label]


@pytest.mark.parametrize(
    ("code", "features"),
    [
        ("SparkXGBClassifier(label_col='y').fit(assembler.transform(t))", ["s1"]),
        ("SparkXGBClassifier(label_col='y', features_col=['a', 'b']).fit(t)", ["a", "b"]),
        ("SparkXGBClassifier(label_col='y').fit(t.select('a', 'y'))", ["a"]),
    ],
)
def test_xgboost_on_spark(code: str, features: list[str]):
    model = fit(run(SPARK + code))
    assert columns(model.features) == features
    assert model.label is not None
    assert columns(model.label) == ["y"]
