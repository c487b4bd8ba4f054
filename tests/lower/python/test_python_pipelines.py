"""Pipelines: of the code's own steps what they do, and what goes through them side by side."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, frame, run, sources

from feasilint.ir import Fit

OWN = """
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC
class Select(BaseEstimator, TransformerMixin):
    def __init__(self, names):
        self.names = names
    def fit(self, X, y=None):
        return self
    def transform(self, X):
        return X[self.names]
"""


def trained(code: str) -> list[str]:
    return columns(fit(run(PANDAS + OWN + code)).features)


def test_steps_that_transform_train_no_model():
    program = run(
        PANDAS + OWN + "Pipeline([('s', Select(['a']))]).fit(tx)\nFeatureUnion([('s', StandardScaler())]).fit(tx)"
    )
    assert [sink for sink in program.sinks if isinstance(sink, Fit)] == []


@pytest.mark.parametrize(
    ("steps", "features"),
    [
        ("make_pipeline(StandardScaler(), SVC())", ["a", "b", "k"]),
        ("make_pipeline(Select(['a']), StandardScaler(), SVC())", ["a"]),
        ("Pipeline([('f', FunctionTransformer(lambda df: df[['b']])), ('m', SVC())])", ["b"]),
        ("make_pipeline(make_union(Select(['a']), make_pipeline(Select(['k']), StandardScaler())), SVC())", ["a", "k"]),
        ("make_pipeline(FeatureUnion([('a', Select(['a'])), ('b', Select(['b']))]), SVC())", ["a", "b"]),
    ],
)
def test_steps_of_the_codes_own(steps: str, features: list[str]):
    assert trained(f"{steps}.fit(tx[['a', 'b', 'k']], tx['y'])") == features


def test_what_a_union_gives():
    code = (
        "union = FeatureUnion(transformer_list=[('n', Pipeline([('s', Select(['a', 'b']))])), ('c', Select(['k']))])\n"
    )
    assert trained(code + "X = union.fit_transform(tx)\nSVC().fit(X, tx['y'])") == ["a", "b", "k"]


@pytest.mark.parametrize(
    ("code", "source"),
    [
        (
            "from azureml.core import Dataset\ndf = Dataset.Tabular.from_delimited_files('x.csv').to_pandas_dataframe()",
            "x.csv",
        ),
        (
            "from azureml.core import Dataset\ndf = Dataset.get_by_name(ws, name='titanic').to_pandas_dataframe()",
            "titanic",
        ),
        ("from google.cloud import aiplatform\ndf = aiplatform.TabularDataset.create(bq_source='bq://p.d.t')", "p.d.t"),
        (
            "from google.cloud import aiplatform\ndf = aiplatform.TabularDataset.create(gcs_source=['gs://b/x.csv'])",
            "gs://b/x.csv",
        ),
    ],
)
def test_data_sets_of_clouds(code: str, source: str):
    assert frame(code) is not None
    assert sources(run(code)) == [source]


def test_names_that_a_command_line_lists():
    code = """
import argparse
parser = argparse.ArgumentParser()
parser.add_argument('--features', default='a b')
parser.add_argument('--kind', default='linear')
args = parser.parse_args()
"""
    assert trained(code + "SVC().fit(tx[args.features.split()], tx['y'])") == ["a", "b"]
    assert columns(frame(PANDAS + code + "df = tx[[args.kind]]")) == ["{kind}"]
