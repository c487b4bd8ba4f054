"""SQL inside programs: frames and temporary views by name, unresolved pieces, results instead of sinks."""

from __future__ import annotations

from feasilint.ir import Derive, Filter, Relation, Scan, Source, Write
from feasilint.lower.builder import Builder
from feasilint.lower.sql import SqlResult, lower_text


def lowered(text: str, dialect: str | None = None, **tables: Relation) -> tuple[SqlResult, Builder]:
    builder = Builder("n.ipynb", "notebook")
    for relation in tables.values():
        builder.add(relation)
    fragment = builder.fragment("sql", text, 0, dialect=dialect)
    return lower_text(builder, fragment, tables), builder


def test_a_bare_query_is_a_result_and_no_sink() -> None:
    result, builder = lowered("SELECT a FROM t")
    assert isinstance(result.result, Derive)
    assert builder.program().sinks == ()
    assert result.temporary == {}


def test_nothing_gives_nothing() -> None:
    result, _ = lowered("-- a comment")
    assert result.result is None


def test_names_of_the_program_are_its_relations() -> None:
    frame = Scan(Source("x.csv", "file"))
    result, builder = lowered("SELECT a FROM Df WHERE b > 1", "duckdb", df=frame)
    assert [relation for relation in builder.program().relations if isinstance(relation, Scan)] == [frame]
    assert isinstance(result.result, Derive)


def test_views_made_are_handed_back_and_writes_are_sinks() -> None:
    result, builder = lowered(
        "CREATE OR REPLACE TEMP VIEW v AS SELECT a FROM t; INSERT INTO u SELECT * FROM v", "spark"
    )
    assert list(result.temporary) == ["v"]
    writes = [sink for sink in builder.program().sinks if isinstance(sink, Write)]
    assert [(write.target and write.target.name, write.temporary) for write in writes] == [("v", True), ("u", False)]


def test_unresolved_pieces_keep_their_text() -> None:
    result, builder = lowered("SELECT {cols} FROM {schema}.tx_{day} WHERE d > '{start}' AND k = %(key)s AND j = ?")
    scan = builder.program().relations[0]
    assert isinstance(scan, Scan)
    assert scan.source.name == "{schema}.tx_{day}"
    assert scan.source.dynamic
    assert isinstance(result.result, Derive)
    assert isinstance(result.result.input, Filter)
    assert builder.program().diagnostics == ()
