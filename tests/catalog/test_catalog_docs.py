"""The page about the catalog shows catalogs that load, and leaves no key out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from feasilint.catalog.load import load_text
from feasilint.catalog.model import LATENCY_AGES, Availability, Mode, SourceKind
from feasilint.catalog.schema import SHAPES
from feasilint.errors import CatalogError

PAGE = (Path(__file__).parents[2] / "docs" / "catalog.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_page_has_examples() -> None:
    assert len(EXAMPLES) == 4


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_load(text: str) -> None:
    catalog = load_text(text)
    assert catalog.sources or "include" in text


def test_the_complete_example_states_everything() -> None:
    text = EXAMPLES[0]
    stated = set(re.findall(r"(\w+):(?= |$)", text, re.MULTILINE))
    known = {
        key for model in SHAPES.values() for key in (field.alias or name for name, field in model.model_fields.items())
    }
    assert known - stated == {"include"}


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
