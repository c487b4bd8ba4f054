"""Aggregates of all columns of a relation that nobody knows the columns of: what one column of them is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.ir import Aggregate, Column, Measure, Output

if TYPE_CHECKING:
    from feasilint.ir import Name, Relation
    from feasilint.lower.python.machine import Machine

EVERY = "{column}"
"""The name of the aggregate that stands for those of all columns."""


def told(m: Machine, relation: Relation, names: tuple[Name, ...]) -> Relation:
    """`df.groupby('k').mean()` as a relation that has these columns: each is the aggregate of the column of that name."""
    if type(relation) is not Aggregate or len(relation.measures) != 1 or relation.measures[0].name != EVERY:
        return relation
    every = relation.measures[0].expression
    if not isinstance(every, Measure) or [getattr(arg, "name", None) for arg in every.args] != [EVERY]:
        return relation
    keys = {key.name for key in relation.keys}
    made = tuple(
        Output(name, replace(every, args=(Column(relation.input, name),)), relation.measures[0].origin)
        for name in dict.fromkeys(names)
        if name not in keys
    )
    return m.add(replace(relation, measures=made)) if made else relation
