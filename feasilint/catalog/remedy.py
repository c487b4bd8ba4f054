"""What a misspelled word may have meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def remedy(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean 'daily'?` for the known word that is closest, or the only one that starts so; else the other advice."""
    names = sorted(known)
    started = [name for name in names if word and name.startswith(word.lower())]
    near = get_close_matches(word.lower(), names, 1) or (started if len(started) == 1 else [])
    return f"did you mean {near[0]!r}?" if near else otherwise
