"""Texts among the arguments of Spark's functions are no columns."""

from __future__ import annotations

import inspect

import pytest
from python_lowering import run

from feasilint import inspect_source
from feasilint.lower.python.tables.spark_texts import TEXTS

READ = ("udf", "udtf", "arrow_udtf", "lit", "col", "column", "expr", "when", "lag", "lead")
"""Functions that have readings of their own."""


def test_the_places_are_those_of_the_installed_library():
    functions = pytest.importorskip("pyspark.sql.functions")
    found: dict[str, set[int]] = {}
    for name, function in inspect.getmembers(functions, inspect.isfunction):
        if name.startswith("_") or name in READ or not function.__module__.startswith("pyspark"):
            continue
        for at, parameter in enumerate(inspect.signature(function).parameters.values()):
            kind = str(parameter.annotation)
            if parameter.kind is not parameter.VAR_POSITIONAL and "ColumnOrName" not in kind and _is_text(kind):
                found.setdefault(name, set()).add(at)
    assert found
    assert {name: places for name, places in found.items() if set(TEXTS.get(name, ())) != places} == {}


def _is_text(kind: str) -> bool:
    return "str" in kind or "Any" in kind or "ataType" in kind


@pytest.mark.parametrize(
    ("made", "columns"),
    [
        ("F.concat_ws(' ', 'a', F.col('b'))", ["a", "b"]),
        ("F.date_format('a', 'yyyy-MM')", ["a"]),
        ("F.regexp_replace('a', 'x', 'y')", ["a"]),
        ("F.split('a', ',')", ["a"]),
        ("F.lpad('a', 3, '0')", ["a"]),
        ("F.listagg('a', ',')", ["a"]),
        ("F.coalesce('a', 'b')", ["a", "b"]),
        ("F.greatest('a', 'b')", ["a", "b"]),
    ],
)
def test_what_a_column_is_made_of(made: str, columns: list[str]):
    code = f"from pyspark.sql import functions as F\nd = spark.table('t').groupBy('k').agg({made}.alias('x'))"
    if "listagg" not in made:
        code = f"from pyspark.sql import functions as F\nd = spark.table('t').select({made}.alias('x'))"
    found = inspect_source(f"{code}\nd.write.saveAsTable('ml.features')", "python")
    (feature,) = [one for one in found["features"] if one["name"] == "x"]
    assert sorted({column for _, column in feature["derived_from"]} - {"k"}) == columns


def test_a_text_may_stand_where_a_column_is_meant_otherwise():
    program = run("from pyspark.sql import functions as F\nd = spark.table('t').select(F.date_format('a', 'b'))")
    assert not program.diagnostics


@pytest.mark.parametrize(
    ("made", "features"),
    [
        ("F.expr('a + b')", {"{a + b}": ["a", "b"]}),
        ("F.expr('a + b AS x')", {"x": ["a", "b"]}),
        ("F.expr('cast(a as date) x')", {"x": ["a"]}),
        ("F.expr('a IS NULL')", {"{a IS NULL}": ["a"]}),
        ("F.expr('CASE WHEN a > 1 THEN b END')", {"{CASE WHEN a > 1 THEN b END}": ["a", "b"]}),
        ("F.expr(\"stack(2, 'p', a, 'q', b) as (x, y)\")", {"x": ["a", "b"], "y": ["a", "b"]}),
    ],
)
def test_the_names_that_an_expression_in_sql_has(made: str, features: dict[str, list[str]]):
    code = f"from pyspark.sql import functions as F\nd = spark.table('t').select({made})"
    found = inspect_source(f"{code}\nd.write.saveAsTable('ml.features')", "python")
    assert not found["diagnostics"]
    assert {one["name"]: sorted(c for _, c in one["derived_from"]) for one in found["features"]} == features
