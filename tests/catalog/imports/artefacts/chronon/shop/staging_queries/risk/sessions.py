from ai.chronon.api.ttypes import MetaData, StagingQuery

daily = StagingQuery(
    query="SELECT user_id, count(*) AS n, ds FROM shop.visits WHERE ds BETWEEN '{{ start_date }}' AND '{{ end_date }}' GROUP BY 1, 3",
    startPartition="2026-01-01",
    metaData=MetaData(
        name="sessions", outputNamespace="risk", dependencies=["shop.visits/ds={{ ds }}"], offlineSchedule="@weekly"
    ),
)
