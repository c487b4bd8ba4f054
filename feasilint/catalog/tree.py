"""YAML text as plain data whose every value knows its place.

Scalars stay the text that is written: what `NO`, `02:00` or `50e6` mean is up to the field that they are in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

import yaml
from msgspec import Struct, field

from feasilint.catalog.model import Mark

if TYPE_CHECKING:
    from collections.abc import Iterator

Path: TypeAlias = tuple[str | int, ...]

_STANDARD_TAG = "tag:yaml.org,2002:"
_NULL = _STANDARD_TAG + "null"
_MERGE = _STANDARD_TAG + "merge"
_DEEPEST = 40
_REPEATED_NODES = 100_000  # nodes that aliases may repeat; no honest catalog comes near
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TAB_INDENT = re.compile(r"^[ ]*\t", re.MULTILINE)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Takes every scalar for text but nothing and the merge key; without guessing at types it is twice as fast."""

    yaml_implicit_resolvers = {  # by first character
        first: [(tag, pattern) for tag, pattern in resolvers if tag in (_NULL, _MERGE)]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Problem(Struct, frozen=True):
    """Something wrong at a place of a file; `path` is where in the data, empty for the file as such."""

    mark: Mark
    path: Path
    message: str

    def __str__(self) -> str:
        where = spelled(self.path)
        return f"{self.mark.path}:{self.mark.line}:{self.mark.column}: {where}{': ' if where else ''}{self.message}"


class Tree(Struct, frozen=True):
    """Data of one file. `data` has dicts, lists, text and None; places are looked up when somebody asks."""

    path: str
    data: object
    root: yaml.Node | None = None

    def mark(self, path: Path) -> Mark:
        """Where the value at this path starts, or the nearest value around it that exists."""
        return self._mark(self._nodes(path)[-1])

    def key_mark(self, path: Path) -> Mark:
        """Where the key of a mapping's entry stands, or the list item."""
        nodes = self._nodes(path[:-1])
        if len(nodes) == len(path) and isinstance(nodes[-1], yaml.MappingNode):
            for key, _ in pairs(nodes[-1]):
                if key.value == path[-1]:
                    return self._mark(key)
        return self.mark(path)

    def key_marks(self, path: Path) -> dict[str, Mark]:
        """The places of all keys of the mapping at this path."""
        node = self._nodes(path)[-1]
        return {key.value: self._mark(key) for key, _ in pairs(node)} if isinstance(node, yaml.MappingNode) else {}

    def _nodes(self, path: Path) -> list[yaml.Node | None]:
        """The nodes from the root to this path, as far as they exist."""
        nodes = [self.root]
        for step in path:
            child = _child(nodes[-1], step)
            if child is None:
                break
            nodes.append(child)
        return nodes

    def _mark(self, node: yaml.Node | None) -> Mark:
        return Mark(self.path, 1, 1) if node is None else _mark(self.path, node.start_mark)


def spelled(path: Path) -> str:
    """`sources[3].latency`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def parse(text: str, path: str) -> tuple[Tree, list[Problem]]:
    """The data of YAML text. A syntax error is one problem and no data; duplicate keys and the like leave the rest."""
    tree = Tree(path, None)
    try:
        _reject_binary(text, path)
        root = yaml.compose(text, _Loader)
        reader = _Reader(path)
        return Tree(path, None if root is None else reader.value(root, ()), root), reader.problems
    except _Refused as refused:
        return tree, [refused.problem]
    except yaml.MarkedYAMLError as error:
        return tree, [_syntax_problem(error, text, path)]
    except (yaml.YAMLError, RecursionError) as error:
        return tree, [Problem(Mark(path, 1, 1), (), f"not readable as YAML: {str(error).splitlines()[0]}")]


def pairs(node: yaml.MappingNode) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
    """Keys and values of a mapping: its own first, then those that `<<` merges in and it does not have."""
    seen: set[str] = set()
    for mapping in _merged(node):
        for key, value in mapping.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE and key.value not in seen:
                seen.add(key.value)
                yield key, value


def _merged(node: yaml.MappingNode) -> list[yaml.MappingNode]:
    """The mapping and all that it merges in, each once, nearest first."""
    found = [node]
    for mapping in found:
        for key, value in mapping.value:
            if key.tag == _MERGE:
                merged = value.value if isinstance(value, yaml.SequenceNode) else [value]
                found.extend(item for item in merged if isinstance(item, yaml.MappingNode) and item not in found)
    return found


class _Refused(Exception):  # noqa: N818 - a signal, not an error
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Reader(Struct):
    """Turns nodes into data, and gives up on aliases that grow or loop."""

    path: str
    problems: list[Problem] = field(default_factory=list)
    _seen: set[int] = field(default_factory=set)
    _repeated: int = 0

    def value(self, node: yaml.Node, path: Path) -> object:
        self._guard(node, path)
        if isinstance(node, yaml.ScalarNode):
            return None if node.tag == _NULL and not node.style else str(node.value)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._mapping(node, path) if isinstance(node, yaml.MappingNode) else None

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, object]:
        data: dict[str, object] = {}
        merges = False
        for key, value in node.value:
            if key.tag == _MERGE:
                merges = True
            elif not isinstance(key, yaml.ScalarNode):
                self._report(key, path, "a key must be plain text")
            elif key.value in data:
                self._report(
                    key, path, f"duplicate key {key.value!r}; it also stands on line {_line_of(node, key.value)}"
                )
            else:
                data[key.value] = self.value(value, (*path, key.value))
        if merges:
            merged = {key.value: value for key, value in pairs(node) if key.value not in data}
            data.update((name, self.value(value, (*path, name))) for name, value in merged.items())
        return data

    def _report(self, node: yaml.Node, path: Path, message: str) -> None:
        self.problems.append(Problem(_mark(self.path, node.start_mark), path, message))

    def _guard(self, node: yaml.Node, path: Path) -> None:
        self._repeated += id(node) in self._seen
        self._seen.add(id(node))
        if self._repeated > _REPEATED_NODES:
            raise self._refuse(node, "aliases repeat too much; write the values out")
        if len(path) > _DEEPEST:
            raise self._refuse(node, "nested too deeply, or an alias inside of itself")
        if not node.tag.startswith(_STANDARD_TAG):
            self.problems.append(
                Problem(_mark(self.path, node.start_mark), path, f"unknown tag {node.tag!r}; remove it")
            )

    def _refuse(self, node: yaml.Node, message: str) -> _Refused:
        return _Refused(Problem(_mark(self.path, node.start_mark), (), message))


def _line_of(node: yaml.MappingNode, name: str) -> int:
    """The line of the first key with this name."""
    return next(int(key.start_mark.line) + 1 for key, _ in node.value if key.value == name)


def _child(node: yaml.Node | None, step: str | int) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in pairs(node) if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    return None


def _mark(path: str, mark: yaml.Mark) -> Mark:
    return Mark(path, mark.line + 1, mark.column + 1)


def _reject_binary(text: str, path: str) -> None:
    found = _CONTROL.search(text)
    if found:
        line, column = _position(text, found.start())
        message = f"a control character (U+{ord(found[0]):04X}); is this a text file?"
        raise _Refused(Problem(Mark(path, line, column), (), message))


def _syntax_problem(error: yaml.MarkedYAMLError, text: str, path: str) -> Problem:
    where = error.problem_mark or error.context_mark
    mark = Mark(path, 1, 1) if where is None else _mark(path, where)
    tab = _TAB_INDENT.search(text)
    if tab and _position(text, tab.end() - 1)[0] == mark.line:
        return Problem(Mark(path, *_position(text, tab.end() - 1)), (), "a tab; indent with spaces")
    context = f" {error.context}" if error.context else ""
    return Problem(mark, (), f"not valid YAML: {error.problem}{context}")


def _position(text: str, offset: int) -> tuple[int, int]:
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
