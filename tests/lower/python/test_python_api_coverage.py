"""The tables know the methods that the installed libraries have."""

from __future__ import annotations

import runpy
import warnings
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[3] / "benchmarks" / "api_coverage.py"
SCRIPT = runpy.run_path(str(BENCHMARK))
LIGHT = [surface for surface in SCRIPT["SURFACES"] if surface.library in ("pandas", "polars")]


@pytest.mark.parametrize("surface", LIGHT, ids=lambda surface: surface.path)
def test_the_tables_know_nearly_all_methods(surface: object):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = SCRIPT["coverage"](surface)
    if found is None:
        pytest.skip("not installed")
    assert found.share >= 0.9, found.unknown


def test_what_is_not_known_is_named():
    found = SCRIPT["Coverage"](["head"], [], ["unheard_of"])
    assert found.share == 0.5
