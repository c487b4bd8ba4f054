"""Templates made of random pieces: never an error, the same every time, every place inside the text, within bounds."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from feasilint.lower.sql.jinja.render import Templates
from feasilint.lower.sql.jinja.result import Rendered
from feasilint.lower.sql.jinja.run import LONGEST
from feasilint.lower.sql.reading import Setting, read

TEMPLATES = Templates()
PIECES = (
    "select ", "a, ", "1 as b ", "from t ", "\n", "'", '"', "`", "--", "/*", "*/", ";", "(", ")", "{", "}", "%", "#", "\\",
    "{{ x }}", "{{- ref('t') -}}", "{{ source('s', 't') }}", "{{ config(enabled=x) }}", "{{ 'a' * 3 }}", "{{ x.y[0]() }}",
    "{{ '}}' }}", "{{ \"%}\" }}", "{{ x | map('lower') | list }}", "{{ x in [1, x] }}", "{{ 1 / 0 }}", "{{ [] + 1 }}",
    "{{ run_query('q').columns[0].values()[0] }}", "{{ run_started_at.date() }}", "{{ this }}", "{{ m(1) }}", "{{ m }}",
    "{{ caller() }}", "{{ varargs }}", "{{ loop.index }}", "{{ self }}", "{{ graph.nodes }}", "{{ return(1) }}",
    "{% set x = [1, 'b'] %}", "{% set x %}", "{% endset %}", "{% set x, y = x %}", "{%- if x -%}", "{% if not x %}",
    "{% elif x == 1 %}", "{% else %}", "{% endif %}", "{% for i in x %}", "{% for i, j in x.items() %}",
    "{% for i in range(50) %}", "{% endfor %}", "{% break %}", "{% raw %}", "{% endraw %}", "{# a #}", "{#", "#}", "{{", "}}",
    "{%", "%}", "{% macro m(a, b=1) %}", "{% endmacro %}", "{% call m(x) %}", "{% endcall %}", "{% filter upper %}",
    "{% endfilter %}", "{% do x.append(1) %}", "{% snapshot s %}", "{% endsnapshot %}", "{% test t(m) %}", "{% endtest %}",
    "{% include 'x' %}", "{% extends 'x' %}", "{% block b %}", "{% endblock %}", "{% docs d %}", "{% enddocs %}",
    "{% materialization m, default %}", "{% endmaterialization %}", "\U000f0000", "\U0010fffd", "\ue000", "\uf8ff", "\x00", "é",
)  # fmt: skip
templates = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=25).map("".join)


@settings(max_examples=150, deadline=None)
@given(templates)
def test_rendering_is_total_and_deterministic(text: str) -> None:
    made = TEMPLATES.render(text, Setting())
    assert made == TEMPLATES.render(text, Setting()) == Templates().render(text, Setting())
    if isinstance(made, Rendered):
        assert len(made.text) <= 2 * LONGEST
        offsets = [place.offset for place in made.places]
        assert offsets == sorted(set(offsets))
        for place in made.places:
            assert 0 <= place.start <= place.start + place.width <= len(text)
            assert place.offset < len(made.text)
    else:
        assert made.reason
        assert 1 <= made.line <= text.count("\n") + 1


@settings(max_examples=60, deadline=None)
@given(templates)
def test_whatever_a_template_says_it_is_read(text: str) -> None:
    first, second = read(text, "snowflake"), read(text, "snowflake")
    assert (first.source, first.rendered, first.refused) == (second.source, second.rendered, second.refused)
