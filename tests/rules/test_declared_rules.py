from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import pytest
from feasilint_rules.api_on_request_path import ApiOnRequestPath
from feasilint_rules.deprecated_source import DeprecatedSource
from feasilint_rules.request_field_mismatch import RequestFieldMismatch
from feasilint_rules.retention_too_short import RetentionTooShort
from feasilint_rules.sandbox_source import SandboxSource
from feasilint_rules.unknown_column import UnknownColumn
from rule_subjects import NIGHTLY, ONLINE, at, context, entry, feature, judge, read, unbounded, windowed

from feasilint.catalog.model import ColumnEntry, Mark, Owner, PredictionPoint, Provenance
from feasilint.findings import Severity
from feasilint.ir import Interval, Source
from feasilint.measure.model import Hop

if TYPE_CHECKING:
    from feasilint.catalog.model import SourceEntry
    from feasilint.measure.model import Aggregation
    from feasilint.rule import Context

CONFIRMED = ColumnEntry("confirmed", availability="training_only", known_after=60 * 86_400)


# --- deprecated-source ---

DEPRECATED = DeprecatedSource()
OLD = {"amount": ColumnEntry("amount", availability="deprecated", reason="in cents now")}


@pytest.mark.parametrize(
    "given",
    [
        read(None),
        read(entry()),
        read(entry(availability="training_only")),
        read(entry(columns=OLD), "currency"),
        read(entry(availability="deprecated", columns={"amount": ColumnEntry("amount", availability="production")})),
    ],
)
def test_nothing_that_goes_away(given: object) -> None:
    assert judge(DEPRECATED, feature(given)) == []  # type: ignore[arg-type]


def test_a_source_that_goes_away_is_told_once_with_its_replacement() -> None:
    known = entry("crm.v1", availability="deprecated", use_instead="crm.v2", reason="until June")
    (found,) = judge(DEPRECATED, feature(read(known, "a"), read(known, "b")), context(entry("crm.v2", latency="daily")))
    assert found.message == "feature `x` uses `crm.v1`, which is deprecated"
    assert found.help == "use `crm.v2` (daily), which the catalog lists instead"
    assert ("reason", "until June") in found.facts


def test_of_a_column_that_goes_away_the_replacement_of_its_table_says_nothing() -> None:
    known = entry(columns=OLD, use_instead="payments.all", owner=Owner("payments"))
    (found,) = judge(DEPRECATED, feature(read(known)))
    assert found.message == "feature `x` uses `payments.transactions.amount`, which is deprecated"
    assert found.help == "ask payments what takes its place, and build on that"
    assert ("reason", "in cents now") in found.facts


@pytest.mark.parametrize("point", [None, NIGHTLY])
def test_what_goes_away_is_a_warning_everywhere(point: object) -> None:
    (found,) = judge(DEPRECATED, feature(read(entry(availability="deprecated")), point=point))
    assert found.severity is Severity.WARNING


# --- request-field-mismatch ---

MISMATCH = RequestFieldMismatch()
CALLED = PredictionPoint("checkout", "online", request_fields=("user_id", "amount"), mark=Mark("catalog.yaml", 3, 3))
LATER = {"confirmed": CONFIRMED, "coupon": ColumnEntry("coupon", availability="request")}
SENT_TOO = {"amount": ColumnEntry("amount", availability="production")}


@pytest.mark.parametrize(
    ("given", "point"),
    [
        (read(None, "device"), CALLED),
        (read(entry(), "device"), CALLED),
        (read(entry(availability="request"), "AMOUNT"), CALLED),
        (read(entry(availability="request"), "*"), CALLED),
        (read(entry(availability="request"), "device", "join"), CALLED),
        (read(entry(availability="request"), "device"), ONLINE),
        (read(entry(availability="request"), "device"), None),
        (read(entry(availability="request", columns=LATER), "confirmed"), CALLED),
        (read(entry(availability="request", kind="label"), "device"), CALLED),
        (read(entry(availability="request"), "amount"), None),
        (read(entry(availability="request", latency="daily"), "amount"), NIGHTLY),
        (read(entry(availability="request", period=86_400.0), "amount"), NIGHTLY),
        (read(entry(availability="request", columns=SENT_TOO), "amount"), NIGHTLY),
    ],
)
def test_sent_or_not_of_the_request(given: object, point: object) -> None:
    assert judge(MISMATCH, feature(given, point=point)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("point", [CALLED, NIGHTLY])
def test_an_aggregate_over_past_requests_is_read_from_where_they_are_stored(point: object) -> None:
    known = entry(availability="request")
    assert judge(MISMATCH, feature(read(known, "device"), aggregations=(unbounded(),), point=point)) == []


def test_every_field_that_is_not_sent_is_told() -> None:
    known = entry("shop.carts", availability="request")
    found = judge(MISMATCH, feature(read(known, "amout"), read(known, "device"), read(known, "amount"), point=CALLED))
    assert [finding.message for finding in found] == [
        "feature `x` uses `shop.carts.amout`, which a request to `checkout` does not carry",
        "feature `x` uses `shop.carts.device`, which a request to `checkout` does not carry",
    ]
    assert found[0].severity is Severity.ERROR
    assert "use `amount`, which is sent" in str(found[0].help)
    assert "build on what is sent" in str(found[1].help)
    assert found[0].labels[-1].place.path == "catalog.yaml"


def test_a_batch_has_no_request_and_says_so_once() -> None:
    known = entry("shop.carts", availability="request")
    (found,) = judge(MISMATCH, feature(read(known, "a"), read(known, "b"), point=NIGHTLY))
    assert found.message == "feature `x` uses `shop.carts`, which comes with a request; `nightly` runs without one"
    assert found.severity is Severity.ERROR


def test_a_single_column_of_the_request() -> None:
    (found,) = judge(MISMATCH, feature(read(entry(columns=LATER), "coupon"), point=NIGHTLY))
    assert "uses `payments.transactions.coupon`, which comes with a request" in found.message


# --- retention-too-short ---

SHORT = RetentionTooShort()
DAYS, DAY = [Interval(days=n) for n in range(400)], 86_400.0
KEPT_30 = entry(retention=30 * DAY)


@pytest.mark.parametrize(
    ("known", "aggregation"),
    [
        (None, windowed("count", DAYS[90])),
        (entry(), windowed("count", DAYS[90])),
        (KEPT_30, windowed("count", DAYS[30])),
        (entry(retention=inf), windowed("count", DAYS[90])),
        (entry(retention=360 * DAY), windowed("count", DAYS[365])),
        (entry(retention=90 * DAY), windowed("count", Interval(months=3))),
        (entry(retention=30 * DAY, availability="training_only"), windowed("count", DAYS[90])),
        (KEPT_30, unbounded("count")),
        (KEPT_30, windowed("lag", DAYS[90])),
        (KEPT_30, windowed("count", DAYS[90], sources=(Source("web.clicks", "table"),))),
        (KEPT_30, windowed("count", DAYS[90], through=(Source("stage.transactions", "table"),))),
    ],
)
def test_rows_that_are_kept_long_enough_or_of_which_nobody_knows(known: object, aggregation: Aggregation) -> None:
    given = read(known)  # type: ignore[arg-type]
    assert judge(SHORT, feature(given, aggregations=(aggregation,))) == []


@pytest.mark.parametrize("point", [None, ONLINE, NIGHTLY])
def test_a_window_that_reaches_beyond_what_is_kept(point: object) -> None:
    given = read(entry(retention=30 * DAY, owner=Owner("payments")))
    (found,) = judge(SHORT, feature(given, aggregations=(windowed("sum", DAYS[7], DAYS[90]),), point=point))
    assert found.message == (
        "feature `x` sums up the last 90 d of `payments.transactions`, which keeps rows for 30 days only"
    )
    assert (found.severity, found.place, found.owner) == (Severity.ERROR, at(5), "payments")
    assert ("window", "W = 90 d, retention 30 d") in found.facts
    assert found.suggestion is not None
    assert found.suggestion.title == "30-day sum of transactions"


def test_of_several_windows_over_one_source_the_longest_is_told() -> None:
    measures = tuple(windowed("count", DAYS[n], place=at(n)) for n in (40, 90, 60))
    (found,) = judge(SHORT, feature(read(KEPT_30), aggregations=measures))
    assert found.place == at(90)


def test_what_a_running_job_on_a_stream_holds_is_not_lost() -> None:
    topic = Source("clicks", "stream")
    given = read(KEPT_30, source=topic)
    (found,) = judge(SHORT, feature(given, aggregations=(windowed("count", DAYS[90], sources=(topic,)),)))
    assert found.severity is Severity.WARNING


def test_of_stored_tables_on_the_way_the_one_that_keeps_longest_counts() -> None:
    stage, tiles = entry("stage.transactions", retention=10 * DAY), entry("tiles.transactions", retention=60 * DAY)
    through = (Source("stage.transactions", "table"), Source("tiles.transactions", "table"))
    inputs = read(KEPT_30), read(stage), read(tiles)
    (found,) = judge(SHORT, feature(*inputs, aggregations=(windowed("count", DAYS[90], through=through),)))
    assert "`tiles.transactions`, which keeps rows for 60 days only" in found.message
    assert not judge(SHORT, feature(*inputs, aggregations=(windowed("count", DAYS[50], through=through),)))


def test_an_uncertain_window_is_milder() -> None:
    doubtful = windowed("count", DAYS[90], confidence="approximate")
    (found,) = judge(SHORT, feature(read(KEPT_30), aggregations=(doubtful,)))
    assert (found.severity, found.confidence) == (Severity.WARNING, "approximate")


# --- sandbox-source ---

SANDBOX = SandboxSource()


@pytest.mark.parametrize(
    "name",
    [
        "crm.accounts", "dim_user", "prod.user.accounts", "devices.events", "shop.temperatures", "analytics.template_usage",
        "stage.stg_orders_tmp", "#tmp_orders", "web.playgrounds", "developer.accounts", "tests.results", "user_events.clicks", "personal_loans.offers", "app-dev.etl.accounts",
    ],
)  # fmt: skip
def test_names_that_are_no_sandbox(name: str) -> None:
    given = read(None, source=Source(name, "table"))
    assert judge(SANDBOX, feature(given), context(entry())) == []


@pytest.mark.parametrize(
    "name",
    ["sandbox.x", "lake.growth_sandbox.x", "`Scratch`.x", "dev.x", "dev_anna.x", "lake.tmp.x", "tmp_x"],
)
def test_names_that_say_sandbox(name: str) -> None:
    (found,) = judge(SANDBOX, feature(read(None, source=Source(name, "table"))), context(entry()))
    assert "which the catalog does not know and whose name says" in found.message
    assert (found.severity, found.confidence) == (Severity.WARNING, "approximate")


@pytest.mark.parametrize(
    ("source", "known"),
    [
        (Source("sandbox.x", "table"), context()),  # no catalog
        (Source("/tmp/sandbox/x.csv", "file"), context(entry())),
        (Source("sandbox.x", "table", vendor="Bureau"), context(entry())),
    ],
)
def test_where_a_name_says_nothing(source: Source, known: Context) -> None:
    assert judge(SANDBOX, feature(read(None, source=source)), known) == []


@pytest.mark.parametrize("availability", ["production", "unknown", "training_only"])
def test_what_the_catalog_knows_is_not_told_by_its_name(availability: str) -> None:
    known = entry("sandbox.x", availability=availability)
    assert judge(SANDBOX, feature(read(known)), context(known)) == []


@pytest.mark.parametrize("point", [None, ONLINE, NIGHTLY])
def test_a_declared_sandbox_is_an_error_everywhere(point: object) -> None:
    known = entry("lab.scores", availability="sandbox", reason="a trial")
    (found,) = judge(SANDBOX, feature(read(known, "a"), read(known, "b"), point=point), context(known))
    assert found.message == "feature `x` uses `lab.scores`, which lies in a sandbox"
    assert found.severity is Severity.ERROR
    assert ("reason", "a trial") in found.facts


# --- unknown-column ---

UNKNOWN = UnknownColumn()
SCHEMA = {name: ColumnEntry(name, "text") for name in ("tx_id", "amount", "ts", "place.city", "rate_7d")}
IMPORTED = (Provenance("information schema", keys={"columns": "5f0c3a"}),)


def schema(columns: dict[str, ColumnEntry] = SCHEMA, **fields: object) -> SourceEntry:
    stated = {"provenance": IMPORTED, "event_time": "ts", "grain": ("tx_id",), **fields}
    return entry(columns=columns, **stated)


@pytest.mark.parametrize(
    "given",
    [
        read(None, "currency"),
        read(entry(), "currency"),
        read(schema(), "AMOUNT"),
        read(schema(), "*"),
        read(schema(), "place"),
        read(schema(), "place.street"),
        read(schema(), "_PARTITIONTIME"),
        read(schema(), "METADATA$ACTION"),
        read(schema(), "rowid"),
        read(schema(), "{prefix}_rate"),
        read(schema(), "currency", confidence="approximate"),
        read(schema(), "currency", source=Source("tx.csv", "file")),
        read(schema(), "currency", source=Source("tx", "stream")),
        read(schema(provenance=()), "currency"),
        read(schema(grain=("account_id",)), "currency"),
        read(schema({**SCHEMA, "note": ColumnEntry("note")}), "currency"),
        read(schema(provenance=()), "rate_30d"),
    ],
)
def test_known_columns_and_schemas_that_are_not_complete(given: object) -> None:
    assert judge(UNKNOWN, feature(given)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize("point", [None, ONLINE, NIGHTLY])
def test_a_column_that_a_complete_schema_lacks(point: object) -> None:
    known = schema()
    (found,) = judge(UNKNOWN, feature(read(known, "currency"), read(known, "Currency"), read(known), point=point))
    assert found.message == (
        "feature `x` uses `payments.transactions.currency`, a column that its schema in the catalog does not have"
    )
    assert found.severity is Severity.WARNING
    assert "import its schema again" in str(found.help)


def test_a_slip_is_told_of_columns_that_are_written_by_hand() -> None:
    (found,) = judge(UNKNOWN, feature(read(schema(provenance=()), "ammount")))
    assert (found.severity, found.confidence) == (Severity.INFO, "approximate")
    assert "use `amount`" in str(found.help)


# --- api-on-request-path ---

FETCHED = ApiOnRequestPath()
BUDGET = PredictionPoint("checkout", "online", latency_budget=0.15)
SERVICE = Source("http://scores.internal/users", "api")
STORED = Hop("stage.scores", None)


@pytest.mark.parametrize(
    ("given", "point"),
    [
        (read(None, source=SERVICE), None),
        (read(None, source=Source("{endpoint}", "api")), BUDGET),
        (read(None, source=SERVICE), ONLINE),  # no latency budget
        (read(None, source=SERVICE, hops=(STORED,)), BUDGET),
        (read(entry(availability="production"), source=SERVICE), BUDGET),
        (read(entry(availability="request"), source=SERVICE), BUDGET),
        (read(entry(availability="vendor"), source=SERVICE), BUDGET),
        (read(None, source=Source("https://x.org/tx.csv", "url")), BUDGET),
        (read(None), BUDGET),
    ],
)
def test_nothing_that_is_fetched_while_somebody_waits(given: object, point: object) -> None:
    assert judge(FETCHED, feature(given, point=point)) == []  # type: ignore[arg-type]


def test_a_call_takes_part_of_the_budget() -> None:
    reads = read(None, "a", source=SERVICE), read(entry(availability="unknown"), "b", source=SERVICE)
    (found,) = judge(FETCHED, feature(*reads, point=BUDGET))
    assert found.message == (
        "feature `x` uses the service `http://scores.internal/users`, and `checkout` has 150 ms for all"
    )
    assert found.severity is Severity.ERROR


def test_a_batch_has_time_but_no_history() -> None:
    (found,) = judge(FETCHED, feature(read(None, source=SERVICE), point=NIGHTLY))
    assert "which `nightly` has to ask in every run, and which keeps no history" in found.message
    assert found.severity is Severity.WARNING
