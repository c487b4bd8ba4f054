"""Dataform's .sqlx files as SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint import api
from feasilint.dataform.project import Project
from feasilint.ir import Show, Write
from feasilint.lower.sql.dataform import rendered

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from feasilint.ir import Program
    from feasilint.lower.sql.jinja.result import Rendered


def read(text: str) -> Rendered:
    project = Project(None)
    return rendered(text, project, project.described("t.sqlx", text))


def plain(text: str) -> str:
    return " ".join(read(text).text.split())


@pytest.mark.parametrize(
    "text",
    [
        "select 1",
        "select '{', \"}\", `a{b}` from t -- ${not this}\n/* ${nor this} */ where a = '$' and b = '--'",
        "select struct(1 as config) from t where js = 1",
        "select '''--' '{''', r'\\d{2}' from t",
    ],
)
def test_plain_sql_stays(text: str) -> None:
    assert read(text).text == text


@pytest.mark.parametrize(
    ("text", "sql"),
    [
        ("config { type: 'table', x: { a: '}' } }\nselect 1", "select 1"),
        ("select 1\nconfig { type: 'table' }\nfrom t", "select 1 from t"),
        ("js { const a = `}`; }\nselect ${a} from t", "select } from t"),
        (
            "js { const cols = ['a', 'b']; const n = 7; }\nselect ${n} from t where c = '${'x'}'",
            "select 7 from t where c = 'x'",
        ),
        ("select * from ${ref('s', 't')}", 'select * from ${ref("s", "t")}'),
        ("select * from ${ref({name: 't', schema: 's'})}", 'select * from ${ref("t", "s")}'),
        ("select * from t ${when(incremental(), `where a > (select max(a) from ${self()})`)}", "select * from t"),
        (
            "select * from t ${when(incremental(), 'x', `where b in (select b from ${ref('u')})`)}",
            'select * from t where b in (select b from ${ref("u")})',
        ),
        ("select * from t ${when(!incremental(), `where a`, `where b`)}", "select * from t where a"),
        ("select ${dataform.projectConfig.warehouse === 'bigquery' ? 'a' : 'b'} from t", "select a from t"),
        ("select ${f(`{x}`)} from t", "select ${f('(x)')} from t"),
        ("select * from t\nincremental_where { a > (select max(a) from ${self()}) }", "select * from t"),
        ("config { type: 'test', dataset: 'd' }\ninput 'd' {\n select 1\n}\nselect 2", ""),
        ("select 1\n---\nselect 2", "select 1 ; select 2"),
        ("pre_operations { declare x int64 default 1 }\nselect x", "; declare x int64 default 1 ; select x"),
        (
            "select 1\npost_operations {\n grant select on ${self()} to 'x'\n}",
            "select 1 ; grant select on ${self()} to 'x' ;",
        ),
        ("pre_operations { -- why\n select ${when(incremental(), 1, 2)} }\nselect x", "; ; select x"),
        ("pre_operations { select 1; delete from u }\nselect x", "; select 1; delete from u ; select x"),
    ],
)
def test_sqlx(text: str, sql: str) -> None:
    assert plain(text) == sql


def test_what_stands_for_tables_and_for_what_is_unknown() -> None:
    known = read("select ${f('a.b')} from ${ref({name: 't', schema: 's'})} join ${resolve('u')} join ${self()}").known
    assert {code: (mark.kind, mark.name) for code, mark in known.items()} == {
        "f('a.b')": ("hole", "f('a.b')"),
        'ref("t", "s")': ("table", "s.t"),
        'resolve("u")': ("table", "u"),
        "self()": ("table", "t"),
    }


def test_text_stands_where_it_was_written() -> None:
    text = "js { const n = 'name'; }\nselect ${n}, b from t ${when(incremental(), 'a', `where ${n} = 1`)} order by 1"
    made = read(text)
    for word in ("select", ", b from t", "where ", " = 1", "order by 1"):
        at = made.text.index(word)
        place = next(one for one in reversed(made.places) if one.offset <= at)
        assert text.startswith(word, place.start + at - place.offset)


@given(
    st.text("{}()`$'\"-/*\\;\n .ab", max_size=80),
    st.sampled_from(["", "config {", "\npre_operations {", "\njs {", "${"]),
)
def test_any_text_gives_sql(text: str, before: str) -> None:
    made = read(before + text)
    assert len(made.text.splitlines()) <= len((before + text).splitlines()) + made.text.count("${") + 1
    assert [place.offset for place in made.places] == sorted(place.offset for place in made.places)


@pytest.mark.parametrize("kind", ["operations", "assertion"])
def test_a_query_that_makes_no_table_writes_none(lower: Callable[..., Program], kind: str) -> None:
    sinks = lower(f"config {{ type: '{kind}' }}\nselect a from t", None, "x.sqlx").sinks
    assert [type(sink) for sink in sinks] == [Show]


def test_operations_write_what_their_statements_write(lower: Callable[..., Program]) -> None:
    text = (
        "config { type: 'operations', hasOutput: true }\ncreate or replace table ${self()} as select a from ${ref('t')}"
    )
    (sink,) = lower(text, None, "made.sqlx").sinks
    assert isinstance(sink, Write)
    assert sink.target is not None
    assert (sink.target.name, sink.mode) == ("made", "create")


def test_a_query_makes_the_table_of_its_file(lower: Callable[..., Program]) -> None:
    (sink,) = lower(
        "config { type: 'view', tags: ['hourly'] }\nselect a from ${ref('t')}", None, "definitions/made.sqlx"
    ).sinks
    assert isinstance(sink, Write)
    assert sink.target is not None
    assert (sink.target.name, sink.mode) == ("made", "view")
    assert sink.refresh is not None
    assert sink.refresh.every == "hourly"


def test_files_of_a_project_are_linked(tmp_path: Path) -> None:
    files = {
        "workflow_settings.yaml": "defaultProject: p\ndefaultDataset: d\n",
        "includes/days.js": "const short = 30;\nmodule.exports = { short };\n",
        "definitions/orders.js": 'declare({ database: "raw", schema: "app", name: "orders" });\n',
        "definitions/recent.sqlx": (
            "config { type: 'view', schema: 'staging' }\n"
            "select customer_id, amount from ${ref('orders')}\n"
            "where ordered_at >= timestamp_sub(current_timestamp(), interval ${days.short} day)\n"
        ),
        "definitions/features.sqlx": (
            "config { type: 'table', tags: ['daily'] }\n"
            "select customer_id, sum(amount) as spent from ${ref('staging', 'recent')} group by customer_id\n"
        ),
    }
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    found = api.inspect([str(tmp_path / "definitions" / "features.sqlx")], root=str(tmp_path), use_catalog=False)[
        "documents"
    ][0]
    (aggregation,) = found["aggregations"]
    assert (aggregation["window"], aggregation["extent"]) == ("bounded", ["P30D"])
    (spent,) = [column for column in found["columns"] if column["name"] == "spent"]
    assert (spent["target"], spent["value"]) == ("p.d.features", [["raw.app.orders", "amount"]])
    assert (spent["span"]["line"], spent["span"]["column"]) == (2, 21)
