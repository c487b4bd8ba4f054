"""The files that dbt writes, decoded as far as the importer looks at them: large ones, broken ones, those of any version."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType, field

from feasilint.catalog.imports.artefact import ArtefactError, Note, read_json
from feasilint.dbt.manifest import Node as Related
from feasilint.dbt.plain import text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

T = TypeVar("T")

KNOWN = {"manifest": (9, 10, 11, 12, 20), "catalog": (1,), "sources": (1, 2, 3), "freshness": (0,)}
"""The versions of each artefact whose fields have been compared; 20 is that of dbt Fusion."""

_SCHEMA = re.compile(r"/dbt/([a-z]+)/v(\d+)(?:\.json)?")


class Metadata(Struct, frozen=True):
    dbt_schema_version: object = None
    generated_at: object = None
    adapter_type: object = None


class Node(Related, frozen=True):
    """Anything that a manifest knows by an id: models, sources, tests, exposures, groups, semantic models."""

    name: object = None
    resource_type: object = None
    package_name: object = None
    original_file_path: object = None
    columns: object = None
    constraints: object = None
    freshness: object | UnsetType = UNSET
    loaded_at_field: object = None
    external: object = None
    source_meta: object = None
    group: object = None
    owner: object = None
    deprecation_date: object = None
    version: object = None
    latest_version: object = None
    depends_on: object = None
    type: object = None
    url: object = None
    attached_node: object = None
    column_name: object = None
    test_metadata: object = None
    defaults: object = None
    entities: object = None
    dimensions: object = None


class Table(Struct, frozen=True):
    """What catalog.json says of one table."""

    metadata: object = None
    columns: object = None
    stats: object = None


class Result(Struct, frozen=True):
    """What sources.json or freshness.json says of one table."""

    unique_id: object = None
    max_loaded_at_time_ago_in_s: object = None
    status: object = None


class Manifest(Struct, frozen=True):
    metadata: Metadata = field(default_factory=Metadata)
    nodes: dict[str, Raw] = field(default_factory=dict)
    sources: dict[str, Raw] = field(default_factory=dict)
    exposures: dict[str, Raw] = field(default_factory=dict)
    groups: dict[str, Raw] = field(default_factory=dict)
    semantic_models: dict[str, Raw] = field(default_factory=dict)


class Catalog(Struct, frozen=True):
    metadata: Metadata = field(default_factory=Metadata)
    nodes: dict[str, Raw] = field(default_factory=dict)
    sources: dict[str, Raw] = field(default_factory=dict)


class Results(Struct, frozen=True):
    metadata: Metadata = field(default_factory=Metadata)
    results: list[Raw] = field(default_factory=list)


class _Head(Struct, frozen=True):
    metadata: Metadata = field(default_factory=Metadata)


def artefact_of(path: str) -> str | None:
    """Which artefact a file is, as it says itself: `manifest`, `catalog`, `sources`, `freshness`; None if it is none of dbt's."""
    found = _SCHEMA.search(text(decoded(path, _Head).metadata.dbt_schema_version) or "")
    return found[1] if found is not None and found[1] in KNOWN else None


def decoded(path: str, shape: type[T]) -> T:
    """The content of a file. Raises ArtefactError if it is no JSON, or of another shape."""
    try:
        data = Path(path).read_bytes()
        try:
            return msgspec.json.decode(data, type=shape)
        except msgspec.DecodeError:  # read again: NaN and byte order marks are read, too, and what is wrong has a line
            return msgspec.json.decode(msgspec.json.encode(read_json(path)), type=shape)
    except OSError as error:
        raise ArtefactError(path, None, error.strerror or "it cannot be read") from None
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise ArtefactError(path, None, f"not what dbt writes ({error}); is this the right file?") from None


def each(raws: Mapping[str, Raw], shape: type[T], path: str, notes: list[Note]) -> Iterator[tuple[str, T]]:
    """The values by id; one of another shape costs itself."""
    for key, raw in raws.items():
        try:
            yield key, msgspec.json.decode(raw, type=shape)
        except (msgspec.DecodeError, RecursionError) as error:
            notes.append(Note(path, None, f"{key}: not as dbt writes it ({error}); it was left out"))


def unknown_version(metadata: Metadata, path: str) -> Iterator[Note]:
    """That a file is of a version whose fields nobody has compared."""
    found = _SCHEMA.search(text(metadata.dbt_schema_version) or "")
    if found is not None and int(found[2]) not in KNOWN.get(found[1], ()):
        known = ", ".join(f"v{version}" for version in KNOWN[found[1]])
        yield Note(path, None, f"{found[1]} v{found[2]} is none of {known}; what is written as in these was taken")
