"""Origins address syntax nodes: by index in the parsed fragment, by span in the document."""

from __future__ import annotations

import ast

import pytest
from python_lowering import PANDAS, run

from feasilint.ir import Aggregate
from feasilint.lower.python.nodes import NodeIndex, nodes


@pytest.mark.parametrize("before", ["", "%time y = 1\n", "!ls \\\n  -la\n", "ä = 'ö'\n"])
def test_the_index_leads_to_the_aggregating_call(before: str):
    program = run(PANDAS, f"{before}r = tx.groupby('u')['x'].sum()")
    aggregate = next(r for r in program.relations if isinstance(r, Aggregate))
    origin = aggregate.measures[0].expression.origin
    assert origin is not None
    node = nodes(program.fragments[origin.fragment])[origin.node]
    assert isinstance(node, ast.Call)
    assert ast.unparse(node) == "tx.groupby('u')['x'].sum()"
    assert origin.span.line == before.count("\n") + 1


def test_spans_count_characters_of_the_source_under_a_magic():
    program = run(PANDAS, "%time r = tx.groupby('ü')['x'].sum()")
    aggregate = next(r for r in program.relations if isinstance(r, Aggregate))
    span = aggregate.measures[0].expression.origin.span
    assert (span.cell, span.column, span.end_column) == (1, 11, 37)


def test_a_fragment_that_does_not_parse_has_no_nodes():
    program = run("x = (")
    assert nodes(program.fragments[0]) == []


def test_a_call_on_one_line_is_shown_from_its_beginning() -> None:
    text = "(df.groupby('u').x.sum())"
    call = ast.parse(text).body[0].value  # type: ignore[attr-defined]
    assert NodeIndex(ast.parse(text), text).place(call) == (1, len(text) - 1)


def test_a_method_further_down_a_chain_is_shown_from_its_name_on() -> None:
    text = "(\n  df.groupby('u')\n  .agg(\n    {'x': 'sum'}\n  )\n)"
    tree = ast.parse(text)
    index = NodeIndex(tree, text)
    call = tree.body[0].value  # type: ignore[attr-defined]
    start, end = index.place(call)
    assert text[start:end] == "agg(\n    {'x': 'sum'}\n  )"
    start, end = index.extent(call)
    assert text[start:end].startswith("df.groupby('u')")
