"""Reads and validates the files of a catalog: the one that is named and those that it includes."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import astuple
from pydantic import ValidationError

from feasilint.catalog import build, content, explain, layers, packages, references, sense, tree
from feasilint.catalog.cache import digest
from feasilint.catalog.model import Catalog, Mark
from feasilint.catalog.scalars import shown
from feasilint.catalog.schema import CatalogSchema
from feasilint.catalog.tree import Problem, Tree
from feasilint.errors import CatalogError

if TYPE_CHECKING:
    from collections.abc import Iterator

_IN_MEMORY = "<catalog>"


class Files(Struct):
    """One loading. `read`: the files and the digests of their bytes; `globs`: what each include pattern expanded to;
    `packages`: where what is included of installed packages was found."""

    read: dict[str, str] = field(default_factory=dict)
    globs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    _problems: list[Problem] = field(default_factory=list)
    _trees: list[Tree] = field(default_factory=list)
    _parts: list[layers.Part] = field(default_factory=list)
    _around: list[str] = field(default_factory=list)
    _level: int = 0  # how many packages are around the present file

    def load(self, path: str, text: str | None = None) -> Catalog:
        """The catalog that starts in this file, or in this text of it."""
        path = _spelled(path)
        self._file(path, Mark(path, 1, 1), (), text)
        return self._assembled(path, _folder(path) or ".")

    def load_data(self, data: dict[str, object]) -> Catalog:
        """The catalog in plain data, which may include files relative to the working directory."""
        self._tree(Tree(_IN_MEMORY, data))
        return self._assembled(None, ".")

    @property
    def trees(self) -> tuple[Tree, ...]:
        """The data of all files that were read, as they are written."""
        return tuple(self._trees)

    def _assembled(self, path: str | None, root: str) -> Catalog:
        found = layers.layers(self._parts)
        problems = [*self._problems, *references.problems(self._trees), *found.problems, *sense.problems(found)]
        if problems:
            problems.sort(key=lambda problem: (problem.mark.path != path, *astuple(problem.mark)))
            raise CatalogError(tuple(dict.fromkeys(str(problem) for problem in problems)))
        return build.catalog(found, path, root)

    def _file(self, path: str, mark: Mark, where: tree.Path, text: str | None = None) -> None:
        """Read one file; `mark` and `where` are the place that asks for it."""
        try:
            text = self._text(path) if text is None else text
        except OSError as error:
            reason = error.strerror or "it cannot be read"
            self._problems.append(
                Problem(mark, where, f"{shown(path)[1:-1]}: {reason}" if where else f"cannot be read: {reason}")
            )
            return
        except content.UnreadableError as error:
            self._problems.append(Problem(Mark(path, error.line, error.column), (), str(error)))
            return
        parsed, problems = tree.parse(text, path)
        if parsed.data is None and not problems:
            problems = [Problem(Mark(path, 1, 1), (), "an empty catalog; start with `version: 1`")]
        self._problems.extend(problems)
        self._around.append(_real(path))
        self._tree(parsed, frozenset(problem.path for problem in problems))
        self._around.pop()

    def _tree(self, parsed: Tree, told: frozenset[tree.Path] = frozenset()) -> None:
        self._trees.append(parsed)
        if parsed.data is None:
            return
        try:
            self._parts.append(layers.Part(CatalogSchema.model_validate(parsed.data), parsed, self._level))
        except ValidationError as error:
            self._problems.extend(explain.problems(error, parsed, told))
        self._include(parsed)

    def _include(self, parsed: Tree) -> None:
        for where, pattern in _includes(parsed.data):
            mark = parsed.mark(where)
            if pattern.startswith(packages.PREFIX):
                self._include_package(pattern, mark, where)
            elif "://" in pattern or "\0" in pattern:
                said = f"{shown(pattern)} is no file; include paths, patterns of them, or package:NAME"
                self._problems.append(Problem(mark, where, said))
            else:
                self._include_paths(_spelled(os.path.join(_folder(parsed.path), pattern)), mark, where)  # noqa: PTH118

    def _include_package(self, name: str, mark: Mark, where: tree.Path) -> None:
        try:
            pattern = self.packages[name] = packages.located(name)
        except packages.NotInstalledError as error:
            self._problems.append(Problem(mark, where, str(error)))
            return
        self._level += 1
        self._include_paths(pattern, mark, where)
        self._level -= 1

    def _include_paths(self, pattern: str, mark: Mark, where: tree.Path) -> None:
        for path in self._expanded(pattern):
            self._included(path, mark, where, wild=glob.has_magic(pattern))

    def _included(self, path: str, mark: Mark, where: tree.Path, *, wild: bool) -> None:
        """Each file is read once; one that includes itself is an error unless a wildcard merely caught it."""
        real = _real(path)
        if real in self._around:
            if not wild:
                self._problems.append(Problem(mark, where, f"{path} includes itself; remove one of the includes"))
        elif real not in {_real(known) for known in self.read}:
            self._file(path, mark, where)

    def _expanded(self, pattern: str) -> tuple[str, ...]:
        if not glob.has_magic(pattern):
            return (pattern,)
        found = tuple(sorted(_spelled(path) for path in glob.glob(pattern, recursive=True)))  # noqa: PTH207
        self.globs[pattern] = found
        return found

    def _text(self, path: str) -> str:
        data = content.read(path, named=not self.read)
        self.read[path] = digest(data)
        return content.decoded(data)


def _includes(data: object) -> Iterator[tuple[tree.Path, str]]:
    """The include patterns, whatever else is wrong with the file."""
    written = data.get("include") if isinstance(data, dict) else None
    if isinstance(written, str):
        yield ("include",), written
    for index, pattern in enumerate(written if isinstance(written, list) else ()):
        if isinstance(pattern, str):
            yield ("include", index), pattern


def _folder(path: str) -> str:
    return path.rpartition("/")[0] or ("/" if path.startswith("/") else "")


def _spelled(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")


def _real(path: str) -> str:
    return os.path.realpath(path)
