"""Where a statement begins that no semicolon comes before, as T-SQL is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import TokenType
from feasilint.lower.sql.words import closed, outer, word_at, word_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.lower.sql.adapter import Token

STARTS = frozenset((
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "CREATE", "DROP", "ALTER", "TRUNCATE", "DECLARE", "SET",
    "EXEC", "EXECUTE", "IF", "BEGIN", "END", "WITH", "GO", "PRINT", "USE", "COPY", "UNLOAD", "CALL", "GRANT",
    "COMMIT", "RETURN", "WHILE", "BREAK", "CONTINUE", "RAISERROR", "THROW", "FETCH", "OPEN", "CLOSE", "DEALLOCATE",
    "WAITFOR", "ROLLBACK", "ELSE", "GOTO",
))  # fmt: skip
"""The words that a statement may begin with."""

SWALLOWING = frozenset((
    "DECLARE", "SET", "CREATE", "DROP", "TRUNCATE", "PRINT", "USE", "RAISERROR", "THROW", "FETCH", "OPEN", "CLOSE",
    "DEALLOCATE", "WAITFOR", "BREAK", "CONTINUE", "COMMIT", "ROLLBACK", "EXEC", "EXECUTE", "RETURN",
))  # fmt: skip
"""First words of statements that the parser may take whole, with all that comes after them."""

PROCEDURAL = frozenset(("DECLARE", "FETCH", "OPEN", "EXEC", "EXECUTE", "RETURN"))
"""Those of them that are read by their words: they must end where they do."""

_BRIEF = ("DECLARE", "SET", "PRINT")
_BEGINS_ANYWHERE = frozenset((
    "SELECT", "INSERT", "UPDATE", "DELETE", "MERGE", "DECLARE", "EXEC", "EXECUTE", "WHILE", "IF", "PRINT",
))  # fmt: skip
"""Words that stand in none of the brief statements: even on the same line they begin the next one."""

_GOES_ON = frozenset(("AS", "FOR", "OR", "THEN", ",", "=", "(", ".", "@"))
"""Words after which a statement goes on, whatever the next line begins with."""


def swallowed(tokens: Sequence[Token], text: str) -> int:
    """The place of the first line that begins another statement, in one whose end the parser does not see; 0 without any."""
    if not tokens or tokens[0].text.upper() not in SWALLOWING:
        return 0
    depth = 0
    awaited = False  # by the common table expressions of a view: its query
    for at, token in enumerate(tokens):
        here = word_of(token)
        if depth == 0 and awaited and here == "SELECT":
            awaited = False
        elif at and depth == 0 and _begins(tokens, at) and (begins_line(tokens, at, text) or _follows(tokens, at)):
            return at
        awaited |= at > 0 and depth == 0 and here == "WITH" and _may_start(tokens, at)
        depth += (here in ("(", "CASE")) - (here == ")" or (here == "END" and depth > 0))
    return 0


def decides(tokens: Sequence[Token], at: int) -> bool:
    """Whether an IF or a WHILE begins its line: in T-SQL, where both are reserved, another statement begins there."""
    if word_of(tokens[at]) not in ("IF", "WHILE") or tokens[at - 1].line == tokens[at].line:
        return False
    return word_at(tokens, at + 1) != "EXISTS" or word_at(tokens, at + 2) == "("  # DROP TABLE IF EXISTS t


def given_up(tokens: Sequence[Token], offset: int, text: str) -> int:
    """The place of the statement at which the parser gave up, or whose first word it has read as an alias; 0 without any."""
    at = next((index for index, token in enumerate(tokens) if token.start >= offset), 0)
    for place in (at, at - 1, at - 2):
        if place > 0 and _may_start(tokens, place) and (place == at or _stands_alone(tokens, place, text)):
            return place
    piped = at > 0 and tokens[at].text.upper() == "FROM" and begins_line(tokens, at, text) and _is_piped(tokens, at)
    return at if piped else 0


def after_note(tokens: Sequence[Token], text: str) -> int:
    """The place of the first statement behind words that are none, on a line of its own; 0 without any."""
    if not tokens or tokens[0].text.upper() in _BEGINS_OTHERWISE or tokens[0].text.upper() in STARTS:
        return 0
    return next((at for at in range(1, len(tokens)) if _after_note(tokens, at) and begins_line(tokens, at, text)), 0)


def pasted(tokens: Sequence[Token], offset: int, text: str) -> tuple[int, int]:
    """Where a pasted result begins at which the parser gave up, behind a comment or an empty line, and the next statement behind
    it or the end: rows of values, and no more, or what went wrong. Zeros where none is."""
    at = next((at for at, token in enumerate(tokens) if token.start >= offset), 0)
    while at and not _apart(tokens, at, text):
        at -= 1
    complains = at > 0 and _COMPLAINT.match(text, tokens[at].start) is not None
    if not at or not (complains or tokens[at].token_type in _VALUES):
        return 0, 0
    end = next(
        (to for to in range(at + 1, len(tokens)) if _after_note(tokens, to) and begins_line(tokens, to, text)), 0
    )
    rows = tokens[at : end or len(tokens)]
    return (at, end or len(tokens)) if complains or all(token.token_type in _ROW for token in rows) else (0, 0)


def _apart(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether a comment or an empty line stands before a token."""
    return text[tokens[at - 1].end + 1 : tokens[at].start].count("\n") > 1


_COMPLAINT = re.compile(r"(?:[^\n]*\n)?[^\n]*\b\w*(?:error|exception): ", re.IGNORECASE)
_VALUES = frozenset((TokenType.STRING, TokenType.IDENTIFIER, TokenType.NUMBER))
_ROW = _VALUES | {TokenType.COMMA, TokenType.NULL, TokenType.DASH}


def _after_note(tokens: Sequence[Token], at: int) -> bool:
    opened = tokens[at].text == "(" and at + 1 < len(tokens)
    here = word_of(tokens[at + opened])
    return (here in _AFTER_NOTE and _may_start(tokens, at + opened)) or (here == "FROM" and _is_piped(tokens, at))


def _is_piped(tokens: Sequence[Token], at: int) -> bool:
    """Whether FROM begins a query: `FROM t |> …`."""
    return any(step == "|>" for _, step in outer(tokens[at:]))


_BEGINS_OTHERWISE = frozenset(
    ("(", "FROM", "VALUES", "TABLE", "REPLACE", "PIVOT", "UNPIVOT", "SUMMARIZE", "BULK", "DESCRIBE")
)
"""Words and signs that statements of some dialect begin with, too."""
_AFTER_NOTE = frozenset(
    ("SELECT", "WITH", "INSERT", "CREATE", "MERGE", "UPDATE", "DELETE", "DROP", "ALTER", "DECLARE", "EXEC")
)


def _may_start(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word may begin a statement; WITH also says how something is done."""
    here = word_of(tokens[at])
    if here != "WITH":
        return here in STARTS
    named = closed(tokens, at + 2) if word_at(tokens, at + 2) == "(" else at + 2  # WITH t (a, b) AS (…)
    return [word_at(tokens, named), word_at(tokens, named + 1)] == ["AS", "("]


def without_end(tokens: list[Token]) -> list[Token]:
    """Without the END of a block around the statement, which would be read as the alias of its last table."""
    depth, surplus = 0, set[int]()
    for at, token in enumerate(tokens):
        word = word_of(token)
        if word == "END" and not depth:
            surplus.add(at)
        depth += (word in ("CASE", "BEGIN")) - (word == "END" and depth > 0)
    end = len(tokens)
    while end > 1 and end - 1 in surplus:
        end -= 1
    return tokens[:end]


def begins_line(tokens: Sequence[Token], at: int, text: str) -> bool:
    return "\n" in text[tokens[at - 1].end + 1 : tokens[at].start]


def _stands_alone(tokens: Sequence[Token], at: int, text: str) -> bool:
    """Whether a word begins a line, or is the END of END TRY."""
    return begins_line(tokens, at, text) or tokens[at + 1].text.upper() in ("TRY", "CATCH")


def _follows(tokens: Sequence[Token], at: int) -> bool:
    return tokens[0].text.upper() in _BRIEF and tokens[at].text.upper() in _BEGINS_ANYWHERE


def _begins(tokens: Sequence[Token], at: int) -> bool:
    if word_of(tokens[at]) not in STARTS or word_of(tokens[at - 1]) in _GOES_ON:
        return False
    return _may_start(tokens, at)


_DELIMITER = re.compile(r"^[ \t]*delimiter[ \t]+([;/$|#&@~^!%*]+)[ \t]*$", re.IGNORECASE | re.MULTILINE)


def undelimited(text: str) -> str:
    """A script of MySQL's client with semicolons, in as many characters, where DELIMITER has set another sign."""
    made: list[str] = []
    at, sign = 0, ";"
    for found in _DELIMITER.finditer(text):
        made += [_ended(text[at : found.start()], sign), " " * len(found[0])]
        at, sign = found.end(), found[1]
    return "".join([*made, _ended(text[at:], sign)])


_SQLPLUS = re.compile(
    r"^[ \t]*(?:(?:prompt|rem|remark|spool|accept|undefine|clear|ttitle|btitle)\b(?![ \t]*[=,.(])"
    r"|whenever[ \t]+\w+error\b|def(?:ine)?[ \t]+\w+[ \t]*=|@@?[\w./&\\]"
    r"|col(?:umn)?[ \t]+\S+[ \t]+(?:new_value|old_value|format|heading|noprint)\b"
    r"|set[ \t]+(?:array|auto|colsep|define|echo|escape|feed|head|line|long|num|page|scan|serveroutput|sqlblank|sqlprompt"
    r"|tab|term|timing|trim|ver)\w*[ \t]+(?!=))[^\n;]*;?[ \t]*$",
    re.IGNORECASE | re.MULTILINE,
)


_TRANSFER = re.compile(
    r"^[ \t]*(?:put|get|list|ls|remove|rm)\s+['\"]?(?:file://|@)[^;\n]*", re.IGNORECASE | re.MULTILINE
)
"""Files that SnowSQL moves, whose paths may look like comments: `PUT file://a/*.py @stage`."""
_SQLCMD = re.compile(r"^[ \t]*:[a-z!]+\b[^\n]*$", re.IGNORECASE | re.MULTILINE)
_BATCH = re.compile(r"^[ \t]*GO(?:[ \t]+\d+)?[ \t]*;?[ \t]*$", re.IGNORECASE | re.MULTILINE)
_PARAMETER = re.compile(r"<([\w @#$.-]+),([\w ()]*),[ \t]*([^<>,\n]*)>")
_PLAIN = re.compile(r"@?[\w.\[\]-]+")


def without_client(text: str, dialect: str) -> str:
    """A script without what its client replaces or runs itself, in as many characters: transfers of files by SnowSQL,
    commands to SQL*Plus and sqlcmd, which end with their line, and the `<parameters, type, default>` of a template of T-SQL; GO
    ends its batches."""
    text = _TRANSFER.sub(lambda found: " " * len(found[0]), text)
    if dialect == "oracle":
        return _SQLPLUS.sub(lambda found: " " * len(found[0]), text)
    if dialect != "tsql":
        return text
    text = _BATCH.sub(lambda found: ";".ljust(len(found[0])), _SQLCMD.sub(lambda found: " " * len(found[0]), text))
    return _PARAMETER.sub(_by_default, text)


def _by_default(found: re.Match[str]) -> str:
    """What a parameter of a template is if nobody gives it, or else its name."""
    default, name = found[3].strip(), re.sub(r"\W+", "_", found[1].strip())
    goes_on = found.string[found.end() : found.end() + 1].isalnum() or found.string.startswith("_", found.end())
    return (default if _PLAIN.fullmatch(default) else name).ljust(len(found[0]), "_" if goes_on else " ")


def _ended(text: str, sign: str) -> str:
    if sign == ";":
        return text
    return re.sub(rf"{re.escape(sign)}(?=[ \t]*$)", ";".ljust(len(sign)), text, flags=re.MULTILINE)
