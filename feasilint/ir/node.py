"""The base of IR nodes."""

from __future__ import annotations

from msgspec import Struct


class Node(Struct, frozen=True, eq=False, gc=False):
    """Immutable, compared by identity. Printed without its fields: they would show the whole graph below, again and again.

    Nodes are made of nodes that are there already, never in a cycle: collecting garbage passes them over (`gc=False`)."""

    __repr__ = object.__repr__
