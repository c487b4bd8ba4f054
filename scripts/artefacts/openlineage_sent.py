"""Sends the events of an invented shop with the client of OpenLineage into a file. Run by `openlineage.py`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import (
    Dataset,
    DatasetEvent,
    InputDataset,
    Job,
    OutputDataset,
    Run,
    RunEvent,
    RunState,
)
from openlineage.client.facet_v2 import (
    data_quality_metrics_input_dataset,
    dataset_type_dataset,
    job_type_job,
    lifecycle_state_change_dataset,
    nominal_time_run,
    output_statistics_output_dataset,
    ownership_dataset,
    ownership_job,
    parent_run,
    schema_dataset,
    symlinks_dataset,
    tags_dataset,
)
from openlineage.client.transport.file import FileConfig, FileTransport

START = datetime(2026, 11, 1, tzinfo=UTC)
PRODUCER = "https://example.com/shop"
HOURS, DAYS, WEEKS = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)

ORDERS = schema_dataset.SchemaDatasetFacet(
    fields=[
        schema_dataset.SchemaDatasetFacetFields(name="order_id", type="BIGINT"),
        schema_dataset.SchemaDatasetFacetFields(name="email", type="TEXT"),
        schema_dataset.SchemaDatasetFacetFields(
            name="address", type="struct", fields=[schema_dataset.SchemaDatasetFacetFields(name="city", type="TEXT")]
        ),
    ]
)


class Shop:
    """Sends the events of runs, each by a name that makes its id."""

    def __init__(self, path: str) -> None:
        self.client = OpenLineageClient(transport=FileTransport(FileConfig(log_file_path=path, append=True)))

    def run(self, job, at, took, outputs, inputs=(), *, nominal=None, parent=None, ends=RunState.COMPLETE, facets=None):
        """One run: what it reads is told at its start, what it writes at its end."""
        run_facets = {}
        if nominal is not None:
            run_facets["nominalTime"] = nominal_time_run.NominalTimeRunFacet(nominalStartTime=nominal.isoformat())
        if parent is not None:
            run_facets["parent"] = parent_run.ParentRunFacet(
                run=parent_run.Run(runId=str(uuid5(NAMESPACE_URL, parent))),
                job=parent_run.Job(namespace="prod", name="shop"),
            )
        run = Run(runId=str(uuid5(NAMESPACE_URL, f"{job}{at}")), facets=run_facets)
        named = Job(namespace="prod", name=job, facets=facets or {})
        self.event(RunState.START, at, run, named, inputs, ())
        if ends is not None:
            plain = Run(runId=run.runId, facets={})
            self.event(ends, at + took, plain, named, (), outputs)

    def event(self, state, at, run, job, inputs, outputs):
        self.send(
            RunEvent(
                eventType=state, eventTime=at.isoformat(), run=run, job=job, producer=PRODUCER, inputs=list(inputs),
                outputs=list(outputs),
            )
        )  # fmt: skip

    def send(self, event):
        self.client.emit(event)


def main(path: str) -> int:
    shop = Shop(path)
    facts(shop)
    nightly(shop)
    hourly(shop)
    streaming(shop)
    weekly(shop)
    changes(shop)
    return 0


def facts(shop):
    """What is known of a dataset without a run."""
    owner = ownership_dataset.OwnershipDatasetFacet(
        owners=[ownership_dataset.Owner(name="team:sales", type="MAINTAINER")]
    )
    tags = tags_dataset.TagsDatasetFacet(
        tags=[
            tags_dataset.TagsDatasetFacetFields(key="pii", value="true", source="USER", field="email"),
            tags_dataset.TagsDatasetFacetFields(key="feasilint.kind", value="events", source="USER"),
        ]
    )
    dataset = Dataset(
        "postgres://db.example.com:5432",
        "shop.public.orders",
        facets={"schema": ORDERS, "ownership": owner, "tags": tags},
    )
    shop.send(DatasetEvent(eventTime=START.isoformat(), producer=PRODUCER, dataset=dataset))


def nightly(shop):
    """A task of a nightly graph, with one failure and one retry; it is late, its nominal times are not."""
    orders = InputDataset("postgres://db.example.com:5432", "shop.public.orders")
    owner = ownership_job.OwnershipJobFacet(owners=[ownership_job.Owner(name="user:ada")])
    for day in range(10):
        nominal = START + day * DAYS
        at = nominal + timedelta(hours=26, minutes=7 * (day % 3))
        outputs = [OutputDataset("bigquery", "shop-prod.mart.orders")]
        if day == 5:
            shop.run(
                "nightly.orders",
                at - HOURS,
                3 * DAYS / 288,
                outputs,
                nominal=nominal,
                parent=f"night {day}",
                ends=RunState.FAIL,
            )
        shop.run(
            "nightly.orders", at, timedelta(minutes=20), outputs, [orders], nominal=nominal, parent=f"night {day}",
            facets={"ownership": owner},
        )  # fmt: skip
        for part in range(2):  # tasks that write in the same night are one run of the table
            shop.run(f"nightly.scores_{part}", at + part * HOURS / 6, timedelta(minutes=5),
                     [OutputDataset("snowflake://acme-eu", "SHOP.RISK.SCORES")], parent=f"night {day}")  # fmt: skip


def hourly(shop):
    """Spark appends to files that the metastore knows as a table."""
    kind = job_type_job.JobTypeJobFacet(processingType="BATCH", integration="SPARK", jobType="SQL_JOB")
    known = symlinks_dataset.SymlinksDatasetFacet(
        identifiers=[
            symlinks_dataset.Identifier(namespace="hive://metastore.example.com:9083", name="web.clicks", type="TABLE")
        ]
    )
    for hour in range(30):
        at = START + hour * HOURS + timedelta(minutes=5, seconds=hour % 7)
        statistics = output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet(
            rowCount=1000 + hour, size=80 * (1000 + hour)
        )
        output = OutputDataset(
            "s3://shop-lake", "web/clicks", facets={"symlinks": known}, outputFacets={"outputStatistics": statistics}
        )
        shop.run("spark.append_clicks", at, timedelta(minutes=4), [output], facets={"jobType": kind})


def streaming(shop):
    """A job that never ends."""
    kind = job_type_job.JobTypeJobFacet(processingType="STREAMING", integration="FLINK", jobType="JOB")
    topics = [InputDataset("kafka://broker.example.com:9092", "web.clicks")]
    output = [OutputDataset("kafka://broker.example.com:9092", "web.sessions")]
    run = Run(runId=str(uuid5(NAMESPACE_URL, "sessions")), facets={})
    job = Job(namespace="prod", name="flink.sessions", facets={"jobType": kind})
    shop.event(RunState.START, START, run, job, topics, output)
    for hour in range(5):
        shop.event(RunState.RUNNING, START + hour * HOURS, run, job, topics, output)


def weekly(shop):
    """A view beside a table; two runs are no pace, and quality is measured."""
    view = dataset_type_dataset.DatasetTypeDatasetFacet(datasetType="VIEW", subType="")
    for week in range(2):
        at = START + week * WEEKS
        measured = data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet(
            columnMetrics={}, rowCount=2000, bytes=90000, lastUpdated=(at - 30 * HOURS).isoformat()
        )
        read = InputDataset(
            "redshift://cluster.eu-west-1:5439", "dw.finance.ledger", inputFacets={"dataQualityMetrics": measured}
        )
        outputs = [
            OutputDataset("bigquery", "shop-prod.mart.revenue"),
            OutputDataset("bigquery", "shop-prod.mart.revenue_view", facets={"datasetType": view}),
        ]
        shop.run("weekly.revenue", at, timedelta(minutes=3), outputs, [read])
    for day in range(4):
        shop.run("views.create", START + day * DAYS, timedelta(minutes=1), [outputs[1]])


def changes(shop):
    """Tables that are dropped and renamed."""
    change = lifecycle_state_change_dataset
    dropped = change.LifecycleStateChangeDatasetFacet(lifecycleStateChange=change.LifecycleStateChange.DROP)
    renamed = change.LifecycleStateChangeDatasetFacet(
        lifecycleStateChange=change.LifecycleStateChange.RENAME,
        previousIdentifier=change.PreviousIdentifier(namespace="bigquery", name="shop-prod.mart.clients"),
    )
    outputs = [
        OutputDataset("bigquery", "shop-prod.mart.orders_v1", facets={"lifecycleStateChange": dropped}),
        OutputDataset("bigquery", "shop-prod.mart.customers", facets={"lifecycleStateChange": renamed}),
    ]
    shop.run("cleaning.up", START + 9 * DAYS, timedelta(minutes=1), outputs)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1]))
