"""What the code inside a template's marker stands for, told by its text alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir.intervals import UNITS
from feasilint.lower.sql.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Callable

_PLAIN = re.compile(r"[\w.]+(\[[\w'\"]+\])?")
_COLUMN = re.compile(r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)")
_CALL = re.compile(r"(\w+)\s*\((.*)\)", re.DOTALL)
_REFERENCES = re.compile(r"\b(ref|source)\s*\(([^()]*)\)")
_SETTINGS = re.compile(r"\b(?:env_)?var\s*\([^()]*\)")
_ASIDE = re.compile(
    r"""\b\w*(?:tz|timezone|type|format|datepart|alias|prefix|suffix|delimiter|separator)\s*=\s*(?:'[^']*'|"[^"]*")"""
)
_APPLIED = re.compile(r"\s*\w+\(\s*([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)(?=\s*(?:,|\)|as\b|::))", re.IGNORECASE)
_NO_COLUMNS = UNITS.keys() | {"utc", "gmt"}
_TEXTS = re.compile(r"""'([^']*)'|"([^"]*)\"""")


def is_simple(code: str) -> bool:
    """Whether a marker is told by its text: a name, or a call that names a table or a parameter."""
    call = _CALL.fullmatch(code)
    return _PLAIN.fullmatch(code) is not None if call is None else call[1] in _CALLS and "(" not in call[2]


def code_mark(code: str) -> Mark | None:
    """The placeholder of a marker; None for one that writes nothing."""
    call = _CALL.fullmatch(code)
    known = _CALLS.get(call[1]) if call else None
    return value_mark(code) if call is None or known is None else known(texts(call[2]))


def value_mark(code: str) -> Mark:
    """The placeholder of a value: a name is one that the caller supplies; anything else could be any text."""
    plain = " ".join(code.split())
    if _PLAIN.fullmatch(plain):
        return Mark("param", plain)
    tables = (_CALLS[call[1]](texts(call[2])) for call in _REFERENCES.finditer(plain))
    words = texts(_ASIDE.sub("", _SETTINGS.sub("", _REFERENCES.sub("", plain))))
    named = (found[1] for word in words if (found := _COLUMN.fullmatch(word) or _APPLIED.match(word)) is not None)
    columns = (word for word in named if word.lower() not in _NO_COLUMNS)
    return Mark("hole", plain, tuple(table.name for table in tables if table is not None), tuple(columns))


def texts(code: str) -> list[str]:
    """The string literals in a piece of code."""
    return [one or two for one, two in _TEXTS.findall(code)]


def says_model(code: str) -> bool:
    """Whether only a model of dbt or Dataform says this: the file is one, and its table is named after it."""
    call = _CALL.fullmatch(code)
    return code == "this" if call is None else call[1] in _MODELS


def _ref(found: list[str]) -> Mark | None:
    return Mark("table", found[-1]) if found else None


def _source(found: list[str]) -> Mark | None:
    return Mark("table", ".".join(found[-2:])) if found else None


def _var(found: list[str]) -> Mark | None:
    return Mark("param", found[0]) if found else None


_MODELS = ("ref", "source", "config", "self")
_CALLS: dict[str, Callable[[list[str]], Mark | None]] = {
    "ref": _ref,
    "source": _source,
    "var": _var,
    "env_var": _var,
    "config": lambda _: None,
    "when": lambda _: None,  # Dataform's ${when(incremental(), …)}
    "log": lambda _: None,
    "self": lambda _: Mark("param", "this"),
}
