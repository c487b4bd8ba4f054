"""What data enters a notebook through: files, SQL in strings and cells, APIs, downloads, feature stores."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_lowering import PANDAS, columns, frame, machine, measures, run, sources, write

from feasilint.documents.model import Cell
from feasilint.ir import Scan

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import pandas as pd\npd.read_parquet('s3://b/x.parquet')", ["s3://b/x.parquet"]),
        ("import pandas as pd\npd.read_csv('https://h/x.csv')", ["https://h/x.csv"]),
        ("import pandas as pd\npd.read_sql('select a from db.t', con)", ["db.t"]),
        ("import pandas as pd\npd.read_sql_table('t', con)", ["t"]),
        (
            "from google.cloud import bigquery\nc = bigquery.Client()\nq = 'select * from `p.d.t`'\nd = c.query(q).to_dataframe()",
            ["p.d.t"],
        ),
        ("import duckdb\nd = duckdb.sql('select * from db.t').df()", ["db.t"]),
        ("cur = conn.cursor()\ncur.execute('select a from t1 join t2 using (k)')", ["t1", "t2"]),
        ("from sqlalchemy import text\nengine.execute(text('select 1 from t'))", ["t"]),
        ("d = spark.table('db.t')", ["db.t"]),
        ("d = spark.read.format('delta').load('/mnt/x')", ["/mnt/x"]),
        ("d = spark.sql(f'select * from {schema}.t')", ["{schema}.t"]),
        (
            "from snowflake.snowpark.context import get_active_session\ns = get_active_session()\nd = s.table('T')",
            ["T"],
        ),
        ("import awswrangler as wr\nd = wr.athena.read_sql_query('select * from t', database='d')", ["t"]),
        ("import polars as pl\nd = pl.scan_parquet('x.parquet')", ["x.parquet"]),
        ("import yfinance as yf\nd = yf.download('AAPL')", ["yfinance:AAPL"]),
        ("from sklearn.datasets import load_iris\nd = load_iris()", ["sklearn.load_iris"]),
        ("df = load_transactions('data/tx.csv')", ["data/tx.csv"]),
    ],
)
def test_sources(code: str, expected: list[str]):
    assert sources(run(code)) == expected


@pytest.mark.parametrize(
    "code", ["plt.title('select the best')", "print('with love')", "x = open('a.txt').read()", "log('load data/x.csv')"]
)
def test_what_reads_nothing(code: str):
    assert sources(run(code)) == []


def test_columns_that_the_reader_names():
    scan = next(
        r for r in run("import pandas as pd\npd.read_csv('x.csv', usecols=['a', 'b'])").relations if isinstance(r, Scan)
    )
    assert scan.columns == ("a", "b")


def test_local_frames_are_tables_of_duckdb():
    program = run(PANDAS + "import duckdb\nr = duckdb.sql('select u, count(*) as n from tx group by u').df()")
    assert sources(program) == ["tx.csv"]
    assert measures(program) == ["count() by u"]


def test_temporary_views_are_tables_of_spark():
    code = "d = spark.read.parquet('x')\nd.createOrReplaceTempView('v')\nr = spark.sql('select a from v')"
    assert sources(run(code)) == ["x"]


def test_bigquery_cells_fill_a_variable():
    program = run("%%bigquery df --project p\nselect u, sum(x) as s from `p.d.t` group by u", "f = df[['s']]")
    assert sources(program) == ["p.d.t"]
    assert measures(program) == ["sum(x) by u"]
    assert program.diagnostics == ()


def test_sql_cells_go_by_their_name():
    cell = Cell(index=0, language="sql", source="select a, b from t", name="first")
    done = machine(cell, "df = first[['a']]")
    value = done.scope.find("df")
    assert value is not None
    assert columns(done.frame(value).relation) == ["a"]


def test_line_magics_assign():
    assert sources(run("r = %sql select * from t where a = 1")) == ["t"]
    assert columns(frame("%sql df << select a from t")) == ["a"]


def test_measures_in_sql_stand_where_the_literal_is():
    program = run(
        "x = 1", 'q = """\nselect u,\n  sum(x) as s\nfrom t group by u\n"""', "import pandas as pd\npd.read_sql(q, con)"
    )
    origin = program.relations[1].measures[0].expression.origin
    assert (origin.span.cell, origin.span.line) == (1, 3)


def test_measures_in_formatted_sql_stand_where_the_literal_is():
    code = 'q = """\nselect u,\n  sum(x) as s\nfrom {d}.t group by u\n""".format(d=unknown)\nr = client.query(q)'
    program = run("from google.cloud import bigquery\nclient = bigquery.Client()", code)
    assert sources(program) == ["{d}.t"] or sources(program) == ["{unknown}.t"]
    origin = next(r for r in program.relations if type(r).__name__ == "Aggregate").measures[0].expression.origin
    assert (origin.span.cell, origin.span.line) == (1, 3)


def test_downloads_are_written_under_the_local_name():
    program = run("!wget https://h/x.csv -O data/x.csv", "import pandas as pd\nd = pd.read_csv('data/x.csv')")
    assert sources(program) == ["https://h/x.csv", "data/x.csv"]
    assert write(program).target.name == "data/x.csv"


def test_files_of_a_clone_come_from_its_repository():
    assert sources(run("!git clone https://h/r/repo", "import pandas as pd\nd = pd.read_csv('repo/x.csv')")) == [
        "https://h/r/repo"
    ]


def test_modules_of_the_project_are_run_in_place(tmp_path: Path):
    (tmp_path / "helpers.py").write_text("import pandas as pd\n\ndef load():\n    return pd.read_csv('h.csv')\n")
    program = run("from helpers import load\nd = load()", root=str(tmp_path), path=str(tmp_path / "nb.ipynb"))
    assert sources(program) == ["h.csv"]
    assert [dependency.path for dependency in program.dependencies] == [str(tmp_path / "helpers.py")]


def test_modules_outside_of_the_root_are_not_read(tmp_path: Path):
    (tmp_path / "helpers.py").write_text("import pandas as pd\nd = pd.read_csv('h.csv')\n")
    inside = tmp_path / "project"
    inside.mkdir()
    assert sources(run("%run ../helpers.py", root=str(inside), path=str(inside / "nb.ipynb"))) == []


def test_scripts_are_run_by_the_run_magic(tmp_path: Path):
    (tmp_path / "shared.py").write_text("import pandas as pd\nd = pd.read_csv('h.csv')\n")
    assert sources(run("%run shared.py", root=str(tmp_path), path=str(tmp_path / "nb.ipynb"))) == ["h.csv"]
