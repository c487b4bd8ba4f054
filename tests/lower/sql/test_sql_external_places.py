"""Paths below an external data source: no local files."""

from __future__ import annotations

import pytest

from feasilint import inspect_source

_PLACE = "CREATE EXTERNAL DATA SOURCE [Lake]\nWITH ( LOCATION = 'https://acc.blob.core.windows.net/lake/' );\nGO\n"
_ROWS = "SELECT a INTO f FROM OPENROWSET(BULK '{}', DATA_SOURCE = {}, FORMAT = 'CSV') WITH (a INT) AS r"
_TABLE = "CREATE EXTERNAL TABLE f (a INT) WITH (LOCATION = '{}', DATA_SOURCE = {}, FILE_FORMAT = csv)"
_BULK = "BULK INSERT f FROM '{}' WITH (FIRSTROW = 2, DATA_SOURCE = {})"


def sources(text: str) -> list[tuple[str, str]]:
    return [(one["name"], one["kind"]) for one in inspect_source(text, kind="sql", dialect="tsql")["sources"]]


@pytest.mark.parametrize("read", [_ROWS, _TABLE, _BULK])
@pytest.mark.parametrize("path", ["tx/x.csv", "/tx/x.csv"])
@pytest.mark.parametrize("name", ["'Lake'", "lake", "[Lake]"])
def test_a_path_in_an_external_data_source_begins_where_that_lies(read: str, path: str, name: str) -> None:
    if read is _BULK and not name.startswith("'"):
        name = "'Lake'"
    assert sources(_PLACE + read.format(path, name)) == [("https://acc.blob.core.windows.net/lake/tx/x.csv", "url")]


@pytest.mark.parametrize("read", [_ROWS, _TABLE, _BULK])
def test_where_another_script_creates_it_the_place_is_not_known(read: str) -> None:
    assert sources(_PLACE + read.format("tx/x.csv", "'Store'")) == [("{Store}/tx/x.csv", "file")]


@pytest.mark.parametrize("read", [_ROWS, _TABLE, _BULK])
def test_a_whole_address_stands_for_itself(read: str) -> None:
    assert sources(_PLACE + read.format("https://b.net/x.csv", "'Lake'")) == [("https://b.net/x.csv", "url")]


def test_a_file_without_a_data_source_stays_as_it_is_written() -> None:
    text = "SELECT a INTO f FROM OPENROWSET(BULK 'C:\\x.csv', FORMAT = 'CSV') AS r WHERE data_source = 'Lake'"
    assert sources(_PLACE + text) == [("C:\\x.csv", "file")]
