"""Which columns make a row of a dbt table one: what its constraints, its tests and its way of being built say.

The `primary_key` of a manifest is what dbt infers from the same, but from tests of some rows, too."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.dbt.plain import items, mapping, mappings, text, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.imports._dbt_artefacts import Node

_NAME = re.compile(r"[A-Za-z_]\w*")
_UNIQUE = {  # tests that say that no two rows are alike in some columns, and which argument names these
    "unique": "column_name",
    "expect_column_values_to_be_unique": "column_name",
    "unique_combination_of_columns": "combination_of_columns",
    "expect_compound_columns_to_be_unique": "column_list",
    "primary_key": "column_names",
}
_MERGING = ("bigquery", "databricks", "snowflake")
"""Adapters that merge where a unique key is given and nothing else is said."""


class Tested(Struct):
    """What tests say of one table: the columns that are unique, alone or together, and those that are never null."""

    unique: list[tuple[str, ...]] = field(default_factory=list)
    filled: set[str] = field(default_factory=set)


def tested(tests: Iterable[Node]) -> dict[str, Tested]:
    """What tests say of all rows, by the id of the table."""
    found: dict[str, Tested] = {}
    for test in tests:
        about = _tested_node(test)
        if about is None or text(mapping(test.config).get("where")) is not None:
            continue
        test_of = mapping(test.test_metadata)
        kind, arguments = text(test_of.get("name")) or "", mapping(test_of.get("kwargs"))
        columns = names(arguments.get(_UNIQUE.get(kind, "column_name")) or test.column_name)
        if kind in _UNIQUE and columns and not text(arguments.get("row_condition")):
            found.setdefault(about, Tested()).unique.append(columns)
        elif kind == "not_null":
            found.setdefault(about, Tested()).filled.update(columns)
    return found


def grain(node: Node, told: Tested | None, adapter: str | None, entity: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The columns of which a row is one; `entity` is what a semantic model says of it."""
    return next((key for key in _keys(node, told or Tested(), adapter, entity) if key), ())


def names(value: object) -> tuple[str, ...]:
    """Columns by name; none if one of them is an expression."""
    found = tuple(word.strip().strip('"`') for word in texts(value))
    return found if all(_NAME.fullmatch(name) for name in found) else ()


def _keys(node: Node, told: Tested, adapter: str | None, entity: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """From the surest on."""
    config = mapping(node.config)
    if text(node.resource_type) == "snapshot":  # every row is a version of what its key names
        key = names(config.get("unique_key"))
        since = text(mapping(config.get("snapshot_meta_column_names")).get("dbt_valid_from")) or "dbt_valid_from"
        yield (*key, since) if key else ()
        return
    yield _constraint(node)
    alone = [key for key in told.unique if len(key) == 1]
    yield next((key for key in alone if key[0] in told.filled), ())
    yield min((key for key in told.unique if len(key) > 1), key=len, default=())
    yield next(iter(alone), ())
    yield _merged_by(config, adapter)
    yield entity


def _constraint(node: Node) -> tuple[str, ...]:
    for constraint in mappings(node.constraints):
        if _is_primary(constraint.get("type")):
            return names(constraint.get("columns"))
    columns = mapping(node.columns)
    keys = (name for name, column in columns.items() for one in mappings(mapping(column).get("constraints"))
            if _is_primary(one.get("type")))  # fmt: skip
    return names(list(dict.fromkeys(keys)))


def _is_primary(kind: object) -> bool:
    return (text(kind) or "").lower() == "primary_key"


def _merged_by(config: object, adapter: str | None) -> tuple[str, ...]:
    """The key that rows are merged by: warehouses refuse to merge several rows into one. Deleting and inserting keeps all."""
    given = mapping(config)
    strategy = text(given.get("incremental_strategy")) or ("merge" if adapter in _MERGING else None)
    merges = text(given.get("materialized")) == "incremental" and strategy == "merge"
    return names(given.get("unique_key")) if merges else ()


def _tested_node(test: Node) -> str | None:
    attached = text(test.attached_node)
    if attached is not None:
        return attached
    read = texts(mapping(test.depends_on).get("nodes"))
    return read[0] if len(read) == 1 else None


def entity_of(semantic: Node) -> tuple[str, ...]:
    """The primary entity of a semantic model."""
    for entity in mappings(semantic.entities):
        if text(entity.get("type")) == "primary":
            return names(entity.get("expr") or entity.get("name"))
    return ()


def time_of(semantic: Node) -> str | None:
    """The column of the dimension that a semantic model counts by."""
    wanted = text(mapping(semantic.defaults).get("agg_time_dimension"))
    found = next((one for one in mappings(semantic.dimensions) if text(one.get("name")) == wanted), None)
    columns = names(None if found is None or wanted is None else found.get("expr") or wanted)
    return columns[0] if columns else None


def read_nodes(node: Node) -> tuple[str, ...]:
    """The ids of what a node reads."""
    return texts(items(mapping(node.depends_on).get("nodes")))
