"""A text as its statements, each parsed on its own: what one of them costs, it costs alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.lower.sql.adapter import TOO_DEEP, Failure, Node, Token, is_semicolon, parse, tokenize, unread
from feasilint.lower.sql.declarations import Section, assigning, declaration, tree_of
from feasilint.lower.sql.guess import LADDER
from feasilint.lower.sql.marks import MARK
from feasilint.lower.sql.phrases import rephrased, reworded
from feasilint.lower.sql.phrases_tsql import plain_tsql
from feasilint.lower.sql.portions import portions
from feasilint.lower.sql.procedural import cursor, form_of, loop_of
from feasilint.lower.sql.refreshing import refresh_of, without_clauses
from feasilint.lower.sql.repair import ROUNDS, is_clause, repaired
from feasilint.lower.sql.script import FLOW, HARMLESS, bare, inside
from feasilint.lower.sql.splitting import (
    PROCEDURAL,
    STARTS,
    SWALLOWING,
    after_note,
    decides,
    given_up,
    pasted,
    swallowed,
    undelimited,
    without_client,
    without_end,
)
from feasilint.lower.sql.words import deeper, word_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.ir import Refresh
    from feasilint.lower.sql.procedural import Form

MAX_NESTING = 150
_ATTEMPTS = 300  # at reading what does not parse, for a whole text; a long statement counts as many
_SHORT = 2_000  # characters
_PIECES = 5_000  # of a text with an open quote
_LENIENT = "postgres"  # reads what most dialects share


class Statement(Struct, frozen=True):
    """One statement: its tokens and its tree, or why there is none; `refresh`: how what it makes is kept up to date."""

    tokens: tuple[Token, ...]
    tree: Node | None
    failure: Failure | None = None
    too_deep: bool = False
    refresh: Refresh | None = None


def statements(text: str, dialect: str) -> Iterator[Statement]:
    """Every statement of a text; empty ones and the words of control flow around them are left out."""
    return _Parsing(without_client(undelimited(text), dialect), dialect).statements()


class _Parsing:
    """The parsing of one text. What does not parse is tried in other ways, as long as there are `attempts` left, and in other
    words, as long as there are `phrasings`."""

    def __init__(self, text: str, dialect: str, attempts: int = _ATTEMPTS) -> None:
        self.text = text
        self.dialect = dialect
        self.attempts = attempts
        self.phrasings = _ATTEMPTS

    def statements(self) -> Iterator[Statement]:
        tokens = tokenize(self.text, self.dialect)
        return self._untokenized(tokens) if isinstance(tokens, Failure) else self._tokenized(tokens)

    def _tokenized(self, tokens: list[Token]) -> Iterator[Statement]:
        section = Section(self.dialect)
        if self.dialect == "tsql":
            tokens = plain_tsql(tokens)
        for chunk in (
            part for whole in _chunks(tokens, self.dialect) for part in portions(whole, self.text, self.dialect)
        ):
            plain = self._opened(bare(_begun(chunk)))
            while (found := loop_of(plain)) is not None:
                form, rest = found
                yield from self._formed(plain[: len(plain) - len(rest)], form) or ()
                plain = bare(list(rest))
            if plain:
                yield from self._section(section, chunk, plain)

    def _section(self, section: Section, chunk: list[Token], plain: list[Token]) -> Iterator[Statement]:
        """A statement, or what a section before BEGIN declares."""
        declared = section.declared(chunk, plain)
        made = self._declared(plain, *declared) if declared is not None else None
        if made is not None:
            yield made
            return
        named = plain[plain[0].text.upper() == "DECLARE" :] if section.inside else []
        form = cursor(named) if named else None
        found = self._formed(named, form) if form is not None else None
        yield from self._parsed(plain) if found is None else found

    def _formed(self, tokens: Sequence[Token], form: Form) -> list[Statement] | None:
        """A statement of procedural code; None if what it is given cannot be read."""
        if form.kind == "nothing":
            return []
        read = list(self._parsed(list(form.given))) if form.given else []
        if len(read) != bool(form.given) or any(one.tree is None for one in read):
            return None
        made = [Statement(tuple(tokens), declaration(name, None)) for name in form.parameters]
        return [*made, Statement(tuple(tokens), tree_of(form, read[0].tree if read else None))]

    def _declared(self, tokens: list[Token], name: str, value: Sequence[Token]) -> Statement | None:
        """The declaration of a variable; None if its value cannot be read."""
        tree = parse(value, self.text, self.dialect) if value else None
        return None if isinstance(tree, Failure) else Statement(tuple(tokens), declaration(name, tree))

    def _untokenized(self, failure: Failure) -> Iterator[Statement]:
        """A text with an open quote, by another dialect or else piece by piece."""
        for other in LADDER:
            if other != self.dialect and self._affords(len(self.text)):
                tokens = tokenize(self.text, other)
                if not isinstance(tokens, Failure):
                    yield from _Parsing(self.text, other, self.attempts)._tokenized(tokens)
                    return
        pieces = self.text.split(";")
        at = 0
        for piece in pieces[:_PIECES]:
            start, at = at, at + len(piece) + 1
            read = tokenize(self.text, self.dialect, start, at - 1) if len(pieces) > 1 else failure
            if not isinstance(read, Failure):
                yield from self._tokenized(read)
            elif piece.strip():
                yield Statement((), None, read)
        if len(pieces) > _PIECES:
            said = f"only the first {_PIECES:,} statements are read: {failure.message}"
            yield Statement((), None, Failure(said, at), True)

    def _affords(self, characters: int) -> bool:
        """Whether so many characters may be read once more; they are charged for."""
        self.attempts -= 1 + characters // _SHORT
        return self.attempts >= 0

    def _opened(self, tokens: list[Token]) -> list[Token]:
        """What follows a word like IF or BEGIN comes as one token in some dialects: taken apart, it may be a statement."""
        for _ in range(MAX_NESTING):
            if not tokens or len(tokens) > 2 or not (rest := unread(tokens[-1], self.text)):
                break
            again = tokenize(self.text, self.dialect, tokens[-1].end + 1 - len(rest), tokens[-1].end + 1)
            if isinstance(again, Failure) or (len(tokens) == 2 and not self._goes_on(tokens[0], rest)):
                break
            tokens = bare([*tokens[:-1], *(plain_tsql(again) if self.dialect == "tsql" else again)])
        return tokens

    def _apart(self, tokens: list[Token]) -> list[Token]:
        """The tokens of EXECUTE and FETCH, after which the tokenizer leaves the rest as it is."""
        rest = unread(tokens[-1], self.text) if len(tokens) == 2 and tokens[0].text.upper() in _UNREAD else ""
        again = tokenize(self.text, self.dialect, tokens[-1].end + 1 - len(rest), tokens[-1].end + 1) if rest else []
        return tokens if isinstance(again, Failure) or not again else [tokens[0], *again]

    def _goes_on(self, first: Token, rest: str) -> bool:
        """Whether what follows the first word may hold another statement."""
        word = first.text.upper()
        return word in FLOW or word == "DECLARE" or (self.dialect == "tsql" and word in SWALLOWING and "\n" in rest)

    def _parsed(self, tokens: list[Token]) -> Iterator[Statement]:
        """The statements that a chunk between semicolons consists of: one, or several that begin without one."""
        if nesting(tokens) > MAX_NESTING:
            yield Statement(tuple(tokens), None, Failure(TOO_DEEP, tokens[0].start), True)
            return
        refresh = refresh_of(tokens, self.text)
        while tokens:
            apart = self._apart(tokens)
            if self.dialect == "tsql" and apart[0].text.upper() in PROCEDURAL and (at := swallowed(apart, self.text)):
                yield from self._parsed(apart[:at])
                tokens = bare(apart[at:])
                continue
            form = form_of(apart, self.dialect)
            if form is not None and (found := self._formed(apart, form)) is not None:
                yield from found
                return
            tokens = without_end(tokens) if self.dialect == "tsql" else tokens
            tree = parse(tokens, self.text, self.dialect)
            if not _is_read(tree) and self.dialect == "tsql" and (at := swallowed(tokens, self.text)):
                yield from self._parsed(tokens[:at])
                tokens = bare(tokens[at:])
                continue
            if not _is_read(tree) and (simpler := _simpler(tokens)):
                tokens = simpler
                continue
            if not _is_read(tree) and (again := self._in_other_words(tokens, tree)) is not None:
                yield again
                return
            if not _is_read(tree) and (at := self._next_created(tokens)):
                yield from self._parsed(tokens[:at])
                tokens = bare(tokens[at:])
                continue
            if not _is_read(tree) and (inner := inside(tokens)):
                tokens = inner
                continue
            if not isinstance(tree, Failure):
                yield self._read(tokens, tree, refresh)
                return
            first, rest = self._split(tokens, tree)
            if first is None:
                yield from self._otherwise(tokens, tree)
                return
            yield first
            tokens = rest

    def _read(self, tokens: list[Token], tree: Node | None, refresh: Refresh | None = None) -> Statement:
        done = assigning(tree) if tree is not None and self.dialect == "tsql" else tree
        return Statement(tuple(tokens), done, refresh=refresh)

    def _in_other_words(self, tokens: list[Token], tree: Node | Failure | None) -> Statement | None:
        return self._reworded(tokens) or self._rephrased(tokens) or self._created(tokens, tree)

    def _reworded(self, tokens: list[Token]) -> Statement | None:
        start = tokens[0].start
        found = reworded(self.text[start : tokens[-1].end + 1])
        again = self._attempt(" " * start + found[0], found[1] or self.dialect, start) if found is not None else None
        return again if again is not None and _sensible(again.tree) else None

    def _created(self, tokens: list[Token], tree: Node | Failure | None) -> Statement | None:
        """A CREATE … AS query that the parser has taken for a mere command, since its query is of another dialect."""
        words = {token.text.upper() for token in tokens[:6]}
        if isinstance(tree, Failure) or not words & {"TABLE", "VIEW"}:
            return None
        return self._in_other_dialect(tokens)

    def _rephrased(self, tokens: list[Token]) -> Statement | None:
        """The statement by the tree of other words that mean the same."""
        self.phrasings -= 1 + (tokens[-1].end - tokens[0].start) // _SHORT
        other = rephrased(tokens) if self.phrasings >= 0 else None
        if other is None:
            return None
        trees = (parse(other, self.text, dialect) for dialect in (self.dialect, _LENIENT))
        tree = next((tree for tree in trees if isinstance(tree, Node) and _sensible(tree)), None)
        return Statement(tuple(tokens), tree) if tree is not None else None

    def _next_created(self, tokens: list[Token]) -> int:
        """The place of a statement behind a CREATE that nothing ends; 0 where there is none, or what is before cannot be read."""
        at = swallowed(tokens, self.text) if tokens[0].text.upper() == "CREATE" else 0
        return at if at and _is_read(parse(tokens[:at], self.text, self.dialect)) else 0

    def _split(self, tokens: list[Token], failure: Failure) -> tuple[Statement | None, list[Token]]:
        """The statement before the place where the parser gave up, if another one may begin there."""
        at = behind = given_up(tokens, failure.offset, self.text)
        if not at:
            at, behind = pasted(tokens, failure.offset, self.text)
        if not at:
            return None, []
        head = without_end(tokens[:at])
        first = parse(head, self.text, self.dialect)
        return (None, []) if isinstance(first, Failure) else (self._read(head, first), bare(tokens[behind:]))

    def _otherwise(self, tokens: list[Token], failure: Failure) -> Iterator[Statement]:
        """The statement with placeholders read as clauses, or in another dialect; else why it cannot be read."""
        found = self._repaired(tokens, failure) or self._in_other_dialect(tokens) or self._without(tokens, failure)
        if found is not None:
            yield found
        elif at := after_note(tokens, self.text):
            yield from self._parsed(bare(tokens[at:]))
        elif tokens[0].text.upper() not in HARMLESS:
            yield Statement(tuple(tokens), None, failure, failure.message == TOO_DEEP)

    def _repaired(self, tokens: list[Token], failure: Failure) -> Statement | None:
        whole = text = self.text[: tokens[-1].end + 1]
        for _ in range(ROUNDS):
            again = repaired(tokens, text, failure.offset)
            if again is None:
                return None if text == whole else self._in_other_dialect(tokens, text)
            text = again
            read = self._attempt(text, self.dialect, tokens[0].start)
            if read is None or read.tree is not None:
                return read
            assert read.failure is not None
            tokens, failure = list(read.tokens), read.failure
        return None

    def _without(self, tokens: list[Token], failure: Failure) -> Statement | None:
        """The statement without parameters that stand for a clause or a condition: `WHERE a = 1 @more GROUP BY b`."""
        left = tokens
        for _ in range(ROUNDS):
            at = next((at for at, token in enumerate(left) if token.start >= failure.offset), 0)
            if self.dialect not in ("", "tsql") or not is_clause(left, at) or not self._affords(len(left)):
                return None
            left = [*left[:at], *left[at + 2 :]]
            tree = parse(left, self.text, self.dialect)
            if not isinstance(tree, Failure):
                return Statement(tuple(tokens), tree)
            failure = tree
        return None

    def _in_other_dialect(self, tokens: list[Token], repaired: str = "") -> Statement | None:
        text, start = repaired or self.text[: tokens[-1].end + 1], tokens[0].start
        for other in LADDER:
            read = self._attempt(text, other, start) if other != self.dialect else None
            if read is not None and _sensible(read.tree):
                return read
        return None

    def _attempt(self, text: str, dialect: str, start: int) -> Statement | None:
        """A text that is from `start` on one statement, parsed or not; None if there are no tokens or no attempts left."""
        tokens = tokenize(text, dialect, start) if self._affords(len(text) - start) else []
        if isinstance(tokens, Failure) or not tokens:
            return None
        tree = parse(tokens, text, dialect)
        return Statement(tuple(tokens), None, tree) if isinstance(tree, Failure) else Statement(tuple(tokens), tree)


_UNREAD = ("EXECUTE", "FETCH", "PREPARE")


def _is_read(tree: Node | Failure | None) -> bool:
    return isinstance(tree, Node) and tree.key != "command"


def _simpler(tokens: list[Token]) -> list[Token] | None:
    """A CREATE statement without clauses that the parser does not know."""
    plain = without_clauses(tokens)
    return plain if plain and len(plain) < len(tokens) else None


def _begun(tokens: list[Token]) -> list[Token]:
    """Without a placeholder that stands before the first word of a statement."""
    while len(tokens) > 1 and MARK.fullmatch(tokens[0].text) and tokens[1].text.upper() in STARTS:
        tokens = tokens[1:]
    return tokens


def _chunks(tokens: list[Token], dialect: str) -> Iterator[list[Token]]:
    chunk: list[Token] = []
    depth = 0
    for at, token in enumerate(tokens):
        if is_semicolon(token) or (dialect == "tsql" and word_of(token) == "GO") or _runs(tokens, at, dialect):
            yield chunk
            chunk, depth = [], 0
            continue
        if depth == 0 and dialect == "tsql" and chunk and decides(tokens, at):
            yield chunk
            chunk = []
        depth += deeper(token)
        chunk.append(token)
    yield chunk


def _runs(tokens: list[Token], at: int, dialect: str) -> bool:
    """Whether a slash stands alone on its line, where SQL*Plus runs what it has read."""
    if dialect != "oracle" or tokens[at].text != "/":
        return False
    line = tokens[at].line
    return (at == 0 or tokens[at - 1].line < line) and (at + 1 == len(tokens) or tokens[at + 1].line > line)


def nesting(tokens: Sequence[Token]) -> int:
    """The depth of parentheses and CASEs."""
    depth = deepest = 0
    for token in tokens:
        if token.text in _OPENING:
            depth += 1
            deepest = max(deepest, depth)
        elif token.text in _CLOSING:
            depth -= 1
    return deepest


_OPENING = frozenset(("(", "[", "{", "CASE", "case", "Case"))
_CLOSING = frozenset((")", "]", "}", "END", "end", "End"))


def _sensible(tree: Node | None) -> bool:
    """Not a mere expression or an unparsed command: some dialect reads nearly anything as one."""
    return tree is not None and tree.key not in ("command", "alias", "column", "anonymous", "dot")
