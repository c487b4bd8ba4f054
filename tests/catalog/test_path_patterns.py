"""Path patterns mean what those of Git's ignore files mean; of several the last that matches decides."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st
from pathspec import PathSpec

from feasilint.catalog.globs import PathPatterns

STEP = st.sampled_from(["a", "b", "ab", "*", "**", "a*", "?", "[ab]", "[!a]", "a.sql", "*.sql"])
PATTERN = st.builds(
    lambda lead, steps, trail: lead + "/".join(steps) + trail,
    st.sampled_from(["", "", "/", "!"]),
    st.lists(STEP, min_size=1, max_size=3),
    st.sampled_from(["", "", "/"]),
).filter(lambda pattern: not pattern.endswith("**/"))
PATH = st.lists(st.sampled_from(["a", "b", "ab", "a.sql", "c"]), min_size=1, max_size=4).map("/".join)


@given(st.lists(PATTERN, min_size=1, max_size=3), PATH)
@settings(max_examples=300)
@example(["fraud/**"], "fraud/x/y")
@example(["fraud/**"], "fraud")
@example(["a/**/b"], "a/b")
@example(["**/b"], "b")
def test_patterns_are_those_of_git(patterns: list[str], path: str) -> None:
    assert PathPatterns(patterns).matches(path) == PathSpec.from_lines("gitignore", patterns).match_file(path)
