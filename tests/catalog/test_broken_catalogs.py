"""Whatever is wrong with a catalog, the command line says it in one line, with its place, and fails; never with a traceback.

What is said is in tests/golden/broken_catalogs.txt, to be read as somebody who made the mistake.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from feasilint.catalog import content
from feasilint.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

SOURCE = "version: 1\nsources:\n"
BOMB = "version: 1\nx-0: &a0 [a, b, c]\n" + "\n".join(
    f"x-{level + 1}: &a{level + 1} [{', '.join([f'*a{level}'] * 9)}]" for level in range(9)
)
TEXTS: dict[str, str | bytes] = {
    # no catalog at all
    "an empty file": "",
    "blank lines": "  \n\n",
    "a comment alone": "# nothing yet\n",
    "a document mark alone": "---\n",
    "nothing": "~\n",
    "text": "hello\n",
    "a list": "- a\n- b\n",
    "no space behind the colon": "version:1\n",
    "HTML": "<!DOCTYPE html>\n<html></html>\n",
    "Python": "version = 1\n",
    "TOML": '[sources]\nname = "a"\n',
    "JSON with a wrong value": '{"version": 1, "sources": [{"name": "a", "latency": "dayly"}]}',
    "JSON without a comma": '{"version": 1, "sources": [{"name": "a" "latency": "daily"}]}',
    # bytes that are no text
    "NUL": "version: 1\x00\n",
    "a bell": "version: 1 # \x07\n",
    "Latin-1": b"version: 1\n# Z\xfcrich\n",
    "UTF-16": "version: 1\n".encode("utf-16"),
    "UTF-16 without a mark": "version: 1\n".encode("utf-16-be"),
    "UTF-32": "version: 1\n".encode("utf-32"),
    "a pickle": b"\x80\x04\x95pickle",
    "an image": b"\x89PNG\r\n\x1a\n\x00",
    "half a surrogate": "version: 1\n# \ud800".encode("utf-8", "surrogatepass"),
    # YAML that cannot be read
    "a tab": "version: 1\nsources:\n\t- name: a\n",
    "a tab further down": "version: 1\nsources:\n- name: a\n\tlatency: daily\n",
    "crooked indentation": "version: 1\nsources:\n - name: a\n   latency: daily\n  period: 1d\n",
    "a colon in text": "version: 1\nsources:\n- name: a\n  reason: this: that\n",
    "an at sign": SOURCE + "- {name: @a}\n",
    "backticks": SOURCE + "- name: `a`\n",
    "braces in front": SOURCE + "- name: {project}.a.b\n",
    "a channel without quotes": SOURCE + "- {name: a, owner: #data}\n",
    "a bracket that stays open": "version: 1\nsources: [{name: a}\n",
    "a quote that stays open": 'version: 1\nsources:\n- name: "a\n',
    "an unknown escape": 'version: 1\nsources: [{name: "a\\qb"}]\n',
    "a template": "version: 1\nsources: {{ sources }}\n",
    "a merge conflict": "version: 1\n<<<<<<< HEAD\nsources: []\n=======\nmodels: []\n>>>>>>> x\n",
    "two documents": "version: 1\n---\nversion: 1\n",
    "text after the end": "version: 1\n...\nversion: 1\n",
    "another YAML": "%YAML 3.0\n---\nversion: 1\n",
    "a list as a key": SOURCE + "- {name: a, [x]: y}\n",
    "an object of Python": SOURCE + "- !python/object:os.system {name: a}\n",
    "a tag of another tool": SOURCE + "- {name: !secret a}\n",
    "a tag that does not fit": "version: 1\nsources: !!str [a]\n",
    "100 brackets": f"version: 1\nx-a: {'[' * 100}{']' * 100}\n",
    "5000 brackets": f"version: 1\nx-a: {'[' * 5000}\n",
    "300 levels": "version: 1\nx-a:\n" + "".join(" " * level + "a:\n" for level in range(1, 300)),
    # anchors
    "an anchor twice": "version: 1\nx-a: &a 1\nx-b: &a 2\n",
    "an alias without an anchor": SOURCE + "- *nightly\n",
    "a pattern without quotes": "version: 1\nmodels: [{name: m, paths: [**/x.sql]}]\n",
    "an alias in itself": "version: 1\nsources: &a [*a]\n",
    "a bomb": BOMB,
    "text that is merged in": SOURCE + "- {name: a, <<: nightly}\n",
    "a list of text that is merged in": SOURCE + "- {name: a, <<: [x, y]}\n",
    "itself merged in": SOURCE + "- &a {name: x, <<: *a}\n",
    "a wrong key that is merged in": "version: 1\nx-n: &n {perod: 1d}\nsources: [{name: a, <<: *n}]\n",
    # keys
    "no version": "sources: []\n",
    "a later version": "version: 2\n",
    "a version in words": "version: one\n",
    "a list as a version": "version: [1]\n",
    "a misspelt section": "version: 1\nsorces: []\n",
    "a capital": "version: 1\nSources: []\n",
    "a misspelt key": SOURCE + "- {name: a, latancy: daily}\n",
    "a key of nobody": SOURCE + "- {name: a, zzz: red}\n",
    "a number as a key": "version: 1\nbudgets: {5: y}\n",
    "nothing as a key": "version: 1\nbudgets: {~: y}\n",
    "a key twice": SOURCE + "- name: a\n  name: b\n",
    "a section twice": "version: 1\nversion: 1\n",
    "a long key": f"version: 1\nbudgets: {{{'x' * 500}: 1}}\n",
    # shapes
    "a source without a name": SOURCE + "- {latency: daily}\n",
    "an empty name": SOURCE + '- {name: ""}\n',
    "a list as a name": SOURCE + "- {name: [a]}\n",
    "a name as a source": SOURCE + "- a\n",
    "nothing as a source": SOURCE + "-\n",
    "sources by name": "version: 1\nsources: {a: {latency: daily}}\n",
    "models by name": "version: 1\nmodels: {fraud: {paths: x}}\n",
    "points in a list": "version: 1\nprediction_points: [{name: p, mode: online}]\n",
    "a point without a mode": "version: 1\nprediction_points: {p: {max_age: 1s}}\n",
    "nothing as a point": "version: 1\nprediction_points: {p: }\n",
    "a model without paths": "version: 1\nmodels: [{name: m}]\n",
    "columns as text": SOURCE + "- {name: a, columns: all}\n",
    "columns as records": SOURCE + "- {name: a, columns: [{name: c, type: int}]}\n",
    "a list as a column": SOURCE + "- {name: a, columns: {c: [int]}}\n",
    "a mapping as a list": SOURCE + "- {name: a, grain: {x: y}}\n",
    "a list as an owner": SOURCE + "- {name: a, owner: [x]}\n",
    "a number as budgets": "version: 1\nbudgets: 500\n",
    "a name twice in a list": SOURCE + "- {name: a, grain: [x, x]}\n",
    # values
    "a wrong word": SOURCE + "- {name: a, availability: prod}\n",
    "yes": SOURCE + "- {name: a, availability: yes}\n",
    "no unit": SOURCE + "- {name: a, period: 90}\n",
    "M": SOURCE + "- {name: a, period: 3M}\n",
    "a negative duration": SOURCE + "- {name: a, period: -1d}\n",
    "a period of nothing": SOURCE + "- {name: a, period: 0}\n",
    "a period of ever": SOURCE + "- {name: a, period: never}\n",
    "a duration in words": SOURCE + "- {name: a, period: every day}\n",
    "a decimal comma": SOURCE + "- {name: a, period: '1,5h'}\n",
    "a long duration": SOURCE + f"- {{name: a, period: {'9' * 400}y}}\n",
    "a large number": SOURCE + "- {name: a, rows_per_day: 1e999}\n",
    "5000 digits": SOURCE + f"- {{name: a, rows_per_day: {'9' * 5000}}}\n",
    "not a number": SOURCE + "- {name: a, rows_per_day: .nan}\n",
    "a mapping as a number": SOURCE + "- {name: a, rows_per_day: {a: 1}}\n",
    "a time of no day": "version: 1\nprediction_points: {p: {mode: batch, run_at: 25:00}}\n",
    "an abbreviated zone": SOURCE + "- {name: a, tz: CEST}\n",
    "a city": SOURCE + "- {name: a, tz: Berlin}\n",
    "a path as a zone": SOURCE + "- {name: a, tz: ../../etc/passwd}\n",
    "a day of no calendar": SOURCE + "- {name: a, provenance: {from: x, as_of: 2026-02-30}}\n",
    "neither yes nor no": SOURCE + "- {name: a, mutable: perhaps}\n",
    "a price with a sign": "version: 1\nprices: {scan_per_tib: $5}\n",
    "colours of a terminal": SOURCE + '- {name: a, kind: "\\e[31mred"}\n',
    "two lines": SOURCE + '- {name: a, kind: "a\\nb"}\n',
    "Windows": "version: 1\r\nsources:\r\n- {name: a, latency: dayly}\r\n",
    # what does not go together
    "a source twice": SOURCE + '- {name: a.b}\n- {name: "A.`B`"}\n',
    "a point twice": "version: 1\nprediction_points: {p: {mode: online}, P: {mode: batch}}\n",
    "an unknown point": "version: 1\nprediction_points: {checkout: {mode: online}}\n"
    "models: [{name: m, paths: x, prediction_point: chekout}]\n",
    "an hour for what is always on": "version: 1\nprediction_points: {p: {mode: online, run_at: 02:00}}\n",
    "an offset beyond the period": SOURCE + "- {name: a, period: 1h, offset: 1d}\n",
    "a source in place of itself": SOURCE + "- {name: a, use_instead: A}\n",
    # includes
    "a file that is not there": "version: 1\ninclude: nope.yaml\n",
    "a folder": "version: 1\ninclude: folder\n",
    "the file itself": "version: 1\ninclude: catalog.yaml\n",
    "a circle": "version: 1\ninclude: circle.yaml\n",
    "a mapping of files": "version: 1\ninclude: {a: b}\n",
    "an empty item": "version: 1\ninclude: [~]\n",
    "an empty file that is included": "version: 1\ninclude: empty.yaml\n",
    "a broken file that is included": "version: 1\ninclude: broken.yaml\n",
    "no text that is included": "version: 1\ninclude: data.bin\n",
    "an address": "version: 1\ninclude: https://example.com/catalog.yaml\n",
    "no package": "version: 1\ninclude: package:no_such_package\n",
    "a pipe": "version: 1\ninclude: pipe.yaml\n",
    "a link in circles": "version: 1\ninclude: loop.yaml\n",
    "a long path": f"version: 1\ninclude: {'x' * 5000}\n",
    "NUL in a path": 'version: 1\ninclude: "a\\0b"\n',
    "two files that differ": "version: 1\ninclude: other.yaml\nsources: [{name: a, period: 1d}]\n",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.prefix", "/venv")
    (tmp_path / "a.sql").write_text("select 1 as a from t")
    (tmp_path / "folder").mkdir()
    (tmp_path / "circle.yaml").write_text("version: 1\ninclude: catalog.yaml\n")
    (tmp_path / "empty.yaml").write_text("")
    (tmp_path / "broken.yaml").write_text("version: 1\nsources: [\n")
    (tmp_path / "data.bin").write_bytes(b"\x80\x81")
    (tmp_path / "other.yaml").write_text("version: 1\nsources: [{name: a, period: 2d}]\n")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "loop.yaml").symlink_to("loop.yaml")
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], catalog: str = "catalog.yaml") -> str:
    """The only line that the command prints."""
    code = main(["scan", "a.sql", "--catalog", catalog])
    printed = capsys.readouterr()
    [line] = printed.err.splitlines()
    assert (code, printed.out) == (2, "")
    assert re.match(r"[\w./]+:[1-9]\d*:[1-9]\d*: \S", line)
    assert "Error" not in line
    assert len(line) < 600
    return line


def test_each_says_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], golden: Callable[[str, str], None]
) -> None:
    lines = []
    for name, text in TEXTS.items():
        Path("catalog.yaml").write_bytes(text if isinstance(text, bytes) else text.encode())
        lines.append(f"{name}\n    {told(capsys)}\n")
    assert len(lines) > 100
    golden("broken_catalogs.txt", "".join(lines))


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("nope.yaml", "nope.yaml:1:1: cannot be read: No such file or directory"),
        ("folder", "folder:1:1: cannot be read: Is a directory"),
        ("loop.yaml", "loop.yaml:1:1: cannot be read: Too many levels of symbolic links"),
        ("/dev/zero", "/dev/zero:1:1: cannot be read: Not a regular file"),
        ("a.sql/catalog.yaml", "a.sql/catalog.yaml:1:1: cannot be read: Not a directory"),
    ],
)
def test_what_is_no_file(folder: Path, capsys: pytest.CaptureFixture[str], path: str, problem: str) -> None:
    assert told(capsys, path) == problem


def test_what_may_not_be_read(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    Path("catalog.yaml").write_text("version: 1")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert told(capsys) == "catalog.yaml:1:1: cannot be read: Permission denied"


def test_what_is_too_large(folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content, "_LARGEST", 5)
    Path("catalog.yaml").write_text("version: 1")
    assert told(capsys) == "catalog.yaml:1:1: too large (limit 0 MiB)"
