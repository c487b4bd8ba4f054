"""target/manifest.json: what dbt made of the project when it last ran. Only the nodes that are asked for are decoded."""

from __future__ import annotations

import hashlib
import posixpath
import re
from typing import TYPE_CHECKING

import msgspec
from msgspec import Raw, Struct, field

from feasilint.dbt.plain import mapping, text

if TYPE_CHECKING:
    from feasilint.dbt.files import Files
    from feasilint.dbt.model import Version

_LARGEST = 1024 * 1024 * 1024
_PART = re.compile(r'"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]|([^.\s]+)')


class Node(Struct, frozen=True):
    """A model, seed, snapshot or source. Every field may be missing, or be of another type in other versions of dbt."""

    relation_name: object = None
    database: object = None
    schema: object = None
    alias: object = None
    identifier: object = None
    checksum: object = None
    language: object = None
    compiled_code: object = None
    compiled_sql: object = None
    config: object = None
    tags: object = None
    meta: object = None

    def relation(self) -> tuple[str, ...]:
        """The name that dbt gives it in the warehouse; empty for what is not stored."""
        written = text(self.relation_name)
        if written is not None:
            return tuple(next(part for part in found if part) for found in _PART.findall(written) if any(found))
        return ()

    def code(self, content: str) -> str | None:
        """The compiled SQL, if it was compiled from this content."""
        compiled = self.compiled_code if self.compiled_code is not None else self.compiled_sql
        same = mapping(self.checksum).get("checksum") in _checksums(content)
        return compiled if isinstance(compiled, str) and compiled and same else None


class _Metadata(Struct, frozen=True):
    adapter_type: object = None
    project_name: object = None


class Manifest(Struct, frozen=True):
    """`nodes` and `sources` are undecoded, by unique id."""

    metadata: _Metadata = field(default_factory=_Metadata)
    nodes: dict[str, Raw] = field(default_factory=dict)
    sources: dict[str, Raw] = field(default_factory=dict)

    def node(self, kind: str, package: str, name: str, version: Version | None = None) -> Node | None:
        """The node of a model, seed or snapshot."""
        suffix = "" if version is None else f".v{version}"
        return _decoded(self.nodes.get(f"{kind}.{package}.{name}{suffix}"))

    def source(self, package: str, source: str, table: str) -> Node | None:
        """The node of a source's table."""
        return _decoded(self.sources.get(f"source.{package}.{source}.{table}"))

    def has_model(self, name: str, package: str | None) -> bool:
        """Whether dbt knew a model, seed or snapshot of this name, in any version."""
        named = (key.split(".")[1:3] for key in self.nodes if key.startswith(("model.", "seed.", "snapshot.")))
        return any(known == name and package in (None, home) for home, known in named)

    def has_source(self, source: str, table: str) -> bool:
        return any(key.endswith(f".{source}.{table}") for key in self.sources)

    @property
    def adapter(self) -> str | None:
        return text(self.metadata.adapter_type)


def read_manifest(files: Files, target: str, project: str) -> Manifest:
    """The manifest in the target folder; an empty one if there is none, or if it is another project's."""
    path = posixpath.join(files.root, target, "manifest.json")
    data = files.bytes(path, _LARGEST)
    if data is None:
        return Manifest()
    try:
        manifest = msgspec.json.decode(data, type=Manifest)
    except (msgspec.DecodeError, RecursionError) as error:
        files.problem(path, f"is no manifest of dbt ({error}); run `dbt parse` again")
        return Manifest()
    return manifest if text(manifest.metadata.project_name) in (project, None) else Manifest()


def _decoded(raw: Raw | None) -> Node | None:
    if raw is None:
        return None
    try:
        return msgspec.json.decode(raw, type=Node)
    except (msgspec.DecodeError, RecursionError):
        return None


def _checksums(content: str) -> tuple[str, str]:
    """dbt hashes the file without the white space around it; our texts have lost the line ends of Windows."""
    stripped = content.strip()
    return _sha256(stripped), _sha256(stripped.replace("\n", "\r\n"))


def _sha256(content: str) -> str:
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
