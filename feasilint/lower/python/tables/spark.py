"""Not filled yet."""

from __future__ import annotations

DECORATORS: dict = {}
