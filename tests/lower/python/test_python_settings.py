"""Settings in files and arguments of command lines; data that is typed into the code; columns that a reader is told of."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_lowering import columns, frame, origins, run, sources

from feasilint.ir import Scan

READ = "import pandas as pd\nimport yaml\nwith open('{}') as f:\n    cfg = yaml.safe_load(f)\ndf = pd.read_csv('x.csv')[cfg['cols']]\n"
CONFIG = "cols:\n  - a\n  - b\n"


def test_a_file_outside_of_the_project_is_not_read(tmp_path: Path):
    (tmp_path / "conf.yaml").write_text(CONFIG)
    (tmp_path / "repo").mkdir()
    program = run(READ.format("../conf.yaml"), root=str(tmp_path / "repo"), path=str(tmp_path / "repo" / "nb.ipynb"))
    assert program.dependencies == ()
    assert columns(program.relations[-1]) == ["*"]


@pytest.mark.parametrize(
    "text",
    [
        "- a\n- b\n",
        "{",
        "a: &x [1]\nb: *y\n",
        "x: " + "[" * 5000,
        "a: &a [l]\n"
        + "".join(f"{c}: &{c} [{', '.join([f'*{p}'] * 9)}]\n" for p, c in zip("abcdefgh", "bcdefghi", strict=True)),
    ],
)
def test_what_holds_no_settings_is_a_file_like_any_other(text: str):
    assert "conf.yaml" in sources(run(READ.format("conf.yaml"), f"%%writefile conf.yaml\n{text}"))


def test_settings_that_another_cell_writes_are_known():
    assert columns(frame(READ.format("config/conf.yaml"), f"%%writefile conf/conf.yaml\n{CONFIG}")) == ["a", "b"]


def test_settings_of_the_project_are_known_and_depended_on(tmp_path: Path):
    (tmp_path / "conf.yaml").write_text(CONFIG)
    program = run(READ.format("conf.yaml"), root=str(tmp_path), path=str(tmp_path / "nb.ipynb"))
    assert sources(program) == ["x.csv"]
    assert columns(program.relations[-1]) == ["a", "b"]
    assert [Path(one.path).name for one in program.dependencies] == ["conf.yaml"]


ARGUMENTS = "import argparse\nimport pandas as pd\np = argparse.ArgumentParser()\np.add_argument('--data-path'{})\nargs = p.parse_args()\n"


def test_flags_decide_nothing():
    code = (
        "import argparse\nimport pandas as pd\np = argparse.ArgumentParser()\np.add_argument('--big', default=False)\n"
    )
    code += "args, _ = p.parse_known_args()\ndf = pd.read_csv('big.csv' if args.big else 'small.csv')\n"
    assert sources(run(code)) != ["small.csv"]


@pytest.mark.parametrize(("default", "name"), [("", "{data_path}"), (", default='in/x.csv'", "in/x.csv")])
def test_an_argument_is_its_default_or_a_hole_of_its_name(default: str, name: str):
    assert sources(run(ARGUMENTS.format(default) + "df = pd.read_csv(args.data_path)\n")) == [name]


def test_data_without_a_name_or_from_elsewhere_is_no_typed_in_source():
    code = "import pandas as pd\nx = pd.read_csv('x.csv')\nrows = [x['a'].sum(), 2]\npd.DataFrame([1, 2])\npd.DataFrame(rows)\n"
    assert sources(run(code)) == ["x.csv"]


def test_data_that_is_typed_in_under_a_name_is_a_source():
    program = run("import pandas as pd\nrows = [[1, 'x'], [2, 'y']]\ndf = pd.DataFrame(rows, columns=['n', 'c'])\n")
    assert [(r.source.name, r.source.kind) for r in program.relations if isinstance(r, Scan)] == [("rows", "inline")]
    assert origins(program.relations[-1], "n") == {"rows.n"}


def test_a_reader_that_is_told_types_knows_of_these_columns():
    code = "import pandas as pd\ndf = pd.read_csv('x.csv', parse_dates=['ts'], dtype={'id': 'string'})\n"
    assert columns(frame(code)) == ["ts", "id", "*"]
    assert columns(frame(code.replace("dtype", "usecols=['ts'], dtype"))) == ["ts"]
