from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from feasilint_rules.analysis_budget import AnalysisBudget
from feasilint_rules.syntax_error import UnparsedCode
from feasilint_rules.unused_ignore import UnusedIgnore
from rule_subjects import judge

from feasilint.api import scan_files
from feasilint.findings import Place, Severity
from feasilint.ir import Diagnostic, Ignore, Program, Span
from feasilint.rule import DocumentSubject

if TYPE_CHECKING:
    from feasilint.findings import Finding
    from feasilint.ir.program import DocumentKind

SPAN = Span(2, 3, 5, 3, 9)
USED = Ignore(("AVL101",), "known", SPAN, False, 3)
UNUSED = Ignore(("LAT202", "stale-window"), "", Span(4, 1, 1, 1, 9), True, 2)


def document(**fields: object) -> DocumentSubject:
    used = frozenset({USED})
    return DocumentSubject(Program("nb.ipynb", "notebook", **fields), used)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["opaque", "dynamic-sql", "unresolved-source", "unsupported", "budget"])
def test_what_is_no_syntax_error(kind: str) -> None:
    assert judge(UnparsedCode(), document(diagnostics=(Diagnostic(kind, "m", SPAN),))) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(("kind", "span"), [("syntax-error", SPAN), ("unreadable", None)])
def test_what_cannot_be_parsed_is_said_where_it_stands(kind: str, span: Span | None) -> None:
    (found,) = judge(UnparsedCode(), document(diagnostics=(Diagnostic(kind, "unexpected `)`", span),)))  # type: ignore[arg-type]
    assert (found.message, found.place) == ("unexpected `)`", Place("nb.ipynb", span))
    assert found.severity is Severity.WARNING, "a document that cannot be read fails no build by itself"
    assert found.help


@pytest.mark.parametrize(("kind", "newer"), [("notebook", True), ("python", True), ("sql", False)])
def test_python_that_is_newer_than_ours_looks_like_a_mistake(kind: DocumentKind, newer: bool) -> None:
    said = Diagnostic("syntax-error", "invalid syntax; this statement is not read", SPAN, kind == "sql")
    (found,) = judge(UnparsedCode(), DocumentSubject(Program("a", kind, diagnostics=(said,))))
    assert ("needs feasilint on a newer Python" in (found.help or "")) is newer


def test_used_ignores_are_welcome() -> None:
    assert judge(UnusedIgnore(), document(ignores=(USED,))) == []


def test_unused_ignores_are_told_with_what_they_name() -> None:
    (found,) = judge(UnusedIgnore(), document(ignores=(USED, UNUSED)))
    assert found.message == "`ignore[LAT202, stale-window]` silences nothing"
    assert found.place == Place("nb.ipynb", UNUSED.span)
    (found,) = judge(UnusedIgnore(), document(ignores=(Ignore((), "", SPAN, False, 9),)))
    assert found.message == "`ignore` silences nothing"


@pytest.mark.parametrize("kind", ["opaque", "dynamic-sql", "unresolved-source", "unsupported", "syntax-error"])
def test_what_is_within_every_budget(kind: str) -> None:
    assert judge(AnalysisBudget(), document(diagnostics=(Diagnostic(kind, "m", SPAN),))) == []  # type: ignore[arg-type]


def test_what_was_given_up_is_said_where_it_stands() -> None:
    (found,) = judge(AnalysisBudget(), document(diagnostics=(Diagnostic("budget", "nested too deeply", SPAN),)))
    assert (found.message, found.place) == ("nested too deeply", Place("nb.ipynb", SPAN))
    assert found.severity is Severity.INFO


def test_limits_of_the_analysis_count_like_those_of_reading() -> None:
    subject = DocumentSubject(Program("nb.ipynb", "notebook"), limits=(Diagnostic("budget", "too many", SPAN),))
    assert [found.message for found in judge(AnalysisBudget(), subject)] == ["too many"]


def test_blanks_are_said_once_as_information() -> None:
    (found,) = _unread(["x = # TODO\ny = 1", "z = ____ +"], {})
    assert (found.severity.word, found.message) == ("info", "a blank that is not filled in, here and at 1 more place")


@pytest.mark.parametrize(
    "cell",
    [
        "select * from stl_load_errors;",
        "copy t from 's3://a' credentials 'x'\ncsv;",
        "%%writefile a.yaml\ntrainingInput:\n  a: b",
        "%writefile a.yaml\ntrainingInput:\n  a: b",
        "%% HTML\n<iframe></iframe>",
        "%lprun -f total total(5000)",
    ],
)
def test_cells_of_sql_and_files_are_no_broken_python(cell: str) -> None:
    assert _unread([cell], {}) == []


def test_an_import_in_a_notebook_of_sql_is_python() -> None:
    assert (
        _unread(
            ["from IPython.display import Image\nImage('a.png')", "from t select a"],
            {"kernelspec": {"name": "SQL", "language": "sql"}},
        )
        == []
    )


@pytest.mark.parametrize("version", ["2.7.18", "3.11"])
def test_code_of_python_2_is_read(version: str) -> None:
    cells = ["print 'a'", "try:\n    x = 1\nexcept ValueError, e:\n    pass", "f = lambda (k, v): k"]
    assert _unread(cells, {"language_info": {"name": "python", "version": version}}) == []


def test_what_is_said_of_broken_code_of_python_2_is_what_is_broken() -> None:
    (found,) = _unread(["print 'a'\nx = (1\nprint 'b'"], {})
    assert (found.severity, found.message) == (Severity.WARNING, "'(' was never closed; this statement is not read")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("# TODO 1: train it\n    epochs=3,\n)", "a blank that is not filled in"),
        ("data <- read.csv(uri) %>% head()", "code of R"),
        ("job$trials[[best]]", "code of R"),
        ("if (name == '' || name == 'x') {\n  name = 'y'\n}", "code of R"),
        ("gcloud ai-platform versions create $NAME --model=m", "a command of the shell without `!`"),
        ("val logs = ssc.textStream(host)\nlogs.map(x => x + 1)", "code of Scala"),
        ('Dockerfile = cat("\nFROM x\n")', "code of R"),
        ("git branch --all", "a command of the shell without `!`"),
        ("**More to come. Stay tuned!**", "text that is no code"),
        ("http://localhost:4040/", "text that is no code"),
        ("mean_rce: 16.51, retweet: 20.27", "text that is no code"),
        ("clf.fit(###, ###)", "a blank that is not filled in"),
        ("save(path='a', name=<name of the model>)", "a blank that is not filled in"),
        ("video = INSERT CLASS NAME.from_uri(uri)", "a blank that is not filled in"),
        ("train.groupby(, as_index=False).agg().head()", "a blank that is not filled in"),
        ("df.write.parquet('a', compression=)", "a blank that is not filled in"),
    ],
)
def test_what_is_no_python_on_purpose_is_information(cell: str, message: str) -> None:
    (found,) = _unread([cell], {})
    assert (found.severity.word, found.message) == ("info", message)


@pytest.mark.parametrize(
    "cell",
    [
        "df.Engine HP",
        "xgboost.",
        "a < b c > d",
        "q = 'SELECT FROM WHERE",
        "Of (x y)",
        "y = 0\n  x = 1",
        "x = f(1))",
        "a = {'b': 1\n",
        "import x%time",
        "cat = df['a'",
    ],
)
def test_other_mistakes_are_warnings(cell: str) -> None:
    (found,) = _unread([cell], {})
    assert found.severity is Severity.WARNING


def test_of_a_file_of_fragments_a_few_are_told() -> None:
    text = ";\n".join(f"select f{at}( from" for at in range(9)) + ";\n"
    found = [f.message for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert len(found) == 4
    assert found[-1] == "6 more statements of this file cannot be read"


def test_a_query_that_is_to_be_finished() -> None:
    (found,) = [
        f for f in scan_files({"a.sql": "select a\nfrom\n  -- TODO: the table\n"}).findings if f.code == "FEA001"
    ]
    assert (found.severity.word, found.message) == ("info", "a blank that is not filled in")


def test_sql_that_cannot_be_read_may_be_right_in_its_dialect() -> None:
    (found,) = [f for f in scan_files({"a.sql": "select a from t where (b"}).findings if f.code == "FEA001"]
    assert found.severity is Severity.INFO
    assert "--dialect" in str(found.help)


def _unread(cells: list[str], metadata: dict[str, object]) -> list[Finding]:
    made = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": c} for c in cells]
    text = json.dumps({"cells": made, "metadata": metadata, "nbformat": 4, "nbformat_minor": 4})
    return [f for f in scan_files({"nb.ipynb": text}).findings if f.code == "FEA001"]


def test_a_blank_is_shown_where_it_is() -> None:
    (found,) = _unread(["x = 1\nlayer = # TODO: make it(\n    units=3,\n)\ny = 2"], {})
    assert found.place.span is not None
    assert found.place.span.line == 2


def test_commands_of_the_shell_of_duckdb_are_no_sql() -> None:
    text = ".print 'making ages'\n.read demographics/age.sql\nselect a from t\n"
    assert [f.code for f in scan_files({"a.sql": text}).findings] == []


def test_a_cell_that_fails_on_purpose() -> None:
    cell = {
        "cell_type": "code",
        "id": "a",
        "metadata": {"tags": ["raises-exception"]},
        "outputs": [],
        "source": "'Pluto's a planet!'",
    }
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [cell]}
    assert scan_files({"a.ipynb": json.dumps(notebook)}).findings == ()
    cell["metadata"] = {"tags": "raises-exception"}
    (found,) = scan_files({"a.ipynb": json.dumps(notebook)}).findings
    assert found.message.startswith("unterminated string literal")
    cell["outputs"] = [{"output_type": "error", "ename": "NameError", "evalue": "", "traceback": []}]
    assert len(scan_files({"a.ipynb": json.dumps(notebook)}).findings) == 1
    cell["outputs"] = [{"output_type": "error", "ename": "SyntaxError", "evalue": "", "traceback": []}]
    assert scan_files({"a.ipynb": json.dumps(notebook)}).findings == ()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("def f(x):\n    # your turn\n\nf(3)", "a blank that is not filled in"),
        ("class A:\n\n    # your turn\n", "a blank that is not filled in"),
        ("suits = pass\n", "a blank that is not filled in"),
        ("def f(x):\nreturn x", "expected an indented block after function definition on line 1"),
        ("# Mind the quotes of words\n'I'm using single quotes'", "unterminated string literal"),
    ],
)
def test_what_is_left_empty_and_what_is_broken(text: str, message: str) -> None:
    (found,) = [f for f in scan_files({"a.py": text}).findings if f.code == "FEA001"]
    assert found.message.startswith(message)


def test_a_blank_of_sql_is_shown_where_it_is() -> None:
    text = "select a from t\n-- TODO: the condition\nwhere\nlimit 10"
    (found,) = [f for f in scan_files({"a.sql": text}).findings if f.code == "FEA001"]
    assert found.place.span is not None
    assert (found.message, found.place.span.line) == ("a blank that is not filled in", 2)


def test_a_mistake_behind_a_value_is_shown_where_it_is() -> None:
    cells = ["part = '''a,\nb,\nc'''\nt = 'events'", "%%bigquery df\nselect {part}\nfrom {t}\nwhere (\nlimit 3"]
    (found,) = _unread(cells, {})
    assert found.place.span is not None
    assert (found.place.span.cell, found.place.span.line) == (1, 5)


def test_a_blank_in_a_value_is_shown_at_its_variable() -> None:
    cells = ["part = '''a,\n# TODO: more\n'''", "%%bigquery df\nselect\n  {part}\nfrom events where"]
    (found,) = _unread(cells, {})
    assert found.message == "a blank that is not filled in"
    assert found.place.span is not None
    assert (found.place.span.line, found.place.span.column) == (3, 3)
