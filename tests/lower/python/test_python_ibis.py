"""Ibis: tables of a backend, deferred columns, aggregates and joins."""

from __future__ import annotations

import pytest
from python_lowering import columns, frame, measures, origins, run, sources

import feasilint
from feasilint.ir import Scan

START = "import ibis\nfrom ibis import _\ncon = ibis.bigquery.connect(project_id='p')\nt = con.table('events')\n"


def test_a_backend_alone_reads_nothing():
    assert sources(run("import ibis\ncon = ibis.duckdb.connect()\ncon.list_tables()\nx = ibis._")) == []


@pytest.mark.parametrize(
    ("code", "name", "dialect"),
    [
        ("t = ibis.snowflake.connect().table('t', database='s')", "s.t", "snowflake"),
        ("t = ibis.connect('duckdb://f.db').sql('select x from t')", "t", "duckdb"),
        ("t = ibis.read_parquet('s3://b/*.parquet')", "s3://b/*.parquet", None),
    ],
)
def test_sources_and_their_dialect(code: str, name: str, dialect: str | None):
    program = run(f"import ibis\n{code}")
    assert [(r.source.name, r.source.dialect) for r in program.relations if isinstance(r, Scan)] == [(name, dialect)]


@pytest.mark.parametrize(
    "made",
    [
        "t.group_by('u').aggregate(n=_.count(), s=_.x.sum())",
        "t.group_by(t.u).agg(n=_.count(), s=t.x.sum())",
        "t.aggregate(n=_.count(), s=_.x.sum(), by=['u'])",
        "t.group_by('u').aggregate([_.count().name('n'), _.x.sum().name('s')])",
    ],
)
def test_aggregates(made: str):
    code = f"{START}df = {made}.execute()"
    assert measures(run(code)) == ["count() by u", "sum(x) by u"]
    assert columns(frame(code)) == ["u", "n", "s"]
    assert origins(frame(code), "s") == {"events.x"}


def test_joined_and_computed_columns():
    code = (
        START
        + "u = con.sql('select u, plan from users')\ndf = t.select('u', 'x').left_join(u, 'u').mutate(r=_.x / 2).execute()"
    )
    assert origins(frame(code), "r") == {"events.x"}
    assert origins(frame(code), "plan") == {"users.plan"}


def test_a_window_before_now():
    code = START + "f = t.filter(_.ts > ibis.now() - ibis.interval(days=14)).group_by('u').aggregate(s=_.x.sum())"
    (found,) = feasilint.inspect_source(code, kind="python")["aggregations"]
    assert (found["window"], found["extent"]) == ("bounded", ["P14D"])
