"""SQL as the code writes it: its dialect, its parameters and templates, and lengths of time in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import exp
from feasilint.lower.sql.marks import MARK
from feasilint.lower.sql.reading import again
from feasilint.suggest.extent import extent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.ir import Fragment

_NEW = re.compile(r"\bfeasilint_(\w+)\b")  # stands for a parameter until the text is written
_PARAMETERS = {"bigquery": "@", "tsql": "@", "duckdb": "$", "mysql": "@"}
_VARIABLE = '{{{{ var("{name}") }}}}'
_MOMENTS = dict.fromkeys(("as_of", "known_until"), f"CAST('{_VARIABLE}' AS TIMESTAMP)")
_EXPLAINED = {
    "as_of": "the time of prediction, which the caller passes",
    "known_until": "the latest time of rows whose outcomes are known at the time of prediction, which the caller passes",
    "prior": "the mean of all known outcomes, kept with the model",
}
RANGE_OF_TIME = frozenset(
    {"", "duckdb", "postgres", "snowflake", "spark", "spark2", "databricks", "oracle", "mysql", "trino"}
)
_DATEADD = frozenset({"tsql", "fabric"})  # dialects without intervals
_CONTROL = re.compile(r"\{%|\$\{\s*when\b")


class Text:
    """The text that the tree was parsed from: its dialect, and what the placeholders in it stand for."""

    def __init__(self, fragment: Fragment) -> None:
        self._fragment, self._text = fragment, fragment.text
        self._read = again(fragment)
        self.dialect, self.marks = self._read.dialect, self._read.marks
        self.templated = "{{" in fragment.text or "{%" in fragment.text
        self.originals = {m[0][0]: fragment.text[m.start() : m.end()] for m in MARK.finditer(self._read.text)}

    def controlled(self, query: exp.Expr) -> bool:
        """Whether parts of a template stand within a query that the tree does not have, or has as what they stand for."""
        blocks = list(_CONTROL.finditer(self._text))
        if not blocks and not self._fragment.rendered:
            return False
        start, end = extent(query, self._read.text, self.dialect)
        inside = any(start < block.end() and block.start() < end for block in blocks)
        return inside or (self._fragment.rendered and not self._fragment.is_verbatim(start, end))

    def shown(self, node: exp.Expr, pretty: bool = False) -> str:
        """A node in the dialect, with the placeholders as they were."""
        text = node.sql(dialect=self.dialect, pretty=pretty, comments=False)
        return MARK.sub(lambda found: self.originals.get(found[0][0], found[0]), text)

    def written(self, query: exp.Expr, explained: Mapping[str, str] = _EXPLAINED) -> str:
        """A query in the dialect, with the placeholders as they were; new parameters are explained."""
        text = self.shown(query, pretty=True)
        named = dict.fromkeys(_NEW.findall(text))
        said = (f"-- {self._called(name)}: {explained[name]}\n" for name in named)
        return "".join(said) + _NEW.sub(lambda found: self._parameter(found[1]), text)

    def _called(self, name: str) -> str:
        return f"{name}, a variable of the project" if self.templated else self._parameter(name)

    def _parameter(self, name: str) -> str:
        if self.templated:
            return _MOMENTS.get(name, _VARIABLE).format(name=name)
        return f"{_PARAMETERS.get(self.dialect, ':')}{name}"


def parameter(name: str) -> exp.Column:
    """A parameter that the text does not have yet."""
    return exp.column(f"feasilint_{name}")


def earlier(moment: exp.Expr, days: int, dialect: str) -> exp.Expr:
    """So many days before a moment."""
    if dialect in _DATEADD:
        return exp.DateAdd(this=moment, expression=exp.Literal.number(-days), unit=exp.var("DAY"))
    return exp.Sub(this=moment, expression=interval(days, "DAY", dialect))


def interval(amount: int, unit: str, dialect: str) -> exp.Interval:
    """A length of time; Oracle takes no more than two digits unless it is told how many there are."""
    number = exp.Literal.number(amount) if dialect == "bigquery" else exp.Literal.string(str(amount))
    digits = f"({len(str(amount))})" if dialect == "oracle" and amount > 99 else ""
    return exp.Interval(this=number, unit=exp.var(f"{unit}{digits}"))
