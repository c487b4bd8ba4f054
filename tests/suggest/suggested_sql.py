"""What is suggested for a user's SQL in DuckDB, of a model whose feature `x` it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.api import scan_files

if TYPE_CHECKING:
    from feasilint.findings import Finding

CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - name: tx
    availability: production
    latency: daily
    kind: events
    grain: [tx_id]
    event_time: ts
    columns: [tx_id, user_id, ts, amount, merchant, status, label, label_ts]
  - {name: spine, availability: request}
"""
HALF_LIFE = "windows: {half_life: 30d}\n"
TRAIN = '''
import duckdb
from xgboost import XGBClassifier
df = duckdb.sql("""{query}""").df()
y = duckdb.sql("select label from tx").df()
XGBClassifier().fit(df[["x"]], y["label"])
'''


def findings(query: str, catalog: str = CATALOG) -> list[Finding]:
    """What is said of a model whose feature `x` the query makes."""
    result = scan_files({"train.py": TRAIN.format(query=query)}, catalog)
    assert not result.errors
    return [finding for finding in result.findings if finding.feature == "x"]


def told(query: str, rule: str = "AGG301", catalog: str = CATALOG) -> Finding:
    return next(finding for finding in findings(query, catalog) if finding.code == rule)


def code(query: str, rule: str = "AGG301", catalog: str = CATALOG) -> str:
    suggestion = told(query, rule, catalog).suggestion
    return suggestion.code if suggestion is not None else ""
