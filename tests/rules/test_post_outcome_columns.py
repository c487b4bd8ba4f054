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


# --- what of a table of labels is an outcome ---

LABELS = """
version: 1
sources:
  - {name: pay.orders, kind: events, grain: [order_id]}
  - {name: pay.disputes, kind: label, bounded_keys: [case_no]}
  - {name: pay.refunds, kind: label, columns: {amount: {known_after: 60d}, note: text}}
"""
JOINED = "create table ml.features as select %s from pay.orders o left join pay.%s d on d.order_id = o.order_id"


@pytest.mark.parametrize(
    ("made", "table"),
    [
        ("d.customerId as x", "disputes"),
        ("cast(d.charge_id as varchar) as x", "disputes"),
        ("d.case_no as x", "disputes"),
        ("d.status as x", "refunds"),
        ("count(d.note) as x, o.order_id", "refunds"),
    ],
)
def test_what_is_no_outcome_of_a_label(made: str, table: str) -> None:
    group = " group by o.order_id" if "count" in made else ""
    assert found({"features.sql": JOINED % (made, table) + group}, LABELS) == []


@pytest.mark.parametrize(
    ("made", "table", "column"),
    [
        ("d.reason as x", "disputes", "reason"),
        ("d.charge_id is not null as x", "disputes", "charge_id"),
        ("count(distinct d.id) as x, o.order_id", "disputes", "id"),
        ("d.amount as x", "refunds", "amount"),
    ],
)
def test_what_is_an_outcome_of_a_label(made: str, table: str, column: str) -> None:
    group = " group by o.order_id" if "count" in made else ""
    assert found({"features.sql": JOINED % (made, table) + group}, LABELS) == [column]


@pytest.mark.parametrize(
    ("read", "columns"),
    [("select * from pay.disputes where reason = 'fraud'", ["reason"]), ("select * from pay.disputes", ["*"])],
)
def test_all_columns_are_told_of_where_none_is_by_name(read: str, columns: list[str]) -> None:
    assert found({"features.sql": f"create table ml.features as {read}"}, LABELS) == columns


# --- labels that are only kept ---

FILES = """
version: 1
models: [{name: churn, paths: ["**"]}]
sources:
  - {name: labels.csv, kind: label}
  - {name: users.csv, kind: events}
"""
KEPT = "import pandas as pd\nlabels = pd.read_csv('labels.csv')\nusers = pd.read_csv('users.csv')\n"
PARTS = """
labels["part"] = labels["user"].map(hash) % 10
for part, rows in labels.groupby("part"):
    rows = rows.drop(columns="part")
    rows.to_csv(f"parts/{part}/train.csv", index=False)
"""


@pytest.mark.parametrize(
    "step",
    [
        "labels.to_csv('train.csv')",
        "labels[labels.churned == 1].sort_values('day').to_parquet('train.parquet')",
        "labels[['user', 'churned', 'days_to_churn']].to_csv('train.csv')",
        PARTS,
    ],
)
def test_a_file_of_labels_holds_no_features(step: str) -> None:
    assert found({"split.py": KEPT + step}, FILES) == []


@pytest.mark.parametrize(
    "step",
    [
        "users.merge(labels, on='user')[['age', 'days_to_churn']].to_csv('train.csv')",
        "pd.concat([users[['age']], labels[['days_to_churn']]], axis=1).to_csv('train.csv')",
        "labels.groupby('user').days_to_churn.mean().to_csv('train.csv')",
        "labels.assign(late=labels.days_to_churn > 30)[['user', 'late']].to_csv('train.csv')",
    ],
)
def test_a_file_that_is_made_of_labels_does(step: str) -> None:
    assert "days_to_churn" in found({"split.py": KEPT + step}, FILES)
