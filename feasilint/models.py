"""Models and feature tables as a whole: which of their columns only the data decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.findings import Place
from feasilint.ir import AllOf, Call, Fit, Hole, Measure, Output, Pivot, Write
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import is_dynamic, spelled
from feasilint.measure.lengths import behind
from feasilint.rule import ModelSubject, Spread

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.analysis import Analysis, Member
    from feasilint.ir import ColumnSet, Expression, Program, Relation

_DEEPEST = 64
_BINNED = 2  # the column and the number of bins, which lie where the data says
_DECLARING = frozenset(("categories", "set_categories"))


def models(analysis: Analysis, sinks: Iterable[tuple[Program, Fit | Write]]) -> Iterator[ModelSubject]:
    """The subjects that sinks are."""
    for program, sink in sinks:
        place = Place(program.path, sink.origin.span if sink.origin is not None else None)
        yield ModelSubject(
            target(sink, program.path),
            "model" if isinstance(sink, Fit) else "table",
            place,
            analysis.belonging.model(program.path),
            analysis.belonging.point(program.path),
            tuple(_by_step(_spreads(sink, analysis))),
        )


def _by_step(found: Iterable[Spread]) -> Iterator[Spread]:
    """One for each step, with all columns that it spreads."""
    steps: dict[Place, dict[str, None]] = {}
    for spread in found:
        steps.setdefault(spread.place, {}).update(dict.fromkeys(spread.columns))
    return (Spread(place, tuple(columns)) for place, columns in steps.items())


def target(sink: Fit | Write, path: str) -> str:
    """What a sink is called: the estimator or the table, else its document."""
    if isinstance(sink, Fit):
        return sink.estimator
    return sink.target.name if sink.target is not None else path


def _spreads(sink: Fit | Write, analysis: Analysis) -> Iterator[Spread]:
    """What columns of a sink are made of values: columns whose names hold some, and those that nobody can list."""
    for member in analysis.members(sink):
        found = _made(member, analysis)
        if found is not None:
            yield found
    columns: ColumnSet = sink.features if isinstance(sink, Fit) else AllOf(sink.relation)
    for relation in analysis.columns.members(columns).open:
        if isinstance(relation, Pivot):
            yield from _of(relation, relation, relation.spread, analysis)


def _made(member: Member, analysis: Analysis) -> Spread | None:
    """The step that names a column by a value: through what is computed of that column alone."""
    column = member.column
    for _ in range(_DEEPEST):
        if column is None or not is_dynamic(column.name):
            return None
        relation, made = analysis.columns.definition(column.relation, column.name)
        if made is None:
            return None
        if isinstance(relation, Pivot):
            return next(_of(relation, relation, relation.spread, analysis), None) if relation.open else None
        if isinstance(made.expression, Call) and made.expression.function == "one_hot":
            return next(_of(relation, made, made.expression.args, analysis), None)
        inner = list(referenced(made.expression)) if isinstance(made.expression, Call | Measure) else []
        column = inner[0] if len(inner) == 1 else None
    return None


def _of(
    relation: Relation, step: Output | Pivot, values: tuple[Expression, ...], analysis: Analysis
) -> Iterator[Spread]:
    """The step, but where the code declares which values there are."""
    place = analysis.place(relation, step.origin or relation.origin)
    loose = [value for value in values if not _is_declared(value, analysis)]
    if place is not None and loose:
        names = (spelled(column.name) for value in loose for column in referenced(value))
        yield Spread(place, tuple(dict.fromkeys(names)))


def _is_declared(value: Expression, analysis: Analysis) -> bool:
    """`pd.Categorical(x, categories=[…])`, a cast to a type that is no plain name (`CategoricalDtype([…])`), or bins that are
    listed: `pd.cut(x, [0, 10, 20])`."""
    made = behind(value, analysis.columns)
    if not isinstance(made, Call):
        return False
    cast = made.function == "cast" and len(made.args) > 1 and isinstance(made.args[1], Hole)
    binned = made.function == "cut" and len(made.args) > _BINNED
    return cast or binned or made.function in _DECLARING
