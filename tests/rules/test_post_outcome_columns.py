"""AVL109: what is an outcome, and what only looks like one."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files

PATTERN = """
version: 1
sources:
  - {name: "%s", aliases: %s, kind: snapshot, columns: {price: {known_after: 60d}, survived: {known_after: 1d}}}
"""
MODEL = """
import pandas as pd
from xgboost import XGBClassifier
train = pd.read_csv("input/train.csv")
%s
XGBClassifier().fit(%s, train["y"])
"""


def found(files: dict[str, str], catalog: str) -> list[str]:
    return [one.column or "" for one in scan_files(files, catalog).findings if one.code == "AVL109"]


# --- columns that only the catalog lists ---


@pytest.mark.parametrize("name", ["*train*.csv", "input/t*.csv", "input/*"])
@pytest.mark.parametrize("features", ['train.drop(["id", "y"], axis=1)', "train[[c for c in train if c != 'y']]"])
def test_a_pattern_does_not_say_which_columns_a_file_has(name: str, features: str) -> None:
    assert found({"train.py": MODEL % ("", features)}, PATTERN % (name, "[]")) == []


@pytest.mark.parametrize(
    ("step", "features"),
    [
        ("", 'train[["area", "price"]]'),
        ("print(train.price.mean())", 'train.drop(["id", "y"], axis=1)'),
        ("train['per_area'] = train.price / train.area", 'train[["per_area"]]'),
    ],
)
def test_a_column_that_the_code_names_is_there(step: str, features: str) -> None:
    assert found({"train.py": MODEL % (step, features)}, PATTERN % ("*train*.csv", "[]")) == ["price"]


@pytest.mark.parametrize(
    ("name", "aliases"),
    [("input/train.csv", "[]"), ("*/train.csv", "[]"), ("*.csv", "[input/train.csv]"), ("sales", "['*.csv']")],
)
def test_an_entry_of_one_file_says_which_columns_it_has(name: str, aliases: str) -> None:
    features = 'train.drop(["id", "y"], axis=1)'
    assert found({"train.py": MODEL % ("", features)}, PATTERN % (name, aliases)) == ["price", "survived"]
