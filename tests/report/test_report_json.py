from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from made import NOTEBOOK, made, notebook, place, scanned, sqlfile
from msgspec.structs import replace

from feasilint.api import scan_files
from feasilint.findings import Finding, Label, Place
from feasilint.report.json import document, fingerprint, render
from feasilint.result import ScanResult


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((files("feasilint.report") / "scan.schema.json").read_text(encoding="utf-8"))
    return loaded


def closed(schema: Any) -> Any:
    """The schema with no further fields allowed: what is printed must be described."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    copied = {key: closed(value) for key, value in schema.items()}
    return copied | {"additionalProperties": False} if "properties" in schema and "type" in schema else copied


def test_every_field_is_described_and_valid(schema: dict[str, Any], finding: Finding) -> None:
    bare = made(Place("broken.ipynb", None))
    result = scanned(
        finding,
        bare,
        documents=(notebook(),),
        suppressed=(finding,),
        unknown_sources=("a",),
        hints=("b",),
        errors=("c",),
    )
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(closed(schema)).validate(json.loads(render(result)))


def test_an_empty_result_is_valid(schema: dict[str, Any]) -> None:
    Draft202012Validator(schema).validate(json.loads(render(ScanResult())))


def test_a_span_says_cell_id_and_physical_line(result: ScanResult) -> None:
    span = document(result)["findings"][0]["span"]
    assert span == {
        "cell": 6,
        "line": 4,
        "column": 4,
        "end_line": 4,
        "end_column": 27,
        "cell_id": "ab12",
        "execution_count": 12,
        "file_line": 104,
        "file_end_line": 104,
    }


def test_a_plain_file_has_its_own_lines() -> None:
    span = document(scanned(made(place("a.sql", None, 2, 1, 3)), documents=(sqlfile("x\ny z", "a.sql"),)))["findings"][
        0
    ]["span"]
    assert (span["cell"], span["cell_id"], span["file_line"]) == (None, None, 2)


def test_the_fingerprint_ignores_lines_labels_and_words() -> None:
    first = made(place(NOTEBOOK, 6, 4, 4, 27), feature="x", source="t", column="c")
    moved = replace(first, place=place(NOTEBOOK, 9, 1, 1, 2), message="other", labels=(Label(first.place, "here"),))
    assert fingerprint(first) == fingerprint(moved)


@pytest.mark.parametrize("change", [{"code": "LAT202"}, {"feature": "y"}, {"source": "u"}, {"column": "d"}])
def test_the_fingerprint_follows_the_fact(change: dict[str, Any]) -> None:
    first = made(place(NOTEBOOK, 6, 4, 4, 27), feature="x", source="t", column="c")
    assert fingerprint(first) != fingerprint(replace(first, **change))


def test_lone_surrogates_are_printable() -> None:
    assert "\\ud800" in render(scanned(made(place("a.sql", None, 1, 1, 2), feature="\ud800")))


_CATALOG = """
version: 1
sources:
  - {name: payments.transactions, availability: production, latency: daily, kind: events, grain: [tx_id], event_time: ts}
"""
_QUERY = "create table ml.f as\nselect user_id, sum(amount) as spend\nfrom payments.transactions\nwhere ts < {moment}\ngroup by user_id\n"


def _fix(moment: str, schema: dict[str, Any]) -> dict[str, Any]:
    result = scan_files({"f.sql": _QUERY.replace("{moment}", moment)}, _CATALOG)
    found = json.loads(render(result))
    Draft202012Validator(closed(schema)).validate(found)
    (fix,) = [finding["fix"] for finding in found["findings"] if finding["code"] == "AGG301"]
    assert isinstance(fix, dict)
    return fix


def test_without_a_fix_the_report_says_why(schema: dict[str, Any]) -> None:
    assert _fix("current_date", schema) == {
        "available": False,
        "safe": False,
        "path": "f.sql",
        "edits": [],
        "obstacle": "no time of prediction to bound it by",
    }


def test_the_edits_of_a_fix_make_the_text_that_the_fix_makes(schema: dict[str, Any]) -> None:
    fix = _fix(":as_of", schema)
    assert (fix["available"], fix["safe"], fix["path"], fix["obstacle"]) == (True, False, "f.sql", None)
    ((span, text),) = [(edit["span"], edit["text"]) for edit in fix["edits"]]
    lines = _QUERY.replace("{moment}", ":as_of").split("\n")
    line, start, end = span["line"] - 1, span["column"] - 1, span["end_column"] - 1
    assert (span["end_line"], span["file_line"]) == (span["line"], span["line"])
    lines[line] = lines[line][:start] + text + lines[line][end:]
    bound = "where ts < :as_of\n  and ts >= :as_of - interval '365' day"
    assert "\n".join(lines) == _QUERY.replace("where ts < {moment}", bound)


def test_a_safe_fix(schema: dict[str, Any]) -> None:
    result = scan_files({"f.sql": "select 1 -- feasilint: ignore[AGG301] never\n"})
    found = json.loads(render(result))
    Draft202012Validator(closed(schema)).validate(found)
    (fix,) = [finding["fix"] for finding in found["findings"] if finding["code"] == "FEA003"]
    assert (fix["available"], fix["safe"]) == (True, True)
    assert [edit["text"] for edit in fix["edits"]] == [""]
