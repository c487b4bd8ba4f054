"""The page about evidence shows what the command prints."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copy, copytree
from typing import TYPE_CHECKING

import duckdb

from feasilint.cli import main

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "evidence.md"
SHOWN = r"(<!-- printed by `feasilint (evidence [^`]*)` -->\n```\n).*?(```\n)"

# Users of different zeal come and go within three years; fraud is likelier of those who have bought little in half a year.
TRANSACTIONS = """
WITH users AS (
  SELECT user_id, 1 + md5_number_lower('zeal' || user_id) % 12 AS zeal, md5_number_lower('from' || user_id) % 900 AS starts,
         starts + 60 + md5_number_lower('stay' || user_id) % 1100 AS ends
  FROM range(1, 1001) AS t(user_id)
)
SELECT user_id, TIMESTAMP '2023-01-01' + to_days(day::INTEGER) + to_seconds(md5_number_lower(user_id || 's' || day) % 86400) AS ts,
       IF(md5_number_lower(user_id || 'x' || day) % 20 = 0, 'declined', 'settled') AS status,
       md5_number_lower(user_id || 't' || day) % 200 = 0 AS is_test
FROM users, range(1095) AS d(day)
WHERE day BETWEEN starts AND ends AND md5_number_lower(user_id || '/' || day) % 30 < zeal
ORDER BY ALL
"""
LABELS = """
SELECT user_id, day AS ts, md5_number_lower(user_id || 'fraud' || day) % 1000 < 15 + 600.0 / (5 + recent) AS is_fraud
FROM (
  SELECT user_id, day, count(*) FILTER (WHERE ts >= day - INTERVAL 180 DAY) AS recent
  FROM 'transactions.parquet', (SELECT TIMESTAMP '2025-10-01' + to_days((10 * n)::INTEGER) AS day FROM range(6) AS t(n))
  WHERE ts < day GROUP BY ALL
)
WHERE recent > 0 ORDER BY ALL
"""


def test_the_report(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.chdir(tmp_path)
    copytree(ROOT / "examples", "examples")
    copy(ROOT / "catalog.yaml", "catalog.yaml")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({TRANSACTIONS}) TO 'transactions.parquet'")
        connection.execute(f"COPY ({LABELS}) TO 'labels.csv'")
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(SHOWN, page, flags=re.DOTALL)
    assert found is not None
    assert main(found[2].split()) == 0
    printed = capsys.readouterr().out
    shown, count = re.subn(SHOWN, lambda at: f"{at[1]}{printed}{at[3]}", page, flags=re.DOTALL)
    assert count == 1
    if request.config.getoption("--update-golden"):
        PAGE.write_text(shown, encoding="utf-8")
    assert shown == PAGE.read_text(encoding="utf-8")
