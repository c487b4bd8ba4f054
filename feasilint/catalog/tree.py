"""YAML text as plain data whose every value knows its place.

Scalars stay the text that is written: what `NO`, `02:00` or `50e6` mean is up to the field that they are in. The data is made of
libyaml's events: a tree of nodes would take four times the memory.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any, TypeAlias

import yaml
from msgspec import Struct, field

from feasilint.catalog import syntax
from feasilint.catalog.model import Mark
from feasilint.catalog.scalars import shown

if TYPE_CHECKING:
    from collections.abc import Iterator

Path: TypeAlias = tuple[str | int, ...]
_Event: TypeAlias = Any  # PyYAML's classes of events have no types
_Data: TypeAlias = "dict[str, object] | list[object]"

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_STANDARD_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_DEEPEST = 40
_REPEATED = 100_000  # values that aliases may repeat; no honest catalog comes near
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Start: TypeAlias = tuple[int, int]


class Problem(Struct, frozen=True):
    """Something wrong at a place of a file; `path` is where in the data, empty for the file as such."""

    mark: Mark
    path: Path
    message: str

    def __str__(self) -> str:
        where = spelled(self.path)
        return f"{self.mark.path}:{self.mark.line}:{self.mark.column}: {where}{': ' if where else ''}{self.message}"


class Tree(Struct, frozen=True):
    """Data of one file: dicts, lists, text and None. What an alias repeats is the same object."""

    path: str
    data: object
    start: _Start = (1, 1)
    _places: dict[int, array[int]] = field(
        default_factory=dict
    )  # by id: lines and columns of the items, of keys and values

    @property
    def written(self) -> bool:
        """Whether the data stands in a text."""
        return bool(self._places)

    def value(self, path: Path) -> object:
        """The value at this path; None if there is none."""
        steps = list(self._steps(path))
        return self.data if not path else _child(*steps[-1]) if len(steps) == len(path) else None

    def mark(self, path: Path) -> Mark:
        """Where the value at this path starts, or the nearest value around it that exists."""
        at = self.start
        for around, step in self._steps(path):
            at = self._start(around, step)
        return Mark(self.path, *at)

    def key_mark(self, path: Path) -> Mark:
        """Where the key of a mapping's entry stands, or the list item."""
        steps = list(self._steps(path))
        if len(steps) == len(path) and steps and isinstance(steps[-1][0], dict):
            return Mark(self.path, *self._start(*steps[-1], key=True))
        return self.mark(path)

    def key_marks(self, path: Path) -> dict[str, Mark]:
        """The places of all keys of the mapping at this path."""
        found = self.value(path)
        places = self._places.get(id(found))
        if places is None or not isinstance(found, dict):
            return {}
        file = self.path
        return {
            key: Mark(file, line, column) for key, line, column in zip(found, places[::4], places[1::4], strict=True)
        }

    def _steps(self, path: Path) -> Iterator[tuple[_Data, str | int]]:
        """The containers on the way to this path and the step from each, as far as they exist."""
        here = self.data
        for step in path:
            if not isinstance(here, (dict, list)) or not _has(here, step):
                return
            yield here, step
            here = _child(here, step)

    def _start(self, around: _Data, step: str | int, *, key: bool = False) -> _Start:
        places = self._places.get(id(around))
        if places is None:
            return self.start
        at = int(step) * 2 if isinstance(around, list) else list(around).index(str(step)) * 4 + (0 if key else 2)
        return places[at], places[at + 1]


def spelled(path: Path) -> str:
    """`sources[3].latency`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def parse(text: str, path: str) -> tuple[Tree, list[Problem]]:
    """The data of YAML text. A syntax error is one problem and no data; duplicate keys and the like leave the rest."""
    tree = Tree(path, None)
    try:
        wrong = syntax.no_text(text)
        if wrong is None:
            return _Reader(path, _LOADER(text).get_event).document()
    except _Refused as refused:
        return tree, [refused.problem]
    except yaml.MarkedYAMLError as error:
        wrong = syntax.conflict(text) or syntax.fault(error, text)
    except yaml.YAMLError as error:
        wrong = 1, 1, f"not readable as YAML: {str(error).splitlines()[0]}"
    line, column, message = wrong
    return tree, [Problem(Mark(path, line, column), (), message)]


def _has(around: _Data, step: str | int) -> bool:
    return step in around if isinstance(around, dict) else isinstance(step, int) and step < len(around)


def _child(around: _Data, step: str | int) -> object:
    return around[step] if isinstance(around, dict) else around[int(step)]  # type: ignore[index]


class _Refused(Exception):  # noqa: N818 - a signal, not an error
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class _Anchored(Struct):
    """What an anchor names. `size`: how many values it is, None while it is still being read."""

    value: object
    start: _Start
    size: int | None = None


class _Reader(Struct):
    """Turns events into data, and gives up on aliases that grow or loop."""

    path: str
    event: Any
    problems: list[Problem] = field(default_factory=list)
    places: dict[int, array[int]] = field(default_factory=dict)
    anchors: dict[str, _Anchored] = field(default_factory=dict)
    values: int = 0
    repeated: int = 0

    def document(self) -> tuple[Tree, list[Problem]]:
        """The only document of the text."""
        self.event()  # the stream
        if type(self.event()) is yaml.StreamEndEvent:
            return Tree(self.path, None), []
        first = self.event()
        start = _start_of(first)
        tree = Tree(self.path, self.value(first, ()), start, self.places)
        self.event()  # the end of the document
        if type(more := self.event()) is not yaml.StreamEndEvent:
            raise self._refused(more, "a second document; a catalog is one, so remove the `---`")
        return tree, self.problems

    def value(self, event: _Event, path: Path) -> object:
        """The data that starts with this event."""
        kind = type(event)
        self.values += 1
        if kind is yaml.ScalarEvent:
            if event.tag or event.anchor:
                return self._marked_scalar(event, path)
            text = event.value
            return None if text in _NULLS and event.implicit[0] else text
        if kind is yaml.AliasEvent:
            return self._anchored(event).value
        if len(path) > _DEEPEST:
            raise self._refused(event, "nested too deeply")
        data: _Data = {} if kind is yaml.MappingStartEvent else []
        self._check_tag(event, path, _STANDARD_TAG + ("map" if isinstance(data, dict) else "seq"))
        known, before = self._anchor(event, data), self.values
        if isinstance(data, dict):
            self._fill_mapping(data, path)
        else:
            self._fill_list(data, path)
        if known is not None:
            known.size = self.values - before + 1
        return data

    def _marked_scalar(self, event: _Event, path: Path) -> object:
        self._check_tag(event, path, _STANDARD_TAG)
        nothing = event.value in _NULLS and event.implicit[0] and not event.tag
        value = None if nothing or event.tag == _STANDARD_TAG + "null" else event.value
        known = self._anchor(event, value)
        if known is not None:
            known.size = 1
        return value

    def _fill_list(self, data: list[object], path: Path) -> None:
        starts: list[int] = []
        event, value = self.event, self.value
        while type(item := event()) is not yaml.SequenceEndEvent:
            starts += self._place(item)
            data.append(value(item, (*path, len(data))))
        self.places[id(data)] = array("I", starts)

    def _fill_mapping(self, data: dict[str, object], path: Path) -> None:
        starts: list[int] = []
        merged: list[dict[str, object]] = []
        event, value = self.event, self.value
        while type(key := event()) is not yaml.MappingEndEvent:
            name = self._key(key, path)
            item = event()
            if name == _MERGE and key.implicit[0]:
                merged += self._mergeable(value(item, (*path, name)), item, path)
            elif name is None or name in data:
                if name is not None:
                    line = starts[list(data).index(name) * 4]
                    self._report(key, path, f"duplicate key {shown(name)}; it also stands on line {line}")
                value(item, path)
            else:
                mark = key.start_mark
                starts += (mark.line + 1, mark.column + 1, *self._place(item))
                data[name] = value(item, (*path, name))
        for other in merged:
            self._merge(data, starts, other)
        self.places[id(data)] = array("I", starts)

    def _key(self, event: _Event, path: Path) -> str | None:
        if type(event) is yaml.ScalarEvent:
            if event.anchor:
                self._marked_scalar(event, path)
            return str(event.value)
        found = self.value(event, path)
        if type(event) is yaml.AliasEvent and isinstance(found, str):
            return found
        self._report(event, path, "a key must be plain text")
        return None

    def _mergeable(self, value: object, event: _Event, path: Path) -> list[dict[str, object]]:
        found = value if isinstance(value, list) else [value]
        if not all(isinstance(one, dict) for one in found):
            self._report(event, path, "`<<` takes the alias of a mapping, as `<<: *nightly`, or a list of such")
        return [one for one in found if isinstance(one, dict)]

    def _merge(self, data: dict[str, object], starts: list[int], other: dict[str, object]) -> None:
        """Take what the other mapping has and this one does not, at its place there."""
        places = self.places[id(other)]
        for at, (name, value) in enumerate(other.items()):
            if name not in data:
                data[name] = value
                starts += places[at * 4 : at * 4 + 4]

    def _place(self, event: _Event) -> _Start:
        """Where a value starts; of an alias, where what it stands for does."""
        if type(event) is yaml.AliasEvent and event.anchor in self.anchors:
            return self.anchors[event.anchor].start
        mark = event.start_mark
        return mark.line + 1, mark.column + 1

    def _anchor(self, event: _Event, value: object) -> _Anchored | None:
        if not event.anchor:
            return None
        if event.anchor in self.anchors:
            line = self.anchors[event.anchor].start[0]
            raise self._refused(
                event, f"the anchor &{event.anchor} is already on line {line}; call one of them otherwise"
            )
        known = self.anchors[event.anchor] = _Anchored(value, _start_of(event))
        return known

    def _anchored(self, event: _Event) -> _Anchored:
        known = self.anchors.get(event.anchor)
        if known is None:
            raise self._refused(event, f"no anchor above is called &{event.anchor}; put text with a `*` in quotes")
        if known.size is None:
            raise self._refused(event, f"the alias *{event.anchor} stands inside of what it names")
        self.values += known.size
        self.repeated += known.size
        if self.repeated > _REPEATED:
            raise self._refused(event, "aliases repeat too much; write the values out")
        return known

    def _check_tag(self, event: _Event, path: Path, known: str) -> None:
        if not event.tag or event.tag == "!" or event.tag.startswith(known):
            return
        tag = event.tag.replace(_STANDARD_TAG, "!!")
        if tag != event.tag:
            raise self._refused(event, f"the tag {tag} does not fit; remove it", path)
        self._report(event, path, f"unknown tag {shown(tag)}; remove it")

    def _report(self, event: _Event, path: Path, message: str) -> None:
        self.problems.append(Problem(Mark(self.path, *_start_of(event)), path, message))

    def _refused(self, event: _Event, message: str, path: Path = ()) -> _Refused:
        return _Refused(Problem(Mark(self.path, *_start_of(event)), path, message))


def _start_of(event: _Event) -> _Start:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1
