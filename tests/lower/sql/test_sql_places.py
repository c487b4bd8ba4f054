"""Origins: where IR nodes stand in the document, and which syntax node they came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint import inspect_source
from feasilint.ir import Aggregate, Anchor, Derive, Filter, Output, Scan, Window
from feasilint.lower.builder import Builder
from feasilint.lower.sql import lower_text
from feasilint.lower.sql.nodes import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.ir import Origin, Program

    Lower = Callable[..., Program]

TEXT = """\
SELECT u, -- a comment
  COUNT(*) AS n,
  SUM(CASE WHEN x > 1 THEN y END) OVER (PARTITION BY u ORDER BY ts) AS s
FROM db.events AS e
WHERE ts >= DATE_SUB(CURRENT_DATE(), INTERVAL 30 DAY)
  AND z = 1
GROUP BY u;
SELECT a FROM other
"""


def text_at(text: str, origin: Origin | None) -> str:
    assert origin is not None
    span = origin.span
    lines = text.split("\n")[span.line - 1 : span.end_line]
    lines[-1] = lines[-1][: span.end_column - 1]
    return "\n".join(lines)[span.column - 1 :]


def test_spans_cover_the_tokens(lower: Lower) -> None:
    program = lower(TEXT, "bigquery")
    first = {type(relation): relation for relation in reversed(program.relations)}
    scan, kept = first[Scan], first[Filter]
    aggregate, window, derive = first[Aggregate], first[Window], first[Derive]
    assert isinstance(aggregate, Aggregate)
    assert isinstance(window, Window)
    assert isinstance(derive, Derive)
    assert text_at(TEXT, scan.origin) == "db.events AS e"
    assert text_at(TEXT, kept.origin).startswith("ts >= DATE_SUB(CURRENT_DATE(), INTERVAL 30 DAY)\n  AND z = 1")
    assert text_at(TEXT, aggregate.measures[0].origin) == "COUNT(*)"
    assert text_at(TEXT, window.measures[0].origin).startswith(
        "SUM(CASE WHEN x > 1 THEN y END) OVER (PARTITION BY u ORDER BY ts)"
    )
    items = [item for item in derive.items if isinstance(item, Output)]
    assert text_at(TEXT, items[0].origin) == "u"
    assert text_at(TEXT, items[1].origin) == "COUNT(*) AS n"
    assert text_at(TEXT, items[2].origin).endswith("AS s")


def test_numbers_address_the_nodes_of_the_fragment(lower: Lower) -> None:
    program = lower(TEXT, "bigquery")
    listed = nodes(program.fragments[0])
    scans = [relation for relation in program.relations if isinstance(relation, Scan)]
    assert [listed[scan.origin.node].sql() for scan in scans if scan.origin] == ["db.events AS e", "other"]
    aggregate = next(relation for relation in program.relations if isinstance(relation, Aggregate))
    origin = aggregate.measures[0].origin
    assert origin is not None
    assert listed[origin.node].sql() == "COUNT(*)"


def test_template_positions_stay(lower: Lower) -> None:
    text = "{{ config(x=1) }}\n{% if is_incremental() %} skipped {% endif %}\nSELECT a FROM {{ ref('t') }} x"
    scan = lower(text).relations[0]
    assert scan.origin is not None
    assert (scan.origin.span.line, text_at(text, scan.origin)) == (3, "{{ ref('t') }} x")


def test_fragments_inside_cells_keep_the_cells_lines() -> None:
    builder = Builder("n.ipynb", "notebook")
    fragment = builder.fragment("sql", "SELECT a\nFROM t", 4, (Anchor(0, 7, 11),), "")
    lower_text(builder, fragment)
    scan = builder.program().relations[0]
    assert scan.origin is not None
    assert (scan.origin.span.cell, scan.origin.span.line, scan.origin.span.column) == (4, 8, 6)


def test_quoted_bodies_have_places_too(lower: Lower) -> None:
    program = lower("CREATE PROCEDURE p() LANGUAGE SQL AS $$\nINSERT INTO n\nSELECT a FROM t\n$$", "snowflake")
    scan = program.relations[0]
    assert scan.origin is not None
    assert (scan.origin.span.line, scan.origin.span.column) == (3, 15)
    assert not program.fragments[scan.origin.fragment].exact


def test_the_columns_of_a_union_stand_in_its_first_query() -> None:
    found = inspect_source("SELECT a, b AS c FROM t UNION ALL SELECT d, e FROM u", kind="sql")
    assert [(column["name"], column["span"]["column"]) for column in found["columns"]] == [("a", 8), ("c", 11)]
