"""Files of the same project that a document imports or runs: found beside it or below the root, and run once."""

from __future__ import annotations

import hashlib
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feasilint.lower.python import values as v
from feasilint.lower.python.parsing import parse
from feasilint.lower.python.scope import Scope

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine

LIMIT = 512 * 1024
"""Larger files are not inlined."""
NESTED = 3


def find_module(m: Machine, module: str, level: int) -> str | None:
    """The project file of a module, None if it is a library."""
    if not m.path or (module.split(".")[0] in _KNOWN and not level):
        return None
    if module in m.written:
        return module
    parts = [part for part in module.split(".") if part]
    here = Path(m.path).parent
    for _ in range(max(level - 1, 0)):
        here = here.parent
    roots = [here] if level else [here, Path(m.options.root)]
    for root in roots:
        path = root.joinpath(*parts)
        for candidate in (path.with_suffix(".py") if parts else path / "__init__.py", path / "__init__.py"):
            if _inside(m, candidate):
                return str(candidate)
    return None if level else _fetched(m, "/".join(parts) + ".py")


def find_script(m: Machine, name: str) -> str | None:
    """The project file that `%run name` means."""
    bare = name.strip().strip("'\"")
    for suffix in ("", ".py", ".ipynb"):
        for root in (Path(m.path).parent, Path(m.options.root)):
            candidate = root / f"{bare}{suffix}"
            if candidate.suffix in (".py", ".ipynb") and _inside(m, candidate):
                return str(candidate)
    return _fetched(m, bare) or _fetched(m, f"{bare}.py")


def _fetched(m: Machine, name: str) -> str | None:
    """The project's own file behind one that the notebook downloads, as those do that also run elsewhere: it lies below the root
    where its URL says."""
    url = m.fetched.get(posixpath.normpath(name))
    parts = urlsplit(url).path.strip("/").split("/") if url is not None else []
    candidates = (Path(m.options.root).joinpath(*parts[at:]) for at in range(len(parts)))
    return next((str(path) for path in candidates if _inside(m, path)), None)


def _inside(m: Machine, path: Path) -> bool:
    try:
        if not path.is_file():
            return False
        found = path.resolve()
        return found.is_relative_to(Path(m.options.root).resolve()) and found != Path(m.path).resolve()
    except (OSError, ValueError):
        return False


def run_module(m: Machine, path: str) -> v.Handle:
    """The names that a file defines when it is run by itself."""
    if path in m.modules:
        return v.Handle("module", tuple(m.modules[path].names.items()))
    scope = Scope()
    m.modules[path] = scope
    outer = m.scope
    m.scope = scope
    try:
        run_file(m, path)
    finally:
        m.scope = outer
    return v.Handle("module", tuple(scope.names.items()))


def run_file(m: Machine, path: str) -> None:
    """Run a file of the project in the present scope, as `%run` does. Its own sinks are not the document's."""
    if m.nested >= NESTED:
        return
    for text in _texts(m, path):
        run_text(m, text)


def run_text(m: Machine, text: str) -> None:
    """Run text of another file: its functions are defined, its statements executed."""
    try:
        tree, _ = parse(text)
    except (ValueError, RecursionError, MemoryError):
        return
    if tree is None:
        return
    from feasilint.lower.python.statements import top_level

    before = m.fragment
    m.enter(m.builder.fragment("python", text, before.cell, exact=False), tree)
    m.nested += 1
    try:
        for statement in tree.body:
            top_level(m, statement)
    finally:
        m.nested -= 1
        m.enter(before)


def _texts(m: Machine, path: str) -> list[str]:
    """The Python cells of a file."""
    if path in m.written:
        return [m.written[path]]
    from feasilint.documents.magics import neutralise
    from feasilint.documents.read import read

    try:
        data = Path(path).read_bytes()
    except OSError:
        return []
    if len(data) > LIMIT:
        m.builder.diagnose("budget", f"{Path(path).name} is too large to be inlined")
        return []
    m.builder.depend(path, hashlib.sha256(data).hexdigest())
    document = read(path, data)
    return [neutralise(cell.source).text for cell in document.cells if cell.language == "python"]


_KNOWN = frozenset(
    [
        "abc",
        "argparse",
        "ast",
        "base64",
        "collections",
        "concurrent",
        "copy",
        "csv",
        "dataclasses",
        "datetime",
        "functools",
        "gc",
        "glob",
        "gzip",
        "hashlib",
        "io",
        "itertools",
        "json",
        "logging",
        "math",
        "multiprocessing",
        "operator",
        "os",
        "pathlib",
        "pickle",
        "platform",
        "pprint",
        "random",
        "re",
        "shutil",
        "sqlite3",
        "statistics",
        "string",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "traceback",
        "typing",
        "urllib",
        "uuid",
        "warnings",
        "zipfile",
        "pandas",
        "numpy",
        "polars",
        "sklearn",
        "scipy",
        "matplotlib",
        "seaborn",
        "xgboost",
        "lightgbm",
        "catboost",
        "tensorflow",
        "keras",
        "torch",
        "pyspark",
        "google",
        "boto3",
        "sagemaker",
        "snowflake",
        "duckdb",
        "sqlalchemy",
        "statsmodels",
        "plotly",
        "IPython",
        "requests",
        "tqdm",
    ]
)
