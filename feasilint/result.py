"""The outcome of a scan, as reporters take it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.catalog.model import Catalog
    from feasilint.documents.model import Document
    from feasilint.findings import Finding


class ScanResult(Struct, frozen=True):
    """`findings` by path and position; `suppressed` those silenced by an ignore comment. `documents`: every file that was
    reported on, by path; `upstream`: others of the project that lent their lineage. `features`: how many were judged.
    `unknown_sources`: read, but not in the catalog (all of them without a catalog). `hints`: one-line advice about the run
    as a whole. `errors`: failures of rules, isolated."""

    findings: tuple[Finding, ...] = ()
    suppressed: tuple[Finding, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    upstream: Mapping[str, Document] = field(default_factory=dict)
    features: int = 0
    models: int = 0
    unknown_sources: tuple[str, ...] = ()
    catalog: Catalog | None = None
    hints: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
