"""Phrases that a dialect has and the parser's grammar of it lacks, said in words that the parser knows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import Token, TokenType, said
from feasilint.lower.sql.pipes import plain_pipes
from feasilint.lower.sql.signatures import plain_routine
from feasilint.lower.sql.spreadsheets import without_model
from feasilint.lower.sql.words import behind_name, closed, deeper, outer, place_of, word_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_POSTGRES = "postgres"


def rephrased(tokens: list[Token]) -> list[Token] | None:
    """The tokens of a statement in other words; None where there is nothing to say otherwise."""
    made = tokens
    for rule in _RULES:
        made = rule(made)
    return None if made == tokens else made


def _titles(tokens: list[Token]) -> list[Token]:
    """Teradata's `x (TITLE 'X')`, `x (FORMAT '99')` and `x (NAMED y)`."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        phrase = word_at(tokens, at + 1) if tokens[at].text == "(" and word_at(tokens, at + 3) == ")" else ""
        if phrase in ("TITLE", "FORMAT", "NAMED"):
            made += tokens[at + 2 : at + 3] if phrase == "NAMED" else []
            at += 4
        else:
            made.append(tokens[at])
            at += 1
    return made


def _late_from(tokens: list[Token]) -> list[Token]:
    """Teradata's UPDATE t FROM s SET … WHERE … with FROM behind SET."""
    from_, set_ = place_of(tokens, ("FROM",)), place_of(tokens, ("SET",))
    if word_at(tokens, 0) != "UPDATE" or not from_ < set_ < len(tokens):
        return tokens
    where = place_of(tokens, ("WHERE",), set_)
    return [*tokens[:from_], *tokens[set_:where], *tokens[from_:set_], *tokens[where:]]


def _merge_actions(tokens: list[Token]) -> list[Token]:
    """MERGE without what it does beyond changing its target: OUTPUT … INTO, and Oracle's DELETE WHERE behind an UPDATE."""
    if word_at(tokens, 0) not in ("MERGE", "WITH"):
        return tokens
    end = place_of(tokens, ("OUTPUT",))
    gone: set[int] = set()
    for at, word in outer(tokens[:end]):
        if word == "DELETE" and word_at(tokens, at + 1) == "WHERE":
            gone.update(range(at, place_of(tokens, ("WHEN",), at)))
    return [token for at, token in enumerate(tokens[:end]) if at not in gone]


def _semantic_views(tokens: list[Token]) -> list[Token]:
    """Snowflake's SEMANTIC_VIEW(v DIMENSIONS … METRICS …) as the rows of the view."""
    at = next((at for at, token in enumerate(tokens) if token.text.upper() == "SEMANTIC_VIEW"), len(tokens))
    if word_at(tokens, at + 1) != "(":
        return tokens
    end = closed(tokens, at + 1)
    named = behind_name(tokens, at + 2)
    return [*tokens[:at], *tokens[at + 2 : named], *tokens[end:]]


def _loaded_records(tokens: list[Token]) -> list[Token]:
    """MonetDB's COPY 3 OFFSET 2 RECORDS INTO t FROM 'f' … as COPY t FROM 'f'."""
    into, from_ = place_of(tokens, ("INTO",)), place_of(tokens, ("FROM",))
    if word_at(tokens, 0) != "COPY" or word_at(tokens, into - 1) != "RECORDS" or not into < from_ < len(tokens) - 1:
        return tokens
    return [tokens[0], *tokens[into + 1 : from_ + 2]]


def _json_objects(tokens: list[Token]) -> list[Token]:
    """Trino's JSON_OBJECT(key : value) as a function of both, since the parser takes the colon for a path."""
    made = list(tokens)
    for at, token in enumerate(tokens):
        if token.text.upper() == "JSON_OBJECT" and word_at(tokens, at + 1) == "(":
            inner = range(at + 2, closed(tokens, at + 1) - 1)
            made[at] = said("json_build_object", token)
            made[inner.start : inner.stop] = [
                said(",", tokens[place]) if tokens[place].text == ":" else tokens[place] for place in inner
            ]
    return made


def _loose_tables(tokens: list[Token]) -> list[Token]:
    """`a AS (…), b AS (…),`, which a template puts behind a WITH, as a query of the first."""
    if len(tokens) < 5 or [word_at(tokens, 1), word_at(tokens, 2)] != ["AS", "("]:
        return tokens
    listed = tokens[:-1] if tokens[-1].text == "," else tokens
    first, last = tokens[0], listed[-1]
    query = [*(said(word, last) for word in ("SELECT", "*", "FROM")), first] if last.text == ")" else []
    return [said("WITH", first), *listed, *query]


def _named_formats(tokens: list[Token]) -> list[Token]:
    """Snowflake's COPY INTO t FROM @stage FILE_FORMAT = a.b or (…) without the format."""
    at = place_of(tokens, ("FILE_FORMAT",))
    if word_at(tokens, 0) != "COPY" or word_at(tokens, at + 1) != "=":
        return tokens
    end = closed(tokens, at + 2)
    while word_at(tokens, end) == ".":
        end += 2
    return [*tokens[:at], *tokens[end:]]


def _changes(tokens: list[Token]) -> list[Token]:
    """Snowflake's `t CHANGES (INFORMATION => …) AT (…)`, of which the rows are those of the table."""
    made: list[Token] = []
    depth = at = 0
    while at < len(tokens):
        if word_at(tokens, at) == "CHANGES" and word_at(tokens, at + 2) == "INFORMATION":
            at += 1
            while at < len(tokens) and (depth or word_at(tokens, at) in ("(", "AT", "BEFORE", "END")):
                depth += deeper(tokens[at])
                at += 1
        else:
            made.append(tokens[at])
            at += 1
    return made


def _directory_formats(tokens: list[Token]) -> list[Token]:
    """Spark's INSERT OVERWRITE DIRECTORY 'x' USING format OPTIONS (…) without the format."""
    at = place_of(tokens, ("DIRECTORY",))
    if word_at(tokens, 0) != "INSERT" or word_at(tokens, at + 2) != "USING":
        return tokens
    start = next((at for at, word in outer(tokens) if word in ("SELECT", "WITH", "FROM", "TABLE")), len(tokens))
    return [*tokens[: at + 2], *tokens[start:]]


def _changes_applied(tokens: list[Token]) -> list[Token]:
    """Databricks' APPLY CHANGES INTO t FROM s KEYS (…) COLUMNS * EXCEPT (…), also as AUTO CDC INTO: INSERT INTO t
    SELECT * EXCEPT (…) FROM s."""
    into, from_, keys = (place_of(tokens, (word,)) for word in ("INTO", "FROM", "KEYS"))
    verb = (word_at(tokens, into - 2), word_at(tokens, into - 1))
    if verb not in (("APPLY", "CHANGES"), ("AUTO", "CDC")) or not into < from_ < keys < len(tokens):
        return tokens
    at = place_of(tokens, ("COLUMNS",), keys)
    end = next((place for place, word in outer(tokens) if place > at and word in ("STORED", "TRACK")), len(tokens))
    listed = tokens[at + 1 : end] or [said("*", tokens[keys])]
    if listed[0].text == "(":
        listed = listed[1:-1]
    insert, select = said("INSERT", tokens[0]), said("SELECT", tokens[from_])
    return [insert, *tokens[into:from_], select, *listed, *tokens[from_:keys]]


def _outfile(tokens: list[Token]) -> list[Token]:
    """`SELECT … INTO OUTFILE 'x' … FROM t` as `COPY (SELECT … FROM t) TO 'x'`."""
    at = place_of(tokens, ("OUTFILE",))
    if word_at(tokens, at - 1) != "INTO" or at + 1 >= len(tokens):
        return tokens
    rest = next((place for place, word in outer(tokens) if place > at and word in ("FROM", "LIMIT")), len(tokens))
    query = [*tokens[: at - 1], *tokens[rest:]]
    before, after = tokens[0], tokens[-1]
    return [
        said("COPY", before),
        said("(", before),
        *query,
        said(")", after),
        said("TO", after),
        tokens[at + 1],
    ]


def _created_pivots(tokens: list[Token]) -> list[Token]:
    """DuckDB's `CREATE TABLE t AS PIVOT …` with the pivot in parentheses."""
    at = place_of(tokens, ("AS",)) + 1
    if word_at(tokens, 0) != "CREATE" or word_at(tokens, at) not in ("PIVOT", "UNPIVOT"):
        return tokens
    opening, closing = said("(", tokens[at]), said(")", tokens[-1])
    return [*tokens[:at], opening, *tokens[at:], closing]


def _window_functions(tokens: list[Token]) -> list[Token]:
    """Spark's GROUP BY window(ts, '1 hour'), in which a name is meant, no clause."""
    return [
        said(token.text, token, TokenType.VAR)
        if token.token_type == TokenType.WINDOW and word_at(tokens, at + 1) == "("
        else token
        for at, token in enumerate(tokens)
    ]


def _partitions(tokens: list[Token]) -> list[Token]:
    """Spark's INSERT OVERWRITE t PARTITION (…) IF NOT EXISTS SELECT … without the condition."""
    at = next((at for at, word in outer(tokens) if word == "IF"), 0)
    if word_at(tokens, 0) != "INSERT" or [word_at(tokens, at + n) for n in (-1, 1, 2)] != [")", "NOT", "EXISTS"]:
        return tokens
    return [*tokens[:at], *tokens[at + 3 :]]


def _table_parameters(tokens: list[Token]) -> list[Token]:
    """BigQuery's CREATE TABLE FUNCTION f(t TABLE<a INT64>) with a STRUCT of the columns."""
    if word_at(tokens, 0) != "CREATE":
        return tokens
    return [
        said("STRUCT", token) if token.text.upper() == "TABLE" and word_at(tokens, at + 1) == "<" else token
        for at, token in enumerate(tokens)
    ]


def _table_arguments(tokens: list[Token]) -> list[Token]:
    """BigQuery's `f(TABLE t, 3)` as `f((SELECT * FROM t), 3)`."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        start = at + 1
        argument = tokens[at].text.upper() == "TABLE" and word_at(tokens, at - 1) in ("(", ",")
        if not argument or not word_at(tokens, start).isidentifier():
            made.append(tokens[at])
            at += 1
            continue
        at = behind_name(tokens, start)
        opened = [said(word, tokens[start]) for word in ("(", "SELECT", "*", "FROM")]
        made += [*opened, *tokens[start:at], said(")", tokens[at - 1])]
    return made


_OF_PAIRS = frozenset(("CORR", "COVAR_POP", "COVAR_SAMP"))


def _distinct_pairs(tokens: list[Token]) -> list[Token]:
    """Spark's `corr(DISTINCT a, b)` without DISTINCT: for the parser it holds one argument."""
    return [
        token
        for at, token in enumerate(tokens)
        if token.text.upper() != "DISTINCT" or tokens[at - 1].text != "(" or word_at(tokens, at - 2) not in _OF_PAIRS
    ]


def _executed(tokens: list[Token]) -> list[Token]:
    """T-SQL's INSERT INTO t (…) EXEC p @x = 1 and EXEC ('SELECT …') as INSERT INTO t (…) SELECT * FROM p()."""
    at = next((at for at, word in outer(tokens) if word in ("EXEC", "EXECUTE")), 0)
    if word_at(tokens, 0) != "INSERT" or not 0 < at < len(tokens) - 1:
        return tokens
    last = tokens[-1]
    named = _name_from(tokens, at + 1)
    call = [*named, said("(", last), said(")", last)] if named else [said("openquery", last), *tokens[at + 1 :]]
    return [*tokens[:at], *(said(word, tokens[at]) for word in ("SELECT", "*", "FROM")), *call]


def _name_from(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    end = at
    while tokens[at].text != "(" and end < len(tokens) and (end == at or tokens[end].text == "."):
        end += 1 if end == at else 2
    return tokens[at:end]


_RULES: tuple[Callable[[list[Token]], list[Token]], ...] = (
    _titles,
    _late_from,
    _merge_actions,
    _directory_formats,
    _semantic_views,
    _named_formats,
    _loaded_records,
    plain_pipes,
    _json_objects,
    _loose_tables,
    _changes,
    _changes_applied,
    _outfile,
    _created_pivots,
    _window_functions,
    _partitions,
    _distinct_pairs,
    _executed,
    _table_arguments,
    _table_parameters,
    plain_routine,
    without_model,
)


def reworded(text: str) -> tuple[str, str | None] | None:
    """A statement that begins with a word the parser does not know, under one that it does and in as many characters; with
    the dialect whose grammar has that."""
    for pattern, words, dialect in _BEGINNINGS:
        if (found := pattern.match(text, len(text) - len(text.lstrip()))) is not None:
            width = found.end() - found.start()
            rest = _OPTIONS.sub(_blank, text[found.end() :]) if words == "copy" else text[found.end() :]
            return text[: found.start()] + words.ljust(width) + rest, dialect
    return None


_OPTIONS = re.compile(r"(?<=[\s'])with\s*\(.*\Z", re.IGNORECASE | re.DOTALL)
"""How BULK INSERT reads a file."""


def _blank(found: re.Match[str]) -> str:
    return re.sub(r"\S", " ", found[0])


_BEGINNINGS: tuple[tuple[re.Pattern[str], str, str | None], ...] = (
    (re.compile(r"replace(?=\s+into\s)", re.IGNORECASE), "insert", None),
    (re.compile(r"bulk\s+insert(?=\s)", re.IGNORECASE), "copy", _POSTGRES),
    (
        re.compile(r"load\s+data\s+(?:(?:local|low_priority|concurrent)\s+)*infile(?=\s)", re.IGNORECASE),
        "load data inpath",
        "hive",
    ),
    (re.compile(r"create\s+snapshot\s+table(?=\s)", re.IGNORECASE), "create table", None),
)
