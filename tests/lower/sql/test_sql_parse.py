"""One bad statement costs itself; any text ends in statements or diagnostics."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from feasilint.lower.sql.guess import guess_dialect
from feasilint.lower.sql.lowering import INTERNAL
from feasilint.lower.sql.parse import statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Program

    Outline = Callable[..., list[str]]
    Lower = Callable[..., Program]


def test_a_broken_statement_costs_only_itself(lower: Lower) -> None:
    program = lower("SELECT a FROM t;\nSELECT a FROM WHERE;\nSELECT b FROM u;")
    assert len(program.sinks) == 2
    (said,) = program.diagnostics
    assert (said.kind, said.span and said.span.line) == ("syntax-error", 2)


def test_an_open_quote_costs_only_its_statement(lower: Lower) -> None:
    program = lower("SELECT a FROM t;\nSELECT 'b FROM u;\nSELECT c FROM v")
    assert [said.kind for said in program.diagnostics] == ["syntax-error"]
    assert len(program.sinks) >= 1


def test_a_statement_of_another_dialect_is_read_as_such(outline: Outline) -> None:
    assert outline(
        "SELECT a FROM t LATERAL VIEW EXPLODE(b) x AS y QUALIFY row_number() OVER (ORDER BY a) = 1", "postgres"
    )


def test_statements_without_semicolons(outline: Outline) -> None:
    lines = outline("SELECT a FROM t\nSELECT b FROM u", "tsql")
    assert [line for line in lines if line.startswith("result")] == ["result - r1", "result - r3"]


def test_placeholders_that_stand_for_clauses(outline: Outline) -> None:
    assert outline("SELECT a FROM t WHERE b = 1 {{ more_filters('b') }} LIMIT 1")[1] == (
        "r1 Filter(r0) where: and(eq(r0.b, 1), hole {more_filters('b')})"
    )
    line = outline("SELECT sum(x) OVER (PARTITION BY u {{ utils.more_keys('t') }} ORDER BY d) AS s FROM t")[1]
    assert line == "r1 Window(r0) by r0.u, hole {utils.more_keys('t')} order r0.d range None..0 | s = sum(r0.x)"


@pytest.mark.parametrize(
    "text",
    [
        "SELECT " + "(" * 2000 + "1" + ")" * 2000,
        "SELECT " + "f(" * 500 + "1" + ")" * 500,
        "SELECT a FROM " + "(SELECT a FROM " * 300 + "t" + ")" * 300,
    ],
)
def test_deep_nesting_ends_in_a_budget(lower: Lower, text: str) -> None:
    assert [said.kind for said in lower(text).diagnostics] == ["budget"]


def test_long_statements_do_not(lower: Lower) -> None:
    chains = [
        "SELECT " + " + ".join(f"c{n}" for n in range(3000)) + " AS x FROM t",
        " UNION ALL ".join(f"SELECT a{n} AS a FROM t{n}" for n in range(800)),
        "SELECT 1 FROM t WHERE a IN (" + ", ".join(map(str, range(5000))) + ")",
        "WITH "
        + ", ".join(f"c{n} AS (SELECT * FROM {f'c{n - 1}' if n else 't'})" for n in range(300))
        + " SELECT * FROM c299",
    ]
    for text in chains:
        assert lower(text).diagnostics == ()


QUERY = """
WITH a AS (SELECT u, count(*) AS n FROM {{ ref('tx') }} WHERE ts > CURRENT_DATE - INTERVAL '30' DAY GROUP BY 1)
SELECT a.*, CASE WHEN n > 3 THEN 'x' ELSE "y" END AS z, sum(n) OVER (PARTITION BY u ORDER BY v ROWS 3 PRECEDING)
FROM a LEFT JOIN `p.d.t` b ON a.u = b.u, UNNEST(b.items) e
WHERE EXISTS (SELECT 1 FROM c WHERE c.k = a.u) {{ filters() }} QUALIFY row_number() OVER (ORDER BY n) = 1;
MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET v = s.v WHEN NOT MATCHED THEN INSERT (k) VALUES (s.k);
BEGIN CREATE TEMP TABLE x AS SELECT 1; END
"""


@pytest.mark.parametrize("dialect", ["", "bigquery", "snowflake", "postgres", "spark", "tsql", "duckdb"])
def test_mangled_text_never_raises(lower: Lower, dialect: str) -> None:
    rng = random.Random(dialect)
    for _ in range(40):
        text = list(QUERY)
        for _ in range(rng.randrange(1, 12)):
            at = rng.randrange(len(text))
            text[at : at + rng.randrange(4)] = rng.choice(
                ["", "(", ")", "'", "`", "{", "}}", ";", "$$", "\0", "é", " ", ","]
            )
        program = lower("".join(text[: rng.randrange(len(text))]), dialect)
        assert not [said.message for said in program.diagnostics if said.message.startswith(INTERNAL)]


def test_bytes_that_are_no_sql(lower: Lower) -> None:
    for text in ("\0\1\2", "{% for", "{{", "<%", "🙂", "SELECT \ue000", "\ufeffSELECT 1"):
        lower(text)


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("", "SELECT a FROM t"),
        ("bigquery", "SELECT a FROM `p.d.t` WHERE d > DATE_SUB(CURRENT_DATE(), INTERVAL 3 DAY)"),
        ("bigquery", "SELECT * EXCEPT (a) FROM d.t"),
        ("bigquery", "#fail\nSELECT a FROM d.t"),
        ("tsql", "SELECT a INTO\n#kept\nFROM t"),
        ("trino", "SELECT json_query(a, 'lax $.b' OMIT QUOTES) FROM t"),
        ("snowflake", "SELECT IFF(a, 1, 2) FROM t, LATERAL FLATTEN(input => x)"),
        ("snowflake", "SELECT a FROM t WHERE d > DATEADD(day, -3, CURRENT_DATE())"),
        ("databricks", "CREATE OR REPLACE TEMP VIEW v AS SELECT * FROM delta.`/x`"),
        ("postgres", "SELECT DISTINCT ON (a) a, b::text FROM t"),
        ("duckdb", "SELECT * FROM read_parquet('x.parquet')"),
        ("tsql", "SELECT TOP 10 a FROM [db].[dbo].[t]"),
        ("redshift", "CREATE TABLE t (a INT) DISTKEY (a)"),
    ],
)
def test_guessing_the_dialect(dialect: str, text: str) -> None:
    assert guess_dialect(text) == dialect


def test_empty_chunks_are_no_statements() -> None:
    assert list(statements(";; ;\n-- nothing\n;", "")) == []
