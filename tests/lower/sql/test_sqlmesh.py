"""Models of SQLMesh: what is none first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.ir import Refresh, Scan, Write

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Program


def tables(program: Program) -> list[tuple[str | None, str, Refresh | None]]:
    writes = [sink for sink in program.sinks if isinstance(sink, Write)]
    return [(one.target.name if one.target else None, one.mode, one.refresh) for one in writes]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT model (a) FROM t",
        "SELECT 1 AS model -- MODEL (name x)",
        "SELECT * FROM model (1)",
        "MODEL (kind FULL); SELECT 1 FROM t",
    ],
)
def test_what_states_no_name_is_no_model(lower: Callable[..., Program], text: str) -> None:
    assert all(name is None for name, _, _ in tables(lower(text)))


HEAD = """-- who pays
MODEL (
  name shop.revenue, -- a comment, with a comma
  kind INCREMENTAL_BY_TIME_RANGE (time_column (day, '%Y-%m-%d'), batch_size 1),
  owner jen,
  cron '@hourly',
  dialect bigquery,
  audits (not_null(columns := (a, b)), positive(column := ')'))
);
"""


def test_a_model_makes_the_table_that_it_names(lower: Callable[..., Program]) -> None:
    program = lower(
        HEAD + "SELECT day, SAFE_DIVIDE(a, b) r FROM `p`.raw.t WHERE day BETWEEN @start_ds AND @end_ds", None
    )
    assert program.diagnostics == ()
    assert tables(program) == [("shop.revenue", "create", Refresh("incremental", "@hourly", "cron"))]
    assert [one.source.name for one in program.relations if isinstance(one, Scan)] == ["p.raw.t"]


@pytest.mark.parametrize(
    ("kind", "mode", "materialized"),
    [("FULL", "create", "table"), ("VIEW", "view", "view"), ("EMBEDDED", "view", "ephemeral"), ("SCD_TYPE_2 (unique_key a)", "create", "snapshot")],
)  # fmt: skip
def test_kinds(lower: Callable[..., Program], kind: str, mode: str, materialized: str) -> None:
    program = lower(f"MODEL (name a.b, kind {kind}); SELECT x FROM t")
    assert tables(program) == [("a.b", mode, Refresh(materialized, "@daily", "cron"))]


def test_macros_cost_only_what_they_write(lower: Callable[..., Program], outline: Callable[..., list[str]]) -> None:
    text = "MODEL (name a.b, kind FULL);\n@DEF(n, 3);\nSELECT k, @SAFE('x@y', (z)) AS m, c_@{n}, '@EACH(' AS s FROM t"
    program = lower(text)
    assert program.diagnostics == ()
    assert [name for name, _, _ in tables(program)] == ["a.b"]
    assert [one.source.name for one in program.relations if isinstance(one, Scan)] == ["t"]


def test_queries_in_jinja(lower: Callable[..., Program]) -> None:
    text = "MODEL (name a.b, kind FULL);\nJINJA_QUERY_BEGIN;\nSELECT {% for c in ['x', 'y'] %}{{ c }}, {% endfor %} z FROM t;\nJINJA_END;"
    program = lower(text)
    assert program.diagnostics == ()
    assert [name for name, _, _ in tables(program)] == ["a.b"]
