"""What is said of the columns of PySpark frames is what PySpark gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from executed import Case, Library, need, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

_IMPORTS = """from pyspark.sql import SparkSession, Window, functions as F
from pyspark.sql import types as T
import pandas as pd
spark = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false').config('spark.sql.shuffle.partitions', '1').getOrCreate()
"""
_DATA = """tx = spark.createDataFrame([(1, 'a', 1.0, 1, '2024-01-01'), (2, 'b', 2.0, 2, '2024-01-02')], ['u', 'k', 'x', 'n', 'ts'])
users = spark.createDataFrame([(1, 'de', 5), (2, 'fr', 6)], ['u', 'country', 'n'])
tx.createOrReplaceTempView('tx')
users.createOrReplaceTempView('users')
"""
_READ = "tx = spark.table('tx')\nusers = spark.table('users')\n"
LIBRARY = Library(_IMPORTS, _DATA, _READ)
_W = "w = Window.partitionBy('u').orderBy('ts')\n"

CASES = [
    Case("r = tx.select('u', 'x')"),
    Case("r = tx.select(['u', 'x'])"),
    Case("r = tx.select('*')"),
    Case("r = tx.select('*', (F.col('x') * 2).alias('y'))"),
    Case("r = tx.select(F.col('u'), tx.x, tx['n'])"),
    Case("r = tx.select(tx.x.alias('y'))"),
    Case("r = tx.select(F.col('x').cast('int'))"),
    Case("r = tx.select(F.col('x').cast('int').alias('i'))"),
    Case("r = tx.select(F.sum('x'))", ("sum(x)",)),
    Case("r = tx.select(F.sum('x').alias('s'), F.count('*').alias('n'))", ("sum(x)", "count()")),
    Case("r = tx.select(F.lit(1))"),
    Case("r = tx.select(F.lit('a').alias('lit'))"),
    Case("r = tx.select(F.col('x') + 1)"),
    Case("r = tx.select(F.col('x') > 1, ~(F.col('x') > 1))"),
    Case("r = tx.select(F.upper('k'), F.length('k'), F.round('x', 1), F.concat('k', 'k'), F.coalesce('x', 'n'))"),
    Case("r = tx.select(F.to_date('ts'), F.year('ts'), F.date_add('ts', 1), F.current_date())"),
    Case("r = tx.select(F.when(F.col('x') > 1, 1).otherwise(0))"),
    Case("r = tx.select(F.when(F.col('x') > 1, 1).otherwise(0).alias('big'))"),
    Case("r = tx.select(F.struct('x', 'n').alias('s')).select('s.x', 's.n')"),
    Case("r = tx.select(F.struct('x', 'n').alias('s')).select('s.*')"),
    Case("r = tx.select(F.struct('x', 'n').alias('s')).select(F.col('s.x'))"),
    Case("r = tx.select(F.explode(F.array('x', 'n')).alias('v'))"),
    Case("r = tx.select('u', F.explode(F.array('x', 'n')))"),
    Case("r = tx.select('u', F.posexplode(F.array('x', 'n')))"),
    Case("r = tx.select(tx.colRegex('`^[xn]$`'))"),
    Case("r = tx.selectExpr('u', 'x + 1 AS y')"),
    Case("r = tx.selectExpr('*', 'x * 2 as y')"),
    Case("r = tx.selectExpr('x + 1')"),
    Case("r = tx.selectExpr('sum(x) as s')", ("sum(x)",)),
    Case("r = tx.selectExpr('cast(x as int) i', 'upper(k) AS `K K`')"),
    Case("r = tx.selectExpr('*', 'sum(x) over (partition by u) as s')", ("sum(x) by u over all",)),
    Case("r = tx.withColumn('y', F.col('x') + 1)"),
    Case("r = tx.withColumn('x', F.col('x') + 1)"),
    Case("r = tx.withColumns({'y': F.col('x'), 'z': F.lit(1)})"),
    Case("r = tx.withColumnRenamed('x', 'amount')"),
    Case("r = tx.withColumnsRenamed({'x': 'amount', 'n': 'number'})"),
    Case("r = tx.withMetadata('x', {'a': 1})"),
    Case("r = tx.drop('x')"),
    Case("r = tx.drop('x', 'n')"),
    Case("r = tx.drop(F.col('x'))"),
    Case("r = tx.drop(tx.x)"),
    Case("r = tx.drop('nope')"),
    Case("r = tx.toDF('a', 'b', 'c', 'd', 'e')"),
    Case("r = tx.toDF(*[c.upper() for c in tx.columns])"),
    Case("r = tx.select([F.col(c).alias('t_' + c) for c in tx.columns])"),
    Case("r = tx.transform(lambda d: d.withColumn('z', F.lit(1)))"),
    Case("r = tx.alias('a').select('a.u', 'a.x')"),
    Case("r = tx.alias('a').select(F.col('a.u'))"),
    Case("r = tx.alias('a').join(users.alias('b'), F.col('a.u') == F.col('b.u')).select('a.*', 'b.country')"),
    Case("r = tx.zipWithIndex()"),
    *(
        Case(f"r = tx.{call}")
        for call in (
            "filter(F.col('x') > 1)", "filter('x > 1')", "where(tx.x > 1)", "where((F.col('x') > 1) & (F.col('k') == 'a'))", "distinct()",
            "dropDuplicates()", "dropDuplicates(['u'])", "drop_duplicates(['u'])", "orderBy('x')", "sort(F.desc('x'))", "sortWithinPartitions('x')",
            "limit(1)", "offset(1)", "sample(0.5)", "sampleBy('k', {'a': 0.5})", "stat.sampleBy('k', {'a': 0.5})", "repartition(1)", "repartition('u')",
            "coalesce(1)", "cache()", "persist()", "checkpoint() if False else tx", "localCheckpoint()", "hint('broadcast')", "fillna(0)", "na.fill(0)",
            "na.drop()", "dropna()", "replace('a', 'b')", "na.replace('a', 'b')", "exceptAll(tx)", "subtract(tx)", "intersect(tx)", "intersectAll(tx)",
            "union(tx)", "unionAll(tx)", "unionByName(tx)", "unionByName(users, allowMissingColumns=True)", "repartitionByRange(1, 'u')",
            "observe('o', F.count('*').alias('c'))", "withWatermark('ts', '1 day') if False else tx", "summary()", "describe()", "randomSplit([0.5, 0.5])[0]",
            "to(tx.schema)", "unpersist()", "rollup('u', 'k').count()", "cube('u').count()", "crossJoin(users)", "toJSON()",
            "crosstab('u', 'k')", "stat.crosstab('u', 'k')", "freqItems(['u', 'k'])", "approxQuantile('x', [0.5], 0.1)", "corr('x', 'n')", "cov('x', 'n')",
        )
    ),
    *(Case(f"r = tx.{name}", unread=True) for name in ("isEmpty()", "dtypes", "isStreaming", "inputFiles()")),
    Case("r = tx.select('x', 'n').transpose()"),
    # groups
    Case("r = tx.groupBy('u').agg(F.sum('x'))", ("sum(x) by u",)),
    Case("r = tx.groupBy('u').agg(F.sum('x').alias('s'), F.avg('n').alias('a'))", ("sum(x) by u", "avg(n) by u")),
    Case("r = tx.groupBy('u').agg(F.avg('x'), F.mean('n'), F.max('x'), F.min('x'), F.count('x'), F.count('*'))"),
    Case("r = tx.groupBy('u').agg(F.stddev('x'), F.variance('x'), F.stddev_pop('x'), F.var_pop('x'), F.skewness('x'), F.kurtosis('x'))"),
    Case("r = tx.groupBy('u').agg(F.countDistinct('k'), F.count_distinct('n'), F.approx_count_distinct('k'))"),
    Case("r = tx.groupBy('u').agg(F.countDistinct('k', 'n').alias('c'))", ("count_distinct(k, n) by u",)),
    Case("r = tx.groupBy('u').agg(F.first('x'), F.last('x'), F.collect_list('x'), F.collect_set('x'))"),
    Case("r = tx.groupBy('u').agg(F.sum_distinct('x').alias('s'), F.product('x').alias('p'))", ("sum(x) by u", "product(x) by u")),
    Case("r = tx.groupBy('u').agg(F.sum_distinct('x'))"),
    Case("r = tx.groupBy('u').agg(F.expr('sum(x) AS s'))", ("sum(x) by u",)),
    Case("r = tx.groupBy('u').agg(F.expr('sum(x) / count(*)').alias('r'))", ("sum(x) by u", "count() by u")),
    Case("r = tx.groupBy('u').agg(F.expr('percentile_approx(x, 0.5)').alias('m'))"),
    Case("r = tx.groupBy('u').agg({'x': 'sum'})", ("sum(x) by u",)),
    Case("r = tx.groupBy('u').agg({'x': 'avg', '*': 'count'})", ("avg(x) by u", "count() by u")),
    Case("r = tx.groupBy('u').agg({'x': 'mean', 'n': 'stddev'})"),
    Case("r = tx.groupBy('u').count()", ("count() by u",)),
    Case("r = tx.groupBy('u').sum('x', 'n')", ("sum(x) by u", "sum(n) by u")),
    Case("r = tx.groupBy('u').sum()"),
    Case("r = tx.groupBy('u').mean('x')"),
    Case("r = tx.groupBy('u').avg('x')"),
    Case("r = tx.groupBy('u').max()"),
    Case("r = tx.groupBy().sum('x')", ("sum(x)",)),
    Case("r = tx.groupBy(['u', 'k']).agg(F.max('ts').alias('last'))", ("max(ts) by u, k",)),
    Case("r = tx.groupBy(F.col('u'), F.year('ts').alias('y')).agg(F.sum('x').alias('s'))"),
    Case("r = tx.groupBy(F.year('ts')).agg(F.sum('x').alias('s'))"),
    Case("r = tx.groupBy(F.window('ts', '7 days'), 'u').agg(F.sum('x').alias('s'))"),
    Case("r = tx.groupBy(F.window('ts', '7 days').alias('w')).count().select('w.start', 'w.end', 'count')"),
    Case("r = tx.groupBy('u').pivot('k').sum('x')"),
    Case("r = tx.groupBy('u').pivot('k', ['a', 'b']).sum('x')", ("sum(x) by u, k",)),
    Case("r = tx.groupBy('u').pivot('k', ['a', 'b']).agg(F.sum('x'))", ("sum(x) by u, k",)),
    Case("r = tx.groupBy('u').pivot('k', ['a', 'b']).agg(F.sum('x').alias('s'), F.max('n').alias('m'))"),
    Case("r = tx.groupBy('u').pivot('k', ['a', 'b']).count()", ("count() by u, k",)),
    Case("r = tx.groupBy('u').pivot('k').agg(F.sum('x').alias('s'))"),
    Case("r = tx.agg(F.sum('x').alias('s'))", ("sum(x)",)),
    Case("r = tx.agg({'x': 'max'})", ("max(x)",)),
    Case("r = tx.groupBy('u').agg((F.sum('x') / F.count('*')).alias('r'))", ("sum(x) by u", "count() by u")),
    Case("r = tx.groupBy('u').agg(F.sum(F.when(F.col('k') == 'a', F.col('x'))).alias('xa'))"),
    Case("r = tx.groupBy('u').agg(F.max_by('x', 'ts').alias('latest'))", ("arg_max(x, ts) by u",)),
    Case("r = tx.groupBy('u').agg(F.count_if(F.col('x') > 1).alias('c'))"),
    Case("r = tx.groupBy('u').agg(F.try_sum('x').alias('s'), F.some(F.col('x') > 1).alias('b'), F.regr_count('x', 'n').alias('c'))"),
    Case("r = tx.groupBy('u').applyInPandas(lambda g: g[['u', 'x']], schema='u long, x double')"),
    Case("def top(g):\n    return pd.DataFrame({'u': [1], 'total': [g.x.sum()]})\nr = tx.groupBy('u').applyInPandas(top, 'u long, total double')"),
    Case("def rows(parts):\n    for part in parts:\n        yield part.assign(z=1)[['u', 'z']]\nr = tx.mapInPandas(rows, 'u long, z long')"),
    Case("r = tx.mapInArrow(lambda it: it, tx.schema)"),
    Case("r = tx.rollup('u').agg(F.sum('x').alias('s'), F.grouping('u').alias('g'))", ("sum(x) by u",)),
    # windows
    Case(_W + "r = tx.withColumn('s', F.sum('x').over(w))", ("sum(x) by u order ts range None..0",)),
    Case(_W + "r = tx.withColumn('s', F.row_number().over(w)).filter('s = 1').drop('s')", ("row_number() by u order ts range None..0",)),
    Case(_W + "r = tx.withColumn('s', F.lag('x', 1).over(w))"),
    Case(_W + "r = tx.select('u', F.sum('x').over(w.rowsBetween(-6, Window.currentRow)).alias('s'))", ("sum(x) by u order ts rows -6..0",)),
    Case(_W + "r = tx.select('u', F.sum('x').over(w))"),
    Case(_W + "r = tx.withColumn('s', F.expr('sum(x) over (partition by u order by ts)'))", ("sum(x) by u order ts range None..0",)),
    Case("r = tx.withColumn('s', F.max('x').over(Window.partitionBy('u')))", ("max(x) by u over all",)),
    # joins
    Case("r = tx.join(users, 'u')"),
    Case("r = tx.join(users, ['u'], 'left')"),
    Case("r = tx.join(users, on='u', how='outer')"),
    Case("r = tx.join(users, on=['u', 'n'], how='inner')"),
    Case("r = tx.join(users, tx.u == users.u)"),
    Case("r = tx.join(users, tx.u == users.u, 'left').drop(users.u)"),
    Case("r = tx.join(users.withColumnRenamed('u', 'id'), F.col('u') == F.col('id'))"),
    Case("r = tx.join(users, 'u', 'left_semi')"),
    Case("r = tx.join(users, 'u', 'left_anti')"),
    Case("r = tx.join(F.broadcast(users), 'u')"),
    Case("r = tx.join(users, 'u').select(tx.n, users.n.alias('m'))"),
    Case("r = tx.unpivot(['u'], ['x', 'n'], 'what', 'how')"),
    Case("r = tx.melt(ids=['u'], values=['x', 'n'], variableColumnName='what', valueColumnName='how')"),
    # SQL, sources
    Case("r = spark.sql('SELECT u, SUM(x) AS s FROM tx GROUP BY u')", ("sum(x) by u",)),
    Case("r = spark.sql('SELECT u, x FROM {t}', t=tx)"),
    Case("tx.withColumn('z', F.lit(1)).createOrReplaceTempView('v')\nr = spark.sql('SELECT u, z FROM v')"),
    Case("tx.select('u').createOrReplaceTempView('v')\nr = spark.table('v')"),
    Case("r = spark.range(5)"),
    Case("r = spark.range(1, 5).withColumn('y', F.rand())"),
    Case("r = spark.createDataFrame([(1, 2)], 'a int, b int')"),
    Case("r = spark.createDataFrame([(1, 2)], schema=['a', 'b'])"),
    Case("r = spark.createDataFrame([(1, 2)])"),
    Case("r = spark.createDataFrame([{'a': 1, 'b': 2}])"),
    Case("r = spark.createDataFrame([(1,)], T.StructType([T.StructField('a', T.LongType())]))"),
    Case("r = spark.createDataFrame([(1,)], T.StructType().add('a', T.LongType()))"),
    Case("r = spark.createDataFrame(pd.DataFrame({'a': [1], 'b': [2]}))"),
    Case("r = tx.toPandas()"),
    Case("r = tx.toPandas().groupby('u')['x'].sum().reset_index()", ("sum(x) by u",)),
    Case("up = F.udf(lambda s: s.upper(), 'string')\nr = tx.withColumn('y', up('k')).select('y')"),
    Case("@F.udf('string')\ndef up(s):\n    return s.upper()\nr = tx.select(up('k').alias('y'))"),
]  # fmt: skip


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    need("pyspark")
    scope = LIBRARY.names()
    yield scope
    scope["spark"].stop()


@pytest.mark.parametrize("case", CASES, ids=shown)
def test_spark(case: Case, names: dict[str, Any]):
    LIBRARY.check(case, names)
