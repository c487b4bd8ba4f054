"""The command: what it prints, writes and refuses; and the page that shows it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from feasilint import api
from feasilint.cli import main
from feasilint.errors import UsageError
from feasilint.suggest.platforms import PLATFORMS

ROOT = Path(__file__).parents[2]
FEATURE = "examples/::txn_count_lifetime"
CATALOG = "version: 1\nsources:\n  - {name: shop.tx, event_time: ts}\n"
CODE = "CREATE TABLE features AS SELECT user_id, count(*) AS n FROM {table} GROUP BY user_id"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    (tmp_path / "features.sql").write_text(CODE.format(table="shop.tx"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["suggest", *arguments]) == 2
    printed = capsys.readouterr()
    assert not printed.out
    assert "Traceback" not in printed.err
    return printed.err


def test_what_cannot_be_is_an_error_that_says_what_to_do(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no such file" in refused(capsys, "nowhere.sql::n", "--for", "sql")
    assert "there are n" in refused(capsys, "features.sql::m", "--for", "sql")
    assert "features.sql::FEATURE" in refused(capsys, "features.sql", "--for", "sql")
    assert "--dialect" in refused(capsys, "features.sql::n", "--for", "sql")
    assert "not of `oracle`" in refused(capsys, "features.sql::n", "--for", "sql", "--dialect", "oracle")
    assert "`klingon`" in refused(capsys, "features.sql::n", "--for", "sql", "--dialect", "klingon")
    assert "whole days" in refused(capsys, "features.sql::n", "--window", "36h")
    assert "--window" in refused(capsys, "features.sql::n", "--window", "soon")


def test_the_dialect_is_that_of_the_other_code_where_the_source_has_none(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = "CREATE TABLE other AS SELECT user_id, SAFE_CAST(x AS INT64) AS x FROM `a.b.c`"
    (shop / "more.sql").write_text(more)
    assert main(["suggest", ".::n", "--for", "sql"]) == 0
    bigquery = capsys.readouterr().out
    assert main(["suggest", "features.sql::n", "--for", "sql", "--dialect", "bigquery"]) == 0
    assert capsys.readouterr().out == bigquery


def test_a_source_without_event_time_is_to_be_declared(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "catalog.yaml").write_text(CATALOG.replace(", event_time: ts", ""))
    said = refused(capsys, "features.sql::n", "--for", "chronon")
    assert "declare `event_time` of the source `shop.tx` in catalog.yaml" in said


def test_without_the_catalog_nothing_says_what_the_time_is(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "exclude each other" in refused(capsys, "features.sql", "--catalog", "catalog.yaml", "--no-catalog")
    sql = ("features.sql::n", "--for", "sql", "--dialect", "duckdb")
    assert main(["suggest", *sql]) == 0
    capsys.readouterr()
    assert "event_time" in refused(capsys, *sql, "--no-catalog")


def test_what_cannot_be_read_is_told_by_scan(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "broken.ipynb").write_text('{"cells": [')
    assert main(["suggest", "broken.ipynb"]) == 3
    assert "`feasilint scan broken.ipynb` says what" in capsys.readouterr().err
    assert main(["trace", "broken.ipynb"]) == 3
    assert "`feasilint scan broken.ipynb` says what" in capsys.readouterr().err


def test_without_features_there_is_nothing(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "report.sql").write_text("SELECT 1 AS one")
    assert main(["suggest", "report.sql"]) == 3


def test_the_platforms_of_the_command_are_those_that_there_are() -> None:
    from feasilint.cli_suggest import suggest

    option = next(one for one in suggest.params if one.name == "platform")
    assert tuple(option.type.choices) == PLATFORMS  # type: ignore[attr-defined]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_files_are_written_once(shop: Path, capsys: pytest.CaptureFixture[str], platform: str) -> None:
    arguments = ["suggest", "features.sql::n", "--for", platform, "--dialect", "duckdb", "-o", "made"]
    assert main(arguments) == 0
    paths = capsys.readouterr().out.splitlines()
    assert paths
    assert all(Path(path).is_file() for path in paths)
    texts = [Path(path).read_text() for path in paths]
    assert main(arguments) == 2
    assert "not overwritten" in capsys.readouterr().err
    assert [Path(path).read_text() for path in paths] == texts


def test_the_window_can_be_chosen(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "features.sql::n", "--for", "chronon", "--window", "90d"]) == 0
    printed = capsys.readouterr().out
    assert "Window(90, TimeUnit.DAYS)" in printed
    assert printed.startswith("# file: group_bys/features/n_90d.py\n")


def test_the_catalog_says_how_long_windows_are(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "catalog.yaml").write_text(CATALOG + "windows: {suggested: 180d}\n")
    assert main(["suggest", "features.sql"]) == 0
    assert capsys.readouterr().out == "n: 180-day count of shop.tx, per user_id\n"


def test_suggestions_of_findings(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT)
    assert main(["suggest", FEATURE]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("AGG301 txn_count_lifetime: 365-day count of transactions, updated daily\n")
    assert "\nsaves: O(history) -> O(window)" in printed


def test_terminal_codes_of_names_are_shown(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "features.sql").write_text(CODE.format(table="shop.tx").replace("AS n", 'AS "n\x1b[31m"'))
    assert main(["suggest", "features.sql"]) == 0
    assert "\x1b" not in capsys.readouterr().out


def test_the_same_in_python(shop: Path) -> None:
    (made,) = api.suggest("features.sql", "n", "sql", dialect="duckdb", days=7)
    assert [file.path for file in made.files] == ["n_7d_daily.sql", "n_7d.sql"]
    with pytest.raises(UsageError, match="no platform"):
        api.suggest("features.sql", "n", "excel")


@pytest.mark.parametrize(
    "command", ["suggest examples/", f"suggest {FEATURE} --for dbt --dialect bigquery"], ids=["list", "dbt"]
)
def test_the_page_shows_what_is_printed(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    monkeypatch.chdir(ROOT)
    assert main(command.split()) == 0
    printed = capsys.readouterr().out
    page = ROOT / "docs" / "suggest.md"
    pattern = rf"(<!-- printed by `feasilint {re.escape(command)}` -->\n```\n).*?(```\n)"
    text = page.read_text(encoding="utf-8")
    shown, count = re.subn(pattern, lambda found: f"{found[1]}{printed}{found[2]}", text, flags=re.DOTALL)
    assert count == 1
    if request.config.getoption("--update-golden"):
        page.write_text(shown, encoding="utf-8")
    assert shown == page.read_text(encoding="utf-8")


@pytest.mark.parametrize("dialect", ["bigquery", "duckdb", "postgres"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_statements_have_no_idle_conditions_or_parentheses(
    shop: Path, capsys: pytest.CaptureFixture[str], platform: str, dialect: str
) -> None:
    rows = "SELECT user_id, ts, (a * 100) AS c FROM shop.tx WHERE NOT t AND (s = 'x')"
    (shop / "features.sql").write_text(f"CREATE TABLE features AS SELECT user_id, sum(c) AS n FROM ({rows}) GROUP BY 1")
    assert main(["suggest", "features.sql::n", "--for", platform, "--dialect", dialect]) == 0
    printed = capsys.readouterr().out
    assert "a * 100" in printed
    assert "AND TRUE" not in printed
    assert not re.search(r"\(\s*\((?!SELECT)|,\s*\(\s*a|\"\(a", printed)


def test_a_model_without_conditions_reads_only_what_is_new(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["suggest", "features.sql::n", "--for", "dbt", "--dialect", "duckdb"]) == 0
    printed = capsys.readouterr().out
    assert "{% if is_incremental() %}\nWHERE\n  ts >= CAST((" in printed
    assert "INTERVAL '3' DAY\n{% endif %}\nGROUP BY" in printed


def test_parameters_are_spelled_as_the_dialect_has_them(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for dialect, sign in (("bigquery", "@{}"), ("postgres", "%({})s"), ("duckdb", "${}")):
        assert main(["suggest", "features.sql::n", "--for", "sql", "--dialect", dialect]) == 0
        printed = capsys.readouterr().out
        assert f"days as {sign.format('day')}: " in printed
        assert f"start of the day {sign.format('as_of')}\n" in printed


def test_files_are_read_by_duckdb_alone(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "catalog.yaml").write_text("version: 1\nsources:\n  - {name: tx.parquet, event_time: ts}\n")
    code = "import pandas as pd\ntx = pd.read_parquet('tx.parquet')\ntx.groupby('user_id')['a'].sum().to_frame('n').to_csv('features.csv')\n"
    (shop / "features.sql").unlink()
    (shop / "features.py").write_text(code)
    assert "no table" in refused(capsys, "features.py::n", "--for", "sql", "--dialect", "bigquery")
    assert main(["suggest", "features.py::n", "--for", "sql"]) == 0
    assert "READ_PARQUET('tx.parquet')" in capsys.readouterr().out


def test_code_elsewhere_does_not_hide_the_dialect(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "here").mkdir()
    (shop / "features.sql").rename(shop / "here" / "features.sql")
    (shop / "here" / "more.sql").write_text("CREATE TABLE other AS SELECT SAFE_CAST(x AS INT64) AS x FROM `a.b.c`")
    other = shop / "there.py"
    other.write_text(
        "import psycopg2, pandas as pd\ndf = pd.read_sql('select a::int from s.t', psycopg2.connect(''))\n"
    )
    assert main(["suggest", "here::n", "--for", "sql"]) == 0
    assert "@day" in capsys.readouterr().out
