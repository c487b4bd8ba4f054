"""Columns and tests as properties files of dbt state them, in the words of its manifest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.imports._dbt_artefacts import Node
from feasilint.dbt.plain import items, mapping, mappings, text, texts
from feasilint.dbt.values import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.dbt.values import Variables

    Given = Mapping[str, object]

_TESTS = ("data_tests", "tests")
_ALL = (None, "*", "all")


def columns(given: Given, version: Given) -> list[tuple[str, Given]]:
    """The columns of a table with their names, which may be there twice; `version` is what one of several versions states."""
    own, changed = _named(given), _named(version)
    kept = next((one for one in mappings(version.get("columns")) if "include" in one or "exclude" in one), {})
    left_out = (*texts(kept.get("exclude")), *(name for name, _ in changed))
    included = None if kept.get("include") in _ALL else texts(kept.get("include"))
    return [
        (name, one) for name, one in own if name not in left_out and (included is None or name in included)
    ] + changed


def tests(given: Given, version: Given, about: str, settings: Given, variables: Variables) -> Iterator[Node]:
    """The tests of the table with this id and of its columns, but for those that are, or may be, switched off. `settings`:
    those that hold for all tests of the file."""
    whole = version if any(version.get(key) is not None for key in _TESTS) else given
    for column, level in (*columns(given, version), (None, whole)):
        for written in (one for key in _TESTS for one in items(level.get(key))):
            yield from _test(written, about, column, settings, variables)


def _named(given: Given) -> list[tuple[str, Given]]:
    return [(name, one) for one in mappings(given.get("columns")) if (name := text(one.get("name"))) is not None]


def _test(written: object, about: str, column: str | None, settings: Given, variables: Variables) -> Iterator[Node]:
    """`unique`, `{unique: {…}}` or `{test_name: unique, …}`. What it states is left as it is written: of a condition it matters
    only that there is one."""
    named = mapping(written)
    name, stated = next(iter(named.items()), (text(written), None))
    if "test_name" in named:
        name, stated = text(named["test_name"]), named
    arguments = {**mapping(stated), **mapping(mapping(stated).get("arguments"))}
    config = {**settings, **arguments, **mapping(arguments.get("config"))}
    if name is None or str(resolved(config.get("enabled", True), variables)).lower() != "true":
        return
    yield Node(
        resource_type="test",
        attached_node=about,
        column_name=column,
        test_metadata={"name": name.rpartition(".")[2], "kwargs": {"column_name": column, **arguments}},
        config={"where": config.get("where")},
    )
