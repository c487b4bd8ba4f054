"""`feasilint.inspect/1`: its schema, and what one small notebook and one SQL file give."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import feasilint
from feasilint import api

ROOT = Path(__file__).parents[2]
SCHEMA: dict[str, Any] = json.loads(files("feasilint.report").joinpath("inspect.schema.json").read_text())


def test_the_examples_answer_by_the_schema() -> None:
    found = api.inspect([str(ROOT / "examples" / "fraud")])
    jsonschema.validate(found, SCHEMA)
    assert len(found["documents"]) == 5
    json.dumps(found)


def test_what_cannot_be_read_answers_by_the_schema(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("{")
    (tmp_path / "b.sql").write_text("select from where")
    (tmp_path / "c.py").write_bytes(b"\xff\xfe\x00")
    found = api.inspect([str(tmp_path)])
    jsonschema.validate(found, SCHEMA)
    assert [bool(document["diagnostics"]) for document in found["documents"]] == [True, True, True]


def test_a_bare_name_in_a_join_of_unknown_tables_is_a_maybe() -> None:
    (column,) = feasilint.inspect_source("select x from a join b on a.k = b.k")["columns"]
    assert column["value"] == []
    assert column["maybe"] == [["a", "x"], ["b", "x"]]
    assert column["indirect"] == [["a", "k", "join"], ["b", "k", "join"]]


def test_a_source_is_what_comes_from_outside() -> None:
    sql = "create table t as select x from a; create table u as select x from t"
    document = feasilint.inspect_source(sql)
    assert [source["name"] for source in document["sources"]] == ["a"]
    assert [(column["target"], column["value"]) for column in document["columns"]] == [
        ("t", [["a", "x"]]),
        ("u", [["a", "x"]]),
    ]


@pytest.mark.parametrize(
    ("text", "sources"),
    [
        ("create table t as select a from s; insert into t select b from r; select a from t", ["s", "r"]),
        ("create table t (a int); insert into t select a from s; select a from t", ["s"]),
        ("insert into t select a from s; select a, b from t", ["s", "t"]),
        ("insert overwrite t select a from s; select a from t", ["s"]),
    ],
)
def test_a_table_that_is_only_added_to_was_there_before(text: str, sources: list[str]) -> None:
    assert [source["name"] for source in feasilint.inspect_source(text)["sources"]] == sources


def test_a_model_with_features_and_label() -> None:
    code = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv("users.csv")
counts = pd.read_csv("tx.csv").groupby("user_id").size().rename("n").reset_index()
df = df.merge(counts, on="user_id")
LogisticRegression().fit(df[["age", "n"]], df["churned"])
"""
    document = feasilint.inspect_source(code, kind="python")
    (model,) = document["models"]
    assert (model["estimator"].rsplit(".", 1)[-1], model["features"], model["label"]) == (
        "LogisticRegression",
        ["age", "n"],
        ["churned"],
    )
    (aggregation,) = document["aggregations"]
    assert (aggregation["function"], aggregation["keys"], aggregation["window"], aggregation["reaches"]) == (
        "count",
        ["user_id"],
        "unbounded",
        "model",
    )
    by_name = {feature["name"]: feature["derived_from"] for feature in document["features"]}
    assert by_name["age"] == [["users.csv", "age"]]
    assert by_name["n"] == [["tx.csv", "*"]]


@pytest.mark.parametrize("kind", ["sql", "python", "notebook"])
def test_any_text_gives_an_answer(kind: Any) -> None:
    for text in ("", "\x00", "{", "select", "def f(:", "🦆" * 10):
        document = feasilint.inspect_source(text, kind=kind)
        jsonschema.validate({"schema": "feasilint.inspect/1", "documents": [document]}, SCHEMA)
