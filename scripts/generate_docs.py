"""Write docs/rules/ from the classes of the built-in rules; run it after a rule has changed.

python scripts/generate_docs.py
"""

from __future__ import annotations

from pathlib import Path

from feasilint.explain import explain, index
from feasilint.registry import rules

FOLDER = Path(__file__).parent.parent / "docs" / "rules"


def pages() -> dict[str, str]:
    """The content of every page, by file name."""
    built_in = [rule for rule in rules() if type(rule).__module__.startswith("feasilint_rules.")]
    return {"README.md": index(built_in), **{f"{rule.code}.md": explain(rule) for rule in built_in}}


def main() -> None:
    """Write the pages and remove those of rules that are gone."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in sorted(FOLDER.glob("*.md")):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
