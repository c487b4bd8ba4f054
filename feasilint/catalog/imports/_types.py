"""What the name of a type says, whatever the database."""

from __future__ import annotations

import re

_TEMPORAL = re.compile(r"\s*(?:date|datetime\d*|smalldatetime|timestamp\w*)\b", re.IGNORECASE)


def is_temporal(*types: object) -> bool:
    """Whether any of these names of types is that of a day or a moment."""
    return any(isinstance(name, str) and _TEMPORAL.match(name) is not None for name in types)
