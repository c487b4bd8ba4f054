"""Encoders, transformers that make columns of earlier rows, indicators, and summaries per key."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, frame, measures, origins, run

from feasilint.columns import Columns
from feasilint.ir import AllOf, Fit
from feasilint.trace import Tracer

ENCODED = PANDAS + "import category_encoders as ce\nfrom sklearn.preprocessing import TargetEncoder, OrdinalEncoder\n"


def encoded(code: str) -> str:
    return ENCODED + code + "\nfrom sklearn.svm import SVC\nSVC().fit(X, tx['y'])"


@pytest.mark.parametrize(
    "code",
    [
        "X = ce.OrdinalEncoder(cols=['k']).fit_transform(tx[['a', 'k']], tx['y'])",
        "X = ce.TargetEncoder(cols=['k']).fit_transform(tx[['a', 'k']])",
        "X = OrdinalEncoder().fit_transform(tx[['a', 'k']], tx['y'])",
    ],
)
def test_no_statistic_of_the_label(code: str):
    assert measures(run(encoded(code))) == []


@pytest.mark.parametrize(
    ("code", "measure"),
    [
        ("X = ce.TargetEncoder(cols=['k']).fit_transform(tx[['a', 'k']], tx['y'])", "avg(y) by k"),
        ("X = ce.WOEEncoder(cols=['k']).fit(tx[['a', 'k']], tx['y']).transform(tx[['a', 'k']])", "avg(y) by k"),
        ("X = ce.CountEncoder(cols='k').fit_transform(tx[['a', 'k']])", "count() by k"),
        (
            "from feature_engine.encoding import MeanEncoder\nX = MeanEncoder(variables=['k']).fit_transform(tx[['a', 'k']], tx['y'])",
            "avg(y) by k",
        ),
    ],
)
def test_statistics_per_category(code: str, measure: str):
    program = run(encoded(code))
    assert measures(program) == [measure]
    assert columns(fit(program).features) == ["a", "k"]


def test_a_fitted_statistic_is_no_value_of_the_feature():
    program = run(encoded("X = TargetEncoder().fit_transform(tx[['k']], tx['y'])"))
    features = fit(program).features
    assert isinstance(features, AllOf)
    trace = Tracer(Columns()).column(features.relation, "k")
    assert {leaf.column for leaf in trace.value} == {"k"}
    assert {use.role for use in trace.uses} == {"exists"}


def test_names_stay_where_frames_come_out():
    assert columns(
        frame(ENCODED + "df = ce.TargetEncoder(cols=['k']).fit_transform(tx[['a', 'k']], tx['y'])[['k']]")
    ) == ["k"]


def test_names_of_scikit_learn_stay_where_that_is_asked_for():
    code = "from sklearn.preprocessing import StandardScaler\ns = StandardScaler().set_output(transform='pandas')\n"
    assert columns(frame(PANDAS + code + "df = s.fit_transform(tx[['a', 'b']])[['b']]")) == ["b"]


@pytest.mark.parametrize(
    ("transformer", "made"),
    [
        ("LagFeatures(variables='x', periods=[1, 2])", ["x_lag_1", "x_lag_2"]),
        ("WindowFeatures(variables=['x'], window=[3, '7D'])", ["x_window_3_mean", "x_window_7D_mean"]),
        ("ExpandingWindowFeatures(variables='x', functions=['max'])", ["x_expanding_max"]),
    ],
)
def test_columns_of_earlier_rows(transformer: str, made: list[str]):
    code = f"from feature_engine.timeseries.forecasting import *\ndf = {transformer}.fit_transform(tx[['x', 'y']])"
    assert columns(frame(PANDAS + code)) == ["x", "y", *made]


def test_windows_of_transformers_end_before_the_row():
    code = "from feature_engine.timeseries.forecasting import WindowFeatures\n"
    found = measures(run(PANDAS + code + "WindowFeatures(variables='x', window=3).fit_transform(tx[['x']])"))
    assert found == ["avg(x) rows -3..-1"]


def test_dates_are_taken_apart():
    code = "from feature_engine.datetime import DatetimeFeatures\n"
    code += "df = DatetimeFeatures(variables='t', features_to_extract=['month']).fit_transform(tx[['t', 'x']])"
    assert columns(frame(PANDAS + code)) == ["x", "t_month"]


@pytest.mark.parametrize(
    ("code", "measure"),
    [
        ("import talib\ns = talib.SMA(tx['close'], timeperiod=30)", "avg(close) rows -29..0"),
        ("import talib\ns = talib.RSI(tx['close'], 14)", "ewm(close) rows None..0"),
        ("import pandas_ta as ta\ns = ta.sma(tx['close'], length=20)", "avg(close) rows -19..0"),
        ("import pandas_ta\ns = tx.ta.stdev(length=5)", "std(close) rows -4..0"),
        ("import ta\ns = ta.trend.sma_indicator(tx['close'], window=12)", "avg(close) rows -11..0"),
        (
            "import ta\ns = ta.volatility.BollingerBands(close=tx['close'], window=20).bollinger_hband()",
            "std(close) rows -19..0",
        ),
    ],
)
def test_indicators(code: str, measure: str):
    assert measures(run(PANDAS + code)) == [measure]


def test_columns_of_all_indicators():
    code = "import ta\ndf = ta.add_all_ta_features(tx[['o', 'c']], open='o', close='c')"
    made = columns(frame(PANDAS + code))
    assert made[:2] == ["o", "c"]
    assert {"momentum_rsi", "trend_macd"} <= set(made)


def test_purchases_per_customer():
    code = "from lifetimes.utils import summary_data_from_transaction_data\n"
    code += (
        "df = summary_data_from_transaction_data(tx, 'customer', 'day', 'amount', observation_period_end='2011-12-09')"
    )
    made = frame(PANDAS + code)
    assert columns(made) == ["customer", "frequency", "monetary_value", "recency", "T"]
    assert origins(made, "recency") == {"tx.csv.day"}
    assert measures(run(PANDAS + code)) == [
        "count_distinct(day) by customer",
        "min(day) by customer",
        "max(day) by customer",
        "avg(amount) by customer",
    ]


def test_statistics_of_series_per_id():
    code = "from tsfresh import extract_features\ndf = extract_features(tx, column_id='id', column_sort='t', column_value='x')"
    assert measures(run(PANDAS + code)) == ["custom(x) by id"]
    assert columns(frame(PANDAS + code)) == ["id", "x__{feature}"]


def test_transformers_train_nothing():
    program = run(ENCODED + "ce.TargetEncoder(cols=['k']).fit(tx[['k']], tx['y'])")
    assert [sink for sink in program.sinks if isinstance(sink, Fit)] == []
