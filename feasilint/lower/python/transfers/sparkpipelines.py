"""Pipelines of Spark ML: the columns of the frame that the steps of a pipeline make others of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.lower.python import values as v
from feasilint.lower.python.call import names_of

if TYPE_CHECKING:
    from feasilint.ir import Name
    from feasilint.lower.python.machine import Machine


_PACKAGES = ("pyspark.ml.", "synapse.ml.", "xgboost.spark.")


def as_frame(m: Machine, model: v.Estimator, value: v.Value) -> v.Value:
    """What a model is given: one of Spark a frame of Spark, whatever is taken for one of pandas."""
    found = m.get(value)
    if not model.name.startswith(_PACKAGES):
        return found
    if isinstance(found, v.Frame) and found.library == "pandas":
        return replace(found, library="spark")
    return m.promote(found, "spark") if isinstance(found, v.Unknown) else found


def takes_vector(model: v.Estimator) -> bool:
    """Whether a model of Spark is fitted on one column of vectors."""
    return model.name.split(".")[:2] == ["pyspark", "ml"] and model.name.split(".")[2] in _LEARNING


_LEARNING = ("classification", "regression", "clustering")


def inputs(m: Machine, model: v.Estimator) -> v.Value | None:
    """The columns of the vector that the last step of a pipeline is fitted on."""
    steps = _steps(m, model)
    vector = model.option("featuresCol", "features_col")
    wanted = vector.value if isinstance(vector, v.Const) else "features"
    assemblers = [step for step in steps if step.name.endswith("VectorAssembler")]
    last = next(
        (step for step in reversed(steps) if wanted in _outputs(m, step)), assemblers[-1] if assemblers else None
    )
    found = last.option("inputCols", "inputCol") if last is not None else None
    names = names_of(m, found) if found is not None else None
    return found if names is None else v.Seq(tuple(v.Const(name) for name in before(m, model, names)))


def before(m: Machine, model: v.Estimator, names: tuple[Name, ...]) -> tuple[Name, ...]:
    """What columns are called before the steps of a pipeline make them: of a vector, all that go in."""
    for step in reversed(_steps(m, model)):
        made = _outputs(m, step)
        if made.keys() & set(names):
            names = tuple(dict.fromkeys(source for name in names for source in made.get(name, (name,))))
    return names


def _steps(m: Machine, model: v.Estimator) -> list[v.Estimator]:
    return [step for step in map(m.get, model.steps) if isinstance(step, v.Estimator)]


def _outputs(m: Machine, step: v.Estimator) -> dict[Name, tuple[Name, ...]]:
    """The columns that a step adds, each with those that it is made of."""
    told, into = step.option("inputCols", "inputCol"), step.option("outputCols", "outputCol")
    names = names_of(m, told) if told is not None else None
    outputs = names_of(m, into) if into is not None else None
    if names is None or outputs is None:
        return {}
    if len(outputs) == len(names) > 1:
        return {output: (name,) for output, name in zip(outputs, names, strict=True)}
    return dict.fromkeys(outputs, names)
