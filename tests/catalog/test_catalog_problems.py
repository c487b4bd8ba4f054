"""Broken catalogs: every problem, each as one line with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.catalog.load import from_mapping, load, load_text
from feasilint.errors import CatalogError

if TYPE_CHECKING:
    from pathlib import Path


def problems(text: str) -> list[str]:
    with pytest.raises(CatalogError) as raised:
        load_text(text)
    assert str(raised.value) == "\n".join(raised.value.problems)
    return [line.removeprefix("catalog.yaml:") for line in raised.value.problems]


def source(line: str) -> str:
    return f"version: 1\nsources:\n  - name: a.b\n    {line}\n"


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("latency: dayly", "4:14: sources[0].latency: 'dayly' is not a latency class; did you mean 'daily'?"),
        ("latency: Daily", "4:14: sources[0].latency: 'Daily' is not a latency class; did you mean 'daily'?"),
        (
            "latency: zz",
            "4:14: sources[0].latency: 'zz' is not a latency class; use one of request, online, streaming, microbatch, hourly, "
            "daily, slow, manual, none",
        ),
        (
            "availability: prod",
            "4:19: sources[0].availability: 'prod' is not an availability; did you mean 'production'?",
        ),
        ("kind: event", "4:11: sources[0].kind: 'event' is not a kind of source; did you mean 'events'?"),
        ("latancy: daily", "4:5: sources[0]: unknown key 'latancy'; did you mean 'latency'?"),
        ("latancy:", "4:5: sources[0]: unknown key 'latancy'; did you mean 'latency'?"),
        ("period: 90", "4:13: sources[0].period: 90 of what? write a duration with its unit, as 90s, 90m, 90h or 90d"),
        ("period: 0s", "4:13: sources[0].period: a duration above zero is needed here, as 1h or 1d"),
        ("period: [1d]", "4:13: sources[0].period: expected a single value, found a list"),
        ("retention: 3M", "4:16: sources[0].retention: the unit 'M' could be minutes or months; write m or mo"),
        (
            "rows_per_day: NO",
            "4:19: sources[0].rows_per_day: 'NO' is not a count; write it as 20k, 50M, 50e6 or 50_000_000",
        ),
        ("row_bytes: big", "4:16: sources[0].row_bytes: 'big' is not a size in bytes; write it as 600, 2kB or 1MiB"),
        ("mutable: maybe", "4:14: sources[0].mutable: 'maybe' is neither true nor false"),
        ("tz: Europe/Berln", "4:9: sources[0].tz: 'Europe/Berln' is not a time zone; did you mean 'Europe/Berlin'?"),
        ("grain: {a: b}", "4:12: sources[0].grain: expected a list, found a mapping; write it as grain: [tx_id]"),
        ("event_time: [ts]", "4:17: sources[0].event_time: expected text, found a list; write it as event_time: ts"),
        ("event_time: ''", "4:17: sources[0].event_time: expected text, found nothing; write it as event_time: ts"),
        ("flags: [{a: b}]", "4:13: sources[0].flags[0]: expected text, found a mapping"),
        ("flags: [~]", "4:13: sources[0].flags[0]: expected text, found nothing"),
        (
            "columns: 5",
            "4:14: sources[0].columns: expected a mapping, found '5'; write it as columns: {amount: decimal}",
        ),
        ("columns: {a: [b]}", "4:18: sources[0].columns.a: expected a mapping, found a list"),
        ("columns: {a: {typ: x}}", "4:19: sources[0].columns.a: unknown key 'typ'; did you mean 'type'?"),
        (
            "owner: [me]",
            '4:12: sources[0].owner: expected a mapping, found a list; write it as owner: "#payments-data"',
        ),
        ("owner: {tem: x}", "4:13: sources[0].owner: unknown key 'tem'; did you mean 'team'?"),
        (
            "keys: {u: {distinct: x}}",
            "4:26: sources[0].keys.u.distinct: 'x' is not a count; write it as 20k, 50M, 50e6 or 50_000_000",
        ),
        ("zzz: 1", None),
        ("name: c", "4:5: sources[0]: duplicate key 'name'; it also stands on line 3"),
        ("grain: !tuple [a]", "4:12: sources[0].grain: unknown tag '!tuple'; remove it"),
        ("? [a]\n    : b", "4:7: sources[0]: a key must be plain text"),
    ],
)
def test_a_problem_of_a_source(line: str, problem: str | None) -> None:
    [found] = problems(source(line))
    assert (
        found == problem
        if problem
        else found.startswith("4:5: sources[0]: unknown key 'zzz'; known keys are name, aliases,")
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "1:1: an empty catalog; start with `version: 1`"),
        ("# nothing\n", "1:1: an empty catalog; start with `version: 1`"),
        ("[]", "1:1: a catalog is a mapping that starts with `version: 1`"),
        ("just text", "1:1: a catalog is a mapping that starts with `version: 1`"),
        ("\nsources: []", "2:1: missing key 'version'; add `version: 1`"),
        ("version: 2", "1:10: version: version 2 is not supported; this version of feasilint reads version 1"),
        ("version: 1\nsorces: []", "2:1: unknown key 'sorces'; did you mean 'sources'?"),
        (
            "version: 1\nsources: {a: b}",
            "2:10: sources: expected a list, found a mapping; write it as sources: [{name: raw.tx}]",
        ),
        ("version: 1\nsources: [a]", "2:11: sources[0]: expected a mapping, found 'a'; it needs `name:`"),
        ("version: 1\nsources:\n  - latency: daily", "3:5: sources[0]: missing key 'name'"),
        ("version: 1\nmodels: [{name: a}]", "2:10: models[0]: missing key 'paths'"),
        ("version: 1\nprediction_points: {p: {}}", "2:24: prediction_points.p: missing key 'mode'"),
        (
            "version: 1\nprediction_points: {p: {mode: onlin}}",
            "2:31: prediction_points.p.mode: 'onlin' is not a mode; did you mean 'online'?",
        ),
        (
            "version: 1\nprediction_points: {p: {mode: batch, run_at: 25:00}}",
            "2:46: prediction_points.p.run_at: '25:00' is not a time of day; write it as 02:00 or 14:30",
        ),
        (
            "version: 1\nmodels: [{name: a, paths: b, prediction_point: c}]",
            "2:48: models[0].prediction_point: no prediction point is called 'c'; declare it under prediction_points",
        ),
        (
            "version: 1\nprediction_points: {checkout: {mode: online}}\nmodels: [{name: a, paths: b, prediction_point: chekout}]",
            "3:48: models[0].prediction_point: no prediction point is called 'chekout'; did you mean 'checkout'?",
        ),
        (
            "version: 1\nsources:\n- name: a.b\n- name: A.`b`",
            "4:9: sources[1].name: the source 'A.`b`' is already declared at catalog.yaml:3:9",
        ),
        (
            "version: 1\nlatency_classes: {dayly: 3h}",
            "2:26: latency_classes.dayly: 'dayly' is not a latency class; did you mean 'daily'?",
        ),
        ("version: 1\nlatency_classes: {daily: 3}", None),
        ("version: 1\nsources:\n\t- name: a", "3:1: a tab; indent with spaces"),
        ("version: 1\nsources: [a", None),
        ("version: 1\nversion: 1", "2:1: duplicate key 'version'; it also stands on line 1"),
        (
            "version: 1\n---\nversion: 1",
            "2:1: a second document; a catalog is one, so remove the `---`",
        ),
        ("version: *one", "1:10: no anchor above is called &one; put text with a `*` in quotes"),
        (
            "version: 1\nx-a: &a 1\nx-b: &a 2",
            "3:6: the anchor &a is already on line 2; call one of them otherwise",
        ),
        ("version: 1\nsources: &a [*a]", "2:14: the alias *a stands inside of what it names"),
        ("version: \x00", "1:10: a control character (U+0000); is this UTF-16? save it as UTF-8"),
        ("version: 1\n" + "a: " + "[" * 5000, None),
    ],
)
def test_a_problem_of_a_file(text: str, problem: str | None) -> None:
    [found] = problems(text)
    assert found == problem or problem is None


def test_the_growth_of_aliases_is_limited() -> None:
    levels = "\n".join(f"x-{n + 1}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9))
    [found] = problems(f"version: 1\nx-0: &a0 [a, b, c]\n{levels}\n")
    assert found.endswith("aliases repeat too much; write the values out")


def test_a_merge_key_that_loops_is_refused() -> None:
    assert problems("version: 1\nsources:\n  - &a {name: x, <<: *a}") == [
        "3:22: the alias *a stands inside of what it names"
    ]


def test_all_problems_are_reported_in_order() -> None:
    found = problems(
        """\
version: 1
models:
  - {name: m, paths: x, prediction_point: nope}
sources:
  - {name: a, latency: dayly}
  - {name: b, period: 5}
  - {name: a}
sorces: []
"""
    )
    assert [line.split(": ")[0] for line in found] == ["3:43", "5:24", "6:23", "7:12", "8:1"]


def test_columns_count_characters() -> None:
    assert problems("version: 1\nsources: [{name: 'é', latency: dayly}]")[0].startswith("2:32: ")


def test_data_without_a_file() -> None:
    with pytest.raises(CatalogError) as raised:
        from_mapping({"version": 1, "sources": [{"name": "t", "latency": "dayly"}]})
    assert raised.value.problems == (
        "<catalog>:1:1: sources[0].latency: 'dayly' is not a latency class; did you mean 'daily'?",
    )


@pytest.mark.parametrize("section", ["sources", "models", "prediction_points", "prices", "latency_classes"])
@pytest.mark.parametrize("value", [{None: 1}, {5: {}}, [None], [{None: 1}], b"x", {"a"}, float("nan"), [[]]])
def test_data_of_any_kind_gives_problems(section: str, value: object) -> None:
    with pytest.raises(CatalogError) as raised:
        from_mapping({"version": 1, section: value})
    assert all(problem.startswith("<catalog>:1:1: ") for problem in raised.value.problems)


def test_files_that_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "catalog.yaml"
    path.write_bytes("version: 1\n# Zürich: ".encode() + b"\xe9\n")
    with pytest.raises(CatalogError, match=r"catalog.yaml:2:11: not UTF-8; if it is text, save it as UTF-8"):
        load(str(path))
    path.write_bytes(b"\x80\x04\x95pickle")
    with pytest.raises(CatalogError, match=r"catalog.yaml:1:1: not UTF-8"):
        load(str(path))


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nope.yaml:1:1: cannot be read: No such file or directory"):
        load(str(tmp_path / "nope.yaml"))
    with pytest.raises(CatalogError, match=r":1:1: cannot be read: Is a directory"):
        load(str(tmp_path))


TOKENS = ["version: 1\n", "sources:\n", "- ", "name: ", "a", ": ", "\n", "  ", "{", "}", "[", "]", ",", "&x ", "*x", "<<: ", "'", '"', "\t", "!", "|", "%", "@", "?", "~", "é", "\x85"]  # fmt: skip


@given(st.lists(st.sampled_from(TOKENS), max_size=25))
def test_any_text_gives_a_catalog_or_problems(tokens: list[str]) -> None:
    found: tuple[str, ...] = ()
    try:
        load_text("".join(tokens))
    except CatalogError as error:
        found = error.problems
    assert all(line.startswith("catalog.yaml:") for line in found)
