from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from feasilint.rule import Context, Example, Feature, Finding, Rule, Severity, Subject

from ._evidence import by_source, details, primary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.measure.model import Input

_CATALOG = """
version: 1
sources:
  - {name: "shop.orders_*", availability: production, latency: daily, kind: events, event_time: ordered_at}
"""


class UnresolvedSource(Rule):
    """A source whose name the scanned code does not tell feeds a feature.

    ## What it does
    Reports where a feature reads a table or a file of whose name a part is an expression that could not be resolved. It
    says so once per place, and not where the catalog knows the source by a pattern. Without a catalog only of models and of
    tables that are called features, and only where the table's or file's own name is open: a bucket, project or schema that
    the environment sets is no secret, nor is the data set that a platform hands to its training job or to a step of its
    pipeline, or that a person inserts into the notebook. The arguments of a script are those that a notebook itself calls it
    with.

    ## Why it matters
    Nothing can be said about such a source: not whether production has it, nor how old it is, nor what it is made of.

    ## Instead
    Give the variable a value in the code (a constant, a default), or list the name with a `*` for the open part in
    the catalog.

    ## When to ignore it
    Where the name is an argument of a pipeline that is judged with the code that calls it.
    """

    code = "FEA002"
    name = "unresolved-source"
    scope = "feature"
    severity = Severity.INFO
    batch = Severity.INFO
    since = "0.1.0"
    examples = (
        Example(
            "a name that is put together from constants",
            {
                "train.py": """
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression
                    schema = "shop"
                    df = pd.read_sql(f"select amount, bought from {schema}.orders", connection)
                    LogisticRegression().fit(df[["amount"]], df["bought"])
                """
            },
            flagged=0,
        ),
        Example(
            "a dynamic name that no feature depends on",
            {
                "train.py": """
                    import os
                    import pandas as pd
                    print(pd.read_parquet(os.environ["SAMPLE"]).describe())
                """
            },
            flagged=0,
        ),
        Example(
            "only the bucket is open, and no catalog asks for it",
            {
                "train.py": """
                    import os
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression
                    df = pd.read_parquet(f"s3://{os.environ['BUCKET']}/shop/orders.parquet")
                    LogisticRegression().fit(df[["amount", "hour"]], df["bought"])
                """
            },
            flagged=0,
        ),
        Example(
            "the catalog knows all tables of that pattern",
            {
                "features.sql": """
                    create table ml.features as
                    select user_id, amount as last_amount from shop.orders_{{ run_id }}
                """,
                "catalog.yaml": _CATALOG,
            },
            flagged=0,
        ),
        Example(
            "what finds a file is told its name",
            {
                "train.py": """
                    import h2o
                    import pandas as pd
                    from h2o.utils.shared_utils import _locate
                    from sklearn.linear_model import LogisticRegression
                    df = pd.read_parquet(_locate("shop/orders.parquet"))
                    LogisticRegression().fit(df[["amount", "hour"]], df["bought"])
                """
            },
            flagged=0,
        ),
        Example(
            "a table whose name ends with the day of its run",
            {
                "train.py": """
                    import os
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression
                    df = pd.read_parquet(f"shop/orders_{os.environ['DAY']}.parquet")
                    LogisticRegression().fit(df[["amount", "hour"]], df["bought"])
                """
            },
            flagged=0,
        ),
        Example(
            "a column that either of two tables may have",
            {
                "train.py": """
                    import os
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression
                    a, b = os.environ["ORDERS"], os.environ["USERS"]
                    df = pd.read_sql(f'select * from "{a}", "{b}" where "{a}".user_id = "{b}".user_id', connection)
                    LogisticRegression().fit(df[["amount"]], df["bought"])
                """
            },
            flagged=0,
        ),
        Example(
            "a name that a scheduler hands to its step",
            {
                "train.py": """
                    import json
                    from snowflake.core.task.context import TaskContext
                    from snowflake.snowpark import Session
                    from sklearn.linear_model import LogisticRegression
                    session = Session.builder.getOrCreate()
                    table = json.loads(TaskContext(session).get_predecessor_return_value("SPLIT"))["table"]
                    df = session.table(table).to_pandas()
                    LogisticRegression().fit(df[["amount"]], df["bought"])
                """
            },
            flagged=0,
        ),
        Example(
            "a table that the environment names",
            {
                "train.py": """
                    import os
                    import pandas as pd
                    from sklearn.linear_model import LogisticRegression
                    df = pd.read_parquet(os.environ["ORDERS"])
                    LogisticRegression().fit(df[["amount", "hour"]], df["bought"])
                """
            },
            contains="whose name the scanned code does not tell",
        ),
    )

    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        assert isinstance(subject, Feature)
        if "{" in subject.name:  # it cannot even be named
            return
        for read in _certain(list(self._open(subject, context))):
            yield self.finding(
                self.severity,
                f"feature `{subject.name}` reads `{read.source.name}`, whose name the scanned code does not tell",
                primary(subject, read),
                help="give the open part of the name a value in the code, scan the module that sets it, or list the name with"
                " a `*` in the catalog",
                **details(subject, read),
            )

    def _open(self, subject: Feature, context: Context) -> Iterator[Input]:
        for entry, reads in by_source(subject.inputs):
            read = reads[0]
            open_ = entry is None and read.source.dynamic
            if open_ and (not context.catalog.empty or (subject.stated and not _told(read.source.name))):
                yield read


def _certain(reads: list[Input]) -> Iterator[Input]:
    """Without those of one column that any of several tables may have: which of them is read is not known."""
    columns = Counter(read.column for read in reads if read.role == "value" and read.confidence == "approximate")
    yield from (read for read in reads if columns[read.column] < 2)


_HOLE = re.compile(r"\{[^{}]*\}")
_STAMP = re.compile(r"(?<=[\w/-])\{[^{}]*(?:time|uuid|stamp|suffix|temp|random|nextval)[^{}]*\}", re.IGNORECASE)
_SUFFIX = re.compile(r"(?<=[A-Za-z]{3}[_-])\{[^{}]*\}(?=$|\.\w+$)")
_LOCATED = re.compile(r"\{[\w.]+\('[^'{}]+\.\w{2,8}'\)\}")
_ARGUMENT = re.compile(r"\{argument [^{}]*\}[^{}/]*")
_PLATFORM = re.compile(
    r"\{_+\}|\{[\w.]*download\w*\(\)\}|\{(?:ref|source|api\.[\w.]+|adapter\.[\w.]+)\(\)\}|\{inserted \w+\}|\{artifact \w+\}"
    r"|\{[^{}]*\b(?:AIP_(?:TRAINING|VALIDATION|TEST)_DATA_URI|SM_CHANNEL_\w+)\b[^{}]*\}"
)


def _told(source: str) -> bool:
    """Whether the last part of a path or table's name is known. What stands before it says only where it lies, a stamp or suffix
    after it keeps runs apart, what finds a file by its name (`locate("a.csv")`) is told it, of a folder all files are read, a
    platform's variable is the data set of its training job, and what a function is handed that nothing here calls is known to
    who calls it."""
    if _PLATFORM.search(source) or _LOCATED.fullmatch(source):
        return True
    plain = _ARGUMENT.sub("given", source).replace("{any file}", "*")
    closed = _HOLE.sub("{}", _SUFFIX.sub("", _STAMP.sub("", plain))).rstrip("/")
    parts = closed.split("/") if "/" in closed else closed.split(".")
    own = next((part for part in reversed(parts) if part.strip("*") and not part.startswith("*.")), "")
    return "{}" not in own and bool(own) and (len(parts) > 1 or "{}" not in closed)
