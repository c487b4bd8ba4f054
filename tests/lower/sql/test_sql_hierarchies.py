"""CONNECT BY: what decides about the rows, and LEVEL."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


def test_level_is_a_column_elsewhere(lineage: Lineage) -> None:
    assert lineage("SELECT level AS l FROM emp", "oracle") == {"l": "emp.level"}


def test_a_hierarchy(lineage: Lineage) -> None:
    text = "SELECT LEVEL AS l, e.id FROM emp e WHERE LEVEL < 3 START WITH e.boss IS NULL CONNECT BY PRIOR e.id = e.mgr"
    roles = "where emp.boss, where emp.id, where emp.mgr"
    assert lineage(text, "oracle") == {"l": f" | {roles}", "id": f"emp.id | {roles}"}
