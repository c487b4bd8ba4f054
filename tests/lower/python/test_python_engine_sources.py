"""What PySpark, Snowpark and polars read and write: formats and options, streams, Delta tables, stored procedures."""

from __future__ import annotations

import pytest
from python_lowering import frame, measures, origins, run, sources

from feasilint.ir import Frame, Interval, Program, Window, Write

SPARK = "from pyspark.sql import SparkSession, functions as F\nspark = SparkSession.builder.getOrCreate()\n"
SNOW = "from snowflake.snowpark import Session, functions as F\nsession = Session.builder.configs({}).create()\n"


def writes(program: Program) -> list[str]:
    """`upsert sales.orders` for every write."""
    return [
        f"{sink.mode} {sink.target.name}"
        for sink in program.sinks
        if isinstance(sink, Write) and sink.target is not None
    ]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("spark.read.format('delta').load('/lake/orders')", ["/lake/orders"]),
        ("spark.read.format('delta').table('sales.orders')", ["sales.orders"]),
        ("spark.read.option('header', True).csv('orders.csv')", ["orders.csv"]),
        ("spark.read.parquet('/a/x.parquet', '/a/y.parquet')", ["/a/x.parquet", "/a/y.parquet"]),
        ("spark.read.format('jdbc').option('url', u).option('dbtable', 'sales.orders').load()", ["sales.orders"]),
        ("spark.read.format('jdbc').options(url=u, dbtable='sales.orders').load()", ["sales.orders"]),
        ("spark.read.format('jdbc').option('query', 'select id from sales.orders').load()", ["sales.orders"]),
        ("spark.read.format('jdbc').option('dbtable', '(select id from sales.orders) q').load()", ["sales.orders"]),
        ("spark.read.jdbc(u, 'sales.orders')", ["sales.orders"]),
        ("spark.read.format('parquet').option('path', '/lake/orders').load()", ["/lake/orders"]),
        ("spark.readStream.format('kafka').option('subscribe', 'clicks').load()", ["clicks"]),
        ("spark.readStream.table('sales.clicks')", ["sales.clicks"]),
        ("spark.readStream.schema(s).json('/landing/clicks')", ["/landing/clicks"]),
        ("spark.table('sales.orders')", ["sales.orders"]),
        ("spark.sql('select * from sales.orders')", ["sales.orders"]),
        ("DeltaTable.forName(spark, 'sales.orders').toDF()", ["sales.orders"]),
        ("DeltaTable.forPath(spark, '/lake/orders').alias('o').toDF()", ["/lake/orders"]),
    ],
)
def test_spark_reads(code: str, expected: list[str]):
    assert sources(run(SPARK + f"from delta.tables import DeltaTable\ndf = {code}\nr = df.select('id')")) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df.filter('x > 1').count()", []),
        ("df.write.mode('append').saveAsTable('ml.f')", ["insert ml.f"]),
        ("df.write.saveAsTable('ml.f')", ["create ml.f"]),
        ("df.write.format('delta').mode('overwrite').save('/lake/f')", ["overwrite /lake/f"]),
        ("df.write.partitionBy('day').parquet('/lake/f')", ["overwrite /lake/f"]),
        ("df.write.insertInto('ml.f')", ["insert ml.f"]),
        ("df.write.jdbc(u, 'ml.f', mode='append')", ["insert ml.f"]),
        ("df.write.format('jdbc').option('dbtable', 'ml.f').save()", ["overwrite ml.f"]),
        ("df.writeTo('ml.f').createOrReplace()", ["create ml.f"]),
        ("df.writeTo('ml.f').partitionedBy(F.col('d')).append()", ["insert ml.f"]),
        ("df.writeStream.outputMode('append').toTable('ml.f')", ["insert ml.f"]),
        ("df.writeStream.foreachBatch(lambda part, n: part.write.saveAsTable('ml.f')).start()", ["create ml.f"]),
        (
            "DeltaTable.forName(spark, 'ml.f').alias('t').merge(df.alias('s'), 't.id = s.id')"
            ".whenMatchedUpdateAll().whenNotMatchedInsertAll().execute()",
            ["upsert ml.f"],
        ),
        ("df.mergeInto('ml.f', F.expr('id = id')).whenNotMatched().insertAll().merge()", ["upsert ml.f"]),
    ],
)
def test_spark_writes(code: str, expected: list[str]):
    assert writes(run(SPARK + f"from delta.tables import DeltaTable\ndf = spark.table('t')\n{code}")) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("session.table('orders')", ["orders"]),
        ("session.sql('select id from orders')", ["orders"]),
        ("session.read.parquet('@stage/orders')", ["@stage/orders"]),
        ("session.read.option('skip_header', 1).csv('@stage/o.csv')", ["@stage/o.csv"]),
        ("session.read.table('orders')", ["orders"]),
        ("session.read.dbapi(connect, table='orders')", ["orders"]),
        ("session.read.dbapi(connect, query='select id from orders')", ["orders"]),
        ("session.table('orders').flatten('items')", ["orders"]),
    ],
)
def test_snowpark_reads(code: str, expected: list[str]):
    assert sources(run(SNOW + f"df = {code}\nr = df.select('id')")) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("df.write.mode('overwrite').save_as_table('f')", ["overwrite f"]),
        ("df.write.save_as_table('f', mode='append')", ["insert f"]),
        ("df.copy_into_table('f')", ["insert f"]),
        ("df.create_or_replace_dynamic_table('f', warehouse='w', lag='1 hour')", ["create f"]),
        ("session.table('f').merge(df, F.col('id') == 1, [])", ["upsert f"]),
        ("session.write_pandas(df.to_pandas(), 'f')", ["overwrite f"]),
        ("df.show()", []),
    ],
)
def test_snowpark_writes(code: str, expected: list[str]):
    assert writes(run(SNOW + f"df = session.table('t')\n{code}")) == expected


@pytest.mark.parametrize("annotation", ["session: Session", "session: snowpark.Session"])
def test_stored_procedures_get_a_session(annotation: str):
    program = run(
        "import snowflake.snowpark as snowpark\nfrom snowflake.snowpark import Session\n"
        "from snowflake.snowpark.functions import sproc\n@sproc(name='p')\n"
        f"def p({annotation}, day: str):\n    session.table('orders').group_by('u').agg({{'x': 'sum'}}).write.save_as_table('f')\n"
    )
    assert sources(program) == ["orders"]
    assert measures(program) == ["sum(x) by u"]
    assert writes(program) == ["create f"]


def test_a_parameter_of_another_name_is_no_session():
    assert sources(run("def p(session, day):\n    return session.table('orders')\n")) == []


def test_spark_handed_into_a_function_is_a_session():
    assert sources(run("def p(spark, day):\n    return spark.table('orders').select('id')\n")) == ["orders"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("time_series_agg(time_col='ts', aggs={'x': ['SUM']}, windows=['-7D', '1H'], group_by=['u'])",
         ["sum(x) by u order ts range P7D..PT0S", "sum(x) by u order ts range PT0S..PT1H"]),
        ("moving_agg(aggs={'x': ['AVG']}, window_sizes=[3], order_by=['ts'], group_by=['u'])", ["avg(x) by u order ts rows -2..0"]),
        ("cumulative_agg(aggs={'x': ['SUM']}, group_by=['u'], order_by=['ts'], is_forward=True)",
         ["sum(x) by u order ts rows 0..None"]),
    ],
)  # fmt: skip
def test_snowpark_analytics_are_windows(code: str, expected: list[str]):
    assert measures(run(SNOW + f"df = session.table('t').analytics.{code}")) == expected


def test_a_range_of_an_interval_is_a_length_of_time():
    code = (
        "from snowflake.snowpark import Window\nw = Window.partition_by('u').order_by('ts')"
        ".range_between(-F.make_interval(days=7), Window.CURRENT_ROW)\n"
        "df = session.table('t').with_column('s', F.sum('x').over(w))"
    )
    window = next(relation for relation in run(SNOW + code).relations if isinstance(relation, Window))
    assert window.frame == Frame("range", Interval(days=-7), 0)


def test_pandas_on_spark_is_pandas_and_becomes_spark():
    program = run(
        "import pyspark.pandas as ps\nfrom pyspark.sql import functions as F\n"
        "df = ps.read_delta('/lake/orders').groupby('u')['x'].sum().reset_index()\n"
        "ps.sql('select * from users')\n"
        "r = df.to_spark().groupBy('x').agg(F.count('*').alias('n'))\nr.write.saveAsTable('f')"
    )
    assert sources(program) == ["/lake/orders", "users"]
    assert measures(program) == ["sum(x) by u", "count() by x"]
    assert writes(program) == ["create f"]


def test_polars_reads_and_writes():
    program = run(
        "import polars as pl\ndf = pl.scan_parquet('a.parquet').filter(pl.col('x') > 1)\n"
        "df.sink_parquet('b.parquet')\ndf.collect().write_delta('c')\npl.scan_lines('d.txt').collect()\n"
    )
    assert sources(program) == ["a.parquet", "d.txt"]
    assert writes(program) == ["overwrite b.parquet", "overwrite c"]


def test_fields_of_structs_keep_their_lineage():
    code = "import polars as pl\ndf = pl.read_parquet('t').select(pl.struct(a='x', b='n').alias('s')).unnest('s')"
    relation = frame(code)
    assert (origins(relation, "a"), origins(relation, "b")) == ({"t.x"}, {"t.n"})


def test_selectors_keep_what_they_choose():
    code = "import polars as pl\nimport polars.selectors as cs\ndf = pl.read_parquet('t').select(cs.numeric() - cs.by_name('y'))"
    relation = frame(code)
    assert origins(relation, "x") == {"t.x"}
    assert origins(relation, "y") == set()


def test_a_session_of_dataproc_is_one_of_spark():
    code = """
from google.cloud.dataproc_spark_connect import DataprocSparkSession
from google.cloud.dataproc_v1 import Session
spark = DataprocSparkSession.builder.appName("a").dataprocSessionConfig(Session()).getOrCreate()
spark.read.table("shop.users").createOrReplaceTempView("users")
df = spark.sql("select id, count(*) as n from users group by id")
"""
    assert sources(run(code)) == ["shop.users"]
