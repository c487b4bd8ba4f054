"""Deep feature synthesis: what featuretools makes of an entity set. The names are those that it gives."""

from __future__ import annotations

import pytest
from python_lowering import columns, frame, measures, origins, run, write

from feasilint.api import scan_files
from feasilint.ir import Filter

SET = """
import featuretools as ft
import pandas as pd
customers = pd.read_csv('customers.csv')[['customer_id', 'age', 'joined']]
tx = pd.read_csv('tx.csv')[['id', 'customer_id', 'amount', 'ts']]
es = ft.EntitySet('shop')
es.add_dataframe(dataframe_name='customers', dataframe=customers, index='customer_id', time_index='joined')
es.add_dataframe(dataframe_name='tx', dataframe=tx, index='id', time_index='ts')
es.add_relationship('customers', 'customer_id', 'tx', 'customer_id')
"""
DFS = "df, defs = ft.dfs(entityset=es, target_dataframe_name='customers', max_depth=1, trans_primitives=[], {})"


def test_keys_and_times_are_no_features():
    made = columns(frame(SET + DFS.format("agg_primitives=['sum', 'count']")))
    assert made == ["age", "SUM(tx.amount)", "COUNT(tx)", "customer_id"]


def test_without_relationships_nothing_is_aggregated():
    code = SET.replace("es.add_relationship", "ignored = dict")
    assert measures(run(code + DFS.format("agg_primitives=['sum']"))) == []


def test_definitions_alone_are_no_frame():
    code = (
        SET + "defs = ft.dfs(entityset=es, target_dataframe_name='customers', features_only=True)\ndefs.to_csv('x.csv')"
    )
    with pytest.raises(StopIteration):
        write(run(code))


def test_an_aggregate_per_primitive_by_the_parents_key():
    found = measures(run(SET + DFS.format("agg_primitives=['sum', 'mean', 'count', 'last']")))
    assert found == [f"{what} by customer_id" for what in ("sum(amount)", "avg(amount)", "count()", "last(amount)")]


def test_texts_have_no_mean_and_primitives_of_the_project_no_known_window() -> None:
    code = SET.replace("'amount', 'ts'", "'src_host', 'amount', 'ts'")
    own = "last_month = ft.primitives.make_agg_primitive(recent, [Numeric], Numeric)\ndef recent(x, time): ...\n"
    asked = DFS.format("agg_primitives=['mean', last_month]")
    program = run(code + own + asked)
    assert measures(program) == ["avg(amount) by customer_id", "unread(amount) by customer_id"]
    assert "MEAN(tx.src_host)" not in columns(frame(code + own + asked))


def test_origins_are_those_of_the_child():
    assert origins(frame(SET + DFS.format("agg_primitives=['max']")), "MAX(tx.amount)") == {"tx.csv.amount"}


@pytest.mark.parametrize(
    ("arguments", "bounds"),
    [
        ("agg_primitives=['sum']", 0),
        ("agg_primitives=['sum'], cutoff_time=pd.Timestamp('2024-01-01')", 1),
        ("agg_primitives=['sum'], training_window='30 days'", 2),
        ("agg_primitives=['sum'], training_window=ft.Timedelta(30, 'd')", 2),
    ],
)
def test_windows(arguments: str, bounds: int):
    filters = [r.predicate for r in run(SET + DFS.format(arguments)).relations if isinstance(r, Filter)]
    found = [getattr(f, "function", "") for f in filters]
    assert found == ([] if bounds == 0 else ["le"] if bounds == 1 else ["and"])


def test_cutoff_times_bring_their_other_columns():
    code = SET + "cut = pd.read_csv('labels.csv')[['customer_id', 'time', 'churned']]\n"
    made = columns(frame(code + DFS.format("agg_primitives=['sum'], cutoff_time=cut")))
    assert "churned" in made
    assert "time" not in made


def test_features_of_features_are_not_called_as_cutoffs_are() -> None:
    code = SET + "cut = pd.read_csv('labels.csv')\n" + DFS.format("agg_primitives=['sum'], cutoff_time=cut")
    fitted = "\nfrom sklearn.svm import SVC\ny = df.pop('churned')\nSVC().fit(df, y)"
    files = {"features.py": code.replace("max_depth=1", "max_depth=3") + fitted}
    told = [found.message for found in scan_files(files).findings if found.code == "FEA004"]
    assert not any(f"`{name}`" in message for message in told for name in ("time", "instance_id", "cutoff_time"))


@pytest.mark.parametrize(
    "relate",
    [
        "es.add_relationships([('customers', 'customer_id', 'tx', 'customer_id')])",
        "es.add_relationship(ft.Relationship(es['customers']['customer_id'], es['tx']['customer_id']))",
        "es.add_relationship(relationship=ft.Relationship(es, 'customers', 'customer_id', 'tx', 'customer_id'))",
        "es.add_relationship(child_dataframe_name='tx', child_column_name='customer_id',"
        " parent_dataframe_name='customers', parent_column_name='customer_id')",
    ],
)
def test_ways_to_relate(relate: str):
    code = SET[: SET.index("es.add_relationship")] + relate + "\n"
    assert measures(run(code + DFS.format("agg_primitives=['sum']"))) == ["sum(amount) by customer_id"]


def test_the_interface_before_version_1():
    code = """
import featuretools as ft
import pandas as pd
es = ft.EntitySet('shop')
es = es.entity_from_dataframe('tx', pd.read_csv('tx.csv')[['id', 'customer_id', 'amount']], index='id')
es = es.normalize_entity('tx', 'customers', 'customer_id')
df, defs = ft.dfs(entityset=es, target_entity='customers', agg_primitives=['mean'], max_depth=1)
"""
    assert columns(frame(code)) == ["MEAN(tx.amount)", "customer_id"]


def test_types_that_are_told_choose_the_primitives():
    code = SET.replace("index='id',", "index='id', logical_types={'amount': 'Categorical'},")
    assert measures(run(code + DFS.format("agg_primitives=['sum', 'mode']"))) == ["mode(amount) by customer_id"]


def test_frames_without_a_set():
    code = """
import featuretools as ft
import pandas as pd
frames = {'u': (pd.read_csv('u.csv')[['uid', 'age']], 'uid'), 'tx': (pd.read_csv('t.csv')[['id', 'uid', 'x']], 'id')}
df, _ = ft.dfs(dataframes=frames, relationships=[('u', 'uid', 'tx', 'uid')], target_dataframe_name='u',
               agg_primitives=['sum'], trans_primitives=[], max_depth=1)
"""
    assert columns(frame(code)) == ["age", "SUM(tx.x)", "uid"]


def test_columns_that_nobody_knows_leave_the_set_open():
    code = SET.replace("[['id', 'customer_id', 'amount', 'ts']]", "").replace("max_depth=1", "max_depth=2")
    made = frame(code + DFS.format("agg_primitives=['sum']") + "\nx = df['SUM(tx.amount)']")
    assert "SUM(tx.{column})" in columns(made)


def test_what_lies_deeper_is_aggregated_over_both_relationships():
    code = (
        SET
        + """
es.add_dataframe(dataframe_name='items', dataframe=pd.read_csv('items.csv')[['item', 'id', 'price']], index='item')
es.add_relationship('tx', 'id', 'items', 'id')
"""
    )
    made = frame(code + DFS.replace("max_depth=1", "max_depth=2").format("agg_primitives=['sum']"))
    assert {"SUM(tx.amount)", "SUM(items.price)", "*"} <= set(columns(made))
    assert origins(made, "SUM(items.price)") == {"items.csv.price"}


def test_parents_lend_their_columns():
    code = (
        SET
        + "df, _ = ft.dfs(entityset=es, target_dataframe_name='tx', agg_primitives=[], trans_primitives=[], max_depth=1)"
    )
    assert columns(frame(code)) == ["customer_id", "amount", "customers.age", "id"]


def test_definitions_are_computed_for_other_frames():
    code = (
        SET
        + "defs = ft.dfs(entityset=es, target_dataframe_name='customers', agg_primitives=['sum'], features_only=True)\n"
    )
    code += (
        "ft.save_features(defs, 'f.json')\ndf = ft.calculate_feature_matrix(ft.load_features('f.json'), entityset=es)"
    )
    assert "SUM(tx.amount)" in columns(frame(code))
