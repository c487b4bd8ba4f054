"""AsyncAPI documents: what is taken over, and what is not."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import asyncapi
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

ARTEFACTS = Path(__file__).parent / "artefacts/asyncapi"
INFO = {"title": "A", "version": "1.0.0"}


def imported(tmp_path: Path, document: object) -> Imported:
    path = tmp_path / "asyncapi.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (found,) = asyncapi.read(path.as_posix())
    from_mapping({"version": "1", "sources": list(found.sources)})
    return found


def of_server(tmp_path: Path, **server: object) -> dict[str, object]:
    name = str(server.pop("name", "main"))
    servers = {name: {"host": "broker:9092", "protocol": "kafka", **server}}
    document = {"asyncapi": "3.0.0", "info": INFO, "servers": servers, "channels": {"c": {"address": "topic"}}}
    (found,) = imported(tmp_path, document).sources
    return found


def of_channel(tmp_path: Path, channel: object, **parts: object) -> Imported:
    servers = {"main": {"host": "broker:9092", "protocol": "kafka"}}
    return imported(
        tmp_path, {"asyncapi": "3.0.0", "info": INFO, "servers": servers, "channels": {"c": channel}, **parts}
    )


def of_payload(tmp_path: Path, payload: object, **components: object) -> dict[str, object]:
    channel = {"address": "t", "messages": {"m": {"payload": payload}}}
    (entry,) = of_channel(tmp_path, channel, components={"schemas": components}).sources
    return entry.get("columns", {})


class TestProduction:
    @pytest.mark.parametrize(
        "server",
        [
            {},
            {"tags": [{"name": "env:test"}], "name": "production"},
            {"tags": [{"name": "kind:remote"}]},
            {"description": "Handles the production and consumption of events"},
            {"description": "Test broker, a copy of the production server"},
            {"name": "preprod", "description": "Production server"},
        ],
    )
    def test_it_is_not_said(self, tmp_path, server):
        found = of_server(tmp_path, **server)
        assert found["latency"] == "streaming"
        assert "availability" not in found

    @pytest.mark.parametrize(
        "server",
        [
            {"tags": [{"name": "env:production"}], "description": "no test server"},
            {"tags": [{"name": "environment/prod-eu"}]},
            {"tags": [{"name": "Production"}]},
            {"name": "production"},
            {"description": "The production broker of the shop"},
            {"x-environment": "prod"},
        ],
    )
    def test_it_is_said(self, tmp_path, server):
        assert of_server(tmp_path, **server)["availability"] == "production"

    def test_a_channel_that_is_on_the_other_server_only(self):
        (found,) = asyncapi.read((ARTEFACTS / "clicks.yaml").as_posix())
        said = {entry["name"]: entry.get("availability") for entry in found.sources}
        assert said == {
            "kafka://web.clicks": "production",
            "kafka://web.tests": None,
            "kafka://web.alerts": "production",
        }


class TestNames:
    @pytest.mark.parametrize(
        ("address", "names"),
        [
            ("orders.v1", ["kafka://orders.v1"]),
            ("/orders", ["kafka://orders"]),
            ("orders.{shop}.state", ["kafka://orders.*.state"]),
            ("{topic}", []),
            ("{a}.{b}", []),
            ("light/measured", []),
            ("a topic", []),
            (None, []),
        ],
    )
    def test_an_address_is_a_topic_or_a_pattern(self, tmp_path, address, names):
        found = of_channel(tmp_path, {"address": address})
        assert [entry["name"] for entry in found.sources] == names
        assert len(found.notes) == (not names)

    def test_the_topic_of_the_binding_counts(self, tmp_path):
        channel = {"address": "orders.placed", "bindings": {"kafka": {"topic": "orders.v1"}}}
        (entry,) = of_channel(tmp_path, channel).sources
        assert (entry["name"], entry["aliases"]) == ("kafka://orders.v1", ["kafka://orders.placed"])

    @pytest.mark.parametrize(
        ("server", "name"),
        [
            ({"protocol": "pulsar", "host": "h"}, "pulsar://a/b"),
            ({"protocol": "secure-mqtt", "host": "h"}, "mqtt://a/b"),
            ({"protocol": "googlepubsub", "host": "h"}, "pubsub://a/b"),
            ({"protocol": "wss", "host": "feed.example.com", "pathname": "/v1/"}, "wss://feed.example.com/v1/a/b"),
            ({"protocol": "wss", "host": "me:s3cret@feed.example.com"}, "wss://feed.example.com/a/b"),
        ],
    )
    def test_other_protocols(self, tmp_path, server, name):
        document = {"asyncapi": "3.0.0", "info": INFO, "servers": {"s": server}, "channels": {"c": {"address": "a/b"}}}
        assert [entry["name"] for entry in imported(tmp_path, document).sources] == [name]

    def test_requests_are_no_streams(self, tmp_path):
        servers = {"s": {"protocol": "https", "host": "h"}}
        channels = {f"c{at}": {"address": "a"} for at in range(7)}
        found = imported(tmp_path, {"asyncapi": "3.0.0", "info": INFO, "servers": servers, "channels": channels})
        assert found.sources == ()
        assert [str(note).split(": ", 1)[1] for note in found.notes] == [
            "left out are the channels c0, c1, c2, c3, c4 and 2 more: no server of theirs has a protocol of streams"
        ]

    def test_without_servers_the_binding_tells_the_protocol(self, tmp_path):
        channels = {"orders": {"bindings": {"kafka": {"partitions": 2}}}, "nothing": {}}
        found = imported(tmp_path, {"asyncapi": "2.6.0", "info": INFO, "channels": channels})
        assert found.sources == ({"name": "kafka://orders", "latency": "streaming"},)
        assert len(found.notes) == 1


class TestColumns:
    @pytest.mark.parametrize(
        "payload",
        [
            True,
            "text",
            {"type": "string"},
            {"$ref": "#/nowhere"},
            {"$ref": "https://example.com/x.json"},
            {"properties": []},
        ],
    )
    def test_a_payload_without_columns(self, tmp_path, payload):
        assert of_payload(tmp_path, payload) == {}

    def test_headers_are_no_columns(self, tmp_path):
        channel = {"address": "t", "messages": {"m": {"headers": {"type": "object", "properties": {"trace": {}}}}}}
        assert "columns" not in of_channel(tmp_path, channel).sources[0]

    @pytest.mark.parametrize("kind", ["allOf", "oneOf", "anyOf"])
    def test_schemas_put_together(self, tmp_path, kind):
        parts = [{"properties": {"a": {"type": "integer"}}}, {"$ref": "#/components/schemas/more"}]
        found = of_payload(tmp_path, {kind: parts}, more={"properties": {"b": {"type": ["null", "string"]}, "a": {}}})
        assert found == {"a": {"type": "integer"}, "b": {"type": "string"}}

    def test_schemas_that_hold_themselves_are_followed_once(self, tmp_path):
        refers = {"$ref": "#/components/schemas/node"}
        node = {"type": "object", "properties": {"id": {"type": "string"}, "next": refers, "all": {"items": refers}}}
        assert list(of_payload(tmp_path, refers, node=node)) == [
            "id",
            "next",
            "next.id",
            "next.next",
            "next.all",
            "all",
            "all.id",
            "all.next",
            "all.all",
        ]

    def test_many_schemas_that_hold_each_other_end(self, tmp_path):
        names = [f"s{at}" for at in range(9)]
        schemas = {
            name: {"properties": {other: {"$ref": f"#/components/schemas/{other}"} for other in names}}
            for name in names
        }
        assert len(of_payload(tmp_path, {"$ref": "#/components/schemas/s0"}, **schemas)) == 5_000

    def test_formats_of_schemas_are_told_beside_them(self, tmp_path):
        payload = {
            "schemaFormat": "application/schema+json;version=draft-07",
            "schema": {"properties": {"at": {"type": "string", "format": "date"}}},
        }
        assert of_payload(tmp_path, payload) == {"at": {"type": "date"}}

    def test_what_is_sensitive(self, tmp_path):
        properties = {
            "a": {"x-pii": True},
            "b": {"confluent:tags": ["PII"]},
            "c": {"x-classification": "secret"},
            "d": {"x-pii": False},
        }
        assert of_payload(tmp_path, {"properties": properties}) == {
            "a": {"flags": ["pii"]},
            "b": {"flags": ["pii"]},
            "c": {"flags": ["secret"]},
            "d": {},
        }


class TestRetention:
    @pytest.mark.parametrize(
        ("settings", "retention"),
        [
            ({"retention.ms": 604_800_000}, "7d"),
            ({"retention.ms": -1}, "never"),
            ({"retention.ms": 604_800_000, "cleanup.policy": ["compact"]}, None),
            ({"retention.ms": "soon"}, None),
            ({"retention.bytes": 5}, None),
        ],
    )
    def test_how_long_a_topic_is_kept(self, tmp_path, settings, retention):
        channel = {"address": "t", "bindings": {"kafka": {"topicConfiguration": settings}}}
        assert of_channel(tmp_path, channel).sources[0].get("retention") == retention


class TestDocuments:
    def test_version_3(self):
        (found,) = asyncapi.read((ARTEFACTS / "orders.yaml").as_posix())
        placed, by_shop, live = found.sources
        owner = {"team": "checkout", "contact": "checkout@example.com"}
        assert placed == {
            "name": "kafka://orders.placed.v1",
            "latency": "streaming",
            "availability": "production",
            "retention": "7d",
            "owner": owner,
            "columns": {
                "placedAt": {"type": "timestamp"},
                "orderId": {"type": "string"},
                "email": {"type": "string", "flags": ["pii"]},
                "total": {"type": "number", "known_after": "1h"},
                "note": {"type": "string", "availability": "deprecated"},
                "lines": {"type": "array"},
                "lines.sku": {"type": "string"},
                "lines.of": {"type": "object"},
                "why": {"type": "string"},
            },
        }
        assert by_shop["name"] == "kafka://orders.*.state"
        assert not {"availability", "retention"} & by_shop.keys()
        assert live == {
            "name": "wss://feed.example.com/v1/live/*",
            "latency": "streaming",
            "owner": owner,
            "columns": {"price": {"type": "number"}},
        }
        assert [note.message for note in found.notes] == [
            "left out are the channels reply: their address is no name; state it under bindings.kafka.topic"
        ]

    def test_version_2_with_avro(self):
        (found,) = asyncapi.read((ARTEFACTS / "clicks.yaml").as_posix())
        assert found.sources[0] == {
            "name": "kafka://web.clicks",
            "latency": "streaming",
            "availability": "production",
            "retention": "never",
            "columns": {
                "at": {"type": "timestamp-millis"},
                "user": {"type": "record"},
                "user.id": {"type": "string"},
                "tags": {"type": "array"},
                "page": {"type": "string"},
            },
            "kind": "events",
        }
        assert [note.message for note in found.notes] == [
            "`shared.yaml#/payload` is in another file and not followed; bundle the document first"
        ]

    def test_a_channel_that_is_deprecated(self, tmp_path):
        (entry,) = of_channel(tmp_path, {"address": "t", "tags": [{"name": "Deprecated"}]}).sources
        assert (entry["availability"], entry["reason"]) == ("deprecated", "its channel is tagged as deprecated")

    def test_two_channels_of_one_topic_are_one_source(self, tmp_path):
        messages = [{"m": {"payload": {"properties": {name: {}}}}} for name in ("a", "b")]
        channels = {f"c{at}": {"address": "t", "messages": message} for at, message in enumerate(messages)}
        servers = {"s": {"host": "h", "protocol": "kafka"}}
        (entry,) = imported(
            tmp_path, {"asyncapi": "3.0.0", "info": INFO, "servers": servers, "channels": channels}
        ).sources
        assert list(entry["columns"]) == ["a", "b"]

    @pytest.mark.parametrize("version", ["1.2.0", "", "draft"])
    def test_other_versions_are_not_read(self, tmp_path, version):
        found = imported(tmp_path, {"asyncapi": version, "topics": {}})
        assert found.sources == ()
        assert "is not read; migrate the document to 2.0 or later" in found.notes[0].message

    def test_files_of_a_folder_that_speak_of_something_else_are_passed_over(self, tmp_path):
        (tmp_path / "compose.yaml").write_text("services:\n  asyncapi:\n    image: x\n")
        (tmp_path / "list.yaml").write_text('["asyncapi:", 2]\n')
        document = {"asyncapi": "2.6.0", "info": INFO, "channels": {"orders": {"bindings": {"kafka": {}}}}}
        (tmp_path / "doc.yml").write_text(yaml.safe_dump(document, sort_keys=False))
        (found,) = asyncapi.read(tmp_path.as_posix())
        assert Path(found.path).name == "doc.yml"

    def test_a_document_in_json(self, tmp_path):
        document = {"asyncapi": "2.6.0", "info": INFO, "channels": {"orders": {"bindings": {"kafka": {}}}}}
        (tmp_path / "doc.json").write_text(json.dumps(document, indent="\t"))
        (found,) = asyncapi.read((tmp_path / "doc.json").as_posix())
        assert found.sources == ({"name": "kafka://orders", "latency": "streaming"},)

    def test_a_file_that_is_none(self, tmp_path):
        (tmp_path / "x.yaml").write_text("openapi: 3.1.0\n")
        with pytest.raises(ArtefactError, match="it does not state `asyncapi:`"):
            list(asyncapi.read((tmp_path / "x.yaml").as_posix()))


@pytest.mark.parametrize("name", ["orders", "clicks"])
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_makes_it_fail(tmp_path, name, data):
    text = (ARTEFACTS / f"{name}.yaml").read_text(encoding="utf-8").replace("feasilint", "other")
    document = data.draw(damaged(yaml.safe_load(text)))
    with suppress(ArtefactError):
        imported(tmp_path, document)
