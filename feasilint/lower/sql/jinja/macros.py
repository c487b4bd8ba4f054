"""Macros of a project and of its installed packages, found by name and read when they are called."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError, pass_context
from msgspec import Struct, field

from feasilint.lower.sql.jinja.database import nodes
from feasilint.lower.sql.jinja.pieces import pieces
from feasilint.lower.sql.jinja.run import current
from feasilint.lower.sql.jinja.stand_ins import INTROSPECTIVE, PACKAGES, stand_in
from feasilint.lower.sql.jinja.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import CodeType

    from jinja2.runtime import Context

    from feasilint.dbt.project import Project
    from feasilint.lower.sql.jinja.pieces import Piece
    from feasilint.lower.sql.jinja.sandbox import Environment

_DEFINITION = re.compile(r"\{%[-+]?\s*macro\s+(\w+)")
_MOST_BYTES = 1_000_000
_PARENTS = {"redshift": "postgres", "databricks": "spark", "materialize": "postgres", "greenplum": "postgres"}
"""Adapters that take another one's macros where they have none of their own."""


class Library(Struct):
    """The macros of one project: the files that define them, the texts of those files that were looked into, and the
    compiled macros. As in dbt each macro stands alone: what else is in its file does not matter."""

    environment: Environment
    project: Project
    _defined: dict[str, dict[str, Path]] | None = None
    _texts: dict[Path, dict[str, str]] = field(default_factory=dict)
    _code: dict[tuple[str, str], CodeType | None] = field(default_factory=dict)
    _nodes: dict[str, Any] | None = None

    @property
    def nodes(self) -> dict[str, Any]:
        """The models of the project, as `graph.nodes` shows them."""
        if self._nodes is None:
            self._nodes = nodes(self.project.models())
        return self._nodes

    @property
    def defined(self) -> Mapping[str, Mapping[str, Path]]:
        """By package and name, the file that defines a macro."""
        if self._defined is None:
            self._defined = {}
            for package, path in self.project.macro_files():
                known = self._defined.setdefault(package, {})
                for name in _DEFINITION.findall(_text(Path(path))):
                    known.setdefault(name, Path(path))
        return self._defined

    def macro(self, package: str, name: str) -> Any | None:
        """The macro of exactly this package, as the current rendering sees it."""
        if name not in self.defined.get(package, {}):
            return None
        macros = current().macros
        if (package, name) not in macros:
            macros[package, name] = None
            code = self._compiled(package, name)
            if code is not None:
                macros[package, name] = self.environment.variables(code, package).get(name)
        return macros[package, name]

    def variant(self, package: str, name: str) -> Any | None:
        """The macro of this package for some adapter, where there is none for all."""
        ending = f"__{name}"
        found = next((one for one in self.defined.get(package, {}) if one.endswith(ending)), None)
        return None if found is None else self.macro(package, found)

    def _compiled(self, package: str, name: str) -> CodeType | None:
        key = package, name
        if key not in self._code:
            path = self.defined[package][name]
            if path not in self._texts:
                self._texts[path] = dict(_macros(_text(path)))
            try:
                self._code[key] = self.environment.compile(self._texts[path].get(name, ""))
            except (TemplateError, SyntaxError, RecursionError, MemoryError):
                self._code[key] = None
        return self._code[key]


def _macros(text: str) -> Iterator[tuple[str, str]]:
    """The macros of a file by name, each with its text."""
    open_: list[Piece] = []
    for piece in pieces(text):
        if piece.word == "macro":
            open_.append(piece)
        elif piece.word == "endmacro" and open_:
            first = open_.pop()
            named = _DEFINITION.match(first.text)
            if named is not None and not open_:
                yield named[1], text[first.start : piece.start + len(piece.text)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace") if path.stat().st_size <= _MOST_BYTES else ""
    except OSError:
        return ""


class Package:
    """`dbt_utils` in `dbt_utils.star(…)`."""

    unsafe_callable = alters_data = False

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        found = _of_package(self._name, name)
        if found is not None:
            return found
        current().missing[f"{self._name}.{name}"] = None
        return Unknown(name=f"{self._name}.{name}")


def find_macro(name: str, package: str) -> Any | None:
    """What a name means that no template defines: a macro of the package that asks, of the project, or of dbt; a package."""
    run = current()
    library = run.library
    for home in dict.fromkeys((package, run.project.name if run.project is not None else "")):
        if library is not None and (found := library.macro(home, name)) is not None:
            return found
    if name in PACKAGES or (library is not None and name in library.defined):
        return Package(name)
    return stand_in("dbt", name)


@pass_context
def dispatched(context: Context, name: str, namespace: Any = None, **named: Any) -> Any:
    """`adapter.dispatch('name', 'package')`: the variant for the project's adapter, else the default one. A package may be
    one of a list, the last of which has the default; without any it is that of the macro that asks."""
    run = current()
    stated = named.get("macro_namespace", named.get("packages", namespace))
    last = stated[-1] if isinstance(stated, list) and stated else stated
    home = last if isinstance(last, str) else str(context.parent.get("__package__", run.package))
    for package in _searched(home):
        for prefix in _prefixes(run.adapter):
            if (found := _of_package(package, f"{prefix}__{name}", plain=name)) is not None:
                return found
    if run.library is not None and (found := run.library.variant(home, name)) is not None:
        return found
    return stand_in(home, name) or stand_in("dbt", name) or Unknown(name=f"{home}.{name}")


def _of_package(package: str, name: str, plain: str = "") -> Callable[..., Any] | None:
    """A macro of a package; those that would ask the database are known by what they stand for."""
    library = current().library
    if (plain or name) in INTROSPECTIVE and (known := stand_in(package, plain or name)) is not None:
        return known
    found = library.macro(package, name) if library is not None else None
    return found if found is not None else stand_in(package, name)


def _searched(namespace: str) -> Iterator[str]:
    project = current().project
    if project is None:
        yield namespace
        return
    yield from dict.fromkeys((*project.dispatch.get(namespace, (project.name,)), namespace))


def _prefixes(adapter: str | None) -> Iterator[str]:
    while adapter is not None:
        yield adapter
        adapter = _PARENTS.get(adapter)
    yield "default"
