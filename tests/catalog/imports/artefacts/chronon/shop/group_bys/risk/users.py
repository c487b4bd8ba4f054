from ai.chronon.api.ttypes import EntitySource, Source
from ai.chronon.group_by import Accuracy, Aggregation, GroupBy, Operation
from ai.chronon.query import Query, select

changes = Source(
    entities=EntitySource(
        snapshotTable="shop.users",
        mutationTable="shop.user_changes/hr=00:00",
        mutationTopic="cdc.users",
        query=Query(
            selects=select("user_id", "email_verified"),
            time_column="changed_ms",
            mutation_time_column="mutated_ms",
            reversal_column="is_before",
        ),
    )
)
LAST = [Aggregation(input_column="email_verified", operation=Operation.LAST)]

profile = GroupBy(sources=[changes], keys=["user_id"], aggregations=LAST, online=True, accuracy=Accuracy.TEMPORAL)
settled = GroupBy(
    sources=[changes],
    keys=["user_id"],
    aggregations=LAST,
    online=True,
    accuracy=Accuracy.SNAPSHOT,
    deprecation_date="2026-06-30",
)
