"""Variables that a section before BEGIN declares: they are no columns, and what is selected into them is no table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]

BODIES = {
    "postgres": "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$ DECLARE {0} BEGIN {1} END $$",
    "oracle": "CREATE OR REPLACE PROCEDURE p IS {0} BEGIN {1} END;",
    "snowflake": "DECLARE {0} BEGIN {1} END",
}


def test_a_select_into_a_name_that_is_not_declared_makes_a_table(lineage: Lineage) -> None:
    text = "DO $$ DECLARE v int; BEGIN SELECT max(d) AS d INTO w FROM g; END $$"
    assert lineage(text, "postgres") == {"d": "g.d"}


def test_a_known_column_comes_before_a_variable(lineage: Lineage) -> None:
    text = "CREATE TABLE t (a INT, v INT); DO $$ DECLARE v int := 3; BEGIN INSERT INTO u SELECT v FROM t; END $$"
    assert lineage(text, "postgres") == {"v": "t.v"}


@pytest.mark.parametrize("dialect", BODIES)
def test_declared_variables_are_no_columns(lineage: Lineage, dialect: str) -> None:
    text = BODIES[dialect].format(
        "v_start DATE := '2024-01-01'; v_max DATE; v_n CONSTANT INT NOT NULL DEFAULT 3;",
        "v_max := CURRENT_DATE; INSERT INTO o SELECT u FROM ev WHERE ts >= v_start AND d < v_max AND n = v_n;",
    )
    assert lineage(text, dialect) == {"u": "ev.u | where ev.d, where ev.n, where ev.ts"}


@pytest.mark.parametrize("dialect", ["postgres", "oracle"])
def test_what_is_selected_into_a_variable(lineage: Lineage, dialect: str) -> None:
    text = BODIES[dialect].format(
        "v_max DATE;", "SELECT max(d) INTO v_max FROM g; INSERT INTO o SELECT a FROM k WHERE e < v_max;"
    )
    assert lineage(text, dialect) == {"a": "k.a | where g.d, where k.e"}


def test_a_section_that_begins_with_an_interval(lineage: Lineage) -> None:
    text = BODIES["postgres"].format(
        "v_start timestamptz := now() - interval '30 days';", "INSERT INTO o SELECT u FROM ev WHERE ts >= v_start;"
    )
    assert lineage(text, "postgres") == {"u": "ev.u | where ev.ts"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("oracle", "BEGIN FOR i IN 1..10 LOOP INSERT INTO o SELECT a FROM t; END LOOP; END;"),
        ("postgres", "DO $$ BEGIN FOR r IN EXECUTE 'SELECT 1' LOOP INSERT INTO o SELECT a FROM t; END LOOP; END $$"),
    ],
)
def test_loops_over_anything_but_a_query(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"a": "t.a"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("oracle", "BEGIN FOR r IN (SELECT id, x FROM s) LOOP v := r.id; {0}; END LOOP; END;"),
        ("postgres", "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id, x FROM s LOOP {0}; END LOOP; END $$"),
        ("postgres", "DO $$ BEGIN FOR r IN SELECT id, x FROM s LOOP IF r.x > 3 THEN {0}; END IF; END LOOP; END $$"),
    ],
)
def test_the_rows_that_a_loop_runs_over(lineage: Lineage, dialect: str, text: str) -> None:
    body = "INSERT INTO o SELECT r.id AS c FROM t WHERE t.k = r.x"
    assert lineage(text.format(body), dialect) == {"c": "s.id | where s.x, where t.k"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("tsql", "DECLARE @id INT = 3\nSELECT id INTO o FROM t WHERE k = @id"),
        ("tsql", "DECLARE @id INT; SET @id = 3; SELECT id INTO o FROM t WHERE k = @id"),
        ("mysql", "SET @id = 3; CREATE TABLE o AS SELECT id FROM t WHERE k = @id"),
        ("snowflake", "SET id = 3; CREATE TABLE o AS SELECT id FROM t WHERE k = $id"),
        ("bigquery", "DECLARE x INT64 DEFAULT 3; CREATE TABLE o AS SELECT id FROM t WHERE k = @id"),
    ],
)
def test_a_column_that_is_named_like_a_variable_with_a_sign(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"id": "t.id | where t.k"}


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("tsql", "DECLARE @v INT = (SELECT MAX(x) FROM m)\nSELECT a INTO o FROM t WHERE k > @v"),
        ("mysql", "SET @v = (SELECT MAX(x) FROM m); CREATE TABLE o AS SELECT a FROM t WHERE k > @v"),
        ("snowflake", "SET v = (SELECT MAX(x) FROM m); CREATE TABLE o AS SELECT a FROM t WHERE k > $v"),
        ("snowflake", "SET (u, v) = (SELECT 1, MAX(x) FROM m); CREATE TABLE o AS SELECT a FROM t WHERE k > $v"),
    ],
)
def test_the_value_of_a_variable_with_a_sign(lineage: Lineage, dialect: str, text: str) -> None:
    assert lineage(text, dialect) == {"a": "t.a | where m.x, where t.k"}
