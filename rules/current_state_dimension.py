from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.ir.expressions import fold
from feasilint.ir.names import timelike
from feasilint.measure.names import constant
from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, declared, details, primary, replacement
from ._joins import JOINING, joined_to_history, uses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.catalog.model import SourceEntry
    from feasilint.measure.model import Input

_FIXED = re.compile(
    r"(^|_)(id|key|uuid|guid|birth|birthday|dob|regist\w*|sign_?up\w*|signed_up|created|joined)(_|$)|birth",
    re.IGNORECASE,
)
_OF_ALL = ("unbounded", "entity")
_TRAINING = re.compile(r"(^|[._/-])train", re.IGNORECASE)
_CATALOG = """
version: 1
sources:
  - {name: pay.orders, availability: production, latency: hourly, kind: events, event_time: ordered_at}
  - {name: crm.users, availability: production, latency: hourly, kind: scd1, grain: [user_id], event_time: signed_up_at}
  - {name: crm.users_history, availability: production, latency: hourly, kind: scd2, grain: [user_id]}
"""


_QUERY = "create table ml.{table} as select o.order_id, u.{column} as x from pay.orders o {join}"


def _query(table: str, column: str, join: str = "join crm.users u on u.user_id = o.user_id") -> dict[str, str]:
    return {"features.sql": _QUERY.format(table=table, column=column, join=join), "catalog.yaml": _CATALOG}


class CurrentStateDimension(Rule):
    """A table of current states is joined to training rows of the past.

    ## What it does
    Reports features of models, and of tables of training data, that come from a source of `kind: scd1` which is joined to
    rows of another table. What never changes is not meant: its keys, its event time, times of birth or registration; nor are
    tables of features that are computed for the present, and models without labels of what each entity has done by now.

    ## Why it matters
    The table holds what is true today. A training row of last year gets the segment, the limit or the status that its user
    has now, often as a consequence of what the model is to predict. In production the value is that of the moment: the
    model has learned from the future.

    ## Instead
    Join a history of it, as changes with their validity or as daily snapshots, as of the time of the row. Where there is none,
    begin to log the values that predictions are made with.

    ## When to ignore it
    When the columns that are used never change; say `mutable: false` in the catalog.
    """

    code = "SKW402"
    name = "current-state-dimension"
    scope = "feature"
    severity = Severity.ERROR
    batch = Severity.ERROR
    since = "0.1.0"
    examples = (
        Example("a table of the present", _query("order_features", "segment"), flagged=0),
        Example("what never changes", _query("training_set", "signed_up_at"), flagged=0),
        Example("a year of birth", _query("training_set", "birth_year"), flagged=0),
        Example(
            "a history, as of the row",
            _query(
                "training_set",
                "segment",
                "join crm.users_history u on u.user_id = o.user_id and o.ordered_at between u.valid_from and u.valid_to",
            ),
            flagged=0,
        ),
        Example(
            "today's segment in last year's rows",
            _query("training_set", "segment"),
            contains="feature `x` uses `crm.users.segment`, which is what holds today, in rows of the past",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        if (subject.kind != "model" and not _TRAINING.search(subject.target)) or _is_of_now(subject):
            return
        for entry, reads in by_source(subject.inputs):
            read = next((read for read in reads if entry is not None and _changes(read, entry, subject)), None)
            if entry is None or read is None or not joined_to_history(subject, read.source, context):
                continue
            yield self.finding(
                self.severity_at(subject.point) or self.severity,
                f"feature `{subject.name}` uses `{read.source.name}.{read.column}`, which is what holds today, in rows of the"
                " past",
                primary(subject, read),
                help=replacement(entry, context) or "join a history of it as of the time of the row",
                **details(subject, read, declared(entry, "kind")),
            )


def _is_of_now(feature: Feature) -> bool:
    """Whether a model without labels gets a row for each entity, of all that there is of it by now, and no time plays a part."""
    own = [one for one in feature.aggregations if one.keys]
    of_all = all(one.extent.window in _OF_ALL and not any(map(timelike, one.keys)) for one in own)
    return not feature.labelled and bool(own) and of_all and not any(timelike(column) for _, column, _ in uses(feature))


def _changes(read: Input, entry: SourceEntry, feature: Feature) -> bool:
    """Whether a column is of a current state and may have been another one. Whatever is made of the key that rows are joined
    by says the same as that of the other side."""
    if entry.kind != "scd1" or entry.mutable is False or read.role != "value":
        return False
    fixed = {fold(name) for name in (*entry.grain, entry.event_time or "")}
    joined = {fold(column) for source, column, role in uses(feature) if source == read.source and role in JOINING}
    fixed |= joined if len(joined) == 1 else set()
    name = read.column
    return fold(name) not in fixed and _FIXED.search(_words(name)) is None and not constant(name)


def _words(name: str) -> str:
    """A name with its words apart: `userId`, `User-ID`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|\W", "_", name)
