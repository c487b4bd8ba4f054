"""What is said of the columns of Snowpark frames is what Snowpark's local testing gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from executed import Case, Library, need, shown

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]

_IMPORTS = """from snowflake.snowpark import Session, Window
from snowflake.snowpark import functions as F
from snowflake.snowpark.types import StructType, StructField, IntegerType, StringType
session = Session.builder.config('local_testing', True).create()
"""
_DATA = """tx = session.create_dataframe([[1, 'a', 1.0, 1, '2024-01-01'], [2, 'b', 2.0, 2, '2024-01-02']], schema=['u', 'k', 'x', 'n', 'ts'])
users = session.create_dataframe([[1, 'de', 5], [2, 'fr', 6]], schema=['u', 'country', 'n'])
"""
_READ = "tx = session.table('tx')\nusers = session.table('users')\n"
LIBRARY = Library(_IMPORTS, _DATA, _READ)
_W = "w = Window.partition_by('u').order_by('ts')\n"

CASES = [
    Case("r = tx.select('u', 'x')"),
    Case("r = tx.select(['u', 'x'])"),
    Case("r = tx.select(F.col('u'), tx['x'], tx.n)"),
    Case("r = tx.select(F.col('x').alias('y'), F.col('n').as_('m'))"),
    Case("r = tx.select((F.col('x') + 1).alias('y'))"),
    Case("r = tx.select(F.col('x') + 1)"),
    Case("r = tx.select(F.upper('k'))"),
    Case("r = tx.select('*')"),
    Case("r = tx.select(F.sum('x'))", ("sum(x)",)),
    Case("r = tx.select(F.sum('x').alias('s'), F.count('*').alias('n'))", ("sum(x)", "count()")),
    Case("r = tx.select(F.lit(1).alias('one'))"),
    Case("r = tx.select(F.iff(F.col('x') > 1, F.lit(1), F.lit(0)).alias('big'))"),
    Case("r = tx.select(F.when(F.col('x') > 1, 1).otherwise(0).alias('big'))"),
    Case("r = tx.with_column('y', F.col('x') * 2)"),
    Case("r = tx.withColumn('y', F.col('x') * 2)"),
    Case("r = tx.with_columns(['y', 'z'], [F.col('x'), F.lit(1)])"),
    Case("r = tx.with_column_renamed('x', 'amount')"),
    Case("r = tx.rename('x', 'amount')"),
    Case("r = tx.rename(F.col('x'), 'amount')"),
    Case("r = tx.drop('x')"),
    Case("r = tx.drop('x', 'n')"),
    Case("r = tx.drop(['x', 'n'])"),
    Case("r = tx.drop(F.col('x'))"),
    Case("r = tx.to_df('a', 'b', 'c', 'd', 'e')"),
    Case("r = tx.to_df(['a', 'b', 'c', 'd', 'e'])"),
    *(
        Case(f"r = tx.{call}")
        for call in (
            "filter(F.col('x') > 1)", "where(F.col('x') > 1)", "distinct()", "drop_duplicates()", "drop_duplicates('u')", "dropDuplicates(['u'])",
            "sort('x')", "order_by(F.col('x').desc())", "limit(1)", "sample(n=1)", "fillna(0)", "na.fill(0)", "dropna()", "na.drop()",
            "na.replace('a', 'b')", "replace('a', 'b')", "union(tx)", "union_all(tx)", "union_by_name(tx)", "union_all_by_name(tx)",
            "subtract(tx)", "minus(tx)", "except_(tx)", "intersect(tx)", "cache_result()", "alias('t')", "describe()",
        )
    ),
    Case("r = tx.first()"),
    # groups
    Case("r = tx.group_by('u').agg(F.sum('x').alias('s'))", ("sum(x) by u",)),
    Case("r = tx.group_by('u').agg(F.sum('x'), F.avg('n'), F.max('x'), F.min('x'))"),
    Case("r = tx.group_by('u').agg(F.count('*').alias('c'), F.count_distinct('k').alias('d'))", ("count() by u", "count_distinct(k) by u")),
    Case("r = tx.group_by('u').agg({'x': 'sum'})", ("sum(x) by u",)),
    Case("r = tx.group_by('u').agg(('x', 'sum'), ('n', 'max'))", ("sum(x) by u", "max(n) by u")),
    Case("r = tx.group_by('u').agg([F.col('x'), 'sum'])" if False else "r = tx.group_by('u').agg([(F.col('x'), 'sum')])", ("sum(x) by u",)),
    Case("r = tx.group_by('u').count()", ("count() by u",)),
    Case("r = tx.group_by('u').sum('x', 'n')", ("sum(x) by u", "sum(n) by u")),
    Case("r = tx.group_by('u').avg('x')"),
    Case("r = tx.group_by('u').mean('x')"),
    Case("r = tx.group_by('u').max('x')"),
    Case("r = tx.group_by('u').function('sum')('x')", ("sum(x) by u",)),
    Case("r = tx.group_by(['u', 'k']).agg(F.max('ts').alias('last'))", ("max(ts) by u, k",)),
    Case("r = tx.group_by(F.col('u')).agg((F.sum('x') / F.count('*')).alias('r'))", ("sum(x) by u", "count() by u")),
    Case("r = tx.agg(F.sum('x').alias('s'))", ("sum(x)",)),
    Case("r = tx.agg({'x': 'max'})", ("max(x)",)),
    Case("r = tx.agg(('x', 'max'), ('n', 'min'))", ("max(x)", "min(n)")),
    Case("r = tx.group_by('u').agg(F.stddev('x'), F.median('x'))"),
    # windows
    Case(_W + "r = tx.with_column('s', F.sum('x').over(w))", ("sum(x) by u order ts range None..0",)),
    Case(_W + "r = tx.select('u', F.row_number().over(w).alias('rn'))", ("row_number() by u order ts range None..0",)),
    Case(_W + "r = tx.with_column('s', F.sum('x').over(w.rows_between(-6, Window.CURRENT_ROW)))", ("sum(x) by u order ts rows -6..0",)),
    Case(
        "w = Window.partition_by('u').order_by('ts').range_between(-F.make_interval(days=7), Window.CURRENT_ROW)\n"
        "r = tx.select('u') if True else tx.with_column('s', F.sum('x').over(w))"
    ),
    Case(_W + "r = tx.with_column('p', F.lag('x', 1).over(w))"),
    # joins
    Case("r = tx.join(users, 'u')"),
    Case("r = tx.join(users, on='u', how='left', rsuffix='_user')"),
    Case("r = tx.join(users, using_columns=['u'], join_type='inner', lsuffix='_t', rsuffix='_u')"),
    Case("r = tx.join(users, ['u', 'n'])"),
    Case("r = tx.join(users, tx.u == users.u)"),
    Case("r = tx.join(users, tx.u == users.u, rsuffix='_user')"),
    Case("r = tx.join(users, tx.u == users.u, lsuffix='_t', rsuffix='_user')"),
    Case("r = tx.join(users.rename('u', 'id'), F.col('u') == F.col('id'))"),
    Case("r = tx.join(users.select('u', 'country'), 'u')"),
    Case("r = tx.join(users, 'u', how='semi')"),
    Case("r = tx.join(users, 'u', how='anti')"),
    Case("r = tx.cross_join(users, rsuffix='_user')"),
    Case("r = tx.cross_join(users)"),
    Case("r = tx.natural_join(users)"),
    # rows to columns and back
    # sources
    Case("r = session.create_dataframe([1, 2], schema=['a'])"),
    Case("r = session.create_dataframe([[1, 'b']], schema=StructType([StructField('a', IntegerType()), StructField('b', StringType())]))"),
    Case("r = session.create_dataframe([{'a': 1, 'b': 2}])"),
    Case("r = session.create_dataframe([[1, 2]])"),
    Case("r = session.range(3)"),
    Case("r = tx.to_pandas()"),
    Case("r = tx.to_pandas().groupby('U')['X'].sum().reset_index()", ("sum(X) by U",)),
    Case("up = session.udf.register(lambda s: s, return_type=StringType(), input_types=[StringType()])\nr = tx.with_column('y', up('k')).select('y')"),
    # analytics
    Case(
        "r = tx.analytics.moving_agg(aggs={'x': ['SUM', 'AVG']}, window_sizes=[2, 3], order_by=['ts'], group_by=['u'])",
        tuple(f"{name}(x) by u order ts rows {frame}" for name in ("sum", "avg") for frame in ("-1..0", "-2..0")),
    ),
    Case(
        "r = tx.analytics.cumulative_agg(aggs={'x': ['SUM', 'MAX']}, group_by=['u'], order_by=['ts'], is_forward=False)",
        ("sum(x) by u order ts rows None..0", "max(x) by u order ts rows None..0"),
    ),
    Case("r = tx.analytics.compute_lag(cols=['x'], lags=[1, 2], order_by=['ts'], group_by=['u'])"),
    Case("r = tx.analytics.compute_lead(cols=['x'], leads=[1], order_by=['ts'], group_by=['u'])"),
    Case("def named(col, agg, size):\n    return f'{agg}_{col}_{size}'\nr = tx.analytics.moving_agg(aggs={'x': ['SUM']}, window_sizes=[2], order_by=['ts'], group_by=['u'], col_formatter=named)"),
]  # fmt: skip


@pytest.fixture(scope="module")
def names() -> Iterator[dict[str, Any]]:
    need("snowflake.snowpark")
    scope = LIBRARY.names()
    yield scope
    scope["session"].close()


@pytest.mark.parametrize("case", CASES, ids=shown)
def test_snowpark(case: Case, names: dict[str, Any]):
    LIBRARY.check(case, names)
