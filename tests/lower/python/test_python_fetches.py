"""Rows of queries however they are fetched, and SQL in cells: options, connections, saved queries, results of other cells."""

from __future__ import annotations

import pytest
from python_lowering import columns, fit, frame, machine, measures, origins, run, sources

from feasilint.documents.model import Cell
from feasilint.ir import Scan

START = """
import duckdb, pandas as pd, psycopg2, sqlalchemy
from databricks import sql as dbsql
from google.cloud import bigquery
client = bigquery.Client()
cur = psycopg2.connect(dsn).cursor()
a = pd.read_csv('a.csv')
"""

FETCHES = [
    "df = client.query('select x from t').result().to_dataframe()",
    "df = client.query('select x from t').result().to_arrow().to_pandas()",
    "rows = [dict(row) for row in client.query('select x from t')]\ndf = pd.DataFrame(rows)",
    "with dbsql.connect() as con, con.cursor() as c:\n    c.execute('select x from t')\n    df = c.fetchall_arrow().to_pandas()",
    "with sqlalchemy.create_engine(url).begin() as con:\n"
    "    df = pd.DataFrame(con.execute(sqlalchemy.text('select x from t')).mappings().all())",
    "cur.execute('select x from t')\nnames = [d[0] for d in cur.description]\ndf = pd.DataFrame(cur.fetchall(), columns=names)",
    "r = sqlalchemy.create_engine(url).connect().execute('select x from t')\ndf = pd.DataFrame(r.fetchall(), columns=r.keys())",
]


def test_a_description_of_nothing_is_no_lineage():
    program = run(START + "names = [d[0] for d in cur.description]")
    assert sources(program) == ["a.csv"]
    assert program.diagnostics == ()


@pytest.mark.parametrize("code", FETCHES)
def test_rows_are_those_of_the_query(code: str):
    done = machine(START + code)
    relation = done.frame(done.scope.names["df"])
    assert relation is not None
    assert columns(relation.relation) == ["x"]
    assert origins(relation.relation, "x") == {"t.x"}
    assert done.builder.program().diagnostics == ()


def test_a_result_of_duckdb_is_a_relation_first():
    relation = frame(START + "df = duckdb.sql('select u, x from a').filter('x > 3').aggregate('u, sum(x) as s').df()")
    assert origins(relation, "s") == {"a.csv.x"}
    assert origins(frame(START + "df = duckdb.from_df(a).project('x + 1 as y').df()"), "y") == {"a.csv.x"}


def test_lengths_that_cut_a_group_are_not_in_its_rows():
    code = (
        "parts = [np.split(g, [int(0.7 * len(g))]) for _, g in a.groupby('u')]\ndf = pd.concat([p[0] for p in parts])"
    )
    assert origins(frame(f"import numpy as np{START}{code}"), "x") == {"a.csv.x"}


# --- cells ---


@pytest.mark.parametrize("cell", ["%sql postgresql://u@h/db", "%sql --close x", "%sql", "%%sql\n"])
def test_a_magic_without_a_query_reads_nothing(cell: str):
    assert sources(run(cell)) == []


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("%sql --interact select x from t", "t"),
        ("%%sql --alias prod\nselect x from t", "t"),
        ("%sql postgresql://u@h/db select x from t", "t"),
        ("%%sql @prod\nselect x from t", "t"),
        ("%%sql select x from t\nwhere x > 1", "t"),
    ],
)
def test_options_and_connections_are_no_sql(cell: str, name: str):
    program = run(cell)
    assert sources(program) == [name]
    assert program.diagnostics == ()


def test_the_connection_tells_the_dialect_of_later_cells():
    program = run("%sql snowflake://u@account/db", "%%sql\nselect x from t")
    assert [relation.source.dialect for relation in program.relations if isinstance(relation, Scan)] == ["snowflake"]


@pytest.mark.parametrize("first", ["%%sql --save recent\nselect u, sum(x) as s from t group by u",
                                   "%sql --save recent select u, sum(x) as s from t group by u"])  # fmt: skip
def test_a_saved_query_is_read_by_its_name(first: str):
    program = run(first, "%%sql --with recent df <<\nselect * from recent where s > 1", "df = df.DataFrame()")
    assert sources(program) == ["t"]
    assert origins(frame(first, "%%sql --with recent df <<\nselect * from recent", "df = df.DataFrame()"), "s") == {
        "t.x"
    }


def test_the_result_of_another_cell_in_braces():
    cells = [
        Cell(index=0, language="sql", source="select u, sum(x) as s from orders group by u", name="recent"),
        Cell(index=1, language="sql", source="select r.*, c.plan from {{ recent }} r join customers c on c.u = r.u", name="joined"),
        Cell(index=2, language="python", source="from sklearn.svm import SVC\nd = joined.to_pandas()\nSVC().fit(d[['s', 'plan']], d.y)"),
    ]  # fmt: skip
    program = run(*cells)
    assert sources(program) == ["orders", "customers"]
    assert measures(program) == ["sum(x) by u"]
    assert columns(fit(program).features) == ["s", "plan"]


def test_braces_of_what_is_no_result_stay_a_table_that_is_not_known():
    program = run("other = 3", Cell(index=1, language="sql", source="select x from {{ table_of(day) }}", name="joined"))
    assert len(sources(program)) == 1
