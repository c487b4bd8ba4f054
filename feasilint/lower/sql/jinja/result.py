"""What comes of rendering a template."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.dbt.references import Reference
    from feasilint.ir.program import DiagnosticKind
    from feasilint.lower.sql.jinja.places import Place
    from feasilint.lower.sql.marks import Mark


class Rendered(Struct, frozen=True):
    """`text`: the SQL, with a marker for each table and for what is unknown; `known`: what those markers stand for, by their
    code. `places`: where the text comes from. `config`: what `config()` was given. `model`: whether the template is that of
    a table. `forked`: whether a condition was unknown. `missing`: macros of packages that are not installed;
    `unknown`: references that lead to nothing that the project's files define."""

    text: str
    known: Mapping[str, Mark]
    places: tuple[Place, ...] = ()
    config: Mapping[str, Any] = field(default_factory=dict)
    model: bool = False
    forked: bool = False
    missing: tuple[str, ...] = ()
    unknown: tuple[Reference, ...] = ()


class Refused(Struct, frozen=True):
    """Why a template was not rendered, at which line of it, and what kind of mistake that is. `itself`: it says so itself, on one
    of the ways that an unknown condition leaves open."""

    reason: str
    line: int = 1
    kind: DiagnosticKind = "dynamic-sql"
    itself: bool = False
