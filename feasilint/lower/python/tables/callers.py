"""Libraries that call the code's own functions: searches for hyperparameters, pools of workers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers.callers import calls, calls_held, mapped, result, submitted
from feasilint.lower.python.transfers.common import handle
from feasilint.lower.python.transfers.settings import called_by_arguments

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

METHODS: dict[str, Table] = {
    "search": {"optimize": calls(0, "func"), "maximize": calls_held("f")},
    "future": {"result": result, "get": result, "compute": result},
    "any": {"map": mapped, "imap": mapped, "imap_unordered": mapped, "submit": submitted},
}

FUNCTIONS: dict[str, Transfer] = {
    "optuna.create_study": handle("search"),
    "optuna.load_study": handle("search"),
    "optuna.study.create_study": handle("search"),
    "bayes_opt.BayesianOptimization": handle("search"),
    "hyperopt.fmin": calls(0, "fn"),
    "fire.Fire": called_by_arguments,
    "ray.tune.run": calls(0, "run_or_experiment"),
    "wandb.agent": calls(1, "function"),
    **{f"skopt.{name}_minimize": calls(0, "func") for name in ("gp", "forest", "gbrt", "dummy")},
}
