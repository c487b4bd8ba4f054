"""Which files a scan takes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from feasilint.discover import Discovery, discover

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(root: Path, *paths: str, text: str = "") -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)


def repository(root: Path, ignore: str = "") -> None:
    (root / ".git" / "info").mkdir(parents=True)
    put(root, ".gitignore", text=ignore)


def test_nothing_is_found_in_an_empty_folder(tree: Path) -> None:
    assert discover(["."]) == Discovery(())


@pytest.mark.parametrize(
    "path",
    [
        "notes.txt", "a.csv", ".git/hooks/x.py", ".venv/lib/x.py", "node_modules/a/x.py", "a/__pycache__/x.py",
        ".ipynb_checkpoints/a-checkpoint.ipynb", "lib/site-packages/x.py", "build/lib/x.py", "dist/x.sql",
    ],
)  # fmt: skip
def test_what_is_never_walked_into(tree: Path, path: str) -> None:
    put(tree, path)
    assert discover(["."]).files == ()


def test_environments_are_known_by_their_marker(tree: Path) -> None:
    put(tree, "py311/pyvenv.cfg", "py311/lib/x.py", "keep/x.py")
    assert discover(["."]).files == ("keep/x.py",)


def test_the_output_of_dbt_is_skipped(tree: Path) -> None:
    put(tree, "shop/dbt_project.yml", "shop/target/compiled/a.sql", "shop/models/a.sql", "target/b.sql")
    assert discover(["."]).files == ("shop/models/a.sql", "target/b.sql")


def test_files_come_sorted_and_once(tree: Path) -> None:
    put(tree, "b.sql", "a/x.ipynb", "a/y.SQL", "c.py", "d.sqlx")
    found = ("a/x.ipynb", "a/y.SQL", "b.sql", "c.py", "d.sqlx")
    assert discover(["."]).files == found
    assert discover(["b.sql", ".", "./a", "a/x.ipynb"]).files == found


def test_paths_are_spelled_as_the_user_does(tree: Path) -> None:
    put(tree, "p/a.sql", "q/b.sql")
    os.chdir(tree / "q")
    assert discover(["../p", "b.sql"]).files == ("../p/a.sql", "b.sql")
    assert discover([str(tree / "p")]).files == (f"{tree.as_posix()}/p/a.sql",)


def test_missing_paths_are_reported(tree: Path) -> None:
    put(tree, "a.sql")
    assert discover(["a.sql", "nope", "no\0pe"]) == Discovery(("a.sql",), ("nope", "no\0pe"))


def test_nested_ignore_files(tree: Path) -> None:
    repository(tree, "*.tmp.sql\n/scratch/\n# comment\n")
    put(tree, "a.tmp.sql", "x/b.tmp.sql", "scratch/c.sql", "x/scratch/d.sql", "x/keep.tmp.sql", "x/raw/e.sql")
    put(tree, "x/.gitignore", text="!keep.tmp.sql\nraw\n")
    assert discover(["."]).files == ("x/keep.tmp.sql", "x/scratch/d.sql")


def test_ignore_files_above_the_walked_folder_hold(tree: Path) -> None:
    repository(tree, "x/old/\n")
    put(tree, "x/old/a.sql", "x/b.sql")
    assert discover(["x"]).files == ("x/b.sql",)
    os.chdir(tree / "x")
    assert discover(["."]).files == ("b.sql",)


def test_ignore_files_above_the_repository_do_not_hold(tree: Path) -> None:
    put(tree, ".gitignore", text="*\n")
    repository(tree / "inner")
    put(tree, "inner/a.sql")
    assert discover(["inner"]).files == ("inner/a.sql",)


def test_the_private_ignore_file(tree: Path) -> None:
    repository(tree)
    put(tree, ".git/info/exclude", text="mine.sql\n")
    put(tree, "mine.sql", "yours.sql")
    assert discover(["."]).files == ("yours.sql",)


def test_a_broken_pattern_costs_only_itself(tree: Path) -> None:
    repository(tree, "!\n//\n\\\na.sql\n[\n")
    put(tree, "a.sql", "b.sql")
    assert discover(["."]).files == ("b.sql",)


def test_a_folder_that_was_asked_for_is_walked_even_if_ignored(tree: Path) -> None:
    repository(tree, "data/\n")
    put(tree, "data/a.sql", "data/sub/b.sql", "data/sub/c.sql")
    put(tree, "data/sub/.gitignore", text="c.sql\n")
    assert discover(["."]).files == ()
    assert discover(["data"]).files == ("data/a.sql", "data/sub/b.sql")
    assert discover(["data/sub"]).files == ("data/sub/b.sql",)


def test_named_files_are_read_whatever_their_name(tree: Path) -> None:
    repository(tree, "*.sql\n")
    put(tree, "a.sql", "q.txt", "build/b.py")
    assert discover(["a.sql", "q.txt", "build/b.py"]).files == ("a.sql", "build/b.py", "q.txt")


def test_force_exclude_holds_for_named_files(tree: Path) -> None:
    repository(tree, "old/\n")
    put(tree, "old/x/a.sql", "build/b.py", "c.sql", "d.sql")
    named = ["old/x/a.sql", "build/b.py", "c.sql", "d.sql"]
    assert discover(named, force_exclude=True, exclude=["c.*"]).files == ("d.sql",)


def test_exclude_patterns(tree: Path) -> None:
    put(tree, "a/x.sql", "b/x.sql", "c/x.sql")
    assert discover(["."], exclude=["/a", "**/x.sql", "!c/x.sql"]).files == ("c/x.sql",)


def test_links_do_not_loop_or_repeat(tree: Path) -> None:
    put(tree, "a/x.sql")
    (tree / "a" / "loop").symlink_to(tree)
    (tree / "b.sql").symlink_to(tree / "a" / "x.sql")
    (tree / "broken.sql").symlink_to(tree / "nowhere")
    (tree / "itself.sql").symlink_to("itself.sql")
    assert discover(["."]).files == ("a/x.sql",)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every folder")
def test_folders_that_refuse_are_reported(tree: Path) -> None:
    put(tree, "a/x.sql", "b.sql")
    (tree / "a").chmod(0)
    try:
        assert discover(["."]) == Discovery(("b.sql",), (), ("a",))
    finally:
        (tree / "a").chmod(0o755)
