"""The base of IR nodes."""

from __future__ import annotations

from msgspec import Struct


class Node(Struct, frozen=True, eq=False):
    """Immutable, compared by identity. Printed without its fields: they would show the whole graph below, again and again."""

    __repr__ = object.__repr__
