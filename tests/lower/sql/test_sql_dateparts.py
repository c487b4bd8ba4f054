"""Parts of dates among the arguments of functions are no columns, whatever the dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    Lineage = Callable[..., dict[str, str]]
    Item = Callable[..., str]


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("second", "r0.second"),
        ("DATEDIFF(second, minute)", "date_diff(day, r0.second, r0.minute)"),
        ("DATE_DIFF(month, day, year)", "date_diff(year, r0.month, r0.day)"),
        ("DATE_PART('day', month)", "date_part(day, r0.month)"),
        ('DATE_PART("day", a)', "date_part(r0.day, r0.a)"),
        ("COALESCE(day, month)", "coalesce(r0.day, r0.month)"),
        ("DATE_TRUNC('day', month)", "date_trunc(day, r0.month)"),
        ("DATE_TRUNC(day, month)", "date_trunc(day, r0.month)"),
    ],
)
def test_columns_that_are_named_like_units(item: Item, text: str, source: str) -> None:
    assert item(text) == source


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("DATEDIFF(second, a, b)", "date_diff(second, r0.b, r0.a)"),
        ("DATEDIFF('day', t.a, t.b)", "date_diff(day, r0.b, r0.a)"),
        ("DATEDIFF(day, a, CURRENT_DATE)", "date_diff(day, now, r0.a)"),
        ("TIMESTAMPDIFF(hour, a, b)", "date_diff(hour, r0.b, r0.a)"),
        ("DATE_DIFF(a, b, day)", "date_diff(day, r0.a, r0.b)"),
        ("DATEADD(month, -1, a)", "sub(r0.a, P1M)"),
        ("DATE_ADD('day', -30, a)", "sub(r0.a, P30D)"),
        ("TIMESTAMPADD(hour, 1, a)", "add(r0.a, PT1H)"),
        ("DATE_PART(dow, a)", "date_part(weekday, r0.a)"),
        ("DATEPART(yy, a)", "date_part(year, r0.a)"),
        ("DATE_TRUNC(week, a)", "date_trunc(week, r0.a)"),
        ("DATE_TRUNC(created_at, MONTH)", "date_trunc(month, r0.created_at)"),
        ("DATE_TRUNC(t.a, MONTH)", "date_trunc(month, r0.a)"),
    ],
)
def test_parts_of_dates_without_a_dialect(item: Item, text: str, made: str) -> None:
    assert item(text) == made


def test_what_is_computed_of_a_difference(lineage: Lineage) -> None:
    text = "SELECT user_id, SUM(datediff(second, a, b)) AS n FROM t GROUP BY user_id"
    assert lineage(text)["n"] == "t.a t.b | group_by t.user_id"
