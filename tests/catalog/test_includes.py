"""Catalogs in several files."""

from __future__ import annotations

from pathlib import Path

import pytest

from feasilint.catalog.load import load
from feasilint.catalog.model import KeyVolume, Mark
from feasilint.errors import CatalogError


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(f"version: 1\n{text}\n")


def problems(path: str = "catalog.yaml") -> tuple[str, ...]:
    with pytest.raises(CatalogError) as raised:
        load(path, cache=False)
    return raised.value.problems


def test_a_pattern_that_matches_nothing_is_no_problem(tree: Path) -> None:
    put("catalog.yaml", "include: teams/*.yaml")
    assert load("catalog.yaml", cache=False).empty


def test_files_are_merged_in_order(tree: Path) -> None:
    put("catalog.yaml", "include: [teams/*.yaml, org.yaml]\nsources: [{name: main}]")
    put("teams/b.yaml", "sources: [{name: b}]")
    put("teams/a.yaml", "sources: [{name: a}]\nprediction_points: {p: {mode: online}}")
    put("org.yaml", "include: teams/a.yaml\nmodels: [{name: m, paths: x, prediction_point: p}]")
    catalog = load("catalog.yaml", cache=False)
    assert [source.name for source in catalog.sources] == ["main", "a", "b"]
    assert [source.mark.path for source in catalog.sources if source.mark] == [
        "catalog.yaml",
        "teams/a.yaml",
        "teams/b.yaml",
    ]
    assert [model.prediction_point for model in catalog.models] == ["p"]


def test_latency_classes_hold_in_all_files(tree: Path) -> None:
    put("conf/catalog.yaml", "include: more.yaml\nsources: [{name: a, latency: hourly}]")
    put("conf/more.yaml", "latency_classes: {hourly: 3h}")
    catalog = load("conf/catalog.yaml", cache=False)
    assert catalog.sources[0].worst_age == 3 * 3600
    assert catalog.root == "conf"


def test_conflicts_name_both_places(tree: Path) -> None:
    put("catalog.yaml", "include: more.yaml\nsources: [{name: a, period: 1d, owner: t}]\nlatency_classes: {daily: 30h}")
    put("more.yaml", "sources: [{name: A, period: 2d, owner: {team: t}}]\nlatency_classes: {daily: 40h}")
    assert problems() == (
        "more.yaml:2:29: sources[0].period: '2d' here, but '1d' at catalog.yaml:3:29; leave out one of them",
        "more.yaml:3:26: latency_classes.daily: '40h' here, but '30h' at catalog.yaml:4:26; leave out one of them",
    )


def test_the_same_value_twice_is_no_conflict(tree: Path) -> None:
    put("catalog.yaml", "include: more.yaml\nsources: [{name: a, period: 1d, columns: [x]}]")
    put("more.yaml", "sources: [{name: A, period: 24h, columns: {x: }}]")
    assert [source.period for source in load("catalog.yaml", cache=False).sources] == [86_400]


def test_a_name_twice_in_one_file_is_an_error_whatever_else_is_said(tree: Path) -> None:
    put("catalog.yaml", "include: more.yaml\nsources: [{name: a, period: 1d}]")
    put("more.yaml", "sources: [{name: b, period: 1d}, {name: B, latency: daily}]")
    assert problems() == ("more.yaml:2:41: sources[1].name: the source 'B' is already declared at more.yaml:2:18",)


def test_entries_of_one_name_become_one(tree: Path) -> None:
    put(
        "catalog.yaml",
        "include: more.yaml\nsources: [{name: a, aliases: [x, y], columns: {c: int, d: }, keys: {u: {distinct: 5}}}]",
    )
    put(
        "more.yaml",
        "sources:\n- {name: z}\n- {name: A, period: 1d, aliases: [y, w], provenance: dbt,\n"
        "   columns: {C: {known_after: 3d}, e: text}, keys: {u: {active_per_day: 2}}}",
    )
    a, z = load("catalog.yaml", cache=False).sources
    assert (a.name, z.name) == ("a", "z")
    assert (a.aliases, a.period) == (("x", "y", "w"), 86_400)
    assert {name: (one.type, one.known_after) for name, one in a.columns.items()} == {
        "c": ("int", 3 * 86_400),
        "d": (None, None),
        "e": ("text", None),
    }
    assert a.keys["u"] == KeyVolume(distinct=5, active_per_day=2)
    assert a.marks["period"] == Mark("more.yaml", 4, 13)
    assert a.columns["e"].mark == Mark("more.yaml", 5, 36)
    assert a.provenance[0].mark == Mark("more.yaml", 4, 54)
    assert a.mark == Mark("catalog.yaml", 3, 11)
    assert a.overridden == {}


def test_what_is_said_in_two_files_must_make_sense_together(tree: Path) -> None:
    put("catalog.yaml", "include: more.yaml\nsources: [{name: a, rows_per_day: 10}]")
    put("more.yaml", "sources: [{name: a, keys: {u: {max_rows_per_day: 11}}}]")
    assert problems() == ("more.yaml:2:50: sources[0].keys.u.max_rows_per_day: the whole source has 10 rows per day",)


def test_problems_of_all_files_are_reported(tree: Path) -> None:
    put("catalog.yaml", "include: [more.yaml, nope.yaml]\nsources: [{name: a, latency: dayly}]")
    put("more.yaml", "sorces: []")
    assert problems() == (
        "catalog.yaml:2:22: include[1]: nope.yaml: No such file or directory",
        "catalog.yaml:3:30: sources[0].latency: 'dayly' is not a latency class; did you mean 'daily'?",
        "more.yaml:2:1: unknown key 'sorces'; did you mean 'sources'?",
    )


def test_a_cycle_is_an_error(tree: Path) -> None:
    put("catalog.yaml", "include: sub/more.yaml")
    put("sub/more.yaml", "include: ../catalog.yaml")
    assert problems() == ("sub/more.yaml:2:10: include: catalog.yaml includes itself; remove one of the includes",)


def test_a_pattern_may_catch_the_file_itself(tree: Path) -> None:
    put("catalog.yaml", "include: '*.yaml'")
    put("more.yaml", "sources: [{name: a}]")
    assert [source.name for source in load("catalog.yaml", cache=False).sources] == ["a"]


def test_points_of_a_broken_file_are_not_called_unknown(tree: Path) -> None:
    put("catalog.yaml", "include: more.yaml\nmodels: [{name: m, paths: x, prediction_point: p}]")
    put("more.yaml", "prediction_points: {")
    assert [line.split(":")[0] for line in problems()] == ["more.yaml"]
    put("more.yaml", "prediction_points: {p: {mode: onlin}}")
    assert problems() == ("more.yaml:2:31: prediction_points.p.mode: 'onlin' is not a mode; did you mean 'online'?",)
