"""What library calls do, as data: one table per library, keyed by the kind of the receiver.

To teach the linter a method, add a line `"name": transfer` to the table of its receiver's kind (`tables/pandas.py`,
`tables/polars.py`, …); a function or class goes into the `FUNCTIONS` of its library by dotted path. Transfers that take
parameters (`measure("sum")`, `running("max")`, `source("api")`) are made in `feasilint.lower.python.transfers`; a new one is a
function `Call -> value`, where None means "not understood, depends on everything".
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from feasilint.lower.python.tables import (
    builtins,
    expressions,
    frameworks,
    ibis,
    learning,
    loaders,
    numpy,
    pandas,
    pandas_columns,
    pandas_frames,
    platforms,
    polars,
    relatives,
    sklearn,
    snowpark,
    spark,
    spark_functions,
    stores,
)
from feasilint.lower.python.tables.aliases import PARENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.call import Table, Transfer
    from feasilint.lower.python.machine import Machine
    from feasilint.lower.python.values import Value

_MODULES = (
    builtins,
    numpy,
    pandas,
    pandas_frames,
    pandas_columns,
    platforms,
    relatives,
    loaders,
    expressions,
    sklearn,
    polars,
    spark,
    spark_functions,
    snowpark,
    stores,
    frameworks,
    ibis,
)

_LEARNING = learning.MODULES


def _collect(attribute: str) -> dict[str, dict[str, Transfer]]:
    merged: dict[str, dict[str, Transfer]] = {}
    for module in (*_MODULES, *_LEARNING):
        tables: dict[str, Table] = getattr(module, attribute, {})
        for kind, table in tables.items():
            merged.setdefault(kind, {}).update(table)
    return merged


_METHODS = _collect("METHODS")
_PROPERTIES = _collect("PROPERTIES")
_FUNCTIONS: dict[str, Transfer] = {}
for _module in (*_MODULES, *_LEARNING):
    _FUNCTIONS.update(getattr(_module, "FUNCTIONS", {}))
_PREFIXES: tuple[tuple[str, Transfer], ...] = tuple(
    pair for module in (*_LEARNING, *_MODULES) for pair in getattr(module, "PREFIXES", ())
)
FRAMELIKE: frozenset[str] = pandas.FRAMELIKE | polars.FRAMELIKE | spark.FRAMELIKE
"""Methods that only a dataframe has: an unknown receiver of one is taken for a dataframe."""
FRAME_ARGUMENTS = pandas.FRAME_ARGUMENTS


_VERBS = ("with", "write", "sink", "to", "group", "join", "drop", "fill", "select", "order", "map", "set", "save", "create",
          "cross", "union", "random", "cache", "forward", "backward", "shrink", "iter", "get")  # fmt: skip
_WORDS = frozenset(
    ("select", "limit", "slice", "fetch", "glimpse", "sql", "lazy", "collect", "clone", "rechunk", "cast", "reverse", "sink",
     "where", "union", "distinct", "show", "display", "summary", "col", "hint", "alias", "broadcast", "fill", "coalesce",
     "checkpoint", "vstack", "extend", "unpivot", "unique", "rdd", "na")
)  # fmt: skip


@lru_cache(maxsize=4096)
def of_engine(name: str) -> bool:
    """Whether a member that pandas' frames do not have is rather a method of polars or Spark than a column."""
    if method("polars", name) is None and method("spark", name) is None:
        return False
    return name in _WORDS or name != name.lower() or ("_" in name and name.split("_")[0] in _VERBS)


@lru_cache(maxsize=4096)
def method(kind: str, name: str) -> Transfer | None:
    """What a method does for a kind of receiver; `*` stands for all others."""
    return _find(_METHODS, kind, name)


@lru_cache(maxsize=4096)
def property_of(kind: str, name: str) -> Transfer | None:
    """What reading an attribute gives."""
    return _find(_PROPERTIES, kind, name)


def _find(tables: dict[str, dict[str, Transfer]], kind: str, name: str) -> Transfer | None:
    for place in (kind, *PARENTS.get(kind, ())):
        table = tables.get(place)
        if table is not None and (found := table.get(name) or table.get("*")) is not None:
            return found
    return None


@lru_cache(maxsize=4096)
def function(path: str) -> Transfer | None:
    """What a library function or class does, by its dotted path or the package that it is from."""
    found = _FUNCTIONS.get(path)
    if found is not None:
        return found
    return next((transfer for prefix, transfer in _PREFIXES if path.startswith(prefix)), None)


FUNCTION_PATHS: frozenset[str] = frozenset(_FUNCTIONS)
"""The functions and classes that have an entry of their own."""


def is_named(kind: str, name: str) -> bool:
    """Whether a member of a kind of receiver has an entry of its own, beside what stands for all others."""
    places = (kind, *PARENTS.get(kind, ()))
    return any(name in tables.get(place, ()) for tables in (_METHODS, _PROPERTIES) for place in places)


_PACKAGES: frozenset[str] = frozenset(path[:at] for path in _FUNCTIONS for at in range(len(path)) if path[at] == ".")


@lru_cache(maxsize=4096)
def is_known(path: str) -> bool:
    """Whether a dotted path is a function, class or package of the tables."""
    return path in _FUNCTIONS or path in _PACKAGES or any(path.startswith(prefix) for prefix, _ in _PREFIXES)


def decorator_of(name: str) -> Callable[[Machine, Value], Value] | None:
    """What a decorator makes of a function, None if it leaves it as it is."""
    return spark.DECORATORS.get(name)
