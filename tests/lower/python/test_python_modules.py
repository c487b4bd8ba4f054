"""Modules of the same project: packages, relative imports, names by attribute, folders that the code adds; and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_lowering import machine, run, sources

from feasilint.ir import Scan

if TYPE_CHECKING:
    from pathlib import Path

    from feasilint.ir import Program

FILES = {
    "helper.py": "import pandas as pd\nPATH = 'a.csv'\n\n\ndef load(path=None):\n    return pd.read_csv(path or PATH)\n",
    "shop/__init__.py": "from .load import load_orders\nfrom . import const\n",
    "shop/load.py": "import pandas as pd\nfrom . import const\nfrom .deep.more import suffix\n\n\n"
    "def load_orders():\n    return pd.read_csv(const.PATH + suffix())\n",
    "shop/const.py": "PATH = 'orders'\nCOLUMNS = ['x']\n",
    "shop/deep/more.py": "from ..const import COLUMNS\n\n\ndef suffix():\n    return '.csv'\n",
    "plain/part.py": "NAME = 'plain.csv'\n",
    "src/inner.py": "NAME = 'inner.csv'\n",
    "other/code/added.py": "NAME = 'added.csv'\n",
    "quiet.py": "import pandas as pd\n\n\ndef never():\n    return pd.read_csv('never.csv')\n",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def ran(project: Path, code: str) -> Program:
    return run(f"import pandas as pd\n{code}", root=str(project), path=str(project / "main.py"))


@pytest.mark.parametrize(
    "code",
    [
        "import quiet",
        "import shop",
        "from quiet import never",
        "import missing\nmissing.load",
        "import numpy as np\nnp.helper",
        "import helper\nhelper.missing",
    ],
)
def test_an_import_alone_reads_nothing(project: Path, code: str):
    program = ran(project, code)
    assert sources(program) == []
    assert program.diagnostics == ()


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import helper\nhelper.load()", "a.csv"),
        ("import helper as h\nh.load('b.csv')", "b.csv"),
        ("import helper\nhelper.PATH = 'c.csv'\nhelper.load()", "c.csv"),
        ("import importlib, helper\nimportlib.reload(helper)\nhelper.load()", "a.csv"),
        ("from shop import load_orders\nload_orders()", "orders.csv"),
        ("import shop\nshop.load_orders()", "orders.csv"),
        ("import shop.load\nshop.load.load_orders()", "orders.csv"),
        ("import shop.load as loading\nloading.load_orders()", "orders.csv"),
        ("from shop import const\npd.read_csv(const.PATH)", "orders"),
        ("from shop import *\nload_orders()", "orders.csv"),
        ("import plain.part\npd.read_csv(plain.part.NAME)", "plain.csv"),
        ("from inner import NAME\npd.read_csv(NAME)", "inner.csv"),
        ("import sys\nsys.path.append('other/code')\nimport added\npd.read_csv(added.NAME)", "added.csv"),
        ("import sys\nsys.path.insert(0, 'other/code')\nfrom added import NAME\npd.read_csv(NAME)", "added.csv"),
    ],
)
def test_what_modules_read(project: Path, code: str, name: str):
    assert sources(ran(project, code)) == [name]


def test_what_a_module_reads_stands_at_its_import(project: Path):
    program = ran(project, "\n\nimport helper\nhelper.load()")
    (scan,) = [relation for relation in program.relations if isinstance(relation, Scan)]
    assert scan.origin is not None
    assert scan.origin.span is not None
    assert scan.origin.span.line == 4


def test_a_module_that_takes_too_long_costs_itself(project: Path):
    loops = "for a in range(60):\n  for b in range(60):\n    for c in range(60):\n      x = a + b + c\n"
    (project / "slow.py").write_text(f"A = 'a.csv'\n{loops * 20}B = 'b.csv'\n")
    program = ran(project, "import slow\npd.read_csv(slow.A)\npd.read_csv('c.csv')")
    assert sources(program) == ["a.csv", "c.csv"]
    assert [(one.kind, "slow.py" in one.message) for one in program.diagnostics] == [("budget", True)]


def test_a_folder_outside_the_project_is_not_looked_at(project: Path):
    code = "import sys\nsys.path.append('../other/code')\nimport added\npd.read_csv(added.NAME)"
    program = run(f"import pandas as pd\n{code}", root=str(project / "shop"), path=str(project / "shop" / "main.py"))
    assert sources(program) != ["added.csv"]


def test_the_nearest_folder_above_a_notebook_has_its_modules(project: Path):
    """A part of a repository that is a project of its own."""
    (project / "part/one/plain").mkdir(parents=True)
    (project / "part/one/plain/part.py").write_text("NAME = 'nearer.csv'\n")
    code = "import pandas as pd\nfrom plain.part import NAME\npd.read_csv(NAME)"
    inside = project / "part/one/notebooks/deep/main.py"
    assert sources(run(code, root=str(project), path=str(inside))) == ["nearer.csv"]
    assert sources(run(code, root=str(project), path=str(project / "part/other/main.py"))) == ["plain.csv"]
    assert sources(run(code, root=str(inside.parent), path=str(inside))) == ["{NAME}"]


def test_a_folder_need_be_no_package(project: Path):
    assert sources(ran(project, "from plain import part\npd.read_csv(part.NAME)")) == ["plain.csv"]
    assert sources(ran(project, "from plain.part import NAME as name\npd.read_csv(name)")) == ["plain.csv"]
    assert sources(ran(project, "from plain import missing\npd.read_csv(missing.NAME)")) != ["plain.csv"]


def test_a_librarys_own_project_uses_it_as_a_library(project: Path):
    (project / "darts").mkdir()
    (project / "darts" / "__init__.py").write_text("import pandas as pd\nmodel = pd.read_csv('inside.csv')\n")
    (project / "examples").mkdir()
    path = str(project / "examples" / "main.py")
    assert sources(run("import darts\nfrom darts import model", root=str(project), path=path)) == []
    assert sources(run("from darts import model", root=str(project), path=str(project / "main.py"))) == ["inside.csv"]


@pytest.mark.parametrize("code", ["import feats\nfeats.build()", "from lib.feats import build\nbuild()"])
def test_a_module_that_a_cell_writes_stands_in_that_cell(code: str):
    written = "%%writefile lib/feats.py\nimport pandas as pd\ndef build(path='a.csv'):\n    return pd.read_csv(path)"
    done = machine(written, code)
    scans = [relation for relation in done.builder.program().relations if isinstance(relation, Scan)]
    assert [scan.source.name for scan in scans] == ["a.csv"]
    assert scans[0].origin is not None
    assert scans[0].origin.span is not None
    assert (scans[0].origin.span.cell, scans[0].origin.span.line) == (0, 4)
