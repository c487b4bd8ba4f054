"""What a document was made into is let go of without a search for garbage, and collection is left as it was found."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

import pytest

from feasilint.cli import main
from feasilint.documents.read import read
from feasilint.lower import lower
from feasilint.lower.options import Options
from feasilint.memory import without_collection

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = """\
import pandas as pd

class Loader:
    def __init__(self, path):
        self.path = path

    def load(self):
        return pd.read_csv(self.path)

def features(frame):
    def mean(name):
        return frame.groupby("user_id")[name].mean()
    return mean("amount")

pick = lambda frame: features(frame)
print(pick(Loader("a.csv").load()))
"""


@pytest.fixture(autouse=True)
def _as_it_was() -> Iterator[None]:
    enabled, threshold = gc.isenabled(), gc.get_threshold()
    yield
    (gc.enable if enabled else gc.disable)()
    gc.set_threshold(*threshold)
    gc.unfreeze()


@pytest.mark.parametrize("enabled", [True, False])
def test_collection_is_left_as_it_was(enabled: bool) -> None:
    (gc.enable if enabled else gc.disable)()
    with without_collection():
        assert not gc.isenabled()
        with without_collection():
            pass
        assert not gc.isenabled()
    assert gc.isenabled() is enabled


def test_collection_goes_on_after_an_error() -> None:
    gc.enable()
    with pytest.raises(ValueError, match="broken"), without_collection():
        raise ValueError("broken")
    assert gc.isenabled()


def test_pauses_of_threads_may_overlap() -> None:
    gc.enable()
    first, second = without_collection(), without_collection()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not gc.isenabled()
    second.__exit__(None, None, None)
    assert gc.isenabled()


def test_only_a_run_of_its_own_keeps_what_it_made(monkeypatch: pytest.MonkeyPatch) -> None:
    before = gc.get_threshold()
    assert main(["--version"]) == 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
    monkeypatch.setattr("sys.argv", ["feasilint", "--version"])
    assert main() == 0
    assert gc.get_threshold()[0] > before[0]
    assert gc.get_freeze_count() > 0


def test_functions_and_scopes_leave_next_to_no_cycles() -> None:
    document = read("a.py", SCRIPT.encode())
    lower(document, Options())  # loads what is loaded once
    gc.collect()
    gc.disable()
    program = lower(document, Options())
    assert gc.collect() <= 3  # the scope of the module, which is its own: neither syntax nor values
    assert program.relations
