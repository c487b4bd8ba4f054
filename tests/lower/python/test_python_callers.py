"""Functions that are handed over are run where they are handed over."""

from __future__ import annotations

import pytest
from python_lowering import PANDAS, columns, fit, run, write

from feasilint.ir import Fit


def test_a_function_of_a_column_is_no_worker():
    program = run(PANDAS + "df = load()\nx = df.map(lambda v: v.to_csv('never.csv'))")
    assert [sink for sink in program.sinks if not isinstance(sink, Fit)] == []


@pytest.mark.parametrize(
    "search",
    [
        "import optuna\nstudy = optuna.create_study()\nstudy.optimize(lambda trial: objective(trial, tx[['a']]))",
        "from hyperopt import fmin\nfmin(fn=lambda p: objective(p, tx[['a']]), space={}, max_evals=3)",
        "from skopt import gp_minimize\ngp_minimize(lambda p: objective(p, tx[['a']]), [])",
        "from bayes_opt import BayesianOptimization\n"
        "BayesianOptimization(f=lambda c: objective(c, tx[['a']]), pbounds={}).maximize(n_iter=3)",
    ],
)
def test_objectives(search: str):
    objective = "from sklearn.svm import SVC\ndef objective(trial, X):\n    SVC().fit(X, tx['y'])\n    return 1\n"
    assert columns(fit(run(PANDAS + objective + search)).features) == ["a"]


@pytest.mark.parametrize(
    "call", ["pool.map(store, [3])", "pool.submit(store, 3)", "pool.submit(store, part=3).result()"]
)
def test_workers(call: str):
    code = f"from multiprocessing import Pool\npool = Pool(2)\ndef store(part):\n    tx.to_csv(f'part{{part}}.csv')\n{call}"
    target = write(run(PANDAS + code)).target
    assert target is not None
    assert target.name == "part3.csv"


def test_text_of_a_frame_that_is_written():
    code = "with open('out.csv', 'w') as f:\n    f.write(tx[['a']].to_csv(None).encode())"
    stored = write(run(PANDAS + code))
    assert columns(stored.relation) == ["a"]
    assert stored.target is not None
    assert stored.target.name == "out.csv"
