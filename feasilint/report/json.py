"""Findings for programs: the schema `feasilint.scan/1`, described in `scan.schema.json` and docs/json.md."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from feasilint import __version__
from feasilint.findings import Place
from feasilint.report.places import Texts
from feasilint.report.summary import counts

if TYPE_CHECKING:
    from feasilint.findings import Finding
    from feasilint.result import ScanResult

SCHEMA = "feasilint.scan/1"


def render(result: ScanResult) -> str:
    """The report as indented JSON, ending in a newline."""
    return json.dumps(document(result), indent=2, ensure_ascii=True) + "\n"


def document(result: ScanResult) -> dict[str, Any]:
    """The report as JSON values."""
    texts = Texts({**result.upstream, **result.documents})
    total = counts(result)
    return {
        "schema": SCHEMA,
        "version": __version__,
        "catalog": result.catalog.path if result.catalog else None,
        "summary": {
            "errors": total.errors,
            "warnings": total.warnings,
            "infos": total.infos,
            "suppressed": total.suppressed,
            "files": total.files,
            "features": total.features,
            "models": total.models,
        },
        "findings": [_finding(finding, texts) for finding in result.findings],
        "suppressed": [_finding(finding, texts) for finding in result.suppressed],
        "unknown_sources": list(result.unknown_sources),
        "hints": list(result.hints),
        "errors": list(result.errors),
    }


def fingerprint(finding: Finding) -> str:
    """What stays the same while lines and cells move: a hash of rule, path, feature, source and column."""
    parts = (finding.code, finding.place.path, finding.feature, finding.source, finding.column)
    return sha256("\0".join(part or "" for part in parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _finding(finding: Finding, texts: Texts) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity.word,
        "confidence": finding.confidence,
        "message": finding.message,
        **_place(finding.place, texts),
        "labels": [{**_place(label.place, texts), "text": label.text} for label in finding.labels],
        "feature": finding.feature,
        "model": finding.model,
        "source": finding.source,
        "column": finding.column,
        "owner": finding.owner,
        "facts": [{"name": name, "text": text} for name, text in finding.facts],
        "help": finding.help,
        "suggestion": _suggestion(finding),
        "fix": _fix(finding, texts),
        "notes": list(finding.notes),
        "fingerprint": fingerprint(finding),
    }


def _place(place: Place, texts: Texts) -> dict[str, Any]:
    return {"path": place.path, "span": _span(place, texts)}


def _span(place: Place, texts: Texts) -> dict[str, Any] | None:
    """A span as `inspect` gives it, with the cell's id and the physical lines of the file."""
    span = place.span
    if span is None:
        return None
    cell = texts.locate(place).cell
    return {
        **asdict(span),
        "cell_id": cell.id if cell else None,
        "execution_count": cell.execution_count if cell else None,
        "file_line": texts.physical(place, span.line),
        "file_end_line": texts.physical(place, span.end_line),
    }


def _suggestion(finding: Finding) -> dict[str, str] | None:
    suggestion = finding.suggestion
    if suggestion is None:
        return None
    return {
        "title": suggestion.title,
        "code": suggestion.code,
        "language": suggestion.language,
        "saves": suggestion.saves,
    }


def _fix(finding: Finding, texts: Texts) -> dict[str, Any] | None:
    """What `--fix` (or `--unsafe-fixes`) would do, before it is tried; or why there is nothing that it could do."""
    suggestion = finding.suggestion
    if suggestion is None or (suggestion.fix is None and not suggestion.obstacle):
        return None
    fix = suggestion.fix
    path, edits = (fix.path, fix.edits) if fix is not None else (finding.place.path, ())
    return {
        "available": fix is not None,
        "safe": fix is not None and fix.safe,
        "path": path,
        "edits": [{"span": _span(Place(path, edit.span), texts), "text": edit.text} for edit in edits],
        "obstacle": suggestion.obstacle or None,
    }
