"""What an INSERT does with rows that are there already."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Outline = Callable[..., list[str]]
    Lineage = Callable[..., dict[str, str]]


@pytest.mark.parametrize(
    ("dialect", "clause"),
    [
        ("postgres", "ON CONFLICT DO NOTHING"),
        ("postgres", "ON CONFLICT (k) DO UPDATE SET n = excluded.n"),
        ("mysql", "ON DUPLICATE KEY UPDATE n = VALUES(n)"),
    ],
)
def test_nothing_but_the_insert(outline: Outline, dialect: str, clause: str) -> None:
    assert outline(f"INSERT INTO t (k, n) SELECT a, b FROM s {clause}", dialect)[-1] == "insert t r1 ['k', 'n']"


@pytest.mark.parametrize(
    ("dialect", "clause", "changes"),
    [
        ("postgres", "ON CONFLICT (k) DO UPDATE SET n = t.n + excluded.n", "on eq(r3.k, r2.k) | n = add(r3.n, r2.n)"),
        ("postgres", "ON CONFLICT (k) DO UPDATE SET (m, n) = (n, 1)", "on eq(r3.k, r2.k) | m = r3.n; n = 1"),
        ("sqlite", "ON CONFLICT (k) DO UPDATE SET d = n WHERE excluded.k > 1", "on eq(r3.k, r2.k) | d = r3.n"),
        ("mysql", "ON DUPLICATE KEY UPDATE n = n + VALUES(n), m = s.c", "on None | n = add(r3.n, r2.n); m = r0.c"),
    ],
)
def test_an_update_of_the_row_that_is_there(outline: Outline, dialect: str, clause: str, changes: str) -> None:
    lines = outline(f"INSERT INTO t (k, n) SELECT a, b FROM s {clause}", dialect)
    assert lines[-3:] == [f"r4 Upsert(r3, r2) {changes}", "insert t r1 ['k', 'n']", "upsert t r4"]


def test_the_alias_of_the_values(outline: Outline) -> None:
    text = "INSERT INTO t (k, n) VALUES (1, now()) AS new ON DUPLICATE KEY UPDATE n = least(n, new.n)"
    assert outline(text, "mysql")[-3] == "r3 Upsert(r2, r1) on None | n = least(r2.n, r1.n)"


def test_the_condition_counts(lineage: Lineage) -> None:
    text = "INSERT INTO t (k, n) SELECT a, b FROM s ON CONFLICT (k) DO UPDATE SET n = 0 WHERE t.d < 3"
    assert lineage(text, "postgres") == {"k": "s.a", "n": " | merge_cond t.d, merge_join s.a"}
