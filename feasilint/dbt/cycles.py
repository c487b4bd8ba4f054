"""Models of dbt that read each other: dbt builds none of them, and their lineage ends where the circle is cut."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Diagnostic, Scan, Write
from feasilint.link import link

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from feasilint.dbt.model import Model
    from feasilint.dbt.project import Project
    from feasilint.ir import Program

    Edges = Mapping[str, Mapping[str, Scan]]  # by path of a model: the models that it reads, by path

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_REF = re.compile(r"""\bref\s*\(\s*(['"])(\w+)\1(?:\s*,\s*(['"])(\w+)\3)?""")


def told(
    programs: Sequence[Program], project: Callable[[str], Project | None], text: Callable[[str], str]
) -> list[Program]:
    """The programs; of each circle of models the first says so. `text`: the content of the file of a path."""
    edges = {path: found for path, found in _edges(programs, project, text) if found}
    seen: set[str] = set()
    said: dict[str, Diagnostic] = {}
    for start in edges:
        circle = _circle(start, edges) if start not in seen else ()
        seen.update(circle)
        if circle:
            said[start] = _diagnostic(circle, edges, project)
    return [
        replace(program, diagnostics=(*program.diagnostics, said[program.path])) if program.path in said else program
        for program in programs
    ]


def _edges(
    programs: Sequence[Program], project: Callable[[str], Project | None], text: Callable[[str], str]
) -> Iterator[tuple[str, dict[str, Scan]]]:
    """What the models read that may be on a circle. A table of the same name that is no model's is none: `ref` must say so."""
    suspects = list(_suspects(programs))
    by_file = {(home.root, model.path): at.path for at, home, model in _models(suspects, project)}
    for program, home, _ in _models(suspects, project):
        scans = {scan.source.name: scan for scan in program.relations if isinstance(scan, Scan)}
        found: dict[str, Scan] = {}
        for name, package in _refs(text(program.path)):
            read = home.model(name, package)
            path = by_file.get((home.root, read.path)) if read is not None else None
            scan = scans.get(".".join(read.relation)) if read is not None else None
            if path is not None and scan is not None:
                found[path] = scan
        yield program.path, found


def _suspects(programs: Sequence[Program]) -> Iterator[Program]:
    """The documents that read what is in the end made of themselves."""
    linkage = link(programs)
    turning = {linkage.owner[scan] for scan in linkage.cut}
    for program in programs:
        written = {sink.target.name for sink in program.sinks if isinstance(sink, Write) and sink.target is not None}
        own = (scan for scan in program.relations if isinstance(scan, Scan) and scan.source.name in written)
        if program in turning or next(own, None) is not None:
            yield program


def _models(
    programs: Sequence[Program], project: Callable[[str], Project | None]
) -> Iterator[tuple[Program, Project, Model]]:
    for program in programs:
        home = project(program.path)
        model = home.model_at(program.path) if home is not None else None
        if home is not None and model is not None:
            yield program, home, model


def _refs(text: str) -> Iterator[tuple[str, str | None]]:
    """The models that a text refers to by name, with their package where it is named."""
    for found in _REF.finditer(_COMMENT.sub("", text)):
        yield (found[2], None) if found[4] is None else (found[4], found[2])


def _circle(start: str, edges: Edges) -> tuple[str, ...]:
    """The shortest way from a model to itself; empty if there is none."""
    ways: deque[tuple[str, ...]] = deque([(start,)])
    seen = set[str]()
    while ways:
        way = ways.popleft()
        for path in edges.get(way[-1], ()):
            if path == start:
                return way
            if path not in seen:
                seen.add(path)
                ways.append((*way, path))
    return ()


def _diagnostic(circle: Sequence[str], edges: Edges, project: Callable[[str], Project | None]) -> Diagnostic:
    names = [model.name for path in (*circle, circle[0]) if (home := project(path)) and (model := home.model_at(path))]
    origin = edges[circle[0]][circle[1 % len(circle)]].origin
    what = "this model reads itself" if len(circle) == 1 else "these models read each other"
    said = f"{what}: {' → '.join(names)}; dbt builds none of them until one `ref` is taken out"
    return Diagnostic("unsupported", said, origin.span if origin is not None else None)
