"""Contracts of the Data Contract Specification: what is taken over, and what is not."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import datacontract
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

ARTEFACTS = Path(__file__).parent / "artefacts/datacontract"
PLAIN = {
    "dataContractSpecification": "1.2.0",
    "id": "c",
    "info": {"title": "C", "version": "1.0.0"},
    "servers": {"wh": {"type": "snowflake", "database": "DB", "schema": "S"}},
    "models": {"t": {"fields": {"ts": {"type": "timestamp"}, "x": {"type": "int"}}}},
}


def imported(tmp_path: Path, contract: object) -> Imported:
    path = tmp_path / "datacontract.yaml"
    path.write_text(yaml.safe_dump(contract, sort_keys=False), encoding="utf-8")
    (found,) = datacontract.read(path.as_posix())
    from_mapping({"version": "1", "sources": list(found.sources)})
    return found


def entry(tmp_path: Path, **changes: object) -> dict[str, object]:
    (found,) = imported(tmp_path, {**PLAIN, **changes}).sources
    return found


def levels(tmp_path: Path, **said: object) -> dict[str, object]:
    found = entry(tmp_path, servicelevels=said)
    return {key: value for key, value in found.items() if key not in ("name", "columns")}


class TestNotTakenOver:
    def test_a_warehouse_of_production_says_nothing_of_availability(self, tmp_path):
        servers = {"production": {"type": "snowflake", "environment": "prod", "database": "DB", "schema": "S"}}
        assert "availability" not in entry(tmp_path, servers=servers)

    def test_a_topic_of_a_test_environment_is_not_in_production(self, tmp_path):
        found = entry(tmp_path, servers={"kafka": {"type": "kafka", "topic": "t", "environment": "test"}})
        assert found["latency"] == "streaming"
        assert "availability" not in found

    def test_uptime_support_and_backups_say_nothing_of_age(self, tmp_path):
        said = {
            "availability": {"percentage": "99.9%"},
            "support": {"responseTime": "1h"},
            "backup": {"interval": "daily"},
        }
        assert levels(tmp_path, **said) == {}

    def test_batch_alone_says_nothing_of_how_often(self, tmp_path):
        assert levels(tmp_path, frequency={"type": "batch"}) == {}

    def test_a_level_of_one_model_says_nothing_of_another(self, tmp_path):
        models = {"t": PLAIN["models"]["t"], "u": {"fields": {"x": {"type": "int"}}}}
        said = {"freshness": {"threshold": "1h", "timestampField": "t.ts"}, "retention": {"period": "1y"}}
        t, u = imported(tmp_path, {**PLAIN, "models": models, "servicelevels": said}).sources
        assert (t["promised_within"], t["event_time"], t["retention"]) == ("1h", "ts", "1y")
        assert not {"promised_within", "event_time"} & u.keys()
        assert u["retention"] == "1y"

    def test_when_a_row_was_there_is_no_time_of_its_event(self, tmp_path):
        said = {
            "latency": {"processedTimestampField": "t.ts"},
            "freshness": {"threshold": "1h", "timestampField": "t.ts"},
        }
        assert levels(tmp_path, **said) == {"promised_within": "1h", "available_at": "ts"}

    def test_nor_is_a_time_that_is_named_like_one_of_loading(self, tmp_path):
        models = {"t": {"fields": {"processing_timestamp": {"type": "timestamp"}}}}
        said = {"freshness": {"threshold": "1h", "timestampField": "t.processing_timestamp"}}
        found = entry(tmp_path, models=models, servicelevels=said)
        assert found["available_at"] == "processing_timestamp"
        assert "event_time" not in found

    def test_an_address_is_no_team(self, tmp_path):
        assert entry(tmp_path, info={"owner": "data@example.com"})["owner"] == {"contact": "data@example.com"}


class TestLevels:
    @pytest.mark.parametrize(
        ("frequency", "written"),
        [
            ({"type": "streaming", "interval": "daily"}, {"latency": "streaming"}),
            ({"type": "micro-batching"}, {"latency": "microbatch"}),
            ({"type": "micro-batching", "interval": "5 minutes"}, {"latency": "microbatch", "period": "5m"}),
            ({"type": "manual", "interval": "quarterly"}, {"latency": "manual"}),
            ({"type": "batch", "interval": "PT6H"}, {"period": "6h"}),
            ({"type": "batch", "interval": "daily", "cron": "0 6 * * 1-5"}, {"period": "3d"}),
        ],
    )
    def test_the_type_of_the_frequency(self, tmp_path, frequency, written):
        assert levels(tmp_path, frequency=frequency) == written

    def test_a_topic_that_is_filled_in_batches_is_no_stream(self, tmp_path):
        servers = {"k": {"type": "kafka", "topic": "t"}}
        said = {"frequency": {"type": "batch", "interval": "daily"}}
        found = entry(tmp_path, servers=servers, servicelevels=said)
        assert found["period"] == "1d"
        assert "latency" not in found

    def test_the_age_of_the_newest_row_counts_more_than_the_time_on_the_way(self, tmp_path):
        assert levels(tmp_path, latency={"threshold": "1h"}, freshness={"threshold": "2h"}) == {"promised_within": "2h"}

    @pytest.mark.parametrize(
        ("said", "told"),
        [
            ({"freshness": {"threshold": "soon"}}, "freshness is not taken over: 'soon' is not a duration"),
            ({"retention": {"period": "30"}}, "retention is not taken over: 30 of what?"),
            ({"frequency": {"cron": "0 30 * * *"}}, "frequency is not taken over: `0 30 * * *` is no cron expression"),
        ],
    )
    def test_what_makes_no_sense_is_told_with_its_line(self, tmp_path, said, told):
        (note,) = imported(tmp_path, {**PLAIN, "servicelevels": said}).notes
        assert note.message.startswith(told)
        assert note.line == 19


class TestContracts:
    def test_a_contract_of_tables(self):
        (found,) = datacontract.read((ARTEFACTS / "orders.yaml").as_posix())
        orders, lines = found.sources
        assert orders == {
            "name": "shop.sales.orders",
            "columns": {
                "order_id": {"type": "text", "flags": ["restricted", "pii"]},
                "ordered_at": {"type": "TIMESTAMPTZ"},
                "loaded_at": {"type": "timestamp"},
                "email": {"type": "text", "flags": ["sensitive", "pii"]},
                "address": {"type": "object"},
                "address.city": {"type": "text"},
                "refunded": {"type": "boolean", "known_after": "30d"},
            },
            "grain": ["order_id"],
            "owner": {"team": "checkout", "contact": "checkout@example.com"},
            "promised_within": "26h",
            "retention": "P1Y",
            "period": "1d",
            "offset": "0",
            "event_time": "ordered_at",
            "available_at": "loaded_at",
        }
        assert lines == {
            "name": "shop.sales.v_line_items",
            "aliases": ["line_items"],
            "columns": {"line": {"type": "int"}, "order_id": {"type": "text", "flags": ["restricted", "pii"]}},
            "grain": ["order_id", "line"],
            "owner": {"team": "checkout", "contact": "checkout@example.com"},
            "flags": ["view"],
            "retention": "P1Y",
            "period": "1d",
            "offset": "0",
            "kind": "events",
        }
        assert [note.message for note in found.notes] == ["server `test` is left out: it is not of production"]

    def test_a_contract_of_a_topic(self):
        (found,) = datacontract.read((ARTEFACTS / "clicks.yaml").as_posix())
        assert found.sources == (
            {
                "name": "kafka://web.clicks.v1",
                "columns": {"at": {"type": "timestamp"}, "user_id": {"type": "long"}},
                "grain": ["user_id"],
                "owner": {"team": "web"},
                "promised_within": "5 minutes",
                "retention": "7 days",
                "latency": "streaming",
                "event_time": "at",
                "availability": "production",
            },
        )

    def test_a_deprecated_file_that_somebody_writes_by_hand(self):
        (found,) = datacontract.read((ARTEFACTS / "plan.yaml").as_posix())
        (plan,) = found.sources
        assert plan["name"] == "finance/plan.csv"
        assert (plan["latency"], plan["retention"], plan["availability"]) == ("manual", "never", "deprecated")

    def test_definitions_that_refer_to_each_other_end(self, tmp_path):
        models = {"t": {"fields": {"x": {"$ref": "#/definitions/a"}}}}
        definitions = {"a": {"$ref": "#/definitions/b"}, "b": {"$ref": "#/definitions/a", "type": "text"}}
        assert entry(tmp_path, models=models, definitions=definitions)["columns"] == {"x": {"type": "text"}}

    def test_definitions_that_hold_each_other_end(self, tmp_path):
        refers = {"$ref": "#/definitions/a"}
        definitions = {"a": {"type": "object", "fields": {f"f{at}": refers for at in range(9)}}}
        columns = entry(tmp_path, models={"t": {"fields": {"x": refers}}}, definitions=definitions)["columns"]
        assert len(columns) == 5_000

    def test_fields_of_records_in_lists(self, tmp_path):
        field = {"type": "array", "items": {"type": "record", "fields": {"sku": {"type": "text"}}}}
        found = entry(tmp_path, models={"t": {"fields": {"lines": field}}})
        assert found["columns"] == {"lines": {"type": "array"}, "lines.sku": {"type": "text"}}

    def test_a_contract_without_models(self, tmp_path):
        (note,) = imported(tmp_path, {**PLAIN, "models": {}}).notes
        assert note.message == "it has no models, so that there is no table to speak of"

    def test_a_file_that_is_no_contract(self, tmp_path):
        (tmp_path / "x.yaml").write_text("kind: Deployment\n")
        with pytest.raises(ArtefactError, match="it does not state `dataContractSpecification:`"):
            list(datacontract.read((tmp_path / "x.yaml").as_posix()))


@pytest.mark.parametrize("name", ["orders", "clicks", "plan"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_it_fail(tmp_path, name, data):
    text = (ARTEFACTS / f"{name}.yaml").read_text(encoding="utf-8").replace("feasilint", "other")
    contract = data.draw(damaged(yaml.safe_load(text)))
    with suppress(ArtefactError):
        imported(tmp_path, contract)
