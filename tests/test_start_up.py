"""What a process loads for the work at hand: libraries cost a commit hook more time than its files do."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("jinja2", "libcst", "nbformat", "networkx", "pydantic", "rich", "yaml")
SCAN = f"""\
import sys
from feasilint.cli import main
main(["scan", "features.sql", "--no-catalog"])
print(sorted({set(HEAVY)!r} & set(sys.modules)), "sqlglot" in sys.modules)
"""


def test_plain_sql_needs_the_parser_alone(tmp_path: Path) -> None:
    text = "create table f.features as select user_id, count(*) as n from payments.tx group by user_id\n"
    (tmp_path / "features.sql").write_text(text, encoding="utf-8")
    done = subprocess.run([sys.executable, "-c", SCAN], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] True"
