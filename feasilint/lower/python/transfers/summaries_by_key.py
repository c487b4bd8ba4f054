"""Libraries that summarise all rows of a key: customers' purchases (lifetimes), series of values (tsfresh)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Aggregate, Column, Derive, Filter, Measure, Now, Output, Star
from feasilint.ir import Call as Op
from feasilint.ir.expressions import spelled
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import known, narrowed

if TYPE_CHECKING:
    from feasilint.ir import Expression, Name, Relation
    from feasilint.lower.python.call import Call


def purchases(call: Call) -> v.Value | None:
    """`summary_data_from_transaction_data(df, 'customer', 'date', monetary_value_col=…, observation_period_end=…)`."""
    found = _events(call, "observation_period_end", 5)
    return _frame(call, found, "", call.names(3, "monetary_value_col")) if found is not None else None


def calibration(call: Call) -> v.Value | None:
    """`calibration_and_holdout_data(df, 'customer', 'date', calibration_period_end=…)`: the same up to a day, and what came
    after it, which is the label."""
    found = _events(call, "calibration_period_end", 3)
    return _frame(call, found, "_cal", call.names(None, "monetary_value_col")) if found is not None else None


class _Events:
    """Rows of purchases: who and when."""

    def __init__(self, relation: Relation, key: Name, time: Name, end: Expression) -> None:
        self.relation, self.key, self.time, self.end = relation, key, time, end


def _events(call: Call, end: str, at: int) -> _Events | None:
    frame, key, time = call.frame(0, "transactions"), call.names(1, "customer_id_col"), call.names(2, "datetime_col")
    if frame is None or not key or not time:
        return None
    value = call.arg(at, end)
    given = value is not None and call.m.get(value) != v.NONE
    until = call.expression(value) if given and value is not None else Now(call.origin)
    relation = frame.relation
    if given:
        test = Op("le", (Column(relation, time[0]), until), call.origin)
        relation = call.m.add(Filter(relation, test, origin=call.origin))
    return _Events(relation, key[0], time[0], until)


def _frame(call: Call, events: _Events, mark: str, money: tuple[Name, ...] | None) -> v.Frame:
    at = Column(events.relation, events.time)
    measures = [
        Output(f"frequency{mark}", Measure("count_distinct", (at,), origin=call.origin), call.origin),
        Output("_first", Measure("min", (at,), origin=call.origin), call.origin),
        Output("_last", Measure("max", (at,), origin=call.origin), call.origin),
    ]
    if money:
        mean = Measure("avg", (Column(events.relation, money[0]),), origin=call.origin)
        measures.append(Output(f"monetary_value{mark}", mean, call.origin))
    key = Output(events.key, Column(events.relation, events.key))
    made = call.m.add(Aggregate(events.relation, (key,), tuple(measures), call.origin))
    first, last = Column(made, "_first"), Column(made, "_last")
    spans = (
        Output(f"recency{mark}", Op("sub", (last, first), call.origin), call.origin),
        Output(f"T{mark}", Op("sub", (events.end, first), call.origin), call.origin),
    )
    items = (Star(narrowed(made, ("_first", "_last"))), *spans)
    return v.Frame(call.m.add(Derive(made, items, call.origin)), "pandas", (events.key,))


def rfm(call: Call) -> v.Value | None:
    """`pymc_marketing.clv.rfm_summary`: the same with the key as a column, `customer_id`."""
    found = _events(call, "observation_period_end", 5)
    if found is None:
        return None
    frame = _frame(call, found, "", call.names(3, "monetary_value_col"))
    items = (
        Output("customer_id", Column(frame.relation, found.key)),
        Star(narrowed(frame.relation, (found.key,))),
    )
    return v.Frame(call.m.add(Derive(frame.relation, items, call.origin)))


# --- tsfresh ---


def extracted(call: Call) -> v.Value | None:
    """`tsfresh.extract_features(df, column_id=…, column_sort=…, column_value=…)`: hundreds of statistics of all rows of an id,
    `x__mean` and so on."""
    frame, key = call.frame(0, "timeseries_container"), call.names(None, "column_id")
    if frame is None or not key:
        return None
    taken = (*key, *(call.names(None, "column_sort") or ()), *(call.names(None, "column_kind") or ()), *frame.index)
    names = call.names(None, "column_value") or known(narrowed(frame.relation, taken)) or ("{column}",)
    kind = call.names(None, "column_kind")
    measures = tuple(
        Output(
            f"{'{' + spelled(kind[0]) + '}' if kind else spelled(name)}__{{feature}}",
            Measure("custom", (Column(frame.relation, name),), origin=call.origin),
            call.origin,
        )
        for name in names
    )
    group = Output(key[0], Column(frame.relation, key[0]))
    made = call.m.add(Aggregate(frame.relation, (group,), measures, call.origin))
    vague = tuple(Output(one.name, Column(made, one.name), call.origin) for one in measures)
    return v.Frame(call.m.add(Derive(made, (group_of(made, key[0]), *vague), call.origin)), "pandas", (key[0],))


def group_of(made: Relation, key: Name) -> Output:
    return Output(key, Column(made, key))
