"""Generated code of thousands of columns and steps ends within a budget, and says what it left out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from feasilint import api, inspect_source
from feasilint.budget import Budget
from feasilint.columns import Columns
from feasilint.ir import Program, Scan, Sink, Source, Write
from feasilint.lower.builder import Builder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from feasilint.findings import Finding

UPDATES = "CREATE TABLE ml.user_features AS SELECT * FROM raw.users;\n" + "".join(
    f"UPDATE ml.user_features SET c{at} = c{at} + b{at} WHERE d > {at};\n" for at in range(60)
)


def scanned(folder: Path, text: str, name: str = "features.sql") -> list[Finding]:
    (folder / name).write_text(text, encoding="utf-8")
    found = api.scan([str(folder / name)], use_catalog=False).findings
    return [finding for finding in found if finding.code == "FEA005"]


def read(text: str, steps: int, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (steps,))
    return inspect_source(text)


def work(columns: Columns, count: int, each: int) -> Iterator[int]:
    for at in range(count):
        columns.steps += each
        yield at


@pytest.fixture
def tables() -> tuple[Program, list[Write]]:
    builder = Builder("a.sql", "sql")
    scan = builder.add(Scan(Source("t", "table")))
    for at in range(3):
        builder.sink(Write(scan, Source(f"w{at}", "table"), "create"))
    program = builder.program()
    return program, [sink for sink in program.sinks if isinstance(sink, Write)]


def test_nothing_is_left_out_within_the_budget(tables: tuple[Program, list[Write]]) -> None:
    program, (first, *_) = tables
    columns = Columns()
    limited = Budget([program], columns, steps=1_000)
    assert list(limited.within(first, work(columns, 100, 10))) == list(range(100))
    assert list(limited.limits(program)) == []


def test_a_sink_is_cut_where_the_steps_end(tables: tuple[Program, list[Write]]) -> None:
    program, (first, *_) = tables
    columns = Columns()
    limited = Budget([program], columns, steps=1_000)
    assert list(limited.within(first, work(columns, 200, 10))) == list(range(101))
    (said,) = limited.limits(program)
    assert (
        said.message == "it takes more than 1,000 steps to trace every column: `w0` is judged by its first 101 columns"
    )


def test_every_later_sink_has_its_first_columns_until_twice_as_much_is_spent(
    tables: tuple[Program, list[Write]],
) -> None:
    program, (first, second, third) = tables
    columns = Columns()
    limited = Budget([program], columns, steps=1_000)
    assert len(list(limited.within(first, work(columns, 10, 101)))) == 10
    assert len(list(limited.within(second, work(columns, 200, 40)))) == 20
    assert len(list(limited.within(third, work(columns, 200, 40)))) == 5
    (said,) = limited.limits(program)
    assert said.message.endswith("`w0` is judged by its first 10 columns, and 2 more in part")


def test_one_document_does_not_spend_the_steps_of_another() -> None:
    programs: list[Program] = []
    sinks: list[Sink] = []
    for path in ("a.sql", "b.sql"):
        builder = Builder(path, "sql")
        builder.sink(Write(builder.add(Scan(Source("t", "table"))), Source("w", "table"), "create"))
        programs.append(builder.program())
        sinks += programs[-1].sinks
    columns = Columns()
    limited = Budget(programs, columns, steps=100)
    list(limited.within(sinks[0], work(columns, 50, 10)))
    assert len(list(limited.within(sinks[1], work(columns, 9, 10)))) == 9
    assert [len(list(limited.limits(program))) for program in programs] == [1, 0]


def test_a_usual_document_is_far_from_the_budget(tmp_path: Path) -> None:
    assert scanned(tmp_path, UPDATES) == []


def test_inspect_says_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = ", ".join(f"a{at} + b{at} AS c{at}" for at in range(40))
    text = "".join(f"CREATE TABLE t{at} AS SELECT {wide} FROM raw.t{at};\n" for at in range(10))
    whole = inspect_source(text)
    part = read(text, 600, monkeypatch)
    assert whole["diagnostics"] == []
    (said,) = part["diagnostics"]
    assert said["kind"] == "budget"
    assert 0 < len(part["columns"]) < len(whole["columns"])
    assert [column for column in whole["columns"] if column in part["columns"]] == part["columns"]


def test_scan_says_what_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Budget.__init__, "__defaults__", (300,))
    (finding,) = scanned(tmp_path, UPDATES)
    assert "it takes more than 300 steps to trace every column" in finding.message
    assert finding.place.span is not None


def test_what_is_read_by_name_is_looked_for_within_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = "".join(f"CREATE TABLE t{at + 1} AS SELECT *, a{at} + 1 AS b{at} FROM t{at};\n" for at in range(80))
    monkeypatch.setattr("feasilint.mentions.STEPS", 200)
    (said,) = read(chain, 200, monkeypatch)["diagnostics"]
    assert said["kind"] == "budget"


def test_updates_are_read_one_through_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    """The work grows with the statements times the columns that they assign: four times for twice as many, not eight."""

    def spent(count: int) -> int:
        steps: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(Budget, "limits", lambda self, _: steps.append(self._columns.steps) or ())
            inspect_source("".join(UPDATES.splitlines(keepends=True)[: count + 1]))
        return steps[-1]

    assert spent(60) < 5 * spent(30)
