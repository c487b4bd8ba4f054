"""The Python API: `scan` and `inspect_source`."""

from __future__ import annotations

from typing import Any


def scan(*paths: str) -> Any:
    raise NotImplementedError


def inspect_source(text: str) -> dict[str, Any]:
    raise NotImplementedError
