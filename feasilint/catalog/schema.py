"""The shape of a catalog file, as pydantic models. Loaded only when a catalog has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from feasilint.catalog import scalars
from feasilint.catalog.model import Availability, LatencyClass, Mode, SourceKind
from feasilint.catalog.remedy import remedy

if TYPE_CHECKING:
    from collections.abc import Callable


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
        raise ValueError(f"{text!r} is not {noun}; {remedy(text, names, advice)}")

    return _told(convert)


def _listed(value: object) -> object:
    """One item stands for a list of one."""
    return [value] if isinstance(value, str) else value


def _named(value: object) -> object:
    """A list of names stands for a mapping that says nothing more about them."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return dict.fromkeys(value)
    return {} if value is None else value


def _mapped(key: str) -> BeforeValidator:
    """Bare text stands for a mapping with this one key; nothing for an empty one."""

    def convert(value: object) -> object:
        return {key: value} if isinstance(value, str) else {} if value is None else value

    return BeforeValidator(convert)


def _records(value: object) -> object:
    """One record, or bare text for its `from`, stands for a list of one."""
    items = value if isinstance(value, list) else [value]
    return [{"from": item} if isinstance(item, str) else item for item in items]


def _version(value: object) -> int:
    if str(value).strip() != "1":
        raise ValueError(f"version {value} is not supported; this version of feasilint reads version 1")
    return 1


def _contact(value: object) -> object:
    """An owner as text: a channel, an address or a person to ask, or the name of a team."""
    if not isinstance(value, str):
        return value
    return {"contact" if value.startswith(("#", "@")) or "@" in value else "team": value}


Text: TypeAlias = Annotated[str, _told(_text)]
Texts: TypeAlias = Annotated[tuple[Text, ...], BeforeValidator(_listed)]
Duration: TypeAlias = Annotated[float, _told(scalars.duration)]
PositiveDuration: TypeAlias = Annotated[float, _told(scalars.positive_duration)]
Count: TypeAlias = Annotated[float, _told(scalars.count)]
Size: TypeAlias = Annotated[float, _told(scalars.size)]
TimeOfDay: TypeAlias = Annotated[float, _told(scalars.time_of_day)]
TimeZone: TypeAlias = Annotated[str, _told(scalars.time_zone)]
Day: TypeAlias = Annotated[str, _told(scalars.day)]
Flag: TypeAlias = Annotated[bool, _told(scalars.flag)]
Version: TypeAlias = Annotated[int, _told(_version)]
AvailabilityName: TypeAlias = Annotated[Availability, _one_of("an availability", Availability)]
LatencyName: TypeAlias = Annotated[LatencyClass, _one_of("a latency class", LatencyClass)]
KindName: TypeAlias = Annotated[SourceKind, _one_of("a kind of source", SourceKind)]
ModeName: TypeAlias = Annotated[Mode, _one_of("a mode", Mode)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, data: object) -> object:
        """A key without a value says nothing. Keys that start with `x-` hold what anchors refer to."""
        if not isinstance(data, dict):
            return data
        return {key: value for key, value in data.items() if value is not None and not str(key).startswith("x-")}


class OwnerSchema(_Entry):
    team: Text | None = None
    contact: Text | None = None


Owner: TypeAlias = Annotated[OwnerSchema, BeforeValidator(_contact)]


class ProvenanceSchema(_Entry):
    origin: Text = Field(alias="from")
    path: Text | None = None
    as_of: Day | None = None
    keys: dict[Text, Text] = Field(default_factory=dict)


class ColumnSchema(_Entry):
    type: Text | None = None
    availability: AvailabilityName | None = None
    known_after: Duration | None = None
    reason: Text | None = None
    flags: Texts = ()


class KeySchema(_Entry):
    distinct: Count | None = None
    active_per_day: Count | None = None
    max_rows_per_day: Count | None = None


KeyEntry: TypeAlias = Annotated[KeySchema, _mapped("distinct")]
Provenances: TypeAlias = Annotated[tuple[ProvenanceSchema, ...], BeforeValidator(_records)]
ColumnEntry: TypeAlias = Annotated[ColumnSchema, _mapped("type")]


class SourceSchema(_Entry):
    name: Text
    aliases: Texts = ()
    availability: AvailabilityName | None = None
    latency: LatencyName | None = None
    period: PositiveDuration | None = None
    offset: Duration | None = None
    blind_spot: Duration | None = None
    run_time: Duration | None = None
    promised_within: Duration | None = None
    measured_age: Duration | None = None
    stream_twin: Text | None = None
    kind: KindName | None = None
    grain: Texts = ()
    event_time: Text | None = None
    available_at: Text | None = None
    partition: Text | None = None
    tz: TimeZone | None = None
    mutable: Flag | None = None
    retention: Duration | None = None
    rows_per_day: Count | None = None
    row_bytes: Size | None = None
    keys: Annotated[dict[Text, KeyEntry], BeforeValidator(_named)] = Field(default_factory=dict)
    bounded_keys: Texts = ()
    flags: Texts = ()
    columns: Annotated[dict[Text, ColumnEntry], BeforeValidator(_named)] = Field(default_factory=dict)
    owner: Owner | None = None
    use_instead: Text | None = None
    reason: Text | None = None
    provenance: Provenances = ()


class PredictionPointSchema(_Entry):
    mode: ModeName
    latency_budget: PositiveDuration | None = None
    max_age: Duration | None = None
    run_at: TimeOfDay | None = None
    tz: TimeZone | None = None
    entity: Texts = ()
    request_fields: Texts = ()


class ModelSchema(_Entry):
    name: Text
    paths: Texts
    prediction_point: Text | None = None
    owner: Owner | None = None
    provenance: Provenances = ()


class CatalogSchema(_Entry):
    """One catalog file."""

    version: Version
    include: Texts = ()
    latency_classes: dict[LatencyName, Duration] = Field(default_factory=dict)
    prediction_points: dict[Text, PredictionPointSchema] = Field(default_factory=dict)
    models: tuple[ModelSchema, ...] = ()
    sources: tuple[SourceSchema, ...] = ()


SHAPES: dict[tuple[str, ...], type[BaseModel]] = {  # what stands at a path, `*` for any index or name
    (): CatalogSchema,
    ("prediction_points", "*"): PredictionPointSchema,
    ("models", "*"): ModelSchema,
    ("models", "*", "owner"): OwnerSchema,
    ("models", "*", "provenance", "*"): ProvenanceSchema,
    ("sources", "*"): SourceSchema,
    ("sources", "*", "owner"): OwnerSchema,
    ("sources", "*", "provenance", "*"): ProvenanceSchema,
    ("sources", "*", "columns", "*"): ColumnSchema,
    ("sources", "*", "keys", "*"): KeySchema,
}
