"""Paths to files: folders are walked as Git sees them, files that are named are taken as they are."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.gitignore import GitIgnore, repository

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

EXTENSIONS = (".ipynb", ".sql", ".sqlx", ".py")
SKIPPED_FOLDERS = frozenset(
    {
        ".git", ".hg", ".svn", ".venv", "venv", "env", ".env", "virtualenv", "node_modules", "site-packages", "__pycache__",
        "__pypackages__", ".ipynb_checkpoints", ".virtual_documents", ".tox", ".nox", ".eggs", ".mypy_cache",
        ".pytest_cache", ".ruff_cache", ".feasilint_cache", "dbt_packages", "dbt_modules", "build", "dist", "_build",
        "buck-out", ".idea", ".vscode",
    }
)  # fmt: skip
_DBT_OUTPUT = frozenset({"target", "logs"})  # beside a dbt_project.yml: what dbt compiles


class Discovery(Struct, frozen=True):
    """`files` as the user would write them, sorted, each once. `missing` do not exist; `unreadable` folders cannot be listed."""

    files: tuple[str, ...]
    missing: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()


def discover(paths: Iterable[str], *, force_exclude: bool = False, exclude: Iterable[str] = ()) -> Discovery:
    """The files to read under these paths.

    Folders: notebooks, SQL and Python files that neither Git's ignore files nor `exclude` (patterns as in .gitignore, relative
    to the working directory) nor the list of skipped folders leave out; links to folders are not followed. Named files: all
    of them, whatever their name, unless `force_exclude`.
    """
    walk = _Walk(tuple(exclude))
    files: list[str] = []
    missing: list[str] = []
    for path in dict.fromkeys(paths):
        if os.path.isdir(path):  # noqa: PTH112 - an impossible path (a null byte) is missing, no error
            files.extend(walk.folder(path))
        elif not os.path.exists(path):  # noqa: PTH110
            missing.append(path)
        elif not (force_exclude and walk.leaves_out(path)):
            files.append(path)
    return Discovery(_unique(files), tuple(missing), tuple(sorted(set(walk.unreadable))))


class _Walk(Struct):
    exclude: tuple[str, ...]
    here: Path = field(default_factory=Path.cwd)
    unreadable: list[str] = field(default_factory=list)
    _ignores: dict[Path, GitIgnore] = field(default_factory=dict)

    def folder(self, path: str) -> Iterator[str]:
        """The files below a folder, which itself is walked whatever its name."""
        ignore = self._ignore_for(_absolute(path))
        pending = [path]
        while pending:
            for entry in self._entries(pending.pop()):
                if entry.is_dir(follow_symlinks=False):
                    if not _skips(entry) and not ignore.ignores(_absolute(entry.path), folder=True):
                        pending.append(entry.path)
                elif _is_readable(entry) and not ignore.ignores(_absolute(entry.path), folder=False):
                    yield entry.path

    def leaves_out(self, path: str) -> bool:
        """Whether a walk from the root of the project would not come to this file."""
        absolute = _absolute(path)
        root = self._root(absolute.parent)
        inside = absolute.relative_to(root).parts[:-1]
        return any(name in SKIPPED_FOLDERS for name in inside) or self._ignore(root).ignores_within(absolute)

    def _ignore_for(self, folder: Path) -> GitIgnore:
        """The ignore files for a walk of this folder: those above it hold unless they leave out the folder itself, which was
        asked for."""
        above = self._ignore(self._root(folder))
        return self._ignore(folder) if above.ignores_within(folder) or above.ignores(folder, folder=True) else above

    def _ignore(self, root: Path) -> GitIgnore:
        if root not in self._ignores:
            self._ignores[root] = GitIgnore(root, self.exclude, self.here)
        return self._ignores[root]

    def _root(self, folder: Path) -> Path:
        """The repository around a folder, else the working directory around it, else itself."""
        return repository(folder) or (self.here if folder.is_relative_to(self.here) else folder)

    def _entries(self, folder: str) -> list[os.DirEntry[str]]:
        try:
            with os.scandir(folder) as entries:
                return sorted(entries, key=lambda entry: entry.name)
        except OSError:
            self.unreadable.append(_spelled(folder))
            return []


def _skips(entry: os.DirEntry[str]) -> bool:
    """Folders that hold no code of the project: environments, caches, builds."""
    path = Path(entry.path)
    return (
        entry.name in SKIPPED_FOLDERS
        or os.path.isfile(path / "pyvenv.cfg")  # noqa: PTH113 - says no where it may not look
        or (entry.name in _DBT_OUTPUT and os.path.isfile(path.parent / "dbt_project.yml"))  # noqa: PTH113
    )


def _is_readable(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.name.lower().endswith(EXTENSIONS) and entry.is_file()
    except OSError:  # a link to itself
        return False


def _absolute(path: str) -> Path:
    """Absolute without resolving links, as Git sees paths."""
    return Path(os.path.abspath(path))  # noqa: PTH100 - resolve() follows links, absolute() keeps `..`


def _unique(files: Iterable[str]) -> tuple[str, ...]:
    """Each file once, under the first of its spellings."""
    seen: dict[str, str] = {}
    for path in sorted(_spelled(path) for path in files):
        seen.setdefault(os.path.realpath(path), path)
    return tuple(sorted(seen.values()))


def _spelled(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")
