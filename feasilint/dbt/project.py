"""A dbt project with the packages it uses: what its files state of each model, and what dbt made of it when it last ran."""

from __future__ import annotations

import csv
import os
import posixpath
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.dbt.adapter import adapter_of_settings, best_supported, production, profile_adapter
from feasilint.dbt.configs import levels, merged
from feasilint.dbt.files import Files
from feasilint.dbt.inline import python_config, sql_config
from feasilint.dbt.installed import incomplete, local_folders
from feasilint.dbt.manifest import read_manifest
from feasilint.dbt.model import Model
from feasilint.dbt.naming import production_schema, relation_of, schema_macros
from feasilint.dbt.package import Package
from feasilint.dbt.plain import mapping, text
from feasilint.dbt.properties import owner_text
from feasilint.dbt.schedule import schedule_of
from feasilint.dbt.settings import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from feasilint.dbt.manifest import Manifest, Node
    from feasilint.dbt.model import Kind, Macro, SourceTable, Version
    from feasilint.dbt.package import Place
    from feasilint.dbt.properties import ModelProperties, VersionProperties
    from feasilint.dbt.settings import Tree
    from feasilint.ir import Diagnostic

    Config = Mapping[str, object]
    _Key = tuple[str, str, str]  # package, name, path

_DEFAULT: dict[Kind, str] = {"model": "view", "seed": "seed", "snapshot": "snapshot"}
_PYTHON = {"materialized": "table"}
"""What properties say of a Python model where they say nothing: it stands above the settings of folders."""
_TREES: dict[Kind, Tree] = {"model": "models", "seed": "seeds", "snapshot": "snapshots"}


class Project:
    """Reads nothing before it is asked. Paths given to it are absolute or relative to the working directory."""

    def __init__(self, root: str) -> None:
        self.root = _absolute(root)
        self._own = Package(Files(self.root, self.root))
        self._models: dict[_Key, Model] = {}
        self._places: dict[_Key, tuple[Place, VersionProperties | None]] = {}

    @property
    def name(self) -> str:
        return self._own.name

    @property
    def vars(self) -> Config:
        """The variables that the project's own models see."""
        return self.vars_of(self.name)

    @property
    def dispatch(self) -> Mapping[str, tuple[str, ...]]:
        """The packages that the macros of a namespace are looked for in, by namespace."""
        return self._own.settings.dispatch

    @cached_property
    def adapter(self) -> str | None:
        """dbt's name of the warehouse's adapter; of a package for several that which it knows best."""
        return self.stated_adapter or best_supported(macro.name for macro in self._own.macros)

    @cached_property
    def stated_adapter(self) -> str | None:
        """The same, where the project says for which it is."""
        settings = self._own.settings
        return profile_adapter(self._own.files, settings) or self.manifest.adapter or adapter_of_settings(settings)

    @cached_property
    def production(self) -> dict[str, str]:
        """What the project's profile states of its target in production, by the names that templates have for it."""
        return production(self._own.files, self._own.settings)

    @cached_property
    def manifest(self) -> Manifest:
        return read_manifest(self._own.files, self._own.settings.target, self.name)

    @cached_property
    def packages(self) -> dict[str, Package]:
        """The project itself, then what it has installed, then what it uses from folders beside it."""
        found = {self.name: self._own}
        for folder in self._package_folders():
            package = Package(Files(folder, self.root))
            found.setdefault(package.name, package)
        for package in found.values():
            package.variables, package.adapter = self._vars(package), self.adapter
        return found

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What was wrong with the files that have been read so far."""
        return tuple(problem for package in self._known_packages() for problem in package.files.problems)

    @property
    def digests(self) -> dict[str, str]:
        """The files that have been read so far, by absolute path, with the SHA-256 of their content."""
        return {path: digest for package in self._known_packages() for path, digest in package.files.digests.items()}

    def vars_of(self, package: str) -> Config:
        """The variables that the models of a package see: its own ones, those of the project stronger."""
        known = self.packages.get(package)
        return known.variables if known is not None else self._own.settings.variables

    def variable_template(self, package: str, name: str) -> str | None:
        """The text of a variable whose value only a rendering knows, such as `{{ source('stripe', 'account') }}`."""
        known = self.packages.get(package, self._own).settings.templates
        return self._own.settings.templates.get(name, known.get(name))

    # --- models --------------------------------------------------------------------------------------------------------

    def model_at(self, path: str) -> Model | None:
        """The model that a file defines; of several snapshots the first."""
        absolute = _absolute(path)
        for package in self.packages.values():
            place = package.by_path.get(posixpath.relpath(absolute, package.files.root))
            if place is not None:
                versioned = package.version_in(place.name) if place.kind == "model" else None
                name, version = (place.name, None) if versioned is None else (versioned[0].name, versioned[1])
                return self._model(package, name, place, version)
        return None

    def model(self, name: str, package: str | None = None, version: Version | None = None) -> Model | None:
        """The model, seed or snapshot that `ref` means: of this package, else the project's own or the first one's."""
        for each in self._packages(package):
            place, found = each.place_of(name, version)
            if place is not None:
                return self._model(each, name, place, found)
        return None

    def tests(self, path: str) -> bool:
        """Whether a file is a test of the project: a query that shall give no rows."""
        inside = posixpath.relpath(_absolute(path), self.root)
        return any(inside.startswith(f"{folder}/") for folder in self._own.settings.folders["tests"])

    def models(self, package: str | None = None) -> Iterator[Model]:
        """Every model, seed and snapshot of a package, else of the project itself, by path."""
        home = self.packages[package or self.name]
        for name, version in home.names():
            found = self.model(name, home.name, version)
            if found is not None:
                yield found

    def files_of(self, table: str) -> Iterator[str]:
        """The absolute paths of the files whose models make a table of this name, those of packages included."""
        for package in self.packages.values():
            for stem in package.stems_of(table):
                for place in package.by_name.get(stem, ()):
                    path = package.path(place.path)
                    model = self.model_at(path)
                    if model is not None and table in (model.name, *model.relation[-1:]):
                        yield path

    def columns_of(self, model: Model) -> tuple[str, ...]:
        """The columns that the project's files name: those of a seed as its file does, others as their properties do."""
        package = self.packages.get(model.package)
        if model.kind != "seed" or package is None:
            return model.columns
        place, _ = self._places[model.package, model.name, model.path]
        return header(package.files.text(package.path(place.path)) or "", text(model.config.get("delimiter")) or ",")

    def compiled(self, path: str, content: str) -> str | None:
        """The SQL that dbt compiled a model to, if the file had this content then."""
        model = self.model_at(path)
        node = None if model is None else self._node(model)
        return None if node is None else node.code(content)

    def source(self, source: str, table: str, package: str | None = None) -> SourceTable | None:
        """A table that a properties file declares as a source."""
        for each in self._packages(package):
            found = each.properties(source).sources.get((source, table))
            if found is not None:
                node = self.manifest.source(each.name, source, table)
                return replace(found, relation=node.relation()) if node is not None and node.relation() else found
        return None

    def settings_of(self, table: SourceTable) -> Config:
        """All settings of a source's table: those that dbt_project.yml has for its folders, and its own ones."""
        package = self.packages[table.package]
        return self._layered(
            package, "sources", (*package.folders_of(table.path), table.source, table.name), table.config
        )

    def tests_of(self, package: str, path: str) -> Config:
        """What dbt_project.yml says of the tests in a properties file of a package."""
        known = self.packages[package]
        return self._layered(known, "data_tests", known.folders_of(path))

    def name_in_production(self, model: Model) -> tuple[str, ...]:
        """The name of a model with the schema that it has in the target of production, if the project's profile states that."""
        schema = production_schema(model.config, self.production.get("schema")) if len(model.relation) == 1 else None
        return model.relation if schema is None else (schema, *model.relation)

    # --- names ---------------------------------------------------------------------------------------------------------

    @cached_property
    def incomplete(self) -> bool:
        """Whether packages that the project asks for are not here."""
        return incomplete(self.packages.values())

    def model_names(self) -> Iterator[str]:
        """The names of all models, seeds and snapshots, those of packages included."""
        return (name for package in self.packages.values() for name, _ in package.names())

    def versions_of(self, name: str, package: str | None = None) -> tuple[str, ...]:
        """The versions that a model has."""
        found = (about for each in self._packages(package) if (about := each.about(name)) is not None)
        return tuple(str(one.version) for about in found for one in about.versions)

    def source_names(self) -> dict[str, tuple[str, ...]]:
        """The tables of all sources, by source."""
        known: dict[str, tuple[str, ...]] = {}
        for package in self.packages.values():
            for source, table in package.properties("").sources:
                known[source] = (*known.get(source, ()), table)
        return known

    # --- macros --------------------------------------------------------------------------------------------------------

    def macro_files(self) -> tuple[tuple[str, str], ...]:
        """The files with macros as (package, absolute path): the project's own first."""
        return tuple((name, path) for name, package in self.packages.items() for path in package.macro_paths)

    def macro(self, name: str, package: str | None = None) -> Macro | None:
        """Where a macro is defined: in this package, else in the project itself or the first package that has it."""
        found = (macro for each in self._packages(package) for macro in each.macros if macro.name == name)
        return next(found, None)

    # --- how a model comes about ---------------------------------------------------------------------------------------

    def _model(self, package: Package, name: str, place: Place, version: VersionProperties | None) -> Model:
        key = (package.name, name, self._relative(package, place))
        if key not in self._models:
            self._places[key] = place, version
            self._models[key] = self._made(package, name, place, version)
        return self._models[key]

    def _relative(self, package: Package, place: Place) -> str:
        return place.path if package is self._own else posixpath.relpath(package.path(place.path), self.root)

    def _made(self, package: Package, name: str, place: Place, version: VersionProperties | None) -> Model:
        about = package.about(name)
        config = self._config(package, name, place, about, version)
        made = Model(
            name,
            package.name,
            self._relative(package, place),
            place.kind,
            None if version is None else version.version,
            columns=() if about is None else about.columns,
        )
        node = self._node(made)
        config = _filled(config, node)
        return replace(
            made,
            relation=(node.relation() if node is not None else ()) or self._relation(made, config),
            materialized=text(config.get("materialized", _DEFAULT[place.kind])),
            schedule=schedule_of(config),
            owner=self._owner(package, config),
            config=config,
        )

    def _config(
        self,
        package: Package,
        name: str,
        place: Place,
        about: ModelProperties | None,
        version: VersionProperties | None,
    ) -> Config:
        """All settings: of the folders, the properties, the file."""
        names = (*place.folders, name, *(() if version is None else (f"v{version.version}",)))
        return self._layered(
            package,
            _TREES[place.kind],
            names,
            _PYTHON if place.path.endswith(".py") else {},
            {} if about is None else about.config,
            {} if version is None else version.config,
            self._inline(package, place),
        )

    def _layered(self, package: Package, tree: Tree, names: Sequence[str], *stated: Config) -> Config:
        """Settings on top of those of the folders; the project's own folder tree beats whatever a package says."""
        way = (package.name, *names)
        above = levels(self._own.settings.trees.get(tree), way) if package is not self._own else ()
        return merged(*levels(package.settings.trees.get(tree), way), *stated, *above)

    def _inline(self, package: Package, place: Place) -> Config:
        variables = package.variables
        if place.block is not None:
            return sql_config(place.block, variables)
        read = {".sql": sql_config, ".py": python_config}.get(posixpath.splitext(place.path)[1])
        content = package.files.text(package.path(place.path)) if read is not None else None
        return {} if read is None or content is None else read(content, variables)

    def _relation(self, model: Model, config: Config) -> tuple[str, ...]:
        macros = schema_macros(self.adapter) if "schema" in config else ()
        alone = any(self.macro(macro, self.name) is not None for macro in macros)
        return relation_of(config, model.name, model.version, alone)

    def _owner(self, package: Package, config: Config) -> str | None:
        stated = owner_text(mapping(config.get("meta")).get("owner"))
        group = text(config.get("group"))
        if stated is not None or group is None:
            return stated
        return package.properties(group).owners.get(group, group)

    def _node(self, model: Model) -> Node | None:
        return self.manifest.node(model.kind, model.package, model.name, model.version)

    # --- packages ------------------------------------------------------------------------------------------------------

    def _packages(self, wanted: str | None) -> Iterator[Package]:
        if wanted is None:
            yield from self.packages.values()
        elif wanted in self.packages:
            yield self.packages[wanted]

    def _known_packages(self) -> tuple[Package, ...]:
        return tuple(self.packages.values()) if "packages" in self.__dict__ else (self._own,)

    def _vars(self, package: Package) -> Config:
        own, theirs = self._own.settings, package.settings
        above = {**theirs.variables, **theirs.scoped.get(package.name, {})} if package is not self._own else {}
        return {**above, **own.scoped, **own.variables, **own.scoped.get(package.name, {})}

    def _package_folders(self) -> Iterator[str]:
        installed = posixpath.join(self.root, self._own.settings.installed)
        for folder in (*_children(installed), *local_folders(self._own.files)):
            if os.path.isfile(posixpath.join(folder, PROJECT_FILE)):  # noqa: PTH113
                yield folder


def _filled(config: Config, node: Node | None) -> Config:
    """What the files leave open as dbt resolved it."""
    resolved = mapping(node.config) if node is not None else {}
    return {key: resolved.get(key) if value is None else value for key, value in config.items()}


def header(text: str, delimiter: str) -> tuple[str, ...]:
    """The names of the columns of a CSV text."""
    first = next(csv.reader(text.split("\n", 1)[:1], delimiter=delimiter[:1], skipinitialspace=True), [])
    return tuple(name.strip() for name in first if name.strip())


def _children(folder: str) -> list[str]:
    try:
        return [posixpath.join(folder, name) for name in sorted(os.listdir(folder))]  # noqa: PTH208
    except OSError:
        return []


def _absolute(path: str) -> str:
    return os.path.abspath(path).replace(os.sep, "/")  # noqa: PTH100 - links of installed packages stay as they are
