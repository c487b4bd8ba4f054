"""pandas: selections, groups in every form of agg, windows, joins, time."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, frame, measures, origins, pandas

import feasilint
from feasilint.ir import Call, Column, Filter, Interval, Join, Literal, Now, Shift, Window


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("tx.groupby('u')['x'].sum()", ["sum(x) by u"]),
        ("tx.groupby('u').x.sum()", ["sum(x) by u"]),
        ("tx.groupby(['u', 'v'])[['x', 'y']].mean()", ["avg(x) by u, v", "avg(y) by u, v"]),
        ("tx.groupby('u').agg({'x': 'sum', 'y': ['min', 'max']})", ["sum(x) by u", "min(y) by u", "max(y) by u"]),
        ("tx.groupby('u')['x'].agg(['sum', np.std])", ["sum(x) by u", "std(x) by u"]),
        ("tx.groupby('u').agg(n=('x', 'count'), m=pd.NamedAgg('y', 'max'))", ["count(x) by u", "max(y) by u"]),
        ("tx.groupby('u')['x'].agg(lambda s: s.nunique())", ["count_distinct(x) by u"]),
        ("tx.groupby('u')['x'].agg(lambda s: weird(s))", ["custom(x) by u"]),
        ("tx.groupby('u').size()", ["count() by u"]),
        ("tx['u'].value_counts()", ["count(u) by u"]),
        ("tx.groupby(tx['ts'].dt.date)['x'].sum()", ["sum(x) by ts"]),
        ("tx.groupby([pd.Grouper(key='ts', freq='D'), 'u']).x.sum()", ["sum(x) by ts, u"]),
        ("tx.set_index('ts').resample('W')['x'].sum()", ["sum(x) by ts"]),
        ("tx.pivot_table(index='u', columns='k', values='x', aggfunc='sum')", ["sum(x) by u, k"]),
        ("pd.crosstab(tx['u'], tx['k'])", ["count() by u, k"]),
        ("tx['x'].max()", ["max(x)"]),
        ("np.mean(tx['x'])", ["avg(x)"]),
    ],
)
def test_aggregates(code: str, expected: list[str]):
    assert measures(pandas(code)) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("tx.groupby('u')['x'].transform('mean')", ["avg(x) by u over all"]),
        ("tx.groupby('u')['x'].cumsum()", ["sum(x) by u rows None..0"]),
        ("tx.sort_values('ts').groupby('u').cumcount()", ["count() by u order ts rows None..-1"]),
        ("tx['x'].rolling(7).mean()", ["avg(x) rows -6..0"]),
        ("tx.groupby('u').rolling('30D', on='ts')['x'].sum()", ["sum(x) by u order ts range -P30D..PT0S"]),
        ("tx.set_index('ts')['x'].rolling('7d').sum()", ["sum(x) order ts range -P7D..PT0S"]),
        ("tx['x'].expanding().max()", ["max(x) rows None..0"]),
        ("tx['x'].ewm(span=3).mean()", ["ewm(x) rows None..0"]),
        ("tx.groupby('u')['x'].rank()", ["rank(x) by u over all"]),
    ],
)
def test_windows(code: str, expected: list[str]):
    found = [text.replace("P-30D", "-P30D").replace("P-7D", "-P7D") for text in measures(pandas(code))]
    assert [text.replace("range P30D", "range -P30D").replace("range P7D", "range -P7D") for text in found] == expected


def test_the_length_of_a_time_window_is_negative():
    window = next(r for r in pandas("tx.rolling('30D', on='ts')['x'].sum()").relations if isinstance(r, Window))
    assert window.frame is not None
    assert window.frame.start == Interval(days=-30)


def test_shift_is_no_window():
    relation = frame(PANDAS + "df = tx\ndf['p'] = tx.groupby('u')['x'].shift(1)")
    made = next(item for item in relation.items if getattr(item, "name", "") == "p")
    assert isinstance(made.expression, Shift)


def test_functions_of_groups_get_the_key_of_the_group():
    code = """
def spend(rows, windows):
    rows = rows.sort_values('ts')
    rows.index = rows.ts
    for w in windows:
        rows['n_' + str(w) + 'd'] = list(rows['x'].rolling(str(w) + 'd').count())
    return rows

df = tx.groupby('u').apply(lambda g: spend(g, windows=[1, 7]))
"""
    found = measures(pandas(code))
    assert [text.split(" range")[0] for text in found] == ["count(x) by u order ts"] * 2
    assert origins(frame(PANDAS + code), "n_7d") == {"tx.csv.x"}


def test_flattened_names_of_a_multi_index():
    code = "df = tx.groupby('u').agg({'x': ['sum', 'max']})\ndf.columns = ['_'.join(c) for c in df.columns]\ndf = df.reset_index()"
    assert columns(frame(PANDAS + code)) == ["u", "x_sum", "x_max"]


def test_an_index_is_no_data_until_it_is_reset():
    assert columns(frame(PANDAS + "df = tx[['a', 'b']].set_index('a')\ndf = df.reset_index()")) == ["a", "b"]
    assert columns(frame(PANDAS + "df = tx[['a', 'b']].set_index('a').reset_index(drop=True)")) == ["b"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("tx[['a', 'b']].drop(columns=['a'])", ["b"]),
        ("tx[['a', 'b']].drop('a', axis=1)", ["b"]),
        ("tx[['a', 'b']].drop([0, 1])", ["a", "b"]),
        ("tx[['a', 'b']].rename(columns={'a': 'c'})", ["c", "b"]),
        ("tx[['a', 'b']].assign(c=lambda d: d.a)", ["a", "b", "c"]),
        ("tx[['a', 'b', 'c']].loc[:, 'a':'b']", ["a", "b"]),
        ("tx[['a', 'b', 'c']].iloc[:, :-1]", ["a", "b"]),
        ("tx[['a', 'b', 'c']].as_matrix()", ["a", "b", "c"]),
        ("tx[['a', 'b', 'c']].as_matrix(columns=['c', 'a'])", ["c", "a"]),
        ("tx[[c for c in tx[['a_1', 'b']].columns if c.startswith('a')]]", ["a_1"]),
        ("tx.groupby('u', as_index=False)['x'].sum()", ["u", "x"]),
        ("tx.groupby('u')['x'].sum().reset_index(name='n')", ["u", "n"]),
        ("pd.DataFrame({'a': tx['x'], 'b': 1})", ["a", "b"]),
        ("tx[['a']].merge(tx[['a', 'b']], on='a')", ["a", "b"]),
        ("tx[['a', 'b']].merge(tx[['a', 'b']], on='a')", ["a", "b_x", "b_y"]),
        ("pd.concat([tx[['a']], tx[['b']]], axis=1)", ["a", "b"]),
    ],
)
def test_columns(code: str, expected: list[str]):
    assert columns(frame(PANDAS + f"df = {code}")) == expected


def test_a_mask_is_a_filter_with_its_time_predicate():
    program = pandas("recent = tx[tx['ts'] >= pd.Timestamp.now() - pd.Timedelta(days=30)]")
    predicate = next(r.predicate for r in program.relations if isinstance(r, Filter))
    assert isinstance(predicate, Call)
    bound = predicate.args[1]
    assert isinstance(bound, Call)
    assert predicate.function == "ge"
    assert isinstance(bound.args[0], Now)
    assert isinstance(bound.args[1], Literal)
    assert bound.args[1].value == Interval(days=30)


@pytest.mark.parametrize(
    ("text", "function"), [("a > @low and b == 1", "and"), ("a > @low & b == 1", "and"), ("a > @low | b == '&'", "or")]
)
def test_query_strings_are_predicates(text, function):
    program = pandas(f'low = 3\nr = tx.query("{text}")')
    predicate = next(r.predicate for r in program.relations if isinstance(r, Filter))
    assert isinstance(predicate, Call)
    assert predicate.function == function
    assert [part.function for part in predicate.args if isinstance(part, Call)] == ["gt", "eq"]


@pytest.mark.parametrize("rows", ["tx[lambda d: d.a > 3]", "tx.loc[lambda d: d['a'] > 3, 'b']"])
def test_functions_that_choose_rows_are_predicates(rows):
    program = pandas(f"r = {rows}")
    (predicate,) = [r.predicate for r in program.relations if isinstance(r, Filter)]
    assert isinstance(predicate, Call)
    assert predicate.function == "gt"


def test_a_lookup_through_a_series_leads_to_its_value():
    relation = frame(PANDAS + "n = pd.read_csv('n.csv').groupby('u')['v'].sum()\ndf = tx\ndf['n'] = df['u'].map(n)")
    assert origins(relation, "n") == {"n.csv.v"}


def test_as_of_joins_say_their_times():
    program = pandas("r = pd.merge_asof(tx, pd.read_csv('q.csv'), on='ts', by='u', tolerance=pd.Timedelta('1h'))")
    join = next(r for r in program.relations if isinstance(r, Join))
    assert join.kind == "asof"
    assert join.using == ("u",)
    assert join.asof is not None
    assert join.asof.tolerance == Interval(seconds=3600)


def test_row_functions_read_columns():
    relation = frame(PANDAS + "df = tx\ndf['d'] = tx.apply(lambda r: r['a'] - r.b if r['c'] else 0, axis=1)")
    assert origins(relation, "d") == {"tx.csv.a", "tx.csv.b", "tx.csv.c"}


def test_unknown_calls_keep_the_lineage_of_all_that_they_are_given():
    relation = frame(PANDAS + "df = tx\ndf['d'] = mystery(tx['a'], tx['b'])")
    assert origins(relation, "d") == {"tx.csv.a", "tx.csv.b"}


def test_an_unknown_step_is_said_where_a_frame_passes():
    program = pandas("d = mystery(tx)\nd.groupby('u')['x'].sum()")
    assert [found.kind for found in program.diagnostics] == ["opaque"]
    assert [found.kind for found in pandas("n = mystery(tx['a'])").diagnostics] == []


def test_origins_of_measures_are_the_aggregating_calls():
    program = pandas("r = (tx\n  .groupby('u')['x']\n  .sum())")
    aggregate = program.relations[-1]
    output = aggregate.measures[0]
    assert output.expression.origin is not None
    assert output.expression.origin.span.end_line == 6
    assert isinstance(output.expression.args[0], Column)


def test_a_column_is_found_by_the_known_part_of_its_name():
    code = "d = pd.get_dummies(tx['month'], prefix='month')\ndf = pd.concat([tx[['u', 'x']], d], axis=1)[['x', 'month_3', 'other']]"
    relation = frame(PANDAS + code)
    assert columns(relation) == ["x", "month_3", "other"]
    assert origins(relation, "month_3") == {"tx.csv.month"}


@pytest.mark.parametrize(
    "most", ["tx.a.value_counts().idxmax()", "tx.a.value_counts().argmax()", "np.argmax(tx.a.value_counts())"]
)
def test_the_value_with_most_rows_is_one_of_the_whole_table(most: str) -> None:
    assert measures(pandas(f"tx['a'] = tx.a.fillna({most})"))[-1] == "mode(a)"


def test_the_most_rows_of_a_value_are_a_maximum_of_counts() -> None:
    assert measures(pandas("x = tx.a.value_counts().max()")) == ["count(a) by a", "max(count)"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df = tx[['u', 'x']].copy()\ndf['x'] = df.fillna(0)", "x"),
        ("df = tx[['u', 'x']].copy()\ndf.loc[:, 'x'] = df.fillna(0)", "x"),
        ("df = tx[['u', 'x']].copy()\ndf['z'] = tx[['y']]\ndf = df.rename(columns={'z': 'x'})[['x']]", "y"),
    ],
)
def test_a_frame_that_is_put_into_a_column_gives_the_one_of_its_name(code: str, expected: str):
    found = feasilint.inspect_source(f"{PANDAS}{code}\ndf[['x']].to_csv('features.csv')", kind="python")["features"]
    assert [one["derived_from"] for one in found if one["name"] == "x"] == [[["tx.csv", expected]]]


def test_numbers_that_are_no_names_are_places_of_ix():
    code = "df = pd.read_csv('a.csv', usecols=['id', 'u', 'v'])\ndf.ix[:, [1, 2]].to_csv('features.csv')"
    found = feasilint.inspect_source(f"import pandas as pd\n{code}", kind="python")["features"]
    assert [one["name"] for one in found] == ["u", "v"]


def test_a_summary_is_sorted_and_has_no_column_of_that_name():
    code = "missing = tx.isnull().sum().sort_values(ascending=False).drop('x')"
    assert "sort_values" not in str(feasilint.inspect_source(PANDAS + code, kind="python")["columns"])
