"""What a grouping key says about a group: one time bucket, one natural entity, or an ever growing history."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from feasilint.ir import (
    Aggregate,
    Call,
    Column,
    Derive,
    Distinct,
    Expression,
    Filter,
    Limit,
    Measure,
    Scan,
    Sort,
    Window,
)
from feasilint.ir import Literal as Constant
from feasilint.ir.expressions import columns as referenced
from feasilint.ir.expressions import fold
from feasilint.measure.moments import TRANSPARENT, TRUNCATING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Relation

_CYCLIC = frozenset(
    {"weekday", "dayofweek", "dow", "isodow", "dayofyear", "doy", "hour", "minute", "second", "month", "quarter", "week", "day",
     "weekofyear", "isoweek", "month_name", "day_name", "time", "is_month_end"}
)  # fmt: skip
_BUCKET_NAME = re.compile(
    r"(^|_)(date|dt|ds|datetime|timestamp|ts|yearmonth|year_month|year_week|month_start|week_start|month_end|week_end|period|ym|yyyymm"
    r"|yyyymmdd|asof|as_of|snapshot|(week|month|quarter|day)_(seq|start|end|id)|metric_time|calc_date)(_|$|\d)|date$|timestamp$|datetime$|[a-z]_?time$|^year$|_year$|^day$|_day$",
    re.IGNORECASE,
)
_OCCURRENCE = re.compile(  # things that happen once: what belongs to one of them is soon complete
    r"(^|_)(session|visit|order|invoice|transaction|txn|tx|payment|request|impression|encounter|hadm|icustay|stay|admission|specimen|trip|ride"
    r"|shipment|booking|reservation|claim|receipt|basket|cart|checkout|event|message|call|flight|game|match|auction|query|job|run)"
    r"(_partition)?(_?(id|key|no|nr|num|number|uuid))$|^(invoice|invoice_?no|session|basket|receipt)$",
    re.IGNORECASE,
)
_EVENT_NAME = re.compile(
    r"(^|_)(ts|timestamp|datetime|dt|ds)$|^(date|time|day)$|(?<!end)_(date|dttm)$|_at$|timestamp$|datetime$|[a-z]date$"
    r"|(^|_)(event|transaction|tx|txn|purchase|order|click|visit|view|request|start|creat\w*|updat\w*|log|message|session|pickup|chart"
    r"|insert\w*|load\w*|arrival|departure|occurr\w*|posted|received|server|client)_?(time|date|day)$",
    re.IGNORECASE,
)
_PERSON_NAME = re.compile(
    r"birth|signup|sign_up|expir|hire|due|valid|closed|(^|_)(end|until|cancel\w*)_", re.IGNORECASE
)
_ATTRIBUTE_NAME = re.compile(
    r"birth|signup|sign_up|regist|creat|join|hire|expir|first|open|install|admit|due|valid|of_week|of_month|of_year|is_|weekday|per_day",
    re.IGNORECASE,
)


def buckets(key: Expression, columns: Columns) -> bool:
    """Whether the key is a time bucket that does not recur: its groups are finite."""
    expression = defined(key, columns)
    if isinstance(expression, Call):
        if expression.function in TRUNCATING or (expression.function == "grouper" and expression.args):
            return _over_time(expression, columns)
        if expression.function == "date_part":
            part = expression.args[0]
            return isinstance(part, Constant) and str(part.value).lower() in ("year", "date", "epoch", "yearmonth")
        if expression.function in ("date", "to_date", "strftime", "date_format", "to_char", "format_date"):
            return not _formats_cyclic(expression)
        if expression.function in ("last_day", "make_date", "date_from_parts", "eomonth"):
            return True
        if expression.function in _CYCLIC:
            return False
        if expression.function in ("add", "sub", "mul", "concat", "dpipe"):  # month + 100 * year
            return any(buckets(arg, columns) for arg in expression.args)
        if expression.function in TRANSPARENT and expression.args:
            return any(buckets(arg, columns) for arg in expression.args[:1])
        return False
    return isinstance(expression, Column) and dated(str(expression.name))


@lru_cache(maxsize=4096)
def dated(name: str) -> bool:
    """Whether a name is that of a time at which something happens, no attribute such as a birth date."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return _BUCKET_NAME.search(spaced) is not None and _ATTRIBUTE_NAME.search(spaced) is None


@lru_cache(maxsize=4096)
def event_time(name: str) -> bool:
    """Whether a name is likely that of an event's time: what could bound a window."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return _EVENT_NAME.search(spaced) is not None and _PERSON_NAME.search(spaced) is None


def occurrence(name: str) -> bool:
    """Whether a key's name is that of something that happens once, such as an order or a session."""
    return _OCCURRENCE.search(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)) is not None


def _over_time(call: Call, columns: Columns) -> bool:
    """Truncating numbers is no time bucket: there must be a unit, or a column that speaks of time."""
    if any(isinstance(arg, Constant) and isinstance(arg.value, str) for arg in call.args) or len(call.args) == 1:
        return call.function != "floor" or any(dated(str(c.name)) for c in referenced(call))
    return any(buckets(arg, columns) for arg in call.args)


def _formats_cyclic(call: Call) -> bool:
    texts = [arg.value for arg in call.args if isinstance(arg, Constant) and isinstance(arg.value, str)]
    return bool(texts) and not any(re.search(r"%[YyGFDxs]|[yY]{2}", text) for text in texts)


def defined(expression: Expression, columns: Columns, depth: int = 16) -> Expression:
    """The expression that a column was made with, through every step that merely passes it on."""
    while depth and isinstance(expression, Column):
        relation = columns.settle(expression.relation, expression.name)
        made = columns.table(relation).find(expression.name)
        below = (made.expression,) if made is not None else columns.step(relation, expression.name)
        if len(below) != 1 or isinstance(below[0], Measure | Constant):
            return Column(relation, expression.name, expression.origin)
        expression, depth = below[0], depth - 1
    return expression


def leaves(expression: Expression, columns: Columns) -> Iterator[tuple[Relation, str]]:
    """The lowest columns that a key is computed from."""
    for column in referenced(defined(expression, columns)):
        bottom = defined(column, columns)
        if isinstance(bottom, Column):
            yield bottom.relation, fold(bottom.name)


def unique_key(relation: Relation, columns: Columns) -> tuple[Relation, frozenset[str]] | None:
    """The names that identify one row of a relation, with the relation that they are columns of; None if unknown."""
    while True:
        match relation:
            case Aggregate(keys=keys):
                return relation, frozenset(fold(key.name) for key in keys)
            case Distinct(input=below, keys=keys) if keys:
                return below, frozenset(fold(column.name) for key in keys for column in referenced(key))
            case (
                Filter(input=below) | Sort(input=below) | Limit(input=below) | Derive(input=below) | Window(input=below)
            ):
                relation = below
            case Scan() if len(columns.bound.get(relation, ())) == 1:
                relation = columns.bound[relation][0].relation
            case _:
                return None
