"""Template markers become placeholders of their own length: what must stay as it is first."""

from __future__ import annotations

import pytest

from feasilint.lower.sql.template import mask


def shown(text: str, dialect: str | None = None) -> str:
    """The masked text with its marks restored."""
    masked, marks = mask(text, dialect)
    assert len(masked) == len(text)
    return " ".join(marks.restore(masked).split())


@pytest.mark.parametrize(
    "text",
    [
        "SELECT a % 3, b FROM t WHERE x LIKE '%s' AND y LIKE 'a%'",
        "SELECT '{not a marker', \"it''s\" FROM t",
        "SELECT * FROM t -- {{ a comment }} with an apostrophe '",
        "SELECT /* {% if x %} */ 1",
        r"SELECT regexp_like(a, '\d{2}/\d{4}|[a-z]{3}|(x){2}.{1}') FROM t",
        "SELECT {fn now()}, {d '2024-01-01'}",
    ],
)
def test_what_is_no_marker_stays(text: str) -> None:
    assert mask(text)[0] == text


def test_struct_literals_stay_in_dialects_that_have_them() -> None:
    text = "SELECT {'a': 1}, {a:1}"
    assert mask(text, "duckdb")[0] == text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("SELECT * FROM {{ ref('orders') }}", "SELECT * FROM orders"),
        ('SELECT * FROM {{ ref("core", "orders") }}', "SELECT * FROM orders"),
        ("SELECT * FROM {{ source('raw', 'tx') }} t", "SELECT * FROM raw.tx t"),
        ("SELECT * FROM a left join{{ ref('t') }} on a.x = t.x", "SELECT * FROM a left join t on a.x = t.x"),
        ("SELECT * FROM ${ref('raw', 'tx')}", "SELECT * FROM raw.tx"),
        ("{{ config(materialized='table') }} SELECT 1", "SELECT 1"),
        ("SELECT {{ var('start') }}", "SELECT {start}"),
        ("SELECT '{{ var('start') }}'", "SELECT '{start}'"),
        ("SELECT * FROM `{project}.d.t_{day}`", "SELECT * FROM `{project}.d.t_{day}`"),
        ("SELECT * FROM t WHERE a = %(lo)s AND b IN (%s)", "SELECT * FROM t WHERE a = {lo} AND b IN ({s})"),
        ("SELECT a FROM t WHERE d > %start_day", "SELECT a FROM t WHERE d > {start_day}"),
        ("USE ROLE <% ctx.env.role %>", "USE ROLE {ctx.env.role}"),
        ("SELECT 1 {# a note #}", "SELECT 1"),
        ("\\echo done\nSELECT 1", "SELECT 1"),
    ],
)
def test_markers_are_read_as_what_they_stand_for(text: str, plain: str) -> None:
    assert shown(text) == plain


def test_an_incremental_branch_is_left_out() -> None:
    text = "SELECT * FROM t {% if is_incremental() %} WHERE d > (SELECT max(d) FROM {{ this }}) {% endif %} LIMIT 3"
    assert shown(text) == "SELECT * FROM t LIMIT 3"


def test_a_macro_is_no_part_of_the_query() -> None:
    assert shown("{% macro m(a) %} SELECT broken {% endmacro %}SELECT 1") == "SELECT 1"


def test_the_comma_between_rounds_of_a_loop_goes() -> None:
    text = (
        "SELECT {% for c in cols %} sum({{ c }}) AS {{ c }}_sum {% if not loop.last %},{% endif %} {% endfor %} FROM t"
    )
    assert shown(text) == "SELECT sum({c}) AS {c}_sum FROM t"


@pytest.mark.parametrize("text", ["select {{ x from t", "select a from t {% if x", "select '}}' from {{ t"])
def test_a_marker_that_is_not_closed_is_said_and_never_parsed(text: str) -> None:
    masked, marks = mask(text)
    assert "{" not in masked
    assert len(masked) == len(text)
    assert marks.unclosed == text.index("{")


def test_expressions_behind_a_quote_that_is_not_closed_are_read_once() -> None:
    text = "SELECT it's " + "{{ a }} " * 200
    assert mask(text)[0].count("{") == 0


def test_nested_literals_are_no_open_markers() -> None:
    assert mask("SELECT {'a': {'b': 1}}, '{{ 1' FROM t", "duckdb")[1].unclosed is None
