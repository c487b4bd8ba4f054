"""Changed data back into the text of a catalog, of which all that did not change stays as somebody wrote it.

ruamel.yaml keeps comments, anchors and quotes. What else it would write differently (long lines, spaces) is taken out again: its
text of the unchanged data is the base of a three-way merge between the file and its text of the changed data.
"""

from __future__ import annotations

import io
import os
import re
import tempfile
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from merge3 import Merge3
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.util import load_yaml_guess_indent

from feasilint.catalog.fingerprint import texted
from feasilint.catalog.schema import CatalogSchema, ModelSchema, PredictionPointSchema, SourceSchema
from feasilint.catalog.tree import parse
from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pydantic import BaseModel

    from feasilint.catalog.merge import Data

MODELINE = "# yaml-language-server: $schema=https://raw.githubusercontent.com/feasilint/feasilint/main/feasilint/catalog/catalog.schema.json"
_WIDEST = 1_000_000  # no line is broken
_LONGEST = 100  # characters of a mapping in one line
_LONGEST_MERGE = 60_000  # lines; above, ruamel's own layout is good enough
_ORDERS: dict[tuple[str, ...], type[BaseModel]] = {  # of the keys of new entries
    (): CatalogSchema,
    ("sources",): SourceSchema,
    ("models",): ModelSchema,
    ("prediction_points",): PredictionPointSchema,
}
_LONGEST_RECORD = 170  # of provenance, which nobody reads twice
_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TODO = re.compile(r"^ *# *TODO (\w+)\b.*\n", re.MULTILINE)


def changed_text(text: str, old: Data, new: Data) -> str:
    """The text of a catalog file whose data were `old`, with `new`."""
    if not text.strip():
        text = f"{MODELINE}\nversion: 1\n"
    elif not old:
        text = f"{text.rstrip()}\nversion: 1\n"
    return _without_done(edited(text, old, {"version": "1", **new}), new)


def edited(text: str, old: Data, new: Data) -> str:
    """The text of a YAML mapping whose data were `old`, with `new`; scalars of both as text."""
    yaml = _yaml(text)
    root = yaml.load(text)
    base = _dumped(yaml, root)
    _apply(root, old, new, ())
    return _like_the_file(text, base, _dumped(yaml, root))


def block(value: object, path: tuple[str, ...] = ()) -> str:
    """New data as YAML text; `path` is the section that they belong to."""
    yaml = _yaml("")
    yaml.indent(mapping=2, sequence=2, offset=0)
    return _dumped(yaml, _made(texted(value), path))


def write(path: str, text: str) -> None:
    """Replace a file by a text, all of it or nothing. Raises UsageError."""
    folder = Path(path).parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder, prefix=f".{Path(path).name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            Path(draft).chmod(Path(path).stat().st_mode & 0o777 if Path(path).exists() else 0o644)
            Path(draft).replace(Path(path).resolve())
        except BaseException:
            with suppress(OSError):
                Path(draft).unlink()
            raise
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _yaml(text: str) -> YAML:
    """A reader and writer that indents as this text does."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _WIDEST
    _, _, offset = load_yaml_guess_indent(text)
    inner = 2 if offset is None else offset
    yaml.indent(mapping=2, sequence=inner + 2, offset=inner)
    return yaml


def _dumped(yaml: YAML, root: object) -> str:
    out = io.StringIO()
    yaml.dump(root, out)
    return out.getvalue()


def _like_the_file(text: str, base: str, result: str) -> str:
    """The result with the file's own layout wherever nothing changed."""
    if text == base or text.count("\n") > _LONGEST_MERGE:
        return result
    before, here, there = (part.splitlines(keepends=True) for part in (base, text, result))
    groups = Merge3(before, here, there).merge_groups()
    merged = "".join(line for group in groups for line in (group[3] if group[0] == "conflict" else group[1]))
    return merged if parse(merged, "")[0].data == parse(result, "")[0].data else result


def _apply(node: Any, old: object, new: object, path: tuple[str, ...]) -> None:
    """Make a mapping or list say what `new` says, which was `old`; only what differs is touched."""
    if isinstance(new, dict):
        before = old if isinstance(old, dict) else {}
        for key in [key for key in before if key not in new]:
            node.pop(key, None)
        for key, value in _ordered(new, path):
            if before.get(key) != value or key not in before:
                _put(node, key, before.get(key), value, (*path, key))
    elif isinstance(new, list) and isinstance(old, list):
        for index, value in enumerate(new):
            if index >= len(old):
                _append(node, _made(value, path))
            elif old[index] != value:
                _put(node, index, old[index], value, path)


def _put(node: Any, key: Any, old: object, value: object, path: tuple[str, ...]) -> None:
    there = node.get(key) if isinstance(node, dict) else node[key]
    grows = isinstance(there, list) and isinstance(old, list) and isinstance(value, list) and len(value) >= len(old)
    if (isinstance(there, dict) and isinstance(old, dict) and isinstance(value, dict)) or grows:
        _apply(there, old, value, path)
    elif isinstance(node, CommentedMap) and key not in node:
        _insert(node, key, _made(value, path), path[:-1])
    else:
        node[key] = _made(value, path)


def _insert(node: CommentedMap, key: str, value: object, path: tuple[str, ...]) -> None:
    """A new key where the documentation has it, but not behind a last one that is no scalar: its comment is hard to find."""
    ranks = _ranks(path)
    rank = ranks.get(key, len(ranks))
    keys = list(node)
    at = next((index for index, name in enumerate(keys) if ranks.get(str(name), 0) > rank), len(keys))
    if at < len(keys):
        node.insert(at, key, value)
    elif keys and isinstance(node[keys[-1]], (CommentedMap, CommentedSeq)) and not node.fa.flow_style():
        node.insert(at - 1, key, value)
    else:
        node[key] = value
        _hand_over(node, keys[-1] if keys else None, key)


def _append(node: CommentedSeq, value: object) -> None:
    node.append(value)


def _hand_over(node: CommentedMap, first: object, last: str) -> None:
    """Give the comment lines below the one item to the other, which now comes before what they are about."""
    token = (node.ca.items.get(first) or [None] * 4)[2]
    if token is None or "\n" not in token.value.rstrip("\n"):
        return
    line, _, rest = token.value.partition("\n")
    holder, key = _last_leaf(node, last)
    below = type(token)(f"\n{rest}", token.start_mark, None)
    holder.ca.items[key] = [below, None] if isinstance(holder, CommentedSeq) else [None, None, below, None]
    token.value = f"{line}\n"
    if not line.strip():
        node.ca.items.pop(first)


def _last_leaf(node: Any, key: Any) -> tuple[Any, Any]:
    """The collection and the key of the last line of a value."""
    value = node[key]
    if not isinstance(value, (CommentedMap, CommentedSeq)) or not value or value.fa.flow_style():
        return node, key
    return _last_leaf(value, next(reversed(value)) if isinstance(value, CommentedMap) else len(value) - 1)


def _made(value: object, path: tuple[str, ...]) -> object:
    """A new value: short mappings and lists in one line, numbers without quotes."""
    if isinstance(value, dict):
        made = CommentedMap((key, _made(item, (*path, key))) for key, item in _ordered(value, path))
        if path not in _ORDERS and _flat(value, path):
            made.fa.set_flow_style()
        return made
    if isinstance(value, list):
        items = CommentedSeq(_made(item, path) for item in value)
        if all(not isinstance(item, (dict, list)) for item in value):
            items.fa.set_flow_style()
        return items
    return _scalar(value)


def _flat(value: dict[str, object], path: tuple[str, ...]) -> bool:
    """Whether a mapping of a catalog reads well in one line."""
    if path and path[0] not in CatalogSchema.model_fields:
        return False
    if "provenance" in path:
        return path[-1] == "keys" or len(str(value)) <= _LONGEST_RECORD
    inner = [item for item in value.values() if isinstance(item, (dict, list)) and item]
    return len(str(value)) <= _LONGEST and len(inner) <= 1


def _scalar(value: object) -> object:
    """Text as the value that YAML writes in the same way without quotes."""
    if not isinstance(value, str):
        return value
    if _PLAIN_NUMBER.fullmatch(value):
        number = float(value) if "." in value else int(value)
        return number if str(number) == value else value
    if _DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    return {"true": True, "false": False}.get(value, value)


def _ordered(value: dict[str, object], path: tuple[str, ...]) -> Iterable[tuple[str, object]]:
    """The keys of an entry in the order of the documentation."""
    ranks = _ranks(path)
    return sorted(value.items(), key=lambda item: ranks.get(item[0], len(ranks))) if ranks else value.items()


def _ranks(path: tuple[str, ...]) -> dict[str, int]:
    shape: type[BaseModel] | None = _ORDERS.get(path)
    return {} if shape is None else {name: rank for rank, name in enumerate(shape.model_fields)}


def _without_done(text: str, new: Data) -> str:
    """The text without the lines that ask for a key (`# TODO latency: …`) that its entry has now."""
    if "# TODO " not in text:
        return text
    tree, _ = parse(text, "")
    starts = []
    for section in ("sources", "models"):
        items = new.get(section)
        for index, item in enumerate(items if isinstance(items, list) else ()):
            starts.append((tree.mark((section, index)).line, item if isinstance(item, dict) else {}))
    starts.sort(key=lambda start: start[0])
    lines = text.splitlines(keepends=True)
    for at, (line, item) in enumerate(starts):
        end = starts[at + 1][0] if at + 1 < len(starts) else len(lines) + 1
        for number in range(line - 1, min(end - 1, len(lines))):
            asked = _TODO.fullmatch(lines[number])
            if asked and asked[1] in item and item[asked[1]] not in (None, "unknown"):
                lines[number] = ""
    return "".join(lines)
