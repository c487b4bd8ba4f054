"""Patterns of `match`, as far as the subject is known, and what `with` gives."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.attributes import class_member, read_attribute

if TYPE_CHECKING:
    from feasilint.lower.python.machine import Machine


def entered(m: Machine, value: v.Value) -> v.Value:
    """What `with value as x` binds: for an object of the code's own what its `__enter__` gives."""
    found = m.get(value)
    if isinstance(found, v.Instance) and class_member(m, found.of, "__enter__") is not None:
        return m.call(read_attribute(m, value, "__enter__", None), (), {}, None)
    return value


def matched(m: Machine, pattern: ast.pattern, subject: v.Value) -> bool | None:
    """Whether a pattern matches, None where that is not known; the names in it are bound to their parts."""
    match pattern:
        case ast.MatchValue(value=value):
            return _same(m.get(m.evaluate(value)), m.get(subject))
        case ast.MatchSingleton(value=value):
            return _same(v.Const(value), m.get(subject))
        case ast.MatchOr(patterns=options):
            return _any([matched(m, option, subject) for option in options])
        case ast.MatchAs(pattern=inner, name=name):
            holds = matched(m, inner, subject) if inner is not None else True
            if name is not None:
                m.scope.bind(name, subject)
            return holds
        case ast.MatchSequence(patterns=parts):
            return _sequence(m, parts, subject)
        case ast.MatchMapping(keys=keys, patterns=parts, rest=rest):
            return _mapping(m, keys, parts, rest, subject)
        case ast.MatchClass(patterns=parts, kwd_patterns=named):
            for part in (*parts, *named):
                matched(m, part, m.unknown("part", subject))
            return None
        case _:
            return None


def _same(wanted: v.Value, found: v.Value) -> bool | None:
    if isinstance(wanted, v.Const) and isinstance(found, v.Const):
        return wanted == found
    return False if isinstance(found, v.Seq | v.Dict) else None


def _any(holds: list[bool | None]) -> bool | None:
    return True if True in holds else None if None in holds else False


def _all(holds: list[bool | None]) -> bool | None:
    return False if False in holds else None if None in holds else True


def _sequence(m: Machine, parts: list[ast.pattern], subject: v.Value) -> bool | None:
    found = m.get(subject)
    star = any(isinstance(part, ast.MatchStar) for part in parts)
    if isinstance(found, v.Seq) and not found.open and not star:
        if len(found.items) != len(parts):
            return False
        return _all([matched(m, part, item) for part, item in zip(parts, found.items, strict=True)])
    for part in parts:
        if isinstance(part, ast.MatchStar):
            m.scope.bind(part.name or "_", m.unknown("rest", subject))
        else:
            matched(m, part, m.unknown("item", subject))
    return False if isinstance(found, v.Const | v.Dict) else None


def _mapping(
    m: Machine, keys: list[ast.expr], parts: list[ast.pattern], rest: str | None, subject: v.Value
) -> bool | None:
    found = m.get(subject)
    if rest is not None:
        m.scope.bind(rest, m.unknown(rest, subject))
    if not isinstance(found, v.Dict):
        for part in parts:
            matched(m, part, m.unknown("value", subject))
        return False if isinstance(found, v.Const | v.Seq) else None
    holds: list[bool | None] = []
    for key, part in zip(keys, parts, strict=True):
        wanted = m.get(m.evaluate(key))
        value = found.get(wanted.value) if isinstance(wanted, v.Const) else None
        if value is None:
            holds.append(None if found.open or not isinstance(wanted, v.Const) else False)
            value = m.unknown("value", subject)
        holds.append(matched(m, part, value))
    return _all(holds)
