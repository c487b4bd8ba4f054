"""The definition of a feature in the language of each platform: one module each, with `render(definition, dialect)`."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from feasilint.suggest.platforms.files import File, Refused

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition

__all__ = ["PLATFORMS", "File", "Refused", "rendered"]

PLATFORMS = ("feast", "chronon", "databricks", "dbt", "sqlmesh", "sql")


def rendered(definition: Definition, platform: str, dialect: str) -> tuple[File, ...]:
    """The files of a definition for one of the platforms. Raises Refused where it cannot serve it, with what to do instead."""
    render = import_module(f"feasilint.suggest.platforms.{platform}").render
    files: tuple[File, ...] = render(definition, dialect)
    return files
