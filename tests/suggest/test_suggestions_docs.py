"""docs/suggestions.md shows what the tool says; `pytest --update-golden` writes it again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from suggested_sql import CATALOG, HALF_LIFE, findings

from feasilint.suggest.kinds import KINDS

if TYPE_CHECKING:
    import pytest

    from feasilint.findings import Suggestion

PAGE = Path(__file__).parents[2] / "docs" / "suggestions.md"
SHOWN = re.compile(
    r"### (?P<kind>\w+)\n\n(?P<said>[^`#\n][^\n]*\n\n)?```sql\n(?P<before>.*?)\n```\n\n(?P<after>```sql\n.*?```\n)",
    re.DOTALL,
)
TABLE = re.compile(r"(?<=<!-- kinds -->\n).*?(?=<!-- end -->)", re.DOTALL)


def suggestion(before: str, kind: str = "") -> Suggestion:
    catalog = CATALOG + (HALF_LIFE if kind == "exp_decay_sum" else "")
    found = [finding.suggestion for finding in findings(before, catalog) if finding.suggestion is not None]
    assert len(found) == 1, [suggestion.title for suggestion in found]
    return found[0]


def table(text: str) -> str:
    titles = {match["kind"]: suggestion(match["before"], match["kind"]).title for match in SHOWN.finditer(text)}
    rows = "".join(
        f"| `{name}` | {titles.get(name) or kind.help or kind.title.format(**WORDS)} | {kind.trade} |\n"
        for name, kind in KINDS.items()
    )
    return f"| kind | instead | trade-off |\n| --- | --- | --- |\n{rows}"


WORDS = {"length": "", "words": "value", "rows": "events", "items": 20}


def page(text: str) -> str:
    shown = SHOWN.sub(
        lambda m: (
            f"### {m['kind']}\n\n{m['said'] or ''}```sql\n{m['before']}\n```\n\n```sql\n{suggestion(m['before'], m['kind']).code.rstrip()}\n```\n"
        ),
        text,
    )
    return TABLE.sub(lambda _: table(text), shown)


def test_the_page_shows_what_is_said(request: pytest.FixtureRequest) -> None:
    text = PAGE.read_text(encoding="utf-8")
    if request.config.getoption("--update-golden"):
        PAGE.write_text(page(text), encoding="utf-8")
    assert page(text) == PAGE.read_text(encoding="utf-8")


def test_every_kind_that_has_code_is_shown() -> None:
    assert {match["kind"] for match in SHOWN.finditer(PAGE.read_text(encoding="utf-8"))} == set(KINDS)
