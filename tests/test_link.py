"""Linking documents by what they write and read."""

from __future__ import annotations

import pytest

from feasilint.ir import Program, Scan, Source, Write
from feasilint.link import link
from feasilint.lower.builder import Builder


def program(path: str, *steps: tuple[str, str]) -> Program:
    """`("read", name)` and `("write", name)` steps; a write stores the last read."""
    builder = Builder(path, "sql")
    last = builder.add(Scan(Source("nothing", "inline")))
    for step, name in steps:
        kind = "file" if "/" in name or name.endswith(".csv") else "table"
        if step == "read":
            last = builder.add(Scan(Source(name, kind)))  # type: ignore[arg-type]
        else:
            mode = "insert" if step == "insert" else "create"
            builder.sink(Write(last, Source(name, kind), mode))  # type: ignore[arg-type]
    return builder.program()


def links(*programs: Program) -> list[tuple[str, str]]:
    """(what is read, in which document it was written)"""
    found = link(programs)
    return sorted(
        (scan.source.name, found.owner[write].path) for scan, writes in found.bound.items() for write in writes
    )


def test_what_nobody_writes_is_a_source() -> None:
    assert links(program("a.sql", ("read", "raw.tx"), ("write", "f"))) == []


def test_a_later_write_is_not_read() -> None:
    assert links(program("a.sql", ("read", "f"), ("write", "f"))) == []


def test_other_tables_of_the_same_last_name_stay_apart() -> None:
    assert links(program("a.sql", ("read", "raw.x"), ("write", "a.f")), program("b.sql", ("read", "b.f"))) == []


def test_within_a_document_the_latest_write_wins() -> None:
    one = program("a.sql", ("read", "x"), ("write", "f"), ("read", "y"), ("write", "f"), ("read", "f"))
    found = link([one])
    (writes,) = found.bound.values()
    assert [write.after for write in writes] == [3]
    assert found.inside(next(iter(found.bound)))


def test_inserts_add_to_what_was_there() -> None:
    one = program("a.sql", ("read", "x"), ("write", "f"), ("read", "y"), ("insert", "f"), ("read", "f"))
    (writes,) = link([one]).bound.values()
    assert [write.mode for write in writes] == ["create", "insert"]


def test_documents_link_by_table_with_or_without_its_schema() -> None:
    made = program("m/user_features.sql", ("read", "raw.tx"), ("write", "user_features"))
    assert links(made, program("a.ipynb", ("read", "Analytics.User_Features"))) == [
        ("Analytics.User_Features", "m/user_features.sql")
    ]


def test_files_link_relative_to_the_document_or_the_root() -> None:
    made = program("prep/a.py", ("read", "raw.tx"), ("write", "../data/x.csv"))
    assert links(made, program("b.py", ("read", "data/x.csv"))) == [("data/x.csv", "prep/a.py")]
    assert links(made, program("b.py", ("read", "other/x.csv"))) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("eval/features_{tag}.csv", "eval/labels_2017.csv"),
        ("eval/features_{tag}.csv", "other/features_2017.csv"),
        ("eval/features_{tag}.csv", "eval/features_2017.parquet"),
        ("eval/features_{tag}.csv", "eval/features_2017/1.csv"),
        ("eval/{name}.csv", "eval/features_2017.csv"),
        ("eval/{name}_v1.csv", "eval/features_v1.csv"),
        ("{folder}/features.csv", "eval/features.csv"),
        ("s3://lake/features_{tag}.csv", "s3://store/features_2017.csv"),
    ],
)
def test_a_file_of_another_name_is_not_the_one_whose_name_has_holes(written: str, read: str) -> None:
    assert links(program("a.py", ("read", "raw.tx"), ("write", written)), program("b.py", ("read", read))) == []


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("eval/features_{tag}.csv", "eval/features_2017-01-2017-02.csv"),
        ("eval/{args.name}_features.csv", "eval/a_features.csv"),
        ("s3://lake/features_{tag}.csv", "s3://lake/features_2017.csv"),
    ],
)
def test_a_file_whose_name_fills_the_holes_of_a_written_one_is_the_codes_own(written: str, read: str) -> None:
    made = program("a.py", ("read", "raw.tx"), ("write", written))
    assert links(made, program("b.py", ("read", read))) == [(read, "a.py")]


def test_the_very_file_is_preferred_to_one_whose_name_has_holes() -> None:
    one = program("a.py", ("read", "raw.tx"), ("write", "eval/features_{tag}.csv"))
    two = program("b.py", ("read", "raw.tx"), ("write", "eval/features_2017.csv"))
    assert links(one, two, program("c.py", ("read", "eval/features_2017.csv"))) == [("eval/features_2017.csv", "b.py")]


def test_a_feature_view_gives_those_who_ask_for_it_by_its_name_not_all_that_it_is_made_of() -> None:
    builder = Builder("a.py", "python")
    builder.sink(Write(builder.add(Scan(Source("g", "table"))), Source("v", "feature_view"), "view"))
    builder.add(Scan(Source("v", "feature_view")))
    assert not link([builder.program()]).bound


def test_cycles_between_documents_are_cut() -> None:
    a = program("a.sql", ("read", "y"), ("write", "x"))
    b = program("b.sql", ("read", "x"), ("write", "y"))
    found = link([a, b])
    assert not found.bound
    assert {scan.source.name for scan in found.cut} == {"x", "y"}


def declared(path: str, read: str, written: str) -> Program:
    """A document that reads what its project declares as a source, and writes a table."""
    builder = Builder(path, "sql")
    scan = builder.add(Scan(Source(read, "table"), outside=True))
    builder.sink(Write(scan, Source(written, "table"), "create"))
    return builder.program()


def test_a_declared_source_is_not_the_model_of_its_name() -> None:
    staging, mart = (
        declared("stg.sql", "raw.orders", "stg_orders"),
        program("m.sql", ("read", "stg_orders"), ("write", "orders")),
    )
    assert links(staging, mart) == [("stg_orders", "stg.sql")]
    assert links(staging, mart, program("nb.ipynb", ("read", "raw.orders"))) == [("stg_orders", "stg.sql")]


def test_another_schema_of_that_name_is_the_model() -> None:
    staging, mart = (
        declared("stg.sql", "raw.orders", "stg_orders"),
        program("m.sql", ("read", "stg_orders"), ("write", "orders")),
    )
    reader = program("nb.ipynb", ("read", "analytics.orders"), ("read", "orders"))
    assert links(staging, mart, reader) == [
        ("analytics.orders", "m.sql"),
        ("orders", "m.sql"),
        ("stg_orders", "stg.sql"),
    ]


def test_a_declared_source_may_be_made_by_another_project() -> None:
    assert links(declared("a.sql", "raw.orders", "x"), program("b.sql", ("read", "t"), ("write", "raw.orders"))) == [
        ("raw.orders", "b.sql")
    ]
    assert links(declared("a.sql", "orders", "x"), program("b.sql", ("read", "t"), ("write", "shop.orders"))) == [
        ("orders", "b.sql")
    ]


def test_a_table_that_the_catalog_knows_is_not_the_file_that_was_loaded_into_it() -> None:
    programs = (program("load.sql", ("read", "lab.csv"), ("write", "icu.lab")), program("a.sql", ("read", "icu.lab")))
    assert links(*programs) == [("icu.lab", "load.sql")]
    assert not link(programs, lambda source: source.name == "icu.lab").bound
    drill = (program("load.sql", ("read", "dfs.tmp.LAB.csv"), ("write", "icu.lab")), programs[1])
    assert links(*drill) == [("icu.lab", "load.sql")]
    assert not link(drill, lambda source: source.name == "icu.lab").bound


@pytest.mark.parametrize("path", ["tests/parity.py", "features/test/parity.py", "src/test_parity.py", "tests/made.sql"])
def test_what_a_test_makes_is_read_by_tests_alone(path: str) -> None:
    made = program(path, ("read", "few"), ("write", "icu.lab"))
    assert links(made, program("a.sql", ("read", "icu.lab"))) == []
    assert links(made, program("src/test_more.py", ("read", "icu.lab"))) == [("icu.lab", path)]


@pytest.mark.parametrize(
    "path", ["tests/proj/made.sql", "test/features.sql", "test_rows.sql", "latest/made.py", "contest.py"]
)
def test_what_is_no_test_lends_its_tables(path: str) -> None:
    made = program(path, ("read", "few"), ("write", "icu.lab"))
    assert links(made, program("a.sql", ("read", "icu.lab"))) == [("icu.lab", path)]


def test_a_table_that_the_catalog_knows_is_what_a_query_makes_of_others() -> None:
    programs = (program("make.sql", ("read", "raw.lab"), ("write", "icu.lab")), program("a.sql", ("read", "icu.lab")))
    assert link(programs, lambda source: True).bound


def test_a_table_of_the_same_folder_is_meant_before_one_of_a_schema_elsewhere() -> None:
    own = program("lab/vitals.sql", ("read", "raw.x"), ("write", "vitals"))
    other = program("lab_aws/vitals.sql", ("read", "raw.y"), ("write", "DATABASE.vitals"))
    reader = program("lab/lab.sql", ("read", "Vitals"), ("write", "f"))
    assert links(own, other, reader) == [("Vitals", "lab/vitals.sql")]
    assert links(other, reader) == [("Vitals", "lab_aws/vitals.sql")]
    schema = program("lab/more.sql", ("read", "raw.z"), ("write", "main.vitals"))
    assert links(own, other, reader, schema) == [("Vitals", "lab/more.sql"), ("Vitals", "lab/vitals.sql")]


def test_a_table_without_a_schema_elsewhere_may_be_the_same() -> None:
    own = program("a/vitals.sql", ("read", "raw.x"), ("write", "vitals"))
    other = program("b/vitals.sql", ("read", "raw.y"), ("write", "vitals"))
    reader = program("a/f.sql", ("read", "vitals"), ("write", "f"))
    assert links(own, other, reader) == [("vitals", "a/vitals.sql"), ("vitals", "b/vitals.sql")]
    qualified = program("a/f.sql", ("read", "DATABASE.vitals"), ("write", "f"))
    assert links(own, qualified) == [("DATABASE.vitals", "a/vitals.sql")]
