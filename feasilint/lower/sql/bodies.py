"""Routines and blocks that are written out statement by statement: their variables end with them, and what they give is kept."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.ir import Expression, Param
from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.declarations import SECTIONED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from feasilint.lower.sql.adapter import Node, Token
    from feasilint.lower.sql.scope import Rows, Session

_HEADER = re.compile(
    r"\b(?:procedure|proc|function)\s+(?P<name>[\w.\"`\[\]]+)\s*(?:\((?P<parameters>[^()]*(?:\([^()]*\)[^()]*)*)\))?",
    re.IGNORECASE,
)
_TABLE = re.compile(r"\breturns\s+@(\w+)\s+table\b", re.IGNORECASE)
_SILENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)|'(?:[^']|'')*'", re.DOTALL)
_WORD = re.compile(
    r"\b(?:(?P<other>end\s+(?:if|loop|while|for|repeat|transaction|tran)|begin\s+(?:transaction|tran|work))"
    r"|(?P<case>end\s+case)|(?P<word>begin|case|end|go))\b",
    re.IGNORECASE,
)
_MODES = ("in", "out", "inout")
_INNER = frozenset(("LET", "FOR", "FOREACH", "FORALL", "FETCH", "OPEN"))
"""First words of statements that name variables inside a block, not in the section before it."""


class _Block(Struct):
    """Something that ends. `before`: the values of what is declared inside from before; `begun`: whether BEGIN has come, or
    only a declaration; `routine`: its name, if it is the body of one; `rows`: those of its last query, `table`: the variable
    that it returns."""

    before: dict[str, Expression | None] = field(default_factory=dict)
    begun: bool = True
    case: bool = False
    routine: str = ""
    rows: Rows | None = None
    table: str = ""


class Bodies:
    """Follows the words between the statements of a text into blocks and out of them."""

    def __init__(self, session: Session, dialect: str, remember: Callable[[str, Rows | None, str], None]) -> None:
        self._session = session
        self._sectioned = dialect in SECTIONED
        self._flat = dialect == "tsql"  # a variable lives as long as its batch
        self._remember = remember
        self._blocks: list[_Block] = []

    def between(self, text: str) -> None:
        """The text from one statement to the next."""
        if len(text) < 4:
            return
        plain = _SILENT.sub(" ", text)
        header = next(reversed(list(_HEADER.finditer(plain))), None)
        if header is not None:
            self._enter(header["name"], header["parameters"] or "")
            plain = plain[header.end() :]
            returned = _TABLE.search(plain)
            self._blocks[-1].table = returned[1] if returned is not None else ""
        for found in _WORD.finditer(plain):
            self._word((found["word"] or ("end case" if found["case"] else "")).lower())

    def declares(self, tree: Node, tokens: Sequence[Token]) -> None:
        """A statement comes: what it declares ends with the block around it, or with the one that is about to begin."""
        if not isinstance(tree, exp.Declare):
            return
        section = self._sectioned and tokens[0].text.upper() not in _INNER
        if section and not (self._blocks and not self._blocks[-1].begun):
            self._blocks.append(_Block(begun=False))
        if self._blocks and not self._flat:
            for name in (name for item in tree.expressions for name in item.this):
                self._keep(str(name.name).lower())

    def gave(self, rows: Rows) -> None:
        """The rows of a bare query: what a procedure gives that says nothing else."""
        for block in reversed(self._blocks):
            if block.routine:
                block.rows = rows
                return

    def _keep(self, name: str) -> None:
        self._blocks[-1].before.setdefault(name, self._session.variables.get(name))

    def _word(self, word: str) -> None:
        top = self._blocks[-1] if self._blocks else None
        if word == "case":
            self._blocks.append(_Block(case=True))
        elif word == "begin" and top is not None and not top.begun:
            top.begun = True
        elif word == "begin":
            self._blocks.append(_Block())
        elif word == "go":
            while self._flat and self._blocks:
                self._leave()
        elif word and top is not None and (word == "end" or top.case):
            self._leave()

    def _enter(self, name: str, parameters: str) -> None:
        """A routine begins: one that is open ends here, whatever closes it has not been seen."""
        at = next((at for at, block in enumerate(self._blocks) if block.routine), len(self._blocks))
        while len(self._blocks) > at:
            self._leave()
        self._blocks.append(_Block(begun=False, routine=re.split(r"\.", name)[-1].strip('"`[]').lower()))
        self._session.returned, self._session.given = [], []
        for one in parameters.split(","):
            for parameter in _first_name(one):
                self._keep(parameter)
                self._session.variables.setdefault(parameter, Param(parameter))

    def _leave(self) -> None:
        block = self._blocks.pop()
        if block.routine:
            self._remember(block.routine, block.rows if self._flat else None, block.table)
            self._session.returned, self._session.given = [], []
        for name, value in block.before.items():
            if value is None:
                self._session.variables.pop(name, None)
            else:
                self._session.variables[name] = value


def _first_name(parameter: str) -> list[str]:
    words = [word.strip('"`[]').lower() for word in parameter.split()]
    return words[1:2] if words[:1] and words[0] in _MODES else words[:1]
