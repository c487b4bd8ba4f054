"""The block that lets pre-commit run feasilint."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from feasilint.catalog.tree import parse
from feasilint.catalog.write import edited, write
from feasilint.errors import UsageError

FILE = ".pre-commit-config.yaml"
BLOCK = """\
repos:
  - repo: https://github.com/your-org/feasilint
    rev: main  # a tag or a commit
    hooks:
      - id: feasilint
"""


def add() -> bool:
    """Put the block into pre-commit's settings here, or make them. False if it is there already. Raises UsageError."""
    if not Path(FILE).exists():
        write(FILE, BLOCK)
        return True
    try:
        text = Path(FILE).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise UsageError(f"{FILE} cannot be read: {error}") from None
    data, problems = parse(text, FILE)[0].data, parse(text, FILE)[1]
    if problems:
        raise UsageError(str(problems[0]))
    if not isinstance(data, dict | None) or not isinstance((data or {}).get("repos"), list | None):
        raise UsageError(f"{FILE}: expected a mapping with a list of repos")
    if _there(data):
        return False
    block: Any = parse(BLOCK, FILE)[0].data
    repos = [*((data or {}).get("repos") or ()), *block["repos"]]
    write(FILE, edited(text, data, {**data, "repos": repos}) if data else f"{text.rstrip()}\n{BLOCK}".lstrip())
    return True


def _there(data: Any) -> bool:
    """Whether some repository has a hook of that name."""
    repos = (data or {}).get("repos") or ()
    hooks = [repo.get("hooks") for repo in repos if isinstance(repo, dict)]
    return any(isinstance(hook, dict) and hook.get("id") == "feasilint" for held in hooks for hook in held or ())
