"""The table that a model of a project makes, whatever language it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Refresh, Source, Write

if TYPE_CHECKING:
    from feasilint.dbt.model import Model
    from feasilint.ir import Origin, Relation
    from feasilint.ir.program import WriteMode

VIEWS = ("view", "ephemeral")


def written(model: Model, relation: Relation, origin: Origin | None) -> Write:
    """A relation stored as the table of a model."""
    mode: WriteMode = "view" if model.materialized in VIEWS else "create"
    target = Source(".".join(model.relation) or model.name, "table")
    return Write(relation, target, mode, refresh=_refresh(model), origin=origin, node=model.name)


def _refresh(model: Model) -> Refresh:
    schedule = model.schedule
    if schedule is None:
        return Refresh(model.materialized)
    return Refresh(model.materialized, schedule.every, schedule.stated_by)
