"""Data-modifying common table expressions: what they write, and what RETURNING gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


def _sources(text: str) -> list[str]:
    return [one["name"] for one in inspect_source(text, kind="sql", dialect="postgres")["sources"]]


def test_a_change_without_returning_gives_no_rows(lineage: Lineage) -> None:
    text = "WITH d AS (DELETE FROM q USING z WHERE q.k = z.k) SELECT a FROM o"
    assert lineage(text, "postgres") == {"a": "o.a"}
    assert "q" not in _sources(text)


def test_rows_that_are_only_written_are_no_source(lineage: Lineage) -> None:
    text = "WITH ins AS (INSERT INTO arch (id, payload) VALUES (1, 'x') RETURNING id) SELECT id FROM ins"
    assert lineage(text, "postgres") == {"arch.id": "", "arch.payload": "", "None.id": ""}
    assert _sources(text) == []


def test_rows_that_move(lineage: Lineage) -> None:
    text = (
        "WITH moved AS (DELETE FROM app.q WHERE ts < now() RETURNING id, payload),"
        " ins AS (INSERT INTO app.arch SELECT id, payload FROM moved RETURNING id) SELECT count(*) AS n FROM ins"
    )
    assert lineage(text, "postgres") == {
        "app.arch.id": "app.q.id | where app.q.ts",
        "app.arch.payload": "app.q.payload | where app.q.ts",
        "None.n": "app.q.* | where app.q.ts",
    }
    assert _sources(text) == ["app.q"]


def test_returning_gives_the_names_of_the_target(lineage: Lineage) -> None:
    text = "WITH i AS (INSERT INTO arch (k, v) SELECT a, b FROM q RETURNING v || '!' AS w) SELECT w FROM i"
    assert lineage(text, "postgres")["None.w"] == "q.b"


def test_returning_gives_the_values_after_an_update(lineage: Lineage) -> None:
    text = "WITH u AS (UPDATE t SET v = s.w FROM s WHERE s.k = t.k RETURNING t.id, t.v, s.x) SELECT id, v, x FROM u"
    role = "where s.k, where t.k"
    assert lineage(text, "postgres") == {
        "t.v": f"s.w | {role}",
        "None.id": f"t.id | {role}",
        "None.v": f"s.w | {role}",
        "None.x": f"s.x | {role}",
    }
    alone = "WITH u AS (UPDATE t SET v = v + 1 WHERE k = 2 RETURNING id, v) SELECT id, v FROM u"
    assert lineage(alone, "postgres") == {
        "t.v": "t.v | where t.k",
        "None.id": "t.id | where t.k",
        "None.v": "t.v | where t.k",
    }


def test_returning_gives_the_values_after_a_merge(lineage: Lineage) -> None:
    text = (
        "WITH m AS (MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.w RETURNING t.v)"
        " SELECT v FROM m"
    )
    assert lineage(text, "postgres")["None.v"].startswith("s.w | ")
