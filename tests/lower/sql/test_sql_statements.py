"""What statements write, under which names, and what later ones know of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Outline = Callable[..., list[str]]


def sinks(lines: list[str]) -> list[str]:
    return [line for line in lines if not line[1].isdigit()]


@pytest.mark.parametrize(
    "text",
    [
        "SET x = 1",
        "USE db",
        "DROP TABLE t",
        "GRANT SELECT ON t TO u",
        "EXPLAIN SELECT 1",
        "TRUNCATE TABLE t",
        "COMMIT",
        "CREATE ROLE r",
        "CREATE WAREHOUSE w WITH WAREHOUSE_SIZE = 'X'",
        "CREATE TABLE t (a INT)",
        "-- nothing",
        ";;",
        "",
    ],
)
def test_what_neither_reads_nor_writes_leaves_nothing(outline: Outline, text: str) -> None:
    assert outline(text, "snowflake") == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("CREATE TABLE db.n AS SELECT a FROM t", "create db.n r1"),
        ("CREATE VIEW n (x, y) AS SELECT a, b FROM t", "view n r1 ['x', 'y']"),
        ("INSERT INTO n SELECT a FROM t", "insert n r1"),
        ("INSERT INTO n (x) SELECT a FROM t", "insert n r1 ['x']"),
        ("WITH c AS (SELECT a FROM t) INSERT INTO n SELECT a FROM c", "insert n r3"),
        ("SELECT a INTO n FROM t", "create n r1"),
        ("CREATE TABLE n CLONE t", "create n r0"),
        ("ALTER TABLE t RENAME TO n", "create n r0"),
    ],
)
def test_one_query_one_target(outline: Outline, text: str, written: str) -> None:
    assert sinks(outline(text, "snowflake")) == [written] or sinks(outline(text, "postgres")) == [written]


def test_overwrite_and_directories(outline: Outline) -> None:
    assert sinks(outline("INSERT OVERWRITE TABLE n PARTITION (ds = 'x') SELECT a FROM t", "hive")) == ["overwrite n r1"]


def test_temporary_tables_are_seen_through(outline: Outline) -> None:
    assert outline("CREATE TEMP TABLE n AS SELECT a FROM t; SELECT a FROM n", "postgres") == [
        "r0 Scan() t",
        "r1 Derive(r0) a = r0.a",
        "r2 Derive(r1) *r1",
        "r3 Derive(r2) a = r2.a",
        "create n r1 temporary",
        "result - r3",
    ]


def test_what_is_inserted_into_a_temporary_table_is_in_it(outline: Outline) -> None:
    lines = outline("CREATE TEMP TABLE n (x INT); INSERT INTO n SELECT a FROM t; SELECT x FROM n", "postgres")
    assert "r3 Derive(r2) x = r2.a" in lines


def test_a_table_is_scanned_again_after_it_was_written(outline: Outline) -> None:
    assert "r2 Scan() n" in outline("CREATE TABLE n AS SELECT a FROM t; SELECT a FROM n")


def test_declared_columns_name_what_is_inserted_by_position(outline: Outline) -> None:
    lines = outline("CREATE TABLE n (x INT, y INT); INSERT INTO n SELECT a, b FROM t")
    assert sinks(lines) == ["insert n r1 ['x', 'y']"]


def test_update(outline: Outline) -> None:
    assert outline("UPDATE t SET a = u.b, c = 1 FROM u WHERE u.k = t.k", "postgres") == [
        "r0 Scan() u",
        "r1 Scan() t",
        "r2 Filter(r0) where: eq(r0.k, r1.k)",
        "r3 Upsert(r1, r2) on None | a = r0.b; c = 1",
        "upsert t r3",
    ]


def test_update_of_an_alias(outline: Outline) -> None:
    lines = outline("UPDATE x SET x.a = u.b FROM db.t AS x JOIN u ON u.k = x.k", "tsql")
    assert lines[-2:] == ["r3 Upsert(r0, r2) on None | a = r1.b", "upsert db.t r3"]


def test_merge(outline: Outline) -> None:
    text = """
    MERGE INTO t USING (SELECT k, v FROM u) s ON t.k = s.k
    WHEN MATCHED AND s.v > 1 THEN UPDATE SET t.v = s.v
    WHEN NOT MATCHED THEN INSERT (k, v) VALUES (s.k, 0)
    """
    assert outline(text, "snowflake")[2:] == [
        "r2 Scan() t",
        "r3 Upsert(r2, r1) on eq(r2.k, r1.k) | v = coalesce(r1.v, 0); k = r1.k",
        "upsert t r3",
    ]


def test_merge_of_whole_rows(outline: Outline) -> None:
    text = "MERGE INTO t USING s ON t.k = s.k WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *"
    assert outline(text, "databricks") == ["r0 Scan() s", "upsert t r0"]


def test_delete_reads_what_decides(outline: Outline) -> None:
    assert outline("DELETE FROM t USING u WHERE u.k = t.k", "postgres") == ["r0 Scan() u", "r1 Join(?, r0) cross"]


@pytest.mark.parametrize(
    ("dialect", "text", "lines"),
    [
        ("snowflake", "COPY INTO t FROM @s/x", ["r0 Scan() file @s/x", "insert t r0"]),
        ("redshift", "COPY t FROM 's3://b/x' IAM_ROLE 'r' CSV", ["r0 Scan() file s3://b/x", "insert t r0"]),
        ("snowflake", "COPY INTO 's3://b/x' FROM t", ["r0 Scan() t", "overwrite s3://b/x r0"]),
        ("duckdb", "COPY (SELECT a FROM t) TO 'x.parquet'", ["r0 Scan() t", "r1 Derive(r0) a = r0.a", "overwrite x.parquet r1"]),
        ("bigquery", "EXPORT DATA OPTIONS (uri='gs://b/x', format='csv') AS SELECT a FROM t", ["r0 Scan() t", "r1 Derive(r0) a = r0.a", "overwrite gs://b/x r1"]),
        ("hive", "LOAD DATA INPATH '/x' INTO TABLE t", ["r0 Scan() file /x", "insert t r0"]),
        ("redshift", "UNLOAD ('SELECT a FROM t') TO 's3://b/x' IAM_ROLE 'r'", ["r0 Scan() t", "r1 Derive(r0) a = r0.a", "overwrite s3://b/x r1"]),
    ],
)  # fmt: skip
def test_files(outline: Outline, dialect: str, text: str, lines: list[str]) -> None:
    assert outline(text, dialect) == lines


def test_several_targets_of_one_source(outline: Outline) -> None:
    text = "INSERT ALL WHEN a > 1 THEN INTO u (i) VALUES (a) ELSE INTO v SELECT a FROM t"
    assert outline(text, "snowflake") == [
        "r0 Scan() t",
        "r1 Derive(r0) a = r0.a",
        "r2 Filter(r1) where: gt(r1.a, 1)",
        "r3 Derive(r2) column1 = r1.a",
        "r4 Filter(r1) where: not(or(gt(r1.a, 1)))",
        "insert u r3 ['i']",
        "insert v r4",
    ]


# --- scripts -----------------------------------------------------------------------------------------------------------


def test_variables_have_their_values(outline: Outline) -> None:
    lines = outline(
        "DECLARE d DATE DEFAULT CURRENT_DATE(); SELECT a FROM t WHERE ts > DATE_SUB(d, INTERVAL 7 DAY)", "bigquery"
    )
    assert lines[1] == "r1 Filter(r0) where: gt(r0.ts, sub(now, P7D))"
    lines = outline("DECLARE @d DATE; SELECT a FROM t WHERE ts > @d", "tsql")
    assert lines[1] == "r1 Filter(r0) where: gt(r0.ts, :d)"


def test_a_variable_may_come_from_a_query(outline: Outline) -> None:
    lines = outline("DECLARE m INT64; SET m = (SELECT max(x) FROM u); SELECT a - m AS d FROM t", "bigquery")
    assert lines[-2] == "r4 Derive(r3) d = sub(r3.a, scalar r2())"


def test_control_flow_is_taken_off(outline: Outline) -> None:
    text = """
    BEGIN
      IF x > 1 THEN INSERT INTO n SELECT a FROM t; ELSE INSERT INTO n SELECT b FROM t; END IF;
    EXCEPTION WHEN ERROR THEN SELECT 1;
    END;
    """
    assert [line.split()[:2] for line in sinks(outline(text, "bigquery"))] == [
        ["insert", "n"],
        ["insert", "n"],
        ["result", "-"],
    ]


def test_the_rows_of_a_loop(outline: Outline) -> None:
    text = "FOR r IN (SELECT a, b FROM t) DO INSERT INTO n SELECT r.a; INSERT INTO m SELECT r.b; END FOR;"
    lines = outline(text, "bigquery")
    assert "r3 Derive(r2) a = r1.a" in lines
    assert "r5 Derive(r4) b = r1.b" in lines


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("bigquery", "CREATE PROCEDURE p() BEGIN INSERT INTO n SELECT a FROM t; END"),
        ("tsql", "CREATE PROCEDURE p AS BEGIN INSERT INTO n SELECT a FROM t END"),
        (
            "snowflake",
            "CREATE PROCEDURE p() RETURNS STRING LANGUAGE SQL AS $$ BEGIN INSERT INTO n SELECT a FROM t; END $$",
        ),
        ("snowflake", "EXECUTE IMMEDIATE $$ BEGIN INSERT INTO n SELECT a FROM t; END $$"),
        ("bigquery", "EXECUTE IMMEDIATE 'INSERT INTO n SELECT a FROM t'"),
        ("snowflake", "CREATE TASK k WAREHOUSE = w AS INSERT INTO n SELECT a FROM t"),
    ],
)
def test_statements_inside_others(outline: Outline, dialect: str, text: str) -> None:
    assert outline(text, dialect) == ["r0 Scan() t", "r1 Derive(r0) a = r0.a", "insert n r1"]


def test_javascript_is_no_sql(outline: Outline) -> None:
    text = "CREATE PROCEDURE p() RETURNS STRING LANGUAGE JAVASCRIPT AS $$ var a = 'select 1'; $$"
    assert outline(text, "snowflake") == []


@pytest.mark.parametrize(
    ("dialect", "text"),
    [
        ("mysql", "SELECT a FROM s INTO OUTFILE '/out/x.csv' FIELDS TERMINATED BY ','"),
        ("mysql", "SELECT a INTO OUTFILE '/out/x.csv' LINES TERMINATED BY ';' FROM s"),
        ("clickhouse", "SELECT a FROM s INTO OUTFILE '/out/x.csv' FORMAT CSV"),
    ],
)
def test_into_outfile(outline: Outline, dialect: str, text: str) -> None:
    assert outline(text, dialect) == ["r0 Scan() s", "r1 Derive(r0) a = r0.a", "overwrite /out/x.csv r1"]


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("APPLY CHANGES INTO u FROM STREAM(s) KEYS (k) SEQUENCE BY ts COLUMNS * EXCEPT (op)", "*r0 without op"),
        (
            "APPLY CHANGES INTO u FROM s KEYS (k) APPLY AS DELETE WHEN x = 1 SEQUENCE BY ts COLUMNS (a, b) STORED AS SCD TYPE 2",
            "a = r0.a; b = r0.b",
        ),
        ("CREATE FLOW f AS AUTO CDC INTO u FROM STREAM(s) KEYS (k) SEQUENCE BY ts", "*r0"),
    ],
)
def test_apply_changes(outline: Outline, text: str, made: str) -> None:
    assert outline(text, "databricks") == ["r0 Scan() s", f"r1 Derive(r0) {made}", "insert u r1"]
