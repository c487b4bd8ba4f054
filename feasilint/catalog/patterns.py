"""Regular expressions of JSON Schema for the scalars of a catalog: they take what `scalars` takes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.catalog.scalars import BYTES, FLAGS, MULTIPLES, NEVER, UNITS

if TYPE_CHECKING:
    from collections.abc import Iterable

_DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)"
_AMOUNT = r"(?:\d[\d_,]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"


def _any_case(words: Iterable[str]) -> str:
    """Any of these words, whatever their case: the patterns of JSON Schema have no flags."""
    return re.sub("[a-z]", lambda letter: f"[{letter[0]}{letter[0].upper()}]", "|".join(words))


def _iso(units: str) -> str:
    return "".join(rf"(?:{_DECIMAL}{_any_case(unit)})?" for unit in units)


def _whole(pattern: str) -> str:
    return rf"^\s*(?:{pattern})\s*$"


def _amount(units: Iterable[str]) -> str:
    return _whole(rf"{_AMOUNT}\s*(?:{_any_case(unit for unit in units if unit)})?")


_UNIT = rf"(?!M(?![A-Za-z]))(?:{_any_case(unit if len(unit) == 1 else f'{unit}s?' for unit in UNITS)})(?![A-Za-z])"
_NEVER = _any_case(re.escape(word) for word in sorted(NEVER))
_ISO = rf"[pP](?=[\d.tT]){_iso('ymwd')}(?:[tT](?=[\d.]){_iso('hms')})?"

DURATION = _whole(rf"0|{_NEVER}|{_ISO}|(?:{_DECIMAL}\s*{_UNIT}\s*)+")
NUMBER = _amount(MULTIPLES)
SIZE = _amount(BYTES)
TIME_OF_DAY = _whole(r"(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?")
DAY = r"^\s*\d{4}-\d\d-\d\d"
CURRENCY = _whole("[A-Za-z]{3}")
FLAG = _whole(_any_case(FLAGS))
RULE_CODE = _whole(r"[A-Z]{3,}\d{3}")
RULE_NAME = _whole(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
