"""`feasilint init`: the first catalog of a repository."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from feasilint.catalog.load import load
from feasilint.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY = "create table ml.features as select o.user_id, o.amount, v.score from shop.orders o join vendor.scores v using (user_id)"
NOTEBOOK = [
    "import pandas as pd\nfrom sklearn.linear_model import LogisticRegression",
    "df = pd.read_parquet('data/visits.parquet')\nlabels = pd.read_csv('labels.csv')",
    "LogisticRegression().fit(df[['pages', 'seconds']], df['bought'])",
]


def notebook(cells: list[str]) -> str:
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 4,
            "metadata": {},
            "cells": [
                {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": cell}
                for cell in cells
            ],
        }
    )


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "churn").mkdir()
    (tmp_path / "churn/train.ipynb").write_text(notebook(NOTEBOOK))
    (tmp_path / "features.sql").write_text(QUERY)
    return tmp_path


def entries() -> list[str]:
    return [entry.name for entry in load("catalog.yaml", cache=False).sources]


def test_nothing_to_declare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("print(1)\n")
    assert main(["init"]) == 3
    assert "nothing here reads any data" in capsys.readouterr().err
    assert not Path("catalog.yaml").exists()


def test_a_catalog_that_exists_stays(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("catalog.yaml").write_text("version: 1\n")
    assert main(["init"]) == 2
    assert "catalog.yaml exists" in capsys.readouterr().err
    assert Path("catalog.yaml").read_text() == "version: 1\n"


def test_every_source_and_model_what_matters_first(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(
        "wrote catalog.yaml: 4 sources (3 that features depend on), 1 model\n  11 questions marked TODO"
    )
    assert "      - id: feasilint\n" in out
    assert entries()[0] in ("shop.orders", "churn/data/visits.parquet", "data/visits.parquet")
    assert set(entries()) == {"shop.orders", "vendor.scores", "data/visits.parquet", "labels.csv"}
    assert entries()[-1] == "labels.csv"
    [model] = load("catalog.yaml").models
    assert (model.name, model.paths) == ("train", ("churn/train.ipynb",))


def test_the_catalog_is_one_that_the_scan_finds_its_way_with(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init"]) == 0
    assert main(["scan", "."]) == 0
    capsys.readouterr()
    assert main(["catalog", "check"]) == 0
    assert "undeclared-source" not in capsys.readouterr().out


def test_a_question_becomes_a_key_when_its_mark_is_taken_away(repository: Path) -> None:
    assert main(["init"]) == 0
    text = Path("catalog.yaml").read_text()
    answered = text.replace("# TODO availability:", "availability: production", 1)
    answered = answered.replace("# TODO owner:", 'owner: "#shop"', 1)
    Path("catalog.yaml").write_text(answered)
    first = load("catalog.yaml", cache=False).sources[0]
    assert (first.availability, str(first.owner)) == ("production", "#shop")


def test_the_examples_of_prediction_points_are_valid(repository: Path) -> None:
    assert main(["init"]) == 0
    text = re.sub(r"^# (prediction_points:|  \w+: \{)", r"\1", Path("catalog.yaml").read_text(), flags=re.MULTILINE)
    assert "# TODO prediction_points" not in text
    Path("catalog.yaml").write_text(text)
    assert [point.name for point in load("catalog.yaml", cache=False).prediction_points] == ["checkout", "nightly"]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import sys\ndf = pd.read_csv(f'{sys.argv[1]}/orders.csv')", ["*/orders.csv"]),
        ("import sys\ndf = pd.read_sql(f'select a from {sys.argv[1]}.shop.orders', con)", ["shop.orders"]),
        ("import sys\ndf = pd.read_sql(f'select a from shop.orders_{sys.argv[1]}', con)", ["shop.orders_*"]),
        ("import sys\ndf = pd.read_csv(sys.argv[1])", []),
        ("df = pd.read_csv('path/to/orders.csv')", []),
    ],
)
def test_names_that_the_code_leaves_open(repository: Path, code: str, expected: list[str]) -> None:
    Path("churn/train.ipynb").write_text(notebook(["import pandas as pd", code, "df.to_csv('out.csv')"]))
    assert main(["init"]) == 0
    assert [name for name in entries() if name not in ("shop.orders", "vendor.scores")] == [
        name for name in expected if name != "shop.orders"
    ]
    assert main(["catalog", "check"]) == 0


def test_files_of_the_same_name_in_two_folders_are_two_sources(repository: Path) -> None:
    Path("other").mkdir()
    Path("other/train.ipynb").write_text(notebook(NOTEBOOK))
    assert main(["init"]) == 0
    assert {"churn/labels.csv", "other/labels.csv"} <= set(entries())
    assert [model.name for model in load("catalog.yaml").models] == ["churn/train", "other/train"]


CONTRACT = """\
apiVersion: v3.0.2
kind: DataContract
id: orders
version: 1.0.0
status: active
servers:
- {server: prod, type: postgres, environment: prod, host: db, port: 5432, database: dwh, schema: shop}
schema:
- name: orders
  physicalName: orders
  properties:
  - {name: user_id, logicalType: string}
- name: other
  physicalName: other
team: [{username: shop-team, role: owner}]
slaProperties:
- {property: frequency, value: 1, unit: d}
"""


def test_what_a_contract_says_is_filled_in_for_what_is_read(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("contracts").mkdir()
    Path("contracts/orders.yaml").write_text(CONTRACT)
    assert main(["init"]) == 0
    assert "contracts/orders.yaml tells about 1 of them" in capsys.readouterr().out
    catalog = load("catalog.yaml", cache=False)
    assert not any(entry.name.endswith("other") for entry in catalog.sources)
    [orders] = [entry for entry in catalog.sources if entry.name == "shop.orders"]
    assert orders.period == 86_400
    assert orders.provenance[0].path == "contracts/orders.yaml"
    page = Path("catalog.yaml").read_text().partition("name: shop.orders")[2].partition("- name:")[0]
    assert "# TODO latency" not in page


def test_an_artefact_that_cannot_be_read_costs_nothing_else(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("target").mkdir()
    Path("dbt_project.yml").write_text("name: x\n")
    Path("target/manifest.json").write_text("{")
    assert main(["init"]) == 0
    assert "target/manifest.json:1: not JSON" in capsys.readouterr().err
    assert "vendor.scores" in entries()


def test_pre_commit_is_set_up_once(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = "# ours\nrepos:\n- repo: local\n  hooks:\n  - id: x   # keep\n"
    Path(".pre-commit-config.yaml").write_text(settings)
    assert main(["init", "--pre-commit"]) == 0
    text = Path(".pre-commit-config.yaml").read_text()
    assert text.startswith(settings)
    assert "\n  hooks:\n  - id: feasilint\n" in text
    assert [hook["id"] for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]] == ["x", "feasilint"]
    Path("catalog.yaml").unlink()
    assert main(["init", "--pre-commit"]) == 0
    assert "has feasilint already" in capsys.readouterr().out
    assert Path(".pre-commit-config.yaml").read_text() == text


def test_another_folder_is_no_place_for_it(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its paths are relative to where it stands."""
    assert main(["init", "-o", "churn/catalog.yaml"]) == 2
    assert "run `feasilint init` in that folder" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["", "# nothing\n", "ci: {}\n"])
def test_pre_commit_without_repositories(repository: Path, text: str) -> None:
    Path(".pre-commit-config.yaml").write_text(text)
    assert main(["init", "--pre-commit"]) == 0
    assert [repo["hooks"] for repo in yaml.safe_load(Path(".pre-commit-config.yaml").read_text())["repos"]] == [
        [{"id": "feasilint"}]
    ]


def test_questions_are_asked_on_a_terminal_only(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--interactive"]) == 2
    assert "needs a terminal" in capsys.readouterr().err


@pytest.fixture
def answer(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str]], None]:
    def give(answers: list[str]) -> None:
        left = iter(answers)
        monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
        monkeypatch.setattr("click.termui.visible_prompt_func", lambda _: next(left, ""))

    return give


def test_what_was_answered_before_an_interrupt_is_kept(
    repository: Path, answer: Callable[[list[str]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer([])
    left = iter(["online", "production", "daily"])

    def interrupted(_: str) -> str:
        try:
            return next(left)
        except StopIteration:
            raise KeyboardInterrupt from None

    monkeypatch.setattr("click.termui.visible_prompt_func", interrupted)
    assert main(["init", "-i"]) == 0
    catalog = load("catalog.yaml", cache=False)
    assert [(model.name, model.prediction_point) for model in catalog.models] == [("train", "serving")]
    assert {source.availability for source in catalog.sources} == {"unknown"}, "the entry at hand was not finished"


def test_answers_are_written(
    repository: Path, answer: Callable[[list[str]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    answer(["online", "production", "daily", "#data", "", "", "", "vendor"])
    assert main(["init", "-i"]) == 0
    catalog = load("catalog.yaml", cache=False)
    first, second, third = catalog.sources[:3]
    assert (first.availability, first.latency, str(first.owner)) == ("production", "daily", "#data")
    assert (second.availability, second.latency, second.owner) == ("unknown", None, None)
    assert third.availability == "vendor"
    assert [(model.name, model.prediction_point) for model in catalog.models] == [("train", "serving")]
    assert [(point.name, point.mode) for point in catalog.prediction_points] == [("serving", "online")]
