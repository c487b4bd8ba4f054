"""numpy and scipy: scalar functions row by row, aggregates, arrays put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python.transfers import builtins, joining, loading, series, times, transformers
from feasilint.lower.python.transfers.common import argument_copied, constant, filled, package
from feasilint.lower.python.transfers.common import function_of as elementwise
from feasilint.lower.python.transfers.writes import write_argument

if TYPE_CHECKING:
    from feasilint.lower.python.call import Table, Transfer

_SCALARS = (
    "log", "log1p", "log2", "log10", "exp", "expm1", "sqrt", "abs", "absolute", "sin", "cos", "tan", "arcsin",
    "arccos", "arctan", "arctan2",
    "radians", "deg2rad", "degrees", "power", "square", "sign", "floor", "ceil", "round", "rint", "clip", "maximum",
    "minimum", "isnan",
    "isinf", "isfinite", "nan_to_num", "add", "subtract", "multiply", "divide", "mod", "logical_and", "logical_or",
    "logical_not", "digitize",
    "interp", "busday_count", "searchsorted", "vectorize", "cbrt", "hypot", "fmax", "fmin", "tanh", "float32",
    "float64", "int64", "int32",
)  # fmt: skip
_AGGREGATES = (
    "sum", "mean", "median", "std", "var", "min", "max", "amin", "amax", "nansum", "nanmean", "nanmax", "nanmin",
    "nanmedian", "nanstd", "prod",
    "percentile", "quantile", "average", "unique_", "argmax", "argmin", "count_nonzero", "ptp",
)  # fmt: skip

_FILLED = ("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "eye", "identity")
_DRAWN = (
    "rand", "randn", "randint", "random", "random_sample", "random_integers", "integers", "uniform", "normal",
    "standard_normal", "lognormal", "binomial", "poisson", "exponential", "beta", "gamma", "multivariate_normal",
)  # fmt: skip

METHODS: dict[str, Table] = {}
FUNCTIONS: dict[str, Transfer] = {
    **{f"numpy.{name}": elementwise(name) for name in _SCALARS},
    **{f"numpy.{name}": builtins.aggregated(name) for name in _AGGREGATES},
    **{
        f"math.{name}": elementwise(name)
        for name in ("log", "exp", "sqrt", "floor", "ceil", "sin", "cos", "radians", "isnan", "pow", "fabs", "atan2")
    },
    **{f"numpy.{name}": filled for name in _FILLED},
    **{f"numpy.random.{name}": filled for name in _DRAWN},
    **dict.fromkeys(("numpy.random.RandomState", "numpy.random.default_rng"), package("numpy.random")),
    "numpy.where": series.numpy_where,
    "numpy.select": series.numpy_select,
    "numpy.unique": argument_copied,
    "numpy.array": builtins.array,
    "numpy.asarray": builtins.array,
    **{f"numpy.{name}": argument_copied for name in ("ascontiguousarray", "copy", "flip", "roll", "atleast_2d")},
    "numpy.ravel": argument_copied,
    "numpy.squeeze": argument_copied,
    "numpy.expand_dims": argument_copied,
    "numpy.reshape": argument_copied,
    "numpy.column_stack": joining.stacked,
    "numpy.hstack": joining.stacked,
    "scipy.sparse.hstack": joining.stacked,
    "numpy.concatenate": joining.concatenate,
    "numpy.vstack": joining.concatenate,
    "numpy.append": joining.concatenate,
    **dict.fromkeys(("numpy.split", "numpy.array_split"), transformers.positional_split),
    "numpy.arange": builtins.ranged,
    "numpy.timedelta64": times.timedelta,
    "numpy.datetime64": times.timestamp,
    **{f"scipy.special.{name}": elementwise(name) for name in ("boxcox", "boxcox1p", "inv_boxcox", "expit", "logit")},
    **{f"scipy.stats.{name}": elementwise(name) for name in ("zscore", "rankdata", "boxcox", "yeojohnson")},
    "numpy.asnumpy": argument_copied,
    "numpy.nan": constant(None),
    "numpy.load": loading.reader("array"),
    "numpy.loadtxt": loading.reader("array"),
    "numpy.genfromtxt": loading.reader("array"),
    "numpy.save": write_argument("file", 1, 0),
    "numpy.savetxt": write_argument("file", 1, 0),
    "numpy.vectorize": builtins.identity,
}
PROPERTIES: dict[str, Table] = {
    "library": {
        "numpy.nan": constant(None),
        "numpy.inf": constant(float("inf")),
        "numpy.pi": constant(3.141592653589793),
        "math.pi": constant(3.141592653589793),
        "pandas.NaT": constant(None),
        "pandas.NA": constant(None),
    }
}
