"""Where the columns of a rendered template stand: at the loop, the macro's call or the text that makes them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from feasilint.documents.read import read
from feasilint.ir import Derive, Output
from feasilint.lower.options import Options
from feasilint.lower.sql import lower_document

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.ir import Span

MACROS = """\
{% macro cents(column) %}{{ column }} / 100{% endmacro %}
{% macro both(a, b) -%}
  {{ a }} as first_one,
  {{ b }} as second_one
{%- endmacro %}
"""
MODEL = """\
{{ config(materialized='table') }}
{% set kinds = ['card', 'cash'] %}
{# a comment
   of two lines #}
{% set tail %}
  , u.name as name
  , 1 as one
{% endset %}
select
  u.id as id,
  {% for kind in kinds %}
    sum(case when kind = '{{ kind }}' then amount end) as {{ kind }}_amount,
    max({{ kind }}) as {{ kind }},
  {% endfor %}
  {{ cents('u.price') }} as price,
  {%- if true %}
  u.a as a,
  {%- else %}
  u.b as b,
  {%- endif %}
  {{ both('u.c', 'u.d') }},
  {% raw %}'{{ x }}'{% endraw %} as raw_text,
  {{ "u.e" }} as e,
  u.f
  as f
  {{ tail }}
from {{ ref('users') }} as u
"""
PLACES = {
    "id": (10, "u.id as id"),
    "card_amount": (12, "sum(case when kind"),
    "cash_amount": (12, "sum(case when kind"),
    "card": (13, "max({{ kind }})"),
    "cash": (13, "max({{ kind }})"),
    "price": (15, "{{ cents('u.price') }} as price"),
    "a": (17, "u.a as a"),
    "first_one": (21, "{{ both('u.c', 'u.d') }}"),
    "second_one": (21, "{{ both('u.c', 'u.d') }}"),
    "raw_text": (22, "'{{ x }}'"),
    "e": (23, '{{ "u.e" }} as e'),
    "f": (24, "u.f"),
    "name": (26, "{{ tail }}"),
    "one": (26, "{{ tail }}"),
}


@pytest.fixture
def spans(tmp_path: Path) -> dict[str, Span]:
    """Of every column of the model."""
    from feasilint.dbt.project import Project

    for path, text in {"dbt_project.yml": "name: p\n", "macros/m.sql": MACROS, "models/m.sql": MODEL}.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    project = Project(str(tmp_path))
    document = read(os.fspath(tmp_path / "models" / "m.sql"), MODEL.encode())
    program = lower_document(document, Options("duckdb", project=lambda _: project))
    items = [item for relation in program.relations if isinstance(relation, Derive) for item in relation.items]
    return {str(item.name): item.origin.span for item in items if isinstance(item, Output) and item.origin is not None}


def test_every_column_has_a_place_inside_the_template(spans: dict[str, Span]) -> None:
    lines = MODEL.split("\n")
    assert set(PLACES) <= set(spans)
    for name, span in spans.items():
        assert (span.line, span.column) <= (span.end_line, span.end_column), name
        assert 1 <= span.line <= span.end_line <= len(lines), name
        assert span.column <= len(lines[span.line - 1]) + 1, name


@pytest.mark.parametrize("name", PLACES)
def test_columns_stand_where_the_template_makes_them(name: str, spans: dict[str, Span]) -> None:
    line, text = PLACES[name]
    assert spans[name].line == line
    assert MODEL.split("\n")[line - 1][spans[name].column - 1 :].startswith(text)
