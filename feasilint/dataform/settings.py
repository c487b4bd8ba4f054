"""workflow_settings.yaml, or dataform.json of older projects."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.dbt.plain import mapping, text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.dbt.files import Files

SETTINGS_FILES = ("workflow_settings.yaml", "dataform.json")

_NAMES: dict[str, tuple[str, ...]] = {
    "database": ("defaultProject", "defaultDatabase"),
    "schema": ("defaultDataset", "defaultSchema"),
    "assertions": ("defaultAssertionDataset", "assertionSchema"),
    "location": ("defaultLocation",),
    "warehouse": ("warehouse",),
}
"""What both files call it; code sees it as `dataform.projectConfig.…` under all of these names."""


class Settings(Struct, frozen=True):
    """`code`: what code sees as `dataform.projectConfig`."""

    database: str | None = None
    schema: str | None = None
    warehouse: str = "bigquery"
    code: Mapping[str, object] = field(default_factory=lambda: {"warehouse": "bigquery", "vars": {}})


def read_settings(files: Files) -> Settings:
    """The settings of the project in a folder; JSON is YAML, too."""
    given: Mapping[str, object] = {}
    for name in SETTINGS_FILES:
        given = given or mapping(files.yaml(posixpath.join(files.root, name)))
    found = {
        key: next((stated for name in names if (stated := text(given.get(name)))), None)
        for key, names in _NAMES.items()
    }
    known = {name: found[key] for key, names in _NAMES.items() for name in names if found[key] is not None}
    code = {"warehouse": "bigquery", **known, "vars": dict(mapping(given.get("vars")))}
    return Settings(found["database"], found["schema"], found["warehouse"] or "bigquery", code)
