"""What queries are run with: the values of their parameters bound windows as if they were written in the query."""

from __future__ import annotations

from typing import Any

import pytest

import feasilint

QUERY = "select user_id, count(*) as n from shop.orders where ts >= {} group by user_id"
HEAD = """
import pandas as pd
from datetime import datetime, timedelta
from google.cloud import bigquery
from sqlalchemy import text
client = bigquery.Client()
start = datetime.now() - timedelta(days=30)
"""


def window(code: str) -> tuple[str, Any]:
    document = feasilint.inspect_source(HEAD + code, "python")
    assert [source["name"] for source in document["sources"]] == ["shop.orders"]
    (found,) = document["aggregations"]
    return found["window"], found["extent"]


@pytest.mark.parametrize(
    "code",
    [
        f"pd.read_sql('{QUERY.format('%(start)s')}', con)",
        f"pd.read_sql('{QUERY.format('%(start)s')}', con, params=given)",
        f"pd.read_sql('{QUERY.format('%(start)s')}', con, params={{'other': start}})",
        f"client.query('{QUERY.format('@start')}').to_dataframe()",
    ],
)
def test_what_nobody_gives_stays_a_parameter(code: str) -> None:
    assert window(f"df = {code}\ndf.to_parquet('features.parquet')") == ("unknown", [])


CONFIG = "bigquery.QueryJobConfig(query_parameters=[bigquery.ScalarQueryParameter({}'start', 'TIMESTAMP', start)])"


@pytest.mark.parametrize(
    "code",
    [
        f"pd.read_sql('{QUERY.format('%(start)s')}', con, params={{'start': start}})",
        f"pd.read_sql(text('{QUERY.format(':start')}'), con, params={{'start': start}})",
        f"pd.read_sql('{QUERY.format('@start')}', con, params={{'@start': start}})",
        f"pd.DataFrame(con.execute(text('{QUERY.format(':start')}'), {{'start': start}}).fetchall())",
        f"client.query('{QUERY.format('@start')}', job_config={CONFIG.format('')}).to_dataframe()",
        f"client.query('{QUERY.format('@start')}', job_config=config).to_dataframe()",
    ],
)
def test_values_that_are_given_are_put_in(code: str) -> None:
    config = f"config = {CONFIG.format('')}\n"
    assert window(f"{config}df = {code}\ndf.to_parquet('features.parquet')") == ("bounded", ["P30D"])


def cells(*sources: str) -> dict[str, Any]:
    import json

    made = [
        {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": text}
        for text in sources
    ]
    notebook = {"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    return feasilint.inspect_source(json.dumps(notebook), "notebook")


@pytest.mark.parametrize(
    ("option", "extent"),
    [
        ("", []),
        ("--params $missing", []),
        ("--params {broken", []),
        ("--params $given", ["P30D"]),
        ('--params {"until": "2024-01-31", "start": "2024-01-01"}', ["P30D"]),
    ],
)
def test_a_magic_is_given_its_parameters(option: str, extent: list[str]) -> None:
    query = "select user_id, count(*) as n from shop.orders where ts >= @start and ts <= @until group by user_id"
    found = cells(
        "given = {'start': '2024-01-01', 'until': '2024-01-31'}",
        f"%%bigquery df {option}\n{query}",
        "df.to_parquet('features.parquet')",
    )
    assert [source["name"] for source in found["sources"]] == ["shop.orders"]
    assert [one["extent"] for one in found["aggregations"]] == [extent]
