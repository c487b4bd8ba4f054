"""Expressions are spelled as `ast.unparse` spells them."""

from __future__ import annotations

import ast
import random

import pytest

from feasilint.lower.python.spelling import unparse

PLAIN = [
    "a",
    "a.b.c",
    "df['a']",
    'df["it\'s"]',
    "f()",
    "f(a, b=c.d)",
    "df[['a', b]].g(1, None)[0].h(axis=True)",
    "[]",
    "'a\\n{b}'",
]
OTHER = [
    "1 .real", "'a'.join(b)", "a + b", "-1", "df[a:b]", "df[a, b]", "f(*a)", "f(**a)", "f(a for a in b)", "1.5", "1e999", "...",
    "u'a'", "b'a'", "f'{a}'", "(a, b)", "{a: b}", "(a + b).c", "(lambda: a)()", "df[(yield)]", "(await a).b", "not a", "a if b else c",
    "(a or b)(c)", "[*a]", "x[(a, b)]", "x[(a := b)]", "f(a := b)",
]  # fmt: skip


@pytest.mark.parametrize("source", [*PLAIN, *OTHER])
def test_as_python_spells_it(source: str) -> None:
    node = ast.parse(source).body[0]
    assert isinstance(node, ast.Expr)
    assert unparse(node.value) == ast.unparse(node.value)


@pytest.mark.parametrize("seed", range(50))
def test_put_together_at_random(seed: int) -> None:
    source = _random(random.Random(seed), 4)
    node = ast.parse(source, mode="eval").body
    assert unparse(node) == ast.unparse(node)


def _random(draw: random.Random, depth: int) -> str:
    if depth == 0:
        return draw.choice([*PLAIN, *(f"({other})" for other in OTHER if "yield" not in other)])
    one, other = _random(draw, depth - 1), _random(draw, depth - 1)
    return draw.choice(
        [f"({one}).a", f"({one})[{other}]", f"({one})({other})", f"({one})(a={other})", f"[{one}, {other}]"]
    )
