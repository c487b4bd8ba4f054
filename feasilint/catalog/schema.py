"""The shape of a catalog file, as pydantic models. Loaded only when a catalog has changed.

The descriptions are those of the tables in docs/catalog.md and of the JSON Schema for editors.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from feasilint.catalog.fields import (
    AvailabilityName,
    AvailabilityNames,
    BatchWord,
    Budget,
    Count,
    Currency,
    Day,
    Duration,
    FiniteDuration,
    Flag,
    KindName,
    LatencyName,
    Length,
    ModeName,
    ModeNames,
    Money,
    Period,
    PositiveDuration,
    RuleCode,
    RuleMessage,
    RuleName,
    SeverityWord,
    Size,
    Text,
    Texts,
    TimeOfDay,
    TimeZone,
    Version,
    WindowWords,
    contact,
    mapped,
    named,
    records,
)


def _says(description: str, example: str, default: Any = None, **more: Any) -> Any:
    """A key that may be left out."""
    if not callable(default):
        return Field(default=default, description=description, examples=[example], **more)
    return Field(default_factory=default, description=description, examples=[example], **more)


def _must(description: str, example: str, **more: Any) -> Any:
    return Field(description=description, examples=[example], **more)


class _Entry(BaseModel):
    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        coerce_numbers_to_str=True,
        json_schema_extra={"patternProperties": {"^x-": {}}},
    )

    @model_validator(mode="before")
    @classmethod
    def _without_nothing(cls, data: object) -> object:
        """A key without a value says nothing. Keys that start with `x-` hold what anchors refer to."""
        if not isinstance(data, dict):
            return data
        known = _keys(cls)
        return {
            key: value
            for key, value in data.items()
            if not (value is None and key in known) and not str(key).startswith("x-")
        }


@cache
def _keys(model: type[BaseModel]) -> frozenset[str]:
    return frozenset(field.alias or name for name, field in model.model_fields.items())


class OwnerSchema(_Entry):
    """Whom to ask; text alone is the contact if it has a `#` or `@`, else the team."""

    team: Text | None = _says("who answers for it", "payments-data")
    contact: Text | None = _says("where they are reached", '"#payments-data"')


Owner: TypeAlias = Annotated[OwnerSchema, BeforeValidator(contact)]


class ProvenanceSchema(_Entry):
    """Where values of an entry come from."""

    origin: Text = _must("what they were taken from", "dbt manifest", alias="from")
    path: Text | None = _says("its file", "target/manifest.json")
    as_of: Day | None = _says("the day that it speaks of", "2026-11-20")
    keys: dict[Text, Text] = _says(
        "the keys that were taken, each with a fingerprint of its value", "{owner: 5f0c3a}", dict
    )


class ColumnSchema(_Entry):
    """What is known of one column; text alone is its type."""

    type: Text | None = _says("its type", "decimal")
    availability: AvailabilityName | None = _says(
        "that of the column, where it differs from the source's", "training_only"
    )
    known_after: Duration | None = _says("how long after the event its value exists", "60d")
    reason: Text | None = _says("why it is as it is", "dispute window")
    flags: Texts = _says(
        "anything else that people should know; personal or bound data is judged (`AVL111`)", "[pii]", ()
    )


class KeySchema(_Entry):
    """How many there are of one key; a number alone is that of different values."""

    distinct: Count | None = _says("how many different values there are", "20M")
    active_per_day: Count | None = _says("how many of them have rows on one day", "8M")
    max_rows_per_day: Count | None = _says("how many rows a day the busiest one has", "5000")


KeyEntry: TypeAlias = Annotated[KeySchema, mapped("distinct")]
Provenances: TypeAlias = Annotated[tuple[ProvenanceSchema, ...], BeforeValidator(records)]
ColumnEntry: TypeAlias = Annotated[ColumnSchema, mapped("type")]
_PROVENANCE = "where values of this entry come from, one record or a list"


class SourceSchema(_Entry):
    """What production knows of one table, file, topic or other source."""

    name: Text = _must(
        "the physical name; case and quotes do not count, `*` stands for anything", "payments.transactions"
    )
    aliases: Texts = _says(
        "its other names: the topic, the files, the name in another database", "[raw.tx, kafka://tx]", ()
    )
    availability: AvailabilityName | None = _says(
        "where it is to be had; a `request` comes with the call", "production"
    )
    latency: LatencyName | None = _says("how old the newest row is, as a class", "daily")
    period: Period | None = _says("how often a job makes it; this and the next three beat the class", "1d")
    offset: FiniteDuration | None = _says("how long after the boundary of its period the job starts", "4h")
    blind_spot: FiniteDuration | None = _says("rows younger than this when it starts are not seen", "10m")
    run_time: FiniteDuration | None = _says("how long the job takes", "20m")
    promised_within: Duration | None = _says(
        "the age at which somebody is alarmed; it is shown, and never taken for the age", "30h"
    )
    measured_age: FiniteDuration | None = _says("how old the newest row was when somebody looked; shown, too", "11h")
    stream_twin: Text | None = _says("the stream that carries the same events sooner", "kafka://transactions")
    kind: KindName | None = _says("what its rows are", "events")
    grain: Texts = _says("the columns of which a row is one", "[tx_id]", ())
    event_time: Text | None = _says("the column that says when a row's event happened", "ts")
    available_at: Text | None = _says("the column that says when the row could first be read", "_loaded_at")
    partition: Text | None = _says("the partition column", "ds")
    tz: TimeZone | None = _says("the time zone of its days", "UTC")
    mutable: Flag | None = _says("whether rows change after they were written", "false")
    retention: PositiveDuration | None = _says("how long rows are kept, or `forever`", "3y")
    rows_per_day: Count | None = _says("how many rows are added on one day", "50M")
    row_bytes: Size | None = _says("the size of a row", "600")
    keys: Annotated[dict[Text, KeyEntry], BeforeValidator(named)] = _says(
        "how many there are of each key", "{user_id: {distinct: 20M}}", dict
    )
    bounded_keys: Texts = _says(
        "keys with naturally few rows each, so that an aggregate over all of them is no unbounded one", "[order_id]", ()
    )
    flags: Texts = _says(
        "anything else that people should know; personal or bound data is judged (`AVL111`)", "[pii]", ()
    )
    columns: Annotated[dict[Text, ColumnEntry], BeforeValidator(named)] = _says(
        "what is known of each column; a bare type or a list of names will do", "{amount: decimal}", dict
    )
    owner: Owner | None = _says("`team` and `contact`, or just one of them as text", '"#payments-data"')
    use_instead: Text | None = _says("what to read in its place", "payments.transactions_stream")
    reason: Text | None = _says("why it is as it is", "bought once")
    provenance: Provenances = _says(_PROVENANCE, "{from: dbt manifest}", ())


class PredictionPointSchema(_Entry):
    """A place where a model is called."""

    mode: ModeName = _must("how it is called: while somebody waits, as events come in, or for all at once", "online")
    latency_budget: PositiveDuration | None = _says("the time that the call may take", "150ms")
    max_age: Duration | None = _says("the age that its features may have", "5s")
    run_at: TimeOfDay | None = _says("when a batch run starts", "02:00")
    tz: TimeZone | None = _says("the time zone of that", "UTC")
    entity: Texts = _says("the keys that it is called with", "[user_id]", ())
    request_fields: Texts = _says("all fields that the caller sends", "[user_id, amount]", ())


class ModelSchema(_Entry):
    """Which files train a model, and where it is called."""

    name: Text = _must("what it is called", "fraud")
    paths: Texts = _must("patterns of its files, as in `.gitignore`, from the folder of the catalog", '["fraud/**"]')
    prediction_point: Text | None = _says("where it is called", "checkout")
    owner: Owner | None = _says("as of a source", "risk-ml")
    provenance: Provenances = _says(_PROVENANCE, "{from: Feast}", ())


class BudgetsSchema(_Entry):
    """What may be spent in one year, in the currency of the prices."""

    per_feature: Budget | None = _says("on one feature", "2_000")
    per_model: Budget | None = _says("on all features of a model together", "50k")


class PricesSchema(_Entry):
    """What things cost."""

    currency: Currency | None = _says("the currency of these prices and of the budgets", "USD")
    as_of: Day | None = _says("the day on which they held", "2026-11-20")
    scan_per_tib: Money | None = _says("reading a TiB in the warehouse", "6.25")
    storage_per_gib_month: Money | None = _says("keeping a GiB there for a month", "0.02")
    compute_per_credit: Money | None = _says("a credit, where a warehouse bills its time and not the bytes", "3")
    reads_per_million: Money | None = _says("a million reads of the key-value store", "0.125")
    writes_per_million: Money | None = _says("a million writes to it", "0.625")
    key_value_per_gb_month: Money | None = _says("keeping a GB in it for a month", "0.25")
    memory_per_gb_hour: Money | None = _says("a GB of a store in memory for an hour", "0.125")
    stream_per_unit_hour: Money | None = _says("a unit of stream processing for an hour", "0.11")
    stream_per_gb_month: Money | None = _says("keeping a GB of its state for a month", "0.1")
    ingest_per_gb: Money | None = _says("sending a GB through a topic", "0.032")


class WindowsSchema(_Entry):
    """The lengths of windows that rules and suggestions go by."""

    suggested: Length | None = _says("of what is proposed for an aggregate without a window; 365 days", "180d")
    recent: Length | None = _says("of what is proposed for last values, lists and most frequent values; 90 days", "60d")
    exact: Length | None = _says("up to which all values of a key may be read again (`AGG303`); 30 days", "14d")
    half_life: Length | None = _says(
        "after which an event counts half as much in what is proposed for counts and sums; else all of a window count the same",
        "30d",
    )


class MatchSchema(_Entry):
    """Which features a rule is about: all that is stated must hold, and of each list one."""

    sources: Texts = _says("names of sources, with `*` for anything", "[raw.*]", ())
    columns: Texts = _says("names of columns, with `*` for anything", '["*_ssn"]', ())
    flags: Texts = _says("flags of the source or the column", "[pii]", ())
    availability: AvailabilityNames = _says("where the source or the column is to be had", "[sandbox]", ())
    functions: Texts = _says("aggregate functions", "[median, count_distinct]", ())
    windows: WindowWords = _says("kinds of windows that an aggregate reaches over", "[unbounded]", ())
    longer_than: PositiveDuration | None = _says("windows longer than this; growing ones always are", "90d")
    shorter_than: PositiveDuration | None = _says("windows shorter than this", "1h")
    models: Texts = _says("names of models, with `*` for anything", "[fraud*]", ())
    modes: ModeNames = _says("modes of the prediction point", "[online]", ())


class RuleExampleSchema(_Entry):
    """A case that is a test of a rule; the catalog is the one that the rule is in."""

    title: Text = _must("what the case is", "a raw table")
    files: dict[Text, Text] = _must("contents by path; notebooks as cells between lines of `# %%`", "{a.sql: ...}")
    flagged: Count = _says("how often the rule flags something; 0 for what it shall leave alone", "1", 1)


class RuleSchema(_Entry):
    """A rule of an organisation, about features."""

    code: RuleCode = _must("its stable code: three or more capitals and three digits", "ACME101")
    name: RuleName = _must("its name, which reads well in “allow …”", "raw-source")
    match: MatchSchema = _must("which features it is about", "{sources: [raw.*]}")
    message: RuleMessage = _must(
        "what is wrong, with {feature}, {model}, {source}, {column}, {owner}, {function} and {window}",
        '"`{feature}` reads {source}"',
    )
    severity: SeverityWord = _says("at an online prediction point", "warning", "warning")
    batch: BatchWord | None = _says("in batch scoring; the same, if it is not stated", "silent")
    summary: Text | None = _says("one sentence that says what it reports", "A raw table feeds a feature.")
    help: Text | None = _says("what to do, as an imperative", "read the curated table")
    instead: Text | None = _says("what to use instead, in a few words", "core.transactions")
    supersedes: Texts = _says("codes of rules whose findings about the same become notes of this one", "[AVL103]", ())
    examples: tuple[RuleExampleSchema, ...] = _says("its tests, which `feasilint test catalog.yaml` runs", "[]", ())


class CatalogSchema(_Entry):
    """A catalog of feasilint: what production knows about data, and where models are called."""

    version: Version = _must("the version of this format", "1")
    include: Texts = _says(
        "further catalog files: paths, patterns, or those of installed packages", "[catalog/*.yaml]", ()
    )
    prices: PricesSchema | None = _says("what things cost", "{scan_per_tib: 6.25}")
    budgets: BudgetsSchema | None = _says("what may be spent in one year", "{per_feature: 2_000}")
    windows: WindowsSchema | None = _says(
        "the lengths of windows that rules and suggestions go by", "{suggested: 180d}"
    )
    latency_classes: dict[LatencyName, Duration] = _says(
        "ages of latency classes that differ here", "{daily: 30h}", dict
    )
    prediction_points: dict[Text, PredictionPointSchema] = _says(
        "places where models are called, by name", "{checkout: {mode: online}}", dict
    )
    models: tuple[ModelSchema, ...] = _says("which files train which model", "[{name: fraud, paths: [fraud/]}]", ())
    sources: tuple[SourceSchema, ...] = _says("what production knows of its data", "[{name: raw.tx}]", ())
    rules: tuple[RuleSchema, ...] = _says("what an organisation wants to be told about features", "[]", ())


SHAPES: dict[tuple[str, ...], type[BaseModel]] = {  # what stands at a path, `*` for any index or name
    (): CatalogSchema,
    ("prices",): PricesSchema,
    ("budgets",): BudgetsSchema,
    ("windows",): WindowsSchema,
    ("prediction_points", "*"): PredictionPointSchema,
    ("models", "*"): ModelSchema,
    ("models", "*", "owner"): OwnerSchema,
    ("models", "*", "provenance", "*"): ProvenanceSchema,
    ("sources", "*"): SourceSchema,
    ("sources", "*", "owner"): OwnerSchema,
    ("sources", "*", "provenance", "*"): ProvenanceSchema,
    ("sources", "*", "columns", "*"): ColumnSchema,
    ("sources", "*", "keys", "*"): KeySchema,
    ("rules", "*"): RuleSchema,
    ("rules", "*", "match"): MatchSchema,
    ("rules", "*", "examples", "*"): RuleExampleSchema,
}
