"""Templates of SqlRender."""

from __future__ import annotations

import pytest

from feasilint.lower.sql.reading import read
from feasilint.lower.sql.sqlrender import plain


@pytest.mark.parametrize(
    "text", ["SELECT {x} FROM t", "SELECT '{a}' : b FROM t", "SELECT {'a': 1} FROM t", "SELECT a ? b FROM t"]
)
def test_other_braces_stay(text: str):
    assert plain(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("{DEFAULT @a = 'x'}\nSELECT 1", "\nSELECT 1"),
        ("SELECT a {@b == 1} ? {, b} FROM t", "SELECT a , b FROM t"),
        ("SELECT {@b == 1} ? {b} : {c} FROM t", "SELECT b FROM t"),
        ("SELECT a FROM t {@x}?{WHERE {@y} ? {y} : {z} = 1\n}", "SELECT a FROM t WHERE y = 1\n"),
        ("SELECT a {@b} ? {", "SELECT a "),
        ("FROM t {@x} ? {WHERE a = 1} {!@x} ? {WHERE b = 2}", "FROM t WHERE a = 1"),
        ("FROM t {@x}?{WHERE a}\n{@y}?{where b}\n{!@x & !@y}?{where c}", "FROM t WHERE a"),
        ("FROM t {@x}?{WHERE a} ORDER BY d UNION SELECT 1 FROM u {@y}?{WHERE b}", "FROM t WHERE a ORDER BY d UNION SELECT 1 FROM u WHERE b"),
        ("JOIN {'@n' IN ('A','B')}?{a.@n t} {'@n' == 'C'}?{b.@n t} ON x", "JOIN a.@n t ON x"),
        ("SELECT --{@v == '4'}?{\n a\n--}\n--{@v == '5'}?{\n b\n--}\nFROM t", "SELECT -- a -- -- FROM t"),
        ("WHERE a {@x == 1}?{AND b} {@y == 1}?{AND c}", "WHERE a AND b AND c"),
        ("WHERE a {@x != 1}?{AND b} {@x != 2}?{AND c}", "WHERE a AND b AND c"),
        ("FROM t {@x}?{WHERE a {@y}?{AND b}} {@z}?{WHERE c}", "FROM t WHERE a AND b"),
    ],
)  # fmt: skip
def test_of_a_condition_the_first_branch_stays(text: str, left: str):
    made = plain(text)
    assert made.split() == left.split()
    assert len(made) == len(text)
    assert made.count("\n") == text.count("\n")


def test_a_query_with_a_branch_is_read():
    text = "SELECT COUNT(*) AS n FROM (SELECT c.x FROM @cdm.person c {@cohort & '@run' == 'Yes'}?{ JOIN @db.@table k ON c.x = k.y } ) v"
    (statement,) = read(text, None).statements
    assert statement.tree is not None
    assert "JOIN @db.@table AS k ON c.x = k.y" in statement.tree.sql()
