"""Programs that tests need and a machine may lack: their tests are skipped, or fail where FEASILINT_REQUIRE names them."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def missing(program: str, reason: str) -> NoReturn:
    """Skip the test; fail it if the environment requires this program (`FEASILINT_REQUIRE=postgres,java`)."""
    if program in os.environ.get("FEASILINT_REQUIRE", "").split(","):
        pytest.fail(f"{program} is required here: {reason}")
    pytest.skip(reason)
