from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import Span
from feasilint.ledger import named
from feasilint.rule import Context, Example, Feature, Finding, Label, Place, Rule, Severity, Subject

from ._cost import alternatives, inputs, line_of, money, often
from ._evidence import details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.ledger import Line, Scan
    from feasilint.measure.model import Input

_NAMED = 5  # features of a model, the costliest ones
_CATALOG = """
version: 1
prices: {{currency: USD, scan_per_tib: 6.25}}
budgets: {{{budget}}}
prediction_points:
  checkout: {{mode: online}}
models:
  - {{name: fraud, paths: ["*"], prediction_point: checkout}}
sources:
  - name: payments.transactions
    availability: production
    latency: hourly
    period: 1h
    kind: events
    grain: [tx_id]
    event_time: ts
    rows_per_day: 50M
    row_bytes: 600
    keys: {{user_id: {{distinct: 20M, active_per_day: 8M}}}}
    columns: {{user_id: bigint, ts: timestamp}}
"""
_QUERY = """
    create table ml.user_features as
    select user_id, count(*) as n_txn
    from payments.transactions
    where ts >= current_timestamp - interval '{days} days'
    group by user_id
"""


def _files(days: int, budget: str) -> dict[str, str]:
    return {"features.sql": _QUERY.format(days=days), "catalog.yaml": _CATALOG.format(budget=budget)}


class OverBudget(Rule):
    """A feature or a model is estimated to cost more than its budget.

    ## What it does
    Estimates what the scans of a feature cost in a year, and reports it where that is above the `budgets` of the catalog: one
    feature above `per_feature`, all of a model together above `per_model`. It takes that everything is read again at every
    refresh, but for what an incremental model makes. It needs `prices.scan_per_tib`, `budgets`, and `rows_per_day` and
    `row_bytes` of the sources. Features that share a scan share its cost. [The page about costs](../cost.md) has
    the formulas; `feasilint cost` shows all features.

    ## Why it matters
    What a query costs once is seen; what a feature costs that is computed again every hour, over a history that grows, is not,
    until the bill comes.

    ## Instead
    Compute it from tiles per day and key, which read each row once; that saves most. Bound what reads all history, and refresh
    it as often as its source changes, not more often.

    ## When to ignore it
    When it is kept incrementally already: then a rescan is not what it costs. Or when the feature is worth it; then raise the
    budget, which is a decision that others can see.
    """

    code = "AGG312"
    name = "over-budget"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example("within the budget", _files(30, "per_feature: 2_000"), flagged=0),
        Example(
            "nothing is said of money", {**_files(365, "per_feature: 1"), "catalog.yaml": "version: 1\n"}, flagged=0
        ),
        Example(
            "a year of transactions, counted again every hour",
            _files(365, "per_feature: 2_000"),
            contains="feature `n_txn` costs about $14,540 a year, which is more than its budget of $2,000",
        ),
        Example(
            "all features of a model together",
            _files(365, "per_feature: 20_000, per_model: 10_000"),
            contains="the features of `fraud` cost about $14,540 a year",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        budgets, severity = context.catalog.budgets, self.severity_at(subject.point)
        if severity is None or (budgets.per_feature is None and budgets.per_model is None):
            return
        line = line_of(subject, context)
        if line is None or line.expected is None:
            return
        if budgets.per_feature is not None and line.expected > budgets.per_feature:
            yield self._of_feature(severity, subject, line, context)
        if budgets.per_model is not None:
            yield from self._of_model(severity, subject, line, context)

    def _of_feature(self, severity: Severity, feature: Feature, line: Line, context: Context) -> Finding:
        assert line.expected is not None
        budget = context.catalog.budgets.per_feature or 0
        scan = _costliest(line)
        return self.finding(
            severity,
            f"feature `{feature.name}` costs about {money(line.expected, context)} a year, which is more than its budget of"
            f" {money(budget, context)}",
            scan.place,
            help=_help(scan),
            **details(feature, _read(line, scan), _declared("per_feature", context), _facts(line, context)),
        )

    def _of_model(self, severity: Severity, feature: Feature, line: Line, context: Context) -> Iterator[Finding]:
        """Told at the feature that costs most."""
        assert context.costs is not None
        lines = context.costs.model(line)
        worst = lines[0]
        if named(feature) != worst.name:
            return
        cost, budget = sum(one.expected or 0 for one in lines), context.catalog.budgets.per_model or 0
        if cost <= budget:
            return
        shares = ", ".join(f"`{one.name[1]}` {money(one.expected or 0, context)}" for one in lines[:_NAMED])
        yield self.finding(
            severity,
            f"the features of `{line.name[0]}` cost about {money(cost, context)} a year together, which is more than their"
            f" budget of {money(budget, context)}",
            feature.sink,
            help=_help(_costliest(worst)),
            labels=_declared("per_model", context),
            facts=(("costliest", shares), *_facts(worst, context)),
            model=line.name[0],
        )


def _costliest(line: Line) -> Scan:
    return max(line.scans, key=lambda scan: scan.share(scan.today) or 0)


def _read(line: Line, scan: Scan) -> Input:
    """The input of the feature that the scan reads."""
    return next(use.read for use in line.uses if use in scan.uses)


def _facts(line: Line, context: Context) -> Iterator[tuple[str, str]]:
    for scan in line.scans:
        cost = scan.expected
        if cost is None:
            continue
        shared = f"; {len(scan.names)} features share it" if len(scan.names) > 1 else ""
        said = f"`{scan.source}` {often(scan)} ({scan.refreshes.why}): {inputs(scan, context)}"
        yield "scan", f"{said} = {money(cost, context)} a year{shared}"
        if others := alternatives(scan, context):
            yield "otherwise", f"{others} a year"


def _help(scan: Scan) -> str:
    if scan.kept is not None and scan.load is not None and scan.lifetime:
        return "bound it and keep it in tiles per day and key, or raise the budget"
    if scan.kept is not None:
        return "keep it in tiles per day and key, or raise the budget"
    return (
        "bound it, refresh it less often, or raise the budget"
        if scan.suggests
        else "refresh it less often, or raise the budget"
    )


def _declared(key: str, context: Context) -> tuple[Label, ...]:
    mark = context.catalog.budgets.marks.get(key)
    if mark is None:
        return ()
    return (
        Label(Place(mark.path, Span(None, mark.line, mark.column, mark.line, mark.column + len(key))), "declared here"),
    )
