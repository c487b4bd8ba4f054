"""Runs the examples of rules, which are their tests and their documentation. Made for packages of rules.

from feasilint.testing import failures

def test_my_rule() -> None:
    assert list(failures(MyRule())) == []
"""

from __future__ import annotations

import json
import re
from inspect import cleandoc
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.result import ScanResult
    from feasilint.rule import Example, Rule

HEADINGS = ("What it does", "Why it matters", "Instead", "When to ignore it")
_CATALOG = "catalog.yaml"


class Failure(Struct, frozen=True):
    """What is wrong with a rule. `example`: its title, empty for the rule as such."""

    code: str
    example: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}{f' ({self.example})' if self.example else ''}: {self.message}"


def failures(rule: Rule) -> Iterator[Failure]:
    """Everything about a rule that does not hold: documentation that is missing, and examples that come out otherwise."""
    yield from (Failure(rule.code, "", message) for message in _undocumented(rule))
    for example in rule.examples:
        message = outcome(rule, example)
        if message:
            yield Failure(rule.code, example.title, message)


def outcome(rule: Rule, example: Example, catalog: str | None = None) -> str:
    """What is wrong with an example, empty if nothing. It is judged by all installed rules and this one; by the `catalog` (its
    text) where the example has none."""
    result = run(rule, example, catalog)
    crashed = [error for error in result.errors if error.startswith(rule.code)]
    if crashed:
        return crashed[0]
    found = [finding for finding in result.findings if finding.code == rule.code]
    if len(found) != example.flagged:
        said = "; ".join(f"{finding.code}: {finding.message}" for finding in result.findings) or "nothing"
        return f"flagged {len(found)} times instead of {example.flagged}; found was {said}"
    odd = next((finding.message for finding in found if example.contains not in finding.message), None)
    return "" if odd is None else f"the message does not contain {example.contains!r}: {odd}"


def run(rule: Rule, example: Example, catalog: str | None = None) -> ScanResult:
    """Scan the files of an example."""
    from feasilint.api import scan_files

    files = {path: cleandoc(text) for path, text in example.files.items()}
    text = files.pop(_CATALOG, catalog)
    documents = {path: notebook(code) if path.endswith(".ipynb") else code for path, code in files.items()}
    return scan_files(documents, text, rules=[rule])


def notebook(text: str) -> str:
    """Cells separated by lines of `# %%` as the JSON of a notebook."""
    cells: list[dict[str, object]] = [
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


def declared_failures(rule: Rule, catalog: str) -> Iterator[Failure]:
    """What does not hold of a rule that the catalog of this text declares."""
    for example in rule.examples:
        message = outcome(rule, example, catalog)
        if message:
            yield Failure(rule.code, example.title, message)


def _undocumented(rule: Rule) -> Iterator[str]:
    text = cleandoc(rule.__doc__ or "")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    missing = [heading for heading in HEADINGS if heading not in headings]
    if missing:
        yield f"its docstring has no heading {', '.join(f'`## {heading}`' for heading in missing)}"
    if not any(example.flagged for example in rule.examples):
        yield "no example is flagged"
    if all(example.flagged for example in rule.examples):
        yield "no example shows what is not flagged"
