"""YAML becomes the data that PyYAML makes of it, but for the types of scalars, and every value knows its place."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from feasilint.catalog.tree import parse


class TextLoader(yaml.SafeLoader):
    """Takes every scalar for text but nothing and the merge key, and every key for text."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag.endswith((":null", ":merge"))]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        self.flatten_mapping(node)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def data(text: str) -> Any:
    tree, problems = parse(text, "c.yaml")
    assert problems == []
    return tree.data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: NO\nb: 02:00\nc: 1.0\nd: 50e6\ne: 2026-11-20", {"a": "NO", "b": "02:00", "c": "1.0", "d": "50e6", "e": "2026-11-20"}),
        ("a: ~\nb: null\nc: ''\nd: '~'\ne:\nf: !!str ~", {"a": None, "b": None, "c": "", "d": "~", "e": None, "f": "~"}),
        ("1: a\n~: b\ntrue: c", {"1": "a", "~": "b", "true": "c"}),
        ("b: &b {x: 1, y: 2}\na: {y: 3, <<: *b}", {"b": {"x": "1", "y": "2"}, "a": {"y": "3", "x": "1"}}),
        ("'<<': a", {"<<": "a"}),
        ("- &a x\n- *a\n- {*a : y}", ["x", "x", {"x": "y"}]),
        ("a: |\n  one\n  two\n", {"a": "one\ntwo\n"}),
    ],
)  # fmt: skip
def test_data(text: str, expected: object) -> None:
    assert data(text) == expected


def test_of_what_is_merged_the_first_counts_with_all_that_it_merges() -> None:
    text = "c: &c {x: c, z: c}\na: &a {<<: *c, y: a}\nb: &b {x: b, y: b, w: b}\nd: {<<: [*a, *b]}"
    assert data(text)["d"] == {"x": "c", "z": "c", "y": "a", "w": "b"}
    assert data(text) == yaml.load(text, TextLoader)


def test_places_are_those_of_what_is_written() -> None:
    tree, _ = parse("a: &x {k: v, l: [m, n]}\nb: {o: p, <<: *x}\nc:\n- *x\n- é: {r: s}\n", "c.yaml")
    places = {
        ("a",): (1, 4),
        ("a", "l", 1): (1, 21),
        ("b", "k"): (1, 11),
        ("c", 0, "k"): (1, 11),
        ("c", 0): (1, 4),
        ("c", 1, "é", "r"): (5, 10),
        ("c", 7, "é"): (4, 1),
        ("nope",): (1, 1),
    }
    assert {path: (tree.mark(path).line, tree.mark(path).column) for path in places} == places
    assert tree.key_mark(("b", "k")).column == 8
    assert tree.key_mark(("c", 1)).line == 5
    keys = {key: (mark.line, mark.column) for key, mark in tree.key_marks(("b",)).items()}
    assert keys == {"o": (2, 5), "k": (1, 8), "l": (1, 14)}
    assert tree.key_marks(("a", "l")) == {} == tree.key_marks(("zz",))


TOKENS = ["a", "b", "c", "x: ", "y: ", "z: ", ": ", "\n", "\n  ", "\n    ", "- ", "{", "}", "[", "]", ", ", "&x ", "&y ", "*x", "*y", "<<: ", "'", '"', "~", "|", "!!str "]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=20))
def test_the_data_is_that_of_pyyaml(tokens: list[str]) -> None:
    text = "".join(tokens)
    tree, problems = parse(text, "c.yaml")
    if not problems:
        assert tree.data == yaml.load(text, TextLoader)
