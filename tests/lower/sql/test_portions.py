"""Long texts without semicolons come apart statement by statement, and read no part more often than a few times."""

from __future__ import annotations

import pytest

from feasilint import inspect_source
from feasilint.lower.sql import parse, portions
from feasilint.lower.sql.adapter import Failure, tokenize


def statements(text: str, dialect: str = "") -> list[parse.Statement]:
    return list(parse.statements(text, dialect))


def cut(text: str, dialect: str = "") -> list[str]:
    tokens = tokenize(text, dialect)
    assert not isinstance(tokens, Failure)
    return [text[part[0].start : part[-1].end + 1] for part in portions.portions(tokens, text, dialect)]


def test_a_long_statement_stays_whole() -> None:
    union = "\nUNION ALL\n".join(f"SELECT k, v{i} AS v\nFROM t{i}\nWHERE d > {i}" for i in range(600))
    assert cut(union) == [union]
    assert [one.tree.key for one in statements(union) if one.tree is not None] == ["union"]


def test_a_long_insert_and_its_query_stay_together() -> None:
    one = "INSERT INTO x\nSELECT\n" + ",\n".join(f"SUM(a{i}) AS a{i}" for i in range(1_500)) + "\nFROM t\nGROUP BY k"
    assert cut(one) == [one]


def test_a_short_text_is_left_to_the_parser() -> None:
    text = "\n".join(f"SELECT a{i} FROM t{i}" for i in range(30))
    assert cut(text) == [text]
    assert len(statements(text)) == 30


@pytest.mark.parametrize("dialect", ["", "tsql", "bigquery"])
def test_every_statement_of_a_long_text_is_found(dialect: str) -> None:
    text = "\n".join(f"INSERT INTO x{i}\nSELECT a{i}\nFROM t{i}\nWHERE d > {i}" for i in range(700))
    found = statements(text, dialect)
    assert [one.failure for one in found] == [None] * 700
    assert [text[one.tokens[0].start :].split("\n")[0] for one in found] == [f"INSERT INTO x{i}" for i in range(700)]


def test_the_body_of_a_procedure_is_cut_too() -> None:
    body = "\n".join(f"INSERT INTO x{i} SELECT a{i} FROM t{i}" for i in range(700))
    found = inspect_source(f"CREATE PROCEDURE p AS\nBEGIN\n{body}\nEND", dialect="tsql")
    assert sorted({source["name"] for source in found["sources"]}) == sorted(f"t{i}" for i in range(700))


def test_what_cannot_be_read_costs_itself() -> None:
    lines = [f"INSERT INTO x SELECT a{i} FROM t{i} WHERE d > {i}" for i in range(700)]
    lines[300] = "INSERT x y z FROM WHERE"
    found = statements("\n".join(lines))
    assert sum(one.failure is not None for one in found) == 1
    assert sum(one.tree is not None for one in found) == 699


def test_the_work_grows_with_the_text_not_with_its_square(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "\n".join(f"SELECT a{i} FROM t{i} WHERE x = {i}" for i in range(2_000))
    tokens = tokenize(text, "")
    given: list[int] = []
    real = parse.parse

    def counting(tokens, *rest):  # type: ignore[no-untyped-def]
        given.append(len(tokens))
        return real(tokens, *rest)

    monkeypatch.setattr(parse, "parse", counting)
    monkeypatch.setattr(portions, "parse", counting)
    assert len(statements(text)) == 2_000
    assert not isinstance(tokens, Failure)
    assert sum(given) < 80 * len(tokens)
