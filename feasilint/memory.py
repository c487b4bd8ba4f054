"""When Python looks for garbage."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class _Pauses:
    """How many pauses there are at this moment, in all threads, and whether garbage was looked for before the first one."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._count = 0
        self._enabled = False

    def begin(self) -> None:
        with self._lock:
            if self._count == 0:
                self._enabled = gc.isenabled()
                gc.disable()
            self._count += 1

    def end(self) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0 and self._enabled:
                gc.enable()


_pauses = _Pauses()


@contextmanager
def without_collection() -> Iterator[None]:
    """Nobody looks for garbage meanwhile. A document or a catalog becomes many small objects that nearly all stay: looking for
    cycles among them again and again is a fifth of the time, and half of that of the largest ones."""
    _pauses.begin()
    try:
        yield
    finally:
        _pauses.end()


_SELDOM = (100_000, 50, 100)  # new objects, then collections of the younger generation, between two looks


@contextmanager
def one_run() -> Iterator[None]:
    """Garbage is seldom looked for in a process that runs once and ends, nor at its end: what imports make stays."""
    gc.set_threshold(*_SELDOM)
    try:
        yield
    finally:
        gc.freeze()
