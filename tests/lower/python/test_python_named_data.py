"""Data that code names by other ways than a path: examples of a library, what a person inserts with a click."""

from __future__ import annotations

import pytest
from python_lowering import run, sources


@pytest.mark.parametrize(
    ("call", "table"),
    [
        ("load_source_data('fraud_transactions')[0]", "fraud_transactions"),
        ("load_example('wine_quality_features')[0]", "winedata"),
        ("load_example('new')[0]", "{helper.load_example('new')[0]}"),
    ],
)
def test_the_examples_of_snowflake_fill_tables(call: str, table: str) -> None:
    code = f"""
from snowflake.snowpark.context import get_active_session
from snowflake.ml.feature_store.examples.example_helper import ExampleHelper
session = get_active_session()
helper = ExampleHelper(session, "DB", "SCHEMA")
name = helper.{call}
df = session.table(name)
"""
    assert sources(run(code)) == [table]


@pytest.mark.parametrize("name", ["df_data_1", "data_df_2"])
def test_data_that_is_inserted_with_a_click(name: str) -> None:
    assert sources(run(f"df = {name}\nx = df.age")) == [f"{{inserted {name}}}"]


def test_a_name_that_the_code_gives_is_not_inserted() -> None:
    code = "import pandas as pd\ndf_data_1 = pd.read_csv('churn.csv')\ndf = df_data_1"
    assert sources(run(code)) == ["churn.csv"]
