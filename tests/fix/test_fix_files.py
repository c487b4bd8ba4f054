"""Files after fixes: what may not change, first."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest

from feasilint import api
from feasilint.documents.read import read
from feasilint.findings import Edit
from feasilint.fix import told
from feasilint.fix.content import edited
from feasilint.fix.places import OutOfPlaceError
from feasilint.ir import Span

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.fix.apply import Fixed

_CATALOG = """
version: 1
sources:
  - name: payments.transactions
    availability: production
    latency: daily
    kind: events
    grain: [tx_id]
    event_time: ts
  - {name: ml.spine, availability: production, latency: daily, kind: dimension}
"""
_QUERY = """-- features of users
create table ml.user_features as
select s.user_id, sum(t.amount) as spend
from ml.spine s
{join} payments.transactions t
  on t.user_id = s.user_id
  and t.ts < s.as_of  -- nothing of later
group by s.user_id
"""
_TRAINING = [
    "import pandas as pd\n",
    "from xgboost import XGBClassifier\n",
    'df = pd.read_sql("""\n',
    "    select s.user_id, s.label, sum(t.amount) as spend  -- Größe\n",
    "    from ml.spine s\n",
    "    join payments.transactions t on t.user_id = s.user_id\n",
    "    where t.ts < s.as_of\n",
    "    group by s.user_id, s.label\n",
    '""", con)\n',
    "XGBClassifier().fit(df[['spend']], df['label'])",
]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "catalog.yaml").write_text(_CATALOG)
    return tmp_path


def fixed(path: Path, unsafe: bool = True) -> Fixed:
    return api.fix(path.name, unsafe=unsafe)


@pytest.mark.parametrize(
    "where",
    [
        "",  # no time of prediction at all
        "where t.ts < current_timestamp",
        "where t.ts < timestamp '2024-01-01'",
        "where t.ts < t.delivered_at",
        "where t.ts < ?",  # counted: a second one would be another parameter
    ],
)
def test_without_a_time_of_prediction_nothing_is_changed(project: Path, where: str) -> None:
    query = (
        f"create table ml.f as select t.user_id, sum(t.amount) as spend from payments.transactions t {where} group by 1"
    )
    (project / "f.sql").write_text(query)
    found = fixed(project / "f.sql")
    assert any(finding.code == "AGG301" for finding in found.result.findings)
    assert not found.contents
    assert not found.refused
    assert list(told.summary(found, written=True)) == [
        "Fixed nothing",
        "not fixed: 1 finding: no time of prediction to bound it by",
    ]


def test_a_bound_changes_the_meaning_and_is_not_made_by_safe_fixes(project: Path) -> None:
    (project / "f.sql").write_text(_QUERY.format(join="join"))
    found = fixed(project / "f.sql", unsafe=False)
    assert not found.contents
    assert found.unsafe == 1
    assert list(told.summary(found, written=True)) == ["Fixed nothing; 1 finding with --unsafe-fixes"]


def test_a_fix_that_brings_another_finding_is_dropped_and_told(project: Path) -> None:
    entry = "    event_time: ts\n"
    (project / "catalog.yaml").write_text(_CATALOG.replace(entry, f"{entry}    partition: ds\n"))
    (project / "f.sql").write_text(_QUERY.format(join="join"))
    found = fixed(project / "f.sql")
    assert not found.contents
    assert [refused.reason for refused in found.refused] == ["AGG310 would be found instead"]


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_other_byte_of_a_file_stays(project: Path, ends: str, mark: bytes) -> None:
    path = project / "f.sql"
    path.write_bytes(mark + _QUERY.format(join="left join").replace("\n", ends).encode())
    path.chmod(0o640)
    before = path.read_bytes()
    found = fixed(path)
    told.write(found)
    line = f"  and t.ts >= s.as_of - interval '365' day{ends}".encode()
    assert line in path.read_bytes()
    assert path.read_bytes().replace(line, b"") == before
    assert path.stat().st_mode & 0o777 == 0o640
    assert not [finding for finding in api.scan(path.name).findings if finding.code == "AGG301"]
    assert not fixed(path).contents


def _notebook(source: object, indent: int | str | None, ascii_only: bool) -> str:
    cells = [
        {"cell_type": "markdown", "id": "a1", "metadata": {}, "source": ["# Zürich \\o/\n", "two"]},
        {
            "cell_type": "code",
            "id": "b2",
            "execution_count": 3,
            "metadata": {"z": 1, "a": 2},
            "outputs": [],
            "source": source,
        },
    ]
    metadata = {"kernelspec": {"language": "python", "name": "python3"}}
    return json.dumps(
        {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5},
        indent=indent,
        ensure_ascii=ascii_only,
    )


@pytest.mark.parametrize("indent", [None, 1, 2, 4, "\t"])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("listed", [True, False])
def test_a_notebook_is_as_if_it_had_been_saved_with_the_line(
    project: Path, indent: int | str | None, ascii_only: bool, listed: bool
) -> None:
    path = project / "train.ipynb"
    lines = [*_TRAINING]
    path.write_text(_notebook(lines if listed else "".join(lines), indent, ascii_only) + "\n", encoding="utf-8")
    told.write(fixed(path))
    lines.insert(7, "      and t.ts >= s.as_of - interval '365' day\n")
    meant = _notebook(lines if listed else "".join(lines), indent, ascii_only) + "\n"
    assert path.read_text(encoding="utf-8") == meant


def test_a_comment_that_silences_nothing_goes_with_its_line(project: Path) -> None:
    path = project / "f.sql"
    path.write_text(
        "-- feasilint: ignore[LAT202] once\nselect user_id, -- kept -- feasilint: ignore[LAT202]\n"
        "  1 as a -- feasilint: ignore[AGG301] never\nfrom ml.spine\n"
    )
    found = fixed(path, unsafe=False)
    told.write(found)
    assert path.read_text() == "select user_id, -- kept -- feasilint: ignore[LAT202]\n  1 as a\nfrom ml.spine\n"
    assert [finding.code for finding in found.fixed] == ["FEA003", "FEA003"]


def test_a_patch_leaves_the_file_alone(project: Path) -> None:
    path = project / "f.sql"
    path.write_text(_QUERY.format(join="left join"))
    assert told.patch(fixed(path)) == (
        "--- a/f.sql\n+++ b/f.sql\n@@ -5,4 +5,5 @@\n left join payments.transactions t\n   on t.user_id = s.user_id\n"
        "   and t.ts < s.as_of  -- nothing of later\n+  and t.ts >= s.as_of - interval '365' day\n group by s.user_id\n"
    )
    assert path.read_text() == _QUERY.format(join="left join")


@pytest.mark.parametrize("join", ["join", "left join"])
def test_the_fixed_query_gives_what_the_window_gives(project: Path, join: str) -> None:
    path = project / "f.sql"
    path.write_text(_QUERY.format(join=join))
    told.write(fixed(path))
    db = duckdb.connect()
    db.execute("create schema ml; create schema payments")
    db.execute("create table ml.spine as select range as user_id, timestamp '2024-06-01' as as_of from range(5)")
    db.execute(
        "create table payments.transactions as select range % 4 as user_id, 1 + range as amount,"
        " timestamp '2022-01-01' + interval 7 day * range as ts from range(150)"
    )
    db.execute(path.read_text())
    got = db.execute("select user_id, spend from ml.user_features order by 1").fetchall()
    rows = db.execute(
        "select user_id, sum(amount) from payments.transactions where ts >= timestamp '2023-06-02' and ts < timestamp"
        " '2024-06-01' group by 1"
    ).fetchall()
    known = dict(rows)
    assert got == [(user, known.get(user)) for user in range(5) if user in known or join == "left join"]


@pytest.mark.parametrize("span", [Span(None, 9, 1, 9, 1), Span(None, 1, 99, 1, 99)])
def test_places_outside_of_the_file_are_refused(span: Span) -> None:
    data = b"select 1\n"
    with pytest.raises(OutOfPlaceError):
        edited(read("f.sql", data), data, [Edit(span, "x")])


def test_a_file_that_has_changed_since_is_refused() -> None:
    with pytest.raises(OutOfPlaceError, match="changed"):
        edited(read("f.sql", b"select 1\n"), b"select 2\n", [])


def test_edits_that_overlap_are_refused() -> None:
    data = b"select 1\n"
    twice = [Edit(Span(None, 1, 1, 1, 7), "a"), Edit(Span(None, 1, 3, 1, 9), "b")]
    with pytest.raises(OutOfPlaceError, match="overlaps"):
        edited(read("f.sql", data), data, twice)


_INLINE = (
    "select s.user_id, s.label, sum(t.amount) as spend from ml.spine s join payments.transactions t using (user_id)"
)


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("prefix", ["", "r"])
def test_sql_in_a_string_stays_one_string_or_is_left_alone(project: Path, quote: str, prefix: str) -> None:
    path = project / "train.py"
    query = f"{_INLINE} where t.ts < s.as_of group by 1, 2"
    code = (
        "import pandas as pd\nfrom xgboost import XGBClassifier\n"
        f"df = pd.read_sql({prefix}{quote}{query}{quote}, con)\nXGBClassifier().fit(df[['spend']], df['label'])\n"
    )
    path.write_text(code)
    found = fixed(path)
    assert [finding.code for finding in found.before.findings if finding.suggestion and finding.suggestion.fix] == [
        "AGG301"
    ]
    told.write(found)
    if quote == "'":
        assert path.read_text() == code
        assert len(found.refused) == 1
    else:
        bound = " and t.ts >= s.as_of - interval '365' day"
        assert path.read_text() == code.replace(" group by", f"{bound} group by")
        assert not found.refused


@pytest.mark.parametrize("moment", ["?", ":1"])
def test_parameters_that_are_counted_stay_as_many(project: Path, moment: str) -> None:
    path = project / "f.sql"
    path.write_text(
        f"create table ml.f as select user_id, sum(amount) as spend from payments.transactions where ts < {moment} group by 1"
    )
    assert not api.fix(path.name, unsafe=True, dialect="postgres").contents


def test_rows_of_the_model_are_not_left_out(project: Path) -> None:
    query = """
    create table ml.f as
    with past as (
      select s.user_id, s.label, t.amount from ml.spine s join payments.transactions t using (user_id) where t.ts < s.as_of
    )
    select p.user_id, p.label, f.spend from past p
    join (select user_id, sum(amount) as spend from past group by 1) f using (user_id)
    """
    path = project / "f.sql"
    path.write_text(query)
    found = fixed(path)
    assert not found.contents
    assert {one.suggestion.obstacle for one in found.result.findings if one.suggestion is not None} == {
        "its condition on time also decides which rows a model or a table gets"
    }


@pytest.mark.parametrize("dialect", ["duckdb", "postgres", "snowflake", "bigquery", "spark", "oracle"])
@pytest.mark.parametrize("moment", [":as_of", "@cutoff", "$as_of", "cast(:as_of as date)", "{{ as_of }}"])
def test_a_parameter_stays_as_it_is_written(project: Path, dialect: str, moment: str) -> None:
    path = project / "f.sql"
    path.write_text(
        f"create table ml.f as select user_id, sum(amount) as spend from payments.transactions where ts < {moment} group by 1"
    )
    found = api.fix(path.name, unsafe=True, dialect=dialect)
    told.write(found)
    if found.contents:
        assert f"where ts < {moment} and ts >= {moment} - interval " in path.read_text()


@pytest.mark.parametrize(
    ("dialect", "start"),
    [
        ("bigquery", "s.as_of - interval 365 day"),
        ("snowflake", "s.as_of - interval '365 day'"),
        ("redshift", "s.as_of - interval '365 day'"),
        ("databricks", "s.as_of - interval '365' day"),
        ("trino", "s.as_of - interval '365' day"),
        ("oracle", "s.as_of - interval '365' day(3)"),
        ("tsql", "dateadd(day, -365, s.as_of)"),
    ],
)
def test_a_length_of_time_in_the_dialect(project: Path, dialect: str, start: str) -> None:
    path = project / "f.sql"
    path.write_text(_QUERY.format(join="join"))
    told.write(api.fix(path.name, unsafe=True, dialect=dialect))
    assert path.read_text() == _QUERY.format(join="join").replace("group by", f"where t.ts >= {start}\ngroup by")


def test_the_aggregates_of_a_query_share_one_window(project: Path) -> None:
    path = project / "f.sql"
    query = _QUERY.format(join="left join").replace(
        "sum(t.amount) as spend", "sum(t.amount) as spend, arg_max(t.kind, t.ts) as last_kind"
    )
    path.write_text(query)
    found = api.fix(path.name, unsafe=True, dialect="duckdb")
    told.write(found)
    assert {finding.feature for finding in found.fixed} == {"spend", "last_kind"}
    assert path.read_text().count("interval") == 1
    assert "interval '365' day" in path.read_text()


def test_an_alternative_is_put_in_parentheses_before_a_bound_is_added(project: Path) -> None:
    path = project / "f.sql"
    path.write_text(
        "create table ml.f as\nSELECT user_id, SUM(amount) AS spend FROM payments.transactions WHERE ok OR amount > 5 AND ts < :as_of"
        " GROUP BY user_id\n"
    )
    told.write(fixed(path))
    where = "WHERE (ok OR amount > 5 AND ts < :as_of) AND ts >= :as_of - INTERVAL '365' DAY AND ts < :as_of GROUP BY user_id"
    assert where in path.read_text()


def test_a_query_without_where_gets_one_in_its_own_layout(project: Path) -> None:
    path = project / "f.sql"
    text = "create table ml.f as\nselect user_id, sum(amount) as spend, :as_of as as_of\n  from payments.transactions -- all\n group by user_id\n"
    path.write_text(text)
    told.write(fixed(path))
    where = "  where ts >= :as_of - interval '365' day and ts < :as_of\n"
    assert path.read_text() == text.replace("-- all\n", f"-- all\n{where}")


def test_one_fix_that_does_not_hold_keeps_no_other_from_being_made(project: Path) -> None:
    entry = "    event_time: ts\n"
    (project / "catalog.yaml").write_text(_CATALOG.replace(entry, f"{entry}    partition: ds\n"))
    path = project / "f.sql"
    path.write_text("-- feasilint: ignore[LAT202] once\n" + _QUERY.format(join="join"))
    found = fixed(path)
    told.write(found)
    assert path.read_text() == _QUERY.format(join="join")
    assert [finding.code for finding in found.fixed] == ["FEA003"]
    assert [refused.finding.code for refused in found.refused] == ["AGG301"]
