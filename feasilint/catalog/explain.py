"""pydantic's errors in the words of a catalog, each at its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.catalog.remedy import remedy
from feasilint.catalog.scalars import shown
from feasilint.catalog.schema import SHAPES
from feasilint.catalog.tree import Path, Problem, Tree

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

_EXPECTED: dict[str, str] = {
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
_TEXT = frozenset({"string_type", "string_too_short"})
_Teller: TypeAlias = "Callable[[ErrorDetails, Path, Tree], Problem]"


def problems(error: ValidationError, tree: Tree, told: Collection[Path] = ()) -> Iterator[Problem]:
    """One problem for each thing that pydantic found wrong. `told`: where YAML is wrong already, so that its shape is no news."""
    for detail in error.errors(include_url=False):
        path = tuple(step for step in detail["loc"] if step != "[key]")
        if path in told and detail["type"] in (*_EXPECTED, *_TEXT):
            continue
        yield _TELLERS.get(detail["type"], _tell)(detail, path, tree)


def _tell(detail: ErrorDetails, path: Path, tree: Tree) -> Problem:
    expected = "text" if detail["type"] in _TEXT else _EXPECTED.get(detail["type"])
    message = f"expected {expected}, found {_found(detail['input'])}{_as(path)}" if expected else detail["msg"]
    if expected == "a mapping" and not path:
        message = "a catalog is a mapping that starts with `version: 1`"
    return Problem(tree.mark(path), path, message)


def _tell_missing(_detail: ErrorDetails, path: Path, tree: Tree) -> Problem:
    key = path[-1]
    advice = "; add `version: 1`" if path == ("version",) else ""
    return Problem(tree.mark(path[:-1]), path[:-1], f"missing key {key!r}{advice}")


def _tell_unknown(_detail: ErrorDetails, path: Path, tree: Tree) -> Problem:
    key = str(path[-1])
    known = _known_keys(path[:-1])
    advice = remedy(key, known, f"known keys are {', '.join(known)}")
    return Problem(tree.key_mark(path), path[:-1], f"unknown key {shown(key)}; {advice}")


def _tell_within(detail: ErrorDetails, path: Path, tree: Tree) -> Problem:
    item = (*path, detail["ctx"]["step"])
    return Problem(tree.mark(item), item, detail["msg"])


_TELLERS: dict[str, _Teller] = {
    "missing": _tell_missing,
    "extra_forbidden": _tell_unknown,
    "told_within": _tell_within,
}


def _known_keys(path: Path) -> tuple[str, ...]:
    """The keys of a mapping at this path."""
    model = _shape(path)
    return () if model is None else tuple(field.alias or name for name, field in model.model_fields.items())


def _as(path: Path) -> str:
    """How to write it: what a key has as its example, or what an entry needs."""
    around, shape = _shape(path[:-1]), _shape(path)
    fields = {field.alias or name: field for name, field in around.model_fields.items()} if around is not None else {}
    if path and path[-1] in fields:
        return f"; write it as {path[-1]}: {(fields[str(path[-1])].examples or ['…'])[0]}"
    needed = [name for name, field in shape.model_fields.items() if field.is_required()] if shape is not None else []
    return f"; it needs {' and '.join(f'`{name}:`' for name in needed)}" if needed else ""


def _shape(path: Path) -> type[BaseModel] | None:
    """What stands at a path."""
    for shape, model in SHAPES.items():
        if len(shape) == len(path) and all(step in ("*", at) for step, at in zip(shape, path, strict=True)):
            return model
    return None


def _found(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    return "nothing" if value is None or value == "" else shown(str(value))
