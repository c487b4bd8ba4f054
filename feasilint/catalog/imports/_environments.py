"""Whether the words in which people name an environment mean production."""

from __future__ import annotations

import re

_PRODUCTION = frozenset({"prod", "prd", "production", "live"})
_OTHER = frozenset(
    {"pre", "non", "no", "not", "dev", "devel", "develop", "development", "test", "tests", "testing", "tst", "uat", "sit", "int",
     "integration", "qa", "qs", "staging", "stage", "stg", "acceptance", "acc", "preprod", "preproduction", "preview", "nonprod",
     "sandbox", "sbx", "local", "localhost", "ci", "demo", "mock", "lab", "poc", "beta", "alpha", "shadow"}
)  # fmt: skip
_WORD = re.compile(r"[a-z]+")


def is_production(words: object) -> bool | None:
    """True for `prod`, `prod-eu`; False for `dev`, `pre-prod`; None for words that say neither."""
    found = set(_WORD.findall(words.lower())) if isinstance(words, str) else set()
    if found & _OTHER:
        return False
    return True if found & _PRODUCTION else None
