"""What to say of a `ref` or `source` that leads nowhere: a wrong name, or a package that is not here."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.dbt.model import Version
    from feasilint.dbt.project import Project


class Reference(Struct, frozen=True):
    """The names that `ref` or `source` is given."""

    kind: Literal["ref", "source"]
    names: tuple[str, ...]
    version: Version | None = None

    def __str__(self) -> str:
        version = () if self.version is None else (f"v={self.version}",)
        return f"{self.kind}({', '.join((*(repr(name) for name in self.names), *version))})"


def reference(written: str) -> Reference | None:
    """What properties files write as `ref('model', v=2)` or `source('name', 'table')`; None if it is neither."""
    try:
        tree = parsed(written.strip().removeprefix("{{").removesuffix("}}").strip(), "eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    match tree:
        case ast.Call(func=ast.Name(id="ref" | "source" as kind), args=[_, *_] as args, keywords=keywords):
            names = tuple(arg.value for arg in args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
            versions = [word.value for word in keywords if word.arg in ("v", "version")]
            version = versions[0].value if versions and isinstance(versions[0], ast.Constant) else None
            stated = version if isinstance(version, str | int | float) else None
            return Reference("ref" if kind == "ref" else "source", names, stated) if len(names) == len(args) else None
    return None


def doubt(project: Project, reference: Reference) -> str | None:
    """What is wrong with a reference and what to do about it; None if it leads somewhere, or where that cannot be told."""
    said = _of_source(project, reference) if reference.kind == "source" else _of_model(project, reference)
    return None if project.problems else said  # what defines it may stand in a file that could not be read


def _of_model(project: Project, reference: Reference) -> str | None:
    name, package = reference.names[-1], reference.names[-2] if len(reference.names) > 1 else None
    if project.model(name, package, reference.version) is not None or project.manifest.has_model(name, package):
        return None
    if package is not None and package not in project.packages:
        return f"{reference}: the package `{package}` is not installed here; run `dbt deps`"
    versions = project.versions_of(name, package)
    if versions and reference.version is not None:
        return f"{reference}: the model `{name}` has the versions {', '.join(versions)} only; correct it"
    return _said(project, reference, f"no model, seed or snapshot is called `{name}`", name, project.model_names())


def _of_source(project: Project, reference: Reference) -> str | None:
    source, table = reference.names[-2:]
    if project.source(source, table) is not None or project.manifest.has_source(source, table):
        return None
    declared = project.source_names()
    tables = declared.get(source, ())
    if any("{" in name for name in (*declared, *tables)):  # names that are templates themselves
        return None
    if tables:
        return _said(project, reference, f"the source `{source}` has no table `{table}`", table, tables)
    return _said(project, reference, f"no source is called `{source}`", source, declared)


def _said(project: Project, reference: Reference, what: str, name: str, names: Iterable[str]) -> str:
    from feasilint.catalog.similar import SimilarNames

    near = SimilarNames(names).nearest(name, 1)
    meant = f"did you mean `{near[0]}`?" if near else None
    if project.incomplete:
        instead = f", or {meant}" if meant else ""
        return f"{reference}: {what} here, but not all packages of the project are installed; run `dbt deps`{instead}"
    return f"{reference}: {what}; {meant or 'correct the name, or declare it'}"
