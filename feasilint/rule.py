"""The rule API: what a rule sees and how it speaks.

A rule is one class in one file. It sees subjects (features, sources, documents), the measures attached to them and the
catalog; never syntax. Distributions register rules in the entry-point group `feasilint.rules`; the built-in ones do it the
same way.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal, NamedTuple, TypeAlias

from msgspec import Struct, field

from feasilint.findings import Finding, Label, Place, Severity, Suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.match import Matcher
    from feasilint.catalog.model import Catalog, ModelEntry, PredictionPoint
    from feasilint.costing import Costs
    from feasilint.findings import Confidence
    from feasilint.ir import Diagnostic, Ignore, Program, Source
    from feasilint.measure.model import Aggregation, Choosing, Input, Operation

__all__ = [
    "Context", "DocumentSubject", "Example", "Feature", "Finding", "Label", "ModelSubject", "Place", "RowCode", "Rule",
    "ScanSubject", "Severity", "SourceSubject", "Spread", "Subject", "Suggestion", "Unread",
]  # fmt: skip

Scope: TypeAlias = Literal["feature", "model", "source", "scan", "document"]


class Unread(NamedTuple):
    """A step that could not be read: where, what, and of which library where it is no code of the project. `hides`: whether more
    than what it does with its inputs is unknown."""

    place: Place | None
    text: str
    library: str = ""
    hides: bool = True


class RowCode(NamedTuple):
    """A step that runs code for each row of a request: where, and what it is: `a user-defined function`, `a model`."""

    place: Place
    what: str


class Feature(Struct, frozen=True, gc=False):
    """A column that a model is fitted on or, without a model, that a feature table holds.

    `place` is where it is built. `target` names the model's estimator or the table. `entry`/`point`: the declared model and
    its prediction point, None where none is declared. `inputs` are what its own computation depends on, values first;
    `aggregations` the measures that it passes through, `operations` what on its way gives another value when it is computed again
    or earlier. `unread` are the steps on its way that could not be read; `row_code` those that run code on what a request brings,
    where its prediction point has a latency budget. `rows`: what decides which rows the model or table gets, where the catalog
    knows an input. `label`: the physical columns that the model's labels are made of, each of one alone; `labelled`: it is fitted
    on labels, known or not. `as_of`: the times by which its rows are looked up, before one of another source, where the catalog
    says when an input was known. `carried`: its value is that of one physical column as it is, or in another type. `either`:
    that of one of several columns, whichever is there. `stated`: a model, the catalog, a feature store or the table's own name
    says that it is a feature; else only the name of its document does.
    """

    name: str
    place: Place
    target: str
    kind: Literal["model", "table"]
    sink: Place
    inputs: tuple[Input, ...] = ()
    aggregations: tuple[Aggregation, ...] = ()
    entry: ModelEntry | None = None
    point: PredictionPoint | None = None
    confidence: Confidence = "exact"
    unread: tuple[Unread, ...] = ()
    carried: bool = False
    either: bool = False
    stated: bool = True
    row_code: tuple[RowCode, ...] = ()
    operations: tuple[Operation, ...] = ()
    rows: tuple[Choosing, ...] = ()
    label: frozenset[tuple[Source, str]] = frozenset()
    labelled: bool = True
    as_of: frozenset[tuple[Source, str]] = frozenset()


class Spread(NamedTuple):
    """A step that makes columns of values that the data holds: where, and the columns that hold them."""

    place: Place
    columns: tuple[str, ...]


class ModelSubject(Struct, frozen=True):
    """A model with its columns as a whole or, without a model, a feature table. `target`, `kind`, `sink`, `entry` and `point` as
    those of its features. `spreads`: the steps that leave it to the data which columns there are."""

    target: str
    kind: Literal["model", "table"]
    sink: Place
    entry: ModelEntry | None = None
    point: PredictionPoint | None = None
    spreads: tuple[Spread, ...] = ()


class SourceSubject(Struct, frozen=True):
    """A source that the scan reads and where; `features` are the names of those that depend on it. `others`: the same by
    other names that the project has for it."""

    source: Source
    places: tuple[Place, ...]
    features: tuple[str, ...] = ()
    others: tuple[Source, ...] = ()


class ScanSubject(Struct, frozen=True):
    """All features that are judged, for what only shows in several of them."""

    features: tuple[Feature, ...] = ()


class DocumentSubject(Struct, frozen=True):
    """A whole document with its diagnostics. `used` are the ignores that silenced something; `limits` say what of it was too
    much to be judged."""

    program: Program
    used: frozenset[Ignore] = frozenset()
    limits: tuple[Diagnostic, ...] = ()


Subject: TypeAlias = Feature | ModelSubject | SourceSubject | ScanSubject | DocumentSubject


class Context(Struct, frozen=True):
    """What rules may look up besides their subject. `texts`: the source text of every scanned file, by path. `silent`:
    codes and names of installed rules that do not run, `known` those of all there are. `costs`: those of all features
    that are judged, at the catalog's prices."""

    catalog: Catalog
    matcher: Matcher
    programs: Mapping[str, Program] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    silent: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    costs: Costs | None = None


class Example(Struct, frozen=True):
    """A documented case that is also a test. `flagged`: how many findings of the rule it gives.

    `files` maps paths to contents: `.sql`, `.py`, and `.ipynb` given as cells separated by lines of `# %%`;
    `catalog.yaml` is the catalog, if any.
    """

    title: str
    files: Mapping[str, str]
    flagged: int = 1
    contains: str = ""


class Rule(ABC):
    """One thing that can be wrong with a feature.

    Subclasses set the class variables, document themselves under the headings What it does, Why it matters, Instead and When to
    ignore it, and yield findings from `check`. `severity` holds at an online prediction point, `batch` in batch scoring (None:
    silent there). `supersedes` lists codes whose findings about the same feature and place become notes of this one.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    scope: ClassVar[Scope]
    severity: ClassVar[Severity]
    batch: ClassVar[Severity | None]
    since: ClassVar[str]
    supersedes: ClassVar[tuple[str, ...]] = ()
    examples: ClassVar[tuple[Example, ...]] = ()

    @abstractmethod
    def check(self, subject: Subject, context: Context) -> Iterator[Finding]:
        """Findings about one subject of this rule's scope."""

    def severity_at(self, point: PredictionPoint | None, online: Severity | None = None) -> Severity | None:
        """The severity at a prediction point, `online` (default: the rule's) being that of an online one.

        Undeclared: the milder of online and batch, at least information. None: nothing to say there.
        """
        online = self.severity if online is None else online
        batch = None if self.batch is None else min(self.batch, online)
        if point is None:
            return min(online, batch) if batch is not None else Severity.INFO
        return batch if point.mode == "batch" else online

    def finding(self, severity: Severity, message: str, place: Place, **details: object) -> Finding:
        """A finding of this rule; an approximate one comes out one level milder."""
        if details.get("confidence") == "approximate":
            severity = severity.milder
        if place.written is not None:
            details["facts"] = (("written in", place.written), *details.get("facts", ()))  # type: ignore[misc]
        return Finding(self.code, self.name, severity, message, place, **details)  # type: ignore[arg-type]
