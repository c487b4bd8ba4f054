"""The kinds of values in a catalog: how each is read, what is said of a wrong one, and how JSON Schema describes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from feasilint.catalog import patterns, scalars
from feasilint.catalog.model import Availability, LatencyClass, Mode, SeverityName, SourceKind, WindowName
from feasilint.catalog.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import Callable


PLACEHOLDERS = ("feature", "model", "source", "column", "owner", "function", "window")  # of a declared rule's message


def _told(convert: Callable[[Any], object]) -> BeforeValidator:
    """A validator whose message is that of the ValueError, and nothing else."""

    def validate(value: object) -> object:
        try:
            if value is None:
                raise ValueError("expected a value, found nothing")
            return convert(value)
        except ValueError as error:
            raise PydanticCustomError("told", "{message}", {"message": str(error)}) from None

    return BeforeValidator(validate)


def _text(value: object) -> str:
    if isinstance(value, (dict, list, tuple)):
        raise ValueError(f"expected text, found a {'mapping' if isinstance(value, dict) else 'list'}")
    text = str(value).strip()
    if not text:
        raise ValueError("expected text, found nothing")
    return text


def _one_of(noun: str, literal: object) -> BeforeValidator:
    names: tuple[str, ...] = get_args(literal)
    advice = f"use one of {', '.join(names)}"

    def convert(value: object) -> str:
        text = _text(value)
        if text in names:
            return text
        raise ValueError(f"{scalars.shown(text)} is not {noun}; {remedy(text, names, advice)}")

    return _told(convert)


def _listed(value: object) -> object:
    """One item stands for a list of one. No item stands twice in a list."""
    if not isinstance(value, list):
        return [value] if isinstance(value, str) else value
    _check_twice(value)
    return value


def _check_twice(items: list[object]) -> None:
    texts = [item.strip() for item in items if isinstance(item, str)]
    if len(set(texts)) < len(texts):
        at = next(at for at, item in enumerate(items) if item in items[:at] or str(item).strip() in texts[:at])
        message = f"{scalars.shown(str(items[at]).strip())} stands twice in this list; remove one"
        raise PydanticCustomError("told_within", "{message}", {"message": message, "step": at})


def named(value: object) -> object:
    """A list of names stands for a mapping that says nothing more about them."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        _check_twice(value)
        return dict.fromkeys(value)
    return {} if value is None else value


def mapped(key: str) -> BeforeValidator:
    """Bare text stands for a mapping with this one key; nothing for an empty one."""

    def convert(value: object) -> object:
        return {key: value} if isinstance(value, str) else {} if value is None else value

    return BeforeValidator(convert)


def records(value: object) -> object:
    """One record, or bare text for its `from`, stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return [{"from": item} if isinstance(item, str) else item for item in items]


def contact(value: object) -> object:
    """An owner as text: a channel, an address or a person to ask, or the name of a team."""
    if not isinstance(value, str):
        return value
    return {"contact" if value.startswith(("#", "@")) or "@" in value else "team": value}


def _version(value: object) -> int:
    version = _text(value)
    if version.isdigit() and version != "1":
        raise ValueError(f"version {version[:9]} is not supported; this version of feasilint reads version 1")
    if version != "1":
        raise ValueError(f"{scalars.shown(version)} is no version; write `version: 1`")
    return 1


def _rule_code(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(patterns.RULE_CODE, text):
        raise ValueError(
            f"{scalars.shown(text)} is no code of a rule; write three or more capitals and three digits, as ACME001"
        )
    return text


def _rule_name(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(patterns.RULE_NAME, text):
        raise ValueError(
            f"{scalars.shown(text)} is no name of a rule; write it in lower case with hyphens, as no-raw-events"
        )
    return text


def _rule_message(value: object) -> str:
    text = _text(value)
    for word in re.findall(r"\{([^{}]*)\}", text):
        if word not in PLACEHOLDERS:
            raise ValueError(
                f"{{{word}}} stands for nothing; {remedy(word, PLACEHOLDERS, f'there are {known_placeholders()}')}"
            )
    return text


def known_placeholders() -> str:
    """The placeholders of a message, as they are written."""
    return ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)


def _schema(name: str, expected: str, pattern: str, *, number: bool = False, **more: object) -> WithJsonSchema:
    """Text of a pattern, or what an editor takes for a number; `expected` is what editors say of other text."""
    kind = ["string", "number"] if number else "string"
    said = {"type": kind, "pattern": pattern, "patternErrorMessage": f"expected {expected}"}
    return WithJsonSchema({"$comment": name, **said, **more})


def _words(literal: object) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "enum": list(get_args(literal))})


_A_DURATION = "a duration with its unit, as 90m, 1d4h or P30D"
_DURATION = _schema("Duration", _A_DURATION, patterns.DURATION, number=True, minimum=0, maximum=0)
_POSITIVE = _schema("PositiveDuration", _A_DURATION, patterns.DURATION)
_COUNT = _schema("Count", "a count, as 20k, 50M, 50e6 or 50_000_000", patterns.NUMBER, number=True, minimum=0)
_SIZE = _schema("Size", "a size, as 600, 2kB or 1MiB", patterns.SIZE, number=True, minimum=0)
_MONEY = _schema("Money", "an amount, as 6.25, 2_000 or 50k", patterns.NUMBER, number=True, minimum=0)
_CURRENCY = _schema("Currency", "a code as USD", patterns.CURRENCY)
_TIME_OF_DAY = _schema("TimeOfDay", "a time as 14:30", patterns.TIME_OF_DAY)
_FLAG = WithJsonSchema({"$comment": "Flag", "type": ["boolean", "string"], "pattern": patterns.FLAG})
_DAY = _schema("Day", "a day as 2026-11-20", patterns.DAY)

Text: TypeAlias = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1),
    WithJsonSchema({"$comment": "Text", "type": ["string", "number", "boolean"], "pattern": r"\S"}),
]
Texts: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Duration: TypeAlias = Annotated[float, _told(scalars.duration), _DURATION]
FiniteDuration: TypeAlias = Annotated[float, _told(scalars.finite_duration), _DURATION]
Period: TypeAlias = Annotated[float, _told(scalars.period), _POSITIVE]
Length: TypeAlias = Annotated[float, _told(scalars.length), _POSITIVE]
PositiveDuration: TypeAlias = Annotated[float, _told(scalars.positive_duration), _POSITIVE]
Count: TypeAlias = Annotated[float, _told(scalars.count), _COUNT]
Size: TypeAlias = Annotated[float, _told(scalars.size), _SIZE]
Money: TypeAlias = Annotated[float, _told(scalars.money), _MONEY]
Budget: TypeAlias = Annotated[float, _told(scalars.budget), _MONEY]
Currency: TypeAlias = Annotated[str, _told(scalars.currency), _CURRENCY]
TimeOfDay: TypeAlias = Annotated[float, _told(scalars.time_of_day), _TIME_OF_DAY]
TimeZone: TypeAlias = Annotated[str, _told(scalars.time_zone), WithJsonSchema({"type": "string"})]
Day: TypeAlias = Annotated[str, _told(scalars.day), _DAY]
Flag: TypeAlias = Annotated[bool, _told(scalars.flag), _FLAG]
Version: TypeAlias = Annotated[int, _told(_version), WithJsonSchema({"enum": [1, "1"]})]
AvailabilityName: TypeAlias = Annotated[Availability, _one_of("an availability", Availability), _words(Availability)]
LatencyName: TypeAlias = Annotated[LatencyClass, _one_of("a latency class", LatencyClass), _words(LatencyClass)]
KindName: TypeAlias = Annotated[SourceKind, _one_of("a kind of source", SourceKind), _words(SourceKind)]
SeverityWord: TypeAlias = Annotated[SeverityName, _one_of("a severity", SeverityName), _words(SeverityName)]
BatchWord: TypeAlias = Annotated[
    Literal[SeverityName, "silent"],
    _one_of("a severity", Literal[SeverityName, "silent"]),
    _words(Literal[SeverityName, "silent"]),
]
WindowWord: TypeAlias = Annotated[WindowName, _one_of("a kind of window", WindowName), _words(WindowName)]
RuleCode: TypeAlias = Annotated[str, _told(_rule_code), _schema("RuleCode", "a code as ACME001", patterns.RULE_CODE)]
RuleName: TypeAlias = Annotated[
    str, _told(_rule_name), _schema("RuleName", "a name as no-raw-events", patterns.RULE_NAME)
]
RuleMessage: TypeAlias = Annotated[str, _told(_rule_message), WithJsonSchema({"type": "string", "pattern": r"\S"})]
AvailabilityNames: TypeAlias = Annotated[tuple[AvailabilityName, ...], BeforeValidator(_listed)]
WindowWords: TypeAlias = Annotated[tuple[WindowWord, ...], BeforeValidator(_listed)]
ModeNames: TypeAlias = Annotated["tuple[ModeName, ...]", BeforeValidator(_listed)]
ModeName: TypeAlias = Annotated[Mode, _one_of("a mode", Mode), _words(Mode)]
