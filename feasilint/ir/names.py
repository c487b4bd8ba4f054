"""What names of columns say where nothing else does."""

from __future__ import annotations

import re
from functools import lru_cache

_TIME_NAME = re.compile(
    r"(^|_)(date|day|dt|ds|datetime|timestamp|tstamp|time|ts|week|month|yearmonth|year_month|period|at|on|hour|year)(_|$|\d)"
    r"|date$|time$|timestamp|_partitiontime|_partitiondate|_table_suffix",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def timelike(name: str) -> bool:
    """Whether a column's name speaks of time."""
    return _TIME_NAME.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None
