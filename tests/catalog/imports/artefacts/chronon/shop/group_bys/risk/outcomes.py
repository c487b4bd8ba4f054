from ai.chronon.api.ttypes import EntitySource, Source
from ai.chronon.group_by import GroupBy
from ai.chronon.query import Query, select

chargebacks = GroupBy(
    sources=[
        Source(
            entities=EntitySource(
                snapshotTable="shop.chargebacks",
                query=Query(selects=select("user_id", "is_fraud"), start_partition="2026-01-01"),
            )
        )
    ],
    keys=["user_id"],
    aggregations=None,
)
