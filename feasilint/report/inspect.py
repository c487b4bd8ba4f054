"""The `feasilint.inspect/1` contract: what was understood of each document, as plain data. Fields are only ever added."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec.structs import asdict

from feasilint import aggregations
from feasilint.analysis import Member
from feasilint.ir import Column, Fit, Program, Refresh, Scan, Union, Upsert, Write
from feasilint.ir.expressions import columns, spelled
from feasilint.trace import LOOKUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.analysis import Analysis
    from feasilint.ir import Sink, Span
    from feasilint.measure.model import Aggregation
    from feasilint.trace import Leaf, Trace

SCHEMA = "feasilint.inspect/1"


def inspection(analysis: Analysis, paths: Iterable[str]) -> dict[str, Any]:
    """The whole answer of `feasilint inspect` for these documents."""
    programs = {program.path: program for program in analysis.programs}
    return {"schema": SCHEMA, "documents": [document(programs[path], analysis) for path in paths if path in programs]}


def document(program: Program, analysis: Analysis) -> dict[str, Any]:
    """One entry of `documents`."""
    fits = [sink for sink in program.sinks if isinstance(sink, Fit)]
    ids = {fit: f"m{at}" for at, fit in enumerate(fits, 1)}
    return {
        "path": program.path,
        "kind": program.kind,
        "sources": list(_sources(program, analysis)),
        "tables": [_table(write) for write in _results(program) if write.target is not None],
        "columns": [column for write in _results(program) for column in _columns(write, analysis)],
        "aggregations": [_aggregation(found) for found in aggregations.of_program(program, analysis)],
        "models": [_model(fit, ids[fit], analysis) for fit in fits],
        "features": list(_features(program, ids, analysis)),
        "diagnostics": [
            {"kind": said.kind, "message": said.message, "span": _span(said.span)}
            for said in (*program.diagnostics, *analysis.budget.limits(program))
        ],
    }


def _span(span: Span | None) -> dict[str, int | None] | None:
    return None if span is None else asdict(span)


def _sources(program: Program, analysis: Analysis) -> Iterator[dict[str, Any]]:
    """What the document reads from outside, each source once, where it is first read."""
    seen: set[tuple[str, str]] = set()
    changed = {
        relation.target
        for relation in program.relations
        if isinstance(relation, Upsert) and not _reads_itself(relation)
    }
    for relation in program.relations:
        if not isinstance(relation, Scan) or relation in changed or _made_here(relation, analysis):
            continue
        source = relation.source
        key = (source.name.lower() if source.kind == "table" else source.name, source.kind)
        if key not in seen:
            seen.add(key)
            yield {
                "name": source.name,
                "kind": source.kind,
                "dialect": source.dialect,
                "dynamic": source.dynamic,
                "span": _span(relation.origin.span if relation.origin else None),
            }


def _made_here(scan: Scan, analysis: Analysis) -> bool:
    """Whether a scan reads what its own document has made: not a table that it has only added to."""
    if not analysis.linkage.inside(scan):
        return False
    return scan.columns is not None or not analysis.columns.grown(scan)


def _reads_itself(upsert: Upsert) -> bool:
    """Whether the new values are made of old ones."""
    read = (column.relation for output in upsert.outputs for column in columns(output.expression))
    return any(relation is upsert.target for relation in read)


def _results(program: Program) -> Iterator[Write]:
    return (sink for sink in program.sinks if isinstance(sink, Write))


def _table(write: Write) -> dict[str, Any]:
    """What is written under a name, and how it is kept up to date as far as that is stated."""
    assert write.target is not None
    refresh = write.refresh or Refresh()
    return {
        "name": write.target.name,
        "kind": write.target.kind,
        "mode": write.mode,
        "materialized": refresh.materialized,
        "schedule": refresh.every,
        "schedule_from": refresh.stated_by,
        "span": _span(write.origin.span if write.origin else None),
    }


def _columns(write: Write, analysis: Analysis) -> Iterator[dict[str, Any]]:
    target = write.target.name if write.target is not None else None
    rows = analysis.tracer.rows(write.relation).own
    listed = (member for member in _members(write, analysis) if not member.by_use)  # the others are part of `*`
    for member in listed:
        indirect = {(*_dotted(leaf), "join" if role == LOOKUP else role) for leaf, role in member.trace.own | rows}
        yield {
            "target": target,
            "name": member.name,
            "value": _dotted_pairs(member.trace.sure),
            "maybe": _dotted_pairs(member.trace.maybe),
            "indirect": [] if member.name == "*" else [list(edge) for edge in sorted(indirect)],
            "span": _span(_built(member, analysis)),
        }


def _members(write: Write, analysis: Analysis) -> Iterator[Member]:
    """The columns that a statement makes: of MERGE and UPDATE those that it assigns, without what they were before."""
    if not isinstance(write.relation, Upsert):
        yield from analysis.members(write)
        return
    made = write.relation
    assigned = (
        Member(spelled(output.name), Column(made, output.name), analysis.tracer.expression(output.expression))
        for output in made.outputs
    )
    yield from analysis.budget.within(write, assigned)


def _pairs(leaves: Iterable[Leaf]) -> list[list[str]]:
    return [list(pair) for pair in sorted({_pair(leaf) for leaf in leaves})]


def _dotted_pairs(leaves: Iterable[Leaf]) -> list[list[str]]:
    return [list(pair) for pair in sorted({_dotted(leaf) for leaf in leaves})]


def _dotted(leaf: Leaf) -> tuple[str, str]:
    """With the field of a struct behind the column's name."""
    return leaf.scan.source.name, f"{leaf.column}.{leaf.path}" if leaf.path else leaf.column


def _likely(trace: Trace) -> Iterator[Leaf]:
    """What a column certainly comes from, and what it may come from where no other place of that column is certain."""
    certain = {leaf.column for leaf in trace.sure}
    return (leaf for leaf in trace.value if leaf in trace.sure or leaf.column not in certain)


def _pair(leaf: Leaf) -> tuple[str, str]:
    return leaf.scan.source.name, leaf.column


def _built(member: Member, analysis: Analysis) -> Span | None:
    if member.column is None:
        return None
    relation = analysis.columns.settle(member.column.relation, member.column.name)
    while isinstance(relation, Union) and relation.by == "position":  # the first query names the columns
        relation = analysis.columns.settle(relation.inputs[0], member.column.name)
    made = analysis.columns.table(relation).find(member.column.name)
    origin = made.origin if made is not None else relation.origin
    return origin.span if origin is not None else None


def _aggregation(found: Aggregation) -> dict[str, Any]:
    return {
        "function": found.function,
        "keys": list(found.keys),
        "time_column": spelled(found.extent.time_column) if found.extent.time_column is not None else None,
        "window": found.extent.window,
        "extent": [length.iso for length in found.extent.intervals],
        "outputs": list(found.outputs),
        "reaches": found.reaches,
        "roles": list(found.roles),
        "sources": [source.name for source in found.sources],
        "confidence": found.confidence,
        "span": _span(found.place.span),
    }


def _model(fit: Fit, name: str, analysis: Analysis) -> dict[str, Any]:
    return {
        "id": name,
        "estimator": fit.estimator,
        "features": _unique(member.name for member in analysis.members(fit) if member.name != "*"),
        "label": _unique(member.name for member in analysis.label(fit)),
        "span": _span(fit.origin.span if fit.origin else None),
    }


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _features(program: Program, ids: dict[Fit, str], analysis: Analysis) -> Iterator[dict[str, Any]]:
    """The columns of every fit; without any, those of the final feature tables, else of what is looked at last."""
    ends: list[tuple[Sink, str | None, str | None]] = [(fit, name, None) for fit, name in ids.items()]
    if not ends:
        ends = [(write, None, write.target.name if write.target else None) for write in analysis.final_tables(program)]
    if not ends and (sight := analysis.final_sight(program)) is not None:
        ends = [(sight, None, None)]
    seen: set[tuple[str, str | None]] = set()
    for sink, model, table in ends:
        for member in analysis.members(sink):
            if member.name != "*" and (member.name, model or table) not in seen:
                seen.add((member.name, model or table))
                yield _feature(member, model, table, analysis)


def _feature(member: Member, model: str | None, table: str | None, analysis: Analysis) -> dict[str, Any]:
    return {
        "name": member.name,
        "model": model,
        "table": table,
        "derived_from": _pairs(_likely(member.trace)),
        "confidence": "approximate" if member.trace.approximate else "exact",
        "span": _span(_built(member, analysis)),
    }
