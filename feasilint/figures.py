"""Large numbers as people write them."""

from __future__ import annotations

_SCALES = ((1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k"))


def amount(number: float) -> str:
    """`2.5M`, `912M`, `40k`, `7`."""
    for scale, letter in _SCALES:
        if number >= scale:
            return f"{number / scale:.3g}{letter}"
    return f"{number:.3g}"
