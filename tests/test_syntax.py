"""What Python warns of in scanned code is nobody's business here: an error of warnings would make these tests fail."""

from __future__ import annotations

import pytest

from feasilint import inspect_source
from feasilint.syntax import parsed


@pytest.mark.parametrize("text", ["x = 1or 2", "x = '\\d'", "x is 1", "assert (x, 'y')"])
def test_code_that_python_warns_of(text: str) -> None:
    assert parsed(text).body
    assert parsed("1or 2", "eval").body
    assert inspect_source(f"import pandas as pd\ndf = pd.read_csv('a.csv')\n{text}\n")["diagnostics"] == []


def test_code_that_is_none() -> None:
    with pytest.raises(SyntaxError):
        parsed("x = ")
