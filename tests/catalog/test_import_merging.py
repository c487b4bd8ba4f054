"""What an import changes in an entry: nothing that somebody wrote, everything that an earlier import brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from feasilint.catalog.imports.artefact import Imported
from feasilint.catalog.merge import Data, merged
from feasilint.catalog.tree import parse
from feasilint.catalog.update import Update, update

if TYPE_CHECKING:
    from pathlib import Path

TODAY = "2026-11-28"


def artefact(*sources: Data, day: str = "2026-11-20", origin: str = "dbt manifest") -> Imported:
    return Imported(origin, "target/manifest.json", day, sources)


def once(have: Data, want: Data, **options: bool) -> tuple[Data, tuple[str, ...]]:
    """The values of an entry, without provenance, and what is in conflict."""
    result = merged(have, {"name": "t", **want}, artefact(), "sources", TODAY, **options)
    return {key: value for key, value in result.entry.items() if key != "provenance"}, result.conflicts


def twice(first: Data, edit: Data, second: Data) -> tuple[Data, tuple[str, ...]]:
    """Import, edit by hand (None deletes), import again."""
    entry = dict(merged({"name": "t"}, first, artefact(), "sources", TODAY).entry)
    entry.update(edit)
    entry = {key: value for key, value in entry.items() if value is not None}
    return once(entry, second)


@pytest.mark.parametrize(
    ("have", "want"),
    [
        ({"latency": "daily"}, {"latency": "daily"}),
        ({"period": "24h"}, {"period": "1d"}),
        ({"rows_per_day": "50e6"}, {"rows_per_day": "50M"}),
        ({"owner": "#x"}, {"owner": {"contact": "#x"}}),
        ({"grain": "id"}, {"grain": ["id"]}),
        ({"columns": ["a", "b"]}, {"columns": {"a": None, "b": None}}),
    ],
)
def test_the_same_in_other_words_changes_nothing(have: Data, want: Data) -> None:
    assert once({"name": "t", **have}, want) == ({"name": "t", **have}, ())
    assert "provenance" not in merged({"name": "t", **have}, want, artefact(), "sources", TODAY).entry


def test_what_somebody_wrote_stays_and_is_told() -> None:
    values, conflicts = once({"name": "t", "latency": "daily"}, {"latency": "hourly", "period": "1h"})
    assert values == {"name": "t", "latency": "daily", "period": "1h"}
    assert conflicts == ("latency stays daily; dbt manifest says hourly",)


@pytest.mark.parametrize(
    ("have", "want", "values", "conflict"),
    [
        (
            {"period": "1h"},
            {"offset": "9h", "run_time": "1m"},
            {"period": "1h", "run_time": "1m"},
            "offset is not taken over: a job that starts every 1 h has an offset below that",
        ),
        (
            {"offset": "9h"},
            {"period": "1h"},
            {"offset": "9h"},
            "period is not taken over: offset: a job that starts every 1 h has an offset below that",
        ),
        (
            {"rows_per_day": "10"},
            {"keys": {"u": {"max_rows_per_day": "11"}}},
            {"rows_per_day": "10"},
            "keys is not taken over: keys.u.max_rows_per_day: the whole source has 10 rows per day",
        ),
    ],
)
def test_what_cannot_be_true_beside_hand_edits_is_left_out(have: Data, want: Data, values: Data, conflict: str) -> None:
    assert once({"name": "t", **have}, want) == ({"name": "t", **values}, (conflict,))


def test_hand_edits_that_make_no_sense_are_not_touched() -> None:
    have = {"name": "t", "period": "1h", "offset": "2h"}
    assert once(have, {"latency": "hourly"}) == ({**have, "latency": "hourly"}, ())


def test_overwriting_is_asked_for() -> None:
    values, conflicts = once({"name": "t", "latency": "daily"}, {"latency": "hourly"}, overwrite=True)
    assert (values, conflicts) == ({"name": "t", "latency": "hourly"}, ())


def test_an_unknown_availability_is_none() -> None:
    assert (
        once({"name": "t", "availability": "unknown"}, {"availability": "production"})[0]["availability"]
        == "production"
    )


def test_an_earlier_import_is_brought_up_to_date() -> None:
    assert twice({"latency": "daily"}, {}, {"latency": "hourly"})[0] == {"name": "t", "latency": "hourly"}


def test_an_edited_import_stays() -> None:
    values, conflicts = twice({"latency": "daily"}, {"latency": "slow"}, {"latency": "hourly"})
    assert values["latency"] == "slow"
    assert conflicts == ("latency stays slow; dbt manifest says hourly",)


def test_an_edited_import_is_not_told_again_while_the_artefact_says_the_same() -> None:
    assert twice({"latency": "daily"}, {"latency": "slow"}, {"latency": "daily"}) == (
        {"name": "t", "latency": "slow"},
        (),
    )


def test_a_deleted_import_stays_away() -> None:
    assert twice({"latency": "daily", "period": "1d"}, {"latency": None}, {"latency": "hourly", "period": "1d"}) == (
        {"name": "t", "period": "1d"},
        (),
    )


def test_what_the_artefact_gave_up_goes_unless_it_was_edited() -> None:
    assert twice({"latency": "daily", "period": "1d"}, {"period": "2d"}, {}) == ({"name": "t", "period": "2d"}, ())


def test_columns_are_completed_one_by_one() -> None:
    have: Data = {"name": "t", "columns": {"A": "text", "b": {"flags": ["pii"]}}}
    values, conflicts = once(have, {"columns": {"a": {"type": "varchar"}, "b": {"type": "int"}, "c": "int"}})
    assert values["columns"] == {"A": "text", "b": {"flags": ["pii"], "type": "int"}, "c": "int"}
    assert conflicts == ("columns.A.type stays text; dbt manifest says varchar",)


def test_untouched_columns_follow_the_artefact() -> None:
    assert twice({"columns": {"a": "int", "b": "int"}}, {}, {"columns": {"a": "int"}})[0]["columns"] == {"a": "int"}


def test_names_are_united() -> None:
    assert once({"name": "t", "flags": "pii"}, {"flags": ["gold", "pii"]})[0]["flags"] == ["pii", "gold"]


def test_provenance_has_a_record_for_each_artefact() -> None:
    entry = merged(
        {"name": "t", "provenance": "a spreadsheet"}, {"latency": "daily"}, artefact(), "sources", TODAY
    ).entry
    other = merged(entry, {"period": "1d"}, artefact(origin="airflow"), "sources", TODAY).entry
    records = other["provenance"]
    assert isinstance(records, list)
    assert [(record["from"], list(record.get("keys", ()))) for record in records] == [
        ("a spreadsheet", []),
        ("dbt manifest", ["latency"]),
        ("airflow", ["period"]),
    ]


def test_a_day_that_is_not_told_is_today() -> None:
    entry = merged({"name": "t"}, {"period": "1d"}, Imported("airflow", "dags"), "sources", TODAY).entry
    assert entry["provenance"] == [{"from": "airflow", "path": "dags", "as_of": TODAY, "keys": {"period": "7949c8"}}]


# --- whole catalogs ---


def into(text: str, *artefacts: Imported) -> Update:
    return update([parse(text, "catalog.yaml")[0]], artefacts, "catalog.yaml", TODAY)


def names(found: Update) -> list[object]:
    [(_, new)] = found.files.values()
    sources = new["sources"]
    assert isinstance(sources, list)
    return [entry["name"] for entry in sources]


CATALOG = (
    "version: 1\nsources:\n- name: payments.transactions\n  aliases: [raw.tx]\n- name: users\n- name: lake.events_*\n"
)


@pytest.mark.parametrize("name", ["payments.transactions", "RAW.TX", "prod.payments.transactions"])
def test_an_entry_is_known_by_its_names(name: str) -> None:
    found = into(CATALOG, artefact({"name": name, "period": "1d"}))
    assert names(found) == ["payments.transactions", "users", "lake.events_*"]
    assert (found.tallies[0].added, found.tallies[0].changed) == (0, 1)


@pytest.mark.parametrize("name", ["sandbox.users", "lake.events_eu", "other.transactions"])
def test_other_names_are_other_entries(name: str) -> None:
    assert names(into(CATALOG, artefact({"name": name, "period": "1d"})))[-1] == name


def test_of_two_that_end_in_one_name_neither_is_it() -> None:
    both = artefact(
        {"name": "a.payments.transactions", "period": "1d"}, {"name": "b.payments.transactions", "period": "2d"}
    )
    assert names(into(CATALOG, both))[3:] == ["a.payments.transactions", "b.payments.transactions"]


def test_a_second_artefact_completes_what_the_first_has_added() -> None:
    found = into(
        CATALOG, artefact({"name": "n", "period": "1d"}), artefact({"name": "n", "owner": "#x"}, origin="dbt catalog")
    )
    [(_, new)] = found.files.values()
    assert isinstance(new["sources"], list)
    assert {"period": "1d", "owner": "#x"}.items() <= new["sources"][-1].items()


def test_what_no_catalog_may_have_is_left_out_and_told() -> None:
    found = into(CATALOG, artefact({"name": "users", "period": "-1", "latency": "daily"}, {"period": "1d"}))
    [(_, new)] = found.files.values()
    assert isinstance(new["sources"], list)
    assert "period" not in new["sources"][1]
    assert str(found.tallies[0].notes[0]).startswith("target/manifest.json: users: period: '-1' is not")
    assert "an entry: name" in str(found.tallies[0].notes[1])


def test_what_has_vanished_from_the_artefact_is_told() -> None:
    first = into(CATALOG, artefact({"name": "users", "period": "1d"}, {"name": "x", "period": "1d"}))
    [(_, new)] = first.files.values()
    from feasilint.catalog.tree import Tree

    again = update([Tree("catalog.yaml", new)], [artefact({"name": "x", "period": "1d"})], "catalog.yaml", TODAY)
    assert [note.message for note in again.tallies[0].notes] == [
        "users is not in target/manifest.json any more; remove the entry if nobody reads it"
    ]


def test_models_and_prediction_points_are_merged_by_name() -> None:
    brought = Imported(
        "dbt manifest",
        "m.json",
        models=({"name": "fraud", "paths": ["b/**"], "owner": "#r"},),
        prediction_points={"nightly": {"mode": "batch"}},
    )
    text = "version: 1\nmodels: [{name: Fraud, paths: [a/**]}]\nprediction_points: {online: {mode: online}}\n"
    [(_, new)] = into(text, brought).files.values()
    assert new["models"][0]["paths"] == ["a/**", "b/**"]  # type: ignore[index]
    assert list(new["prediction_points"]) == ["online", "nightly"]  # type: ignore[call-overload]


def test_paths_are_seen_from_the_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from feasilint.catalog.importing import imported

    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop/target").mkdir(parents=True)
    (tmp_path / "shop/target/m.json").write_text("{}")
    for path in (str(tmp_path / "shop/target/m.json"), "shop/target/m.json"):
        brought = Imported("dbt manifest", path, "2026-11-20", ({"name": "a", "period": "1d"},))
        [(_, text)] = imported([brought], "shop/catalog.yaml", TODAY).texts.values()
        assert "path: target/m.json," in text
    outside = imported(
        [Imported("x", "/nowhere/m.json", None, ({"name": "a", "period": "1d"},))], "catalog.yaml", TODAY
    )
    assert "path: /nowhere/m.json," in next(iter(outside.texts.values()))[1]
