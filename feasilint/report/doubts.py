"""Doubts about a catalog, for people and for programs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from msgspec.structs import astuple

from feasilint.report.screen import visible
from feasilint.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.catalog.care.doubt import Doubt
    from feasilint.catalog.model import Catalog

SCHEMA = "feasilint.doubts/1"


def render(path: str, catalog: Catalog, doubts: Sequence[Doubt]) -> str:
    """One line for each doubt, in the order of the file, and one that sums up."""
    lines = [visible(str(doubt)) for doubt in _sorted(doubts, path)]
    counts = f"{plural(len(catalog.sources), 'source')}, {plural(len(catalog.models), 'model')}"
    points = plural(len(catalog.prediction_points), "prediction point")
    return "\n".join([*lines, f"{path}: {counts}, {points}: no errors, {plural(len(doubts), 'doubt')}", ""])


def render_json(path: str, doubts: Sequence[Doubt]) -> str:
    """The doubts in the schema `feasilint.doubts/1`."""
    listed = [
        {
            "path": doubt.mark.path if doubt.mark else path,
            "line": doubt.mark.line if doubt.mark else None,
            "column": doubt.mark.column if doubt.mark else None,
            "kind": doubt.kind,
            "about": doubt.about,
            "message": doubt.message,
        }
        for doubt in _sorted(doubts, path)
    ]
    return json.dumps({"schema": SCHEMA, "catalog": path, "doubts": listed}, indent=2) + "\n"


def _sorted(doubts: Sequence[Doubt], path: str) -> list[Doubt]:
    """Those of the catalog first, by line; then those of its other files and of the code."""
    return sorted(doubts, key=lambda doubt: _position(doubt, path))


def _position(doubt: Doubt, path: str) -> tuple[bool, str, int, int, str]:
    mark = doubt.mark
    return (False, "", 0, 0, doubt.kind) if mark is None else (mark.path != path, *astuple(mark), doubt.kind)
