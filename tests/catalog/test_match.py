"""Which entry a source belongs to: first what must not match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.catalog.load import load_text
from feasilint.catalog.match import Matcher
from feasilint.catalog.model import Catalog, SourceEntry
from feasilint.catalog.names import means_one
from feasilint.ir import Source

if TYPE_CHECKING:
    from feasilint.ir.relations import SourceKind

CATALOG = """\
version: 1
prediction_points: {checkout: {mode: online}}
models:
  - {name: fraud, paths: ["fraud/**", "!fraud/old/"], prediction_point: checkout}
  - {name: sql, paths: ["*.sql", notebooks/]}
  - {name: all-of-fraud, paths: [fraud/]}
sources:
  - {name: payments.transactions, aliases: [raw.tx, "s3://lake/tx/*", "kafka://transactions"]}
  - {name: users}
  - {name: data/visits.csv}
  - {name: analytics.events_*}
  - {name: a.orders}
  - {name: b.orders}
  - {name: "scratch.*", aliases: ["scratch.keep_*"]}
  - {name: "scratch.keep_this"}
  - {name: "*.clicks"}
  - {name: "s3://lake/sessions"}
  - {name: logs.day_20240101}
  - {name: public.devices}
"""


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(load_text(CATALOG))


def found(matcher: Matcher, name: str, kind: SourceKind = "table", document: str | None = None) -> str | None:
    entry = matcher.find(Source(name, kind), document)
    return entry.name if entry else None


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "payments",
        "transactions_old",
        "my_payments.transactions",
        "other.transactions",
        "sandbox.users",
        "db.sandbox.users",
        "orders",
        "c.orders",
        "events",
        "events_2024",
        "{table}",
        "payments.{table}",
        "payments.transactions{suffix}",
        "{schema}.orders",
        "day",
        "logs.day",
    ],
)
def test_other_tables_are_unknown(matcher: Matcher, name: str) -> None:
    assert found(matcher, name) is None


@pytest.mark.parametrize(
    "name",
    [
        "other/visits.csv",
        "data/visits.csv.bak",
        "s3://lake",
        "s3://lake/txs/a.parquet",
        "s3://lake/sessions2/a.parquet",
        "s3://other/lake/tx/a.parquet",
        "{folder}/unknown.csv",
        "data/{name}.csv",
    ],
)
def test_other_files_are_unknown(matcher: Matcher, name: str) -> None:
    assert found(matcher, name, "file") is None


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("payments.transactions", "payments.transactions"),
        ("PAYMENTS.Transactions", "payments.transactions"),
        ('"payments"."transactions"', "payments.transactions"),
        ("`payments.transactions`", "payments.transactions"),
        ("[payments].[transactions]", "payments.transactions"),
        ("raw.tx", "payments.transactions"),
        ("db.payments.transactions", "payments.transactions"),
        ("`my-project`.payments.transactions", "payments.transactions"),
        ("{project}.payments.transactions", "payments.transactions"),
        ("{cfg.project}.payments.transactions", "payments.transactions"),
        ("transactions", "payments.transactions"),
        ("{schema}.transactions", "payments.transactions"),
        ("tx", "payments.transactions"),
        ("users", "users"),
        ("public.users", "users"),
        ("devices", "public.devices"),
        ("analytics.events_*", "analytics.events_*"),
        ("analytics.events_20240101", "analytics.events_*"),
        ("analytics.events_2024*", "analytics.events_*"),
        ("analytics.events_{ds}", "analytics.events_*"),
        ("p.analytics.events_20240101", "analytics.events_*"),
        ("events_20240101", "analytics.events_*"),
        ("users_20240101", "users"),
        ("users$20240101", "users"),
        ("users_{run_date}", "users"),
        ("logs.day_*", "logs.day_20240101"),
        ("logs.day_20240202", "logs.day_20240101"),
        ("scratch.anything", "scratch.*"),
        ("scratch.{name}", "scratch.*"),
        ("scratch.keep_this", "scratch.keep_this"),
        ("web.clicks", "*.clicks"),
        ("{schema}.clicks", "*.clicks"),
    ],
)
def test_tables(matcher: Matcher, name: str, entry: str) -> None:
    assert found(matcher, name) == entry


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        ("data/visits.csv", "data/visits.csv"),
        ("./data/visits.csv", "data/visits.csv"),
        ("../data/visits.csv", "data/visits.csv"),
        ("..\\data\\visits.csv", "data/visits.csv"),
        ("/content/drive/project/data/visits.csv", "data/visits.csv"),
        ("{root}/data/visits.csv", "data/visits.csv"),
        ("visits.csv", "data/visits.csv"),
        ("s3://lake/tx/2024/a.parquet", "payments.transactions"),
        ("s3a://lake/tx/{day}.parquet", "payments.transactions"),
        ("s3://lake/tx/", "payments.transactions"),
        ("s3://lake/tx", "payments.transactions"),
        ("s3://lake/sessions/ds=2024-01-01/part-0.parquet", "s3://lake/sessions"),
        ("s3://lake/sessions/*.parquet", "s3://lake/sessions"),
    ],
)
def test_files(matcher: Matcher, name: str, entry: str) -> None:
    assert found(matcher, name, "file") == entry


def test_files_are_relative_to_the_document_or_the_root() -> None:
    matcher = Matcher(load_text("version: 1\nsources: [{name: nb/x.csv}, {name: x.csv}, {name: other/x.csv}]"))
    assert found(matcher, "x.csv", "file", "nb/a.ipynb") == "x.csv"
    assert found(matcher, "./x.csv", "file", "nb/a.ipynb") == "x.csv"
    assert found(matcher, "../x.csv", "file", "nb/a.ipynb") == "x.csv"
    matcher = Matcher(load_text("version: 1\nsources: [{name: nb/x.csv}, {name: other/x.csv}]"))
    assert found(matcher, "x.csv", "file", "nb/a.ipynb") == "nb/x.csv"
    assert found(matcher, "../other/x.csv", "file", "nb/a.ipynb") == "other/x.csv"
    assert found(matcher, "x.csv", "file") is None


def test_the_root_is_the_folder_of_the_catalog() -> None:
    catalog = load_text(
        "version: 1\nsources: [{name: data/x.csv}]\nmodels: [{name: m, paths: [nb/*.ipynb]}]", "team/catalog.yaml"
    )
    matcher = Matcher(catalog)
    assert found(matcher, "../data/x.csv", "file", "team/nb/a.ipynb") == "data/x.csv"
    assert matcher.model_for("team/nb/a.ipynb") == catalog.models[0]
    assert matcher.model_for("nb/a.ipynb") is None


def test_streams(matcher: Matcher) -> None:
    assert found(matcher, "transactions", "stream") == "payments.transactions"
    assert found(matcher, "kafka://transactions", "stream") == "payments.transactions"


def test_the_first_declared_name_wins() -> None:
    catalog = Catalog(sources=(SourceEntry("a", aliases=("x",)), SourceEntry("b", aliases=("x",))))
    assert found(Matcher(catalog), "x") == "a"


def test_two_aliases_of_one_entry_are_not_ambiguous() -> None:
    catalog = Catalog(sources=(SourceEntry("a.x", aliases=("b.x",)),))
    assert found(Matcher(catalog), "x") == "a.x"


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("payments.transaction", ("payments.transactions",)),
        ("transactons", ("payments.transactions",)),
        ("prod.ordrs", ("a.orders", "b.orders")),
        ("zzz", ()),
        ("", ()),
    ],
)
def test_nearest(matcher: Matcher, name: str, nearest: tuple[str, ...]) -> None:
    assert matcher.nearest(Source(name, "table")) == nearest


def test_nearest_is_limited() -> None:
    catalog = Catalog(sources=tuple(SourceEntry(f"table_{n}") for n in range(9)))
    assert len(Matcher(catalog).nearest(Source("table_x", "table"))) == 3
    assert len(Matcher(catalog).nearest(Source("table_x", "table"), limit=5)) == 5


@pytest.mark.parametrize(
    ("path", "model"),
    [
        ("readme.md", None),
        ("fraud.ipynb", None),
        ("fraud/a.ipynb", "fraud"),
        ("fraud/deep/down/a.ipynb", "fraud"),
        ("./fraud/a.ipynb", "fraud"),
        ("fraud/old/a.ipynb", "all-of-fraud"),
        ("x/y/q.sql", "sql"),
        ("notebooks/x/a.ipynb", "sql"),
        ("", None),
    ],
)
def test_models_by_path(matcher: Matcher, path: str, model: str | None) -> None:
    entry = matcher.model_for(path)
    assert (entry.name if entry else None) == model


def test_prediction_points_of_models(matcher: Matcher) -> None:
    fraud, sql, _ = matcher.catalog.models
    assert matcher.point_for(fraud) == matcher.catalog.prediction_points[0]
    assert matcher.point_for(sql) is None
    assert matcher.point_for(None) is None


@pytest.mark.parametrize(
    ("names", "name", "one"),
    [
        (["*train*.csv"], "input/train.csv", False),
        (["stripe.*"], "stripe.charge", False),
        (["input/*"], "input/a.csv", False),
        (["input/*"], "input", True),
        (["lake/tx", "lake/tx_*/*"], "lake/tx_1/a.parquet", True),
        (["*.patient"], "eicu.patient", True),
        (["*patient*", "patient"], "patient", True),
        (["ga.events_*"], "ga.events_20240101", True),
        (["ga.events_*"], "ga.events_intraday", False),
    ],
)
def test_whether_an_entry_is_about_one_source(names: list[str], name: str, one: bool) -> None:
    assert means_one(names, name) is one
