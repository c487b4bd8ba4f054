"""Compiled confs of Chronon: what their jobs write and read, how old it is once it is served, and what nobody knows."""

from __future__ import annotations

import json
import shutil
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mutations import damaged

from feasilint.catalog.imports import chronon
from feasilint.catalog.imports.artefact import ArtefactError, Imported
from feasilint.catalog.load import from_mapping

SHOP = Path(__file__).parent / "artefacts/chronon/shop"
EVENTS = {"table": "db.clicks", "query": {"selects": {"u": "u"}, "timeColumn": "ts"}}
GROUP_BY = {
    "metaData": {
        "name": "team.clicks.v1",
        "online": 1,
        "outputNamespace": "out",
        "team": "team",
        "offlineSchedule": "@daily",
    },
    "sources": [{"events": EVENTS}],
    "keyColumns": ["u"],
}


def by_name(found: list[Imported]) -> dict[str, dict[str, object]]:
    entries = [entry for one in found for entry in one.sources]
    from_mapping({"version": "1", "sources": entries})
    return {entry["name"]: entry for entry in entries}


@pytest.fixture(scope="module")
def shop() -> dict[str, dict[str, object]]:
    return by_name(list(chronon.read(str(SHOP / "production"))))


def imported(tmp_path: Path, data: object, kind: str = "group_bys") -> list[Imported]:
    path = tmp_path / "production" / kind / "team" / "clicks.v1"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data), encoding="utf-8")
    return list(chronon.read(str(tmp_path)))


def group_by(tmp_path: Path, meta: dict[str, object] | None = None, **changes: object) -> dict[str, dict[str, object]]:
    return by_name(imported(tmp_path, {**GROUP_BY, **changes, "metaData": {**GROUP_BY["metaData"], **(meta or {})}}))


def notes(found: list[Imported]) -> list[str]:
    return [note.message for one in found for note in one.notes]


class TestNotTakenOver:
    def test_the_folder_is_called_production_whatever_is_in_it(self, tmp_path):
        found = group_by(tmp_path, {"online": 0, "production": 1}, backfillStartDate="2026-01-01")
        assert "availability" not in found["out.team_clicks_v1"]

    def test_tables_that_are_read_are_not_said_to_be_in_production(self, shop):
        assert not any("availability" in shop[name] for name in ("shop.purchases", "shop.users", "shop.checkouts"))

    def test_the_pace_of_a_job_is_not_that_of_what_it_reads(self, shop):
        assert "period" not in shop["shop.purchases"]
        assert shop["shop.visits"] == {
            "name": "shop.visits", "kind": "events", "event_time": "visited_ms", "partition": "day",
        }  # fmt: skip

    def test_a_topic_that_only_offline_confs_read_is_not_said_to_be_in_production(self, tmp_path):
        found = group_by(tmp_path, {"online": 0}, sources=[{"events": {**EVENTS, "topic": "clicks"}}])
        assert found["kafka://clicks"] == {"name": "kafka://clicks", "latency": "streaming", "event_time": "ts"}

    def test_a_group_by_without_backfill_or_serving_writes_nothing(self, tmp_path):
        assert list(group_by(tmp_path, {"online": 0})) == ["db.clicks"]

    def test_fresh_values_of_a_snapshot_are_none(self, shop):
        assert shop["risk.risk_users_settled"]["period"] == "1d"
        assert "latency" not in shop["risk.risk_users_settled"]

    def test_a_moment_of_two_columns_is_no_event_time(self, tmp_path):
        events = {**EVENTS, "query": {"timeColumn": "greatest(a, b)"}}
        assert "event_time" not in group_by(tmp_path, sources=[{"events": events}])["db.clicks"]

    def test_what_is_only_offline_is_as_old_as_its_job_though_streams_are_there(self, tmp_path):
        sources = [{"events": {**EVENTS, "topic": "clicks"}}]
        found = group_by(tmp_path, {"online": 0}, backfillStartDate="2026-01-01", sources=sources)
        assert found["out.team_clicks_v1"]["period"] == "1d"
        assert "latency" not in found["out.team_clicks_v1"]

    def test_a_schedule_of_never_is_none(self, shop):
        assert "period" not in shop["risk.risk_checkout_study"]

    def test_numbers_in_tags_are_no_flags(self, shop):
        assert shop["risk.risk_purchases_by_user"]["flags"] == ["pii"]


class TestShop:
    def test_what_there_is(self, shop):
        assert list(shop) == [
            "risk.risk_purchases_by_user", "shop.purchases", "kafka://events.purchases", "risk.risk_purchases_visits", "shop.visits",
            "risk.risk_users_profile", "shop.users", "shop.user_changes", "kafka://cdc.users", "risk.risk_users_settled",
            "risk.risk_checkout_fast", "shop.checkouts", "risk.risk_checkout_mixed", "risk.risk_checkout_study",
            "risk.risk_checkout_study_labels", "shop.chargebacks", "risk.risk_sessions_daily",
        ]  # fmt: skip

    def test_a_group_by_that_follows_a_stream(self, shop):
        assert shop["risk.risk_purchases_by_user"] == {
            "name": "risk.risk_purchases_by_user",
            "availability": "production",
            "latency": "streaming",
            "grain": ["user_id", "ds", "ts"],
            "partition": "ds",
            "flags": ["pii"],
            "owner": {"team": "risk"},
        }

    def test_a_group_by_of_each_night(self, shop):
        assert shop["risk.risk_purchases_visits"] == {
            "name": "risk.risk_purchases_visits",
            "availability": "production",
            "period": "12h",
            "blind_spot": "1d",
            "grain": ["user_id", "ds"],
            "partition": "ds",
            "owner": {"team": "risk"},
            "run_time": "40m",
        }

    def test_events(self, shop):
        assert shop["shop.purchases"] == {
            "name": "shop.purchases",
            "kind": "events",
            "event_time": "bought_at",
            "partition": "ds",
            "stream_twin": "kafka://events.purchases",
        }
        assert shop["kafka://events.purchases"] == {
            "name": "kafka://events.purchases",
            "availability": "production",
            "latency": "streaming",
            "event_time": "bought_at",
        }

    def test_entities(self, shop):
        assert shop["shop.users"] == {
            "name": "shop.users",
            "kind": "snapshot",
            "period": "1d",
            "event_time": "changed_ms",
            "partition": "ds",
            "stream_twin": "kafka://cdc.users",
        }
        assert shop["shop.user_changes"]["event_time"] == "mutated_ms"

    def test_joins_are_as_old_as_their_slowest_part(self, shop):
        assert shop["risk.risk_checkout_fast"]["latency"] == "microbatch"  # a tag says so
        assert (shop["risk.risk_checkout_mixed"]["period"], shop["risk.risk_checkout_mixed"]["blind_spot"]) == (
            "12h",
            "1d",
        )
        assert shop["risk.risk_checkout_fast"]["grain"] == ["checkout_id"]

    def test_labels(self, shop):
        assert shop["risk.risk_checkout_study_labels"] == {
            "name": "risk.risk_checkout_study_labels",
            "availability": "training_only",
            "kind": "label",
            "period": "7d",
            "blind_spot": "30d",
            "partition": "ds",
            "owner": {"team": "risk"},
        }

    def test_deprecation(self, shop):
        assert shop["risk.risk_users_settled"]["availability"] == "deprecated"
        assert shop["risk.risk_checkout_study"]["flags"] == ["deprecated from 2999-01-01"]

    def test_staging_queries(self, shop):
        assert shop["risk.risk_sessions_daily"]["period"] == "7d"
        assert "availability" not in shop["risk.risk_sessions_daily"]

    def test_nothing_is_left_to_be_told(self):
        assert notes(list(chronon.read(str(SHOP / "production")))) == []

    def test_the_whole_repository_or_one_file_will_do(self, shop):
        assert by_name(list(chronon.read(str(SHOP)))) == shop
        (one,) = chronon.read(str(SHOP / "production/joins/risk/checkout.mixed"))
        assert one.sources[0] == shop["risk.risk_checkout_mixed"]


class TestConfs:
    def test_the_namespace_of_the_team(self, tmp_path):
        teams = {"default": {"namespace": "all"}, "team": {"description": "x"}}
        (tmp_path / "teams.json").write_text(json.dumps(teams), encoding="utf-8")
        assert "all.team_clicks_v1" in group_by(tmp_path, {"outputNamespace": None})

    def test_no_namespace_is_told(self, tmp_path):
        meta = {**GROUP_BY["metaData"], "outputNamespace": None}
        found = imported(tmp_path, {**GROUP_BY, "metaData": meta})
        assert list(by_name(found)) == ["db.clicks"]
        assert "teams.json" in notes(found)[0]

    def test_a_join_as_a_source(self, tmp_path):
        join = {
            "metaData": {"name": "team.parent", "online": 1},
            "left": {"events": {**EVENTS, "topic": "clicks"}},
            "joinParts": [],
        }
        found = group_by(tmp_path, sources=[{"joinSource": {"join": join, "query": {}}}])
        assert found["out.team_clicks_v1"]["latency"] == "streaming"
        assert found["db.clicks"]["stream_twin"] == "kafka://clicks"

    def test_a_table_that_another_conf_writes_is_known_from_there(self, tmp_path):
        imported(tmp_path, GROUP_BY)
        join = {
            "metaData": {"name": "team.j", "outputNamespace": "out", "online": 0},
            "left": {"events": {"table": "out.team_clicks_v1", "query": {}}},
        }
        found = by_name(imported(tmp_path, join, "joins"))
        assert "kind" not in found["out.team_clicks_v1"]

    def test_a_view_has_no_pace(self, tmp_path):
        data = {"metaData": {"name": "t.q", "outputNamespace": "out"}, "query": "select 1", "createView": 1}
        found = by_name(imported(tmp_path, data, "staging_queries"))
        assert found["out.t_q"] == {"name": "out.t_q"}

    def test_unknown_tables_are_told(self, tmp_path):
        found = imported(tmp_path, {**GROUP_BY, "sources": [{"events": {**EVENTS, "table": "{{ db }}.clicks"}}]})
        assert notes(found) == ["the table `{{ db }}.clicks` is not known before its job runs; it is left out"]

    def test_two_confs_that_say_different_things(self, tmp_path):
        other = {"events": {**EVENTS, "query": {"timeColumn": "seen"}}}
        found = imported(tmp_path, {**GROUP_BY, "sources": [{"events": EVENTS}, other]})
        assert notes(found) == ["`db.clicks` has two values of event_time, ts and seen; the first counts"]

    @pytest.mark.parametrize(
        ("meta", "message"),
        [
            ({"offlineSchedule": "61 * * * *"}, "`61 * * * *` is no cron expression"),
            ({"deprecationDate": "soon"}, "deprecationDate: `soon` is no date"),
            ({"customJson": "[1]"}, "its customJson is no mapping"),
        ],
    )
    def test_odd_metadata(self, tmp_path, meta, message):
        found = imported(tmp_path, {**GROUP_BY, "metaData": {**GROUP_BY["metaData"], **meta}})
        assert notes(found)[0].startswith(message)
        assert "out.team_clicks_v1" in by_name(found)


class TestBroken:
    def test_no_confs(self, tmp_path):
        with pytest.raises(ArtefactError, match="no compiled confs below group_bys, joins, staging_queries"):
            list(chronon.read(str(tmp_path)))

    def test_a_file_of_something_else(self, tmp_path):
        path = tmp_path / "x.json"
        path.write_text("{}", encoding="utf-8")
        with pytest.raises(ArtefactError, match="no compiled conf of Chronon"):
            list(chronon.read(str(path)))

    def test_a_broken_file_costs_itself(self, tmp_path):
        shutil.copytree(SHOP / "production", tmp_path / "production")
        broken = tmp_path / "production/joins/risk/checkout.fast"
        broken.write_text('{"metaData": {\n"name"', encoding="utf-8")
        found = list(chronon.read(str(tmp_path)))
        assert "risk.risk_checkout_mixed" in by_name(found)
        assert [str(note) for one in found for note in one.notes] == [
            f"{broken.as_posix()}:2: not JSON; compile it again"
        ]

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_anything(self, tmp_path, data):
        path = data.draw(st.sampled_from(sorted(p for p in (SHOP / "production").rglob("*") if p.is_file())))
        made = data.draw(damaged(json.loads(path.read_text(encoding="utf-8")), most=6).map(json.dumps))
        (tmp_path / path.parents[1].name).mkdir(exist_ok=True)
        (tmp_path / path.parents[1].name / "conf").write_text(made, encoding="utf-8")
        with suppress(ArtefactError):
            list(chronon.read(str(tmp_path)))
