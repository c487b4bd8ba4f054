"""What is suggested for a user's code, executed on data. The references in the tests are plain Python over the same rows."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from textwrap import dedent
from typing import TYPE_CHECKING, Any

from feasilint.api import scan_files
from feasilint.testing import notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from feasilint.findings import Finding

Row = dict[str, Any]

AS_OF = datetime(2024, 6, 1)
COLUMNS = ("tx_id", "user_id", "merchant", "amount", "ts", "is_fraud")
CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - name: payments.transactions
    availability: production
    latency: daily
    kind: events
    grain: [tx_id]
    event_time: ts
"""
_READ = "select tx_id, user_id, merchant, amount, ts, is_fraud from payments.transactions"
_HEADS = {
    "pandas": f'import numpy as np\nimport pandas as pd\n# %%\ntx = pd.read_sql("{_READ}", con)',
    "polars": f'import polars as pl\n# %%\ntx = pl.read_database("{_READ}", con)',
    "spark": 'from pyspark.sql import Window, functions as F\n# %%\ntx = spark.table("payments.transactions")',
}
_FIT = 'from xgboost import XGBClassifier\nXGBClassifier().fit({frame}[["{feature}"]], {frame}["is_fraud"])'


def findings(library: str, code: str, feature: str, known_after: str = "", more: str = "") -> Iterator[Finding]:
    """What is said of a notebook whose model gets `feature` of the frame `df` that the code makes; `more` of a catalog."""
    frame = "df.toPandas()" if library == "spark" else "df"
    cells = (_HEADS[library], dedent(code).strip(), _FIT.format(frame=frame, feature=feature))
    late = f"    columns: {{is_fraud: {{known_after: {known_after}}}}}\n" if known_after else ""
    result = scan_files({"train.ipynb": notebook("\n# %%\n".join(cells))}, CATALOG + late + more)
    assert not result.errors
    return (finding for finding in result.findings if finding.feature == feature)


def suggestion(library: str, code: str, feature: str, rule: str, known_after: str = "") -> str:
    """The code that a rule's finding suggests; empty where it suggests none."""
    found = next(finding for finding in findings(library, code, feature, known_after) if finding.code == rule)
    if found.suggestion is None or not found.suggestion.code:
        return ""
    assert found.suggestion.language == "python"
    return found.suggestion.code


def run(code: str, **names: Any) -> dict[str, Any]:
    """The names that the code leaves behind; `as_of` is the only one that it may need besides those that are given."""
    assert code
    known = {"as_of": AS_OF, **names}
    exec(code, known)
    return known


def rows() -> list[Row]:
    """Events of four users: on the bounds of a year before `AS_OF`, just beside them, long before, and later than it."""
    draw = random.Random(7)
    edges = [timedelta(days=365), timedelta(days=365, seconds=1), timedelta(seconds=1), timedelta(), timedelta(days=-3)]
    made: list[Row] = []
    for user in (1, 2, 3, 4):
        ages = [*edges, *(timedelta(days=draw.randrange(1, 900), seconds=draw.randrange(86_400)) for _ in range(12))]
        ages += [timedelta(days=day, hours=user) for day in range(1, 60, 2)] if user == 1 else []
        made += (_row(user, AS_OF - age, draw) for age in (ages if user != 4 else ages[1:2]))
    draw.shuffle(made)
    return [{"tx_id": number, **row} for number, row in enumerate(made)]


def _row(user: int, ts: datetime, draw: random.Random) -> Row:
    amount = None if draw.random() < 0.1 else float(draw.randrange(1, 200))
    return {
        "user_id": user,
        "merchant": draw.choice(["a", "b", "c", "d", None]),
        "amount": amount,
        "ts": ts,
        "is_fraud": int(draw.random() < 0.3),
    }


def recent(every: Iterable[Row], days: int = 365, now: datetime = AS_OF) -> list[Row]:
    """The rows of so many days before a time, that time itself left out."""
    return [row for row in every if now - timedelta(days=days) <= row["ts"] < now]


def by(every: Iterable[Row], key: str, of: Callable[[list[Row]], Any]) -> dict[Any, Any]:
    """A value of the rows of each key."""
    groups: dict[Any, list[Row]] = {}
    for row in every:
        groups.setdefault(row[key], []).append(row)
    return {value: of(group) for value, group in groups.items()}


def before(every: list[Row], of: Callable[[list[Row]], Any], key: str = "user_id", days: int = 365) -> dict[int, Any]:
    """For each row by its number, a value of the rows of the same key in the days before it."""
    return {
        row["tx_id"]: of([other for other in recent(every, days, row["ts"]) if other[key] == row[key]]) for row in every
    }


def values(group: Iterable[Row], column: str = "amount") -> list[Any]:
    """The values that are not null."""
    return [row[column] for row in group if row[column] is not None]
