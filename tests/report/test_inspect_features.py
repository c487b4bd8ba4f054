"""Which columns are the features of a document: those that nothing lists, too, and those that are only looked at."""

from __future__ import annotations

import json

from feasilint import inspect_source

PANDAS = "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression\ndf = pd.read_csv('tx.csv')\n"
FIT = "LogisticRegression().fit(X, y)\n"


def features(*cells: str) -> dict[str, set[str]]:
    """The features of a notebook with their origins."""
    made = [{"cell_type": "code", "source": cell, "metadata": {}, "outputs": []} for cell in cells]
    text = json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})
    found = inspect_source(text, kind="notebook")["features"]
    return {one["name"]: {".".join(pair) for pair in one["derived_from"]} for one in found}


def test_a_column_that_is_dropped_is_no_feature() -> None:
    code = "y = df['churned']\nprint(df['age'].mean(), df['id'].nunique())\nX = df.drop(columns=['churned', 'id'])\n"
    assert features(PANDAS + code + FIT) == {"age": {"tx.csv.age"}}


def test_methods_of_other_engines_are_no_columns() -> None:
    code = "pred = model.transform(df)\nboth = pred.alias('p').join(df.alias('d'), 'id')\npred.drop('x').to_csv('out.csv')\n"
    assert set(features(PANDAS + code)) == set()


def test_columns_of_another_table_are_no_features() -> None:
    code = "other = pd.read_csv('o.csv')\nother['z'].mean()\ny = df['churned']\nX = df.drop('churned', axis=1)\n"
    assert features(PANDAS + code + FIT) == {}


def test_a_column_that_is_overwritten_is_listed_once() -> None:
    code = "y = df['churned']\ndf['age'] = df['age'] / 10\nX = df.drop('churned', axis=1)\n"
    assert features(PANDAS + code + FIT) == {"age": {"tx.csv.age"}}


def test_a_column_of_either_side_of_a_join_is_a_feature_of_the_join_alone() -> None:
    code = "both = df.merge(pd.read_csv('o.csv'), on='id')\nboth['z'].plot()\n"
    assert set(features(PANDAS + code + "both.to_csv('out.csv')\n")) == {"id", "z"}
    assert set(features(PANDAS + code + "df.to_csv('out.csv')\n")) == {"id"}


def test_what_is_read_before_is_known_of_what_is_written_later() -> None:
    code = (
        "recent = df[df['ts'] > '2024-01-01']\nrecent['big'] = recent.amount > 10\nrecent.to_parquet('out.parquet')\n"
    )
    assert features(PANDAS + code) == {"big": {"tx.csv.amount"}, "ts": {"tx.csv.ts"}, "amount": {"tx.csv.amount"}}


def test_a_number_that_is_looked_at_is_no_table() -> None:
    assert features(PANDAS, "df['amount'].mean()") == {}


def test_a_table_that_is_looked_at_is_no_feature_where_one_is_written() -> None:
    shown = "df.groupby('user')[['a', 'b']].mean()"
    assert set(features(PANDAS, shown, "df[['user', 'c']].to_csv('out.csv')")) == {"user", "c"}


def test_a_document_that_writes_nothing_ends_in_the_table_that_it_looks_at_last() -> None:
    made = "rfm = df.groupby('user').agg(f=('id', 'count'), m=('amount', 'sum')).reset_index()"
    assert features(PANDAS, made, "rfm.head()") == {"user": {"tx.csv.user"}, "f": {"tx.csv.id"}, "m": {"tx.csv.amount"}}


SIDES = "o = pd.read_csv('o.csv')\nboth = df.merge(o, on='id')\nboth['r'] = both['z'] / both['w']\nX, y = both[['r']], both['y']\n"


def test_a_column_that_nobody_reads_of_one_table_may_be_of_either() -> None:
    assert features(PANDAS + SIDES + FIT) == {"r": {"tx.csv.z", "o.csv.z", "tx.csv.w", "o.csv.w"}}


def test_a_column_that_is_read_of_one_table_is_of_that_table_in_a_join() -> None:
    assert features(PANDAS + SIDES + FIT, "o['z'].hist()") == {"r": {"o.csv.z", "tx.csv.w", "o.csv.w"}}


def test_a_number_in_brackets_may_be_a_row() -> None:
    assert features(PANDAS + "X, y = prepare(df)\nX[0].mean()\nX['a'].mean()\n" + FIT) == {"a": {"tx.csv.a"}}
