# /// script
# dependencies = ["datacontract-specification==1.2.3", "jsonschema==4.26.0", "pyyaml==6.0.4"]
# ///
"""Makes tests/catalog/imports/artefacts/datacontract with the library of the specification, which also validates them.

python -m venv venv && venv/bin/pip install datacontract-specification==1.2.3 jsonschema==4.26.0
venv/bin/python scripts/artefacts/datacontract.py
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import jsonschema
import yaml
from datacontract_specification.model import DataContractSpecification

FOLDER = Path(__file__).parents[2] / "tests/catalog/imports/artefacts/datacontract"

ORDERS = {
    "dataContractSpecification": "1.2.0",
    "id": "orders-latest",
    "info": {
        "title": "Orders",
        "version": "2.0.0",
        "status": "active",
        "owner": "checkout",
        "contact": {"name": "Checkout on call", "email": "checkout@example.com"},
    },
    "servers": {
        "production": {
            "type": "redshift",
            "environment": "prod",
            "account": "1",
            "database": "shop",
            "schema": "sales",
        },
        "test": {"type": "redshift", "environment": "test", "account": "1", "database": "shop_test", "schema": "sales"},
    },
    "models": {
        "orders": {
            "type": "table",
            "fields": {
                "order_id": {"$ref": "#/definitions/order_id", "primaryKey": True},
                "ordered_at": {"type": "timestamp", "config": {"redshiftType": "TIMESTAMPTZ"}},
                "loaded_at": {"type": "timestamp"},
                "email": {"type": "text", "pii": True, "classification": "sensitive"},
                "address": {"type": "object", "fields": {"city": {"type": "text"}}},
                "refunded": {"type": "boolean", "config": {"feasilint": {"known_after": "30d"}}},
            },
        },
        "line_items": {
            "type": "view",
            "config": {"redshiftTable": "v_line_items", "feasilint": {"kind": "events"}},
            "primaryKey": ["order_id", "line"],
            "fields": {"line": {"type": "int"}, "order_id": {"$ref": "#/definitions/order_id"}},
        },
    },
    "definitions": {"order_id": {"type": "text", "classification": "restricted", "tags": ["PII"]}},
    "servicelevels": {
        "availability": {"percentage": "99.9%"},
        "retention": {"period": "P1Y", "unlimited": False},
        "latency": {
            "threshold": "25h",
            "sourceTimestampField": "orders.ordered_at",
            "processedTimestampField": "orders.loaded_at",
        },
        "freshness": {"threshold": "26h", "timestampField": "orders.ordered_at"},
        "frequency": {"type": "batch", "interval": "daily", "cron": "0 0 * * *"},
        "backup": {"interval": "weekly"},
    },
}
CLICKS = {
    "dataContractSpecification": "1.1.0",
    "id": "clicks",
    "info": {"title": "Clicks", "version": "1.0.0", "owner": "web"},
    "servers": {"production": {"type": "kafka", "host": "broker:9092", "topic": "web.clicks.v1", "format": "avro"}},
    "models": {
        "Click": {
            "type": "object",
            "fields": {"at": {"type": "timestamp"}, "user_id": {"type": "long", "primary": True}},
        }
    },
    "servicelevels": {
        "retention": {"period": "7 days"},
        "frequency": {"type": "streaming"},
        "freshness": {"threshold": "5 minutes", "timestampField": "at"},
    },
}
MANUAL = {
    "dataContractSpecification": "0.9.3",
    "id": "plan",
    "info": {"title": "Plan", "version": "0.1.0", "status": "deprecated", "owner": "finance"},
    "servers": {"share": {"type": "local", "path": "finance/plan.csv", "format": "csv"}},
    "models": {"plan": {"fields": {"month": {"type": "date"}, "sales": {"type": "decimal"}}}},
    "servicelevels": {"retention": {"unlimited": True}, "frequency": {"type": "manual", "interval": "quarterly"}},
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    schema = json.loads(DataContractSpecification.json_schema())
    for name, contract in (("orders", ORDERS), ("clicks", CLICKS), ("plan", MANUAL)):
        written = DataContractSpecification(**contract).to_yaml()
        jsonschema.validate(yaml.safe_load(written), schema)
        (FOLDER / f"{name}.yaml").write_text(written, encoding="utf-8")
    made = f"*.yaml: datacontract-specification {version('datacontract-specification')}, validated by its JSON Schema\n"
    (FOLDER / "VERSIONS").write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
