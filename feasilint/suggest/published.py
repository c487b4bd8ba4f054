"""What one row alone cannot tell, as values that are published or kept with the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.suggest.bounded import Rewrite
from feasilint.suggest.kinds import KINDS
from feasilint.suggest.located import sql_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feasilint.ir import Program
    from feasilint.measure.model import Aggregation


def bucketed(aggregation: Aggregation, programs: Mapping[str, Program]) -> Rewrite | None:
    """The query around a rank among all rows, by cut points that are published; None where it cannot be rewritten."""
    fragment = sql_of(aggregation, programs)
    if fragment is None:
        return None
    from feasilint.suggest.published_sql import bucketed as rewritten

    code = rewritten(aggregation, fragment)
    return Rewrite(code, "sql", KINDS["rank_all"]) if code else None


def fitted(aggregations: Sequence[Aggregation], programs: Mapping[str, Program]) -> Rewrite | None:
    """The query around statistics of whole tables, by parameters kept with the model; None where it cannot be rewritten."""
    fragments = [sql_of(aggregation, programs) for aggregation in aggregations]
    fragment = fragments[0]
    if fragment is None or any(other is not fragment for other in fragments):
        return None
    from feasilint.suggest.published_sql import fitted as rewritten

    code = rewritten(aggregations, fragment)
    return Rewrite(code, "sql", KINDS["global_scalar"]) if code else None
