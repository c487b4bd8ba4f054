"""Programs survive a round trip through bytes, however long their chains of relations are."""

from __future__ import annotations

import pickle

from feasilint.ir import AllOf, Anchor, Column, Derive, Literal, Output, Relation, Scan, Source, Star, Write
from feasilint.lower.builder import Builder


def test_long_chains_are_serialised_with_their_sharing() -> None:
    builder = Builder("a.py", "python")
    last: Relation = builder.add(Scan(Source("a.csv", "file")))
    for at in range(5000):
        last = builder.add(Derive(last, (Star(AllOf(last)), Output(f"c{at}", Column(last, "x")))))
    builder.sink(Write(last, Source("b.csv", "file"), "overwrite"))
    program = builder.program()
    again = pickle.loads(pickle.dumps(program))
    assert len(again.relations) == 5001
    assert again.sinks[0].relation is again.relations[-1]
    assert again.relations[-1].input is again.relations[-2]
    assert again.sinks[0].after == 5001


def test_a_fragment_maps_offsets_to_the_document() -> None:
    builder = Builder("a.ipynb", "notebook")
    text = "select a\nfrom t"
    fragment = builder.fragment("sql", text, 3, [Anchor(0, 10, 14)])
    origin = builder.origin(fragment, 0, text.index("t", 9), len(text))
    assert (origin.span.cell, origin.span.line, origin.span.column, origin.span.end_column) == (3, 11, 6, 7)
    first = fragment.span(7, 8)
    assert (first.line, first.column) == (10, 21)


def test_the_same_diagnostic_is_said_once() -> None:
    builder = Builder("a.py", "python")
    builder.diagnose("opaque", "x")
    builder.diagnose("opaque", "x")
    assert len(builder.program().diagnostics) == 1


def test_literals_are_values() -> None:
    assert pickle.loads(pickle.dumps(Literal(3))).value == 3
