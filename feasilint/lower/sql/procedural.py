"""Statements of procedural code that no grammar of queries has, by the names that they give values to: cursors, FETCH, SELECT …
INTO, RETURN, PERFORM, and SQL that is put together and run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.lower.sql.adapter import said
from feasilint.lower.sql.splitting import STARTS
from feasilint.lower.sql.words import place_of, word_at

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.lower.sql.adapter import Token

Kind: TypeAlias = Literal["rows", "values", "return", "run", "nothing"]


class Form(Struct, frozen=True):
    """`rows`: a cursor or record is the rows of a query; `values`: variables get the columns of a row; `return`: what a routine
    gives; `run`: a text that is SQL. `names`: the variables with their signs, empty for what is no plain variable; `given`: the
    query or the expression; `cursor`: the cursor that the values come from; `parameters` of a cursor."""

    kind: Kind
    names: tuple[str, ...] = ()
    given: tuple[Token, ...] = ()
    cursor: str = ""
    parameters: tuple[str, ...] = ()


def form_of(tokens: Sequence[Token], dialect: str) -> Form | None:
    """What a statement is that begins with a word of procedural code; None for any other."""
    if word_at(tokens, 1) == ":=" and "EXECUTE" in (word_at(tokens, 2), word_at(tokens, 3)):
        return _rows(tokens[0].text, tokens[2:])
    if word_at(tokens, 1) == ":=" and "CALL" in (word_at(tokens, 2), word_at(tokens, 3)):
        return Form("nothing")
    word = word_at(tokens, 0)
    if word in _BY_DIALECT:
        return _BY_DIALECT[word](tokens, dialect)
    if word in _FORMS:
        return _FORMS[word](tokens)
    return Form("nothing") if word not in STARTS and _is_element(tokens) else None


def _is_element(tokens: Sequence[Token]) -> bool:
    """`l(i)(k).x := value`: an assignment to no variable as a whole."""
    at = place_of(tokens, (":=",), 1)
    return 2 < at < len(tokens) and _after_name(tokens, 0) == at and any(token.text == "(" for token in tokens[:at])


def _targets(tokens: Sequence[Token], at: int) -> tuple[tuple[str, ...], int]:
    """The variables of an INTO clause from this place on, and where they end."""
    names: list[str] = []
    while at < len(tokens):
        sign = tokens[at].text if tokens[at].text in ("@", ":") else ""
        start = at + bool(sign)
        end = _after_name(tokens, start)
        names.append(f"{'@' if sign == '@' else ''}{tokens[start].text}" if end == start + 1 else "")
        at = end
        if word_at(tokens, at) != ",":
            break
        at += 1
    return tuple(names), at


def _after_name(tokens: Sequence[Token], at: int) -> int:
    """Behind `v`, `r.x`, `:new.x`, `l(i)` and `l(i).x`."""
    at += 1
    while (opening := word_at(tokens, at)) in (".", "(", "["):
        at = _closed(tokens, at) if opening != "." else at + 2
    return at


def _closed(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    while at < len(tokens):
        depth += (tokens[at].text in "([") - (tokens[at].text in ")]")
        at += 1
        if depth == 0:
            break
    return at


# --- cursors -----------------------------------------------------------------------------------------------------------

_QUERIES = ("SELECT", "WITH", "(", "VALUES", "TABLE", "EXECUTE")


def cursor(tokens: Sequence[Token]) -> Form | None:
    """`c CURSOR … FOR query`, `CURSOR c (…) IS query`, `rs RESULTSET DEFAULT (query)`, behind DECLARE or not."""
    at = place_of(tokens[:8], ("CURSOR", "RESULTSET"))
    if at > 4 or at >= len(tokens):
        return None
    name = at + 1 if at == 0 else 0
    named = f"{tokens[0].text}{word_at(tokens, 1)}" if tokens[name].text == "@" else tokens[name].text
    start = place_of(tokens, ("FOR", "IS", ":=", "DEFAULT", "="), name + 1)
    given = tokens[start + 1 :]
    if not given:
        return Form("nothing")
    opening = next((place for place in range(at, start) if tokens[place].text == "("), 0)
    return _rows(named, given, _parameters(tokens, opening) if opening else ())


def _rows(name: str, given: Sequence[Token], parameters: tuple[str, ...] = ()) -> Form | None:
    plain = _unwrapped(given)
    if word_at(plain, 0) == "EXECUTE":
        found = _run(plain, "")
        return Form("run", (name,), found.given, "rows") if found is not None else Form("nothing")
    if len(plain) == 1 or (plain and word_at(plain, 1) == "(" and word_at(plain, 0) not in _QUERIES):
        return Form("rows", (name,), (), plain[0].text)
    return Form("rows", (name,), tuple(_lasting(given)), "", parameters) if word_at(given, 0) in _QUERIES else None


def _unwrapped(tokens: Sequence[Token]) -> Sequence[Token]:
    return tokens[1:-1] if tokens and tokens[0].text == "(" and tokens[-1].text == ")" else tokens


def _lasting(query: Sequence[Token]) -> Sequence[Token]:
    """Without what a cursor says of changes to its rows."""
    at = place_of(query, ("FOR",), 1)
    return query[:at] if word_at(query, at + 1) in ("UPDATE", "READ", "SHARE") else query


def _parameters(tokens: Sequence[Token], at: int) -> tuple[str, ...]:
    end = _closed(tokens, at)
    starts = [at, *(place for place in range(at + 1, end) if tokens[place].text == ",")]
    return tuple(tokens[place + 1].text for place in starts if place + 1 < end - 1)


def _declared(tokens: Sequence[Token]) -> Form | None:
    if "HANDLER" in (word_at(tokens, at) for at in range(1, 4)):
        return Form("nothing")
    return cursor(tokens[1:])


def _let(tokens: Sequence[Token]) -> Form | None:
    """LET x [type] := value of Snowflake."""
    if (found := cursor(tokens[1:])) is not None:
        return found
    at = place_of(tokens, (":=", "DEFAULT", "="), 1)
    return Form("values", (tokens[1].text,), tuple(tokens[at + 1 :])) if at + 1 < len(tokens) else Form("nothing")


def _opened(tokens: Sequence[Token]) -> Form | None:
    """OPEN c FOR query."""
    at = place_of(tokens, ("FOR",), 1)
    found = _rows(tokens[1].text, tokens[at + 1 :]) if at + 1 < len(tokens) else None
    return found or Form("nothing")


def _fetched(tokens: Sequence[Token]) -> Form | None:
    """FETCH [NEXT FROM] c [BULK COLLECT] INTO x, y."""
    at = place_of(tokens, ("INTO", _BULK), 1)
    if at >= len(tokens) - 1:
        return Form("nothing")
    return Form("values", _targets(tokens, at + 1)[0], (), tokens[at - 1].text)


# --- values ------------------------------------------------------------------------------------------------------------

_BULK = "BULK COLLECT INTO"  # one token
_INTO = frozenset(("postgres", "redshift", "duckdb", "oracle", "snowflake", "mysql", "databricks", ""))
_WRITING = ("INSERT", "MERGE", "OUTFILE", "DUMPFILE", "TEMP", "TEMPORARY", "TABLE", "UNLOGGED", "TRANSIENT")


def _selected(tokens: Sequence[Token], dialect: str) -> Form | None:
    """SELECT x, y INTO a, b FROM t: what is certain to name variables; a single name may be that of a table."""
    at = place_of(tokens, ("INTO", _BULK), 1) if dialect in _INTO else len(tokens)
    if at >= len(tokens) - 1 or {word_at(tokens, at - 1), word_at(tokens, at + 1)} & {*_WRITING}:
        return None
    bulk = word_at(tokens, at) != "INTO"
    start = at + 1 + (word_at(tokens, at + 1) == "STRICT")
    names, end = _targets(tokens, start)
    signed = tokens[start].text in ("@", ":")
    late = place_of(tokens, ("FROM",), 1) < at
    if not (bulk or signed or late or at == 1 or start > at + 1 or len(names) > 1):
        return None
    return Form("values", names, (*tokens[:at], *tokens[end:]))


def _performed(tokens: Sequence[Token]) -> Form | None:
    """PERFORM f(x) FROM t: a query whose rows nobody looks at."""
    return Form("values", (), (said("SELECT", tokens[0]), *tokens[1:]))


def _returned(tokens: Sequence[Token], dialect: str) -> Form | None:
    """RETURN x, RETURN QUERY SELECT …, RETURN TABLE(rs)."""
    given = tokens[1:]
    if [word_at(given, 0), word_at(given, 1)] == ["QUERY", "EXECUTE"]:
        found = _run(given[1:], dialect)
        return Form("run", (), found.given, "return") if found is not None else Form("nothing")
    if word_at(given, 0) == "QUERY":
        return Form("return", (), tuple(given[1:]))
    if [word_at(given, 0), word_at(given, 1)] == ["TABLE", "("] and len(given) == 4:
        return Form("return", (), (), given[2].text)
    if word_at(given, 0) == "NEXT":
        return Form("nothing")
    return Form("return", (), tuple(given)) if given else Form("nothing")


# --- SQL that is run ---------------------------------------------------------------------------------------------------

_BY_NAME = frozenset(("postgres", "redshift", "duckdb", "mysql", ""))
"""Dialects in which EXECUTE without IMMEDIATE runs a text or a prepared statement."""

_NO_TEXT = ("TASK", "ALERT", "AS", "PROCEDURE", "FUNCTION", "NOTEBOOK", "SERVICE", "JOB", "SP_EXECUTE_EXTERNAL_SCRIPT")


def _run(tokens: Sequence[Token], dialect: str) -> Form | None:
    """EXECUTE [IMMEDIATE] text [INTO x, y] [USING …]."""
    if dialect == "tsql":
        return _run_text(tokens)
    start = 2 if word_at(tokens, 1) == "IMMEDIATE" else 1
    if word_at(tokens, start) in _NO_TEXT or start >= len(tokens) or (start == 1 and dialect not in _BY_NAME):
        return None
    end = place_of(tokens, ("INTO", "USING", _BULK), start)
    at = place_of(tokens, ("INTO", _BULK), start)
    names = _targets(tokens, at + 1 + (word_at(tokens, at + 1) == "STRICT"))[0] if at < len(tokens) else ()
    return Form("run", names, tuple(tokens[start:end]), "values" if names else "")


def _run_text(tokens: Sequence[Token]) -> Form | None:
    """EXEC (@sql), EXEC sp_executesql @sql, … of T-SQL."""
    name = next((at for at in (1, 3) if word_at(tokens, at) == "SP_EXECUTESQL"), 0)
    start, end = (name + 1, place_of(tokens, (",",), 1)) if name else (2, len(tokens) - 1)
    if not name and (word_at(tokens, 1) != "(" or tokens[-1].text != ")"):
        return None
    if word_at(tokens, start) == "@" and word_at(tokens, start + 2) == "=":
        start += 3  # @stmt = …
    return Form("run", (), tuple(tokens[start:end]))


def _prepared(tokens: Sequence[Token]) -> Form | None:
    """PREPARE s FROM text of MySQL: what EXECUTE s runs."""
    at = place_of(tokens, ("FROM",), 1)
    return Form("values", (tokens[1].text,), tuple(tokens[at + 1 :])) if 1 < at < len(tokens) - 1 else None


def _typed(tokens: Sequence[Token]) -> Form | None:
    return Form("nothing") if word_at(tokens, 2) in ("IS", "AS") else None


def _nothing(_: Sequence[Token]) -> Form | None:
    return Form("nothing")


_BY_DIALECT: dict[str, Callable[[Sequence[Token], str], Form | None]] = {
    "SELECT": _selected,
    "WITH": _selected,
    "RETURN": _returned,
    "EXECUTE": _run,
    "EXEC": _run,
}
_FORMS: dict[str, Callable[[Sequence[Token]], Form | None]] = {
    "DECLARE": _declared,
    "LET": _let,
    "OPEN": _opened,
    "FETCH": _fetched,
    "PERFORM": _performed,
    "PREPARE": _prepared,
    "TYPE": _typed,
    **dict.fromkeys(("EXIT", "CONTINUE", "PIPE", "AWAIT", "PRAGMA", "SUBTYPE", "GET"), _nothing),
}


# --- loops -------------------------------------------------------------------------------------------------------------


def loop_of(tokens: Sequence[Token]) -> tuple[Form, Sequence[Token]] | None:
    """What the head of a loop gives names to, and its first statement; None for a loop without a variable."""
    word = word_at(tokens, 0)
    if word == "FORALL":
        at = place_of(tokens, _CHANGING, 1)
        return Form("values", (tokens[1].text,)), tokens[at:]
    end = place_of(tokens, ("LOOP", "DO"), 1) if word in ("FOR", "FOREACH") else len(tokens)
    at = place_of(tokens[:end], ("IN", "AS"), 1)
    if end >= len(tokens) or at + 1 >= end:
        return None
    names, given = _targets(tokens[:at], 1)[0], tokens[at + 1 : end]
    if (inner := place_of(given, ("CURSOR",), 1)) < len(given):
        given = given[inner + 2 :]
    return _looped(names, given), tokens[end + 1 :]


_CHANGING = ("INSERT", "UPDATE", "DELETE", "MERGE", "EXECUTE")


def _looped(names: tuple[str, ...], given: Sequence[Token]) -> Form:
    counted = any(token.text in ("..", ".") or token.text.upper() in ("TO", "ARRAY") for token in given)
    found = _rows(names[0], given) if not counted or word_at(given, 0) in _QUERIES else None
    if found is None:
        return Form("values", names)
    return found if len(names) == 1 else Form("values", names, found.given, found.cursor)
