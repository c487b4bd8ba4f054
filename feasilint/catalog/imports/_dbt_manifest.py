"""What a manifest declares."""

from __future__ import annotations

from feasilint.catalog.imports import _dbt_keys as keys
from feasilint.catalog.imports._dbt_artefacts import Manifest, Node, decoded, each, unknown_version
from feasilint.catalog.imports._dbt_nodes import STORED, Declared, Stored, file_in
from feasilint.catalog.imports.artefact import day
from feasilint.dbt.plain import text


def declared(path: str) -> Declared:
    """What the manifest at this path says. Raises ArtefactError."""
    manifest = decoded(path, Manifest)
    made, adapter = day(manifest.metadata.generated_at), text(manifest.metadata.adapter_type)
    found = Declared("dbt manifest", path, made, made, lambda _: (path, None), adapter)
    found.notes.extend(unknown_version(manifest.metadata, path))
    for key, node in each({**manifest.sources, **manifest.nodes}, Node, path, found.notes):
        if text(node.resource_type) == "test":
            found.tests.append(node)
        elif (name := name_of(node)) is not None and (key.startswith("source.") or text(node.resource_type) in STORED):
            found.tables[key] = Stored(name, node)
    found.exposures = dict(each(manifest.exposures, Node, path, found.notes))
    found.groups = {text(group.name) or key: group for key, group in each(manifest.groups, Node, path, found.notes)}
    for _, semantic in each(manifest.semantic_models, Node, path, found.notes):
        found.semantic.update((read, semantic) for read in keys.read_nodes(semantic))
    return found


def name_of(node: Node) -> str | None:
    """The name that SQL has for a table, or the file that a source is read from; None for what is not stored."""
    written = text(node.relation_name)
    return None if written is None else file_in(written) or ".".join(node.relation()) or None
