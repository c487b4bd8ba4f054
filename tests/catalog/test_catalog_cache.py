"""The validated catalog is kept, and only believed while it is true."""

from __future__ import annotations

import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.catalog import cache, files, stored
from feasilint.catalog.load import load, load_text
from feasilint.errors import CatalogError

TEXT = """\
version: 1
prediction_points: {p: {mode: online, max_age: never}}
models: [{name: m, paths: ["a/**"], prediction_point: p, owner: {team: t}}]
sources:
  - name: s
    aliases: [r.s]
    latency: slow
    period: 1d
    mutable: false
    rows_per_day: 0
    keys: {u: {distinct: 5}}
    columns: {c: {type: int, known_after: 3d, flags: [pii]}, d: }
    owner: {team: t, contact: "#t"}
    provenance: {from: dbt}
include: more/*.yaml
"""


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user-cache"))
    (tmp_path / "catalog.yaml").write_text(TEXT)
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.yaml").write_text("version: 1\nsources: [{name: a}]\n")
    return tmp_path


def kept_file(folder: Path) -> Path:
    [found] = (folder / ".feasilint_cache").glob("catalog-*.cache")
    return found


def test_nothing_is_kept_on_request(tree: Path) -> None:
    load("catalog.yaml", cache=False)
    assert not (tree / ".feasilint_cache").exists()


def test_a_broken_catalog_is_not_kept(tree: Path) -> None:
    (tree / "catalog.yaml").write_text("version: 3")
    for _ in range(2):
        with pytest.raises(Exception, match="version 3 is not supported"):
            load("catalog.yaml")
    assert not (tree / ".feasilint_cache").exists()


def test_what_comes_back_is_what_was_stored(tree: Path) -> None:
    fresh = load("catalog.yaml", cache=False)
    assert cache.read("catalog.yaml") is None
    assert load("catalog.yaml") == fresh
    kept = cache.read("catalog.yaml")
    assert kept == fresh
    assert kept is not None
    assert kept.sources[0].staleness == fresh.sources[0].staleness
    assert repr(kept.sources[0].columns) == repr(fresh.sources[0].columns)
    assert pickle.loads(pickle.dumps(kept)) == fresh


EXAMPLE = re.findall(
    r"^```yaml\n(.*?)^```", (Path(__file__).parents[2] / "docs" / "catalog.md").read_text("utf-8"), re.M | re.S
)[0]


@given(st.sets(st.integers(0, EXAMPLE.count("\n")), max_size=8))
def test_whatever_loads_comes_back(left_out: set[int]) -> None:
    text = "".join(line for at, line in enumerate(EXAMPLE.splitlines(keepends=True)) if at not in left_out)
    try:
        fresh = load_text(text)
    except CatalogError:
        return
    assert stored.decode(memoryview(stored.encode(fresh)), "catalog.yaml", ".", {}) == fresh


def test_paths_are_those_of_the_present_folder(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("catalog.yaml")
    (tree / "more").joinpath("sub").mkdir()
    monkeypatch.chdir(tree / "more" / "sub")
    kept = cache.read("../../catalog.yaml")
    assert kept is not None
    assert kept == load("../../catalog.yaml", cache=False)
    assert [source.mark.path for source in kept.sources if source.mark] == ["../../catalog.yaml", "../../more/a.yaml"]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("catalog.yaml", TEXT + "# changed"),
        ("more/a.yaml", "version: 1\n"),
        ("more/b.yaml", "version: 1\nsources: [{name: b}]\n"),
    ],
)
def test_a_change_of_any_file_counts(tree: Path, path: str, text: str) -> None:
    load("catalog.yaml")
    (tree / path).write_text(text)
    assert cache.read("catalog.yaml") is None
    assert load("catalog.yaml") == load("catalog.yaml", cache=False)
    assert cache.read("catalog.yaml") is not None


def test_a_file_that_went_away_counts(tree: Path) -> None:
    load("catalog.yaml")
    (tree / "more" / "a.yaml").unlink()
    assert [source.name for source in load("catalog.yaml").sources] == ["s"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"\xff\xfe",
        b"[1]\n[2]\n",
        b'{"format": 1}\n',
        b"null\nnull",
        pickle.dumps({"format": 1}),
        b"[" * 100_000,
    ],
)
def test_a_corrupt_cache_is_rewritten(tree: Path, content: bytes) -> None:
    fresh = load("catalog.yaml")
    good = kept_file(tree).read_bytes()
    kept_file(tree).write_bytes(content)
    assert cache.read("catalog.yaml") is None
    assert load("catalog.yaml") == fresh
    assert kept_file(tree).read_bytes() == good


def test_a_cache_that_was_tampered_with_is_not_believed(tree: Path) -> None:
    load("catalog.yaml")
    kept = kept_file(tree)
    assert kept.read_bytes().count(b"slow") == 1
    kept.write_bytes(kept.read_bytes().replace(b"slow", b"none"))
    assert cache.read("catalog.yaml") is None


def test_a_cache_of_another_format_is_not_believed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("catalog.yaml")
    monkeypatch.setattr(cache, "_FORMAT", 0)
    assert cache.read("catalog.yaml") is None


def test_a_cache_of_another_version_is_not_believed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("catalog.yaml")
    monkeypatch.setattr(cache, "__version__", "0.0.1")
    assert cache.read("catalog.yaml") is None
    monkeypatch.undo()
    monkeypatch.setattr(cache, "SHAPE", "Mark path line")
    assert cache.read("catalog.yaml") is None


def test_the_folder_keeps_itself_out_of_git(tree: Path) -> None:
    load("catalog.yaml")
    assert (tree / ".feasilint_cache" / ".gitignore").read_text() == "*\n"
    assert len(list((tree / ".feasilint_cache").iterdir())) == 2


def test_where_the_folder_cannot_be_written_the_users_is(tree: Path) -> None:
    (tree / ".feasilint_cache").write_text("in the way")
    load("catalog.yaml")
    assert len(list((tree / "user-cache" / "feasilint").glob("catalog-*.cache"))) == 1
    assert cache.read("catalog.yaml") is not None


def test_a_linked_folder_is_not_followed(tree: Path) -> None:
    (tree / "elsewhere").mkdir()
    (tree / ".feasilint_cache").symlink_to(tree / "elsewhere")
    load("catalog.yaml")
    assert list((tree / "elsewhere").iterdir()) == []


def test_where_nothing_can_be_written_nothing_is_kept(tree: Path) -> None:
    (tree / ".feasilint_cache").write_text("in the way")
    (tree / "user-cache").write_text("in the way")
    assert load("catalog.yaml") == load("catalog.yaml")


def test_a_kept_catalog_needs_neither_yaml_nor_pydantic(tree: Path) -> None:
    load("catalog.yaml")
    code = (
        "import sys; from feasilint.catalog.load import load; from feasilint.catalog.match import Matcher; "
        "Matcher(load('catalog.yaml')); print(sorted({'yaml', 'pydantic', 'pathspec', 'zoneinfo'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout == "[]\n"


def test_the_module_that_reads_yaml_is_only_needed_after_a_change(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    load("catalog.yaml")
    monkeypatch.setattr(files.Files, "load", lambda *_: pytest.fail("read again"))
    assert load("catalog.yaml").sources
