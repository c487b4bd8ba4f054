"""Abstract values as Python's own."""

from __future__ import annotations

import pytest

from feasilint.lower.python.values import Const, Dict, Ref, Value

PAIRS: list[list[tuple[Value, Value]]] = [
    [],
    [(Const("a"), Const(1)), (Const("b"), Const(2)), (Const("a"), Const(3))],
    [(Const(1), Const("int")), (Const(True), Const("bool")), (Const("1"), Const("text"))],
    [(Ref(1), Const(1)), (Const(None), Const(2)), (Ref(1), Const(3)), (Ref(2), Const(4))],
]


@pytest.mark.parametrize("pairs", PAIRS)
def test_a_literal_is_what_its_items_make_one_by_one(pairs: list[tuple[Value, Value]]) -> None:
    made = Dict()
    for pair in pairs:
        made = made.put(*pair)
    assert Dict.of(pairs) == made
    assert Dict.of(pairs, more=True).open
