"""What a document imports, and under which names code that is added to it calls a library."""

from __future__ import annotations

import ast
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ir import Program

Library: TypeAlias = Literal["pandas", "polars", "spark"]

FUNCTIONS = "pyspark.sql.functions"
WINDOW = "pyspark.sql.Window"
_ROOTS: dict[str, Library] = {"pandas": "pandas", "polars": "polars", "pyspark": "spark"}
_OTHERS = ("snowflake", "ibis", "h2o", "dask", "cudf", "modin", "datatable", "tensorflow_transform", "siuba")
_SAME = {"pyspark.sql.window.Window": WINDOW}
_USUAL = {
    "pandas": ("pd", "import pandas as {}"),
    "numpy": ("np", "import numpy as {}"),
    "polars": ("pl", "import polars as {}"),
    FUNCTIONS: ("F", "from pyspark.sql import functions as {}"),
    WINDOW: ("Window", "from pyspark.sql import Window"),
}
CONVENTIONAL = frozenset(usual for usual, _ in _USUAL.values())


class Imports(Struct, frozen=True):
    """`names`: what each name of the document stands for, by dotted path. `stars`: modules all of whose names are there."""

    names: dict[str, str]
    stars: tuple[str, ...] = ()

    @staticmethod
    def of(program: Program) -> Imports:
        return _imports(tuple(fragment.text for fragment in program.fragments if fragment.language == "python"))

    def has(self, *roots: str) -> bool:
        """Whether anything of one of these libraries is imported."""
        every = (*self.names.values(), *self.stars)
        return any(path.partition(".")[0] in roots for path in every)

    def library(self, name: str) -> Library | None:
        """The library that a name leads to."""
        return _ROOTS.get(self.names.get(name, "").partition(".")[0])

    def name(self, path: str) -> str | None:
        """The name that something is imported under."""
        return next((name for name, found in self.names.items() if found == path), None)

    @property
    def foreign(self) -> bool:
        """Whether a library is there whose frames have methods of the same names."""
        return self.has(*_OTHERS)


class Spelling:
    """Writes names of libraries as the document would; `lines` are the imports that it lacks."""

    def __init__(self, imports: Imports) -> None:
        self.imports = imports
        self._added: dict[str, str] = {}

    @property
    def lines(self) -> list[str]:
        return list(self._added.values())

    def module(self, path: str) -> str:
        """The name of a module or class: `F`, `pl`, `Window`; imported where it is not yet."""
        known = self.imports.name(path)
        usual, line = _USUAL[path]
        if known is not None:
            return known
        name = usual if usual not in self.imports.names else f"{usual}_"
        self._added[path] = line.format(name)
        return name

    def function(self, name: str) -> str:
        """A function of pyspark.sql.functions: `F.col`, or `col` where that is what the document imports."""
        path = f"{FUNCTIONS}.{name}"
        own = self.imports.name(path)
        if own is not None and FUNCTIONS not in self.imports.names.values():
            return own
        if FUNCTIONS in self.imports.stars and FUNCTIONS not in self.imports.names.values():
            return name
        return f"{self.module(FUNCTIONS)}.{name}"


@lru_cache(maxsize=4)
def _imports(texts: tuple[str, ...]) -> Imports:
    names: dict[str, str] = {}
    stars: list[str] = []
    for text in texts:
        for name, path in _imported(text):
            path = _SAME.get(path, path)
            if name == "*":
                stars.append(path)
            else:
                names[name] = path
    return Imports(names, tuple(stars))


def _imported(text: str) -> Iterator[tuple[str, str]]:
    if "import" not in text:
        return
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from imported(node)


def imported(statement: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """The names that an import gives, and what each stands for; `*` for all of a module."""
    match statement:
        case ast.Import(names=names):
            for alias in names:
                first = alias.name.partition(".")[0]
                yield (alias.asname or first, alias.name if alias.asname else first)
        case ast.ImportFrom(module=str() as module, names=names, level=0):
            for alias in names:
                yield (alias.asname or alias.name, module if alias.name == "*" else f"{module}.{alias.name}")
