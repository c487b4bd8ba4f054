"""Values that JavaScript states."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.dataform.evaluate import UNKNOWN, evaluate
from feasilint.dataform.javascript import closing, expression

NAMES = {"a": "A", "n": 2, "deep": {"er": {"x": "X"}}, "list": [1], "shout": lambda text="": f"{text}!"}


@pytest.mark.parametrize(
    "code",
    [
        "",
        "unset",
        "deep.unset",
        "a.length",
        "shout",
        "unset()",
        "shout(unset) + unset",
        "list.map(x => x)",
        "[1, 2].length",
        "'a'.toUpperCase()",
        "new Date()",
        "x => 1",
        "function () { return 1 }",
        "a && 'b'",
        "n * 2",
        "unset ? 1 : 2",
        "`a ${unset}`",
        "`a ${list}`",
        "a b",
        "(((",
        "`${",
        "!unset",
    ],
)
def test_what_only_a_run_could_tell_is_unknown(code: str) -> None:
    assert evaluate(expression(code), NAMES) is UNKNOWN


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("'it\\'s'", "it's"),
        ('"\\u00e9\\x41\\n\\q"', "éA\nq"),
        ("`a ${n} ${`b ${a}`}`", "a 2 b A"),
        ("`\\`${a}\\``", "`A`"),
        ("-1.5", -1.5),
        ("0x10 + 1_000", 1016),
        ("n + 'x' + true", "2xtrue"),
        ("deep.er.x", "X"),
        ("deep?.er", {"x": "X"}),
        ("shout('b')", "b!"),
        ("ctx.shout('b')", "b!"),
        ("null", None),
        ("n === 2 ? 'y' : 'n'", "y"),
        ("n !== 2 ? 'y' : a ? 'z' : 'n'", "z"),
        ("[1, 'b', [true],]", [1, "b", [True]]),
        ("{a, 'b c': [n], /* no */ d: {e: 1}, // no\n f: 2,}", {"a": "A", "b c": [2], "d": {"e": 1}, "f": 2}),
        ("(('x'))", "x"),
    ],
)
def test_values(code: str, value: object) -> None:
    assert evaluate(expression(code), NAMES) == value


def test_what_is_unknown_in_an_object_leaves_the_rest() -> None:
    code = "{ type: 'table', f: (x) => { return '}' }, ...more, get g() { return 1 }, h: a.b(`,${1}`), name: 'n' }"
    stated = evaluate(expression(code), {})
    assert {key: value for key, value in stated.items() if value is not UNKNOWN} == {"type": "table", "name": "n"}


def test_brackets_close_where_javascript_closes_them() -> None:
    code = "{ a: '}', b: `}${'}'}`, c: [ { } ] /* } */ // }\n } after"
    assert code[closing(code, 1) :] == " after"


@given(st.text("{}[]()`$'\"\\,:;?+!-=.ab1 \n/*", max_size=60))
def test_any_text_ends(code: str) -> None:
    node = expression(code)
    assert 0 <= node.start <= node.end <= len(code)
    assert 0 <= closing(code, 0) <= len(code)
    evaluate(node, NAMES)


@pytest.mark.parametrize(
    "code", ["(" * 50_000, "`${" * 50_000, "[{" * 50_000, "a?" * 50_000, "!" * 50_000, "1+" * 50_000 + "1"]
)
def test_deep_nesting_ends(code: str) -> None:
    assert closing(code, 0) == len(code)
    evaluate(expression(code), {})
