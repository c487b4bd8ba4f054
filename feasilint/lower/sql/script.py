"""Procedural SQL as a sequence of statements: control flow around them is taken off, every branch may run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import TokenType, said
from feasilint.lower.sql.splitting import STARTS
from feasilint.lower.sql.words import QUOTED, closed, deeper, place_of, word_at, word_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.lower.sql.adapter import Token


HARMLESS = frozenset((
    "ABORT", "ADD", "ALTER", "ANALYZE", "ASSERT", "ATTACH", "BEGIN", "BREAK", "CALL", "CHANGE", "CHECKPOINT",
    "CLEAR", "CLOSE", "CLUSTER", "COMMENT", "COMMIT", "COMPACT", "COMPUTE", "CONTINUE", "DBCC", "DEALLOCATE",
    "DECLARE", "DELETE", "DESC", "DESCRIBE", "DETACH", "DROP", "END", "ENDSTATEMENT", "EXCEPTION", "EXPLAIN",
    "EXPORT", "FETCH", "FOR", "GET", "GO", "GRANT", "HELP", "IMPORT", "INCLUDE", "INSTALL", "INVALIDATE",
    "ITERATE", "KILL", "LEAVE", "LET", "LIST", "LOAD", "LOCK", "MSCK", "OPEN", "OPTIMIZE", "PRAGMA", "PRINT", "PUT",
    "RAISE", "RECONFIGURE", "REFRESH", "RELEASE", "REMOVE", "RESET", "RETURN", "REVOKE", "RM", "ROLLBACK", "SAVE",
    "SAVEPOINT", "SEMICOLON", "SET", "SHOW", "SIGNAL", "RESIGNAL", "START", "STATEMENT", "THROW", "TRANSACTION", "TRUNCATE",
    "TRUNCATETABLE", "UNCACHE", "BACKUP", "RESTORE", "DENY", "SHUTDOWN", "UNDROP", "UNLOCK", "UNSET", "USE", "VACUUM", "WAITFOR",
))  # fmt: skip
"""First words of statements that neither read nor write data that a feature could come from."""

_OBJECTS = frozenset((
    "ROLE", "WAREHOUSE", "USER", "LOGIN", "INTEGRATION", "SCHEMA", "DATABASE", "CATALOG", "EXTENSION", "SEQUENCE", "INDEX",
    "TYPE", "POLICY", "TAG", "SECRET", "STAGE", "FORMAT", "STREAM", "PIPE", "RESERVATION", "CAPACITY", "ASSIGNMENT",
    "CREDENTIAL", "COLUMN", "MASTER", "PARTITION", "CERTIFICATE", "RULE", "TRIGGER", "NETWORK", "SHARE", "LIBRARY", "SERVER",
    "FUNCTION", "AGGREGATE", "SERVICE", "REPOSITORY", "GIT", "COMPUTE", "APPLICATION", "CONNECTION", "RESOURCE", "EXTERNAL",
    "DOMAIN", "COLLATION", "PUBLICATION", "SUBSCRIPTION", "STATISTICS", "PROJECTION", "SYNONYM", "ASSEMBLY",
    "NOTEBOOK", "STREAMLIT", "ALERT", "IMAGE", "PACKAGE", "OPERATOR", "CAST", "LANGUAGE", "MACRO", "SEARCH", "VECTOR",
    "CONSTRAINT", "DIRECTORY", "SEMANTIC",
))  # fmt: skip
_MOVING = frozenset(("SELECT", "FROM", "JOIN", "INSERT", "MERGE"))
"""Words of which one stands in any statement that moves rows."""
_HOLDING = frozenset(
    ("TABLE", "VIEW", "FUNCTION", "PROCEDURE", "PROC", "MODEL", "TASK", "TRIGGER", "SNAPSHOT", "STREAM")
)
"""What is created holds rows or makes them."""
_NAMING = frozenset((TokenType.VAR, TokenType.IDENTIFIER, TokenType.STRING, TokenType.NUMBER, TokenType.STAR))
_RUNNING = ("EXEC", "EXECUTE")
_STILL = (("COPY", "FILES"), ("UPDATE", "STATISTICS"))
"""How statements begin that look like others that move rows."""
_CARRIED = ("SELECT", "WITH", "INSERT", "MERGE", "UPDATE", "DELETE", "BEGIN", "CREATE")


def creates_no_data(tokens: Sequence[Token]) -> bool:
    """CREATE of a role, a warehouse, an integration, …"""
    head = [token.text.upper() for token in tokens[:8]]
    return head[:1] == ["CREATE"] and any(word in _OBJECTS for word in head)


def moves_rows(tokens: Sequence[Token]) -> bool:
    """Whether a statement that cannot be read may be one that a feature comes through: it is worth saying that it is not."""
    words = [token.text.upper() for token in tokens]
    if all(
        word.replace(" ", "").isalpha() and one.token_type not in _NAMING
        for word, one in zip(words, tokens, strict=True)
    ):
        return False  # `INSERT INTO;` of a test of formatting
    if tokens[0].token_type == TokenType.NUMBER:
        return False  # `4. Compare the results from the two queries.`
    if words[0] in HARMLESS or words[0] in _RUNNING or tuple(words[:2]) in _STILL:
        return False
    if words[0] == "CREATE":
        return "SELECT" in words and not _HOLDING.isdisjoint(_kind(list(tokens)))
    return not _MOVING.isdisjoint(words) or (words[0] == "UPDATE" and "SET" in words)


def inside(tokens: list[Token]) -> list[Token]:
    """The statement that a CREATE TASK, ALERT or the like runs."""
    if word_at(tokens, 0) != "CREATE":
        return []
    rest = _through(tokens, "AS", "DO", "THEN")
    return bare(rest) if rest is not tokens and word_at(rest, 0) in _CARRIED else []


def bare(tokens: list[Token]) -> list[Token]:
    """The tokens of a chunk without the control flow before the statement proper; empty if there is nothing else."""
    while tokens:
        if word_at(tokens, 1) == ":" and word_at(tokens, 2) in ("", *_LABELLED, *STARTS):
            tokens = tokens[2:]
            continue
        strip = _OPENERS.get(tokens[0].text.upper())
        rest = strip(tokens) if strip is not None else tokens
        if rest is tokens or len(rest) == len(tokens):
            break
        tokens = rest
    return _without_stream_keyword(_without_table_keyword(_without_model_keyword(_without_result_sets(tokens))))


def _through(tokens: list[Token], *words: str) -> list[Token]:
    """The tokens after the first of these words outside parentheses; all of them if it does not occur."""
    at = place_of(tokens, words, 1)
    return tokens[at + 1 :] if at < len(tokens) else tokens


_AFTER_BEGIN = STARTS - {"WITH"}  # BEGIN TRANSACTION WITH MARK


def _begin(tokens: list[Token]) -> list[Token]:
    following = word_at(tokens, 1)
    if following == "ATOMIC":  # … WITH (…) of a procedure that is compiled
        return tokens[closed(tokens, 3) if word_at(tokens, 2) == "WITH" else 2 :]
    if following in ("TRANSACTION", "TRAN", "WORK", "ISOLATION", ""):
        return next((tokens[at:] for at in range(2, len(tokens)) if word_at(tokens, at) in _AFTER_BEGIN), [])
    return tokens[2 if following in ("TRY", "CATCH") else 1 :]


def _end(tokens: list[Token]) -> list[Token]:
    at = 1
    while word_at(tokens, at) in ("IF", "LOOP", "WHILE", "FOR", "REPEAT", "CASE", "TRY", "CATCH"):
        at += 1
    return tokens[at:] if len(tokens) > at + 1 else []


_UNMARKED = frozenset((
    "SELECT", "INSERT", "DELETE", "MERGE", "UPDATE", "CREATE", "DROP", "ALTER", "TRUNCATE", "DECLARE", "SET", "EXEC", "EXECUTE",
    "PRINT", "RETURN", "RAISERROR", "THROW", "BREAK", "CONTINUE", "GOTO", "COMMIT", "ROLLBACK", "FETCH", "OPEN", "CLOSE",
    "DEALLOCATE", "WAITFOR", "USE",
))  # fmt: skip
"""Words that follow a condition of T-SQL, of which nothing else marks the end."""


def _condition(tokens: list[Token], *words: str) -> list[Token]:
    """What follows a condition: behind THEN or BEGIN, or from the first word on that stands in none."""
    depth = 0
    for at, token in enumerate(tokens):
        depth += deeper(token)
        here = word_of(token) if depth == 0 and at else ""
        if here in (words or ("THEN", "BEGIN")):
            return tokens[at + 1 :]
        called = here == "UPDATE" and word_at(tokens, at + 1) == "("  # of a column, in a trigger
        if here in _UNMARKED and not called and tokens[at - 1].text not in ("@", "."):
            return tokens[at:]
    return tokens


def _else(tokens: list[Token]) -> list[Token]:
    return tokens[1:]


def _loop(tokens: list[Token]) -> list[Token]:
    """A loop without a variable; the head of one that has any is left for `procedural.loop_of`."""
    return tokens if word_at(tokens, 0) == "FOR" else _condition(tokens, "DO", "LOOP", "BEGIN")


def _choice(tokens: list[Token]) -> list[Token]:
    """The first branch of CASE … WHEN … THEN statement."""
    return _through(tokens, "THEN")


def _until(tokens: list[Token]) -> list[Token]:
    """The end of REPEAT … UNTIL condition END REPEAT."""
    rest = _through(tokens, "REPEAT")
    return [] if rest is tokens else rest


def _empty(tokens: list[Token]) -> list[Token]:
    """DECLARE BEGIN: a section without anything."""
    return tokens[1:] if word_at(tokens, 1) == "BEGIN" else tokens


def _label(tokens: list[Token]) -> list[Token]:
    """<<name>> before a block or a loop."""
    signs = [token.text for token in (*tokens[:2], *tokens[3:5])]
    return tokens[5:] if signs == ["<", "<", ">", ">"] else tokens


def _member(tokens: list[Token]) -> list[Token]:
    """A procedure or function inside a package or a block: its body, or nothing if it is only announced."""
    rest = _through(tokens, "IS", "AS", "BEGIN")
    return [] if rest is tokens else rest


def _of_type(tokens: list[Token]) -> list[Token]:
    """MEMBER PROCEDURE p … in the body of a type."""
    return tokens[1:] if word_at(tokens, 1) in ("PROCEDURE", "FUNCTION", "MEMBER", "FINAL") else tokens


def _asynchronous(tokens: list[Token]) -> list[Token]:
    """ASYNC (statement) of Snowflake."""
    return tokens[2:-1] if word_at(tokens, 1) == "(" else tokens


def _create(tokens: list[Token]) -> list[Token]:
    """The body of a procedure that is written out, not quoted, and the members of a package."""
    head = _kind(tokens)
    if ("PACKAGE" in head or {"TYPE", "BODY"} <= head) and (rest := _through(tokens, "IS", "AS")) is not tokens:
        return bare(rest)
    if "FUNCTION" in head:
        return _function(tokens)
    if head & {"TASK", "ALERT"}:  # a block of several statements; one alone is found by `inside`
        rest = _through(tokens, "AS", "THEN")
        return rest if word_at(rest, 0) in ("DECLARE", "BEGIN") else tokens
    if not head & {"PROCEDURE", "PROC", "TRIGGER"}:
        return tokens
    rest = _through(tokens, "AS", "IS", "BEGIN")
    while rest is not tokens and _names_type(tokens, len(tokens) - len(rest) - 1):
        rest = _through(rest, "AS", "IS", "BEGIN")
    return tokens if len(rest) < 2 or rest[0].token_type in QUOTED else rest


def _names_type(tokens: list[Token], at: int) -> bool:
    """Whether an AS says who runs a procedure (EXECUTE AS CALLER) or what a parameter is (@x AS INT)."""
    return word_at(tokens, at - 1) in _RUNNING or (word_at(tokens, at) == "AS" and word_at(tokens, at - 2) == "@")


_LABELLED = ("LOOP", "WHILE", "REPEAT", "BEGIN", "FOR")


def _kind(tokens: list[Token]) -> set[str]:
    """The words of a CREATE statement before the name of what it makes is over."""
    words = [token.text.upper() for token in tokens[:12]]
    return set(words[: next((at for at, word in enumerate(words) if word in ("(", "AS", "IS")), 8)])


def _function(tokens: list[Token]) -> list[Token]:
    """The body of a function that is written out: behind BEGIN, or behind IS or AS where it says RETURN, not RETURNS."""
    rest = _through(tokens, "BEGIN")
    if rest is not tokens:
        return _begin([tokens[0], *rest]) if word_at(rest, 0) == "ATOMIC" else rest
    words = [token.text.upper() for token in tokens]
    at = next((at for at, word in enumerate(words) if word in ("IS", "AS")), 0)
    return _member(tokens) if "RETURN" in words[:at] and "RETURNS" not in words[:at] else tokens


_OPENERS: dict[str, Callable[[list[Token]], list[Token]]] = {
    "BEGIN": _begin,
    "END": _end,
    "IF": _condition,
    "ELSEIF": _condition,
    "ELSIF": _condition,
    "ELSE": _else,
    "EXCEPTION": _condition,
    "WHEN": _condition,
    "LOOP": _else,
    "REPEAT": _else,
    "WHILE": _loop,
    "FOR": _loop,
    "CASE": _choice,
    "UNTIL": _until,
    "<": _label,
    "DECLARE": _empty,
    "ASYNC": _asynchronous,
    "PROCEDURE": _member,
    "FUNCTION": _member,
    **dict.fromkeys(("MEMBER", "STATIC", "CONSTRUCTOR", "MAP", "OVERRIDING", "FINAL"), _of_type),
    "CREATE": _create,
    "ALTER": _create,
}


FLOW = frozenset(_OPENERS)


def _without_result_sets(tokens: list[Token]) -> list[Token]:
    """EXEC p … WITH RESULT SETS (…) of T-SQL without the shape of the result."""
    heads = range(1, len(tokens) - 2) if word_at(tokens, 0) in ("EXEC", "EXECUTE") else ()
    ends = (at for at in heads if [word_at(tokens, at + n) for n in range(3)] == ["WITH", "RESULT", "SETS"])
    end = next(ends, None)
    return tokens if end is None else tokens[:end]


def _without_model_keyword(tokens: list[Token]) -> list[Token]:
    """`ML.EVALUATE(MODEL m, …)` as `ML.EVALUATE(m, …)`: only ML.PREDICT is in the grammar of the parser."""
    gone = {
        at
        for at in range(4, len(tokens))
        if tokens[at].text.upper() == "MODEL"
        and tokens[at - 1].text == "("
        and tokens[at - 3].text == "."
        and tokens[at - 4].text.upper() in ("ML", "AI")
        and tokens[at - 2].text.upper() not in _PARSED
    }
    return [token for at, token in enumerate(tokens) if at not in gone] if gone else tokens


def _without_table_keyword(tokens: list[Token]) -> list[Token]:
    """`ML.EVALUATE(m, TABLE t)` as `ML.EVALUATE(m, (SELECT * FROM t))`."""
    at = next((at for at in range(6, len(tokens)) if _is_table_of_model(tokens, at)), 0)
    end = at + 2
    while word_at(tokens, end) == ".":
        end += 2
    if not at or end >= len(tokens):
        return tokens
    opened = [said(text, tokens[at]) for text in ("(", "SELECT", "*", "FROM")]
    return [*tokens[:at], *opened, *tokens[at + 1 : end], said(")", tokens[end]), *tokens[end:]]


def _is_table_of_model(tokens: list[Token], at: int) -> bool:
    if tokens[at].text.upper() != "TABLE" or tokens[at - 1].text != ",":
        return False
    depth, start = 0, at - 1
    while start > 3 and not (depth == 0 and tokens[start].text == "("):
        depth -= deeper(tokens[start])
        start -= 1
    called = [word_at(tokens, place) for place in range(start - 3, start)]
    return called[:2] in (["ML", "."], ["AI", "."]) and called[2] not in _PARSED


_PARSED = ("PREDICT", "FORECAST", "TRANSLATE", "FEATURES_AT_TIME", "GENERATE_EMBEDDING", "GENERATE_TEXT_EMBEDDING")


def _without_stream_keyword(tokens: list[Token]) -> list[Token]:
    """`FROM STREAM read_files(…)` and `FROM STREAM raw.t` of Databricks: the same rows, as they come in."""
    gone = {
        at
        for at in range(1, len(tokens) - 2)
        if tokens[at].text.upper() == "STREAM"
        and tokens[at - 1].text.upper() in ("FROM", "JOIN")
        and tokens[at + 2].text in ("(", ".")
        and tokens[at + 1].text not in ("(", ".")
    }
    return [token for at, token in enumerate(tokens) if at not in gone] if gone else tokens
