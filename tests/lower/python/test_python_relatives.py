"""Frames that are used as pandas' are: H2O's, Dask's, cuDF's; numbers that the code makes up."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, run

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
