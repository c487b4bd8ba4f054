"""Chains of methods of PySpark and Snowpark, drawn at random over the columns that there are."""

from __future__ import annotations

import random
from typing import Any

import pytest
from executed import need
from test_python_snowpark_executed import LIBRARY as OF_SNOWPARK
from test_python_spark_executed import LIBRARY as OF_SPARK

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

SPARK = (
    "df = df.select({a!r}, {b!r})",
    "df = df.select(F.col({a!r}), F.upper(F.col({b!r}).cast('string')).alias('y'))",
    "df = df.drop({a!r})",
    "df = df.withColumnRenamed({a!r}, 'new_' + {a!r})",
    "df = df.withColumn('z', F.col({a!r}))",
    "df = df.withColumns({{'p': F.lit(1), 'q': F.col({a!r})}})",
    "df = df.select('*', F.lit(1).alias('one'))",
    "df = df.filter(F.col({a!r}).isNotNull())",
    "df = df.groupBy({a!r}).agg(F.max({b!r}))",
    "df = df.groupBy({a!r}).agg(F.max({b!r}).alias('top'), F.count('*').alias('c'))",
    "df = df.groupBy({a!r}).count()",
    "df = df.groupBy({a!r}).agg({{{b!r}: 'max'}})",
    "df = df.groupBy({a!r}).pivot({b!r}, ['a', 'b']).count()",
    "df = df.groupBy({a!r}).agg(F.collect_list({b!r}))",
    "df = df.join(users, F.col({a!r}) == F.col('v'))",
    "df = df.join(users.withColumnRenamed('v', {a!r}), {a!r})",
    "df = df.join(users, F.col({a!r}) == F.col('v'), 'left_semi')",
    "df = df.crossJoin(users)",
    "df = df.union(df)",
    "df = df.unionByName(users, allowMissingColumns=True)",
    "df = df.unpivot([{a!r}], [{b!r}], 'what', 'how')",
    "df = df.toDF(*['c%d' % i for i in range({n})])",
    "df = df.select([F.col(c).alias('t_' + c) for c in df.columns])",
    "df = df.distinct().orderBy({a!r}).limit(2)",
    "df = df.dropDuplicates([{a!r}])",
    "df = df.selectExpr({a!r}, '1 AS one')",
    "df = df.select(F.struct({a!r}, {b!r}).alias('s')).select('s.*')",
    "df = df.select(F.struct({a!r}, {b!r}).alias('s'), {b!r})",
    "df = df.withColumn('w', F.row_number().over(Window.partitionBy({a!r}).orderBy({b!r})))",
    "df.createOrReplaceTempView('view')\ndf = spark.sql('SELECT *, 1 AS k1 FROM view')",
    "df = df.subtract(df)",
    "df = df.alias('f').select('f.*')",
    "df = df.select(F.max({a!r}), F.count('*'))",
    "df = df.rollup({a!r}).count()",
    "df = df.crosstab({a!r}, {b!r})",
)
SNOWPARK = (
    "df = df.select({a!r}, {b!r})",
    "df = df.select(F.col({a!r}), F.col({b!r}).alias('y'))",
    "df = df.drop({a!r})",
    "df = df.rename({a!r}, 'new_' + {a!r})",
    "df = df.with_column('z', F.col({a!r}))",
    "df = df.with_columns(['p', 'q'], [F.lit(1), F.col({a!r})])",
    "df = df.filter(F.col({a!r}).is_not_null())",
    "df = df.group_by({a!r}).agg(F.max({b!r}))",
    "df = df.group_by({a!r}).agg(F.max({b!r}).alias('top'), F.count('*').alias('c'))",
    "df = df.group_by({a!r}).count()",
    "df = df.group_by({a!r}).agg({{{b!r}: 'max'}})",
    "df = df.group_by({a!r}).agg(({b!r}, 'min'))",
    "df = df.join(users, F.col({a!r}) == F.col('v'))",
    "df = df.join(users, F.col({a!r}) == F.col('v'), rsuffix='_r')",
    "df = df.cross_join(users)",
    "df = df.cross_join(users, lsuffix='_l', rsuffix='_r')",
    "df = df.union(df)",
    "df = df.sort({a!r}).limit(2)",
    "df = df.to_df(['c%d' % i for i in range({n})])",
    "df = df.select(F.max({a!r}), F.count('*'))",
    "df = df.distinct()",
    "df = df.with_column('w', F.row_number().over(Window.partition_by({a!r}).order_by({b!r})))",
)
LIBRARIES = {
    "pyspark": OF_SPARK.over(
        "users = users.withColumnRenamed('u', 'v').withColumnRenamed('n', 'm')\n", "tx = spark.table('tx')\n"
    ),
    "snowflake.snowpark": OF_SNOWPARK.over(
        "users = users.rename('u', 'v').rename('n', 'm')\n", "tx = session.table('tx')\n"
    ),
}
METHODS = {"pyspark": SPARK, "snowflake.snowpark": SNOWPARK}
STEPS = 4


@pytest.fixture(scope="module", params=list(LIBRARIES))
def library(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    name: str = request.param
    need(name)
    return name, LIBRARIES[name].names()


def chain(name: str, base: dict[str, Any], seed: int) -> tuple[list[str], list[list[str]]]:
    """Statements that run, and the columns after each."""
    draw = random.Random(seed)
    scope = {**base, "df": base["tx"]}
    lines: list[str] = []
    after: list[list[str]] = []
    for _ in range(STEPS * 4):
        columns = [column for column in scope["df"].columns if column.replace("_", "").isalnum()]
        if not 2 <= len(columns) <= 20 or len(lines) == STEPS:
            break
        a, b = draw.sample(columns, 2)
        line = draw.choice(METHODS[name]).format(a=a, b=b, n=len(scope["df"].columns))
        before = dict(scope)
        try:
            exec(line, scope)
            there = list(scope["df"].columns)
            if not there or len(set(there)) < len(there):
                raise ValueError("two columns of one name, or none where local testing has lost them")
            after.append(there)
            lines.append(line)
        except Exception:
            scope = before
    return lines, after


@pytest.mark.parametrize("seed", range(25))
def test_chains(library: tuple[str, dict[str, Any]], seed: int):
    name, scope = library
    LIBRARIES[name].check_chain(*chain(name, scope, seed))
