"""Things that are known by their place: items of lists with gaps, columns that are renamed by position, cells of loops."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, frame, measures, origins, run, sources, write

from feasilint.ir import Window


def made(code: str) -> list[str]:
    return sorted(
        f"{name}: {', '.join(sorted(origins(df, name)))}" for df in [frame(PANDAS + code)] for name in _names(df)
    )


def _names(relation: object) -> list[str]:
    return [name for name in columns(relation) if name != "*"]  # type: ignore[arg-type]


def test_nothing_is_guessed_of_places_within_a_gap():
    code = "df = tx.rename(columns={'a': 'b'})\ndf.columns = ['x', 'y', 'z']\n"
    assert made(code) == ["x: tx.csv.x", "y: tx.csv.y", "z: tx.csv.z"]


@pytest.mark.parametrize(
    "call",
    [
        "mlflow.spark.load_model(uri, dfs_tmpdir='Files/tmp/mlflow')",
        "shop.load_model('models/churn.pkl')",
        "shop.load_rows(day, cache_dir='data/cache')",
        "shop.load_rows(day, tmp_path='/tmp/rows.csv')",
    ],
)
def test_places_where_a_loader_puts_files_aside_are_no_sources(call: str):
    assert sources(run(f"import mlflow, shop\nuri = input()\nday = input()\nx = {call}\n")) == []


@pytest.mark.parametrize(
    "call", ["shop.load_rows('data/rows.csv', 3)", "shop.load_rows(template_path='data/rows.csv')"]
)
def test_the_path_that_a_loader_is_given_is_a_source(call: str):
    assert sources(run(f"import shop\nx = {call}\n")) == ["data/rows.csv"]


def test_names_by_position_count_from_both_ends_of_what_is_not_known():
    code = (
        "a = tx.groupby('u')['x'].sum().reset_index()\n"
        "b = tx.groupby(['u', 'kind']).size().unstack().reset_index()\n"
        "c = tx.groupby('u')['y'].max().reset_index()\n"
        "df = a.merge(b, on='u').merge(c, on='u')\n"
        "df.columns = ['user', 'total', 'n_1', 'n_2', 'top']\n"
    )
    known = [line for line in made(code) if not line.startswith("n_")]
    assert known == ["top: tx.csv.y", "total: tx.csv.x", "user: tx.csv.u"]


def test_a_list_over_a_column_is_a_column_of_it():
    assert made("df = tx[['u', 'page']]\ndf['hit'] = [1 if p == 'x' else 0 for p in df['page']]\n") == [
        "hit: tx.csv.page",
        "page: tx.csv.page",
        "u: tx.csv.u",
    ]


def test_a_constant_list_comes_from_nowhere():
    assert made("df = tx[['u']]\ndf['one'] = [1 for _ in range(3)]\n") == ["one: ", "u: tx.csv.u"]


def test_known_items_keep_their_place_beside_unknown_ones():
    code = (
        "import pandas as pd\nkey = '/'.join(where.split('/')[3:] + ['full.csv'])\ndf = pd.read_csv('s3://b/' + key)\n"
    )
    assert sources(run(code)) == ["s3://b/{…}/full.csv"]


def test_unknown_names_beside_known_ones_stand_for_all_columns():
    assert columns(frame(PANDAS + "df = tx[chosen + ['a']]\n")) == ["*"]


STORE = (
    "from snowflake.ml.feature_store import FeatureStore, Entity, FeatureView, Feature\n"
    "fs = FeatureStore(session=session, name='fs')\n"
    "user = fs.register_entity(Entity(name='USER', join_keys=['USER_ID']))\n"
    "tx = session.table('TX')\n"
)
VIEW = "FeatureView(name='FV', entities=[user], feature_df=tx, timestamp_col='TS'{})"


def test_a_view_without_declared_aggregates_keeps_its_frame():
    program = run(STORE, f"fs.register_feature_view({VIEW.format('')}, 'V1')")
    assert measures(program) == []


def test_declared_aggregates_of_a_feature_view_stand_where_they_are_declared():
    declared = "sums = [\n  Feature.sum('AMOUNT', '7d').alias('S7'),\n  Feature.count('ID', '1d', offset='1d'),\n]"
    program = run(STORE, declared, f"fs.register_feature_view({VIEW.format(', features=sums')}, 'V1')")
    assert measures(program) == [
        "sum(AMOUNT) by USER_ID order TS range P7D..PT0S",
        "count(ID) by USER_ID order TS range P2D..P1D",
    ]
    windows = [relation for relation in program.relations if isinstance(relation, Window)]
    assert [(w.origin.span.cell, w.origin.span.line) for w in windows if w.origin is not None] == [(1, 2), (1, 3)]
    assert columns(write(program).relation)[:3] == ["USER_ID", "TS", "S7"]


def test_a_name_of_which_nothing_is_known_renames_nothing():
    assert made("df = tx[['a', 'b']]\nfor c in other:\n    df = df.rename(columns={'a': c.strip()})\n") == [
        "a: tx.csv.a",
        "b: tx.csv.b",
    ]


def test_other_functions_of_a_frame_are_not_taken_for_splits():
    assert columns(frame(PANDAS + "df, rest = prepare(tx[['a', 'b']])\n")) == ["*"]


def test_a_function_that_splits_a_frame_gives_some_of_its_rows():
    code = "from tools import time_split\nfit_df, df = time_split(tx[['a', 'b']], 0.8)\n"
    assert made(code) == ["a: tx.csv.a", "b: tx.csv.b"]
