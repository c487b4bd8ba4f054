"""The first catalog of a repository, as data: what its code reads, with what artefacts say about it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.importing import limited, read_by
from feasilint.catalog.names import folded, is_path, is_url
from feasilint.catalog.tree import Tree
from feasilint.catalog.update import update
from feasilint.census import distinct

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from feasilint.catalog.imports.artefact import Imported
    from feasilint.catalog.merge import Data
    from feasilint.catalog.update import Tally
    from feasilint.census import Census, Use
    from feasilint.rule import Feature

_DECLARED = frozenset({"table", "file", "url", "api", "stream", "feature_view"})
_OF_FEATURES = frozenset({"feast", "chronon"})  # kinds whose sources are those of features, whoever reads them
_HOLE = re.compile(r"\{[^{}]*\}")
_STARS = re.compile(r"\*[*.\-_]*\*")


class Source(Struct, frozen=True):
    """A source of the draft. `entry` is what is known of it; `files` read it; `features` depend on it, by file and name."""

    entry: Data
    kind: str
    files: tuple[str, ...]
    features: tuple[tuple[str, str], ...]


class Model(Struct, frozen=True):
    """A file that fits models. `estimators` as the code names them, `features`: how many columns they are fitted on."""

    entry: Data
    estimators: tuple[str, ...]
    features: int


class Draft(Struct, frozen=True):
    """The catalog that `feasilint init` proposes. `unnamed`: sources whose names the code does not tell."""

    sources: tuple[Source, ...]
    models: tuple[Model, ...]
    more: Data
    tallies: tuple[Tally, ...] = ()
    unnamed: int = 0


def draft(census: Census, artefacts: Mapping[str, Sequence[Imported]], today: str) -> Draft:
    """Sources by the number of features that depend on them, and the files that fit models.

    Of the `artefacts` (by kind) that speak of a whole warehouse only what is read here is taken.
    """
    named = _by_name(census)
    models = list(_models(census))
    every = [artefact for found in artefacts.values() for artefact in found]
    wanted = read_by(every, (use.source for use in census.uses))
    taken = [
        artefact if kind in _OF_FEATURES else limited(artefact, wanted)
        for kind, found in artefacts.items()
        for artefact in found
    ]
    skeleton: Data = {
        "version": "1",
        "sources": [{"name": name} for name in named],
        "models": [dict(model.entry) for model in models],
    }
    changed = update([Tree("", skeleton)], taken, "", today)
    data = changed.files.get("", (skeleton, skeleton))[1]
    entries, fitted = data["sources"], data["models"]
    assert isinstance(entries, list)
    assert isinstance(fitted, list)
    sources = [
        Source(entry, uses[0].source.kind, _files(uses), distinct(feature for use in uses for feature in use.features))
        for entry, uses in zip(entries, named.values(), strict=False)
    ]
    sources += [Source(entry, "table", (), ()) for entry in entries[len(named) :]]
    known = [Model(entry, one.estimators, one.features) for entry, one in zip(fitted, models, strict=False)]
    known += [Model(entry, (), 0) for entry in fitted[len(models) :]]
    more = {key: value for key, value in data.items() if key not in skeleton}
    ordered = sorted(sources, key=_importance)
    return Draft(tuple(ordered), tuple(known), more, changed.tallies, _unnamed(census))


def _importance(source: Source) -> tuple[int, int, str]:
    """What most features depend on comes first, then what most files read."""
    return -len(source.features), -len(source.files), folded(str(source.entry["name"]))


def _by_name(census: Census) -> dict[str, list[Use]]:
    """The uses that need an entry, by the name that it is to have."""
    asked = [use for use in census.uses if use.source.kind in _DECLARED and not use.source.blank]
    readers: dict[str, set[str]] = {}
    for use in asked:
        readers.setdefault(use.source.name, set()).update(posixpath.dirname(place.path) for place in use.places)
    found: dict[str, tuple[str, list[Use]]] = {}
    for use in asked:
        for name in _names(use, readers[use.source.name]):
            found.setdefault(folded(name), (name, []))[1].append(use)
    return dict(found.values())


def _names(use: Use, folders: set[str]) -> Iterator[str]:
    """A name for the catalog; several for a relative path that notebooks in different folders read."""
    source = use.source
    if source.kind == "file" and is_path(source.name) and not is_url(folded(source.name)) and "{" not in source.name:
        plain = source.name.replace("\\", "/")
        if not plain.startswith(("/", "~")) and not (len(folders) == 1 and not plain.startswith("..")):
            yield from dict.fromkeys(_beside(folder, plain) for folder in sorted(folders))
            return
    name = _known(source.name, is_path(source.name) or source.kind != "table")
    if name is not None:
        yield name


def _beside(folder: str, name: str) -> str:
    """A path as seen from the catalog: beside the notebook, unless only the working directory has it."""
    there = posixpath.normpath(posixpath.join(folder, name))
    return posixpath.normpath(name) if not Path(there).exists() and Path(name).exists() else there


def _known(name: str, path: bool) -> str | None:
    """A name without what the code leaves open: a pattern, or the end of it. None if nothing is left."""
    if "{" not in name:
        return name if re.search(r"\w", name) else None
    if path:
        pattern = _STARS.sub("*", _HOLE.sub("*", name))
        return pattern if re.search(r"\w", pattern.rpartition("/")[2]) else None
    parts = (
        name.split(".") if not re.search(r"\{[^{}]*\.[^{}]*\}", name) else re.findall(r"(?:\{[^{}]*\}|[^.{}])+", name)
    )
    while parts and _HOLE.fullmatch(parts[0]):
        del parts[0]
    pattern = _STARS.sub("*", _HOLE.sub("*", ".".join(parts)))
    return pattern if re.search(r"\w", pattern.rpartition(".")[2]) else None


def _unnamed(census: Census) -> int:
    return sum(
        use.source.kind in _DECLARED and "{" in use.source.name and not list(_names(use, set())) for use in census.uses
    )


def _files(uses: Sequence[Use]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.path for use in uses for place in use.places))


def _models(census: Census) -> Iterator[Model]:
    """One model for each file that fits any; names are those of the files, with folders where two are alike."""
    fitted: dict[str, list[Feature]] = {}
    for feature in census.features:
        if feature.kind == "model":
            fitted.setdefault(feature.sink.path, []).append(feature)
    names = _distinct(list(fitted))
    for path, features in fitted.items():
        estimators = tuple(dict.fromkeys(feature.target for feature in features))
        count = len({feature.name for feature in features})
        yield Model({"name": names[path], "paths": [_escaped(path)]}, estimators, count)


def _escaped(path: str) -> str:
    """A path as a pattern that means just this file."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _distinct(paths: list[str]) -> dict[str, str]:
    """The shortest ends of paths, without extension, that tell them apart."""
    steps = {path: posixpath.splitext(posixpath.normpath(path))[0].split("/") for path in paths}
    deepest = max(map(len, steps.values()), default=0)
    names: dict[str, str] = {}
    for depth in range(1, deepest + 1):
        ends = {path: "/".join(steps[path][-depth:]) for path in paths}
        count = Counter(map(folded, ends.values()))
        names.update((path, end) for path, end in ends.items() if path not in names and count[folded(end)] == 1)
    return {path: names.get(path, path) for path in paths}
