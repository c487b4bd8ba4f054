from __future__ import annotations

import runpy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from feasilint.explain import explain
from feasilint.registry import rules

if TYPE_CHECKING:
    from feasilint.rule import Rule

ROOT = Path(__file__).parent.parent
HEADINGS = ("## What it does", "## Why it matters", "## Instead", "## When to ignore it")


def test_pages_are_current() -> None:
    """If not: python scripts/generate_docs.py"""
    made = runpy.run_path(str(ROOT / "scripts" / "generate_docs.py"))["pages"]()
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == made


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_every_rule_says_what_why_and_what_instead(rule: Rule) -> None:
    page = explain(rule)
    assert page.startswith(f"# {rule.code} {rule.name}\n")
    positions = [page.index(heading) for heading in HEADINGS]
    assert positions == sorted(positions)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.code)
def test_every_rule_shows_first_what_it_accepts(rule: Rule) -> None:
    flagged = [example.flagged > 0 for example in rule.examples]
    assert not flagged[0]
    assert flagged == sorted(flagged)
    assert any(flagged)
    page = explain(rule)
    assert all(f"{'Reported' if example.flagged else 'Accepted'}: {example.title}" in page for example in rule.examples)
