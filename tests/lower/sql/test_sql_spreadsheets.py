"""Oracle's MODEL clause."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]


def test_a_table_that_is_called_model(lineage: Lineage) -> None:
    assert lineage("SELECT model FROM model WHERE model = 3", "oracle") == {"model": "model.model | where model.model"}


@pytest.mark.parametrize(
    "rules",
    [
        "RULES (s[2001] = s[2000] * 2, t[ANY] = s[CV()])",
        "RULES UPSERT (t[2001] = s[2000])",
        "RULES (t['x'] = s[CV()] + t['y'])",
    ],
)
def test_the_cells_of_a_model(lineage: Lineage, rules: str) -> None:
    text = (
        "SELECT c, y, s, t FROM sales WHERE k = 1 MODEL RETURN UPDATED ROWS PARTITION BY (country AS c) DIMENSION BY (y) "
        f"MEASURES (sale s, 0 AS t) {rules} ORDER BY y"
    )
    made = {name: source.split(" | ")[0] for name, source in lineage(text, "oracle").items()}
    assert made == {"c": "sales.country", "y": "sales.y", "s": "sales.sale", "t": "sales.sale"}


def test_the_rows_of_a_model(lineage: Lineage) -> None:
    text = "SELECT s FROM sales WHERE k = 1 MODEL DIMENSION BY (y) MEASURES (s) RULES (s[1] = s[2])"
    assert lineage(text, "oracle") == {"s": "sales.s | where sales.k"}
