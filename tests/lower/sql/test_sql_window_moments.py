"""Windows of SQL aggregations by what stands for a moment: parameters, columns of partitions, words."""

from __future__ import annotations

import pytest
from sql_windows import Case, check

import feasilint

PARAMETERS: list[Case] = [
    ("postgres", "select u, count(*) c from b where dt < :end group by u", "unbounded", []),
    ("bigquery", "select u, count(*) c from b where country = '{{ c }}' group by u", "unbounded", []),
    ("bigquery", "select u, count(*) c from b where country = {{ c }} group by u", "unbounded", []),
    ("bigquery", "select u, count(*) c from b where country in ({countries}) group by u", "unbounded", []),
    ("bigquery", "select u, count(*) c from b where amount > {min_amount} group by u", "unbounded", []),
    ("bigquery",
     "select u, count(*) c from b {% if is_incremental() %} where ts > (select max(ts) from {{ this }}) {% endif %} group by u",
     "unbounded", []),
    ("postgres", "select u, count(*) c from b where dt >= :start group by u", "unknown", []),
    ("bigquery", "select u, count(*) c from b where {{ c }} group by u", "unknown", []),
    ("bigquery", "select u, count(*) c from b where dt >= {start} group by u", "unknown", []),
    ("bigquery", "select u, count(*) c from b where {{ macro('x') }} and amount > 1 group by u", "unknown", []),
    ("bigquery",
     "declare d date default date_sub(current_date(), interval 30 day); select u, count(*) c from b where dt >= d group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "declare d date; set d = date_sub(current_date(), interval 30 day); select u, count(*) c from b where dt >= d group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "declare n int64 default 30; select u, count(*) c from b where dt >= date_sub(current_date(), interval n day) group by u",
     "bounded", ["P30D"]),
    ("snowflake", "set d = current_date - 30; select u, count(*) c from b where dt >= $d group by u", "bounded", ["P30D"]),
    ("snowflake",
     "set n = 30; select u, count(*) c from b where dt >= dateadd(day, -$n, current_date) group by u",
     "bounded", ["P30D"]),
    ("tsql",
     "declare @d date = dateadd(day, -30, getdate()); select u, count(*) c from b where dt >= @d group by u",
     "bounded", ["P30D"]),
    ("tsql",
     "declare @e date = getdate(); declare @s date = dateadd(day, -30, @e); select u, count(*) c from b where dt >= @s and dt < @e group by u",
     "bounded", ["P30D"]),
    ("tsql",
     "declare @d date; set @d = dateadd(day, -30, getdate()); select u, count(*) c from b where dt >= @d group by u",
     "bounded", ["P30D"]),
    ("mysql",
     "set @d = date_sub(now(), interval 30 day); select u, count(*) c from b where dt >= @d group by u",
     "bounded", ["P30D"]),
    ("mysql", "set @n := 30; select u, count(*) c from b where dt >= now() - interval @n day group by u", "bounded", ["P30D"]),
    ("databricks", "set d = 30; select u, count(*) c from b where dt >= current_date() - ${d} group by u", "bounded", None),
    ("databricks",
     "declare variable d date default current_date() - 30; select u, count(*) c from b where dt >= d group by u",
     "bounded", ["P30D"]),
    ("postgres", "select u, count(*) c from b where dt >= :start and dt < :end group by u", "bounded", []),
    ("postgres",
     "select u, count(*) c from b where dt >= :asof - interval '30 days' and dt < :asof group by u",
     "bounded", ["P30D"]),
    ("postgres",
     "select u, count(*) c from b where dt >= cast(:asof as date) - 30 and dt < cast(:asof as date) group by u",
     "bounded", ["P30D"]),
    ("postgres",
     "select u, count(*) c from b where dt >= %(asof)s::date - interval '30 days' and dt < %(asof)s::date group by u",
     "bounded", ["P30D"]),
    ("postgres", "select u, count(*) c from b where dt >= ? and dt < ? group by u", "bounded", []),
    ("postgres", "select u, count(*) c from b where dt >= %s and dt < %s group by u", "bounded", []),
    ("duckdb",
     "select u, count(*) c from b where dt >= date '{{ ds }}' - interval 30 day and dt < date '{{ ds }}' group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "select u, count(*) c from b where dt >= date_sub('{{ ds }}', interval {{ n }} day) and dt < '{{ ds }}' group by u",
     "bounded", []),
    ("bigquery",
     "select u, count(*) c from b where dt >= date_sub('{run_date}', interval 30 day) and dt <= '{run_date}' group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "select u, count(*) c from b where dt >= date_sub({run_date}, interval 30 day) group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "select u, count(*) c from b where dt between '{{ var(\"start\") }}' and '{{ var(\"end\") }}' group by u",
     "bounded", []),
    ("databricks",
     "select u, count(*) c from b where dt >= date_sub('${run_date}', 30) and dt <= '${run_date}' group by u",
     "bounded", ["P30D"]),
]  # fmt: skip

PARTITION_COLUMNS: list[Case] = [
    ("hive", "select u, count(*) c from b where store_id >= 20240101 and store_id < 20240131 group by u", "unbounded", []),
    ("hive", "select u, count(*) c from b where year >= 2024 group by u", "anchored", []),
    ("hive", "select u, count(*) c from b where ds >= '2024-01-01' and ds <= '2024-01-31' group by u", "bounded", ["P30D"]),
    ("hive", "select u, count(*) c from b where ds = '2024-01-01' group by u", "bounded", ["P1D"]),
    ("hive", "select u, count(*) c from b where ds = '{{ ds }}' group by u", "bounded", ["P1D"]),
    ("hive", "select u, count(*) c from b where dt >= 20240101 and dt < 20240131 group by u", "bounded", ["P30D"]),
    ("hive", "select u, count(*) c from b where date_key between 20240101 and 20240131 group by u", "bounded", ["P30D"]),
    ("hive", "select u, count(*) c from b where year = 2024 and month = 5 group by u", "bounded", ["P1M"]),
    ("hive", "select u, count(*) c from b where year = 2024 and month = 5 and day = 3 group by u", "bounded", ["P1D"]),
    ("hive", "select u, count(*) c from b where dt in ('2024-01-01','2024-01-02') group by u", "bounded", None),
    ("bigquery", "select u, count(*) c from b where _TABLE_SUFFIX = '20240101' group by u", "bounded", ["P1D"]),
    ("bigquery", "select u, count(*) c from `p.d.events_*` where _TABLE_SUFFIX >= '0101' group by u", "unbounded", []),
    ("bigquery", "select u, count(*) c from `p.d.events_2024*` where _TABLE_SUFFIX <= '0131' group by u", "unbounded", []),
    ("bigquery", "select u, count(*) c from `p.d.events_2024*` where zip between '0101' and '0131' group by u", "unbounded", []),
    ("bigquery",
     "select u, count(*) c from `p.d.events_2024*` where _TABLE_SUFFIX between '0101' and '0131' group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "select u, count(*) c from (select * from `p.d.events_2024*` where _TABLE_SUFFIX between '0101' and '0131') group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "select u, count(*) c from `p.d.events_20*` where _TABLE_SUFFIX between '240101' and '240131' group by u",
     "bounded", ["P30D"]),
    ("bigquery",
     "select u, count(*) c from `p.d.events_*` where _TABLE_SUFFIX between '20240101' and '20240131' group by u",
     "bounded", ["P30D"]),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "sql", "expected", "extent"), [*PARAMETERS, *PARTITION_COLUMNS])
def test_parameters_and_partitions_stand_for_moments(
    dialect: str, sql: str, expected: str, extent: list[str] | None
) -> None:
    check(dialect, sql, expected, extent)


@pytest.mark.parametrize(
    ("dialect", "condition", "extent"),
    [
        ("teradata", "ts >= DATE - 30 and ts < DATE", ["P30D"]),
        ("postgres", "ts >= $1::timestamp - interval '7 days' and ts < $1", ["P7D"]),
    ],
)
def test_words_and_places_that_stand_for_a_moment(dialect: str, condition: str, extent: list[str]) -> None:
    text = f"select k, count(*) n from t where {condition} group by k"
    (found,) = feasilint.inspect_source(text, "sql", dialect)["aggregations"]
    assert found["extent"] == extent
