"""An aggregation in the relations of the code that it was found in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Measure, Window

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Fragment, Program
    from feasilint.measure.model import Aggregation


def located(program: Program, aggregation: Aggregation) -> tuple[Aggregate | Window, Measure] | None:
    """The relation that computes an aggregation, and its expression there; None where neither says where it stands."""
    for relation in program.relations:
        for output in relation.measures if isinstance(relation, Aggregate | Window) else ():
            measure = output.expression
            if isinstance(measure, Measure) and _stands(measure, aggregation):
                assert isinstance(relation, Aggregate | Window)
                return relation, measure
    return None


def _stands(measure: Measure, aggregation: Aggregation) -> bool:
    at = measure.origin
    return at is not None and at.fragment == aggregation.fragment and at.node == aggregation.node


def sql_of(aggregation: Aggregation, programs: Mapping[str, Program]) -> Fragment | None:
    """The SQL that an aggregation stands in; None where it stands in no SQL."""
    program = programs.get(aggregation.place.path)
    if program is None or aggregation.fragment is None or aggregation.node is None:
        return None
    fragment = program.fragments[aggregation.fragment]
    return fragment if fragment.language == "sql" else None
