from __future__ import annotations

import re

import pytest
from made import NOTEBOOK, made, notebook, place, scanned, sqlfile
from msgspec.structs import replace

from feasilint.findings import Finding, Label, Place, Severity, Suggestion
from feasilint.report.paint import colours
from feasilint.report.screen import width
from feasilint.report.text import render
from feasilint.result import ScanResult

READS = """\
AVL109 error: feature `days_since_chargeback` uses `raw.chargebacks.posted_at`, which is known 30 days after the outcome
 --> churn.ipynb:cell 7 [In 12]:4:4   (cell begins `import pandas as pd`)
  |
3 | cb = read_sql("select user_id, posted_at from raw.chargebacks")
  |                                ^^^^^^^^^ 1. read here
4 | df["days_since_chargeback"] = (today - cb.posted_at).dt.days
  |    ^^^^^^^^^^^^^^^^^^^^^^^ 2. feature built here
 ::: catalog.yaml:4:18
4 |       posted_at: {availability: training_only, known_after: 30d}  # dispute window
  |                  ----------------------------------------------- 3. declared here (owner #risk-data)
  = path: days_since_chargeback <- cb.posted_at <- raw.chargebacks.posted_at
  = note: LAT203 too-old-for-decision: 36 h old at worst
help: use `prod.disputes.opened_at` (hourly), which the catalog lists instead
try: days since a dispute was opened
  |
  | select user_id, opened_at
  | from prod.disputes
  |

Found 1 error in 1 file: 14 features of 1 model judged.
"""


def text(finding: Finding, *documents: object) -> str:
    return render(scanned(finding, documents=documents))  # type: ignore[arg-type]


def test_a_finding_reads_as_documented(result: ScanResult) -> None:
    assert render(result) == READS


def test_nothing_found_is_one_line() -> None:
    assert (
        render(scanned(documents=(sqlfile("select 1"),), features=3)) == "Nothing found in 1 file: 3 features judged.\n"
    )


def test_colours_change_no_character_of_the_text(result: ScanResult) -> None:
    coloured = render(result, paint=colours())
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == READS


def test_an_unexecuted_cell_has_no_execution_number() -> None:
    output = text(made(place(NOTEBOOK, 6, 1, 1, 7)), notebook(execution_count=None))
    assert "--> churn.ipynb:cell 7:1:1   (cell begins `import pandas as pd`)" in output


def test_a_plain_file_has_no_cell() -> None:
    output = text(made(place("features.sql", None, 2, 3, 11)), sqlfile("select\n  count(*) as n\nfrom t\n"))
    assert " --> features.sql:2:3\n" in output
    assert "2 |   count(*) as n\n  |   ^^^^^^^^\n" in output


def test_a_finding_without_a_span_names_the_file() -> None:
    output = text(made(Place("broken.ipynb", None)))
    assert output.splitlines()[1] == " --> broken.ipynb"
    assert "|" not in output


def test_labels_of_another_file_follow_in_lineage_order() -> None:
    finding = made(
        place(NOTEBOOK, 6, 4, 4, 27),
        Label(place("raw.sql", None, 1, 8, 9), "read here"),
        Label(place("features.sql", None, 1, 8, 9), "aggregated here"),
        Label(place(NOTEBOOK, 6, 4, 4, 27), "feature built here"),
    )
    output = text(finding, notebook(), sqlfile("select b", "features.sql"), sqlfile("select a", "raw.sql"))
    arrows = [line.split(":cell")[0] for line in output.splitlines() if line.startswith((" --> ", " ::: "))]
    assert arrows == [" --> churn.ipynb", " ::: raw.sql:1:8", " ::: features.sql:1:8"]
    assert "^ 3. feature built here" in output
    assert "- 1. read here" in output


def test_a_wide_character_takes_two_columns() -> None:
    line = 'x = "東京" + score'
    output = text(made(place("features.sql", None, 1, line.index("score") + 1, len(line) + 1)), sqlfile(line))
    code, marks = output.splitlines()[3:5]
    assert width(code[: code.index("score")]) == marks.index("^")
    assert marks.count("^") == 5


def test_a_tab_is_shown_as_spaces_under_which_the_mark_stands() -> None:
    output = text(made(place("features.sql", None, 1, 3, 8)), sqlfile("\t\tcount(*)"))
    assert "1 |         count(*)\n  |         ^^^^^\n" in output


def test_a_combining_character_takes_no_column() -> None:
    output = text(made(place("features.sql", None, 1, 6, 7)), sqlfile("cafe\u0301x"))
    assert output.splitlines()[4] == "  |     ^"


@pytest.mark.parametrize(
    ("character", "shown"), [("\x1b", "\\x1b"), ("\u202e", "\\u202e"), ("\x9b", "\\x9b"), ("\u2028", "\\u2028")]
)
def test_scanned_text_cannot_steer_the_terminal(character: str, shown: str) -> None:
    place_ = place("features.sql", None, 1, 9 + len(character), 10 + len(character))
    finding = made(
        place_,
        Label(place_, f"read {character}"),
        message=f"feature `{character}`",
        facts=(("path", character),),
        notes=(character,),
        help=character,
        suggestion=Suggestion(character, f"select {character}", "sql", character),
    )
    output = text(finding, sqlfile(f"select {character} x"))
    assert character not in output
    assert output.count(shown) == 9
    code, marks = output.splitlines()[3:5]
    assert code[: marks.index("^")].endswith(f"select {shown} ")


def test_a_long_line_is_cut_around_its_mark() -> None:
    line = "select " + ", ".join(f"column_{number}" for number in range(400))
    start = line.index("column_300")
    output = text(made(place("features.sql", None, 1, start + 1, start + 11)), sqlfile(line))
    code, marks = output.splitlines()[3:5]
    assert len(code) < 140
    assert code[marks.index("^") : marks.rindex("^") + 1] == "column_300"
    assert code.count("…") == 2


def test_marks_far_apart_on_one_long_line_are_both_shown() -> None:
    line = "select " + ", ".join(f"column_{number}" for number in range(400))
    early, late = line.index("column_5"), line.index("column_390")
    at = place("features.sql", None, 1, early + 1, early + 9)
    finding = made(at, Label(at, "read here"), Label(place("features.sql", None, 1, late + 1, late + 11), "built here"))
    lines = text(finding, sqlfile(line)).splitlines()
    for code, marks in ((lines[3], lines[4]), (lines[5], lines[6])):
        assert code[marks.index("^") : marks.rindex("^") + 1] in {"column_5", "column_390"}


def test_a_span_over_several_lines_is_marked_on_each() -> None:
    source = "select\n  count(\n    distinct id\n  ) as n\nfrom t"
    finding = made(
        place("features.sql", None, 2, 3, 4, end_line=4), Label(place("features.sql", None, 2, 3, 4, 4), "counted here")
    )
    lines = text(finding, sqlfile(source)).splitlines()[2:9]
    assert lines == [
        "  |",
        "2 |   count(",
        "  |   ^^^^^^",
        "3 |     distinct id",
        "  |     ^^^^^^^^^^^",
        "4 |   ) as n",
        "  |   ^ counted here",
    ]


def test_a_very_long_span_is_marked_on_its_first_line() -> None:
    source = "\n".join(f"line {number}" for number in range(1, 30))
    output = text(made(place("features.sql", None, 2, 1, 5, end_line=20)), sqlfile(source))
    assert output.count("^^^^^^") == 1
    assert "line 3" not in output


def test_lines_between_marks_are_shown_or_elided() -> None:
    source = "\n".join(f"line {number}" for number in range(1, 12))
    spots = [place("features.sql", None, number, 1, 5) for number in (2, 4, 11)]
    output = text(made(spots[0], *(Label(spot, "here") for spot in spots)), sqlfile(source))
    assert " 3 | line 3\n" in output
    assert "11 | line 11\n" in output
    assert output.count(" ...\n") == 1
    assert "line 5" not in output


def test_a_place_beyond_the_text_does_no_harm() -> None:
    output = text(
        made(place("features.sql", None, 40, 7, 9), Label(place("features.sql", None, 1, 50, 60), "here")), sqlfile("a")
    )
    assert "features.sql:40:7" in output
    assert "^ here" in output


def test_the_summary_counts_each_severity() -> None:
    findings = tuple(replace(made(Place("a.sql", None)), severity=Severity(number)) for number in (3, 3, 2, 1))
    output = render(ScanResult(findings, suppressed=findings[:1], features=1, models=2))
    assert output.endswith(
        "Found 2 errors, 1 warning and 1 info (1 suppressed) in 0 files: 1 feature of 2 models judged.\n"
    )


def test_hints_come_last_and_unknown_sources_are_one_of_them() -> None:
    result = scanned(hints=("declare a prediction point",), unknown_sources=tuple("abcdefg"))
    assert render(result).splitlines()[1:] == [
        "hint: declare a prediction point",
        (
            "hint: nothing is known of `a`, `b`, `c`, `d`, `e` and 2 more: `feasilint init` writes a `catalog.yaml` to fill in "
            "with what production has, and when"
        ),
    ]


def test_an_approximate_finding_says_so(finding: Finding) -> None:
    assert render(scanned(replace(finding, confidence="approximate"))).splitlines()[0].endswith("outcome (approximate)")


def test_a_long_fact_is_wrapped_under_its_name() -> None:
    path = " <- ".join(f"table_{number}" for number in range(30))
    output = render(scanned(made(Place("a.sql", None), facts=(("path", path),))))
    first, *others = output.splitlines()[2:6]
    assert first.startswith("  = path: table_0 <- table_1")
    assert all(line.startswith("    ") and len(line) <= 120 for line in others if "table_" in line)
    assert " ".join(part.strip() for part in [first, *others] if "table_" in part) == f"= path: {path}"


def test_a_long_word_is_not_broken() -> None:
    output = render(scanned(made(Place("a.sql", None), facts=(("path", "x" * 300),))))
    assert "x" * 300 in output
