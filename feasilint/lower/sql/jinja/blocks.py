"""The tags that dbt adds to Jinja: definitions leave nothing behind, a snapshot leaves its query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import nodes
from jinja2.ext import Extension

if TYPE_CHECKING:
    from jinja2.parser import Parser


class Definitions(Extension):
    """`{% test %}`, `{% materialization %}`, `{% docs %}`: nothing of them is the query."""

    tags = {"test", "data_test", "unit_test", "materialization", "docs"}

    def parse(self, parser: Parser) -> list[nodes.Node]:
        word = _skipped(parser)
        parser.parse_statements((f"name:end{word}", f"name:end_{word}"), drop_needle=True)
        return []


class Snapshots(Extension):
    """`{% snapshot name %}…{% endsnapshot %}`: the query of a table of that name."""

    tags = {"snapshot"}

    def parse(self, parser: Parser) -> Any:
        line = next(parser.stream).lineno
        name = parser.stream.expect("name").value
        body = parser.parse_statements(("name:endsnapshot",), drop_needle=True)
        named = nodes.ExprStmt(nodes.Call(nodes.Name("config", "load"), [], _named(name), None, None))
        return [named.set_lineno(line), *body]


def _named(name: str) -> list[nodes.Keyword]:
    values = {"materialized": "snapshot", "snapshot": name}
    return [nodes.Keyword(key, nodes.Const(value)) for key, value in values.items()]


def _skipped(parser: Parser) -> str:
    """The tag's word; what stands between it and the end of the tag is passed over."""
    word = str(next(parser.stream).value)
    while parser.stream.current.type != "block_end":
        next(parser.stream)
    return word
