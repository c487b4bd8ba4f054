"""What `inspect` found, for people: per document its sources, aggregations, models and features."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feasilint.report.screen import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def render(found: dict[str, Any]) -> str:
    """The outline of every document, ending in a newline."""
    return "\n".join(visible_lines(document) for document in found["documents"])


def visible_lines(document: dict[str, Any]) -> str:
    """One document of the inspection, a line for each thing that was understood, ending in a newline."""
    lines = [f"{document['path']} ({document['kind']})"]
    for title, words in _SECTIONS.items():
        entries = document[title]
        if entries:
            lines.append(f"  {title}")
            lines += _aligned([(_position(entry.get("span")), words(entry)) for entry in entries])
    return "".join(f"{visible(line)}\n" for line in lines)


def _aligned(rows: list[tuple[str, str]]) -> Iterator[str]:
    size = max(len(position) for position, _ in rows)
    for position, words in rows:
        yield f"    {position:<{size}}  {words}".rstrip()


def _position(span: dict[str, Any] | None) -> str:
    """`cell 7:4:9`, cells counted from 1."""
    if not span:
        return "-"
    cell = "" if span["cell"] is None else f"cell {span['cell'] + 1}:"
    return f"{cell}{span['line']}:{span['column']}"


def _source(source: dict[str, Any]) -> str:
    dialect = f", {source['dialect']}" if source.get("dialect") else ""
    return f"{source['name']} ({source['kind']}{dialect})"


def _aggregation(entry: dict[str, Any]) -> str:
    """`count by user_id over P30D of ts -> n_txn_30d (model) from payments.transactions`."""
    keys = f" by {', '.join(entry['keys'])}" if entry["keys"] else ""
    extent = ", ".join(entry["extent"] or ()) or entry["window"]
    time = f" of {entry['time_column']}" if entry["time_column"] else ""
    outputs = f" -> {', '.join(entry['outputs'])}" if entry["outputs"] else ""
    sources = f" from {', '.join(entry['sources'])}" if entry["sources"] else ""
    return f"{entry['function']}{keys} over {extent}{time}{outputs} ({entry['reaches']}){sources}{_doubt(entry)}"


def _model(model: dict[str, Any]) -> str:
    label = f" predicts {', '.join(model['label'])}" if model["label"] else ""
    return f"{model['id']}: {model['estimator']}{label} from {', '.join(model['features']) or 'unknown columns'}"


def _feature(feature: dict[str, Any]) -> str:
    target = feature["model"] or feature["table"]
    into = f" (of {target})" if target else ""
    origins = ", ".join(f"{table}.{column}" for table, column in feature["derived_from"])
    return f"{feature['name']}{into} <- {origins or 'unknown'}{_doubt(feature)}"


def _diagnostic(diagnostic: dict[str, Any]) -> str:
    return f"{diagnostic['kind']}: {diagnostic['message']}"


def _doubt(entry: dict[str, Any]) -> str:
    return " (approximate)" if entry["confidence"] == "approximate" else ""


_SECTIONS: dict[str, Callable[[dict[str, Any]], str]] = {
    "sources": _source,
    "aggregations": _aggregation,
    "models": _model,
    "features": _feature,
    "diagnostics": _diagnostic,
}
