"""Sinks: models with the columns that they are fitted on, files and tables, what is only looked at."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, frame, run, shown, write

from feasilint.ir import Apply, Fit, Split, Write

SPLIT = """
from sklearn.model_selection import train_test_split
from sklearn.ensemble import RandomForestClassifier
features = ['a', 'b']
X_train, X_test, y_train, y_test = train_test_split(tx[features], tx['y'])
"""


def test_features_and_label_of_a_split():
    model = fit(run(PANDAS + SPLIT + "model = RandomForestClassifier().fit(X_train, y_train)"))
    assert model.estimator == "sklearn.ensemble.RandomForestClassifier"
    assert columns(model.features) == ["a", "b"]
    assert model.label is not None
    assert columns(model.label) == ["y"]


def test_a_split_is_seen():
    program = run(PANDAS + SPLIT)
    assert [r.part for r in program.relations if isinstance(r, Split)] == ["train", "test", "train", "test"]


@pytest.mark.parametrize(
    ("code", "features"),
    [
        ("import xgboost as xgb\nxgb.train({}, xgb.DMatrix(tx[['a']], label=tx['y']))", ["a"]),
        ("import lightgbm as lgb\nlgb.LGBMClassifier().fit(tx[['a']].values, tx['y'])", ["a"]),
        ("import statsmodels.formula.api as smf\nsmf.ols('y ~ a + np.log(b)', data=tx).fit()", ["a", "b"]),
        ("import statsmodels.api as sm\nsm.OLS(tx['y'], sm.add_constant(tx[['a']])).fit()", ["a"]),
        ("from sklearn.cluster import KMeans\nKMeans(3).fit(tx[['a', 'b']])", ["a", "b"]),
        ("model = build_model()\nmodel.fit(tx[['a']], tx['y'], epochs=3)", ["a"]),
        ("from sklearn.model_selection import cross_val_score\ncross_val_score(m, tx[['a']], tx['y'])", ["a"]),
        (
            "from xgboost import XGBClassifier\nX = tx[['a', 'b', 'y']].drop(columns='y')\nXGBClassifier().fit(X, tx.y)",
            ["a", "b"],
        ),
    ],
)
def test_models(code: str, features: list[str]):
    assert columns(fit(run(PANDAS + code)).features) == features


def test_an_open_set_without_the_label():
    model = fit(run(PANDAS + "from xgboost import XGBClassifier\nXGBClassifier().fit(tx.drop('y', axis=1), tx['y'])"))
    assert columns(model.features) == ["*"]


def test_the_model_of_a_pipeline_and_the_columns_of_its_transformer():
    code = """
from sklearn.pipeline import Pipeline
from sklearn.compose import ColumnTransformer
from sklearn.preprocessing import StandardScaler, OneHotEncoder
from sklearn.linear_model import LogisticRegression
pre = ColumnTransformer([('n', StandardScaler(), ['a', 'b']), ('c', OneHotEncoder(), ['k'])])
Pipeline([('pre', pre), ('clf', LogisticRegression())]).fit(tx, tx['y'])
"""
    model = fit(run(PANDAS + code))
    assert model.estimator == "sklearn.linear_model.LogisticRegression"
    assert columns(model.features) == ["a", "b", "k"]


def test_a_search_fits_its_estimator():
    code = "from sklearn.model_selection import GridSearchCV\nfrom sklearn.svm import SVC\nGridSearchCV(SVC(), {}).fit(tx[['a']], tx['y'])"
    assert fit(run(PANDAS + code)).estimator == "sklearn.svm.SVC"


@pytest.mark.parametrize("name", ["StandardScaler", "OneHotEncoder", "MinMaxScaler"])
def test_transformers_are_no_models(name: str):
    program = run(
        PANDAS + f"from sklearn.preprocessing import {name}\ns = {name}()\nX = s.fit_transform(tx[['a']])\ns.fit(tx)"
    )
    assert [sink for sink in program.sinks if isinstance(sink, Fit)] == []
    assert [type(r) for r in program.relations if isinstance(r, Apply)] == [Apply]


def test_spark_models_take_the_inputs_of_their_vector():
    code = """
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.classification import LogisticRegression
d = spark.table('t')
v = VectorAssembler(inputCols=['a', 'b'], outputCol='features').transform(d)
LogisticRegression(featuresCol='features', labelCol='y').fit(v)
"""
    model = fit(run(code))
    assert columns(model.features) == ["a", "b"]
    assert model.label is not None
    assert columns(model.label) == ["y"]


@pytest.mark.parametrize(
    ("code", "target"),
    [
        ("tx.to_csv('out.csv')", "out.csv"),
        ("tx.to_sql('features', con, if_exists='replace')", "features"),
        ("tx.to_gbq('d.t')", "d.t"),
        ("spark.createDataFrame(tx).write.mode('overwrite').saveAsTable('db.t')", "db.t"),
        ("import polars as pl\npl.from_pandas(tx).write_parquet('x.parquet')", "x.parquet"),
    ],
)
def test_writes(code: str, target: str):
    stored = write(run(PANDAS + code))
    assert stored.target is not None
    assert stored.target.name == target


def test_feature_groups():
    code = "import hopsworks\nfs = hopsworks.login().get_feature_store()\nfg = fs.get_or_create_feature_group(name='txs', version=1)\nfg.insert(tx)"
    stored = write(run(PANDAS + code))
    assert stored.feature_group
    assert stored.target is not None
    assert stored.target.name == "txs"


def test_the_last_expression_of_a_cell_is_looked_at():
    assert len(shown(run(PANDAS, "tx.head()"))) == 1
    assert shown(run(PANDAS, "y = tx.head()")) == []


def test_prints_are_looks():
    program = run(PANDAS, "print(tx.groupby('u')['x'].sum())\nz = 1")
    assert len(shown(program)) == 1
    assert [sink for sink in program.sinks if isinstance(sink, Write)] == []


def test_polars_expressions():
    code = """
import polars as pl
df = pl.read_csv('t.csv')
df = df.with_columns(pl.col('x').sum().over('u').alias('s'), (pl.col('a') / pl.col('b')).alias('r'))
df = df.group_by('u').agg(pl.col('x').mean().alias('m'), n=pl.len())
"""
    assert columns(frame(code)) == ["u", "m", "n"]
