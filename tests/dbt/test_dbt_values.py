"""Jinja in YAML values."""

from __future__ import annotations

import pytest

from feasilint.dbt.values import resolved


@pytest.mark.parametrize("value", ["plain", "", "a { b }", 1, None, True, ["x", {"y": 2.5}]])
def test_values_without_jinja_stay(value: object) -> None:
    assert resolved(value, {}) == value


@pytest.mark.parametrize(
    "text",
    [
        "{{ target.schema }}",
        "{{ env_var('SECRET') }}",
        "{{ var('unset') }}",
        "{{ var('unset', target.name) }}",
        "{% if target.name == 'prod' %}a{% endif %}",
        "{% if var('x') == 1 %}a{{ target.x }}{% endif %}",
        "{% if var('x') == 1 %}{% if var('x') == 1 %}a{% endif %}{% endif %}",
        "{% if var('x') == 1 %}a",
        "a{% endif %}",
        "{% set y = 1 %}a",
        "{# a #}{% if var('x') == 1 %}a{% endif %}",
        "{% for y in [1] %}{% if var('x') == 1 %}a{% endif %}{% endfor %}",
        "{{ 'a' if x else 'b' }}",
        "{{ open('/etc/passwd').read() }}",
        "{{ ''.__class__ }}",
        "{{",
        "{{ }}",
        "{{ var('x') | reverse }}",
        "{{ var('x') and target.x }}",
        "{{ target.x or 'a' }}",
        "{{ target.x and '' }}",
        "{{ target.x == 1 }}",
        "{{ not target.x }}",
        "{{ var('x') is defined }}",
        "{{ 1 < var('x') }}",
        "{{ env_var('N', 'four') | int }}",
        "a_{{ target.name }}",
        "{{ " + "(" * 3000 + " }}",
    ],
)
def test_what_only_dbt_can_tell_is_unknown(text: str) -> None:
    assert resolved(text, {"x": 1}) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{{ var('x') }}", 1),
        ("{{ var('x', 2) }}", 1),
        ("{{ var('y', 'd') }}", "d"),
        ('{{- var("y", [1, "a"]) -}}', [1, "a"]),
        ("{{ env_var('P', ' DEV') | trim | lower }}", "dev"),
        ("{{ env_var('B', 'false') | as_bool }}", False),
        ("{{ var('y', var('z', 'c')) | upper }}", "B"),
        ("{{ env_var('N', '4') | as_number }}", 4),
        ("{{ var('y', true) }}", True),
        ("raw_{{ var('x') }}_{{ var('y', 'd') }}", "raw_1_d"),
        ("{{ 'a' + var('z') }}", "ab"),
        ("{{ (var('y', false) and target.x) | as_bool }}", False),
        ("{{ var('y', none) or var('z') }}", "b"),
        ("{{ target.x and var('y', false) }}", False),
        ("{{ target.x or true }}", True),
        ("{{ var('x') == 1 }}", True),
        ("{{ var('x') != 1 and target.x }}", False),
        ("{{ var('y', true) is not true | as_bool }}", False),
        ("{{ var('x') is true }}", False),
        ("{{ not var('y', false) }}", True),
        ("{%- if var('y', None) != None -%} {{ var('y') }}_a{% else %}a{%- endif -%}\n", "a"),
        ("{%- if var('z', None) != None -%} {{ var('z') }}_a{% else %}a{%- endif -%}\n", "b_a"),
        ("raw_{% if var('x') == 2 %}a{% elif var('x') == 1 %}b{% elif target.x %}c{% else %}d{% endif %}", "raw_b"),
        ("{% if var('x') == 2 %}{{ target.x }}{% else %}{{ var('x') }}{% endif %}", 1),
        ("{% if var('x') == 2 %}a{% endif %}b{% if var('x') == 1 %}c{% endif %}", "bc"),
    ],
)
def test_variables_and_defaults(text: str, value: object) -> None:
    assert resolved(text, {"x": 1, "z": "b"}) == value


def test_jinja_is_resolved_at_every_depth() -> None:
    assert resolved({"a": ["{{ var('x') }}", {"b": "{{ target.x }}"}]}, {"x": 1}) == {"a": [1, {"b": None}]}


def test_a_value_inside_of_itself_ends() -> None:
    loop: dict[str, object] = {}
    loop["again"] = loop
    assert resolved(loop, {}) == {"again": None}
