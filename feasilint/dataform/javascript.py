"""The part of JavaScript that states values: literals, templates, names, calls, conditions. The rest is `Unreadable`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Callable

_DEEPEST = 40
_TOKEN = re.compile(
    r"""(?P<space>(?:\s+|//[^\n]*|/\*.*?\*/)+)"""
    r"""|(?P<text>'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
    r"""|(?P<number>0[xX][\da-fA-F]+|\d[\d_]*(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)"""
    r"""|(?P<name>[A-Za-z_$][\w$]*)"""
    r"""|(?P<mark>===|!==|==|!=|=>|\?\?|\?\.|&&|\|\||\.\.\.|.)""",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u\{[\da-fA-F]{1,6}\}|u[\da-fA-F]{4}|x[\da-fA-F]{2}|\r\n|.)", re.DOTALL)
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r\n": ""}
_OPENING, _CLOSING = frozenset("([{"), frozenset(")]}")
_WORDS: dict[str, object] = {"true": True, "false": False, "null": None, "undefined": None}


class Node(Struct, frozen=True):
    """`text[start:end]` of the source is this expression."""

    start: int
    end: int


class Constant(Node, frozen=True):
    value: object


class Quasi(Node, frozen=True):
    """Text of a template; as it is written, if it is as long as its place."""

    text: str


class Template(Node, frozen=True):
    parts: tuple[Node, ...]


class Name(Node, frozen=True):
    """A name with its members: `dataform.projectConfig.vars.x`."""

    path: tuple[str, ...]


class Call(Node, frozen=True):
    path: tuple[str, ...]
    arguments: tuple[Node, ...]


class Array(Node, frozen=True):
    items: tuple[Node, ...]


class Object(Node, frozen=True):
    entries: tuple[tuple[str, Node], ...]


class Operation(Node, frozen=True):
    """`!a`, `a + b`, `a === b`, `a ? b : c`."""

    sign: str
    operands: tuple[Node, ...]


class Unreadable(Node, frozen=True):
    pass


Token: TypeAlias = tuple[str, str, int]  # kind, text, start


def expression(text: str, start: int = 0) -> Node:
    """The expression that starts here; its end is where it stops, whatever follows."""
    try:
        return _Parser(text, start).expression()
    except _TooDeepError:
        return Unreadable(start, len(text))


def closing(text: str, at: int) -> int:
    """The offset after the bracket that closes the one before `at`; the end of the text if there is none."""
    try:
        return _Parser(text, at).through_brackets()
    except _TooDeepError:
        return len(text)


class _TooDeepError(Exception):
    pass


class _Parser:
    def __init__(self, text: str, at: int) -> None:
        self.text = text
        self.at = self.last = at  # `last`: the end of the last token; `at` may be after the space that follows it
        self.depth = 0

    # --- tokens --------------------------------------------------------------------------------------------------------

    def peek(self) -> Token:
        found = _TOKEN.match(self.text, self.at)
        if found is not None and found.lastgroup == "space":
            self.at = found.end()
            found = _TOKEN.match(self.text, self.at)
        return ("end", "", len(self.text)) if found is None else (str(found.lastgroup), found[0], found.start())

    def next(self) -> Token:
        token = self.peek()
        self.at = self.last = token[2] + len(token[1])
        return token

    def takes(self, mark: str) -> bool:
        kind, text, _ = self.peek()
        if kind == "mark" and text == mark:
            self.next()
            return True
        return False

    def through_brackets(self) -> int:
        """Move after the bracket that closes an open one."""
        depth = 1
        while depth:
            kind, text, _ = self.next()
            if kind == "end":
                break
            if text == "`":
                self.template(self.at - 1)
            depth += (text in _OPENING) - (text in _CLOSING)
        return self.at

    # --- expressions ---------------------------------------------------------------------------------------------------

    def expression(self) -> Node:
        """An expression; one of another kind is skipped to where it can end."""
        start = self.peek()[2]
        made = self.conditional()
        if self.peek()[1] in _ENDS or self.line_ends(made.end):
            return made
        self.skip()
        return Unreadable(start, self.last)

    def line_ends(self, end: int) -> bool:
        """Whether a new line begins after what has been read, and nothing on it goes on with it."""
        kind, text, start = self.peek()
        return "\n" in self.text[end:start] and (kind == "name" or text not in _GOES_ON)

    def deeper(self, by: int) -> None:
        self.depth += by
        if self.depth > _DEEPEST:
            raise _TooDeepError

    def skip(self) -> None:
        """Move to the next comma or closing bracket of this level."""
        while (token := self.peek())[1] not in _ENDS:
            self.next()
            if token[1] == "`":
                self.template(token[2])
            elif token[1] in _OPENING:
                self.through_brackets()

    def conditional(self) -> Node:
        condition = self.equality()
        if not self.takes("?"):
            return condition
        self.deeper(1)
        yes = self.expression()
        no = self.expression() if self.takes(":") else Unreadable(self.last, self.last)
        self.deeper(-1)
        return Operation(condition.start, no.end, "?", (condition, yes, no))

    def equality(self) -> Node:
        left = self.sum()
        kind, sign, _ = self.peek()
        if kind == "mark" and sign in _EQUALITIES:
            self.next()
            right = self.sum()
            return Operation(left.start, right.end, _EQUALITIES[sign], (left, right))
        return left

    def sum(self) -> Node:
        operands = [self.operand()]
        while self.takes("+"):
            operands.append(self.operand())
        first, last = operands[0], operands[-1]
        return first if first is last else Operation(first.start, last.end, "+", tuple(operands))

    def operand(self) -> Node:
        kind, text, start = self.next()
        read = _OPERANDS.get(kind if kind != "mark" else text)
        self.deeper(1)
        made = read(self, text, start) if read is not None else Unreadable(start, self.last)
        self.deeper(-1)
        if self.peek()[1] in (".", "(", "[", "?.") and not self.line_ends(
            made.end
        ):  # of something that is no plain name
            self.skip()
            return Unreadable(start, self.last)
        return made

    def string(self, text: str, start: int) -> Node:
        return Template(start, self.last, (Quasi(start + 1, self.last - 1, _plain(text[1:-1])),))

    def number(self, text: str, start: int) -> Node:
        plain = text.replace("_", "")
        whole = re.fullmatch(r"0[xX][\da-fA-F]{1,16}|[1-9]\d{0,17}|0", plain)
        return Constant(start, self.last, int(plain, 0) if whole else float(plain) if plain.isascii() else None)

    def negated(self, _: str, start: int) -> Node:
        made = self.operand()
        known = isinstance(made, Constant) and isinstance(made.value, int | float)
        return Constant(start, made.end, -made.value) if known else Unreadable(start, made.end)  # type: ignore[attr-defined]

    def denied(self, _: str, start: int) -> Node:
        made = self.operand()
        return Operation(start, made.end, "!", (made,))

    def name(self, text: str, start: int) -> Node:
        if text in _WORDS:
            return Constant(start, self.last, _WORDS[text])
        path = [text]
        while self.peek()[1] in (".", "?."):
            self.next()
            path.append(self.next()[1])
        end = self.last
        if self.takes("("):
            arguments = self.listed(")")
            return Call(start, self.last, tuple(path), arguments)
        return Name(start, end, tuple(path))

    def array(self, _: str, start: int) -> Node:
        items = self.listed("]")
        return Array(start, self.last, items)

    def group(self, _: str, start: int) -> Node:
        made = self.listed(")")
        return made[0] if len(made) == 1 else Unreadable(start, self.last)

    def listed(self, end: str) -> tuple[Node, ...]:
        """Expressions between commas, up to the closing bracket."""
        items: list[Node] = []
        while self.peek()[0] != "end" and not self.takes(end):
            before = self.at
            items.append(self.expression())
            if not self.takes(",") and self.at == before:
                self.next()  # a bracket of another kind
        return tuple(items)

    def object(self, _: str, start: int) -> Node:
        entries: list[tuple[str, Node]] = []
        while self.peek()[0] != "end" and not self.takes("}"):
            before = self.at
            entries.extend(self.entry())
            if not self.takes(",") and self.at == before:
                self.next()
        return Object(start, self.last, tuple(entries))

    def entry(self) -> list[tuple[str, Node]]:
        """`key: value`, `key`; what else may stand in an object is skipped."""
        kind, text, start = self.next()
        key = _plain(text[1:-1]) if kind == "text" else text
        if kind in ("name", "text", "number") and self.takes(":"):
            return [(key, self.expression())]
        if kind == "name" and self.peek()[1] in (",", "}"):
            return [(key, Name(start, self.last, (key,)))]
        self.at = start
        self.skip()
        return []

    def template(self, start: int) -> Node:
        """A template, from its backtick on."""
        self.deeper(1)
        parts: list[Node] = []
        self.at = at = start + 1
        while self.at < len(self.text) and self.text[self.at] != "`":
            if self.text.startswith("${", self.at):
                parts.append(self.quasi(at))
                self.at += 2
                parts.append(self.expression())
                at = self.through_brackets()
            else:
                self.at += 2 if self.text[self.at] == "\\" else 1
        parts.append(self.quasi(at))
        self.at = self.last = min(self.at + 1, len(self.text))
        self.deeper(-1)
        return Template(start, self.at, tuple(part for part in parts if not isinstance(part, Quasi) or part.text))

    def quasi(self, start: int) -> Node:
        return Quasi(start, self.at, _plain(self.text[start : self.at]))


def _plain(text: str) -> str:
    """The characters that escapes stand for."""
    return _ESCAPE.sub(lambda found: _unescaped(found[1]), text) if "\\" in text else text


def _unescaped(code: str) -> str:
    digits = code[1:].strip("{}")
    if code[0] in "ux" and digits:
        number = int(digits, 16)
        return chr(number) if number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF else "\ufffd"
    return _ESCAPED.get(code, code)


_ENDS = frozenset(("", ",", ")", "]", "}", ":", ";"))
_GOES_ON = frozenset(
    (".", "?.", "?", "+", "===", "!==", "==", "!=", "&&", "||", "??", "-", "*", "/", "(", "[", "`", "=>")
)
_EQUALITIES = {"===": "==", "==": "==", "!==": "!=", "!=": "!="}
_OPERANDS: dict[str, Callable[[_Parser, str, int], Node]] = {
    "text": _Parser.string,
    "number": _Parser.number,
    "name": _Parser.name,
    "`": lambda parser, _, start: parser.template(start),
    "-": _Parser.negated,
    "!": _Parser.denied,
    "[": _Parser.array,
    "{": _Parser.object,
    "(": _Parser.group,
}
