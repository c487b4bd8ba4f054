"""Events of OpenLineage: names, the pace at which runs were seen, and what a few runs do not prove."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import openlineage
from feasilint.catalog.imports._observed import observed
from feasilint.catalog.imports._openlineage_names import physical_name
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

ARTEFACTS = Path(__file__).parent / "artefacts/openlineage"
START = datetime(2026, 11, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TABLE = {"namespace": "bigquery", "name": "p.d.t"}


def event(
    at: datetime,
    run: str,
    state: str = "COMPLETE",
    *,
    job: dict | None = None,
    run_facets: dict | None = None,
    **output,
):
    return {
        "eventType": state,
        "eventTime": at.isoformat(),
        "run": {"runId": run, "facets": run_facets or {}},
        "job": {"namespace": "jobs", "name": "j", "facets": job or {}},
        "outputs": [{**TABLE, **output}],
    }


def days(count: int, **output: object) -> list[dict]:
    return [event(START + day * DAY, f"run {day}", **output) for day in range(count)]


def imported(tmp_path: Path, events: list[object], name: str = "events.ndjson") -> Imported:
    path = tmp_path / name
    path.write_text("".join(json.dumps(one) + "\n" for one in events), encoding="utf-8")
    (found,) = openlineage.read(path.as_posix())
    from_mapping({"version": "1", "sources": list(found.sources)})
    return found


def entry(tmp_path: Path, events: list[object]) -> dict[str, object]:
    (found,) = imported(tmp_path, events).sources
    return found


def read(name: str) -> tuple[Imported, dict[str, dict[str, object]]]:
    (found,) = openlineage.read(str(ARTEFACTS / name))
    from_mapping({"version": "1", "sources": list(found.sources)})
    return found, {one["name"]: one for one in found.sources}


class TestNotTakenOver:
    def test_two_runs_are_no_pace(self, tmp_path):
        assert imported(tmp_path, days(2)).sources == ()

    def test_failed_runs_have_written_nothing(self, tmp_path):
        events = [*days(2), event(START + 2 * DAY, "run 2", "FAIL"), event(START + 3 * DAY, "run 3", "ABORT")]
        assert imported(tmp_path, events).sources == ()

    def test_runs_that_never_end_are_no_runs(self, tmp_path):
        assert imported(tmp_path, [event(START + day * DAY, f"run {day}", "START") for day in range(5)]).sources == ()

    def test_a_few_runs_of_one_afternoon_are_no_pace(self, tmp_path):
        assert imported(tmp_path, [event(START + part * HOUR / 6, f"run {part}") for part in range(9)]).sources == ()

    def test_uneven_runs_are_no_pace(self, tmp_path):
        waits = [1, 30, 2, 90, 5, 48]
        events = [event(START + sum(waits[:at]) * HOUR, f"run {at}") for at in range(len(waits))]
        assert imported(tmp_path, events).sources == ()

    def test_what_was_built_three_times_in_a_row_by_hand(self):
        found, entries = read("dbt.ndjson")
        assert entries == {}
        assert "24 events tell of 2 datasets nothing but their names" in str(found.notes[0])

    def test_columns_without_types_may_be_some_of_them(self, tmp_path):
        schema = {"schema": {"fields": [{"name": "id"}, {"name": "x", "type": "INT"}]}}
        assert "columns" not in entry(tmp_path, days(3, facets=schema))

    def test_views_have_no_pace(self, tmp_path):
        view = {"datasetType": {"datasetType": "VIEW"}}
        assert imported(tmp_path, days(4, facets=view)).sources == ()
        stored = {"datasetType": {"datasetType": "VIEW", "subType": "MATERIALIZED"}}
        assert entry(tmp_path, days(4, facets=stored))["period"] == "1d"

    def test_a_warehouse_table_of_a_production_job_is_not_said_to_be_available(self):
        assert "availability" not in read("shop.ndjson")[1]["shop-prod.mart.orders"]

    @pytest.mark.parametrize("facets", [{}, {"lifecycleStateChange": {"lifecycleStateChange": "OVERWRITE"}}])
    @pytest.mark.parametrize("integration", ["SPARK", "DBT"])
    def test_rows_of_a_run_are_new_rows_only_where_that_is_known(self, tmp_path, facets, integration):
        job = {"jobType": {"integration": integration, "processingType": "BATCH"}}
        events = days(4, job=job, facets=facets, outputFacets={"outputStatistics": {"rowCount": 1200, "size": 12000}})
        assert ("rows_per_day" in entry(tmp_path, events)) == (not facets and integration == "SPARK")

    def test_descriptions_and_data_in_memory(self, tmp_path):
        data = {"dataset": {**TABLE, "namespace": "inmemory://", "facets": {"documentation": {"description": "x"}}}}
        assert imported(tmp_path, [{"eventTime": START.isoformat(), **data}]).sources == ()


class TestShop:
    def test_what_there_is(self):
        found, entries = read("shop.ndjson")
        assert found.as_of == "2026-11-11"
        assert list(entries) == [
            "shop.public.orders", "shop-prod.mart.orders", "SHOP.RISK.SCORES", "s3://shop-lake/web/clicks", "kafka://web.clicks",
            "kafka://web.sessions", "dw.finance.ledger", "shop-prod.mart.orders_v1", "shop-prod.mart.customers", "shop-prod.mart.clients",
        ]  # fmt: skip

    def test_facets(self):
        assert read("shop.ndjson")[1]["shop.public.orders"] == {
            "name": "shop.public.orders",
            "columns": {
                "order_id": "BIGINT",
                "email": {"type": "TEXT", "flags": ["pii"]},
                "address": "struct",
                "address.city": "TEXT",
            },
            "owner": {"team": "sales"},
            "kind": "events",
        }

    def test_a_nightly_table_by_nominal_times_and_its_jobs_owner(self):
        assert read("shop.ndjson")[1]["shop-prod.mart.orders"] == {
            "name": "shop-prod.mart.orders", "period": "1d", "run_time": "20m", "owner": {"contact": "ada"},
        }  # fmt: skip

    def test_tasks_of_one_night_are_one_run(self):
        assert read("shop.ndjson")[1]["SHOP.RISK.SCORES"]["period"] == "1d"

    def test_files_with_the_name_of_a_table_and_volumes(self):
        assert read("shop.ndjson")[1]["s3://shop-lake/web/clicks"] == {
            "name": "s3://shop-lake/web/clicks",
            "aliases": ["web.clicks"],
            "period": "1h",
            "run_time": "4m",
            "rows_per_day": 24400,
            "row_bytes": 80,
        }

    def test_streams(self):
        entries = read("shop.ndjson")[1]
        assert entries["kafka://web.clicks"] == {"name": "kafka://web.clicks", "latency": "streaming"}
        assert entries["kafka://web.sessions"]["availability"] == "production"

    def test_measured_quality(self):
        assert read("shop.ndjson")[1]["dw.finance.ledger"] == {
            "name": "dw.finance.ledger", "measured_age": "1d6h", "row_bytes": 45,
        }  # fmt: skip

    def test_what_is_gone(self):
        entries = read("shop.ndjson")[1]
        assert entries["shop-prod.mart.orders_v1"] == {
            "name": "shop-prod.mart.orders_v1", "availability": "deprecated", "reason": "dropped on 2026-11-10",
        }  # fmt: skip
        assert entries["shop-prod.mart.clients"]["use_instead"] == "shop-prod.mart.customers"
        assert entries["shop-prod.mart.customers"] == {"name": "shop-prod.mart.customers"}

    def test_periods_say_what_they_were_seen_in(self):
        notes = [note.message for note in read("shop.ndjson")[0].notes]
        assert "`shop-prod.mart.orders`: the period 1d was seen in 10 runs, 2026-11-01 to 2026-11-10" in notes
        assert len(notes) == 3


class TestDbt:
    def test_the_same_project_built_on_three_days(self, tmp_path):
        """The real events, each build a day after the one before."""
        events = [json.loads(line) for line in (ARTEFACTS / "dbt.ndjson").read_text().splitlines()]
        for at, one in enumerate(events):
            moved = datetime.fromisoformat(one["eventTime"]) + at // 8 * DAY
            one["eventTime"] = moved.isoformat()
        found = imported(tmp_path, events)
        assert [one["name"] for one in found.sources] == ["shop.main.orders"]
        assert found.sources[0]["period"] == "1d"
        assert "columns" not in found.sources[0]


class TestRuns:
    def test_outputs_and_nominal_times_may_stand_in_any_event_of_a_run(self, tmp_path):
        events = []
        for day in range(3):
            nominal = {"nominalTime": {"nominalStartTime": (START + day * DAY).isoformat()}}
            first = event(START + day * DAY + HOUR, f"r{day}", "START", run_facets=nominal)
            last = event(START + day * (DAY + 5 * HOUR) + 2 * HOUR, f"r{day}")
            last["outputs"] = []
            events += [first, last]
        assert entry(tmp_path, events)["period"] == "1d"

    def test_an_outer_run_without_end_hides_no_pace(self, tmp_path):
        outer = {"parent": {"run": {"runId": "application"}, "job": {"namespace": "n", "name": "a"}}}
        events = [event(START + hour * HOUR, f"run {hour}", run_facets=outer) for hour in range(25)]
        assert entry(tmp_path, events)["period"] == "1h"

    def test_a_table_that_two_tools_call_differently_is_one(self, tmp_path):
        symlink = {"symlinks": {"identifiers": [{"namespace": "hive://m:9083", "name": "db.t", "type": "TABLE"}]}}
        files = [event(START + day * DAY, f"f{day}") for day in range(3)]
        for one in files:
            one["outputs"] = [{"namespace": "s3://b", "name": "db/t", "facets": symlink}]
        table = {"eventTime": START.isoformat(), "dataset": {"namespace": "hive://m:9083", "name": "db.t"}}
        table["dataset"]["facets"] = {"schema": {"fields": [{"name": "id", "type": "int"}]}}
        assert entry(tmp_path, [*files, table]) == {
            "name": "db.t", "aliases": ["s3://b/db/t"], "columns": {"id": "int"}, "period": "1d",
        }  # fmt: skip

    def test_an_alias_of_two_is_that_of_the_first(self, tmp_path):
        def located(name):
            link = {"symlinks": {"identifiers": [{"namespace": "x", "name": "db.t", "type": "TABLE"}]}}
            return {"eventTime": START.isoformat(), "dataset": {"namespace": "s3://b", "name": name, "facets": link}}

        found = imported(tmp_path, [located("one"), located("two")])
        assert found.sources == ({"name": "s3://b/one", "aliases": ["db.t"]},)

    def test_a_facet_of_ones_own(self, tmp_path):
        facets = {"feasilint": {"_producer": "x", "_schemaURL": "y", "period": "6h", "aliases": ["tx"]}}
        assert entry(tmp_path, days(3, facets=facets)) == {"name": "p.d.t", "period": "6h", "aliases": ["tx"]}


class TestObserved:
    @pytest.mark.parametrize(
        ("hours", "period"),
        [
            ([0, 24, 48], "1d"),
            ([0, 24.05, 47.9, 72.1], "1d"),
            ([0, 24, 48, 72, 96, 168, 192], "1d"),  # no runs on weekends
            ([0, 25, 50], "1d1h"),
            ([0, 6, 12, 18, 24], "6h"),
            ([0, 24, 24, 24], None),
            ([0, 24], None),
            ([], None),
        ],
    )
    def test_periods(self, hours, period):
        found = observed([START + hour * HOUR for hour in hours])
        assert (found.period if found else None) == period

    def test_the_longest_wait_is_told_where_it_is_longer(self):
        found = observed([START + hour * HOUR for hour in (0, 24, 48, 72, 96, 168, 192)])
        assert str(found).endswith("the longest wait was 3d")

    @pytest.mark.parametrize("odd", ["", "x", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "2026-11-01"])
    def test_odd_times(self, odd):
        assert observed([odd, odd, odd]) is None


class TestNames:
    @pytest.mark.parametrize(
        ("namespace", "name", "physical"),
        [
            ("postgres://h:5432", "db.public.t", "db.public.t"),
            ("snowflake://acme-eu", "DB.S.T", "DB.S.T"),
            ("bigquery", "p.d.t", "p.d.t"),
            ("awsathena://athena.eu-west-1.amazonaws.com", "AwsDataCatalog.db.t", "AwsDataCatalog.db.t"),
            ("arn:aws:glue:eu-west-1:123456789012", "table/db/t", "db.t"),
            ("kafka://broker:9092", "web.clicks", "kafka://web.clicks"),
            ("pubsub", "topic:proj:clicks", "pubsub://clicks"),
            ("s3://bucket", "a/b.parquet", "s3://bucket/a/b.parquet"),
            ("s3a://bucket", "/a/b", "s3a://bucket/a/b"),
            ("abfss://c@acc.dfs.core.windows.net", "a/b", "abfss://c@acc.dfs.core.windows.net/a/b"),
            ("hdfs://nn:8020", "/warehouse/t", "hdfs://nn:8020/warehouse/t"),
            ("file", "/data/x.csv", "/data/x.csv"),
            ("azurekusto://h.kusto.windows.net", "db/t", "db.t"),
            ("inmemory://", "x", None),
            ("my-namespace", "my-table", "my-table"),
            ("https://user:hunter2@host", "a/b", "https://host/a/b"),
        ],
    )
    def test_conventions(self, namespace, name, physical):
        assert physical_name(namespace, name) == physical


class TestFiles:
    def test_broken_lines_cost_themselves(self, tmp_path):
        lines = [json.dumps(one) for one in days(3)]
        path = tmp_path / "events.ndjson"
        path.write_text("\n".join([lines[0][:40], "", lines[0], "nothing", *lines[1:]]), encoding="utf-8")
        (found,) = openlineage.read(path.as_posix())
        assert found.sources[0]["period"] == "1d"
        assert [note.line for note in found.notes] == [1, 4, None]

    def test_many_broken_lines_are_counted(self, tmp_path):
        path = tmp_path / "x.log"
        path.write_text("{}\n" + "nothing\n" * 50, encoding="utf-8")
        (found,) = openlineage.read(path.as_posix())
        assert len(found.notes) == 21
        assert found.notes[-1].message == "30 more lines are no events; they are left out"

    @pytest.mark.parametrize("indent", [None, 2])
    @pytest.mark.parametrize("wrap", [list, lambda events: {"events": events, "totalCount": 3}])
    def test_arrays_and_answers_of_a_server(self, tmp_path, wrap, indent):
        path = tmp_path / "events.json"
        path.write_text(json.dumps(wrap(days(3)), indent=indent), encoding="utf-8")
        (found,) = openlineage.read(path.as_posix())
        assert found.sources[0]["period"] == "1d"

    def test_an_array_that_breaks_off(self, tmp_path):
        path = tmp_path / "events.json"
        path.write_text(json.dumps(days(4), indent=1)[:-80], encoding="utf-8")
        (found,) = openlineage.read(path.as_posix())
        assert found.sources[0]["period"] == "1d"
        assert found.notes[0].line == len(path.read_text(encoding="utf-8").splitlines())
        assert "what follows is not read" in found.notes[0].message

    def test_characters_that_lie_across_pieces(self, tmp_path, monkeypatch):
        monkeypatch.setattr("feasilint.catalog.imports._openlineage_events._CHUNK", 7)
        path = tmp_path / "events.json"
        path.write_text(json.dumps(days(3, facets={"x": "ä€😀" * 9}), ensure_ascii=False), encoding="utf-8")
        (found,) = openlineage.read(path.as_posix())
        assert found.sources[0]["period"] == "1d"

    def test_folders_of_single_events_and_compressed_files(self, tmp_path):
        first, *others = days(3)
        (tmp_path / "a.json").write_text(json.dumps(first, indent=2), encoding="utf-8")
        with gzip.open(tmp_path / "b.ndjson.gz", "wt", encoding="utf-8") as file:
            file.write("\n".join(json.dumps(one) for one in others))
        (found,) = openlineage.read(tmp_path.as_posix())
        assert found.sources[0]["period"] == "1d"

    @pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"[1, 2]", b'{"a": 1}'])
    def test_something_else(self, tmp_path, content):
        path = tmp_path / "x.json"
        path.write_bytes(content)
        with pytest.raises(ArtefactError, match="no events of OpenLineage"):
            list(openlineage.read(str(path)))

    def test_a_compressed_file_that_ends_early(self, tmp_path):
        path = tmp_path / "x.json.gz"
        path.write_bytes(gzip.compress(b'{"a": 1}' * 99)[:-9])
        with pytest.raises(ArtefactError, match="cannot be read"):
            list(openlineage.read(str(path)))

    @settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_anything(self, tmp_path, data):
        name = data.draw(st.sampled_from(("shop", "dbt")))
        lines = (ARTEFACTS / f"{name}.ndjson").read_text(encoding="utf-8").splitlines()
        start = data.draw(st.integers(0, len(lines) - 1))
        events = [json.loads(line) for line in lines[start : start + 12]]
        path = tmp_path / "events.ndjson"
        path.write_text("\n".join(map(json.dumps, data.draw(damaged(events, most=8).map(Hidden)))), encoding="utf-8")
        with suppress(ArtefactError):
            list(openlineage.read(str(path)))

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(content=st.binary(max_size=60) | st.text(alphabet='{}[],":ab1 \n', max_size=40).map(str.encode))
    def test_any_bytes(self, tmp_path, content):
        path = tmp_path / "events.json"
        path.write_bytes(content)
        with suppress(ArtefactError):
            list(openlineage.read(str(path)))


class Hidden(list):
    """Events that are not shown: there are many."""

    def __repr__(self) -> str:
        return "…"
