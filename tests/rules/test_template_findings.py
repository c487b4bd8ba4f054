"""Templates that cannot be read are reported; those that can be are not."""

from __future__ import annotations

import pytest

from feasilint import api


def codes(text: str) -> list[tuple[str, int]]:
    found = api.scan_files({"models/features.sql": text}).findings
    return [(finding.code, finding.place.span.line) for finding in found if finding.place.span is not None]


def test_a_template_in_order_is_no_finding() -> None:
    assert codes("select x from {{ ref('t') }}\n{% if var('a', 1) %} where y = 1 {% endif %}") == []


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("select x\nfrom t {% if %} where y {% endif %}", "FEA001", 2),
        ("select x from t\n\n{% endfor %}", "FEA001", 3),
        ("select {{ 1 + }} from t", "FEA001", 1),
        ("select x\nfrom {{ ref('t') ", "FEA001", 2),
        ("{% macro r() %}{{ r() }}{% endmacro %}select {{ r() }} from t", "FEA005", 1),
        (
            "select 1 {% for i in range(100000) %}{% for j in range(100000) %},{{ j }}{% endfor %}{% endfor %}",
            "FEA005",
            1,
        ),
    ],
)
def test_a_template_that_cannot_be_read_is_reported(text: str, code: str, line: int) -> None:
    assert (code, line) in codes(text)
