"""The shape of a catalog for editors, and its tables for the documentation, both made of the models that read it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from feasilint.catalog.schema import SHAPES, CatalogSchema
from feasilint.catalog.write import MODELINE  # the first line of a catalog, by which editors find the schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import BaseModel

_Schema: TypeAlias = dict[str, Any]

FILE = Path(__file__).parent / "catalog.schema.json"
_DRAFT = "http://json-schema.org/draft-07/schema#"  # what editors know in full
_TEXT: _Schema = {"$ref": "#/definitions/Text"}
_NAMES: _Schema = {"type": "array", "items": _TEXT, "uniqueItems": True}
_ALSO: dict[str, list[_Schema]] = {  # what may stand in the place of a mapping
    "Owner": [_TEXT],
    "Column": [_TEXT, {"type": "null"}],
    "Key": [{"$ref": "#/definitions/Count"}, {"type": "null"}],
    "Provenance": [_TEXT],
}
_NOISE = ("title", "default", "examples")
_NOTHING: _Schema = {"type": "null"}


def schema() -> _Schema:
    """The JSON Schema (draft 7) of catalog.yaml."""
    made = CatalogSchema.model_json_schema(ref_template="#/definitions/{model}")
    shapes = made.pop("$defs")
    scalars: dict[str, _Schema] = {}
    top = _tidy(made, scalars)
    definitions = {_named(name): _shape(_named(name), _tidy(shape, scalars)) for name, shape in shapes.items()}
    head = {"$schema": _DRAFT, "$id": MODELINE.partition("$schema=")[2], "title": "catalog.yaml"}
    return {**head, **top, "definitions": {**definitions, **scalars}}


def text() -> str:
    """The schema as it is stored."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def table(*path: str) -> str:
    """The keys of the mapping at this path of a catalog, `*` for any name, as a table in Markdown."""
    rows = [f"| {' | '.join(cells)} |" for cells in _rows(SHAPES[path])]
    return "\n".join(["| key | what it says | example |", "| --- | --- | --- |", *rows]) + "\n"


def _rows(model: type[BaseModel]) -> Iterator[tuple[str, str, str]]:
    properties = model.model_json_schema()["properties"]
    for name, field in model.model_fields.items():
        key = field.alias or name
        words = _words(properties[key])
        said = (
            f"{field.description}; one of {', '.join(f'`{word}`' for word in words)}"
            if words
            else str(field.description)
        )
        yield f"`{key}`", said, f"`{(field.examples or [''])[0]}`"


def _words(shape: _Schema) -> list[str]:
    """The words that a key may have."""
    return [word for one in (shape, *shape.get("anyOf", ())) for word in one.get("enum", ()) if word not in (1, "1")]


def _named(name: str) -> str:
    return name.removesuffix("Schema")


def _shape(name: str, shape: _Schema) -> _Schema:
    return {"anyOf": [shape, *_ALSO[name]]} if name in _ALSO else shape


def _tidy(shape: Any, scalars: dict[str, _Schema]) -> Any:
    """A schema without noise, in which scalars are described once and what may be written in short is."""
    if isinstance(shape, list):
        return [_tidy(item, scalars) for item in shape]
    if not isinstance(shape, dict):
        return shape
    if "$comment" in shape:
        return _scalar(shape, scalars)
    if "properties" in shape:
        return _mapping(shape, scalars)
    tidy = {key: _tidy(value, scalars) for key, value in shape.items() if key not in _NOISE}
    if "$ref" in tidy:
        tidy["$ref"] = _named(tidy["$ref"])
    return {"anyOf": [tidy, *_short_for(tidy)]} if _short_for(tidy) else tidy


def _scalar(shape: _Schema, scalars: dict[str, _Schema]) -> _Schema:
    name = shape["$comment"]
    scalars[name] = {key: value for key, value in shape.items() if key not in ("$comment", "description", *_NOISE)}
    return {"$ref": f"#/definitions/{name}"}


def _mapping(shape: _Schema, scalars: dict[str, _Schema]) -> _Schema:
    """A mapping with its keys. Those that are not required may be left empty."""
    required = shape.get("required", [])
    properties: _Schema = {}
    for key, value in shape["properties"].items():
        about = {"description": value["description"]}
        given = {word: item for word, item in value.items() if word not in about}
        among = _tidy(given.get("anyOf", [given]), scalars)
        among += [] if key in required or _NOTHING in among else [_NOTHING]
        properties[key] = {**about, "anyOf": among}
    return {key: value for key, value in shape.items() if key not in _NOISE} | {"properties": properties}


def _short_for(shape: _Schema) -> list[_Schema]:
    """What may stand for a list, or for a mapping whose values say nothing."""
    items = shape.get("items")
    if items in (_TEXT, {"$ref": "#/definitions/Provenance"}):
        shape["uniqueItems"] = True
        return [items]
    values = list(shape.get("patternProperties", {}).values())
    return [_NAMES] if values and values[0].get("$ref", "").endswith(("/Column", "/Key")) else []
