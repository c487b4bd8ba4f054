"""What of a rendered text stands in its template in one piece, and once."""

from __future__ import annotations

from feasilint.ir import Anchor, Fragment

# line 1: `where {{ a }} < b {% if x %} or c {% endif %}`, of which the branch is left out; line 2: `group by k`
_SKIPPED = Fragment(
    1,
    "sql",
    "where t.a < b \ngroup by k",
    None,
    (Anchor(0, 1, 1), Anchor(6, 1, 7, 7), Anchor(9, 1, 14), Anchor(14, 1, 47)),
    rendered=True,
)
# `{% for x in [1, 2] %}a < b {% endfor %}`: twice the same place
_LOOPED = Fragment(
    1, "sql", "a < b a < b ", None, (Anchor(0, 1, 23), Anchor(6, 1, 23), Anchor(12, 1, 41)), rendered=True
)


def test_what_was_left_out_is_a_gap() -> None:
    text = _SKIPPED.text
    assert not _SKIPPED.is_gapless(0, len(text))
    assert not _SKIPPED.is_gapless(text.index("< b"), text.index("\n") + 1)
    assert not _LOOPED.is_gapless(0, 12)


def test_what_is_expanded_is_none() -> None:
    text = _SKIPPED.text
    assert _SKIPPED.is_gapless(0, text.index("b \n") + 1)
    assert not _SKIPPED.is_verbatim(0, text.index("b \n") + 1)
    assert _SKIPPED.is_gapless(text.index("group"), len(text))


def test_what_follows_the_text_is_a_gap_at_its_end() -> None:
    cut = Fragment(1, "sql", "from t ", None, (Anchor(0, 1, 1), Anchor(7, 1, 40)), rendered=True)
    assert cut.is_gapless(0, 6)
    assert not cut.is_gapless(0, 7)


def test_a_loop_renders_one_place_more_than_once() -> None:
    assert not _LOOPED.stands_once(2)
    assert not _LOOPED.stands_once(8)
    assert all(_SKIPPED.stands_once(at) for at in range(len(_SKIPPED.text)))


def test_a_text_as_it_stands_has_no_gaps() -> None:
    plain = Fragment(0, "sql", "select 1\nfrom t\n", None, (Anchor(0, 1, 1),))
    assert plain.is_gapless(0, len(plain.text))
    assert plain.stands_once(9)
