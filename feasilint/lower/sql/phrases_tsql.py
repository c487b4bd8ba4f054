"""Phrases of T-SQL that the grammar of the parser lacks, in words that it knows, or left out where they say how, not what: before
a script is taken apart, since nothing need end a statement there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import TokenType, said
from feasilint.lower.sql.words import behind_name, closed, word_at, word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.lower.sql.adapter import Token


def plain_tsql(tokens: list[Token]) -> list[Token]:
    """The tokens of a script in other words."""
    words = {token.text.upper() for token in tokens}
    for word, rule in _RULES:
        if word in words:
            tokens = rule(tokens)
    return tokens


def compound_assignments(tokens: list[Token]) -> list[Token]:
    """`a.b += 1` as `a.b = a.b + 1`."""
    made: list[Token] = []
    for at, token in enumerate(tokens):
        operator = tokens[at - 1] if at else token
        if token.text == "=" and operator.text in _OPERATORS and operator.end + 1 == token.start:
            made[-1:] = [token, *_name_before(tokens, at - 1), operator]
        else:
            made.append(token)
    return made


_OPERATORS = ("+", "-", "*", "/", "%")


def _name_before(tokens: Sequence[Token], at: int) -> Sequence[Token]:
    start = at - 1
    while start > 1 and tokens[start - 1].text == ".":
        start -= 2
    return tokens[start - (tokens[start - 1].text == "@") : at]


def _bulk_files(tokens: list[Token]) -> list[Token]:
    """OPENROWSET(BULK 'x', …) WITH (a INT, …) without BULK and the types."""
    gone: set[int] = set()
    for at, token in enumerate(tokens):
        if token.text.upper() == "BULK" and at > 1 and word_at(tokens, at - 2) == "OPENROWSET":
            gone.add(at)
            end = closed(tokens, at - 1)
            if _is_with(tokens, end):
                gone.update(range(end, closed(tokens, end + 1)))
    return [token for at, token in enumerate(tokens) if at not in gone]


def _query_hints(tokens: list[Token]) -> list[Token]:
    """OPTION (…) behind a query and WITH (TABLOCK) behind a table."""
    gone: set[int] = set()
    for at, token in enumerate(tokens[:-1]):
        word = token.text.upper()
        hinted = word == "WITH" and word_at(tokens, at + 2) in _HINTS
        if tokens[at + 1].text == "(" and (word == "OPTION" or hinted):
            gone.update(range(at, closed(tokens, at + 1)))
    return [token for at, token in enumerate(tokens) if at not in gone]


_HINTS = frozenset(
    (
        "TABLOCK",
        "TABLOCKX",
        "HOLDLOCK",
        "UPDLOCK",
        "ROWLOCK",
        "PAGLOCK",
        "XLOCK",
        "READPAST",
        "NOLOCK",
        "SNAPSHOT",
        "INDEX",
        "FORCESEEK",
    )
)


def _graph_matches(tokens: list[Token]) -> list[Token]:
    """MATCH (a-(b)->c) as a condition that says nothing: the tables and their other conditions stay."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        end = closed(tokens, at + 1) if tokens[at].text.upper() == "MATCH" and word_at(tokens, at + 1) == "(" else 0
        if end and any(token.text in _ARROWS for token in tokens[at:end]):
            made.append(said("TRUE", tokens[at]))
            at = end
        else:
            made.append(tokens[at])
            at += 1
    return made


_ARROWS = ("-", "->", "<-")


def _scored_tables(tokens: list[Token]) -> list[Token]:
    """PREDICT(MODEL = @m, DATA = t AS d) WITH (score FLOAT) AS p as `t AS d CROSS JOIN OPENQUERY() AS p`, and likewise
    VECTOR_SEARCH(TABLE = t AS d, …)."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        given = _SCORING.get(word_of(tokens[at])) if word_at(tokens, at + 1) == "(" else None
        end = closed(tokens, at + 1) if given else at
        data = next((place for place in range(at, end) if word_of(tokens[place]) == given), 0)
        if not data or word_at(tokens, data + 1) != "=":
            made.append(tokens[at])
            at += 1
            continue
        named = next((place for place in range(data, end) if word_of(tokens[place]) == ","), end - 1)
        scores = [said(word, tokens[end - 1]) for word in ("CROSS", "JOIN", "openquery", "(", ")")]
        made += [*tokens[data + 2 : named], *scores]
        at = closed(tokens, end + 1) if word_at(tokens, end) == "WITH" else end
    return made


_SCORING = {"PREDICT": "DATA", "VECTOR_SEARCH": "TABLE"}
"""Functions that add scores to the rows of a table, and the parameter that names it."""


def _bulk_inserts(tokens: list[Token]) -> list[Token]:
    """BULK INSERT t FROM 'file' WITH (…) as INSERT INTO t SELECT * FROM OPENROWSET('file'), with its DATA_SOURCE."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        from_ = next((n for n in range(at + 3, min(at + 9, len(tokens) - 1)) if tokens[n].text.upper() == "FROM"), 0)
        if tokens[at].text.upper() != "BULK" or word_at(tokens, at + 1) != "INSERT" or not from_:
            made.append(tokens[at])
            at += 1
            continue
        file = tokens[from_ + 1]
        end = closed(tokens, from_ + 3) if _is_with(tokens, from_ + 2) else from_ + 2
        place = next((n for n in range(from_ + 2, end - 2) if word_at(tokens, n) == "DATA_SOURCE"), None)
        option = [said(",", file), *tokens[place : place + 3]] if place is not None else []
        read = [said("OPENROWSET", file), said("(", file), file, *option, said(")", file)]
        made += [tokens[at + 1], said("INTO", file), *tokens[at + 2 : from_], said("SELECT", file), said("*", file)]
        made += [tokens[from_], *read]
        at = end
    return made


def _is_with(tokens: Sequence[Token], at: int) -> bool:
    return word_at(tokens, at) == "WITH" and word_at(tokens, at + 1) == "("


def _labels(tokens: list[Token]) -> list[Token]:
    """`done:` on a line of its own, to which GOTO goes."""
    gone: set[int] = set()
    for at in range(len(tokens) - 1):
        behind = tokens[at + 2].line if at + 2 < len(tokens) else 0
        alone = tokens[at + 1].text == ":" and behind != tokens[at].line == tokens[at + 1].line
        if alone and (at == 0 or tokens[at - 1].line < tokens[at].line):
            gone |= {at, at + 1}
    return [token for at, token in enumerate(tokens) if at not in gone]


def _namespaces(tokens: list[Token]) -> list[Token]:
    """WITH XMLNAMESPACES (…) SELECT … as the query alone, and before further common table expressions as those."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].text.upper() == "WITH" and word_at(tokens, at + 1) == "XMLNAMESPACES":
            end = closed(tokens, at + 2)
            made += tokens[at : at + 1] if word_at(tokens, end) == "," else []
            at = end + (word_at(tokens, end) == ",")
        else:
            made.append(tokens[at])
            at += 1
    return made


def _outputs(tokens: list[Token]) -> list[Token]:
    """INSERT, UPDATE and DELETE without OUTPUT … INTO @t, which keeps a copy of the rows."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].text.upper() == "OUTPUT" and word_at(tokens, at + 1) in _ROWS and word_at(tokens, at + 2) == ".":
            at = next((end for end in range(at, len(tokens)) if tokens[end].text.upper() in _BEHIND), len(tokens))
        else:
            made.append(tokens[at])
            at += 1
    return made


_ROWS = ("INSERTED", "DELETED")
_BEHIND = frozenset(("VALUES", "SELECT", "FROM", "WHERE", "WITH", "EXEC", "EXECUTE", ";", "GO", "DEFAULT"))


def _paths(tokens: list[Token]) -> list[Token]:
    """STRING_AGG(…) WITHIN GROUP (GRAPH PATH) and `t FOR PATH` of queries for paths in a graph without these words."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        words = [word_at(tokens, at + n) for n in range(5)]
        if words[:4] == ["WITHIN", "GROUP", "(", "GRAPH"]:
            at = closed(tokens, at + 2)
        elif words[:2] == ["FOR", "PATH"] and words[2] not in ("(", ""):
            at += 2
        else:
            made.append(tokens[at])
            at += 1
    return made


def _system_functions(tokens: list[Token]) -> list[Token]:
    """FROM ::fn_helpcollations() without the colons."""
    return [
        token
        for at, token in enumerate(tokens)
        if token.text != "::" or word_at(tokens, at - 1) not in ("FROM", "JOIN", ",")
    ]


def _full_text(tokens: list[Token]) -> list[Token]:
    """CONTAINSTABLE(t, *, @words) as the rows of t with the KEY and the RANK of what is found."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        if tokens[at].text.upper() not in _FULL_TEXT or word_at(tokens, at + 1) != "(":
            made.append(tokens[at])
            at += 1
            continue
        end = behind_name(tokens, at + 2)
        made += [said(word, tokens[at]) for word in _RANKED]
        made += [*tokens[at + 2 : end], said(")", tokens[at])]
        at = closed(tokens, at + 1)
    return made


def _some_rows(tokens: list[Token]) -> list[Token]:
    """UPDATE TOP (n) t and DELETE TOP (n) PERCENT FROM t as if all rows were meant."""
    gone: set[int] = set()
    for at, token in enumerate(tokens):
        if word_of(token) == "TOP" and word_at(tokens, at - 1) in ("UPDATE", "DELETE"):
            end = closed(tokens, at + 1) if word_at(tokens, at + 1) == "(" else at + 2
            gone.update(range(at, end + (word_at(tokens, end) == "PERCENT")))
    return [token for at, token in enumerate(tokens) if at not in gone]


def _vectors(tokens: list[Token]) -> list[Token]:
    """TOP (n) WITH APPROXIMATE without how, and AI_GENERATE_EMBEDDINGS(a USE MODEL m) without by what."""
    gone: set[int] = set()
    for at in range(2, len(tokens) - 1):
        words = word_of(tokens[at]), word_of(tokens[at + 1])
        if words == ("WITH", "APPROXIMATE") and word_at(tokens, at - 1) == ")":
            gone |= {at, at + 1}
        elif words == ("USE", "MODEL") and word_at(tokens, end := behind_name(tokens, at + 2)) == ")":
            gone.update(range(at, end))  # not `USE model`, the database
    return [token for at, token in enumerate(tokens) if at not in gone]


def _current_rows(tokens: list[Token]) -> list[Token]:
    """UPDATE t SET … WHERE CURRENT OF c, the row of a cursor, as if all rows were meant."""
    gone: set[int] = set()
    for at in range(1, len(tokens) - 1):
        if [word_at(tokens, at + n) for n in (-1, 0, 1)] == ["WHERE", "CURRENT", "OF"]:
            variable = word_at(tokens, at + 2) in ("@", "GLOBAL")
            gone.update(range(at - 1, at + 3 + variable))
    return [token for at, token in enumerate(tokens) if at not in gone]


def _listed_columns(tokens: list[Token]) -> list[Token]:
    """INSERT INTO t (a, u.b) without the qualifiers in the list, which SQL Server does not look at."""
    gone: set[int] = set()
    for at in range(len(tokens) - 3):
        if [word_of(tokens[at]), word_of(tokens[at + 1])] == ["INSERT", "INTO"]:
            opening = behind_name(tokens, at + 2 + (word_at(tokens, at + 2) in ("#", "@")))
            end = closed(tokens, opening) if word_at(tokens, opening) == "(" else opening
            dots = [place for place in range(opening, end) if word_of(tokens[place]) == "."]
            if "SELECT" not in map(word_of, tokens[opening:end]):  # INSERT INTO t (SELECT u.a FROM u)
                gone.update(place for dot in dots for place in (dot - 1, dot))
    return [token for at, token in enumerate(tokens) if at not in gone]


def _quoted_aliases(tokens: list[Token]) -> list[Token]:
    """SELECT f(a) N'x', … as f(a) AS N'x'; in `WITH (a nvarchar(40) N'$.x')` of OPENJSON it is a path."""
    made: list[Token] = []
    opened: list[str] = []  # the words before the parentheses around a token
    for at, token in enumerate(tokens):
        if word_of(token) == "(":
            opened.append(word_at(tokens, at - 1))
        elif word_of(token) == ")" and opened:
            opened.pop()
        listed = not opened or opened[-1] != "WITH"
        named = listed and token.token_type == TokenType.NATIONAL_STRING and word_at(tokens, at - 1) == ")"
        if named and word_at(tokens, at + 1) in (",", "FROM"):
            made.append(said("AS", token, TokenType.ALIAS))
        made.append(token)
    return made


def _lock_tables(tokens: list[Token]) -> list[Token]:
    """`sys.dm_tran_locks lock`: in T-SQL no word of its own."""
    return [said(token.text, token, TokenType.VAR) if token.token_type == TokenType.LOCK else token for token in tokens]


_FULL_TEXT = ("CONTAINSTABLE", "FREETEXTTABLE")
_RANKED = ("(", "SELECT", "*", ",", "NULL", "key", ",", "NULL", "rank", "FROM")


_RULES: tuple[tuple[str, Callable[[list[Token]], list[Token]]], ...] = (
    ("=", compound_assignments),
    ("BULK", _bulk_files),
    ("BULK", _bulk_inserts),
    (":", _labels),
    ("OPTION", _query_hints),
    ("WITH", _query_hints),
    ("MATCH", _graph_matches),
    ("PATH", _paths),
    ("PREDICT", _scored_tables),
    ("VECTOR_SEARCH", _scored_tables),
    ("XMLNAMESPACES", _namespaces),
    ("OUTPUT", _outputs),
    ("::", _system_functions),
    ("TOP", _some_rows),
    ("LOCK", _lock_tables),
    ("SELECT", _quoted_aliases),
    ("CURRENT", _current_rows),
    ("INSERT", _listed_columns),
    ("APPROXIMATE", _vectors),
    ("MODEL", _vectors),
    ("CONTAINSTABLE", _full_text),
    ("FREETEXTTABLE", _full_text),
)
"""A word without which there is nothing to say otherwise."""
