"""Contracts of the Open Data Contract Standard: what is taken over, and what is not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import odcs
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

ARTEFACTS = Path(__file__).parent / "artefacts/odcs"
PLAIN = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "c",
    "version": "1.0.0",
    "status": "active",
    "servers": [{"server": "wh", "type": "snowflake", "database": "DB", "schema": "S"}],
    "schema": [{"name": "t", "properties": [{"name": "ts", "logicalType": "timestamp"}, {"name": "x"}]}],
}


def imported(tmp_path: Path, contract: object) -> Imported:
    path = tmp_path / "c.odcs.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False), encoding="utf-8")
    (found,) = odcs.read(path.as_posix())
    from_mapping({"version": "1", "sources": list(found.sources)})
    return found


def entry(tmp_path: Path, **changes: object) -> dict[str, object]:
    (found,) = imported(tmp_path, {**PLAIN, **changes}).sources
    return found


def levels(tmp_path: Path, *properties: dict[str, object]) -> dict[str, object]:
    found = entry(tmp_path, slaProperties=list(properties))
    return {key: value for key, value in found.items() if key not in ("name", "columns")}


def notes(tmp_path: Path, **changes: object) -> list[str]:
    found = imported(tmp_path, {**PLAIN, **changes})
    return [f"{note.line}: {note.message}" for note in found.notes]


class TestNotTakenOver:
    def test_a_warehouse_of_production_says_nothing_of_availability(self, tmp_path):
        servers = [{"server": "wh", "type": "snowflake", "environment": "prod", "database": "DB", "schema": "S"}]
        assert "availability" not in entry(tmp_path, servers=servers)

    def test_a_topic_is_streaming_but_only_in_production_if_its_server_is(self, tmp_path):
        found = entry(tmp_path, servers=[{"server": "k", "type": "kafka", "host": "h"}])
        assert found["latency"] == "streaming"
        assert "availability" not in found

    @pytest.mark.parametrize("environment", ["pre-prod", "non_production", "dev", "uat", "integration"])
    def test_other_environments_are_not_production(self, tmp_path, environment):
        servers = [{"server": "k", "type": "kafka", "environment": environment, "host": "h"}]
        assert "availability" not in entry(tmp_path, servers=servers)

    def test_a_draft_promises_no_production(self, tmp_path):
        servers = [{"server": "k", "type": "kafka", "environment": "prod", "host": "h"}]
        assert entry(tmp_path, servers=servers)["availability"] == "production"
        assert "availability" not in entry(tmp_path, servers=servers, status="draft")

    def test_the_schedule_of_a_check_is_no_schedule_of_the_data(self, tmp_path):
        said = {"property": "latency", "value": 1, "unit": "h", "scheduler": "cron", "schedule": "0 6 * * *"}
        assert levels(tmp_path, said) == {"promised_within": "1h"}

    def test_percentages_and_repair_times_say_nothing_of_age(self, tmp_path):
        said = ("availability", "99.9%"), ("errorRate", 0.01), ("timeToRepair", 4), ("throughput", 9)
        assert levels(tmp_path, *({"property": name, "value": value, "unit": "h"} for name, value in said)) == {}

    def test_public_columns_and_ends_of_life_to_come_retire_nothing(self, tmp_path):
        schema = [{"name": "t", "properties": [{"name": "x", "classification": "Public", "logicalType": "string"}]}]
        found = entry(tmp_path, schema=schema, slaProperties=[{"property": "el", "value": "2999-01-01"}])
        assert found["columns"] == {"x": {"type": "string"}}
        assert found["flags"] == ["end of life 2999-01-01"]
        assert "availability" not in found

    def test_several_partition_columns_are_none_unless_one_is_a_time(self, tmp_path):
        def properties(kind):
            return [{"name": name, "logicalType": kind(name), "partitioned": True} for name in ("country", "day")]

        assert "partition" not in entry(
            tmp_path, schema=[{"name": "t", "properties": properties(lambda name: "string")}]
        )
        dated = properties(lambda name: "date" if name == "day" else "string")
        assert entry(tmp_path, schema=[{"name": "t", "properties": dated}])["partition"] == "day"

    def test_the_time_of_a_latency_is_a_column_of_a_time(self, tmp_path):
        assert levels(tmp_path, {"property": "latency", "value": 1, "unit": "d", "element": "t.x"}) == {
            "promised_within": "1d"
        }

    def test_columns_are_no_tables(self, tmp_path):
        schema = [
            {"name": "id", "type": "string"},
            {"name": "at", "logicalType": "date"},
            {"name": "x", "required": True},
        ]
        found = imported(tmp_path, {**PLAIN, "schema": [*schema, {"name": "t", "logicalType": "object"}]})
        assert [entry["name"] for entry in found.sources] == ["DB.S.t"]
        assert [note.message for note in found.notes] == [
            "it lists columns where tables should be; list tables, with columns under `properties`"
        ]

    def test_passwords_in_locations_stay_where_they_are(self, tmp_path):
        location = "sftp://ftp-user:s3cret@files.example.com:22/drop/t.csv"
        found = imported(tmp_path, {**PLAIN, "servers": [{"server": "f", "type": "sftp", "location": location}]})
        assert found.sources[0]["name"] == "sftp://files.example.com:22/drop/t.csv"
        assert "s3cret" not in repr(found)


class TestNames:
    @pytest.mark.parametrize(
        ("server", "physical", "name"),
        [
            ({"type": "bigquery", "project": "p", "dataset": "d"}, "t", "p.d.t"),
            ({"type": "bigquery", "project": "p", "dataset": "d"}, "d.t", "p.d.t"),
            ({"type": "bigquery", "project": "p", "dataset": "d"}, "q.d.t", "q.d.t"),
            ({"type": "databricks", "catalog": "c", "schema": "s"}, "t", "c.s.t"),
            ({"type": "postgresql", "database": "b", "schema": "s"}, "t", "b.s.t"),
            ({"type": "mysql", "database": "b"}, "t", "b.t"),
            ({"type": "duckdb", "database": "/data/x.duckdb", "schema": "main"}, "t", "main.t"),
            ({"type": "custom", "project": "p", "schema": "s"}, "t", "p.s.t"),
            ({"type": "kinesis", "stream": "clicks"}, "t", "kinesis://clicks"),
            ({"type": "pubsub", "project": "p"}, "t", "pubsub://t"),
            ({"type": "s3", "location": "s3://b/v2/{model}/*.json"}, "t", "s3://b/v2/t/*.json"),
            ({"type": "s3", "location": "s3://b/v2/"}, "t", "s3://b/v2/"),
            (
                {"type": "azure", "location": "abfss://c@acc.dfs.core.windows.net/x"},
                "t",
                "abfss://c@acc.dfs.core.windows.net/x",
            ),
            ({"type": "local", "path": "data/t.csv"}, "t", "data/t.csv"),
            ({"type": "api", "location": "https://api.example.com/t?key=abc"}, "t", "https://api.example.com/t"),
        ],
    )
    def test_a_server_says_what_stands_in_front(self, tmp_path, server, physical, name):
        schema = [{"name": "t", "physicalName": physical}]
        assert entry(tmp_path, servers=[{"server": "s", **server}], schema=schema)["name"] == name

    def test_without_servers_the_name_is_that_of_the_schema(self, tmp_path):
        assert entry(tmp_path, servers=[])["name"] == "t"

    def test_two_schemas_cannot_lie_at_one_location(self, tmp_path):
        servers = [{"server": "lake", "type": "s3", "location": "s3://b/v2/"}]
        found = imported(tmp_path, {**PLAIN, "servers": servers, "schema": [{"name": "a"}, {"name": "b"}]})
        assert found.sources == ()
        assert "where `a` lies on server `lake` is not said" in found.notes[0].message

    def test_two_kinds_of_messages_on_one_topic_are_one_source(self, tmp_path):
        servers = [{"server": "k", "type": "custom", "customProperties": [{"property": "customType", "value": "kafka"},
                                                                       {"property": "topic", "value": "orders.v1"}]}]  # fmt: skip
        schema = [
            {"name": "Created", "properties": [{"name": "id"}]},
            {"name": "Paid", "properties": [{"name": "sum"}]},
        ]
        found = entry(tmp_path, servers=servers, schema=schema)
        assert found == {"name": "kafka://orders.v1", "latency": "streaming", "columns": {"id": {}, "sum": {}}}


class TestLevels:
    @pytest.mark.parametrize(
        ("unit", "written"),
        [("d", "3d"), ("Days", "3d"), ("yr", "3y"), ("a", "3y"), ("HOURS", "3h"), ("min", "3min"), ("m", "3min"), ("mo", "3mo"), ("s", "3s"), ("wk", "3w")],
    )  # fmt: skip
    def test_units_in_all_spellings(self, tmp_path, unit, written):
        assert levels(tmp_path, {"property": "Latency", "value": 3, "unit": unit}) == {"promised_within": written}

    def test_a_bare_m_of_retention_is_months(self, tmp_path):
        assert levels(tmp_path, {"property": "re", "value": 18, "unit": "m"}) == {"retention": "18mo"}

    @pytest.mark.parametrize("value", ["PT4H", "4h", "4 hours"])
    def test_a_duration_needs_no_unit(self, tmp_path, value):
        assert levels(tmp_path, {"property": "freshness", "value": value}) == {"promised_within": value}

    def test_what_is_kept_for_ever_is_never_lost(self, tmp_path):
        assert levels(tmp_path, {"property": "retention", "value": "unlimited"}) == {"retention": "never"}

    @pytest.mark.parametrize(
        ("said", "written"),
        [
            ({"value": 1, "unit": "d"}, {"period": "1d"}),
            ({"value": "daily"}, {"period": "1d"}),
            ({"value": "streaming"}, {"latency": "streaming"}),
            ({"value": "On-Demand"}, {"latency": "manual"}),
            ({"value": 1, "unit": "d", "schedule": "0 6 * * 1-5"}, {"period": "3d"}),
        ],
    )
    def test_frequencies(self, tmp_path, said, written):
        assert levels(tmp_path, {"property": "fy", **said}) == written

    @pytest.mark.parametrize(
        ("value", "offset"), [("09:00-08:00", "17h"), ("06:30", "6h30m"), ("02:00+05:30", "20h30m"), ("7:15Z", "7h15m")]
    )
    def test_a_time_of_availability_is_an_offset_of_days_in_utc(self, tmp_path, value, offset):
        daily = {"property": "frequency", "value": 1, "unit": "d"}
        said = {"property": "timeOfAvailability", "value": value}
        assert levels(tmp_path, daily, said) == {"period": "1d", "offset": offset}
        assert levels(tmp_path, said) == {}

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"property": "latency", "unit": "d"}, "latency is not taken over: it has no value that is a duration"),
            ({"property": "latency", "value": 4}, "latency is not taken over: 4 of what? state its unit, as d or h"),
            ({"property": "latency", "value": 4, "unit": "moons"}, "latency is not taken over: `moons` is no unit of time"),
            ({"property": "latency", "value": -4, "unit": "d"}, "latency is not taken over: '-4' is not a duration"),
            ({"property": "frequency", "value": 0, "unit": "d"}, "frequency is not taken over: a duration above zero is needed"),
            ({"property": "frequency", "value": "sometimes"}, "frequency is not taken over: `sometimes` says nothing"),
            ({"property": "fy", "value": 1, "unit": "d", "schedule": "0 30 * * *"}, "fy is not taken over: `0 30 * * *` is no cron expression"),
            ({"property": "endOfLife", "value": "soon"}, "endOfLife is not taken over: `soon` is no date"),
            ({"property": "timeOfAvailability", "value": "noon"}, "timeOfAvailability is not taken over: `noon` is no time of day"),
            ({"property": "latency", "value": 1, "unit": "d", "element": "u.z"}, "`u.z` is no element of this contract"),
        ],
    )  # fmt: skip
    def test_what_makes_no_sense_is_told_with_its_line(self, tmp_path, said, told):
        (found,) = notes(tmp_path, slaProperties=[said])
        line, _, message = found.partition(": ")
        assert message.startswith(told)
        assert int(line) > 15


class TestContracts:
    def test_a_contract_of_a_topic_and_its_table(self):
        (found,) = odcs.read((ARTEFACTS / "transactions.odcs.yaml").as_posix())
        table, topic = found.sources
        columns = {
            "tx_id": {"type": "STRING"},
            "user_id": {"type": "string", "flags": ["restricted", "pii"]},
            "amount": {"type": "NUMERIC", "flags": ["critical data element"]},
            "txn_ref_dt": {"type": "DATE"},
            "chargeback": {"type": "boolean", "availability": "training_only", "known_after": "60d"},
        }
        both = {
            "columns": columns,
            "grain": ["user_id", "tx_id"],
            "owner": {"team": "payments-data", "contact": "#payments-data"},
            "flags": ["end of support 2999-05-12"],
            "event_time": "txn_ref_dt",
            "rows_per_day": "50M",
        }
        assert table == both | {
            "name": "acme-prod.payments.transactions",
            "aliases": ["Transaction"],
            "partition": "txn_ref_dt",
            "period": "1d",
            "offset": "17h",
            "promised_within": "4d",
            "retention": "3y",
            "stream_twin": "kafka://transactions",
        }
        assert topic == both | {"name": "kafka://transactions", "latency": "streaming", "availability": "production"}
        assert [note.message for note in found.notes] == ["server `trial` is left out: it is not of production"]

    def test_a_contract_of_version_3_0(self):
        (found,) = odcs.read((ARTEFACTS / "orders.odcs.yaml").as_posix())
        orders, lines = found.sources
        assert orders == {
            "name": "s3://acme-orders/v2/orders/*.json",
            "columns": {
                "order_id": {"type": "string"},
                "processed_at": {"type": "timestamp"},
                "address": {"type": "object"},
                "address.street": {"type": "string"},
                "address.geo": {"type": "object"},
                "address.geo.lat": {"type": "number"},
                "lines": {"type": "array"},
                "lines.sku": {"type": "string"},
            },
            "grain": ["order_id"],
            "owner": {"contact": "bjones"},
            "promised_within": "24h",
            "available_at": "processed_at",
        }
        assert (lines["period"], lines["retention"]) == ("15min", "18mo")
        assert "promised_within" not in lines
        assert found.notes == ()

    def test_what_is_past_its_end_is_deprecated(self):
        (found,) = odcs.read((ARTEFACTS / "retired.odcs.yaml").as_posix())
        (scores,) = found.sources
        assert (scores["availability"], scores["reason"]) == ("deprecated", "end of life 2020-06-30")
        assert scores["owner"] == {"contact": "risk@example.com"}

    @pytest.mark.parametrize("status", ["deprecated", "Retired"])
    def test_so_is_what_its_status_says(self, tmp_path, status):
        found = entry(tmp_path, status=status)
        assert (found["availability"], found["reason"]) == ("deprecated", f"its contract is {status.lower()}")

    def test_a_column_can_be_deprecated_alone(self, tmp_path):
        schema = [{"name": "t", "properties": [{"name": "x", "deprecated": True}]}]
        assert entry(tmp_path, schema=schema)["columns"] == {"x": {"availability": "deprecated"}}

    def test_the_artefacts_in_a_folder(self):
        found = list(odcs.read(ARTEFACTS.as_posix()))
        assert [Path(item.path).name for item in found] == [
            "orders.odcs.yaml",
            "retired.odcs.yaml",
            "transactions.odcs.yaml",
        ]
        assert {item.origin for item in found} == {"ODCS contract"}
        for item in found:
            from_mapping({"version": "1", "sources": list(item.sources)})


class TestFiles:
    def test_other_files_of_a_folder_are_passed_over(self, tmp_path):
        (tmp_path / "deployment.yaml").write_text("kind: Deployment\n---\nkind: Service\n")
        (tmp_path / "latin.yaml").write_bytes(b"kind: DataContract # caf\xe9")
        (tmp_path / "broken.yaml").write_text("kind: DataContract\n  id: [1\n")
        imported(tmp_path, PLAIN)
        broken, good = odcs.read(tmp_path.as_posix())
        assert str(broken.notes[0]).startswith(f"{tmp_path.as_posix()}/broken.yaml:2")
        assert [item["name"] for item in good.sources] == ["DB.S.t"]

    def test_a_folder_without_contracts(self, tmp_path):
        (tmp_path / "deployment.yaml").write_text("kind: Deployment\n")
        with pytest.raises(ArtefactError, match="no file in this folder states `kind: DataContract`"):
            list(odcs.read(tmp_path.as_posix()))

    def test_a_file_that_is_no_contract(self, tmp_path):
        path = tmp_path / "x.yaml"
        path.write_text("kind: Deployment\n")
        with pytest.raises(ArtefactError, match=r"x\.yaml: it does not state `kind: DataContract`"):
            list(odcs.read(path.as_posix()))

    def test_broken_yaml_is_told_with_its_line(self, tmp_path):
        path = tmp_path / "x.yaml"
        path.write_text("kind: DataContract\nschema: [\n")
        with pytest.raises(ArtefactError, match=r"x\.yaml:3"):
            list(odcs.read(path.as_posix()))

    def test_a_key_that_stands_twice_is_told(self, tmp_path):
        path = tmp_path / "x.yaml"
        path.write_text("kind: DataContract\nschema: [{name: t}]\nstatus: active\nstatus: draft\n")
        (found,) = odcs.read(path.as_posix())
        assert [str(note).removeprefix(path.as_posix()) for note in found.notes] == [
            ":4: duplicate key 'status'; it also stands on line 3"
        ]

    def test_a_template_is_not_told_line_by_line(self, tmp_path):
        path = tmp_path / "x.yaml"
        path.write_text(
            "kind: DataContract\n" + "".join(f"k{at}: {{{{ value }}}}\n" for at in range(20)) + "schema: [{name: t}]\n"
        )
        (found,) = odcs.read(path.as_posix())
        assert [str(note).removeprefix(path.as_posix()) for note in found.notes][2:] == [
            ":4: a key must be plain text",
            ": and 17 more like these",
        ]

    def test_version_2_is_not_read(self, tmp_path):
        found = imported(tmp_path, {"kind": "DataContract", "apiVersion": "v2.2.2", "dataset": [{"table": "t"}]})
        assert found.sources == ()
        assert found.notes[0].message == "version v2.2.2 is not read; migrate the contract to 3.0 or later"

    def test_a_contract_without_schema(self, tmp_path):
        assert notes(tmp_path, schema=[]) == ["11: it has no schema, so that there is no table to speak of"]


def _without_own_words(contract):
    """What people say to feasilint themselves is checked where it is merged."""
    text = yaml.safe_dump(contract).replace("feasilint", "other")
    return yaml.safe_load(text)


@pytest.mark.parametrize("name", ["transactions", "orders", "retired"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_it_fail(tmp_path, name, data):
    whole = yaml.safe_load((ARTEFACTS / f"{name}.odcs.yaml").read_text(encoding="utf-8"))
    contract = data.draw(damaged(_without_own_words(whole)))
    with suppress(ArtefactError):
        imported(tmp_path, contract)
