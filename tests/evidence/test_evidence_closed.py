"""Only what is named is read, nothing is written, and nothing that stands in names or files is run."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from event_data import COUNT, events, written
from msgspec.structs import replace

from feasilint.errors import UsageError
from feasilint.evidence.database import Database, quoted, text
from feasilint.evidence.measuring import measured
from feasilint.evidence.model import Settings
from feasilint.ir import Source
from feasilint.suggest.definition import Key

QUARTER = Settings(windows=(90,))
LABEL = 'la"bel'
NASTY = 'ts"; DROP TABLE x; --'


def warehouse(path: Path, *statements: str) -> str:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return str(path)


def shop(tmp_path: Path, *more: str) -> str:
    data = events(tmp_path / "tx.parquet")
    return warehouse(
        tmp_path / "w.duckdb", "CREATE SCHEMA pay", f"CREATE TABLE pay.tx AS SELECT * FROM '{data}'", *more
    )


# --- nothing happens ---


def test_a_database_is_read_and_stays_as_it_is(tmp_path: Path) -> None:
    path = shop(tmp_path)
    before, files = sha256(Path(path).read_bytes()).digest(), sorted(tmp_path.iterdir())
    found = measured(COUNT, path, QUARTER)
    assert found.forms == measured(COUNT, str(tmp_path / "tx.parquet"), QUARTER).forms
    assert sha256(Path(path).read_bytes()).digest() == before
    assert sorted(tmp_path.iterdir()) == files


def test_nothing_is_written_where_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = events(tmp_path / "tx.parquet")
    place = tmp_path / "here"
    place.mkdir()
    monkeypatch.chdir(place)
    measured(COUNT, path, QUARTER)
    assert not list(place.iterdir())


@pytest.mark.parametrize(
    "measure",
    [
        "(SELECT count(*) FROM read_csv('{secret}'))",
        "(SELECT count(*) FROM '{secret}')",
        "(SELECT count(*) FROM read_text('{secret}'))",
        "(SELECT count(*) FROM read_csv('http://127.0.0.1:9/x.csv'))",
        "(SELECT count(*) FROM glob('{secret}'))",
        "(SELECT count(*) FROM secret_frame)",
    ],
)
def test_once_the_data_is_read_no_sql_reaches_anything_else(measure: str, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    secret_frame = [1]
    recipe = replace(COUNT, value=f"m1 + {measure.format(secret=secret)}")
    with pytest.raises(UsageError, match="DuckDB: "):
        measured(recipe, events(tmp_path / "tx.parquet"), QUARTER)
    assert secret_frame == [1]


@pytest.mark.parametrize(
    "statement", ["INSERT INTO warehouse.pay.tx SELECT * FROM warehouse.pay.tx", "DROP TABLE warehouse.pay.tx"]
)
def test_a_database_is_opened_to_be_read(statement: str, tmp_path: Path) -> None:
    database = Database()
    database.open(shop(tmp_path), ["pay.tx"])
    with pytest.raises(UsageError, match="read-only"):
        database.ask(statement)
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "SET enable_external_access = true",
        "ATTACH '{place}/other.duckdb'",
        "COPY (SELECT 1) TO '{place}/out.csv'",
        "LOAD httpfs",
        "INSTALL httpfs",
        "SELECT * FROM warehouse.pay.tx",
        "EXPORT DATABASE '{place}/all'",
        "SET temp_directory = '{place}'",
    ],
)
def test_a_closed_database_stays_closed(statement: str, tmp_path: Path) -> None:
    path = shop(tmp_path)
    before = sorted(tmp_path.iterdir())
    database = Database()
    database.open(path, ["pay.tx"])
    database.close_off()
    with pytest.raises(UsageError):
        database.ask(statement.format(place=tmp_path))
    database.close()
    assert sorted(tmp_path.iterdir()) == before


# --- names ---


def test_names_are_names_whatever_is_in_them(tmp_path: Path) -> None:
    data = written(
        tmp_path / "tx.parquet",
        f"SELECT n % 5 AS {quoted('user id; --')}, TIMESTAMP '2024-01-01' + to_days(n::INTEGER) AS {quoted(NASTY)},"
        f" n % 2 AS {quoted(LABEL)} FROM range(300) AS t(n)",
    )
    recipe = replace(
        COUNT,
        source=Source("x'; DROP TABLE x; --", "table"),
        keys=(Key("user id; --", quoted("user id; --")),),
        event_time=NASTY,
    )
    found = measured(recipe, data, replace(QUARTER, label=LABEL, keys=3))
    assert found.points.count > 0
    spine = written(
        tmp_path / "spine.csv", f"SELECT 1 AS {quoted('user id; --')}, TIMESTAMP '2024-06-01' AS {quoted(NASTY)}"
    )
    assert measured(recipe, data, replace(QUARTER, spine=spine)).points.count == 1


def test_paths_are_paths_whatever_is_in_them(tmp_path: Path) -> None:
    folder = tmp_path / "o'clock; --"
    folder.mkdir()
    first = measured(COUNT, events(tmp_path / "tx.parquet"), QUARTER).forms
    (folder / "t[x]*?.parquet").write_bytes((tmp_path / "tx.parquet").read_bytes())
    (folder / "t1 more.parquet").write_bytes((tmp_path / "tx.parquet").read_bytes())
    assert measured(COUNT, str(folder / "t[x]*?.parquet"), QUARTER).forms == first


def test_folders_named_like_partitions_are_no_columns(tmp_path: Path) -> None:
    folder = tmp_path / "user_id=7"
    folder.mkdir()
    with pytest.raises(UsageError, match="no column `user_id`"):
        measured(COUNT, written(folder / "tx.parquet", "SELECT TIMESTAMP '2024-01-01' AS ts"), QUARTER)


def test_quoting() -> None:
    assert (quoted('a"b'), text("a'b")) == ('"a""b"', "'a''b'")


# --- what cannot be opened ---


@pytest.mark.parametrize(
    "path", ["https://example.com/tx.parquet", "s3://lake/tx.parquet", "md:warehouse", "*.parquet"]
)
def test_only_files_are_opened(path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    events(tmp_path / "tx.parquet")
    with pytest.raises(UsageError, match="no such file"):
        measured(COUNT, path, QUARTER)


def test_other_kinds_of_files(tmp_path: Path) -> None:
    path = tmp_path / "tx.xlsx"
    path.write_bytes(b"PK")
    with pytest.raises(UsageError, match="no kind of data that is known by its ending"):
        measured(COUNT, str(path), QUARTER)


@pytest.mark.parametrize("name", ["tx.parquet", "tx.duckdb", "tx.csv"])
def test_broken_files_are_told(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"\x00\xff not what it says \x00")
    with pytest.raises(UsageError):
        measured(COUNT, str(tmp_path / name), QUARTER)


def test_a_view_is_not_run(tmp_path: Path) -> None:
    path = shop(
        tmp_path, "DROP TABLE pay.tx", "CREATE VIEW pay.tx AS SELECT 1 AS user_id, TIMESTAMP '2024-01-01' AS ts"
    )
    with pytest.raises(UsageError, match="is a view, and only SQL that feasilint has written is run"):
        measured(COUNT, path, QUARTER)


def test_a_database_without_the_table(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no table `pay.other`; there are `pay.tx`"):
        measured(replace(COUNT, source=Source("pay.other", "table")), shop(tmp_path), QUARTER)


def test_tables_that_can_both_be_meant(tmp_path: Path) -> None:
    path = shop(tmp_path, "CREATE SCHEMA old", "CREATE TABLE old.tx (user_id INTEGER, ts TIMESTAMP)")
    assert measured(COUNT, path, QUARTER).sample.rows
    with pytest.raises(UsageError, match=r"can be `old\.tx`, `pay\.tx`"):
        measured(replace(COUNT, source=Source("tx", "table")), path, QUARTER)


def test_without_duckdb_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(UsageError, match=r"pip install 'feasilint\[evidence\]'"):
        Database()
