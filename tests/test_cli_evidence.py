"""The command that measures forms of a feature on data."""

from __future__ import annotations

import json
import sys
from importlib.resources import files
from typing import TYPE_CHECKING

import duckdb
import jsonschema
import pytest

from feasilint import api
from feasilint.cli import main

if TYPE_CHECKING:
    from pathlib import Path

FEATURES = """create table shop.user_features as
select user_id, count(*) as n, sum(amount) as spend, max(amount) as "n\x1b[31m" from pay.tx where status = 'ok' group by user_id;
"""
CATALOG = """version: 1
sources:
  - name: pay.tx
    aliases: [lake.tx]
    event_time: ts
    columns: {bad: {known_after: 60d}}
"""
ROWS = """SELECT u AS user_id, TIMESTAMP '2024-01-01' + to_hours((d * 24 + u % 24)::INTEGER) AS ts, (u * d) % 11 AS amount, 'ok' AS status,
 (u + d) % 3 = 0 AS bad FROM range(1, 41) AS users(u), range(300) AS days(d) WHERE md5_number_lower(u || '-' || d) % 40 < u"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "features.sql").write_text(FEATURES, encoding="utf-8")
    (tmp_path / "catalog.yaml").write_text(CATALOG, encoding="utf-8")
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({ROWS}) TO 'tx.parquet'")
    return tmp_path


def run(capsys: pytest.CaptureFixture[str], *arguments: str, feature: str = "n", data: str = "tx.parquet") -> str:
    code = main(["evidence", f"features.sql::{feature}", "--data", data, *arguments])
    found = capsys.readouterr()
    assert code == 0, found.err
    return found.out


def failed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["evidence", *arguments]) == 2
    found = capsys.readouterr()
    assert found.out == ""
    assert "Traceback" not in found.err
    return found.err


# --- what cannot be measured ---


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["features.sql", "--data", "tx.parquet"], "which feature of features.sql? Write features.sql::FEATURE"),
        (["features.sql::n"], "Missing option '--data'"),
        (["features.sql::m", "--data", "tx.parquet"], "no feature is called `m`"),
        (["features.sql::spent", "--data", "tx.parquet"], "did you mean `spend`?"),
        (["nowhere.sql::n", "--data", "tx.parquet"], "nowhere.sql"),
        (["features.sql::n", "--data", "gone.parquet"], "gone.parquet: no such file"),
        (["features.sql::n", "--data", "other.tx=tx.parquet"], "no file has the rows of `pay.tx`: --data pay.tx=FILE"),
        (["features.sql::n", "--data", "tx.parquet", "--data", "b.csv"], "more than one file has the rows of `pay.tx`"),
        (["features.sql::n", "--data", "tx.parquet", "--window", "30"], "--window: 30 of what?"),
        (["features.sql::n", "--data", "tx.parquet", "--window", "30d,forever"], "--window: it must have an end"),
        (["features.sql::n", "--data", "tx.parquet", "--keys", "0"], "--keys"),
        (["features.sql::n", "--data", "tx.parquet", "--label", "nothing"], "no column `nothing`"),
        (["features.sql::n", "--data", "tx.parquet", "--label", "status"], "computed from `status`"),
        (["features.sql::n", "--data", "tx.parquet", "--spine", "gone.csv"], "gone.csv: no such file"),
        (["features.sql::n", "--data", "tx.parquet", "--no-catalog"], "declare `event_time` of the source `pay.tx`"),
        (["features.sql::n", "--data", "tx.parquet", "--catalog", "a", "--no-catalog"], "exclude each other"),
        (["features.sql::n", "--data", "tx.parquet", "-o", "no/where.txt"], "cannot write no/where.txt"),
    ],
)
def test_bad_input(arguments: list[str], said: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said in failed(capsys, *arguments)


def test_a_feature_that_has_no_such_form(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = "create table shop.user_features as select user_id, list(status) as n from pay.tx group by user_id"
    (project / "features.sql").write_text(text, encoding="utf-8")
    assert "`n` cannot be measured: " in failed(capsys, "features.sql::n", "--data", "tx.parquet")


def test_features_of_one_name_that_are_computed_in_two_ways(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = "create table shop.other_features as select user_id, count(status) as n from pay.tx group by user_id;\n"
    (project / "features.sql").write_text(FEATURES + more, encoding="utf-8")
    assert "computed in several ways" in failed(capsys, "features.sql::n", "--data", "tx.parquet")


def test_without_duckdb(project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert "pip install 'feasilint[evidence]'" in failed(capsys, "features.sql::n", "--data", "tx.parquet")


# --- what can ---


def test_the_suggested_window(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys)
    assert said.startswith("`n` of `pay.tx` per `user_id`\n")
    assert "365 d" in said
    assert "what the window loses cannot be seen" in " ".join(said.split())


def test_windows_to_try(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = run(capsys, "--window", "30d,12h", "--window", "1y")
    assert [line.split("  ")[1] for line in said.splitlines()[3:7]] == [
        "all history (present)",
        "30 d",
        "12 h",
        "365 d",
    ]


@pytest.mark.parametrize(
    "data", ["pay.tx=tx.parquet", "lake=x.csv --data pay.tx=tx.parquet", "tx.parquet --data other=x.csv"]
)
def test_files_by_source(data: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, *rest = data.split()
    assert "(tx.parquet)" in run(capsys, *rest, data=first)


def test_names_of_the_catalog_find_tables_of_a_database(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "features.sql").write_text(FEATURES.replace("pay.tx", "lake.tx"), encoding="utf-8")
    with duckdb.connect("w.duckdb") as connection:
        connection.execute("CREATE SCHEMA pay; CREATE TABLE pay.tx AS SELECT * FROM 'tx.parquet'")
    assert "(w.duckdb)" in run(capsys, data="w.duckdb")


def test_a_label_of_the_data_is_known_when_the_catalog_says(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = " ".join(run(capsys, "--label", "bad", "--window", "30d").split())
    assert "AUC (95 %)" in said
    assert "to 2024-08-27" in said, "sixty days before the data ends"
    early = " ".join(run(capsys, "--label", "bad", "--window", "30d", "--known-after", "1d").split())
    assert "to 2024-10-25" in early


def test_names_and_texts_of_the_code_are_only_that(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key, value = 'user"" ; DROP TABLE x; --', "it''s; DROP TABLE x; --"
    text = f"""create table shop.user_features as
    select "{key}", count(case when status = '{value}' then 1 end) as n from pay.tx where status <> '$as_of' group by "{key}";"""
    (project / "features.sql").write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        rows = f"SELECT user_id AS \"{key}\", ts, '{value}' AS status FROM 'tx.parquet'"
        connection.execute(f"COPY ({rows}) TO 'odd.parquet'")
    said = json.loads(run(capsys, "--format", "json", "--window", "30d", data="odd.parquet"))
    assert said["keys"] == [key.replace('""', '"')]
    assert said["forms"][0]["quantiles"]["0.5"] > said["forms"][1]["quantiles"]["0.5"] > 0


def test_json(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads(files("feasilint.report").joinpath("evidence.schema.json").read_text())
    for arguments in (["--window", "30d,90d"], ["--label", "bad"]):
        found = json.loads(run(capsys, "--format", "json", *arguments, feature="spend"))
        jsonschema.validate(found, schema)
        assert (found["feature"], found["default"], found["forms"][0]["present"]) == ("spend", None, True)
        assert len(found["conclusion"]) == len(found["forms"]) - 1


def test_the_api_gives_what_the_command_prints(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(run(capsys, "--format", "json"))
    assert api.evidence("features.sql", "n", "tx.parquet").forms[1].spearman == found["forms"][1]["spearman"]


def test_a_report_in_a_file(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "-o", "said.txt") == ""
    assert (project / "said.txt").read_text(encoding="utf-8") == run(capsys)


def test_names_of_features_cannot_steer_a_terminal(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "\x1b" not in run(capsys, feature="n\x1b[31m")
