"""Documents that must stay true: the JSON fields, the workflows that users copy."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = sorted((ROOT / "docs" / "workflows").glob("*.yml"))


def steps(path: Path) -> list[dict[str, Any]]:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_puts_nothing_from_outside_into_a_script(path: Path) -> None:
    assert all("${{" not in step.get("run", "") for step in steps(path))


def test_the_workflow_that_may_comment_checks_nothing_out() -> None:
    path = ROOT / "docs" / "workflows" / "feasilint-comment.yml"
    assert "pull-requests: write" in path.read_text(encoding="utf-8")
    assert all("uses" not in step for step in steps(path))


def test_the_workflow_that_sees_code_may_only_read() -> None:
    workflow = yaml.safe_load((ROOT / "docs" / "workflows" / "feasilint.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"] == {"contents": "read"}


def test_every_json_field_is_documented() -> None:
    schema = json.loads((ROOT / "feasilint" / "report" / "scan.schema.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    objects = (schema, schema["properties"]["summary"], schema["$defs"]["finding"], schema["$defs"]["span"])
    fields = {field for described in objects for field in described["properties"]}
    assert not {field for field in fields if f"`{field}`" not in text}


def test_every_field_of_a_trace_is_documented() -> None:
    schema = json.loads((ROOT / "feasilint" / "report" / "trace.schema.json").read_text(encoding="utf-8"))
    text = (ROOT / "docs" / "trace.md").read_text(encoding="utf-8")
    objects = (schema, *(part for part in schema["$defs"].values() if "properties" in part))
    nested = (one for part in schema["$defs"].values() for one in part.get("oneOf", ()) if "properties" in one)
    fields = {field for described in (*objects, *nested) for field in described["properties"]}
    of_spans = {"cell", "line", "column", "end_line", "end_column"}  # docs/inspect.md tells them
    assert not fields - of_spans - set(re.findall(r"\w+", text))


def test_the_tree_that_is_shown_is_real(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    from feasilint import api
    from feasilint.report import tree

    def drawn(match: re.Match[str]) -> str:
        return f"{match[1]}{tree.render(api.trace('examples/', match[2]))}```\n"

    monkeypatch.chdir(ROOT)
    path = ROOT / "docs" / "trace.md"
    text = path.read_text(encoding="utf-8")
    shown, count = re.subn(r"(<!-- printed for `(\w+)` -->\n```\n).*?```\n", drawn, text, flags=re.DOTALL)
    assert count
    if request.config.getoption("--update-golden"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


def test_every_linked_document_exists() -> None:

    for document in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), ROOT / "CONTRIBUTING.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name}: {target}"
