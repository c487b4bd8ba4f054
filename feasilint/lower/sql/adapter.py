"""The one door to sqlglot: everything that knows its API beyond the `exp` node types stands here."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from sqlglot import exp, parse_one
from sqlglot.dialects.dialect import Dialect, Dialects
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "TOO_DEEP",
    "Failure",
    "Node",
    "Token",
    "TokenType",
    "canonical_dialect",
    "cuts_off",
    "dialects",
    "exp",
    "is_semicolon",
    "parse",
    "position",
    "said",
    "tokenize",
    "translated",
    "unread",
]

Node: TypeAlias = exp.Expr

logging.getLogger("sqlglot").addHandler(logging.NullHandler())  # it warns about Commands; those become diagnostics

_KNOWN = frozenset(dialect.value for dialect in Dialects)
_ALIASES = {
    "ansi": "", "sql": "", "generic": "", "postgresql": "postgres", "pg": "postgres", "greenplum": "postgres",
    "cockroachdb": "postgres", "timescaledb": "postgres", "vertica": "postgres", "netezza": "postgres",
    "sqlserver": "tsql", "mssql": "tsql", "synapse": "tsql", "transactsql": "tsql", "mariadb": "mysql",
    "sparksql": "spark", "pyspark": "spark", "spark3": "spark", "googlesql": "bigquery", "bq": "bigquery",
    "impala": "hive", "prestodb": "presto", "plsql": "oracle", "soql": "", "db2": "", "flink": "",
}  # fmt: skip


TOO_DEEP = "nested too deeply"


class Failure(NamedTuple):
    """A text that could not be parsed, and the offset at which the parser gave up; `shown`: of what is to be looked at, where
    that is before it."""

    message: str
    offset: int
    shown: int | None = None

    @property
    def place(self) -> int:
        return self.offset if self.shown is None else self.shown


def dialects() -> tuple[str, ...]:
    """The names of all dialects."""
    return tuple(sorted(_KNOWN - {""}))


def canonical_dialect(name: str | None) -> str | None:
    """sqlglot's name of a dialect; None if none is named or it is not known."""
    if name is None:
        return None
    plain = name.strip().lower().replace("-", "").replace("_", "").replace(" ", "")
    plain = _ALIASES.get(plain, plain)
    return plain if plain in _KNOWN else None


def cuts_off(dialect: str | None) -> bool:
    """Whether `/` between whole numbers gives a whole number in a dialect."""
    return bool(Dialect.get_or_raise(dialect).TYPED_DIVISION)


_DOLLAR = frozenset(
    ("duckdb", "bigquery", "snowflake", "tsql", "mysql")
)  # they have a sign of their own for parameters


def translated(text: str, dialect: str, pretty: bool = True) -> str:
    """SQL of DuckDB in another dialect; parameters are `:name` where the dialect has no sign for them."""
    tree = parse_one(text, read="duckdb")
    if dialect not in _DOLLAR:
        for node in list(tree.find_all(exp.Parameter)):
            node.replace(exp.Placeholder(this=node.name))
    for paren in list(tree.find_all(exp.Paren)):
        if _idle(paren):
            paren.replace(paren.this)
    if dialect == "bigquery":
        _for_bigquery(tree)
    if dialect == "redshift":
        _without_filter(tree)
    return tree.sql(dialect=dialect, pretty=pretty)


_ENCLOSING = (exp.AggFunc, exp.Alias, exp.Cast, exp.Paren, exp.Select)


def _idle(paren: exp.Paren) -> bool:
    """Whether parentheses change nothing, because of what stands around them."""
    alone = isinstance(paren.parent, _ENCLOSING)
    return alone or (isinstance(paren.parent, exp.And | exp.Where) and not isinstance(paren.this, exp.Or))


def _without_filter(tree: Node) -> None:
    """The conditions of aggregates as CASE, where a dialect has no FILTER."""
    for node in list(tree.find_all(exp.Filter)):
        inner, condition = node.this, node.expression.this
        distinct = inner.this if isinstance(inner.this, exp.Distinct) else None
        value = distinct.expressions[0] if distinct is not None else inner.this
        counted = exp.Literal.number(1) if isinstance(value, exp.Star) else value.copy()
        case = exp.Case(ifs=[exp.If(this=condition.copy(), true=counted)])
        inner.set("this", exp.Distinct(expressions=[case]) if distinct is not None else case)
        node.replace(inner)


def _for_bigquery(tree: Node) -> None:
    """Lengths of time as numbers, points in time as its TIMESTAMP."""
    for length in tree.find_all(exp.Interval):
        if isinstance(length.this, exp.Literal):
            length.set("this", exp.Literal.number(length.this.name))
    for kind in tree.find_all(exp.DataType):
        if kind.this in (exp.DType.TIMESTAMP, exp.DType.TIMESTAMPNTZ):
            kind.set("this", exp.DType.TIMESTAMPTZ)


def tokenize(text: str, dialect: str, start: int = 0, end: int | None = None) -> list[Token] | Failure:
    """The tokens of a text or of a part of it; their offsets count the characters of the whole."""
    try:
        tokens = Dialect.get_or_raise(dialect).tokenize(text[start:end])
    except SqlglotError as error:
        return _open_quote(error, start, text[start:end])
    except RecursionError:
        return Failure(TOO_DEEP, start)
    for token in tokens if start else ():
        token.start += start
        token.end += start
    return tokens


_UNCLOSED = re.compile(r"(Missing \S+) from \d+:(\d+)")


def _open_quote(error: SqlglotError, start: int, text: str) -> Failure:
    """What is not closed, and where it opens; the tokenizer runs out of text in a comment without a word."""
    found = _UNCLOSED.search(str(error.__cause__))
    if found is not None:
        return Failure(f"{found[1]}: what is opened here is not closed", start + int(found[2]))
    said = "a quote or comment is not closed" if error.__cause__ else _brief(str(error))
    return Failure(said, start + len(text) - len(text.lstrip()))


def position(node: Node) -> tuple[int, int] | None:
    """The offsets of a node's own token, where it has one."""
    meta = node._meta
    start, end = (meta.get("start"), meta.get("end")) if meta else (None, None)
    return None if start is None or end is None else (start, end + 1)


def is_semicolon(token: Token) -> bool:
    return token.token_type == TokenType.SEMICOLON


def unread(token: Token, text: str) -> str:
    """The source that the tokenizer has put into one token unread, as it does after the first word of a command."""
    end = token.end + 1
    while text[end - 1 : end].isspace() and not token.text[-1:].isspace():  # the text of the token is stripped
        end -= 1
    start = end - len(token.text)
    if token.token_type != TokenType.STRING or start > token.start:  # a quote comes before the text of a string
        return ""
    source = text[start:end]
    return text[start : token.end + 1] if source == token.text else ""


_KINDS = {"(": TokenType.L_PAREN, ")": TokenType.R_PAREN, "*": TokenType.STAR, ",": TokenType.COMMA}


def said(text: str, place: Token, kind: TokenType | None = None) -> Token:
    """A word or sign that is not in the text, at the place of one that is. `kind`: where it is not what the word is."""
    kind = kind or _KINDS.get(text) or (TokenType[text] if text in TokenType.__members__ else TokenType.VAR)
    return Token(kind, text, place.line, place.col, place.start, place.end)


def parse(tokens: Sequence[Token], text: str, dialect: str) -> Node | Failure | None:
    """The tree of the one statement that these tokens of `text` are; None for an empty one."""
    try:
        trees = Dialect.get_or_raise(dialect).parser(error_message_context=40).parse(list(tokens), text)
    except ParseError as error:
        at = _stopped(error, tokens)
        said = _described(error, tokens, at)
        return Failure(said, tokens[at].start, tokens[at - 1].start if said.startswith(_BEHIND) else None)
    except RecursionError:
        return Failure(TOO_DEEP, tokens[0].start)
    except Exception as error:  # a bug of the parser must not cost the other statements
        return Failure(_brief(f"{type(error).__name__}: {error}"), tokens[0].start)
    return next((tree for tree in trees if tree is not None), None)


_WORDS = (
    (re.compile(r"Expecting (\S+)"), "`{0}` is expected before {here}"),
    (re.compile(r"Expected (table name|query|\S+)"), "{0} is expected before {here}"),
    (re.compile(r"Required keyword"), "something is missing before {here}"),
    (re.compile(r"Failed to parse any statement following CTE"), "no query follows the common table expressions"),
    (re.compile(r"Invalid expression / Unexpected token"), "{here} is not expected here"),
    (re.compile(r".* does not support CTE"), "no query follows the common table expressions"),
)
"""What sqlglot says of code that it cannot parse, in words that say what to look at. Its own name things of its inside, and not
always the same."""


_BEHIND = "something is missing behind"


def _described(error: ParseError, tokens: Sequence[Token], at: int) -> str:
    said = str((error.errors[0].get("description") if error.errors else None) or error)
    if said.startswith("Required keyword") and at > 0 and tokens[at - 1].line < tokens[at].line:
        return f"{_BEHIND} `{_brief(tokens[at - 1].text)[:40]}`"
    here = f"`{_brief(tokens[at].text)[:40]}`" if at + 1 < len(tokens) else "the end of the statement"
    for pattern, words in _WORDS:
        if (found := pattern.match(said)) is not None:
            return words.format(*found.groups(), here=here)
    return _brief(said)


def _brief(message: str) -> str:
    return message.split("\n", 1)[0][:160]


def _stopped(error: ParseError, tokens: Sequence[Token]) -> int:
    """The place of the token where the parser stopped: sqlglot gives the line and the column of its last character."""
    if error.errors:
        line, column = error.errors[0].get("line"), error.errors[0].get("col")
        for at, token in enumerate(tokens):
            if token.line == line and token.col == column:
                return at
    return 0
