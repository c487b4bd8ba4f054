"""Frames that are used as pandas' are: H2O's, Dask's, cuDF's; numbers that the code makes up."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, measures, pandas, run, sources

FIT = "\nfrom sklearn.linear_model import Ridge\nRidge().fit(X, tx['y'])"


def features(code: str) -> list[str]:
    return columns(fit(run(PANDAS + code + FIT)).features)


@pytest.mark.parametrize(
    "code",
    [
        "import dask\nX, w = dask.persist(tx[['a', 'b']], tx['y'])",
        "import dask_cudf\nX = dask_cudf.from_dask_dataframe(tx[['a', 'b']])",
        "import h2o\nX = h2o.H2OFrame(tx[['a']]).cbind(tx[['b']]).asfactor()",
        "from pysparkling import H2OContext\nhc = H2OContext.getOrCreate()\nX = hc.asH2OFrame(tx)[['a', 'b']]",
        "X = tx[['a', 'b']].convert_objects(convert_numeric=True)",
        "import numpy as np\nX = tx[['a', 'b']].copy()\nX.loc[:, ['a', 'b']] = np.log(X[['a', 'b']])",
    ],
    ids=["persisted", "of Dask", "beside", "of Spark", "converted", "written by places"],
)
def test_columns_stay_what_they_are(code: str) -> None:
    assert features(code) == ["a", "b"]


@pytest.mark.parametrize(
    "made", ["np.zeros((9, 2))", "np.random.rand(9, 2)", "np.random.default_rng(1).normal(size=9)"]
)
def test_numbers_that_the_code_makes_up_come_from_nowhere(made: str) -> None:
    program = run(PANDAS + f"import numpy as np\nX = np.hstack([tx[['a']], {made}])" + FIT)
    assert not [told for told in program.diagnostics if told.kind == "opaque"]
    assert columns(fit(program).features) == ["a", "*"]


def test_an_array_that_is_filled_by_columns_has_these() -> None:
    assert features("import numpy as np\nX = np.zeros((9, 2))\nX[:, 1] = tx['a']") == ["1"]


H2O = "import h2o\nhf = h2o.import_file('b.csv')\n"


def test_groups_of_h2o_have_their_keys_as_columns() -> None:
    code = "g = hf.group_by(['k']).mean(['d']).get_frame()\ng.col_names = ['k', 'mean_d']\nX = hf.merge(g)[['mean_d']]"
    program = run(PANDAS + H2O + code + FIT)
    assert (measures(program), columns(fit(program).features)) == (["avg(d) by k"], ["mean_d"])


def test_parts_of_dates_may_be_called() -> None:
    program = run(PANDAS + H2O + "hf['m'] = hf['d'].month().asfactor()\nX = hf[['m']]" + FIT)
    assert not [told for told in program.diagnostics if told.kind == "opaque"]


@pytest.mark.parametrize("method", ["groupby('k').apply_grouped", "apply_rows"])
def test_kernels_add_the_columns_that_they_are_told(method: str) -> None:
    code = f"X = tx[['a', 'k']].{method}(kernel, incols=['a'], outcols={{'step': np.float32}})"
    program = run(PANDAS + code + FIT)
    assert not [told for told in program.diagnostics if told.kind == "opaque"]
    assert columns(fit(program).features) == ["a", "k", "step"]


@pytest.mark.parametrize(
    ("names", "features"),
    [
        (
            "[f'{a}_{b}' for a in g.columns.levels[0] for b in g.columns.levels[1]]",
            ["a_min", "a_max", "b_min", "b_max"],
        ),
        ("[f'c{i}' for i in range(n)]", ["a_min", "a_max", "b_min", "b_max"]),
    ],
    ids=["made of the levels", "as many as nobody knows"],
)
def test_names_that_loops_make_lose_no_column(names: str, features: list[str]) -> None:
    code = f"g = tx[['k', 'a', 'b']].groupby('k').agg(['min', 'max'])\ng.columns = {names}\nX = g"
    made = features_of(code)
    assert [name.replace(", ", "_") for name in made] == features


def features_of(code: str) -> list[str]:
    return columns(fit(run(PANDAS + code + FIT)).features)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("import dask.dataframe as dd\nr = dd.from_pandas(tx, npartitions=2).map_partitions(lambda rows: rows[['a']])", ["a"]),
        ("from azureml.data.dataset_factory import TabularDatasetFactory as F\n"
         "r = F.register_pandas_dataframe(tx[['a', 'b']], target=store, name='n').to_pandas_dataframe()[['b']]", ["b"]),
        ("import h2o\ntrain, test = h2o.H2OFrame(tx[['a']]).split_frame([0.8])\nr = test.as_data_frame()[['a']]", ["a"]),
        ("train, valid, test = tx[['a']].split_frame(ratios=[0.8, 0.1])\nr = valid[['a']]", ["a"]),
        ("import tensorflow as tf\nr = pd.DataFrame(np.roll(tx[['a']].values, 1), columns=['z'])", ["z"]),
    ],
)  # fmt: skip
def test_frames_that_become_those_of_another_library_or_parts_keep_their_columns(code: str, names: list[str]):
    program = pandas(code)
    assert not [told for told in program.diagnostics if told.kind == "opaque"]
    assert columns(program.relations[-1]) == names
    assert sources(program) == ["tx.csv"]
