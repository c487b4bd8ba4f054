"""Names that a document defines elsewhere than above their use: cells are run in any order, and some cannot be read."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def imported(name: str, text: str) -> str | None:
    """The full name of what an import anywhere in the text calls so; None without one."""
    word = re.escape(name)
    found = re.search(
        rf"^[ \t]*from[ \t]+([\w.]+)[ \t]+import\b[^#\n]*?(?:\b(\w+)[ \t]+as[ \t]+)?\b{word}\b", text, re.MULTILINE
    )
    if found is not None:
        return f"{found[1]}.{found[2] or name}"
    found = re.search(rf"^[ \t]*import\b[^#\n]*?\b([\w.]+)[ \t]+as[ \t]+{word}\b", text, re.MULTILINE)
    if found is not None:
        return found[1]
    return name if re.search(rf"^[ \t]*import[ \t]+(?:[\w., \t]+,[ \t]*)?{word}\b", text, re.MULTILINE) else None


@lru_cache(maxsize=256)
def assigned(name: str, text: str) -> bool:
    """Whether a line of the text gives something this name, also one that is no Python."""
    word = re.escape(name)
    targets = rf"^[ \t]*(?:[\w., \t()*]*,[ \t]*)?\(?{word}\b[\w., \t()*]*(?::[^=\n]+)?=(?!=)"
    others = rf"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+{word}\b|\bas[ \t]+{word}\b|\bfor[ \t][^\n]*\b{word}\b[^\n]*[ \t]in\b"
    return re.search(f"{targets}|{others}", text, re.MULTILINE) is not None
