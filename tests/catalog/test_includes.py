"""Catalogs in several files."""

from __future__ import annotations

from pathlib import Path

import pytest

from feasilint.catalog.load import load
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
    put("catalog.yaml", "include: more.yaml\nsources: [{name: a}]\nlatency_classes: {daily: 30h}")
    put("more.yaml", "sources: [{name: A}]\nlatency_classes: {daily: 40h}")
    assert problems() == (
        "more.yaml:2:18: sources[0].name: the source 'A' is already declared at catalog.yaml:3:18",
        "more.yaml:3:26: latency_classes.daily: another file of this catalog says 30h",
    )


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
