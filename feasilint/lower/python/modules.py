"""Files of the same project that a document imports or runs: found beside it or below the root, and run once."""

from __future__ import annotations

import hashlib
import os
import posixpath
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from feasilint.ir import Anchor, Elsewhere
from feasilint.lower.python import values as v
from feasilint.lower.python.libraries import is_library, sounds_own
from feasilint.lower.python.machine import STEPS, BudgetError
from feasilint.lower.python.parsing import parse
from feasilint.lower.python.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.lower.python.machine import Machine

LIMIT = 512 * 1024
"""Larger files are not inlined."""
NESTED = 5
IMPORTED = 40_000
"""Steps that running one file of the project may take."""


def find_module(m: Machine, module: str, level: int) -> str | None:
    """The project file of a module, None if it is a library."""
    if module in m.written:
        return module
    if not m.path or (module.split(".")[0] in _KNOWN and not level):
        return None
    parts = [part for part in module.split(".") if part]
    for root in _roots(m, level, module):
        path = root.joinpath(*parts)
        for candidate in (path.with_suffix(".py") if parts else path / "__init__.py", path / "__init__.py"):
            if _inside(m, candidate):
                return str(candidate)
    return None if level else _fetched(m, "/".join(parts) + ".py")


def _roots(m: Machine, level: int, module: str) -> list[Path]:
    """The folders in which a module is looked for: of a relative import that of the file that says it, or one above. What bears a
    library's name is a module of the project only beside it: the library's own project has notebooks that use it, too."""
    beside, here = Path(m.path).parent, Path(m.here or m.path).parent
    if level:
        return [here, *here.parents][level - 1 : level]
    told = [beside / root for root in m.roots]
    if is_library(module.partition(".")[0]):
        return [beside, *told]
    root = Path(m.options.root)
    return [beside, *told, *_between(beside, root), root, root / "src", here]


def _between(inner: Path, root: Path) -> list[Path]:
    """The folders between a document and the root, nearest first: a part of a repository may well be a project of its own."""
    there, top = inner.resolve(), root.resolve()
    return [folder for folder in there.parents if folder != top and folder.is_relative_to(top)]


def is_elsewhere(m: Machine, root: str) -> bool:
    """Whether a module that was not found is taken for a library's: nothing of its name lies in the project, nor has it a name as
    code of a project has."""
    if m.own is None:
        top = Path(m.options.root)
        m.own = frozenset(name for folder in {Path(m.path).parent, top, top / "src"} for name in _names(folder))
    return is_library(root) or not (root in m.own or sounds_own(root))


def _names(folder: Path) -> Iterator[str]:
    with suppress(OSError):
        yield from (path.stem for path in folder.iterdir())


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
        return _module(path)
    scope = Scope()
    m.modules[path] = scope
    outer = m.scope
    m.scope = scope
    try:
        run_file(m, path)
    finally:
        m.scope = outer
    return _module(path)


def _module(path: str) -> v.Handle:
    return v.Handle("module", (("path", v.Const(path)),))


def path_of(module: v.Handle) -> str:
    held = module.get("path")
    return str(held.value) if isinstance(held, v.Const) else ""


def names_in(m: Machine, module: v.Handle) -> dict[str, v.Value]:
    """The names that a module has by now."""
    scope = m.modules.get(path_of(module))
    return scope.names if scope is not None else {}


def member_of(m: Machine, module: v.Handle, name: str) -> v.Value | None:
    """What `module.name` is: a name that the module defines, or a module inside the package."""
    found = names_in(m, module).get(name)
    if found is not None:
        return found
    path = Path(path_of(module))
    folder = path.parent if path.name == "__init__.py" else path
    inside = (folder / f"{name}.py", folder / name / "__init__.py")
    return next((run_module(m, str(one)) for one in inside if _inside(m, one)), None)


def package(m: Machine, root: str) -> v.Handle | None:
    """The package that `import root.module` binds: its own file, else its folder."""
    path = find_module(m, root, 0)
    if path is not None:
        return run_module(m, path)
    folders = (folder / root for folder in _roots(m, 0, root))
    return next((_module(str(folder)) for folder in folders if folder.is_dir()), None)


def run_file(m: Machine, path: str) -> None:
    """Run a file of the project in the present scope, as `%run` does. Its own sinks are not the document's."""
    if m.nested >= NESTED:
        return
    here, spent = m.here, m.steps
    m.here = path
    m.steps = start = spent if m.nested else max(spent, STEPS - IMPORTED)
    try:
        texts = _texts(m, path)
        for text in texts:
            run_text(m, text, Elsewhere(_called(m, path), 1, len(texts) == 1) if path not in m.written else None)
    except BudgetError as error:
        if m.nested or m.steps <= STEPS:
            raise
        m.builder.diagnose("budget", f"the rest of {Path(path).name} was not read: {error}")
        m.steps = start  # of a file that is only asked for the document does not pay
    finally:
        m.here = here
        m.steps = spent + m.steps - start


def _called(m: Machine, path: str) -> str:
    """A file as the document is called: below the working directory, or in full."""
    if Path(path).is_absolute() and not Path(m.path).is_absolute():
        path = os.path.relpath(path)
    return posixpath.normpath(path.replace(os.sep, "/"))


def run_text(m: Machine, text: str, elsewhere: Elsewhere | None = None) -> None:
    """Run text of another file: its functions are defined, its statements executed."""
    try:
        tree, _, text = parse(text)
    except (ValueError, RecursionError, MemoryError):
        return
    if tree is None:
        return
    from feasilint.lower.python.statements import top_level

    before = m.fragment
    made = m.builder.fragment("python", text, before.cell, _at_site(m, text), exact=False, elsewhere=elsewhere)
    m.enter(made, tree)
    m.nested += 1
    try:
        for statement in tree.body:
            top_level(m, statement)
    finally:
        m.nested -= 1
        m.enter(before)


def _at_site(m: Machine, text: str) -> tuple[Anchor, ...]:
    """The text of another file stands where this document asks for it."""
    starts = accumulate((len(line) + 1 for line in text.split("\n")), initial=0)
    return tuple(Anchor(start, *m.site) for start in starts)


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
