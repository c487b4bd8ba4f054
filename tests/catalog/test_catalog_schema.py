"""The JSON Schema for editors: it is up to date, takes every catalog that loads, and refuses what a schema can tell."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import jsonschema as validation
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from feasilint.catalog import jsonschema
from feasilint.catalog.load import load, load_text
from feasilint.cli import cli
from feasilint.errors import CatalogError

ROOT = Path(__file__).parents[2]
STORED = json.loads(jsonschema.FILE.read_text(encoding="utf-8"))
VALIDATOR = validation.Draft7Validator(STORED)
FENCED = re.findall(r"^```yaml\n(version: 1.*?)^```", (ROOT / "docs" / "catalog.md").read_text("utf-8"), re.M | re.S)
CATALOGS = [path for path in ROOT.rglob("catalog.y*ml") if not {".git", "build", ".venv"} & set(path.parts)]


def plain(value: object) -> Any:
    """What editors make of YAML 1.2: days are text, keys are text."""
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(plain(YAML(typ="safe", pure=True).load(text)))]


def loads(text: str) -> bool:
    try:
        load_text(text)
    except CatalogError:
        return False
    return True


def test_it_is_up_to_date(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        jsonschema.FILE.write_text(jsonschema.text(), encoding="utf-8")
    assert jsonschema.FILE.read_text(encoding="utf-8") == jsonschema.text()


def test_it_is_a_schema() -> None:
    validation.Draft7Validator.check_schema(STORED)
    assert jsonschema.MODELINE.endswith(f"$schema={STORED['$id']}")


def test_the_command_prints_it() -> None:
    done = CliRunner().invoke(cli, ["catalog", "schema"], standalone_mode=False)
    assert json.loads(done.output) == STORED


def test_every_key_is_described() -> None:
    shapes = [STORED, *STORED["definitions"].values()]
    shapes += [one for shape in shapes for one in shape.get("anyOf", ())]
    keys = [value for shape in shapes for value in shape.get("properties", {}).values()]
    assert len(keys) > 70
    assert all(value["description"] for value in keys)


@pytest.mark.parametrize("text", FENCED)
def test_it_takes_the_examples_of_the_page(text: str) -> None:
    assert complaints(text) == []


@pytest.mark.parametrize("path", CATALOGS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_it_takes_the_catalogs_of_this_repository(path: Path) -> None:
    assert load(str(path), cache=False)
    assert complaints(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "entry",
    [
        "aliases: x, grain: [a]",
        "owner: '#x', columns: [a, b], keys: [u, v]",
        "owner: {team: x}, columns: {a: int, b: , c: {type: decimal, known_after: 60d}}, keys: {u: 20M, v: , w: {distinct: 5}}",
        "provenance: dbt",
        "provenance: [dbt, {from: x, as_of: 2026-11-20, keys: {a: 5f}}]",
        "period: 1d4h, offset: 0, run_time: PT15M, retention: forever, measured_age: 2 h, blind_spot: 90m",
        "rows_per_day: 50_000_000, row_bytes: 2kB, mutable: NO, availability: production, latency: daily, kind: events",
        "rows_per_day: 50e6, row_bytes: 600, mutable: false, tz: UTC, reason: 5, event_time: NO",
        "latency: , x-note: {anything: [goes]}",
    ],
)
def test_it_takes_what_loads(entry: str) -> None:
    text = f"version: 1\nx-anchors: &a [1]\nsources:\n- {{name: s, {entry}}}\n"
    assert loads(text)
    assert complaints(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "sources: []",
        "version: 2",
        "version: 1\nsorces: []",
        "version: 1\nsources: {a: b}",
        "version: 1\nsources: [a]",
        "version: 1\nsources: [{latency: daily}]",
        "version: 1\nsources: [{name: }]",
        "version: 1\nsources: [{name: ''}]",
        "version: 1\nsources: [{name: a, latency: dayly}]",
        "version: 1\nsources: [{name: a, latancy: daily}]",
        "version: 1\nsources: [{name: a, period: 90}]",
        "version: 1\nsources: [{name: a, period: 3M}]",
        "version: 1\nsources: [{name: a, period: 5 parsecs}]",
        "version: 1\nsources: [{name: a, period: [1d]}]",
        "version: 1\nsources: [{name: a, rows_per_day: many}]",
        "version: 1\nsources: [{name: a, rows_per_day: -5}]",
        "version: 1\nsources: [{name: a, row_bytes: big}]",
        "version: 1\nsources: [{name: a, mutable: maybe}]",
        "version: 1\nsources: [{name: a, grain: {a: b}}]",
        "version: 1\nsources: [{name: a, grain: [a, a]}]",
        "version: 1\nsources: [{name: a, columns: {a: {typ: x}}}]",
        "version: 1\nsources: [{name: a, columns: {a: [b]}}]",
        "version: 1\nsources: [{name: a, owner: {tem: x}}]",
        "version: 1\nsources: [{name: a, keys: {u: {distinct: x}}}]",
        "version: 1\nsources: [{name: a, provenance: {path: x}}]",
        "version: 1\nmodels: [{name: a}]",
        "version: 1\nprediction_points: {p: {}}",
        "version: 1\nprediction_points: {p: {mode: onlin}}",
        "version: 1\nprediction_points: {p: {mode: batch, run_at: 25:00}}",
        "version: 1\nlatency_classes: {daily: 3}",
        "version: 1\nlatency_classes: {dayly: 3h}",
        "version: 1\nbudgets: {per_feature: $5}",
        "version: 1\nprices: {currency: dollars}",
        "version: 1\ninclude: {a: b}",
    ],
)
def test_it_refuses_what_a_schema_can_tell(text: str) -> None:
    assert not loads(text)
    assert complaints(text)


_UNITS = ["m", "h", " d", "D", "weeks", "MO", "M", "", "ms", "parsecs", "Y", "Days", " "]


@given(
    st.lists(st.tuples(st.sampled_from(["1", "1.5", ".5", "", "07"]), st.sampled_from(_UNITS)), max_size=3),
    st.booleans(),
)
def test_durations_are_those_that_load(parts: list[tuple[str, str]], iso: bool) -> None:
    text = ("P" if iso else "") + "".join(number + unit for number, unit in parts)
    text = f"version: 1\nprediction_points: {{p: {{mode: batch, max_age: '{text}'}}}}"
    assert loads(text) == (not complaints(text))
