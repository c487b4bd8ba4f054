"""One statement of the scanned code as a concrete syntax tree: what is not changed keeps its formatting and its comments."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from feasilint.lower.python.nodes import NodeIndex, nodes
from feasilint.suggest.imports import Imports, Spelling
from feasilint.suggest.moment import AS_OF, moment
from feasilint.syntax import parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

    from feasilint.ir import Fragment, Program
    from feasilint.suggest.bounded import Bound

    Edit = Callable[[cst.CSTNode], cst.CSTNode]

RECENT = "recent"
_TIGHT = (cst.Name, cst.Attribute, cst.Call, cst.Subscript)
_SIMPLE = (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)


class Statement:
    """A simple statement of a fragment. `line`: where it begins in the fragment; `indent`: how far its lines stand in."""

    def __init__(self, text: str, line: int, indent: int) -> None:
        self.line, self.text, self._indent = line, text, indent
        self.module = cst.parse_module(text)
        found = MetadataWrapper(self.module, unsafe_skip_copy=True).resolve(PositionProvider)
        self._at: dict[tuple[int, int, int, int], cst.BaseExpression] = {}
        for node, place in found.items():
            if isinstance(node, cst.BaseExpression):
                where = (place.start.line, place.start.column, place.end.line, place.end.column)
                self._at.setdefault(where, node)
        self._parents = {child: node for node in _below(self.module) for child in node.children}

    def at(self, start: int, end: int) -> cst.BaseExpression | None:
        """The expression between two offsets of the text."""
        return self._at.get((*_place(self.text, start), *_place(self.text, end)))

    def above(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        """The node and its ancestors, nearest first."""
        at: cst.CSTNode | None = node
        while at is not None:
            yield at
            at = self._parents.get(at)

    def parent(self, node: cst.CSTNode) -> cst.CSTNode | None:
        return self._parents.get(node)

    def edited(self, edits: dict[cst.CSTNode, Edit]) -> str:
        """The text with nodes exchanged; each edit gets its node with the edits below it already made."""
        return _unindented(self.module.visit(_Edits(edits)).code.rstrip("\n"), self._indent)


class _Edits(cst.CSTTransformer):
    def __init__(self, edits: dict[cst.CSTNode, Edit]) -> None:
        super().__init__()
        self._edits = edits

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> cst.CSTNode:  # type: ignore[override]
        edit = self._edits.get(original_node)
        return edit(updated_node) if edit is not None else updated_node


def statement(fragment: Fragment, node: int) -> tuple[Statement, cst.BaseExpression] | None:
    """The simple statement around a node of a fragment, by its preorder index, and the node in it; None where there is none."""
    every = nodes(fragment)
    target = every[node] if node < len(every) else None
    if not isinstance(target, ast.expr):
        return None
    index = NodeIndex(every[0], fragment.text)
    start, end = index.extent(target)
    around = next((s for s in reversed(every[:node]) if isinstance(s, ast.stmt) and index.extent(s)[1] >= end), None)
    if not isinstance(around, _SIMPLE):
        return None
    first, last = index.extent(around)
    indent = first - (fragment.text.rfind("\n", 0, first) + 1)
    made = _parsed(fragment.text[first : _comment(fragment.text, last)], around.lineno, indent)
    found = made.at(start - first, end - first) if made is not None else None
    return (made, found) if made is not None and found is not None else None


@lru_cache(maxsize=8)
def _parsed(text: str, line: int, indent: int) -> Statement | None:
    """Several aggregates of one statement are rewritten one after the other."""
    try:
        return Statement(text, line, indent)
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return None


def _comment(text: str, end: int) -> int:
    """The end of a line where nothing but a comment follows."""
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    return stop if text[end:stop].lstrip().startswith("#") else end


def _place(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - (text.rfind("\n", 0, offset) + 1)


def _below(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    yield node
    for child in node.children:
        yield from _below(child)


def _unindented(text: str, indent: int) -> str:
    """The lines after the first moved left together with it; not where a string goes over them."""
    first, *rest = text.split("\n")
    moved = "\n".join([first, *(line.removeprefix(" " * indent) for line in rest)])
    return moved if moved == text or ast.dump(parsed(moved)) == ast.dump(parsed(text)) else text


# --- chains of calls ---


def base(node: cst.BaseExpression) -> cst.BaseExpression:
    """Down a chain of calls, attributes and subscripts to what it begins with."""
    while True:
        match node:
            case cst.Call(func=below) | cst.Attribute(value=below) | cst.Subscript(value=below):
                node = below
            case _:
                return node


def calls(node: cst.BaseExpression) -> Iterator[cst.Call]:
    """The calls of methods in a chain, the last one first."""
    while True:
        match node:
            case cst.Call(func=cst.Attribute(value=below)):
                yield node
                node = below
            case cst.Call(func=below) | cst.Attribute(value=below) | cst.Subscript(value=below):
                node = below
            case _:
                return


def method(call: cst.BaseExpression) -> str:
    """The name of the method or function that is called; empty for anything else."""
    match call:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name)):
            return name
        case _:
            return ""


def argument(call: cst.Call, at: int, *names: str) -> cst.BaseExpression | None:
    """An argument by its position or one of its names."""
    plain = [arg for arg in call.args if arg.keyword is None and not arg.star]
    if at < len(plain) and plain[at] is call.args[at]:
        return plain[at].value
    return next((arg.value for arg in call.args if arg.keyword is not None and arg.keyword.value in names), None)


def text_of(node: cst.CSTNode | None) -> str | None:
    """The value of a plain string."""
    if not isinstance(node, cst.SimpleString) or "b" in node.prefix:
        return None
    value = node.evaluated_value
    return value if isinstance(value, str) else None


def named(node: cst.CSTNode, bound: Bound) -> Iterator[tuple[cst.CSTNode, Edit]]:
    """The edit that puts the window into a name, which is a plain string or the name of a keyword."""
    value = text_of(node)
    if value is not None:
        new = bound.named(value)
        yield node, lambda old: old.with_changes(value=code(old).replace(value, new))


def written(text: str) -> Edit:
    """The edit that puts an expression in place of another."""
    return lambda _: cst.parse_expression(text)


def enclosed(text: str) -> Edit:
    """The same in parentheses, unless the place it goes to has some."""
    return lambda _: cst.parse_expression(f"({text})")


def within(node: cst.CSTNode) -> Iterator[cst.Call]:
    """The calls in a piece of code."""
    if isinstance(node, cst.Call):
        yield node
    for child in node.children:
        yield from within(child)


def names_in(node: cst.CSTNode, name: str) -> Iterator[cst.Name]:
    """Where an expression mentions a variable."""
    if isinstance(node, cst.Name) and node.value == name:
        yield node
    parts = [node.value] if isinstance(node, cst.Attribute | cst.Arg) else node.children
    for part in parts:
        yield from names_in(part, name)


def exchanged(node: cst.CSTNode, edits: dict[cst.CSTNode, Edit]) -> str:
    """A piece of code with nodes exchanged."""
    made = node.visit(_Edits(edits))
    return code(made) if isinstance(made, cst.CSTNode) else ""


def code(node: cst.CSTNode) -> str:
    """A node as it is written."""
    return cst.Module([]).code_for_node(node)


# --- what rewrites share ---


class Place:
    """Where a rewrite takes place: a node in its statement, what it may call things, and the time of prediction."""

    def __init__(self, program: Program, fragment: int, made: Statement, node: cst.BaseExpression) -> None:
        self.program, self.fragment, self.statement, self.node = program, fragment, made, node
        self.spelling = Spelling(Imports.of(program))
        self.as_of = moment(program, fragment, made.line)
        self.explained = "the time of prediction"

    @property
    def looped(self) -> frozenset[str]:
        """The names that loops around the statement bind: another frame each time."""
        loops = (one for one in nodes(self.program.fragments[self.fragment]) if isinstance(one, ast.For))
        around = (loop for loop in loops if loop.lineno <= self.statement.line <= (loop.end_lineno or loop.lineno))
        return frozenset(at.id for loop in around for at in ast.walk(loop.target) if isinstance(at, ast.Name))

    def unused(self, name: str) -> str:
        """The name, or one like it that the document does not use yet."""
        texts = [fragment.text for fragment in self.program.fragments if fragment.language == "python"]
        while any(re.search(rf"\b{name}\b", text) for text in texts):
            name += "_"
        return name

    def within(self, edits: Container[cst.CSTNode]) -> bool:
        """Whether the node or a part of it is among those that are edited."""
        return any(node in edits for node in _below(self.node))

    def written(self, text: str, *before: str) -> str:
        """The code with the imports and lines that it needs before it; a time of prediction that is new is explained."""
        explained = [] if self.as_of != AS_OF else [f"# {AS_OF}: {self.explained}"]
        used = explained if any(AS_OF in line for line in (*before, text)) else []
        return "\n".join([*self.spelling.lines, *used, *before, text])


def grouping(place: Place, names: frozenset[str]) -> cst.Call | None:
    """The call of one of these methods in the chain around a node, or in a chain that it is an argument of."""
    for at in place.statement.above(place.node):
        if isinstance(at, cst.BaseExpression):
            found = next((call for call in calls(at) if method(call) in names), None)
            if found is not None:
                return found
    return None


def restricted(
    place: Place,
    group: cst.Call,
    step: str,
    edits: dict[cst.CSTNode, Edit],
    name: str = RECENT,
    after: Callable[[str], str] | None = None,
    before: str = "",
) -> str:
    """The statement with a step (`where(…)`) between a frame and its grouping: in the chain where it goes over lines, else as
    rows of their own under a `name`. `after`: a line that needs those rows, `before`: one that comes before them."""
    func = cst.ensure_type(group.func, cst.Attribute)
    if isinstance(func.dot.whitespace_before, cst.ParenthesizedWhitespace) and after is None and not before:
        broken = _plain(func.dot.whitespace_before)

        def with_step(node: cst.CSTNode) -> cst.CSTNode:
            node = cst.ensure_type(node, cst.Attribute)
            called = cst.ensure_type(cst.parse_expression(f"_.{step}"), cst.Call)
            inner = cst.Attribute(node.value, cst.ensure_type(called.func, cst.Attribute).attr, node.dot)
            return node.with_changes(
                value=called.with_changes(func=inner), dot=node.dot.with_changes(whitespace_before=broken)
            )

        return place.written(place.statement.edited({**edits, func: with_step}))
    source = code(func.value)
    source = f"({source})" if "\n" in source or not isinstance(func.value, _TIGHT) else source
    name = place.unused(name)
    text = place.statement.edited({**edits, func: lambda node: node.with_changes(value=cst.Name(name))})
    lines = [*filter(None, [before]), f"{name} = {source}.{step}", *([after(name)] if after is not None else [])]
    return place.written(text, *lines)


def _plain(space: cst.ParenthesizedWhitespace) -> cst.ParenthesizedWhitespace:
    """The same break of the line without its comments."""
    return space.with_changes(first_line=cst.TrailingWhitespace(), empty_lines=[])


def assigned(place: Place, name: str) -> cst.BaseExpression | None:
    """What a name was last set to before the statement, as it is written there."""
    found = None
    for at, fragment in enumerate(place.program.fragments[: place.fragment + 1]):
        for where, text in _assigned(fragment.text).get(name, ()) if fragment.language == "python" else ():
            if at < place.fragment or where < place.statement.line:
                found = text
    try:
        return cst.parse_expression(found) if found is not None else None
    except (cst.ParserSyntaxError, cst.CSTValidationError, RecursionError):
        return None


@lru_cache(maxsize=64)
def _assigned(text: str) -> dict[str, list[tuple[int, str]]]:
    """The lines at which names are set to one value, and that value, in parentheses so that it can stand on several lines."""
    found: dict[str, list[tuple[int, str]]] = {}
    try:
        tree = parsed(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return found
    index = NodeIndex(tree, text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            start, end = index.extent(node.value)
            found.setdefault(node.targets[0].id, []).append((node.lineno, f"({text[start:end]})"))
    return {name: sorted(values) for name, values in found.items()}
