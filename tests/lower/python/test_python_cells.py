"""Values that are put in places: filtered measures, arrays filled by column, pivots."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, frame, measures, origins, pandas, run

from feasilint.columns import Columns
from feasilint.ir import Aggregate, Call, Literal, Measure, Now
from feasilint.ir.expressions import walk
from feasilint.trace import Tracer

POLARS = "import polars as pl\nimport datetime as dt\no = pl.read_csv('o.csv')\n"
RECENT = "pl.col('ts') >= dt.datetime.now() - dt.timedelta(days=90)"


def measure(code: str) -> Measure:
    program = run(POLARS + code)
    found = [out.expression for r in program.relations if isinstance(r, Aggregate) for out in r.measures]
    assert len(found) == 1
    assert isinstance(found[0], Measure)
    return found[0]


def test_a_measure_of_all_rows_has_no_condition():
    assert measure("o.group_by('u').agg(pl.col('x').sum())").where is None


def test_a_filter_on_a_frame_is_not_one_of_the_measure():
    assert measure(f"o.filter({RECENT}).group_by('u').agg(pl.col('x').sum())").where is None


@pytest.mark.parametrize("value", ["pl.col('x').filter({})", "(pl.col('x') * 2).filter({}).abs()"])
def test_a_filter_inside_agg_is_the_condition_of_the_measure(value: str):
    made = measure(f"o.group_by('u').agg({value.format(RECENT)}.sum().alias('s90'))")
    assert isinstance(made.where, Call)
    assert made.where.function == "ge"
    parts = list(walk(made.where))
    assert any(isinstance(part, Now) for part in parts)
    assert [part.value.iso for part in parts if isinstance(part, Literal)] == ["P90D"]  # type: ignore[union-attr]
    assert not any(isinstance(part, Call) and part.function == "filter" for part in walk(made.args[0]))


def test_several_filters_hold_together():
    made = measure("o.group_by('u').agg(pl.col('x').filter(pl.col('a') > 1, pl.col('b') > 2).sum())")
    assert isinstance(made.where, Call)
    assert made.where.function == "and"


def test_an_array_that_is_filled_column_by_column():
    code = "a = np.zeros((9, 2))\na[:, 1] = tx['n'].values\na[:, 0] = tx['m'].values\n"
    relation = frame(PANDAS + code + "df = pd.DataFrame(a, columns=['p', 'q'])")
    assert columns(relation) == ["p", "q"]
    assert origins(relation, "p") == {"tx.csv.m"}
    assert origins(relation, "q") == {"tx.csv.n"}


def test_a_column_that_was_not_filled_comes_from_nowhere():
    code = "a = np.zeros((9, 2))\na[:, 0] = tx['m'].values\ndf = pd.DataFrame(a, columns=['p', 'q'])"
    assert origins(frame(PANDAS + code), "q") == set()


def test_a_column_of_an_array_is_replaced():
    code = "a = tx[['p', 'q']].values\na[:, 0] = tx['m'].values\ndf = pd.DataFrame(a, columns=['p', 'q'])"
    assert origins(frame(PANDAS + code), "p") == {"tx.csv.m"}
    assert origins(frame(PANDAS + code), "q") == {"tx.csv.q"}


PIVOTS = [
    "tx.pivot_table(index='u', columns='status', values='amount', aggfunc='sum').reset_index()",
    "tx.groupby(['u', 'status'])['amount'].sum().unstack().reset_index()",
    "tx.groupby(['u', 'status']).agg(s=('amount', 'sum')).unstack().reset_index()",
]


@pytest.mark.parametrize("pivot", PIVOTS)
def test_cells_of_a_pivot_reach_the_model_approximately(pivot: str):
    code = f"""
users = pd.read_csv('users.csv')
p = {pivot}
df = users.merge(p, on='u')
from xgboost import XGBClassifier
XGBClassifier().fit(df.drop(columns=['churned']), df['churned'])
"""
    program = pandas(code)
    assert measures(program) == ["sum(amount) by u, status"]
    assert columns(fit(program).features) == ["u", "{status}", "*"]
    relation = frame(PANDAS + code)
    trace = Tracer(Columns()).column(relation, "{status}")
    assert {leaf.column for leaf in trace.value} == {"amount"}
    assert trace.approximate


def test_cells_of_spark_pivots():
    relation = frame("t = spark.table('t')\ndf = t.groupBy('u').pivot('s').sum('a')")
    assert columns(relation) == ["u", "{s}", "*"]
    assert origins(relation, "{s}") == {"t.a"}


def test_cells_of_several_kinds_are_named_by_kind():
    relation = frame(PANDAS + "df = tx.pivot_table(index='u', columns='s', values=['a', 'b']).reset_index()")
    assert columns(relation) == ["u", "a_{s}", "b_{s}", "*"]
    assert origins(relation, "b_{s}") == {"tx.csv.b"}


@pytest.mark.parametrize(
    ("affix", "name"), [("add_prefix('of_')", "of_food"), ("add_suffix('_sum')", "food_sum"), ("add_prefix('a')", "u")]
)
def test_cells_of_a_pivot_under_other_names(affix: str, name: str):
    code = f"p = tx.pivot_table(index='u', columns='s', values='amount', aggfunc='sum').{affix}.reset_index()"
    relation = frame(f"{PANDAS}{code}\ndf = p[['{name}']]")
    assert origins(relation, name) == {"tx.csv.u" if name == "u" else "tx.csv.amount"}
