"""Pipelines of Spark ML: features and label by the names that they have before the pipeline, options that are set later."""

from __future__ import annotations

import pytest
from python_lowering import columns, fit, run

from feasilint import inspect_source

READ = """
from pyspark.ml import Pipeline
from pyspark.ml.classification import LogisticRegression
from pyspark.ml.feature import CountVectorizer, OneHotEncoder, RegexTokenizer, StringIndexer, VectorAssembler
df = spark.read.parquet("a.parquet")
label = StringIndexer(inputCol="churn", outputCol="label")
"""


def trained(code: str) -> tuple[list[str], list[str]]:
    model = fit(run(READ + code))
    return columns(model.features), columns(model.label) if model.label is not None else []


@pytest.mark.parametrize(
    "code",
    [
        "v = VectorAssembler(inputCols=['a', 'b'], outputCol='features')\n"
        "Pipeline(stages=[v, LogisticRegression(labelCol='churn')]).fit(df)",
        "s = StringIndexer(inputCol='a', outputCol='a_ix').setHandleInvalid('skip')\n"
        "o = OneHotEncoder(inputCols=['a_ix', 'b'], outputCols=['a_vec', 'b_vec'])\n"
        "v = VectorAssembler(inputCols=['a_vec', 'b_vec'], outputCol='features')\n"
        "Pipeline(stages=[label, s, o, v, LogisticRegression()]).fit(df)",
        "t = RegexTokenizer(inputCols=['a', 'b'], outputCol='words')\n"
        "c = CountVectorizer().setInputCol('words').setOutputCol('vector')\n"
        "Pipeline(stages=[label, t, c, LogisticRegression(featuresCol='vector').setLabelCol('label')]).fit(df)",
    ],
    ids=["as they are", "indexed and encoded", "words, set later"],
)
def test_features_and_label_are_those_before_the_pipeline(code: str) -> None:
    assert trained(code) == (["a", "b"], ["churn"])


def test_a_name_that_no_step_makes_is_the_column_itself() -> None:
    v = "v = VectorAssembler(inputCols=['a', 'a_vec'], outputCol='features')\n"
    assert trained(v + "Pipeline(stages=[v, LogisticRegression()]).fit(df)") == (["a", "a_vec"], ["label"])


def test_a_setter_on_a_variable_changes_it() -> None:
    code = "m = LogisticRegression()\nm.setLabelCol('y')\nv = VectorAssembler(inputCols=['a'], outputCol='features')\n"
    assert trained(code + "m.fit(v.transform(df))") == (["a"], ["y"])


def test_models_of_other_packages_are_told_their_columns_alike() -> None:
    code = (
        "from mmlspark.vw import VowpalWabbitClassifier, VowpalWabbitFeaturizer\n"
        "f = VowpalWabbitFeaturizer(inputCols=['a', 'b'], outputCol='features')\n"
        "Pipeline(stages=[f, VowpalWabbitClassifier(featuresCol='features', labelCol='churn')]).fit(df)"
    )
    assert trained(code) == (["a", "b"], ["churn"])


@pytest.mark.parametrize(
    ("given", "source"),
    [("load(spark)", []), ("load('x.csv')", ["x.csv"]), ("spark.table('t').summarizeWindows(3)", ["t"])],
)
def test_a_frame_that_is_not_known_goes_through_an_assembler(given: str, source: list[str]):
    code = (
        "from pyspark.ml.feature import VectorAssembler\nfrom pyspark.ml.classification import LogisticRegression\n"
        f"from shop_utils import load\ndf = {given}\n"
        "va = VectorAssembler(inputCols=['a', 'b'], outputCol='features')\n"
        "LogisticRegression(featuresCol='features', labelCol='y').fit(va.transform(df))"
    )
    found = inspect_source(code, "python")
    assert [one["name"] for one in found["features"]] == ["a", "b"]
    assert {table for one in found["features"] for table, _ in one["derived_from"] if table != "unknown"} == set(source)


@pytest.mark.parametrize(
    "narrowed", ["", ".select('features', 'y')", ".select('features', 'y').filter('y is not null')"]
)
def test_of_a_vector_alone_its_columns_are_the_features(narrowed: str):
    code = (
        "from pyspark.ml.feature import VectorAssembler\nfrom pyspark.ml.classification import LogisticRegression\n"
        "df = spark.table('t')\nva = VectorAssembler(inputCols=['a', 'b'], outputCol='features')\n"
        f"train, test = va.transform(df){narrowed}.randomSplit([0.8, 0.2])\n"
        "LogisticRegression(featuresCol='features', labelCol='y').fit(train)"
    )
    found = inspect_source(code, "python")
    assert [(one["name"], one["derived_from"]) for one in found["features"]] == [
        ("a", [["t", "a"]]),
        ("b", [["t", "b"]]),
    ]


ML = "from pyspark.ml import Pipeline\nfrom pyspark.ml.classification import DecisionTreeClassifier as Tree\n"


@pytest.mark.parametrize(
    ("code", "model", "features"),
    [
        ("Tree().fit(spark.table('t'))", "DecisionTreeClassifier", [["t", "features"]]),
        ("Tree(featuresCol='v').fit(spark.table('t'))", "DecisionTreeClassifier", [["t", "v"]]),
        (
            "from pyspark.ml.feature import IndexToString, VectorIndexer\n"
            "i = VectorIndexer(inputCol='f', outputCol='g')\nt = Tree(featuresCol='g', labelCol='y')\n"
            "Pipeline(stages=[i, t, IndexToString(inputCol='prediction', outputCol='p')]).fit(spark.table('t'))",
            "DecisionTreeClassifier",
            [["t", "f"]],
        ),
        (
            "from pyspark.ml.feature import VectorAssembler, VectorIndexer\n"
            "df = VectorAssembler(inputCols=['a', 'b'], outputCol='f').transform(spark.table('t'))\n"
            "i = VectorIndexer(inputCol='f', outputCol='g')\n"
            "Pipeline(stages=[i, Tree(featuresCol='g', labelCol='y')]).fit(df.select('f', 'y'))",
            "DecisionTreeClassifier",
            [["t", "a"], ["t", "b"]],
        ),
        (
            "from shop_utils import session\nimport pandas as pd\ndf = session().createDataFrame(pd.read_csv('a.csv'))\n"
            "Tree(featuresCol='v').fit(df)",
            "DecisionTreeClassifier",
            [["a.csv", "v"]],
        ),
    ],
)
def test_a_model_of_spark_is_fitted_on_one_vector(code: str, model: str, features: list[list[str]]):
    found = inspect_source(ML + code, "python")
    assert [one["estimator"].rsplit(".", 1)[-1] for one in found["models"]] == [model]
    assert [one for feature in found["features"] for one in feature["derived_from"]] == features
