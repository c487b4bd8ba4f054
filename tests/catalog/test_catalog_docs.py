"""The page about the catalog shows catalogs that load, and leaves no key out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from feasilint.catalog import jsonschema
from feasilint.catalog.load import load_text
from feasilint.catalog.model import LATENCY_AGES, Availability, Mode, SourceKind
from feasilint.catalog.schema import SHAPES
from feasilint.errors import CatalogError

FILE = Path(__file__).parents[2] / "docs" / "catalog.md"
PAGE = FILE.read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == 7


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_load(text: str) -> None:
    catalog = load_text(re.sub(r"include:.*\n((?:  - .*\n)*)", "", text))
    assert catalog.sources or catalog.rules or "include" in text or "$schema" in text
    assert "$schema" not in text or text.startswith(f"{jsonschema.MODELINE}\n")


def test_the_tables_are_those_of_the_schema(request: pytest.FixtureRequest) -> None:
    def made(found: re.Match[str]) -> str:
        return f"{found[1]}{jsonschema.table(*found[2].split('.'))}{found[3]}"

    shown, count = re.subn(r"(<!-- keys of ([\w.*]+) -->\n)[^<]*(<!-- end -->)", made, PAGE)
    assert count == len(SHAPES) - 3  # the file itself; owner and provenance of a model
    if request.config.getoption("--update-golden"):
        FILE.write_text(shown, encoding="utf-8")
    assert shown == FILE.read_text(encoding="utf-8")


def test_the_complete_example_states_everything() -> None:
    text = EXAMPLES[0]
    stated = set(re.findall(r"(\w+):(?= |$)", text, re.MULTILINE))
    known = {
        key for model in SHAPES.values() for key in (field.alias or name for name, field in model.model_fields.items())
    }
    assert known - stated == {"include"}
    assert stated - known <= {"checkout", "nightly", "daily", "user_id", "tx_id", "amount", "chargeback", "sql"}


def test_every_key_and_word_is_explained() -> None:
    explained = set(re.findall(r"`([\w.]+):?`", PAGE))
    keys = {
        key for model in SHAPES.values() for key in (field.alias or name for name, field in model.model_fields.items())
    }
    words = {word for names in (Availability, Mode, SourceKind) for word in get_args(names)} | set(LATENCY_AGES)
    assert (keys | words) - explained - {"name", "version", "sources", "models", "prediction_points"} == set()


def test_the_problems_shown_are_real() -> None:
    [shown] = re.findall(r"^```\n(catalog.yaml:.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    text = "version: 1\nsources:\n- {name: a}\n- {name: b}\n- {name: c}\n"
    text += "-   name: x\n    latency: dayly\n    perod: 1d\n-   name: y\n    period: 90\n"
    with pytest.raises(CatalogError) as raised:
        load_text(text)
    messages = [line.split(": ", 1)[1] for line in raised.value.problems]
    assert messages == [line.split(": ", 1)[1] for line in shown.splitlines()]
