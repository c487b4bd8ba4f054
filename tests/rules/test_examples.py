"""The examples of every rule, through the whole pipeline: they are its tests and its documentation."""

from __future__ import annotations

import json
from inspect import cleandoc
from typing import TYPE_CHECKING

import pytest

from feasilint.api import scan_files
from feasilint.registry import rules

if TYPE_CHECKING:
    from feasilint.rule import Example, Rule

CASES = [
    pytest.param(rule, example, id=f"{rule.code}-{example.title}") for rule in rules() for example in rule.examples
]


def notebook(text: str) -> str:
    """Cells separated by lines of `# %%` as the JSON of a notebook."""
    cells = [
        {
            "cell_type": "code",
            "execution_count": None,
            "id": f"c{at}",
            "metadata": {},
            "outputs": [],
            "source": source.strip(),
        }
        for at, source in enumerate(text.split("\n# %%\n"))
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_example(rule: Rule, example: Example) -> None:
    files = {path: cleandoc(text) for path, text in example.files.items()}
    catalog = files.pop("catalog.yaml", None)
    result = scan_files({p: notebook(text) if p.endswith(".ipynb") else text for p, text in files.items()}, catalog)
    found = [finding for finding in result.findings if finding.code == rule.code]
    assert result.errors == ()
    assert len(found) == example.flagged, [finding.message for finding in result.findings]
    assert all(example.contains in finding.message for finding in found), [finding.message for finding in found]
