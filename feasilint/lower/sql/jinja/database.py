"""What a template asks the database, answered by what the project's files say; anything else is unknown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from feasilint.lower.sql.jinja.values import Column, Known, Result, Table, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.dbt.model import Model
    from feasilint.lower.sql.jinja.run import Run


def asked(run: Run) -> dict[str, Any]:
    """The names by which templates ask."""
    return {
        "run_query": lambda *_, **__: Result(name="run_query()"),
        "load_result": lambda *_, **__: Result(name="load_result()"),
        "load_relation": lambda relation=None, *_, **__: relation,
        "graph": _Graph(run) if run.project is not None else Unknown(name="graph"),
    }


def adapter(name: str | None) -> dict[str, Any]:
    """What is known of `adapter`, whose warehouse is of this name."""
    return {
        "type": lambda *_: name,
        "quote": lambda one, *_: quoted(one, name),
        "get_relation": relation,
        "get_columns_in_relation": _columns,
    }


_BACKTICKS = frozenset(("bigquery", "databricks", "spark", "athena", "mysql", "clickhouse"))
_PLAIN = re.compile(r"[A-Za-z_]\w*$")
_WORDS = frozenset(
    ("from", "to", "order", "group", "select", "where", "table", "end", "case", "when", "in", "on", "by", "as")
)


def quoted(name: Any, warehouse: str | None) -> Any:
    """A name in the quotes of its warehouse, if it could not be read without."""
    text = str(name)
    if isinstance(name, Unknown) or (_PLAIN.match(text) and text.lower() not in _WORDS):
        return name
    mark = "`" if warehouse in _BACKTICKS else '"'
    return f"{mark}{text}{mark}"


def relation(database: Any = None, schema: Any = None, identifier: Any = None, **_: Any) -> Any:
    """`api.Relation.create(database=…, schema=…, identifier=…)`: as much of the name as is sure, from the right."""
    if identifier is None or isinstance(identifier, Unknown):
        return Unknown(name="api.Relation.create()")
    sure = [str(identifier)]
    for part in (schema, database):
        if part is None or isinstance(part, Unknown):
            break
        sure.insert(0, str(part))
    return Table(tuple(sure), " ~ ".join(f"'{one}'" for one in sure))


def _columns(relation: Any = None, *_: Any) -> Any:
    """The columns that the project's files name; an unknown list where they name none."""
    known = relation.columns() if isinstance(relation, Table) else ()
    return [Column(name) for name in known] if known else Unknown(name="adapter.get_columns_in_relation()")


class _Graph(Known):
    """`graph`, whose models are looked up when they are asked for: that reads every properties file."""

    def __init__(self, run: Run) -> None:
        super().__init__("graph", {})
        self._run = run

    def __getattr__(self, name: str) -> Any:
        return self._run.nodes() if name == "nodes" else super().__getattr__(name)


def nodes(models: Iterator[Model]) -> dict[str, Known]:
    """`graph.nodes`: the models, seeds and snapshots of a project by their ids."""
    return {f"{model.kind}.{model.package}.{model.name}": _node(model) for model in models}


def _node(model: Model) -> Known:
    named = dict(zip(("alias", "schema", "database"), reversed(model.relation), strict=False))
    return Known(f"graph.nodes['{model.name}']", {
        **named,
        "name": model.name,
        "alias": named.get("alias", model.name),
        "package_name": model.package,
        "resource_type": model.kind,
        "original_file_path": model.path,
        "path": model.path,
        "columns": {name: Column(name) for name in model.columns},
        "config": Known("config", {**model.config, "materialized": model.materialized}),
        "tags": list(tags) if isinstance(tags := model.config.get("tags"), list | tuple) else [],
        "meta": model.config.get("meta") or {},
    })  # fmt: skip
