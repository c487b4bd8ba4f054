from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._history import History, evidence, help_for, histories, suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator

_DOES = {
    "self-join": "holds each row of `{}` against all earlier ones",
    "correlated": "searches all earlier rows of `{}` again for every row",
    "cross join": "holds each row against all of `{}` before it",
}
_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online}
models:
  - {name: fraud, paths: ["*"], prediction_point: checkout}
sources:
  - {name: payments.transactions, availability: production, latency: daily, kind: events, grain: [tx_id], event_time: ts}
"""
_QUERY = """
    create table ml.tx_features as
    select a.tx_id, count(b.tx_id) as n_before
    from payments.transactions a
    left join payments.transactions b on b.user_id = a.user_id and b.ts < a.ts{more}
    group by a.tx_id
"""


def _query(more: str = "") -> dict[str, str]:
    return {"features.sql": _QUERY.format(more=more), "catalog.yaml": _CATALOG}


class HistoryJoin(Rule):
    """Every row is joined to all rows before it.

    ## What it does
    Reports aggregates over a table that is joined to itself, searched by a correlated subquery or cross-joined, where the
    time of the rows is bounded only from above (`b.ts < a.ts`).

    ## Why it matters
    The work grows with the square of the events of a key: a user with ten times the events costs a hundred times as much,
    and it grows with every day. A stream that is joined to itself without a time bound keeps both sides for ever.

    ## Instead
    Bound the time from below, too (`b.ts >= a.ts - INTERVAL '365 days'`). A window function with a frame of time
    computes the same in one pass, and any feature platform serves it as a windowed aggregate.

    ## When to ignore it
    When the table is small and stays small.
    """

    code = "AGG305"
    name = "history-join"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.WARNING
    since = "0.1.0"
    supersedes = ("AGG301",)
    examples = (
        Example("with a lower bound", _query(" and b.ts >= a.ts - interval '30 days'"), flagged=0),
        Example(
            "joined to the row before it",
            {
                "features.sql": """
                    create table ml.tx_features as
                    with t as (
                      select tx_id, user_id, amount, row_number() over (partition by user_id order by ts) as nth
                      from payments.transactions
                    )
                    select a.tx_id, a.amount - b.amount as change
                    from t a left join t b on b.user_id = a.user_id and b.nth = a.nth - 1
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "all earlier transactions of the user",
            _query(),
            contains="feature `n_before` holds each row of `payments.transactions` against all earlier ones",
        ),
        Example(
            "a correlated subquery",
            {
                "features.sql": """
                    create table ml.tx_features as
                    select c.checkout_id,
                      (select count(*) from payments.transactions t where t.user_id = c.user_id and t.ts < c.ts) as n_before
                    from payments.checkouts c
                """,
                "catalog.yaml": _CATALOG,
            },
            contains="feature `n_before` searches all earlier rows of `payments.transactions` again for every row",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        for history in histories(subject, wanted=_pairs) if severity is not None else ():
            assert severity is not None
            instead = suggestion(history, context)
            does = _DOES[history.aggregation.pairing or "self-join"].format(history.read.source.name)
            yield self.finding(
                severity,
                f"feature `{subject.name}` {does}: the work grows with the square of the events of a key",
                history.aggregation.place,
                help=help_for(history, instead, context),
                suggestion=instead,
                **evidence(history, context),
            )


def _pairs(history: History) -> bool:
    return history.aggregation.pairing is not None
