"""How alike two forms of a feature are, and what each tells of a label.

AUCs are those of Mann and Whitney, ties counting half. Their intervals are DeLong's with the points of one key taken together
(Obuchowski 1997, Biometrics 53): ten points of one user are no ten users.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING

from feasilint.evidence.compute import VALUES
from feasilint.evidence.model import Estimate, Labels, Measured

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feasilint.evidence.database import Database
    from feasilint.evidence.model import Form

SHARES = (0.1, 0.5, 0.9, 0.99)
FEWEST = 10  # points of each class, and keys, below which an AUC tells nothing
_CLOSE = 1e-9  # relative difference below which two sums are the same
_WIDE = 1.959964  # standard errors on each side of 95 %


def describe(database: Database, at: int, form: Form, numbers: bool) -> Measured:
    """A form by itself, and against the present one, which is the first."""
    (coverage,) = database.one(f"SELECT avg(CAST(here{at} AS INTEGER)) FROM {VALUES}")
    quantiles = _quantiles(database, at) if numbers else ()
    if at == 0:
        return Measured(form, coverage, quantiles)
    (changed,) = database.one(f"SELECT avg(CAST({_differs(at, numbers)} AS INTEGER)) FROM {VALUES}")
    spearman, paired = _spearman(database, at) if numbers else (None, 0)
    return Measured(form, coverage, quantiles, changed, spearman, paired)


def _differs(at: int, numbers: bool) -> str:
    """Whether a form has another value than the present one, or only one of them has any."""
    if not numbers:
        return f"f{at} IS DISTINCT FROM f0"
    far = f"abs(f{at} - f0) > {_CLOSE} * greatest(abs(f{at}), abs(f0))"
    return f"CASE WHEN f{at} IS NULL OR f0 IS NULL THEN f{at} IS DISTINCT FROM f0 ELSE f{at} <> f0 AND {far} END"


def _quantiles(database: Database, at: int) -> tuple[tuple[float, float], ...]:
    (found,) = database.one(f"SELECT quantile_cont(f{at}, {list(SHARES)}) FROM {VALUES} WHERE f{at} IS NOT NULL")
    return tuple(zip(SHARES, found, strict=True)) if found else ()


def _spearman(database: Database, at: int) -> tuple[float | None, int]:
    """The correlation of the ranks, over the points at which both have a value; None where one of them never varies."""
    ranks = ", ".join(f"{_rank(f'f{one}')} AS r{one}" for one in (0, at))
    value, count, varied = database.one(
        f"SELECT corr(r0, r{at}), count(*), count(DISTINCT r0) > 1 AND count(DISTINCT r{at}) > 1"
        f" FROM (SELECT {ranks} FROM {VALUES} WHERE f0 IS NOT NULL AND f{at} IS NOT NULL)"
    )
    return (max(-1.0, min(value, 1.0)) if varied and value is not None and isfinite(value) else None), count


def _rank(value: str, within: str = "") -> str:
    """The rank of a value, that of equal ones their mean."""
    whole = f"PARTITION BY {within} " if within else ""
    ties = f"PARTITION BY {within + ', ' if within else ''}{value}"
    return f"rank() OVER ({whole}ORDER BY {value}) + (count(*) OVER ({ties}) - 1) / 2.0"


class Comparison:
    """What each form tells of the label, over the points at which all of them have a value."""

    def __init__(self, database: Database, count: int) -> None:
        self._database, self._forms = database, range(count)
        here = " AND ".join(f"f{at} IS NOT NULL" for at in self._forms)
        forms = ", ".join(f"f{at}" for at in self._forms)
        self._rows = f"SELECT who, label, {forms} FROM {VALUES} WHERE label IS NOT NULL AND {here}"
        self.positive, self.negative, self.keys = database.one(
            f"SELECT count(*) FILTER (WHERE label), count(*) FILTER (WHERE NOT label), count(DISTINCT who) FROM ({self._rows})"
        )

    @property
    def enough(self) -> bool:
        return bool(min(self.positive, self.negative, self.keys) >= FEWEST)

    def labels(self, column: str, inverted: bool = False) -> Labels:
        return Labels(column, self.positive, self.negative, inverted)

    def estimates(self) -> tuple[bool, list[tuple[Estimate, Estimate | None]]]:
        """Whether the present form goes down where the label goes up, and per form the AUC in the direction of the present one,
        and what it is more than that one's."""
        self._place()
        found = self._database.one(
            f"SELECT {', '.join(f'avg(p{at}) FILTER (WHERE label)' for at in self._forms)} FROM {_PLACED}"
        )
        inverted = bool(found[0] < 0.5)
        areas = [1 - area if inverted else area for area in found]
        alone = self._spread([f"w{at}" for at in self._forms])
        apart = self._spread([f"w{at} - w0" for at in self._forms])
        return inverted, [
            (
                Estimate(areas[at], max(areas[at] - _WIDE * alone[at], 0), min(areas[at] + _WIDE * alone[at], 1)),
                None if not at else _around(areas[at] - areas[0], _WIDE * apart[at]),
            )
            for at in self._forms
        ]

    def _place(self) -> None:
        """The placement of each point: the share of the points of the other class that it is on the right side of."""
        ranks = ", ".join(f"{_rank(f'f{at}')} AS r{at}, {_rank(f'f{at}', 'label')} AS c{at}" for at in self._forms)
        places = ", ".join(
            f"CASE WHEN label THEN (r{at} - c{at}) / {self.negative} ELSE 1 - (r{at} - c{at}) / {self.positive} END AS p{at}"
            for at in self._forms
        )
        self._database.ask(
            f"CREATE TABLE {_PLACED} AS SELECT who, label, {places} FROM (SELECT *, {ranks} FROM ({self._rows}))"
        )

    def _spread(self, sums: Sequence[str]) -> list[float]:
        """The standard errors of sums over keys of what each adds to the AUC."""
        means = ", ".join(f"avg(p{at}) FILTER (WHERE label) AS a{at}" for at in self._forms)
        parts = ", ".join(
            f"sum((p{at} - a{at}) / CASE WHEN label THEN {self.positive} ELSE {self.negative} END) AS w{at}"
            for at in self._forms
        )
        squares = ", ".join(f"sum(({one}) * ({one})) * {self.keys / (self.keys - 1)}" for one in sums)
        found = self._database.one(
            f"SELECT {squares} FROM (SELECT {parts} FROM {_PLACED}, (SELECT {means} FROM {_PLACED}) GROUP BY who)"
        )
        return [sqrt(max(value, 0)) for value in found]


_PLACED = '"feasilint placed"'


def _around(value: float, half: float) -> Estimate:
    return Estimate(value, value - half, value + half)
