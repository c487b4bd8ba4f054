"""Properties files (`models:`, `sources:`, …): what they say of models and which tables of others they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.dbt.configs import merged
from feasilint.dbt.model import Kind, SourceTable, Version
from feasilint.dbt.plain import mapping, mappings, text, texts
from feasilint.dbt.schedule import period
from feasilint.dbt.values import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.dbt.values import Variables

_KINDS: dict[str, Kind] = {"models": "model", "seeds": "seed", "snapshots": "snapshot"}
_PROMOTED = ("meta", "group", "access")  # settings that may stand beside `config` too; dbt ignores others there


class VersionProperties(Struct, frozen=True):
    """One version of a model; `file` is the stem of its file where it is stated."""

    version: Version
    file: str | None
    config: Mapping[str, object]


class ModelProperties(Struct, frozen=True):
    """What a properties file at `path` says of one model. `relation`: what a snapshot declared in YAML copies; `given`: all
    that is written of the model."""

    kind: Kind
    name: str
    path: str
    config: Mapping[str, object]
    columns: tuple[str, ...] = ()
    versions: tuple[VersionProperties, ...] = ()
    latest: Version | None = None
    relation: str | None = None
    given: Mapping[str, object] = field(default_factory=dict)

    def files_of(self, version: VersionProperties) -> tuple[str, ...]:
        """The stems that the file of a version may have."""
        if version.file is not None:
            return (version.file,)
        usual = f"{self.name}_v{version.version}"
        return (usual, self.name) if version.version == self.newest() else (usual,)

    def newest(self) -> Version | None:
        """The version that a reference without one means."""
        if self.latest is not None or not self.versions:
            return self.latest
        return max((one.version for one in self.versions), key=_order)


class Properties(Struct):
    """All that was read of the properties files of one package."""

    models: dict[str, ModelProperties] = field(default_factory=dict)
    sources: dict[tuple[str, str], SourceTable] = field(default_factory=dict)
    owners: dict[str, str] = field(default_factory=dict)  # of groups
    groups: list[Mapping[str, object]] = field(default_factory=list)  # this and the exposures as they are written
    exposures: list[Mapping[str, object]] = field(default_factory=list)
    by_file: dict[str, tuple[ModelProperties, VersionProperties]] = field(default_factory=dict)  # versions by stem

    def take(self, data: object, path: str, package: str, variables: Variables) -> None:
        """Add what one file says; of two statements about a model the first counts."""
        given = mapping(data)
        for key, kind in _KINDS.items():
            for made in _models(given.get(key), kind, path, variables):
                self.models.setdefault(made.name, made)
                for version in made.versions:
                    for stem in made.files_of(version):
                        self.by_file.setdefault(stem, (made, version))
        for table in _sources(given.get("sources"), package, variables):
            self.sources.setdefault((table.source, table.name), table)
        self.groups.extend(mappings(given.get("groups")))
        self.exposures.extend(mappings(given.get("exposures")))
        for group in mappings(given.get("groups")):
            name, owner = text(group.get("name")), owner_text(group.get("owner"))
            if name is not None and owner is not None:
                self.owners.setdefault(name, owner)


def owner_text(value: object) -> str | None:
    """An owner as text: a name, or a mapping with a name, a team or an address."""
    given = mapping(value)
    found = (text(given.get(key)) for key in ("name", "team", "email", "contact"))
    return next((each for each in found if each is not None), None) if given else text(value)


def _models(given: object, kind: Kind, path: str, variables: Variables) -> Iterator[ModelProperties]:
    for each in mappings(given):
        name = text(each.get("name"))
        if name is not None:
            yield ModelProperties(
                kind,
                name,
                path,
                _config(each, variables),
                tuple(_names(each.get("columns"))),
                tuple(_versions(each.get("versions"), variables)),
                _version(each.get("latest_version")),
                text(each.get("relation")),
                each,
            )


def _config(given: Mapping[str, object], variables: Variables) -> dict[str, object]:
    beside = {key: given[key] for key in _PROMOTED if key in given}
    return merged(mapping(resolved(beside, variables)), mapping(resolved(given.get("config"), variables)))


def _versions(given: object, variables: Variables) -> Iterator[VersionProperties]:
    for each in mappings(given):
        version = _version(each.get("v"))
        if version is not None:
            yield VersionProperties(version, text(each.get("defined_in")), _version_config(each, variables))


def _version_config(given: Mapping[str, object], variables: Variables) -> dict[str, object]:
    alias = {"alias": given["alias"]} if "alias" in given else {}
    return {**alias, **_config(given, variables)}


def _version(value: object) -> Version | None:
    return value if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _order(version: Version) -> tuple[bool, float, str]:
    """Numbers first, in their order; then the others."""
    try:
        return False, float(version), ""
    except ValueError:
        return True, 0.0, str(version)


def _names(columns: object) -> Iterator[str]:
    return (name for each in mappings(columns) if (name := text(each.get("name"))) is not None)


def _sources(given: object, package: str, variables: Variables) -> Iterator[SourceTable]:
    for source in mappings(given):
        name = text(source.get("name"))
        for table in mappings(source.get("tables")) if name is not None else ():
            made = _table(source, table, package, variables)
            if made is not None:
                yield made


def _table(
    source: Mapping[str, object], table: Mapping[str, object], package: str, variables: Variables
) -> SourceTable | None:
    """A table of a source; what it does not state itself the source states for all."""
    source_name, name = text(source.get("name")), text(table.get("name"))
    if source_name is None or name is None:
        return None
    outer, inner = _source_config(source, variables), _source_config(table, variables)
    config = merged(outer, inner)
    if isinstance(config.get("freshness"), dict):  # a table replaces single alarms; without a value it has none
        config["freshness"] = {**mapping(outer.get("freshness")), **mapping(config["freshness"])}
    freshness = mapping(config.get("freshness"))
    meta = mapping(config.get("meta"))
    return SourceTable(
        source_name,
        name,
        package,
        _relation(source, table, variables),
        text(config.get("loaded_at_field")),
        period(freshness.get("warn_after")),
        period(freshness.get("error_after")),
        tuple(_names(table.get("columns"))),
        meta,
        texts(config.get("tags")),
        owner_text(meta.get("owner")),
        config,
        table,
    )


def _source_config(given: Mapping[str, object], variables: Variables) -> dict[str, object]:
    beside = {key: given[key] for key in ("meta", "tags", "freshness", "loaded_at_field") if key in given}
    return merged(mapping(resolved(beside, variables)), mapping(resolved(given.get("config"), variables)))


def _relation(source: Mapping[str, object], table: Mapping[str, object], variables: Variables) -> tuple[str, ...]:
    """As much of the name as is sure, from the right; the names of source and table are what it defaults to."""
    stated = (
        merged(source).get("database"),
        merged(source).get("schema", source.get("name")),
        table.get("identifier", table.get("name")),
    )
    return sure(tuple(text(resolved(part, variables)) for part in stated))


def sure(parts: tuple[str | None, ...]) -> tuple[str, ...]:
    """The known parts of a name that no unknown one follows."""
    known: list[str] = []
    for part in reversed(parts):
        if part is None:
            break
        known.insert(0, part)
    return tuple(known)
