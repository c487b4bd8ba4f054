"""What a call reads or writes by name: schemas, commands that name no table, endpoints."""

from __future__ import annotations

import pytest
from python_lowering import frame, origins, run, sources, write

from feasilint.ir import Scan

DUCKDB = "import duckdb\ncon = duckdb.connect()\n"
API = "import pandas as pd\nimport requests\norders = pd.read_csv('o.csv')[['user_id', 'tot']]\n"


@pytest.mark.parametrize(
    "command",
    ["CHECKPOINT", "FORCE CHECKPOINT", "VACUUM", "vacuum;", "VACUUM orders", "ANALYZE orders", "BEGIN",
     "BEGIN TRANSACTION", "COMMIT;", "ROLLBACK", "PRAGMA table_info(orders)", "SET threads = 1"],
)  # fmt: skip
def test_a_command_reads_nothing(command: str):
    assert sources(run(f"{DUCKDB}con.execute({command!r})")) == []


def test_statements_between_commands_are_read():
    program = run(DUCKDB + "con.execute('BEGIN; CREATE TABLE z AS SELECT * FROM q; COMMIT;')")
    assert sources(program) == ["q"]
    assert write(program).target.name == "z"


def test_a_table_whose_name_begins_like_a_command_is_read():
    assert sources(run("import pandas as pd\npd.read_sql_table('analyze_log', con)")) == ["analyze_log"]


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("from datasetsforecast.m4 import M4\ndf, rest = M4.load('data', 'Hourly')", ["datasetsforecast.m4.M4.load"]),
        ("from azureml.opendatasets import NycTlcYellow\ndf = NycTlcYellow('2018-05-01', '2018-06-01').to_spark_dataframe()",
         ["azureml.opendatasets.NycTlcYellow"]),
        ("import numpy as np\ndf = np.geomspace(1, 10)", []),
        ("from helpers import made\ndf = made(10)", []),
    ],
    ids=["a loader", "an object of a library", "numbers of the code", "code of the project"],
)  # fmt: skip
def test_what_a_library_gives_without_being_given_data_is_a_source(code: str, named: list[str]):
    assert sources(run(f"{code}\nr = df.dropna()")) == named


def test_the_schema_of_a_table_is_part_of_its_name():
    program = run(
        "import pandas as pd\nd = pd.read_sql_table('orders', con, schema='archive')\nd.to_sql('o', con, schema='x')"
    )
    assert sources(program) == ["archive.orders"]
    assert write(program).target.name == "x.o"


def test_a_table_without_a_schema():
    program = run("import pandas as pd\nd = pd.read_sql_table('orders', con)\nd.to_sql('o', con, schema=None)")
    assert sources(program) == ["orders"]
    assert write(program).target.name == "o"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.com/files/data.csv", "url"),
        ("https://example.com/rapids/v12a/", "url"),
        ("https://api.x.com/v1/companies", "api"),
        ("https://x.com/api/companies", "api"),
        ("https://x.com/v2/companies?page=1", "api"),
    ],
)
def test_endpoints_are_told_from_files(url: str, kind: str):
    program = run(f"import requests\nrequests.get({url!r})")
    assert [(r.source.name, r.source.kind) for r in program.relations if isinstance(r, Scan)] == [(url, kind)]


@pytest.mark.parametrize("part", ["", "['data']"])
def test_a_response_keeps_its_columns_apart_from_those_it_is_merged_with(part: str):
    relation = frame(
        f"{API}co = pd.DataFrame(requests.get('https://api.x.com/v1/co').json(){part})\ndf = orders.merge(co, on='user_id')"
    )
    assert origins(relation, "tot") == {"o.csv.tot"}
    assert origins(relation, "size") == {"https://api.x.com/v1/co.size"}
