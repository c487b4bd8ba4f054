"""Training and serving see another value."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files
from feasilint.findings import Severity

MODEL = """
import numpy as np
import pandas as pd
from xgboost import XGBRegressor
df = pd.read_csv("s3://lake/sales.csv", parse_dates=["day"])
{}
XGBRegressor().fit(df[["x"]], df["units"])
"""


def found(code: str, step: str, model: str = MODEL) -> list[tuple[str, Severity]]:
    findings = scan_files({"train.py": model.format(step)}).findings
    return [(finding.feature or "", finding.severity) for finding in findings if finding.code == code]


# --- SKW407 ---


@pytest.mark.parametrize(
    "step",
    [
        'df["x"] = df.units.shift(1); df["units"] = df.units.shift(-1)',
        'df["target"] = df.units.shift(-1); df["x"] = df.price.where(df.price > 0)',
    ],
)
def test_later_rows_that_make_no_feature(step: str) -> None:
    assert found("SKW407", step) == []


@pytest.mark.parametrize("name", ["target", "next_units", "y", "units_t+1", "label_7d"])
def test_what_is_named_as_an_outcome_is_no_feature(name: str) -> None:
    model = MODEL.replace('df[["x"]]', f'df[["x", "{name}"]]').replace('df["units"])', 'labels["units"])')
    assert found("SKW407", f'df["x"] = df.price; df["{name}"] = df.units.shift(-1)', model) == []


def test_later_rows_in_a_feature() -> None:
    assert found("SKW407", 'df["x"] = df.price.shift(-1) / df.price') == [("x", Severity.ERROR)]
    assert found("SKW407", 'df["x"] = own_code(df.price.shift(-1))') == [("x", Severity.WARNING)]


def test_what_a_table_holds_may_be_a_label() -> None:
    text = "create table ml.features as select lead(price) over (partition by store order by day) as x from shop.sales"
    (finding,) = (one for one in scan_files({"features.sql": text}).findings if one.code == "SKW407")
    assert finding.severity is Severity.WARNING


BATCH = """
version: 1
prediction_points: {{nightly: {{mode: {}}}}}
models: [{{name: churn, paths: ["*"], prediction_point: nightly}}]
"""


@pytest.mark.parametrize(
    ("mode", "key", "expected"),
    [
        ("batch", "cast(ts as date)", []),
        ("batch", "u, date_trunc('day', ts)", []),
        ("batch", "u, d", ["x"]),
        ("batch", "u, day", []),
        ("batch", "u, date_trunc('month', ts)", ["x"]),
        ("batch", "u", ["x"]),
        ("online", "cast(ts as date)", ["x"]),
    ],
)
def test_a_day_that_is_over_is_all_there(mode: str, key: str, expected: list[str]) -> None:
    text = (
        "create table ml.features as select u, max(role) over (partition by {} order by ts"
        " rows between current row and unbounded following) as x from shop.events"
    )
    findings = scan_files({"features.sql": text.format(key)}, BATCH.format(mode)).findings
    assert [one.feature for one in findings if one.code == "SKW407"] == expected


LATER = "create table ml.features as select u, {} from shop.roles r"


@pytest.mark.parametrize(
    "made",
    [
        "lead(ts) over (partition by u order by ts) as x",
        "lag(ts) over (partition by u order by ts desc) as x",
        "least(lead(ts) over (partition by u order by ts), closed_at) as x",
        "coalesce(lead(ts) over (partition by u order by ts) - interval '1' second, current_timestamp) as x",
        "case when lead(ts) over (partition by u order by ts) is null then current_timestamp"
        " else lead(ts) over (partition by u order by ts) end as x",
        "coalesce(user_id, lead(user_id) over (partition by u order by ts)) as user_id",
    ],
)
def test_ends_of_intervals_and_identifiers(made: str) -> None:
    assert [one for one in scan_files({"features.sql": LATER.format(made)}).findings if one.code == "SKW407"] == []


@pytest.mark.parametrize(
    "made",
    [
        "date_diff('day', ts, lead(ts) over (partition by u order by ts)) as x",
        "lead(ts) over (partition by u order by ts) is null as x",
        "lead(paid_at) over (partition by u order by ts) as x",
        "coalesce(x, lead(x) over (partition by u order by ts)) as x",
    ],
)
def test_what_is_made_of_the_next_row(made: str) -> None:
    (found,) = (one for one in scan_files({"features.sql": LATER.format(made)}).findings if one.code == "SKW407")
    assert found.source == "shop.roles"


def test_rows_that_a_calendar_lends_their_day_are_those_of_the_events() -> None:
    text = (
        "create table ml.features as with a as (select c.day, e.u from date_dim c join shop.events e"
        " on e.ts between c.day - interval '28' day and c.day)"
        " select u, lead(day) over (partition by u order by day) is null as x from a"
    )
    (found,) = (one for one in scan_files({"features.sql": text}).findings if one.code == "SKW407")
    assert "a later row of `shop.events`" in found.message


# --- SKW405 ---


@pytest.mark.parametrize(
    "step",
    [
        'df["x"] = (df.day.max() - df.day).dt.days',
        'df["made_at"] = pd.Timestamp.now(); df["x"] = df.price',
        'df = df.groupby("store", as_index=False).agg(x=("day", "max"), units=("units", "sum"));'
        ' df["x"] = (pd.Timestamp.now() - df.x).dt.days',
    ],
)
def test_a_clock_that_no_row_is_set_off_against(step: str) -> None:
    assert found("SKW405", step) == []


def test_a_clock_in_what_a_model_is_trained_on() -> None:
    assert found("SKW405", 'df["x"] = (pd.Timestamp.now() - df.day).dt.days') == [("x", Severity.INFO)]


# --- SKW406 ---


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ('df["x"] = np.random.rand(len(df))', []),  # made of no data at all
        ('df["noise"] = df.price * np.random.rand(len(df)); df["x"] = df.price', []),
        ('df["x"] = df.price * np.random.rand(len(df))', [("x", Severity.WARNING)]),
    ],
)
def test_random_numbers_in_a_feature(step: str, expected: list[tuple[str, Severity]]) -> None:
    assert found("SKW406", step) == expected


# --- SKW408 ---

SPLIT = """
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.feature_selection import SelectKBest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import Normalizer, StandardScaler
df = pd.read_csv("s3://lake/loans.csv", usecols=["x", "z", "paid"])
X, y = df[["x", "z"]], df["paid"]
{}
"""


def of_x(step: str) -> list[tuple[str, Severity]]:
    return [one for one in found("SKW408", step, SPLIT) if one[0] == "x"]


@pytest.mark.parametrize(
    "step",
    [
        "X = StandardScaler().fit_transform(X); LogisticRegression().fit(X, y)",
        # another model is split, and of rows that nothing was learned from
        "a, b, c, d = train_test_split(X, y); LogisticRegression().fit(a, c); KMeans().fit(StandardScaler().fit_transform(X))",
        "a, b, c, d = train_test_split(X, y); s = StandardScaler(); LogisticRegression().fit(s.fit_transform(a), c)",
        "X = Normalizer().fit_transform(X); a, b, c, d = train_test_split(X, y); LogisticRegression().fit(a, c)",
        "S = StandardScaler().fit_transform(X); a, b, c, d = train_test_split(X, y); LogisticRegression().fit(a, c)",
        # the training part of an outer split is split again
        "a, b, c, d = train_test_split(X, y); a = StandardScaler().fit_transform(a); LogisticRegression().fit(a, c)",
    ],
)
def test_learned_from_training_rows_only(step: str) -> None:
    assert of_x(step) == []


@pytest.mark.parametrize(
    ("learn", "severity"),
    [
        ("StandardScaler().fit_transform(X)", Severity.WARNING),
        ("SelectKBest(k=1).fit_transform(X, y)", Severity.ERROR),
    ],
)
def test_learned_from_test_rows_too(learn: str, severity: Severity) -> None:
    step = f"X = {learn}; a, b, c, d = train_test_split(X, y); LogisticRegression().fit(a, c)"
    assert of_x(step) == [("x", severity)]


def test_learned_before_the_split_and_applied_after_it() -> None:
    step = (
        "s = StandardScaler().fit(X); a, b, c, d = train_test_split(X, y); LogisticRegression().fit(s.transform(a), c)"
    )
    assert of_x(step) == [("x", Severity.WARNING)]


# --- SKW401, SKW402, SKW403: how other tables are joined ---

JOINED = """
version: 1
sources:
  - {name: pay.orders, kind: events, event_time: ordered_at, grain: [order_id]}
  - {name: crm.segments, kind: scd2, grain: [user_id], event_time: valid_from, available_at: loaded_at}
  - {name: crm.users, kind: scd1, grain: [user_id]}
  - {name: crm.plans, kind: scd1, mutable: false}
  - {name: crm.countries, kind: dimension}
"""
ORDERS = "create table ml.training_set as select o.order_id, s.segment as x from pay.orders o {}"
PANDAS = """
import pandas as pd
from xgboost import XGBClassifier
orders = pd.read_sql("select order_id, user_id, ordered_at, paid from pay.orders", con)
states = pd.read_sql("select user_id, valid_from, x from {}", con)
df = {}
XGBClassifier().fit(df[["x"]], df["paid"])
"""


def codes(path: str, text: str) -> list[str]:
    findings = scan_files({path: text}, JOINED).findings
    return [finding.code for finding in findings if finding.code.startswith("SKW")]


@pytest.mark.parametrize(
    "join",
    [
        "join crm.countries s on s.country = o.country",
        "join crm.plans s on s.plan = o.plan",
        "join crm.segments s on s.user_id = o.user_id and s.valid_from <= o.ordered_at and s.loaded_at <= o.ordered_at",
        "join crm.segments s on s.user_id = o.user_id and s.is_current",
        "join (select * from crm.segments qualify row_number() over (partition by user_id order by seq desc) = 1) s"
        " on s.user_id = o.user_id",
        "join crm.nobody_knows s on s.user_id = o.user_id",
    ],
)
def test_joins_that_are_right(join: str) -> None:
    assert codes("features.sql", ORDERS.format(join)) == []


@pytest.mark.parametrize(
    ("join", "code"),
    [
        ("join crm.segments s on s.user_id = o.user_id", "SKW401"),
        ("join crm.segments s using (user_id)", "SKW401"),
        ("join crm.users s on s.user_id = o.user_id", "SKW402"),
        ("join crm.segments s on s.user_id = o.user_id and s.valid_from <= o.ordered_at", "SKW403"),
        ("join crm.segments s on s.user_id = o.user_id where s.valid_from <= o.ordered_at", "SKW403"),
    ],
)
def test_joins_in_sql(join: str, code: str) -> None:
    assert codes("features.sql", ORDERS.format(join)) == [code]


@pytest.mark.parametrize(
    ("table", "join", "expected"),
    [
        ("crm.segments", 'orders.merge(states, on="user_id")', ["SKW401"]),
        ("crm.users", 'orders.merge(states, on="user_id")', ["SKW402"]),
        (
            "crm.segments",
            'pd.merge_asof(orders, states, left_on="ordered_at", right_on="valid_from", by="user_id")',
            ["SKW403"],
        ),
    ],
)
def test_joins_in_pandas(table: str, join: str, expected: list[str]) -> None:
    assert codes("train.py", PANDAS.format(table, join)) == expected


def test_a_table_of_states_alone_is_of_today() -> None:
    assert codes("features.sql", "create table ml.training_set as select user_id, segment as x from crm.users") == []


# --- SKW409 ---


@pytest.mark.parametrize(
    "step",
    [
        'df["x"] = df.groupby("store").price.transform("mean")',
        'df["x"] = df.price / df.units.mean()',  # a constant of the model, more or less
        'df["x"] = df.groupby("store").units.shift(1)',
        'df["x"] = df.groupby("store").units.cumsum() - df.units',
        'df["x"] = df.groupby("store").units.transform("count")',
        'past = df[df.day < "2024-01-01"]; df["x"] = df.store.map(past.groupby("store").units.mean())',
        'half = df.iloc[:1000]; df["x"] = df.store.map(half.groupby("store").units.mean())',
        'df["units"] = df.units.shift(-1) + df.price; df["x"] = df.groupby("store").price.transform("mean")',
    ],
)
def test_statistics_without_the_answer_of_the_row(step: str) -> None:
    assert found("SKW409", step) == []


@pytest.mark.parametrize(
    "step",
    [
        'df["x"] = df.groupby("store").units.transform("mean")',
        'df["x"] = df.store.map(df.groupby("store").units.mean())',
        'df["x"] = df.price - df.groupby("store")["units"].transform("max")',
    ],
)
def test_a_statistic_with_the_answer_of_the_row(step: str) -> None:
    assert found("SKW409", step) == [("x", Severity.ERROR)]


def test_when_a_label_comes_to_be_is_no_answer() -> None:
    model = MODEL.replace('df["units"])', '(df["day"] > "2024-01-01"))')
    assert found("SKW409", 'df["x"] = df.groupby("store").day.transform("min")', model) == []


def test_all_columns_of_a_file_are_scaled_before_the_split() -> None:
    code = """
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
df = pd.read_csv("a.csv")
X, y = df.drop("y", axis=1), df["y"]
{}
X_train, X_test, y_train, y_test = train_test_split(X, y)
{}
LogisticRegression().fit(X_train, y_train)
"""
    early, late = "X = StandardScaler().fit_transform(X)", "X_train = StandardScaler().fit_transform(X_train)"
    told = [f.message for f in scan_files({"train.py": code.format(early, "")}).findings if f.code == "SKW408"]
    assert told == ["every feature is transformed by a `StandardScaler` that was fitted on the test rows, too"]
    assert [f.code for f in scan_files({"train.py": code.format("", late)}).findings if f.code == "SKW408"] == []


def test_of_two_operations_at_one_place_the_first_in_the_code_is_told() -> None:
    code = """
import pandas as pd
from xgboost import XGBRegressor
df = pd.read_csv("a.csv", usecols=["ts", "u", "v", "y"]).sort_values("ts")
df["x"] = df.u.shift(-1) + df.v.shift(-1)
XGBRegressor().fit(df[["x"]], df["y"])
"""
    (found,) = [f for f in scan_files({"train.py": code}).findings if f.code == "SKW407"]
    assert found.place.span is not None
    assert found.place.span.column == 11
