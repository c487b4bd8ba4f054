from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import declared, details, primary, replacement
from ._staleness import age, age_fact, ages, kept, slowest, source_staleness, stateful
from ._words import duration, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_CATALOG = """
version: 1
prediction_points:
  checkout: {mode: online, max_age: 1h}
  nightly: {mode: batch, run_at: "02:00", max_age: 1h}
models:
  - {name: fraud, paths: ["online/*"], prediction_point: checkout}
  - {name: churn, paths: ["batch/*"], prediction_point: nightly}
sources:
  - {name: bank.balances, availability: production, latency: daily, kind: snapshot}
  - {name: bank.limits, availability: production, latency: microbatch, kind: snapshot}
  - {name: bank.transfers, availability: production, latency: daily, kind: events, event_time: ts}
"""
_BALANCE = """
    import pandas as pd
    from sklearn.linear_model import LogisticRegression

    df = pd.read_sql("select account_id, balance, defaulted from bank.balances", con)
    LogisticRegression().fit(df[["balance"]], df["defaulted"])
"""


class TooOldForDecision(Rule):
    """A state is older than the decision tolerates.

    ## What it does
    Adds up the age of a feature's inputs along the path that decides, every scheduled table on the way included,
    and compares the worst case with `max_age` of the prediction point. Only features without a window are judged:
    last values, states, balances. Not those whose value stays as it is: of a `dimension`, a key of the source (`grain`), a
    birth date, a name, a time of creation; nor what is declared to be known only later (`known_after`), or what tells rows
    apart: a key that they are joined or grouped by, the time and the identifier of an event. Nor what comes with what is
    predicted: a field of the request (`request_fields`), a value of the event whose outcome is the label. How old a source
    may be for a count over a window is the affair of `window-inside-staleness` and `stale-window`. Where only the schedules
    of tables on the way are known, and nobody says how old the source itself is, it is a warning.

    ## Why it matters
    A balance of yesterday is another fact than the balance of now. The model was trained on values as of the event;
    with values a day older, its score answers another question.

    ## Instead
    Read the state from where it is kept (an online store, the service's own database, a change stream), shorten the
    chain of scheduled tables, or train on the state as it was known at that time.

    ## When to ignore it
    When the value hardly ever changes, such as a country or a birth date. Without `max_age` the rule is silent.
    """

    code = "LAT203"
    name = "too-old-for-decision"
    scope = "feature"
    severity = Severity.ERROR
    batch = None
    since = "0.1.0"
    supersedes = ("LAT204", "LAT206")
    examples = (
        Example(
            "a limit that is fresh enough",
            {
                "online/features.sql": "create table ml.account_features as select account_id, card_limit from bank.limits",
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a batch run takes the state that there is",
            {"batch/train.py": _BALANCE, "catalog.yaml": _CATALOG},
            flagged=0,
        ),
        Example(
            "the amount of the payment that is scored comes with the request",
            {
                "online/train.py": """
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression

                    df = pd.read_sql("select transfer_id, amount, disputed from bank.transfers", con)
                    LogisticRegression().fit(df[["amount"]], df["disputed"])
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "a 90-day sum is judged by its window",
            {
                "online/features.sql": """
                    create table ml.account_features as
                    select account_id, sum(amount) as sent_90d
                    from bank.transfers
                    where ts >= current_timestamp - interval '90 days'
                    group by account_id
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "yesterday's balance for a decision of now",
            {"online/train.py": _BALANCE, "catalog.yaml": _CATALOG},
            contains="is up to 1 d 12 h old; `checkout` tolerates 1 h",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        point = subject.point
        if point is None or point.max_age is None or not stateful(subject):
            return
        severity, limit = self.severity_at(point), point.max_age
        late = [read for read in subject.inputs if kept(read) and ages(subject, read) and age(read) > limit]
        if severity is not None and late:
            oldest = max(late, key=lambda read: (_known(read), age(read)))
            severity = severity if _known(oldest) else severity.milder
            yield self._found(severity, subject, oldest, f"`{point.name}` tolerates {duration(limit)}", context)

    def _found(self, severity: Severity, feature: Feature, read: Input, limit: str, context: Context) -> Finding:
        entry, known = read.entry, _known(read)
        late = slowest(read, read.staleness) if read.staleness is not None else f"`{read.source.name}`"
        twin = f"read `{entry.stream_twin}` instead" if entry is not None and entry.stream_twin else None
        more = "" if known else ", and declare how old that source is"
        return self.finding(
            severity,
            f"feature `{feature.name}` uses `{read.source.name}`{_old(read)}; {limit}",
            primary(feature, read),
            help=(replacement(entry, context, feature) if entry and known else None)
            or twin
            or f"read the state where it is kept, or have {late} refreshed more often{more}",
            **details(
                feature,
                read,
                declared(entry, "period" if entry.period is not None else "latency") if entry is not None else (),
                [age_fact(read, read.staleness)] if read.hops and read.staleness is not None else (),
            ),
        )


def _old(read: Input) -> str:
    """How old an input is at worst, as a clause. What only the tables on the way are known to add is said to be that."""
    oldest = age(read)
    if not _known(read):
        stored = list(dict.fromkeys(hop.table for hop in read.hops if hop.staleness is not None))
        return f", of which nobody says how old it is, by way of {listed(stored)}, which alone may be {duration(oldest)} old"
    return f", which is up to {duration(oldest)} old" if oldest < inf else ", which has no known limit of age"


def _known(read: Input) -> bool:
    """Whether the age of the source itself is known."""
    return source_staleness(read) is not None
