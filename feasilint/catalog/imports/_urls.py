"""URLs without what must not be told."""

from __future__ import annotations

import re

_USER = re.compile(r"(?<=://)[^/?#]*@")
_QUERY = re.compile(r"\?[^/?]*=.*|#.*", re.DOTALL)  # a question mark alone is a wildcard
_CONTAINER = re.compile(r"(?:abfss?|wasbs?)://[^/:@]*@[^@]*")


def without_secrets(url: str) -> str:
    """A URL without user, password, query and fragment. The container in `abfss://container@account/…` is no user."""
    if "://" not in url:
        return url
    bare = _QUERY.sub("", url.strip())
    return bare if _CONTAINER.fullmatch(bare) else _USER.sub("", bare)
