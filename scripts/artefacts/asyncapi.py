# /// script
# dependencies = ["jsonschema==4.26.0", "pyyaml==6.0.4"]
# ///
"""Makes tests/catalog/imports/artefacts/asyncapi: documents that the official JSON Schemas (npm: @asyncapi/specs) find valid.

python -m venv venv && venv/bin/pip install jsonschema==4.26.0 pyyaml==6.0.4
venv/bin/python scripts/artefacts/asyncapi.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

import jsonschema
import yaml

FOLDER = Path(__file__).parents[2] / "tests/catalog/imports/artefacts/asyncapi"
SPECS = "6.11.1"

ORDERS = {
    "asyncapi": "3.0.0",
    "info": {"title": "Orders", "version": "1.0.0", "contact": {"name": "checkout", "email": "checkout@example.com"}},
    "servers": {
        "main": {"host": "broker:9092", "protocol": "kafka-secure", "tags": [{"name": "env:production"}]},
        "trial": {"host": "trial:9092", "protocol": "kafka", "tags": [{"name": "env:staging"}]},
        "feed": {"host": "feed.example.com", "pathname": "/v1", "protocol": "wss", "description": "Feed for partners"},
    },
    "channels": {
        "placed": {
            "address": "orders.placed.v1",
            "servers": [{"$ref": "#/servers/main"}, {"$ref": "#/servers/trial"}],
            "messages": {"placed": {"$ref": "#/components/messages/placed"}, "withdrawn": {"payload": {"type": "object", "properties": {"why": {"type": "string"}}}}},
            "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": 604800000}}},
        },
        "byShop": {
            "address": "orders.{shop}.state",
            "servers": [{"$ref": "#/servers/trial"}],
            "messages": {"placed": {"$ref": "#/components/messages/placed"}},
            "parameters": {"shop": {}},
            "bindings": {"kafka": {"topicConfiguration": {"cleanup.policy": ["compact"], "retention.ms": 1000}}},
        },
        "live": {"address": "live/{shop}", "servers": [{"$ref": "#/servers/feed"}], "parameters": {"shop": {}},
                 "messages": {"tick": {"payload": {"type": "object", "properties": {"price": {"type": "number"}}}}}},
        "reply": {"address": None, "servers": [{"$ref": "#/servers/main"}], "messages": {"tick": {"payload": {"type": "object"}}}},
    },
    "operations": {"publish": {"action": "send", "channel": {"$ref": "#/channels/placed"}}},
    "components": {
        "messages": {"placed": {"name": "OrderPlaced", "payload": {"$ref": "#/components/schemas/order"}}},
        "schemas": {
            "order": {
                "allOf": [{"$ref": "#/components/schemas/event"}, {"type": "object", "properties": {
                    "orderId": {"type": "string"},
                    "email": {"type": ["null", "string"], "x-pii": True},
                    "total": {"type": "number", "x-feasilint": {"known_after": "1h"}},
                    "note": {"type": "string", "deprecated": True},
                    "lines": {"type": "array", "items": {"$ref": "#/components/schemas/line"}},
                }}],
            },
            "event": {"type": "object", "properties": {"placedAt": {"type": "string", "format": "date-time"}}},
            "line": {"type": "object", "properties": {"sku": {"type": "string"}, "of": {"$ref": "#/components/schemas/line"}}},
        },
    },
}  # fmt: skip

CLICKS = {
    "asyncapi": "2.6.0",
    "info": {"title": "Clicks", "version": "1.0.0", "x-feasilint": {"kind": "events"}},
    "servers": {
        "production": {"url": "broker:9092", "protocol": "kafka", "description": "Where customers are"},
        "test": {"url": "test:9092", "protocol": "kafka"},
    },
    "channels": {
        "web/clicks": {
            "servers": ["production"],
            "bindings": {"kafka": {"topic": "web.clicks", "topicConfiguration": {"retention.ms": -1}, "bindingVersion": "0.4.0"}},
            "subscribe": {"message": {"oneOf": [{"$ref": "#/components/messages/click"}, {"payload": {"type": "object", "properties": {"page": {"type": "string"}}}}]}},
        },
        "web.tests": {"servers": ["test"], "publish": {"message": {"payload": {"$ref": "shared.yaml#/payload"}}}},
        "web.alerts": {"publish": {"message": {"$ref": "#/components/messages/click"}}},
    },
    "components": {
        "messages": {
            "click": {
                "schemaFormat": "application/vnd.apache.avro;version=1.9.0",
                "payload": {
                    "type": "record", "name": "Click", "fields": [
                        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                        {"name": "user", "type": ["null", {"type": "record", "name": "User", "fields": [{"name": "id", "type": "string"}]}]},
                        {"name": "tags", "type": {"type": "array", "items": "string"}},
                    ],
                },
            },
        },
    },
}  # fmt: skip


def schemas(folder: Path) -> Path:
    """The folder of the published JSON Schemas."""
    command = [shutil.which("npm") or "npm", "pack", "--silent", f"@asyncapi/specs@{SPECS}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - npm itself
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package/schemas"


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as work:
        folder = schemas(Path(work))
        for name, document in (("orders", ORDERS), ("clicks", CLICKS)):
            schema = folder / f"{document['asyncapi']}-without-$id.json"
            jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
            (FOLDER / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    (FOLDER / "VERSIONS").write_text(
        f"*.yaml: valid by the JSON Schemas of @asyncapi/specs {SPECS}\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
