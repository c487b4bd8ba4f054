"""One folder with a dbt_project.yml: the files in it by the models they define, and what properties files say of them."""

from __future__ import annotations

import posixpath
import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.dbt.inline import snapshots
from feasilint.dbt.model import Kind, Macro, Version
from feasilint.dbt.plain import mapping
from feasilint.dbt.properties import ModelProperties, Properties, VersionProperties
from feasilint.dbt.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.dbt.files import Files
    from feasilint.dbt.settings import Settings

_MACRO = re.compile(r"\{%-?\s*macro\s+(\w+)\s*\(")
_VERSION_SUFFIX = re.compile(r"_v[^_]+$")
_ENDINGS: dict[str, tuple[Kind, tuple[str, ...]]] = {
    "models": ("model", (".sql", ".py")),
    "seeds": ("seed", (".csv",)),
}


class Place(Struct, frozen=True):
    """Where a model is defined, relative to its package; `folders` are those between the model path and the file. Of a
    snapshot `block` is the text between its tags, None where YAML defines it."""

    kind: Kind
    name: str
    path: str
    folders: tuple[str, ...] = ()
    block: str | None = None


class Package:
    """Reads nothing before it is asked."""

    def __init__(self, files: Files) -> None:
        self.files = files
        self.variables: Mapping[str, object] = {}  # this and the adapter: set by the project around it
        self.adapter: str | None = None
        self._properties = Properties()

    @cached_property
    def settings(self) -> Settings:
        return read_settings(self.files)

    @property
    def name(self) -> str:
        return self.settings.name

    def path(self, relative: str) -> str:
        """The absolute path of a file of the package."""
        return posixpath.join(self.files.root, relative)

    @cached_property
    def by_path(self) -> dict[str, Place]:
        """Models, seeds and snapshots by their file; of several snapshots in one file the first."""
        found: dict[str, Place] = {}
        for each in self._places:
            found.setdefault(each.path, each)
        return found

    @cached_property
    def by_name(self) -> dict[str, list[Place]]:
        """Models by the stem of their file, snapshots by their own name: several where each warehouse has its own file."""
        found: dict[str, list[Place]] = {}
        for each in self._places:
            found.setdefault(each.name, []).append(each)
        return found

    @cached_property
    def _places(self) -> list[Place]:
        return sorted((*self._files(), *self._snapshot_blocks()), key=lambda place: (place.path, place.name))

    @cached_property
    def macros(self) -> tuple[Macro, ...]:
        return tuple(
            Macro(name, self.name, path)
            for path in self.macro_paths
            for name in dict.fromkeys(_MACRO.findall(self.files.text(path) or ""))
        )

    @cached_property
    def macro_paths(self) -> tuple[str, ...]:
        """The absolute paths of the files with macros."""
        return tuple(self.path(one) for one in self._below("macros", (".sql",)))

    def about(self, name: str) -> ModelProperties | None:
        """What properties files say of the model with this name."""
        return self.properties(name).models.get(name)

    def version_in(self, stem: str) -> tuple[ModelProperties, VersionProperties] | None:
        """The version of a model that the file of this stem defines."""
        self.properties(stem, _VERSION_SUFFIX.sub("", stem))
        return self._properties.by_file.get(stem)

    def place_of(self, name: str, version: Version | None) -> tuple[Place | None, VersionProperties | None]:
        """Where a model, or a version of it, is defined; without a version the latest one."""
        about = self.about(name)
        if about is not None and about.versions:
            wanted = about.newest() if version is None else version
            found = next((one for one in about.versions if str(one.version) == str(wanted)), None)
            stems = about.files_of(found) if found is not None else ()
            return next((place for stem in stems if (place := self._place(stem)) is not None), None), found
        place = self._place(name)
        if place is None and about is not None and about.kind == "snapshot" and about.relation is not None:
            return Place("snapshot", name, about.path), None
        return place, None

    def _place(self, name: str) -> Place | None:
        """The file of this name; of several the one in a folder named after the adapter, else after the default."""
        places = self.by_name.get(name, [])
        preferred = (place for word in (self.adapter, "default") for place in places if word in place.folders)
        return next(preferred, next(iter(places), None))

    def properties(self, *words: str) -> Properties:
        """What properties files say, of which all that contain one of these words have been read."""
        unread = self._unread
        for path in [path for path, text in unread.items() if any(word in text for word in words)]:
            data = self.files.parsed(unread.pop(path), self.path(path))
            self._properties.take(data, path, self.name, self.variables)
        return self._properties

    def stems_of(self, table: str) -> Iterator[str]:
        """The stems of the files that may make a table of this name: of the same one, or of one whose alias or version it is."""
        yield table
        known = self.properties(table, _VERSION_SUFFIX.sub("", table)).models
        for name, about in list(known.items()):  # whoever asks may have further files read in between
            aliases = (config.get("alias") for config in (about.config, *(one.config for one in about.versions)))
            if table in aliases and name != table:
                yield name
            yield from (stem for one in about.versions for stem in about.files_of(one) if stem != table)

    def declared(self) -> Iterator[tuple[str, Mapping[str, object]]]:
        """All that properties files say, by their paths."""
        yield from ((path, mapping(self.files.yaml(self.path(path)))) for path in self._properties_paths)

    def folders_of(self, path: str) -> tuple[str, ...]:
        """The folders between a properties file and the folder that the settings name, which are settings of their own."""
        roots = (root for kind in self.settings.folders.values() for root in kind)
        inside = (root for root in roots if root == "." or path.startswith(f"{root}/"))
        return tuple(_inside(next(inside, "."), path)[:-1])

    def names(self) -> Iterator[tuple[str, Version | None]]:
        """Every model, seed and snapshot, in the order of their paths; those that only YAML defines last."""
        self.properties("")
        for place in self._places:
            versioned = self.version_in(place.name) if place.kind == "model" else None
            yield (place.name, None) if versioned is None else (versioned[0].name, versioned[1].version)
        yield from ((name, None) for name, about in self._properties.models.items() if about.relation is not None)

    @cached_property
    def _properties_paths(self) -> tuple[str, ...]:
        folders = [folder for kind in self.settings.folders.values() for folder in kind]
        return tuple(self.files.below(folders, lambda path: path.endswith((".yml", ".yaml")), self._skipped))

    @cached_property
    def _unread(self) -> dict[str, str]:
        """The texts of the properties files that have not been parsed: in a large project that takes seconds."""
        texts = ((path, self.files.text(self.path(path))) for path in self._properties_paths)
        return {path: text for path, text in texts if text is not None}

    def _files(self) -> Iterator[Place]:
        for folders, (kind, endings) in _ENDINGS.items():
            for folder in self.settings.folders[folders]:
                for path in self.files.below([folder], lambda path: path.endswith(endings), self._skipped):  # noqa: B023
                    inner = _inside(folder, path)
                    stem = posixpath.splitext(inner[-1])[0]
                    yield Place(kind, stem, path, tuple(inner[:-1]))

    def _snapshot_blocks(self) -> Iterator[Place]:
        for folder in self.settings.folders["snapshots"]:
            for path in self.files.below([folder], lambda path: path.endswith(".sql"), self._skipped):
                inner = _inside(folder, posixpath.splitext(path)[0])
                for name, block in snapshots(self.files.text(self.path(path)) or ""):
                    yield Place("snapshot", name, path, tuple(inner), block)

    def _below(self, kind: str, endings: tuple[str, ...]) -> Iterator[str]:
        return self.files.below(self.settings.folders[kind], lambda path: path.endswith(endings), self._skipped)

    @property
    def _skipped(self) -> tuple[str, ...]:
        return (self.settings.installed, self.settings.target, "dbt_packages", "dbt_modules")


def _inside(folder: str, path: str) -> list[str]:
    """The folders and the name of a file below a folder."""
    return path.removeprefix("" if folder == "." else f"{folder}/").split("/")
