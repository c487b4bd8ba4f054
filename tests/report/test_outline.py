from __future__ import annotations

from feasilint.report.outline import render

SPAN = {"cell": 6, "line": 4, "column": 9, "end_line": 4, "end_column": 31}
DOCUMENT = {
    "path": "fraud.ipynb",
    "kind": "notebook",
    "sources": [{"name": "payments.tx", "kind": "table", "dialect": "bigquery", "dynamic": False, "span": SPAN}],
    "columns": [],
    "aggregations": [
        {
            "function": "count",
            "keys": ["user_id"],
            "time_column": "ts",
            "window": "bounded",
            "extent": ["P30D"],
            "outputs": ["n_txn_30d"],
            "reaches": "model",
            "roles": ["feature"],
            "sources": ["payments.tx"],
            "confidence": "approximate",
            "span": SPAN,
        },
    ],
    "models": [
        {"id": "m1", "estimator": "XGBClassifier", "features": ["n_txn_30d"], "label": ["is_fraud"], "span": None}
    ],
    "features": [
        {
            "name": "n_txn_30d",
            "model": "m1",
            "table": None,
            "derived_from": [["payments.tx", "tx_id"]],
            "confidence": "exact",
            "span": SPAN | {"cell": None},
        }
    ],
    "diagnostics": [{"kind": "opaque", "message": "cell 3\x1b[2J", "span": None}],
}


def test_nothing_read_is_nothing_said() -> None:
    assert render({"documents": []}) == ""


def test_a_document_in_outline() -> None:
    assert render({"documents": [DOCUMENT]}).splitlines() == [
        "fraud.ipynb (notebook)",
        "  sources",
        "    cell 7:4:9  payments.tx (table, bigquery)",
        "  aggregations",
        "    cell 7:4:9  count by user_id over P30D of ts -> n_txn_30d (model) from payments.tx (approximate)",
        "  models",
        "    -  m1: XGBClassifier predicts is_fraud from n_txn_30d",
        "  features",
        "    4:9  n_txn_30d (of m1) <- payments.tx.tx_id",
        "  diagnostics",
        "    -  opaque: cell 3\\x1b[2J",
    ]
