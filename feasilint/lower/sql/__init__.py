"""The SQL front end: sqlglot's trees of any dialect to the relational IR."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.documents.model import Document
    from feasilint.ir import Expression, Fragment, Program, Relation
    from feasilint.lower.builder import Builder
    from feasilint.lower.options import Options


class SqlResult(Struct, frozen=True):
    """What SQL inside a program gives back: the rows of its last query, and the temporary tables and views it made by
    folded name."""

    result: Relation | None
    temporary: Mapping[str, Relation] = field(default_factory=dict)


def lower_document(document: Document, options: Options) -> Program:
    """The program of a SQL file; never raises for what it contains."""
    from feasilint.lower.sql.lowering import lower_document as lower

    return lower(document, options)


def lower_text(
    builder: Builder,
    fragment: Fragment,
    tables: Mapping[str, Relation] | None = None,
    parameters: Mapping[str, Expression] | None = None,
) -> SqlResult:
    """Lower every statement of a fragment into the builder.

    `tables` are names, as written, that stand for relations of the surrounding program; `parameters` the values, by name and
    without a sign, of what the text leaves open. Writes become sinks of the builder, a bare query only the result.
    """
    from feasilint.lower.sql.lowering import lower_text as lower

    return lower(builder, fragment, tables or {}, parameters or {})
