"""What is known of one model, one source table, one macro of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

Kind: TypeAlias = Literal["model", "seed", "snapshot"]
Version: TypeAlias = str | int | float


class Period(Struct, frozen=True):
    """`{count: 4, period: hour}`."""

    count: int
    unit: str

    def __str__(self) -> str:
        return f"{self.count} {self.unit}" if self.count == 1 else f"{self.count} {self.unit}s"


class Schedule(Struct, frozen=True):
    """How often a model is built, as it is stated ("1 hour", "0 2 * * *", "daily"), and what states it."""

    every: str
    stated_by: str


class Model(Struct, frozen=True):
    """A model, seed or snapshot.

    `path` is relative to the root of the project, also for models of its packages. `relation` are the parts of the name that
    are sure, from the right: database, schema, alias; empty for an ephemeral model. `config` are all settings, weakest first
    merged; a value that only dbt itself can tell is None. `materialized` is None where nothing states it (dbt makes a view).
    """

    name: str
    package: str
    path: str
    kind: Kind = "model"
    version: Version | None = None
    relation: tuple[str, ...] = ()
    materialized: str | None = None
    schedule: Schedule | None = None
    owner: str | None = None
    columns: tuple[str, ...] = ()
    config: Mapping[str, object] = field(default_factory=dict)

    @property
    def enabled(self) -> bool:
        """Whether dbt is sure to build it."""
        return self.config.get("enabled", True) is True


class SourceTable(Struct, frozen=True):
    """A table that others write. `relation` are the parts of its name that are sure, from the right; `config` are its settings
    with those of its source, `path` the properties file that states them, relative to its package."""

    source: str
    name: str
    package: str
    path: str
    relation: tuple[str, ...]
    columns: tuple[str, ...] = ()
    config: Mapping[str, object] = field(default_factory=dict)


class Macro(Struct, frozen=True):
    """Where a macro is defined; `path` is absolute."""

    name: str
    package: str
    path: str
