"""The forms of a feature at every point: each from the rows of its key before the time of the point, and none later."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from feasilint.errors import UsageError
from feasilint.evidence.database import text, unquoted
from feasilint.evidence.points import AT, LABEL, POINT, POINTS, WHO
from feasilint.evidence.sample import KEY, ROWS, TIME
from feasilint.suggest.statement import aggregate, conjunction, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.evidence.database import Database
    from feasilint.evidence.model import Form
    from feasilint.suggest.definition import Definition

Kind: TypeAlias = Literal["number", "time", "text"]
VALUES = '"feasilint values"'
_TIME = unquoted(TIME)
_NUMBERS = frozenset(
    ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT")
)  # fmt: skip
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")


def compute(database: Database, definition: Definition, forms: Sequence[Form]) -> Kind:
    """Makes the table of values: a row per point, `f0`, `f1`, … per form, and `here0`, … whether rows were there for it. Returns
    what the values are; of times they are the seconds since 1970."""
    kind = database.one(f"SELECT any_value(typeof(value)) FROM ({_of(definition, forms[0])}) WHERE value IS NOT NULL")[
        0
    ]
    number = _number(kind or "DOUBLE")
    parts, joins = list[str](), list[str]()
    for at, form in enumerate(forms):
        value = f"form{at}.value"
        filled = value if definition.default is None else f"coalesce({value}, {definition.default})"
        joins.append(f"LEFT JOIN ({_of(definition, form)}) AS form{at} ON form{at}.point = points.{POINT}")
        parts += [f"{number.format(filled)} AS f{at}", f"{value} IS NOT NULL AS here{at}"]
    database.ask(
        f"CREATE TABLE {VALUES} AS SELECT points.{WHO} AS who, points.{LABEL} AS label, {', '.join(parts)}"
        f" FROM {POINTS} AS points {' '.join(joins)}"
    )
    return "text" if number == _TEXT else "time" if number == _MOMENT else "number"


_TEXT = "CAST({} AS VARCHAR)"
_MOMENT = "CAST(epoch_us({}) AS DOUBLE) / 1000000"


def _number(kind: str) -> str:
    """How a value of a type becomes a number, as a template; text if it does not."""
    if kind == "BOOLEAN" or kind in _NUMBERS or kind.startswith(_FRACTIONS):
        return "CAST({} AS DOUBLE)"
    if kind.startswith(("TIMESTAMP", "DATE")):
        return _MOMENT
    if kind == "INTERVAL":
        return "CAST(epoch({}) AS DOUBLE)"
    return _TEXT


def _of(definition: Definition, form: Form) -> str:
    """The feature per point, where its key has rows."""
    widest = None if None in form.windows else max(window for window in form.windows if window is not None)
    sinces = [measure.since for measure in definition.measures]
    alike = len(set(zip(form.windows, sinces, strict=True))) == 1
    bounds = within(_TIME, widest, AT, sinces[0] if alike else None)
    inside = [
        None if alike else conjunction(within(_TIME, window, AT, since))
        for window, since in zip(form.windows, sinces, strict=True)
    ]
    made = ", ".join(
        f"{aggregate(measure, _TIME, condition)} AS m{at}"
        for at, (measure, condition) in enumerate(zip(definition.measures, inside, strict=True), 1)
    )
    where = f"WHERE {definition.condition}" if definition.condition else ""
    inner = (
        f"SELECT {POINT} AS point, {made} FROM {POINTS} JOIN (SELECT * FROM {ROWS} {where}) AS events"
        f" ON {KEY} = {WHO} AND {' AND '.join(bounds)} GROUP BY {POINT}"
    )
    return f"SELECT point, {definition.value} AS value FROM ({inner}) AS aggregated"


def binary(database: Database, column: str) -> None:
    """Turns the labels into true and false. Raises UsageError where they are more than two values that mean that."""
    said = "lower(CAST(label AS VARCHAR))"
    found = [
        row[0]
        for row in database.ask(f"SELECT DISTINCT {said} FROM {VALUES} WHERE label IS NOT NULL ORDER BY 1 LIMIT 4")
    ]
    numbers = {"0": "FALSE", "0.0": "FALSE", "false": "FALSE", "1": "TRUE", "1.0": "TRUE", "true": "TRUE"}
    if not set(found) <= numbers.keys():
        shown = ", ".join(text(value) for value in found)
        raise UsageError(f"the label `{column}` has other values than 0 and 1, true and false: {shown}")
    positive = ", ".join(text(name) for name, truth in numbers.items() if truth == "TRUE")
    database.ask(f"ALTER TABLE {VALUES} ALTER label TYPE BOOLEAN USING ({said} IN ({positive})) AND label IS NOT NULL")
