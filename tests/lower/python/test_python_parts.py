"""Parts of a frame's rows that chance or a place chooses, statistics of all its columns, and frames that hang on another."""

from __future__ import annotations

import pytest
from python_lowering import columns, fit, frame, measures, origins, pandas, run

from feasilint.api import scan_files
from feasilint.ir import Split

READ = "import pandas as pd\nimport numpy as np\ndf = pd.read_csv('a.csv')[['a', 'b', 'y']]\n"
FIT = "\nfrom sklearn.svm import SVC\nSVC().fit(train[['a', 'b']], train['y'])"


def learned(code: str) -> list[str]:
    return [found.message for found in scan_files({"train.py": READ + code + FIT}).findings if found.code == "AGG306"]


@pytest.mark.parametrize(
    "code",
    [
        "df = df[np.random.rand(len(df)) < 0.8]",
        "drawn = np.random.rand(len(df))\ndf = df[(drawn >= 0.8) & (drawn < 0.9)]",
        "df = df[~(np.random.uniform(size=len(df)) < 0.8)]",
        "df = df.loc[np.random.rand(len(df)) < 0.8]",
    ],
)
def test_chance_chooses_rows_and_no_columns(code: str) -> None:
    made = frame(READ + code)
    assert isinstance(made, Split)
    assert columns(made) == ["a", "b", "y"]


@pytest.mark.parametrize("key", ["df.a < 0.8", "'a'", "['a', 'b']"])
def test_what_data_or_names_choose_is_no_part(key: str) -> None:
    assert not isinstance(frame(READ + f"df = df[{key}]"), Split)


def test_a_model_of_a_random_part_has_its_features_and_label() -> None:
    found = fit(run(READ + "train = df[np.random.rand(len(df)) < 0.8]" + FIT))
    assert columns(found.features) == ["a", "b"]
    assert columns(found.label) == ["y"]


def test_every_column_has_its_own_statistic() -> None:
    made = frame(READ + "df = (df - df.mean()) / df.std()")
    assert columns(made) == ["a", "b", "y"]
    assert origins(made, "a") == {"a.csv.a"}


def test_statistics_of_a_whole_frame_scale_it_as_a_scaler_does_and_are_not_told() -> None:
    scaled = "train = (train - train.mean()) / train.std()"
    assert learned(f"train = df[:int(len(df) * 0.7)]\n{scaled}") == []
    assert learned(f"train = df\n{scaled}") == []
    assert measures(run(READ + f"train = df\n{scaled}"))[0] == "avg(a)"


def test_a_statistic_of_a_slice_is_not_of_all_rows() -> None:
    scaled = "train['a'] = train['a'] - train['a'].mean()"
    assert learned(f"train = df[:int(len(df) * 0.7)]\n{scaled}") == []
    assert len(learned(f"train = df\n{scaled}")) == 1


def test_a_row_of_the_frame_itself_is_no_statistic() -> None:
    assert measures(run(READ + "for _, row in df.iterrows():\n    df = df - row")) == []


def test_statistics_of_columns_that_nobody_knows_are_aggregates() -> None:
    assert measures(pandas("m = tx.mean()")) == ["avg({column})"]
    assert measures(pandas("m = tx.mean()['amount']")) == ["avg({column})", "avg(amount)"]


@pytest.mark.parametrize("write", ["df.at[i, 'age'] = {}", "df.loc[i, 'age'] = {}", "df.set_value(i, 'age', {})"])
def test_means_by_group_that_a_loop_writes_reach_the_column(write: str) -> None:
    code = "import pandas as pd\ndf = pd.read_csv('a.csv')\nmeans = df.groupby('title').mean()['age']\n"
    code += f"for i in df['age'].isnull().nonzero()[0]:\n    {write.format('int(means[df.title[i]])')}\n"
    made = run(code + "from sklearn.svm import SVC\nSVC().fit(df[['age']], df['y'])")
    assert measures(made)[-1] == "avg(age) by title"
    assert origins(frame(code), "age") == {"a.csv.age"}
    assert origins(frame(code), "title") == {"a.csv.title"}, "the other columns stay"


def test_a_frame_that_hangs_on_another_is_no_column_of_it() -> None:
    code = READ + "df.other = pd.read_csv('b.csv')[['c', 'd']]\n"
    assert columns(frame(code)) == ["a", "b", "y"]
    assert columns(frame(code + "df = df.other")) == ["c", "d"]


def test_a_column_is_still_assigned_as_an_attribute() -> None:
    assert origins(frame(READ + "df.a = df.b"), "a") == {"a.csv.b"}
    assert origins(frame(READ + "df.a = df[['b']]"), "a") == {"a.csv.b"}
