from __future__ import annotations

import re
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import aggregated, details, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

_MEANT = re.compile(r"rand|noise|shadow|dummy", re.IGNORECASE)
_NOTEBOOK = """
    import numpy as np
    import pandas as pd
    from xgboost import XGBClassifier
    # %%
    people = pd.read_csv("people.csv", usecols=["age", "income", "bought"])
    {made}
    # %%
    XGBClassifier().fit(people[["x"]], people["bought"])
"""


def _notebook(made: str) -> dict[str, str]:
    return {"train.ipynb": _NOTEBOOK.format(made=made)}


class NonDeterministic(Rule):
    """A feature has another value whenever it is computed.

    ## What it does
    Reports features whose value is drawn or picked by chance: `RAND()`, `np.random`, `uuid`, a subquery with `LIMIT 1` but
    without `ORDER BY`. Random numbers that only choose or shuffle rows are not meant, nor is a column that says in its
    name that it is noise, as one is added to compare the importance of others with.

    ## Why it matters
    Training and serving compute another value of the same row, and no test can tell whether they agree. What a seed
    makes repeatable depends on how many rows there are and in which order they come: one request gets another number.

    ## Instead
    Fill gaps with a constant that is kept with the model, such as a median. Pick a row by an order: `ORDER BY ts DESC
    LIMIT 1`. Where a number between 0 and 1 is needed for each entity, hash its key.

    ## When to ignore it
    When the noise is meant to blur the value.
    """

    code = "SKW406"
    name = "non-deterministic"
    scope = "feature"
    severity = Severity.WARNING
    batch = Severity.WARNING
    since = "0.1.0"
    examples = (
        Example(
            "chance chooses the rows",
            _notebook('people = people.sample(frac=0.5); people["x"] = people.age'),
            flagged=0,
        ),
        Example("a hash of the key", _notebook('people["x"] = pd.util.hash_array(people.age)'), flagged=0),
        Example(
            "a column of noise to compare with",
            _notebook('people["random"] = np.random.rand(len(people)); people["x"] = people["age"]'),
            flagged=0,
        ),
        Example(
            "the newest address",
            {
                "features.sql": """
                    create table ml.user_features as
                    select u.user_id,
                      (select a.city from shop.addresses a where a.user_id = u.user_id order by a.since desc limit 1) as city
                    from shop.users u
                """
            },
            flagged=0,
        ),
        Example(
            "gaps filled by chance",
            _notebook('people["x"] = people.age.fillna(np.random.randint(20, 60))'),
            contains="feature `x` has random numbers in it (`numpy.random.randint`)",
        ),
        Example(
            "any of several addresses",
            {
                "features.sql": """
                    create table ml.user_features as
                    select u.user_id, (select a.city from shop.addresses a where a.user_id = u.user_id limit 1) as city
                    from shop.users u
                """
            },
            contains="feature `city` is that of any row: `limit` without an order",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        del context
        assert isinstance(subject, Feature)
        severity = self.severity_at(subject.point)
        done = next((one for one in subject.operations if one.kind in ("random", "arbitrary")), None)
        if severity is None or done is None or _MEANT.search(subject.name):
            return
        read = passed(subject, done)
        if read is None:
            return
        drawn = done.kind == "random"
        said = f"has random numbers in it (`{done.text}`)" if drawn else "is that of any row: `limit` without an order"
        known = details(subject, read)
        yield self.finding(
            severity,
            f"feature `{subject.name}` {said}",
            done.place,
            help="fill gaps with a constant that is kept with the model, or hash a key"
            if drawn
            else "say which row by ORDER BY",
            **{**known, "labels": aggregated(known["labels"], done.place, "drawn here" if drawn else "picked here")},
        )
