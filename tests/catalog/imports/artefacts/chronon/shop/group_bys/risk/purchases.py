from ai.chronon.api.ttypes import EventSource, Source
from ai.chronon.group_by import Aggregation, GroupBy, Operation, TimeUnit, Window
from ai.chronon.query import Query, select

WINDOWS = [Window(length=length, timeUnit=TimeUnit.DAYS) for length in (1, 30)]

streamed = Source(
    events=EventSource(
        table="shop.purchases",
        topic="kafka://events.purchases/host=broker.example.com/port=9092",
        query=Query(
            selects=select("user_id", "amount"),
            time_column="UNIX_TIMESTAMP(bought_at) * 1000",
            start_partition="2026-01-01",
        ),
    )
)
logged = Source(
    events=EventSource(
        table="shop.visits/site=de",
        query=Query(
            selects=select("user_id", "page"),
            time_column="visited_ms",
            start_partition="2026-01-01",
            partition_column="day",
        ),
    )
)

by_user = GroupBy(
    sources=[streamed],
    keys=["user_id"],
    aggregations=[Aggregation(input_column="amount", operation=Operation.SUM, windows=WINDOWS)],
    online=True,
    production=True,
    backfill_start_date="2026-01-01",
    tags={"pii": "true", "tier": "1"},
    output_namespace="risk",
)
visits = GroupBy(
    sources=[logged],
    keys=["user_id"],
    aggregations=[Aggregation(input_column="page", operation=Operation.APPROX_UNIQUE_COUNT, windows=WINDOWS)],
    online=True,
    offline_schedule="0 3,9,21 * * *",
    lag=1,
    feasilint={"run_time": "40m"},
)
draft = GroupBy(
    sources=[logged],
    keys=["user_id"],
    aggregations=[Aggregation(input_column="page", operation=Operation.COUNT)],
)
