"""Files of the same project that a notebook runs, also where it downloads them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_lowering import columns, run, sources

from feasilint import inspect_source
from feasilint.ir import Fit, Write

if TYPE_CHECKING:
    from pathlib import Path

HELPER = """
import pandas as pd

def read_all(folder):
    return pd.read_parquet("s3://lake/transactions")

def train(df):
    return XGBClassifier().fit(df[["a"]], df["y"])
"""
URL = "https://raw.githubusercontent.com/shop/fraud/main/code/helpers.py"
CELL = "df = read_all('./data/')\ndf[['amount']].to_parquet('features.parquet')"


def project(folder: Path) -> dict[str, str]:
    """A notebook two folders away from its helper."""
    (folder / "code").mkdir()
    (folder / "code" / "helpers.py").write_text(HELPER, encoding="utf-8")
    (folder / "chapters" / "one").mkdir(parents=True)
    return {"root": str(folder), "path": str(folder / "chapters" / "one" / "nb.ipynb")}


def test_a_helper_that_is_nowhere_is_not_made_up(tmp_path: Path) -> None:
    place = project(tmp_path)
    assert sources(run("%run helpers.py", CELL, **place)) == ["./data/"]
    assert sources(run("!wget https://example.com/other.py", "%run helpers.py", CELL, **place)) == ["./data/"]


def test_another_repositorys_file_of_the_same_name_is_not_ours(tmp_path: Path) -> None:
    place = project(tmp_path)
    fetched = "!curl -O https://raw.githubusercontent.com/other/repo/main/lib/helpers.py"
    assert sources(run(fetched, "%run helpers.py", CELL, **place)) == ["./data/"]


@pytest.mark.parametrize("command", [f"!curl -O {URL}", f"!wget {URL}", f"!wget -q {URL} -O helpers.py"])
@pytest.mark.parametrize(
    "use", ["%run helpers.py", "%run helpers", "from helpers import *", "from helpers import read_all"]
)
def test_a_helper_that_is_downloaded_is_found_where_the_project_keeps_it(
    command: str, use: str, tmp_path: Path
) -> None:
    assert sources(run(command, use, CELL, **project(tmp_path))) == ["s3://lake/transactions"]


def test_what_a_helper_could_do_is_not_done_here(tmp_path: Path) -> None:
    place = project(tmp_path)
    found = run(f"!curl -O {URL}", "%run helpers.py", CELL, **place)
    assert [type(sink) for sink in found.sinks if isinstance(sink, Fit | Write)] == [Write]
    called = run(f"!curl -O {URL}", "%run helpers.py", "train(read_all('x'))", **place)
    (fit,) = (sink for sink in called.sinks if isinstance(sink, Fit))
    assert columns(fit.features) == ["a"]


@pytest.mark.parametrize(
    "call",
    ["weekday()", "isoweekday()", "date()", "time()", "floor('D')", "day_name()", "timestamp()", "strftime('%Y')"],
)
def test_methods_of_one_time(call: str) -> None:
    code = (
        "import pandas as pd\ntx = pd.read_csv('tx.csv')\ndef part(t):\n"
        f"    found = t.{call}\n    return found\ntx['w'] = tx.ts.apply(part)\ntx[['w']].to_parquet('features.parquet')"
    )
    (made,) = inspect_source(code, "python")["features"]
    assert (made["name"], made["derived_from"], made["confidence"]) == ("w", [["tx.csv", "ts"]], "exact")


def test_a_column_of_what_a_helper_loads_is_known_by_its_methods() -> None:
    first = "from helpers import read_all\ndf = read_all('./data/')\n"
    found = run(first + "df['n'] = df.ts.apply(lambda t: t.hour)\ndf[['n']].to_parquet('features.parquet')")
    assert [d.message for d in found.diagnostics] == []
    assert sources(found) == ["./data/"]
