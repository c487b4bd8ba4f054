"""Models whose columns are made of values that the data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from feasilint_rules.data_dependent_columns import DataDependentColumns
from rule_subjects import NIGHTLY, ONLINE, at, context

from feasilint.api import scan_files
from feasilint.findings import Severity
from feasilint.rule import ModelSubject, Spread

if TYPE_CHECKING:
    from feasilint.catalog.model import PredictionPoint

RULE = DataDependentColumns()
CATALOG = """
version: 1
prediction_points: {checkout: {mode: online}}
models: [{name: fraud, paths: ["*"], prediction_point: checkout}]
"""
MODEL = """
import pandas as pd
from xgboost import XGBClassifier
df = pd.read_csv("s3://lake/tx.csv")
{}
XGBClassifier().fit(X, df["y"])
"""


def messages(step: str, catalog: str | None = CATALOG) -> list[str]:
    found = scan_files({"train.py": MODEL.format(step)}, catalog).findings
    return [finding.message for finding in found if finding.code == "AGG308"]


@pytest.mark.parametrize(
    "step",
    [
        "X = df[['a', 'b']]",
        "X = pd.get_dummies(df[['a']])[['a_x', 'a_y']]",
        "X = pd.get_dummies(df[['a']]).reindex(columns=kept, fill_value=0)",
        "df['a'] = pd.Categorical(df.a, categories=['x', 'y'])\nX = pd.get_dummies(df[['a']], columns=['a'])",
        "df['a'] = df.a.astype(pd.CategoricalDtype(['x', 'y']))\nX = pd.get_dummies(df[['a']])",
        "from sklearn.preprocessing import OneHotEncoder\nX = OneHotEncoder().fit_transform(df[['a']])",
        "from sklearn.feature_extraction.text import TfidfVectorizer\nX = TfidfVectorizer().fit_transform(df.a)",
        "df['a'] = pd.cut(df.a, [0, 10, 20])\nX = pd.get_dummies(df, columns=['a'])[['a_1']]",
        "df['a'] = pd.cut(df.a, [0, 10, 20])\nX = pd.get_dummies(df[['a']], columns=['a'])",
        "print(df.pivot_table(index='u', columns='c', values='v'))\nX = df[['a']]",
        "X = pd.DataFrame({f'{name}_scaled': df[name] / 10 for name in names})",
    ],
)
def test_columns_that_are_known(step: str) -> None:
    assert messages(step) == []


@pytest.mark.parametrize(
    ("step", "columns"),
    [
        ("X = pd.get_dummies(df[['a']])", "`a`"),
        ("X = pd.get_dummies(df, columns=['a'])", "`a`"),
        ("X = pd.get_dummies(df, columns=['a', 'b'])", "`a` and `b`"),
        ("df['a'] = pd.cut(df.a, 5)\nX = pd.get_dummies(df[['a']], columns=['a'])", "`a`"),
        ("X = df[['b']].join(pd.get_dummies(df.a, prefix='a'))", "`a`"),
        ("X = pd.concat([df[['b']], pd.get_dummies(df['a'])], axis=1)", "`a`"),
        ("df['a'] = pd.Categorical(df.a)\nX = pd.get_dummies(df[['a']])", "`a`"),
        ("X = pd.get_dummies(df[['u', 'a']], columns=['a']).groupby('u').sum()", "`a`"),
        ("X = df.pivot_table(index='u', columns='a', values='v')", "`a`"),
        ("X = df.groupby(['u', 'a']).size().unstack()", "`a`"),
        ("X = pd.crosstab(df.u, df.a)", "`a`"),
    ],
)
def test_columns_that_the_data_decides(step: str, columns: str) -> None:
    assert messages(step) == [f"columns of model `fraud` are made of the values that the data holds in {columns}"]


def test_silent_without_a_prediction_point() -> None:
    assert messages("X = pd.get_dummies(df[['a']])", None) == []


@pytest.mark.parametrize(("point", "severity"), [(ONLINE, Severity.WARNING), (NIGHTLY, Severity.INFO)])
def test_milder_in_batch(point: PredictionPoint, severity: Severity) -> None:
    subject = ModelSubject("XGBClassifier", "model", at(9), None, point, (Spread(at(4), ("a",)),))
    (found,) = RULE.check(subject, context())
    assert (found.severity, found.place) == (severity, at(4))


def test_a_pivot_in_a_feature_table() -> None:
    text = "create table ml.features as pivot (select u, c, v from pay.tx) on c using sum(v) group by u"
    found = scan_files({"features.sql": text}, CATALOG).findings
    assert [f.code for f in found if f.code == "AGG308"] == ["AGG308"]
