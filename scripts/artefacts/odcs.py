# /// script
# dependencies = ["open-data-contract-standard==3.2.0", "jsonschema==4.26.0", "pyyaml==6.0.4"]
# ///
"""Makes tests/catalog/imports/artefacts/odcs with the library of the standard, which also validates them.

python -m venv venv && venv/bin/pip install open-data-contract-standard==3.2.0 jsonschema==4.26.0
venv/bin/python scripts/artefacts/odcs.py
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import jsonschema
import yaml
from open_data_contract_standard.model import OpenDataContractStandard

FOLDER = Path(__file__).parents[2] / "tests/catalog/imports/artefacts/odcs"

TRANSACTIONS = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "payments-transactions",
    "version": "1.2.0",
    "status": "active",
    "servers": [
        {"server": "events", "type": "kafka", "environment": "prod", "host": "broker:9092", "format": "avro"},
        {
            "server": "warehouse",
            "type": "bigquery",
            "environment": "prod",
            "project": "acme-prod",
            "dataset": "payments",
        },
        {"server": "trial", "type": "bigquery", "environment": "dev", "project": "acme-dev", "dataset": "payments"},
    ],
    "schema": [
        {
            "name": "Transaction",
            "physicalName": "transactions",
            "physicalType": "table",
            "logicalType": "object",
            "properties": [
                {
                    "name": "tx_id",
                    "logicalType": "string",
                    "physicalType": "STRING",
                    "primaryKey": True,
                    "primaryKeyPosition": 2,
                },
                {
                    "name": "user_id",
                    "logicalType": "string",
                    "classification": "restricted",
                    "tags": ["pii"],
                    "primaryKey": True,
                    "primaryKeyPosition": 1,
                },
                {
                    "name": "amount",
                    "logicalType": "number",
                    "physicalType": "NUMERIC",
                    "criticalDataElement": True,
                    "classification": "public",
                },
                {
                    "name": "reference_date",
                    "physicalName": "txn_ref_dt",
                    "logicalType": "date",
                    "physicalType": "DATE",
                    "partitioned": True,
                    "partitionKeyPosition": 1,
                },
                {
                    "name": "chargeback",
                    "logicalType": "boolean",
                    "customProperties": [
                        {"property": "feasilint", "value": {"availability": "training_only", "known_after": "60d"}}
                    ],
                },
            ],
            "customProperties": [{"property": "feasilint.rows_per_day", "value": "50M"}],
        }
    ],
    "slaProperties": [
        {"property": "latency", "value": 4, "unit": "d", "element": "Transaction.txn_ref_dt"},
        {"property": "frequency", "value": 1, "unit": "d"},
        {"property": "timeOfAvailability", "value": "08:00-08:00", "driver": "analytics"},
        {"property": "timeOfAvailability", "value": "09:00-08:00", "driver": "regulatory"},
        {"property": "retention", "value": 3, "unit": "y"},
        {"property": "availability", "value": "99.9%"},
        {"property": "endOfSupport", "value": "2999-05-12T09:30:10-08:00"},
    ],
    "team": {"name": "payments-data", "members": [{"username": "jdoe", "role": "Owner"}]},
    "support": [
        {"channel": "payments-news", "tool": "slack", "scope": "announcements"},
        {"channel": "payments-data", "tool": "slack", "scope": "interactive"},
    ],
}

ORDERS = {
    "apiVersion": "v3.0.2",
    "kind": "DataContract",
    "id": "orders-latest",
    "version": "2.0.0",
    "status": "active",
    "servers": [{"server": "production", "type": "s3", "location": "s3://acme-orders/v2/{model}/*.json", "format": "json"}],
    "slaDefaultElement": "orders.processed_at",
    "schema": [
        {
            "name": "orders",
            "properties": [
                {"name": "order_id", "logicalType": "string", "primaryKey": True},
                {"name": "processed_at", "logicalType": "date", "physicalType": "timestamp"},
                {"name": "address", "logicalType": "object", "properties": [
                    {"name": "street", "logicalType": "string"},
                    {"name": "geo", "logicalType": "object", "properties": [{"name": "lat", "logicalType": "number"}]},
                ]},
                {"name": "lines", "logicalType": "array", "items": {"logicalType": "object", "properties": [
                    {"name": "sku", "logicalType": "string"}]}},
            ],
        },
        {"name": "line_items", "properties": [{"name": "line_id", "logicalType": "integer", "primaryKey": True}]},
    ],
    "slaProperties": [
        {"property": "LY", "value": 24, "unit": "Hours"},
        {"property": "fy", "value": 15, "unit": "min", "element": "line_items.line_id"},
        {"property": "re", "value": 18, "unit": "m", "element": "line_items"},
    ],
    "team": [
        {"username": "asmith", "role": "Owner", "dateIn": "2020-01-01", "dateOut": "2022-01-01"},
        {"username": "bjones", "role": "Data Steward", "dateIn": "2022-01-01"},
    ],
}  # fmt: skip

RETIRED = {
    "apiVersion": "v3.1.0",
    "kind": "DataContract",
    "id": "legacy-scores",
    "version": "1.0.0",
    "status": "active",
    "servers": [
        {"server": "db", "type": "postgres", "host": "db", "port": 5432, "database": "risk", "schema": "public"}
    ],
    "schema": [{"name": "scores", "properties": [{"name": "score", "logicalType": "number"}]}],
    "slaProperties": [{"property": "endOfLife", "value": "2020-06-30"}],
    "support": [{"channel": "Help desk", "url": "mailto:risk@example.com"}],
}


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    schema = json.loads(OpenDataContractStandard.json_schema())
    for name, contract in (("transactions", TRANSACTIONS), ("orders", ORDERS), ("retired", RETIRED)):
        written = OpenDataContractStandard(**contract).to_yaml()
        jsonschema.validate(yaml.safe_load(written), schema)
        (FOLDER / f"{name}.odcs.yaml").write_text(written, encoding="utf-8")
    made = f"*.odcs.yaml: open-data-contract-standard {version('open-data-contract-standard')}, validated by its JSON Schema\n"
    (FOLDER / "VERSIONS").write_text(made, encoding="utf-8")


if __name__ == "__main__":
    main()
