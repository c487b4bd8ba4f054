from ai.chronon.api.ttypes import EventSource, Source
from ai.chronon.join import Join, JoinPart, LabelPart
from ai.chronon.query import Query, select
from group_bys.risk import outcomes, purchases, users

left = Source(
    events=EventSource(
        table="shop.checkouts",
        query=Query(selects=select("user_id", "checkout_id"), time_column="asked_ms", start_partition="2026-01-01"),
    )
)

fast = Join(
    left=left,
    right_parts=[JoinPart(group_by=purchases.by_user), JoinPart(group_by=users.profile)],
    online=True,
    row_ids=["checkout_id"],
    tags={"feasilint.latency": "microbatch"},
)
mixed = Join(
    left=left,
    right_parts=[JoinPart(group_by=purchases.by_user), JoinPart(group_by=purchases.visits)],
    online=True,
    offline_schedule="@hourly",
)
study = Join(
    left=left,
    right_parts=[JoinPart(group_by=users.settled)],
    label_part=LabelPart(
        [JoinPart(group_by=outcomes.chargebacks)],
        left_start_offset=60,
        left_end_offset=30,
        label_offline_schedule="@weekly",
    ),
    deprecation_date="2999-01-01",
    offline_schedule="@never",
)
