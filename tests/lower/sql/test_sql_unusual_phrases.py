"""Phrases of other dialects and pieces of templates in words that the parser knows."""

from __future__ import annotations

import pytest

from feasilint.api import scan_files
from feasilint.lower.sql.reading import read


def trees(text: str, dialect: str | None = None) -> list[str]:
    return [one.tree.sql("bigquery") if one.tree is not None else "unread" for one in read(text, dialect).statements]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("FROM t |> SET x = x * x, y = f(1, 2) |> WHERE x > 1", "FROM t |> SELECT * REPLACE (x * x AS x, f(1, 2) AS y) |> WHERE x > 1"),
        ("FROM t |> DROP a, b", "FROM t |> SELECT * EXCEPT (a, b)"),
        ("SELECT 1 AS k |> WITH a AS (SELECT 2 AS k), b AS (SELECT 3 AS k), |> WHERE k > 1", "WITH a AS (SELECT 2 AS k), b AS (SELECT 3 AS k) SELECT 1 AS k |> WHERE k > 1"),
        ("FROM t |> RENAME a AS b, c AS d", "FROM t |> SELECT * EXCEPT (a, c), a AS b, c AS d"),
        ("FROM t |> WINDOW sum(a) OVER (PARTITION BY b) AS s", "FROM t |> EXTEND sum(a) OVER (PARTITION BY b) AS s"),
        ("(SELECT a FROM t UNION ALL SELECT a FROM u) |> DROP a", "SELECT * FROM (SELECT a FROM t UNION ALL SELECT a FROM u) |> SELECT * EXCEPT (a)"),
        ("FROM t |> WHERE a > 1 |> CALL f(2) AS u |> CALL g()", "SELECT * FROM g((SELECT * FROM f((FROM t |> WHERE a > 1), 2) AS u))"),
        ("FROM t |> WHERE a > 1 |> DROP a", "FROM t |> WHERE a > 1 |> SELECT * EXCEPT (a)"),
    ],
)  # fmt: skip
def test_pipes_of_bigquery(text: str, same: str):
    assert trees(text, "bigquery") == trees(same, "bigquery")
    assert "unread" not in trees(text, "bigquery")


def test_pairs_that_differ():
    assert trees("SELECT corr(DISTINCT a, b) AS r, count(DISTINCT a) AS n FROM t", "databricks") == [
        "SELECT CORR(a, b) AS r, COUNT(DISTINCT a) AS n FROM t"
    ]


@pytest.mark.parametrize(
    "query",
    [
        "FROM customer\n|> WHERE a > 1\n|> SELECT b;",
        "WITH t(a, b) AS (SELECT 1, 2)\nSELECT a FROM t",
        "(SELECT a FROM t)\nUNION ALL (SELECT a FROM u)",
    ],
)
def test_a_query_behind_a_pasted_result(query: str):
    text = f'"item","sales"\n"a","5"\n\n\n{query}'
    assert trees(text, "bigquery")[-1] == trees(query, "bigquery")[-1]
    assert scan_files({"a.sql": text}).findings == ()


def test_a_pasted_result_ends_before_the_next_query():
    text = 'SELECT * FROM (SELECT 1 AS x)\n"x","y"\n"1","3"\nFROM (SELECT 2 AS z)\n|> SELECT z;'
    assert trees(text, "bigquery")[-1] == trees("FROM (SELECT 2 AS z) |> SELECT z", "bigquery")[0]
    assert all(one.place.span.line < 4 for one in scan_files({"a.sql": text}).findings if one.place.span)


@pytest.mark.parametrize(
    "rows",
    ['"a"\n"1"', '"a","b"\n"1",NULL', "1\n-2", "FAILED java.sql.SQLException: Binder Error: no such column FROM a\n  at x.y(Z.java:3)"],
)  # fmt: skip
def test_a_pasted_result_behind_a_query_without_an_end(rows: str):
    text = f"SELECT a AS a FROM t\n\n-- result\n{rows}\n\n-- next\nSELECT b AS b FROM u WHERE b > 1;"
    assert trees(text, "bigquery")[0].startswith("SELECT a AS a FROM t")
    assert "SELECT b AS b FROM u WHERE b > 1" in trees(text, "bigquery")[-1]
    assert scan_files({"a.sql": text}).findings == ()


def test_a_quoted_column_behind_a_note_is_no_result():
    text = 'SELECT a AS x\n\n-- and\n"b" AS y\nFROM t'
    assert [one.code for one in scan_files({"a.sql": text}).findings] == ["FEA001"]


def test_steps_in_words_are_no_statements():
    text = "SELECT a FROM t;\n4. Compare the results from the two queries. They should be the same.\n"
    assert scan_files({"a.sql": text}).findings == ()


def test_a_type_is_no_blank():
    found = scan_files({"a.sql": "SELECT ARRAY<INT64>[1] AS a b FROM `x.y.t`;\n"}).findings
    assert [(one.code, "blank" in one.message) for one in found] == [("FEA001", False)]


def test_objects_of_trino():
    (query,) = trees("SELECT json_object(f.title : value) AS o FROM f", "trino")
    assert query == "SELECT json_build_object(f.title, value) AS o FROM f"


def test_records_of_monetdb():
    text = "COPY 58976 OFFSET 2 RECORDS INTO m.admissions FROM '/a.csv' USING DELIMITERS ',','\\n','\"' NULL AS ''"
    assert trees(text) == ["COPY INTO m.admissions FROM '/a.csv'"]


@pytest.mark.parametrize(
    "text", ["COPY INTO p FROM @s/a FILE_FORMAT = db.csv", "COPY INTO p FROM @s/a FILE_FORMAT = (name_or_options)"]
)
def test_formats_of_snowflake(text: str):
    (statement,) = read(text, "snowflake").statements
    assert statement.tree is not None
    assert statement.tree.key == "copy"


def test_a_semantic_view_is_its_rows():
    (query,) = trees("SELECT * FROM SEMANTIC_VIEW(a.v FACTS c.x y, c.z w DIMENSIONS c.d) AS s", "snowflake")
    assert query.startswith("SELECT * FROM")
    assert "v" in query


def test_tables_behind_the_with_of_another_template():
    (query,) = trees("a_{{ name }} AS (SELECT x FROM t), b AS (SELECT y FROM u),")
    assert query.startswith("WITH a_")
    assert "b AS (SELECT y FROM u)" in query


def test_a_template_inside_of_a_template():
    (query,) = trees(
        "SELECT a FROM t WHERE {% raw %}{% if first() %} a < 1 {% else %} a = @d {% endif %}{% endraw %} GROUP BY 1"
    )
    assert query.startswith("SELECT a FROM t WHERE a ")
    text = "SELECT a FROM t\nWHERE {% raw %}{% if x %} a < (1 {% endif %}{% endraw %} GROUP BY"
    (found,) = [f for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert found.place.span is not None
    assert found.place.span.line == 2
    twice = "SELECT a FROM t WHERE {% raw %}{% if x %} a < 1 {% else %} a = 2 {% endif %}{% endraw %}"
    assert unread(f"WITH b AS ({twice}) {twice.replace('FROM t', 'FROM b')}") == []
    assert unread("SELECT a FROM t WHERE b = {% raw %}{% if c %} 1 {% endraw %}") == [], "half a template stays raw"
    assert trees("SELECT '{% raw %}{{ a }}{% endraw %}' AS b FROM t") != ["unread"]


def test_a_number_that_a_template_ends():
    (query,) = trees("SELECT percentile_cont(a, 0.{{ var('p') }}) OVER (PARTITION BY b) AS c FROM t")
    assert "PERCENTILE_CONT(a, 0.5" in query


def test_a_clause_that_a_macro_begins():
    (query,) = trees("SELECT a FROM t\n{{ only_live() }}\nAND NOT coalesce(b, false)")
    assert " WHERE " in query


def test_holes_that_begin_with_a_quote():
    text = "SELECT {','.join(columns)}, {',' + x if y is not None else ''} FROM t"
    assert "unread" not in trees(text)
    assert trees("SELECT {'a': 1} AS b FROM t", "duckdb") != ["unread"]


def test_a_name_in_backticks_is_no_word_of_the_language():
    assert trees("SELECT *, 1 AS `end` FROM t WHERE a >= 1") == ["SELECT *, 1 AS `end` FROM t WHERE a >= 1"]


def unread(text: str) -> list[str]:
    return [f.message for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]


def test_what_a_macro_stands_for_is_no_fault_of_the_query():
    assert unread("SELECT a FROM t\nUNION ALL\n{{ counted(by='x') }}\nUNION ALL\n{{ counted(by='y') }}") == []
    assert unread("SELECT cast(a AS {{ kind() }}) AS AS b FROM t") != []


def test_a_policy_holds_no_rows():
    assert unread("CREATE ROW ACCESS POLICY p AS (c STRING) RETURNS BOOLEAN -> EXISTS (SELECT r FROM t)") == []


def test_cells_of_databricks_without_their_header():
    text = "SHOW TABLES\n\n-- COMMAND ----------\n\nSELECT a FROM t\n\n-- COMMAND ----------\n\nSELECT b FROM"
    (found,) = [f for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert found.place.span is not None
    assert found.place.span.line == 9


def test_empty_braces_are_no_template():
    assert unread("INSERT INTO t VALUES (4, '{{}}'), (5, '{ }')") == []


def test_a_model_that_is_not_built_leaves_no_query():
    text = "{{ config(enabled=false) }}\nWITH a AS (\n{% if false %} SELECT 1 FROM t {% endif %}\n)\nSELECT * FROM a"
    assert unread(text) == []
