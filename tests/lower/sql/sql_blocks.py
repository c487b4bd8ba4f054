"""Procedural blocks as the dialects write them."""

from __future__ import annotations

BLOCKS = {
    "postgres": "DO $$ DECLARE {0} BEGIN {1} END $$",
    "oracle": "DECLARE {0} BEGIN {1} END;",
    "snowflake": "DECLARE {0} BEGIN {1} END",
    "bigquery": "{0} BEGIN {1} END",
    "mysql": "CREATE PROCEDURE p() BEGIN {0} {1} END",
    "tsql": "{0} {1}",
}


def block(dialect: str, body: str, declared: str = "") -> str:
    return BLOCKS[dialect].format(declared, body)
