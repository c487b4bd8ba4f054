"""The example repository: valid, runnable on small data, and reported as the README shows."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import nbformat
import pandas as pd
import pytest
import sqlglot

import feasilint
from feasilint import cli
from feasilint.report import json, markdown, text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from feasilint.result import ScanResult

ROOT = Path(__file__).parents[1]
FRAUD = ROOT / "examples" / "fraud"
NOTEBOOKS = sorted(FRAUD.glob("notebooks/*.ipynb"))
SQL = [FRAUD / "sql" / f"{name}.sql" for name in ("stg_transactions", "user_features", "training_set")]

PLANTED = {
    ("AVL102", "device_risk_score"),
    ("AVL109", "last_dispute_was_fraud"),
    ("LAT201", "txn_count_30m"),
    ("AGG301", "txn_count_lifetime"),
    ("AGG301", "avg_amount"),
    ("AGG304", "spend_to_date"),
    ("SKW409", "merchant_fraud_rate"),
    ("FEA003", None),
}
HEALTHY = {"amount", "is_night", "hour", "merchant_risk_tier", "txn_count_30d", "amount_sum_90d", "spend_30d"}

SHOWN = re.compile(r"(?P<marker><!-- printed for `(?P<feature>\w+)` -->)\n```\n.*?\n```\n", re.DOTALL)


@pytest.fixture
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.fixture(scope="module")
def result() -> Iterator[ScanResult]:
    with contextlib.chdir(ROOT):
        yield feasilint.scan(["examples/"])


@pytest.fixture
def report(result: ScanResult) -> dict[str, Any]:
    return json.document(result)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_valid(path: Path) -> None:
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    nbformat.validate(notebook)
    ids = [cell["id"] for cell in notebook.cells]
    assert len(set(ids)) == len(ids)


def tables(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create schema payments; create schema fraud; set timezone = 'UTC'")
    connection.execute(
        """
        create table payments.transactions as
        select * from (values
            (1, 7, 70, 1000, now() - interval 400 day, 'settled', false),
            (2, 7, 70, 2000, now() - interval 101 day, 'settled', false),
            (3, 7, 70, 4000, now() - interval 100 day - interval 10 minute, 'settled', false),
            (4, 7, 70, 9000, now() - interval 101 day, 'refused', false)
        ) as t (tx_id, user_id, merchant_id, amount_cents, ts, status, is_test);
        create table payments.checkouts as
        select 1 as checkout_id, 7 as user_id, 70 as merchant_id, 5000 as amount_cents, now() - interval 100 day as ts;
        create table payments.merchants as select 70 as merchant_id, 'high' as risk_tier;
        create table payments.chargebacks as select 1 as checkout_id, true as confirmed;
        """
    )


def test_the_sql_runs_and_computes_what_its_names_say() -> None:
    with duckdb.connect() as connection:
        tables(connection)
        for path in SQL:
            for statement in sqlglot.transpile(path.read_text(encoding="utf-8"), read="bigquery", write="duckdb"):
                connection.execute(statement)
        columns = "txn_count_30m, txn_count_30d, amount_sum_90d, txn_count_lifetime, merchant_risk_tier, is_fraud"
        assert connection.execute(f"select {columns} from fraud.training_set").fetchall() == [
            (1, 2, 60.0, 3, "high", True)
        ]


def test_the_pandas_notebook_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    day = pd.Timestamp("2026-01-01")
    lake = {
        "checkouts": pd.DataFrame(
            {
                "checkout_id": [1],
                "user_id": [7],
                "merchant_id": [3],
                "amount_cents": [500],
                "ts": [day + pd.Timedelta("50D")],
            }
        ),
        "transactions": pd.DataFrame(
            {
                "tx_id": [1, 2],
                "user_id": [7, 7],
                "merchant_id": 3,
                "amount_cents": [100, 300],
                "ts": [day, day + pd.Timedelta("40D")],
            }
        ),
        "chargebacks": pd.DataFrame({"checkout_id": [1], "confirmed": [True]}),
    }
    monkeypatch.setattr(pd, "read_parquet", lambda path, columns: lake[path.rstrip("/").rsplit("/", 1)[-1]][columns])
    cells = nbformat.read(FRAUD / "notebooks" / "spending_profile.ipynb", as_version=4).cells
    names: dict[str, Any] = {"pd": pd, "LAKE": "s3://acme-lake/payments"}
    for cell in cells:
        if cell.cell_type == "code" and "sklearn" not in cell.source and "clf" not in cell.source:
            exec(cell.source, names)
    features = names["X"].iloc[0].to_dict()
    spent = {"avg_amount": 2.0, "spend_to_date": 4.0, "spend_30d": 3.0}
    assert features == {"amount": 5.0, "hour": 0, **spent, "merchant_fraud_rate": 1.0}
    assert list(names["y"]) == [True]


def test_every_planted_problem_is_reported_once(report: dict[str, Any]) -> None:
    found = [(finding["code"], finding["feature"]) for finding in report["findings"]]
    assert sorted(found, key=str) == sorted(PLANTED, key=str)
    assert {code[:3] for code, _ in found} == {"AVL", "LAT", "AGG", "SKW", "FEA"}


def test_healthy_features_are_left_alone(report: dict[str, Any]) -> None:
    assert not HEALTHY & {finding["feature"] for finding in report["findings"]}
    assert report["unknown_sources"] == []
    assert report["errors"] == []


def test_every_finding_says_who_and_what_instead(report: dict[str, Any]) -> None:
    for finding in report["findings"]:
        assert finding["owner"] or finding["feature"] is None, finding["code"]
        assert finding["suggestion"] or finding["help"], finding["code"]


def test_lineage_passes_from_the_notebook_through_sql_to_the_raw_table(report: dict[str, Any]) -> None:
    lifetime = next(finding for finding in report["findings"] if finding["feature"] == "txn_count_lifetime")
    path = next(fact["text"] for fact in lifetime["facts"] if fact["name"] == "path")
    steps = [
        "txn_count_lifetime",
        "fraud.training_set",
        "fraud.user_features",
        "fraud.stg_transactions",
        "payments.transactions",
    ]
    assert [step for step in steps if step in path] == steps
    assert {Path(label["path"]).suffix for label in lifetime["labels"]} >= {".ipynb", ".sql"}


def test_the_terminal_output_is_the_golden_one(
    at_root: None, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]
) -> None:
    assert cli.main(["scan", "examples/"]) == 1
    golden("examples.txt", capsys.readouterr().out)


def test_the_comment_is_the_golden_one(at_root: None, result: ScanResult, golden: Callable[[str, str], None]) -> None:
    golden("examples.md", markdown.render(result))


def test_the_readme_shows_real_output(at_root: None, result: ScanResult, request: pytest.FixtureRequest) -> None:
    findings = text.render(result).split("\n\n")
    readme = (ROOT / "README.md").read_text(encoding="utf-8")

    def printed(match: re.Match[str]) -> str:
        finding = next(text for text in findings if f"feature `{match['feature']}`" in text)
        return f"{match['marker']}\n```\n{finding}\n```\n"

    shown, count = SHOWN.subn(printed, readme)
    assert count
    if request.config.getoption("--update-golden"):
        (ROOT / "README.md").write_text(shown, encoding="utf-8")
    assert shown == (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_lists_the_rules_that_are_installed() -> None:
    from feasilint.registry import rules

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip().strip("`") for line in readme.splitlines() if line.startswith("| `")]
    assert [row for row in rows if row[:3].isupper()] == [rule.code for rule in rules()]
