"""UPDATE and MERGE in the forms that warehouses have: what the changed columns come from, and by which roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint import inspect_source

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]

UPDATES = [
    ("postgres", "UPDATE t SET a = 1", {"a": ""}),
    ("snowflake", "UPDATE t SET a = 1 WHERE k = 3", {"a": " | where t.k"}),
    ("postgres", "UPDATE t SET a = t.b + 1", {"a": "t.b"}),
    ("postgres", "UPDATE t SET a = s.b FROM s WHERE s.k = t.k", {"a": "s.b | where s.k, where t.k"}),
    (
        "redshift",
        "UPDATE x SET a = s.b FROM t x JOIN s ON s.k = x.k WHERE s.d > 3",
        {"a": "s.b | join s.k, join t.k, where s.d"},
    ),
    ("mysql", "UPDATE t JOIN s ON t.k = s.k SET t.a = s.b", {"a": "s.b | join s.k, join t.k"}),
    ("tsql", "UPDATE x SET x.a += s.b FROM t AS x JOIN s ON s.k = x.k", {"a": "s.b t.a | join s.k, join t.k"}),
    ("teradata", "UPDATE t FROM s SET a = s.b WHERE t.k = s.k", {"a": "s.b | where s.k, where t.k"}),
    ("bigquery", "UPDATE t x SET x.s.f = n.y FROM n WHERE x.k = n.k", {"s": "n.y | where n.k, where t.k"}),
    (
        "oracle",
        "UPDATE t SET (a, b) = (SELECT x, y FROM s WHERE s.k = t.k)",
        {"a": "s.x | where s.k, where t.k", "b": "s.y | where s.k, where t.k"},
    ),
    ("postgres", "UPDATE t SET (a, b) = (c, 1)", {"a": "t.c", "b": ""}),
    (
        "bigquery",
        "UPDATE t SET a = a - (SELECT n FROM s WHERE s.k = t.k) WHERE k IN (SELECT k FROM u)",
        {"a": "s.n t.a | exists u.k, where s.k, where t.k"},
    ),
]


@pytest.mark.parametrize(("dialect", "text", "columns"), UPDATES)
def test_update(lineage: Lineage, dialect: str, text: str, columns: dict[str, str]) -> None:
    assert lineage(text, dialect) == columns


ON = "merge_join s.k, merge_join t.k"
MERGES = [
    ("bigquery", "WHEN MATCHED THEN DELETE", {}),
    ("bigquery", "WHEN MATCHED THEN UPDATE SET a = s.b", {"a": f"s.b | {ON}"}),
    (
        "snowflake",
        "WHEN MATCHED AND s.op = 1 THEN UPDATE SET t.a = s.a WHEN NOT MATCHED THEN INSERT (k, a) VALUES (s.k, s.b)",
        {"a": f"s.a s.b | merge_cond s.op, {ON}", "k": f"s.k | merge_cond s.op, {ON}"},
    ),
    ("databricks", "WHEN MATCHED THEN UPDATE SET * WHEN NOT MATCHED THEN INSERT *", {"*": "s.*"}),
    ("bigquery", "WHEN NOT MATCHED THEN INSERT ROW", {"*": "s.*"}),
    (
        "bigquery",
        "WHEN MATCHED THEN UPDATE SET a = t.a + s.a WHEN NOT MATCHED THEN INSERT ROW",
        {"a": f"s.a t.a | {ON}", "*": "s.*"},
    ),
    ("postgres", "WHEN NOT MATCHED THEN INSERT VALUES (s.k, s.a)", {"k": f"s.k | {ON}", "a": f"s.a | {ON}"}),
    ("bigquery", "WHEN NOT MATCHED BY SOURCE AND t.z THEN UPDATE SET a = 0", {"a": f" | merge_cond t.z, {ON}"}),
    (
        "oracle",
        "WHEN MATCHED THEN UPDATE SET t.a = s.a WHERE s.b > 1 DELETE WHERE t.c = 0 "
        "WHEN NOT MATCHED THEN INSERT (t.k) VALUES (s.k)",
        {"a": f"s.a | merge_cond s.b, {ON}", "k": f"s.k | merge_cond s.b, {ON}"},
    ),
    (
        "tsql",
        "WHEN MATCHED THEN UPDATE SET a = s.a OUTPUT $action, inserted.k INTO dbo.log",
        {"a": f"s.a | {ON}"},
    ),
]


@pytest.mark.parametrize(("dialect", "branches", "columns"), MERGES)
def test_merge(lineage: Lineage, dialect: str, branches: str, columns: dict[str, str]) -> None:
    using = "(s.k = t.k)" if dialect == "oracle" else "s.k = t.k"
    assert lineage(f"MERGE INTO t USING s ON {using} {branches}", dialect) == columns


def test_the_rows_of_a_source_without_known_columns_are_named_by_the_target(lineage: Lineage) -> None:
    text = (
        "CREATE TABLE t (k INT64, a INT64); MERGE t USING s ON s.k = t.k WHEN NOT MATCHED THEN INSERT VALUES (s.x, s.y)"
    )
    assert lineage(text, "bigquery") == {
        "k": "s.x | merge_join s.k, merge_join t.k",
        "a": "s.y | merge_join s.k, merge_join t.k",
    }


INSERTS = [
    (
        "snowflake",
        "INSERT ALL WHEN n > 5 THEN INTO a (p) VALUES (x) ELSE INTO b SELECT x, n FROM s",
        {"a.p": "s.x | where s.n", "b.x": "s.x | where s.n", "b.n": "s.n | where s.n"},
    ),
    (
        "snowflake",
        "INSERT FIRST WHEN n > 5 THEN INTO a ELSE INTO b (q) VALUES (x) SELECT x, n FROM s WHERE w = 1",
        {"a.x": "s.x | where s.n, where s.w", "a.n": "s.n | where s.n, where s.w", "b.q": "s.x | where s.n, where s.w"},
    ),
    (
        "oracle",
        "INSERT ALL INTO a (p) VALUES (x) INTO b (q) VALUES (y) SELECT x, y FROM s",
        {"a.p": "s.x", "b.q": "s.y"},
    ),
    ("spark", "INSERT OVERWRITE DIRECTORY 's3://b/o' USING parquet OPTIONS (x 'y') SELECT a FROM t", {"a": "t.a"}),
]


@pytest.mark.parametrize(("dialect", "text", "columns"), INSERTS)
def test_several_targets(lineage: Lineage, dialect: str, text: str, columns: dict[str, str]) -> None:
    assert lineage(text, dialect) == columns


def test_several_inserts_from_one_table(lineage: Lineage) -> None:
    text = "FROM s INSERT OVERWRITE TABLE a PARTITION (ds='1') SELECT x WHERE k > 1 INSERT INTO TABLE b SELECT y, count(z) n GROUP BY y"
    found = lineage(text, "hive")
    if "None.*" in found:
        pytest.skip("this version of the parser takes them for statements of their own")
    assert found == {"a.x": "s.x | where s.k", "b.y": "s.y | group_by s.y", "b.n": "s.z | group_by s.y"}


def test_an_update_of_a_query_changes_its_table() -> None:
    text = "WITH c AS (SELECT id, flag, v FROM dbo.t) UPDATE c SET flag = v WHERE v > 3"
    columns = inspect_source(text, kind="sql", dialect="tsql")["columns"]
    assert [(column["target"], column["name"]) for column in columns] == [("dbo.t", "flag")]


def test_an_update_by_a_query_changes_the_table_beside_it() -> None:
    text = "WITH c AS (SELECT id, v FROM dbo.s) UPDATE dbo.t SET flag = c.v FROM dbo.t JOIN c ON c.id = dbo.t.id"
    columns = inspect_source(text, kind="sql", dialect="tsql")["columns"]
    assert [(column["target"], column["name"]) for column in columns] == [("dbo.t", "flag")]
