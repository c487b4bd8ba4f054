"""What a rewrite of Python code gives."""

from __future__ import annotations

from typing import NamedTuple

EXPLAINED = "# {}: what this has given so far, kept from one day to the next; filled once from all history"


class Code(NamedTuple):
    """Code to paste. `formed`: the aggregate has the form that suits its kind, and not only fewer rows."""

    text: str
    formed: bool = False
