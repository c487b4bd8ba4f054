"""The forms of a feature at every point: each from the rows of its key before the time of the point, and none later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.errors import UsageError
from feasilint.evidence.database import text
from feasilint.evidence.points import AT, LABEL, POINT, POINTS, WHO
from feasilint.evidence.sample import KEY, ROWS, TIME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.evidence.database import Database
    from feasilint.evidence.model import Form, Recipe

VALUES = '"feasilint values"'
_MICROSECONDS = 86_400_000_000
_NUMBERS = (
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "HUGEINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "UHUGEINT",
)
_FRACTIONS = ("FLOAT", "DOUBLE", "DECIMAL")


def compute(database: Database, recipe: Recipe, forms: Sequence[Form]) -> bool:
    """Makes the table of values: a row per point, `f0`, `f1`, … per form, and `here0`, … whether rows were there for it. Returns
    whether the values are numbers (or times, which become seconds); others are text."""
    kind = database.one(f"SELECT any_value(typeof(value)) FROM ({_of(recipe, forms[0])})")[0]
    value = _number(kind or "DOUBLE")
    parts, joins = list[str](), list[str]()
    for at, form in enumerate(forms):
        name = f"form{at}"
        joins.append(f"LEFT JOIN ({_of(recipe, form)}) AS {name} ON {name}.point = points.{POINT}")
        parts += [f"{value.format(f'{name}.value')} AS f{at}", f"{name}.value IS NOT NULL AS here{at}"]
        if recipe.empty is not None and value != _TEXT:
            parts[-2] = (
                f"CASE WHEN {name}.point IS NULL THEN {recipe.empty} ELSE {value.format(f'{name}.value')} END AS f{at}"
            )
    database.ask(
        f"CREATE TABLE {VALUES} AS SELECT points.{WHO} AS who, points.{LABEL} AS label, {', '.join(parts)}"
        f" FROM {POINTS} AS points {' '.join(joins)}"
    )
    return value != _TEXT


_TEXT = "CAST({} AS VARCHAR)"


def _number(kind: str) -> str:
    """How a value of a type becomes a number, as a template; text if it does not."""
    if kind == "BOOLEAN" or kind in _NUMBERS or kind.startswith(_FRACTIONS):
        return "CAST({} AS DOUBLE)"
    if kind.startswith(("TIMESTAMP", "DATE")):
        return "CAST(epoch_us({}) AS DOUBLE) / 1000000"
    if kind == "INTERVAL":
        return "CAST(epoch({}) AS DOUBLE)"
    return _TEXT


def _of(recipe: Recipe, form: Form) -> str:
    """The feature per point, where its key has rows."""
    bounds = [f"{TIME} < {AT}"]
    if form.days is not None:
        bounds.append(f"{TIME} >= {AT} - to_microseconds({round(form.days * _MICROSECONDS)})")
    if form.since is not None:
        bounds.append(f"{TIME} >= CAST({text(form.since)} AS TIMESTAMP)")
    rows = f"SELECT * FROM {ROWS}" + (f" WHERE ({recipe.condition})" if recipe.condition else "")
    return (
        f"SELECT {POINT} AS point, {recipe.measure} AS value FROM {POINTS} JOIN ({rows}) AS events"
        f" ON {KEY} = {WHO} AND {' AND '.join(bounds)} GROUP BY {POINT}"
    )


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
