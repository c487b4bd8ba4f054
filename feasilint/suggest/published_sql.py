"""What one row alone cannot tell, as values that are published or kept with the model, in SQL: parameters and tables which the
text explains."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir.functions import traits
from feasilint.lower.sql.adapter import exp
from feasilint.suggest.copies import copied, window_of
from feasilint.suggest.sql_text import Text, parameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.ir import Fragment
    from feasilint.measure.model import Aggregation

CUTS, CUT = "published_cut_points", "cut_point"
_SHARE = "(SELECT AVG(CASE WHEN p.{cut} {op} {value} THEN 1.0 ELSE 0.0 END) FROM {cuts} AS p)"
_TILE = "1 + (SELECT COUNT(*) FROM {cuts} AS p WHERE p.{cut} {op} {value})"
_EXPLAINED = (
    "-- {cuts}: a table of the quantiles of {value} over all rows, published once a day, one {cut} in each row\n"
)


def bucketed(aggregation: Aggregation, fragment: Fragment) -> str | None:
    """The SELECT around a rank, with the share of published cut points that a value has reached instead; of a tile their number.
    None where its form is not one that is known."""
    found, text = copied([aggregation], fragment), Text(fragment)
    window = window_of(found[0]) if found else None
    if window is None or window.args.get("partition_by"):
        return None
    select, order = window.find_ancestor(exp.Select), window.args.get("order")
    keys = order.expressions if isinstance(order, exp.Order) else []
    if select is None or len(keys) != 1 or text.controlled(select):
        return None
    falling = bool(keys[0].args.get("desc"))
    names = {"cuts": CUTS, "cut": CUT, "op": ">=" if falling else "<=", "value": keys[0].this.sql(text.dialect)}
    template = _TILE if aggregation.function == "ntile" else _SHARE
    window.replace(exp.maybe_parse(template.format(**names), dialect=text.dialect))
    return _EXPLAINED.format(**names) + text.written(select)


def fitted(aggregations: Sequence[Aggregation], fragment: Fragment) -> str | None:
    """The SELECT around statistics of whole tables, with a parameter in place of each. None where they do not stand in one
    SELECT, or in a form that is not known."""
    wholes = [whole for node in copied(aggregations, fragment) if (whole := _whole(node)) is not None]
    selects = {whole.find_ancestor(exp.Select): whole for whole in wholes}
    if len(wholes) != len(aggregations) or len(selects) != 1:
        return None
    select, text = wholes[0].find_ancestor(exp.Select), Text(fragment)
    if select is None or text.controlled(select):
        return None
    explained: dict[str, str] = {}
    for whole, one in zip(wholes, aggregations, strict=True):
        name = "_".join((*one.arguments, one.function))
        of = f" of {', '.join(one.arguments)}" if one.arguments else ""
        explained[name] = f"the {traits(one.function).words}{of} over the training rows, kept with the model"
        whole.replace(parameter(name))
    return text.written(select, explained)


def _whole(node: exp.Expr) -> exp.Expr | None:
    """All that stands for one statistic: `AVG(x) OVER ()`, or the subquery that has it alone."""
    if (window := window_of(node)) is not None:
        return None if window.args.get("partition_by") or window.args.get("order") else window
    select = node.find_ancestor(exp.Select)
    alone = select is not None and len(select.expressions) == 1 and select.expressions[0].unalias() is node
    around = select.parent if select is not None else None
    scalar = isinstance(around, exp.Subquery) and not isinstance(around.parent, exp.From | exp.Join)
    return around if alone and scalar else None
