"""Properties files (`models:`, `sources:`, …): what they say of models and which tables of others they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.dbt.configs import merged
from feasilint.dbt.model import Kind, SourceTable, Version
from feasilint.dbt.plain import mapping, mappings, text
from feasilint.dbt.values import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from feasilint.dbt.values import Variables

_KINDS: dict[str, Kind] = {"models": "model", "seeds": "seed", "snapshots": "snapshot"}
_PROMOTED = ("meta", "group", "access")  # settings that may stand beside `config` too; dbt ignores others there
_LOADED_AT = "loaded_at_field"
_BESIDE = ("meta", "tags", "freshness", _LOADED_AT)  # the same of sources


class VersionProperties(Struct, frozen=True):
    """One version of a model; `file` is the stem of its file where it is stated."""

    version: Version
    file: str | None
    config: Mapping[str, object]


class ModelProperties(Struct, frozen=True):
    """What a properties file at `path` says of one model. `relation`: what a snapshot declared in YAML copies."""

    kind: Kind
    name: str
    path: str
    config: Mapping[str, object]
    columns: tuple[str, ...] = ()
    versions: tuple[VersionProperties, ...] = ()
    latest: Version | None = None
    relation: str | None = None

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
        for table in _sources(given.get("sources"), path, package, variables):
            self.sources.setdefault((table.source, table.name), table)
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


def _sources(given: object, path: str, package: str, variables: Variables) -> Iterator[SourceTable]:
    for source in mappings(given):
        name = text(source.get("name"))
        for table in mappings(source.get("tables")) if name is not None else ():
            made = _table(source, table, path, package, variables)
            if made is not None:
                yield made


def _table(
    source: Mapping[str, object], table: Mapping[str, object], path: str, package: str, variables: Variables
) -> SourceTable | None:
    """A table of a source; what it does not state itself the source states for all."""
    source_name, name = text(source.get("name")), text(table.get("name"))
    if source_name is None or name is None:
        return None
    return SourceTable(
        source_name,
        name,
        package,
        path,
        _relation(source, table, variables),
        tuple(_names(table.get("columns"))),
        _source_config(source, table, variables),
    )


def _source_config(
    source: Mapping[str, object], table: Mapping[str, object], variables: Variables
) -> dict[str, object]:
    """What stands beside `config` of the source and in it, then that of the table; weakest first."""
    levels = [
        mapping(resolved(stated, variables))
        for given in (source, table)
        for stated in ({key: given[key] for key in _BESIDE if key in given}, _settings(given))
    ]
    return {**merged(*levels), **_freshness(levels)}


def _settings(given: Mapping[str, object]) -> Mapping[str, object]:
    """The settings of a source; that it has no `loaded_at_field` can only be said beside them."""
    return {key: value for key, value in mapping(given.get("config")).items() if (key, value) != (_LOADED_AT, None)}


def _freshness(levels: Sequence[Mapping[str, object]]) -> dict[str, object]:
    """What the levels say of freshness: each adds rules to those before, or takes all or one of them back with null."""
    stated = [level["freshness"] for level in levels if "freshness" in level]
    rules: dict[str, object] = {}
    for given in stated:
        added = {
            name: {**mapping(rules.get(name)), **mapping(rule)} if rule is not None else None
            for name, rule in mapping(given).items()
        }
        rules = {**rules, **added} if given is not None else {}
    return {"freshness": rules or None} if stated else {}


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
