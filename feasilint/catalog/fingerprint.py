"""Values of entries as the text that they are written in, and short fingerprints of it.

A fingerprint in an entry's provenance tells the next import whether somebody has changed the value since.
"""

from __future__ import annotations

import hashlib
import json


def texted(value: object) -> object:
    """The value with every scalar as the text that YAML has for it, as the catalog's own reader gives it."""
    if isinstance(value, dict):
        return {str(key): texted(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [texted(item) for item in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return None if value is None else str(value)


def fingerprint(value: object) -> str:
    """Six hexadecimal digits of a value; the order of keys does not count."""
    written = json.dumps(texted(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(written.encode("utf-8", "surrogatepass")).hexdigest()[:6]
