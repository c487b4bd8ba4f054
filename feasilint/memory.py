"""When Python looks for garbage."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collection() -> Iterator[None]:
    """What a document or a catalog is made into are many small objects that nearly all stay: looking for cycles among them
    again and again is a fifth of the time, and half of that of the largest ones."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


_SELDOM = (100_000, 50, 100)


@contextmanager
def one_run() -> Iterator[None]:
    """A process that runs once and ends: what imports make stays, and nobody needs to look through it again at the end."""
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.freeze()
