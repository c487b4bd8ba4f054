"""The relational algebra that SQL and dataframes are lowered to.

Relations are immutable and compared by identity: two reads of one table are two relations. A dataframe that is assigned
to becomes a new relation on top of the old one. Every `Column` names the very relation that it is read from, so lineage
needs no scopes or aliases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct

from feasilint.ir.node import Node

if TYPE_CHECKING:
    from feasilint.ir.expressions import Expression, Name
    from feasilint.ir.intervals import Interval
    from feasilint.ir.spans import Origin

SourceKind: TypeAlias = Literal["table", "file", "url", "api", "stream", "feature_view", "request", "inline"]
JoinKind: TypeAlias = Literal["inner", "left", "right", "full", "cross", "semi", "anti", "asof", "index", "unknown"]
FilterRole: TypeAlias = Literal["where", "having", "qualify", "exists", "split"]


_BLANK = re.compile(
    r"(^|[/\\])path[/\\_ ]to([/\\_ ]|$)|(^|[/\\])your[-_ ](path|file|folder|bucket|data)|<[^<>]+>", re.IGNORECASE
)


class Source(Struct, frozen=True, gc=False):
    """A physical place that data comes from or goes to. Unknown parts of the name stay as `{text}`."""

    name: str
    kind: SourceKind
    dialect: str | None = None
    vendor: str | None = None  # the third party behind an API or SDK

    @property
    def dynamic(self) -> bool:
        return "{" in self.name

    @property
    def blank(self) -> bool:
        """Whether the name of a file only shows where one is to be put: `path/to/data.csv`, `s3://your-bucket/<file>`."""
        return self.kind in ("file", "url") and _BLANK.search(self.name) is not None


# --- columns -----------------------------------------------------------------------------------------------------------


class Output(Node, frozen=True):
    """A column that a relation computes."""

    name: Name
    expression: Expression
    origin: Origin | None = None


class AllOf(Node, frozen=True):
    """Every column of a relation, known or not."""

    relation: Relation


class Names(Node, frozen=True):
    """These columns of a relation, in this order."""

    relation: Relation
    names: tuple[Name, ...]


class Minus(Node, frozen=True):
    """A set without these names."""

    base: ColumnSet
    names: tuple[Name, ...]


class Matching(Node, frozen=True):
    """The members of a set whose name matches a regular expression (or does not, with `negate`)."""

    base: ColumnSet
    pattern: str
    negate: bool = False


class OfType(Node, frozen=True):
    """The members of a set with one of these kinds of type (`number`, `string`, `boolean`, `time`, `category`)."""

    base: ColumnSet
    kinds: tuple[str, ...]
    negate: bool = False


class Both(Node, frozen=True):
    """Several sets one after the other."""

    parts: tuple[ColumnSet, ...]


class Values(Node, frozen=True):
    """Expressions used as columns without belonging to one frame: a series, an array."""

    outputs: tuple[Output, ...]


ColumnSet: TypeAlias = AllOf | Names | Minus | Matching | OfType | Both | Values


class Star(Node, frozen=True):
    """Columns passed on unchanged, in their order. `origin` is that of the `*`."""

    columns: ColumnSet
    origin: Origin | None = None


# --- relations ---------------------------------------------------------------------------------------------------------


class Scan(Node, frozen=True):
    """Reading a source. `columns` are all columns it gives where the reader says so, else None: open. `outside`: the project
    declares it as a table that others make; `node`: what the project calls the model that makes it, where it asks for that."""

    source: Source
    columns: tuple[Name, ...] | None = None
    origin: Origin | None = None
    outside: bool = False
    node: str = ""


class Inline(Node, frozen=True):
    """Rows written in the code: VALUES, a DataFrame of literals, SELECT without FROM."""

    outputs: tuple[Output, ...] = ()
    origin: Origin | None = None


class Derive(Node, frozen=True):
    """Projection and computation, row by row. Later items replace earlier columns of the same name, in place.

    `SELECT a, b + 1 AS c`: two outputs. `df['x'] = e`: (Star(AllOf(df)), Output('x', e)). Rename and drop:
    (Star(Minus(AllOf(df), old)), Output(new, Column(df, old))).
    """

    input: Relation
    items: tuple[Output | Star, ...]
    origin: Origin | None = None


class Filter(Node, frozen=True):
    """Rows for which the predicate holds."""

    input: Relation
    predicate: Expression
    role: FilterRole = "where"
    origin: Origin | None = None


class Join(Node, frozen=True):
    """Columns of both sides. `using` are the shared key names; `on` any condition (its columns name the sides).

    `suffixes`: pandas renames clashing columns with these; None: SQL, where the side decides and a bare name is
    looked up in both. `asof`: (left time, right time) of a point-in-time join, with its tolerance.
    """

    left: Relation
    right: Relation
    kind: JoinKind
    on: Expression | None = None
    using: tuple[Name, ...] = ()
    suffixes: tuple[str, str] | None = None
    asof: AsOf | None = None
    origin: Origin | None = None


class AsOf(Node, frozen=True):
    left: Expression
    right: Expression
    tolerance: Interval | None = None


class Aggregate(Node, frozen=True):
    """One row per key. Columns: the keys, then the measures. No keys: the whole table."""

    input: Relation
    keys: tuple[Output, ...]
    measures: tuple[Output, ...]
    origin: Origin | None = None


class Frame(Struct, frozen=True, gc=False):
    """The rows of a window, relative to the current one.

    `start` and `end` are signed offsets (-30 days, -6 rows, 0 = current row), None = unbounded. `unit` rows counts rows,
    range measures the ordering column, groups counts peers. `default` is true where the code states none; `vague` where it states
    an edge, but not how far it lies: 0 stands there.
    """

    unit: Literal["rows", "range", "groups"]
    start: Interval | int | None
    end: Interval | int | None
    default: bool = False
    vague: bool = False


class Window(Node, frozen=True):
    """Every row, with measures over a frame around it. Columns: those of the input, then the measures.

    `frame` None: the whole partition (no ORDER BY; groupby.transform). `descending`: of each key of the order whether it falls;
    empty where none does.
    """

    input: Relation
    partition: tuple[Expression, ...]
    order: tuple[Expression, ...]
    frame: Frame | None
    measures: tuple[Output, ...]
    origin: Origin | None = None
    descending: tuple[bool, ...] = ()


class Union(Node, frozen=True):
    """Rows of all inputs; columns match by position (SQL) or by name (pd.concat)."""

    inputs: tuple[Relation, ...]
    by: Literal["position", "name"] = "position"
    origin: Origin | None = None


class Choice(Node, frozen=True):
    """One of these: the branches of an if, several definitions of which one holds."""

    inputs: tuple[Relation, ...]
    origin: Origin | None = None


class Distinct(Node, frozen=True):
    """One row per key (None: per whole row); `order` decides which one is kept."""

    input: Relation
    keys: tuple[Expression, ...] | None = None
    order: tuple[Expression, ...] = ()
    origin: Origin | None = None


class Unnest(Node, frozen=True):
    """One row per element of `outputs`' expressions, beside the columns of the input."""

    input: Relation
    outputs: tuple[Output, ...]
    origin: Origin | None = None


class Pivot(Node, frozen=True):
    """Values become columns. Known result columns are `outputs`; with `open` there are more that the data decides."""

    input: Relation
    keys: tuple[Output, ...]
    spread: tuple[Expression, ...]
    outputs: tuple[Output, ...]
    cells: tuple[Expression, ...]
    open: bool = True
    origin: Origin | None = None


class Unpivot(Node, frozen=True):
    """Columns become values: `keys` stay, `names` holds the old names, `values` the cells."""

    input: Relation
    keys: tuple[Output, ...]
    names: Output
    values: Output
    origin: Origin | None = None


class Upsert(Node, frozen=True):
    """A table after MERGE or UPDATE: `target` with columns that also come from `source` where `on` matches.

    `outputs` are the assigned columns; `conditions` further predicates of the branches.
    """

    target: Relation
    source: Relation
    on: Expression | None
    outputs: tuple[Output, ...]
    conditions: tuple[Expression, ...] = ()
    origin: Origin | None = None


class Sort(Node, frozen=True):
    """The rows in an order. `descending`: of each key whether it falls; empty where none does."""

    input: Relation
    keys: tuple[Expression, ...]
    origin: Origin | None = None
    descending: tuple[bool, ...] = ()


class Limit(Node, frozen=True):
    """The first n rows, or a random sample: bounds no window."""

    input: Relation
    n: int | None
    sample: bool = False
    origin: Origin | None = None


class Split(Node, frozen=True):
    """A random or positional part of the rows: `part` is train, test, fold, …"""

    input: Relation
    part: str
    origin: Origin | None = None


class FitState(Node, frozen=True):
    """What a scaler, encoder or imputer learned from these columns."""

    estimator: str
    columns: ColumnSet
    origin: Origin | None = None


class Apply(Node, frozen=True):
    """Columns transformed by a fitted state, under their own names; columns outside the set are dropped."""

    input: Relation
    state: FitState
    columns: ColumnSet
    origin: Origin | None = None


class Opaque(Node, frozen=True):
    """A step that could not be read. Any column may come from any column of the inputs: all lineage is approximate.

    `library`: whose call it is, where it is no code of the project. `mixes`: the step is known, and this is what it does: a
    prediction is made of all that a model is given.
    """

    inputs: tuple[Relation, ...]
    reason: str
    values: tuple[Expression, ...] = ()
    origin: Origin | None = None
    library: str = ""
    mixes: bool = False


Relation: TypeAlias = (
    Scan | Inline | Derive | Filter | Join | Aggregate | Window | Union | Choice | Distinct | Unnest | Pivot
    | Unpivot | Upsert | Sort | Limit | Split | Apply | Opaque
)  # fmt: skip
