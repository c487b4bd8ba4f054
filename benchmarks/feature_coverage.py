"""How much of what files do is found: of those that fit a model its features, of those that load data its sources."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from feasilint.ir import Fit, Inline, Scan
from feasilint.ir.traversal import inputs, members, scans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.analysis import Analysis
    from feasilint.documents.model import Document
    from feasilint.ir import Program, Relation

LEVELS = (
    "closed",
    "open, with names",
    "the label's own past",
    "a whole source",
    "rows made in the code",
    "nothing known",
    "no model found",
)

FITS = re.compile(
    r"(?<!caler)(?<!ncoder)(?<!mputer)(?<!okenizer)(?<!pca)(?<!PCA)(?<!vectorizer)"
    r"\.(?:fit|fit_generator|fit_one_cycle|partial_fit|train|backward)\s*\("
    r"|\b(?:xgb|lgb|xgboost|lightgbm)\.(?:train|cv)\s*\(|\bCREATE\s+(?:OR\s+REPLACE\s+)?MODEL\b"
)
LOADS = re.compile(
    r"\b(?:pd|pl|wr\.\w+|spark\.read(?:\.\w+\(.*?\))*|cudf|dd|duckdb|session\.read)\.(?:read|scan)_?\w*\s*\("
    r"|\bspark\.(?:table|sql|read)\b|\bsession\.(?:table|sql)\s*\(|%%bigquery|\.to_dataframe\(\)|\bfetch_\w+\(|\bload_dataset\("
    r"|\bnp\.(?:load|loadtxt|genfromtxt)\s*\(|\bpickle\.load\s*\(|\bjoblib\.load\s*\(|\bload_(?:iris|boston|wine|diabetes|digits)\("
)

_HOLE = re.compile(r"\{[^}]*\}")


class Coverage:
    """What is counted over all files."""

    def __init__(self) -> None:
        self.fitting: Counter[str] = Counter()
        self.models: Counter[str] = Counter()
        self.loading: Counter[bool] = Counter()
        self.examples: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, document: Document, program: Program, analysis: Analysis) -> None:
        text = "\n".join(cell.source for cell in document.cells)
        levels = [_level(sink, analysis) for sink in program.sinks if isinstance(sink, Fit)]
        self.models.update(levels)
        if levels or FITS.search(text):
            best = min(levels, key=LEVELS.index, default=LEVELS[-1])
            self.fitting[best] += 1
            self.examples[best].append(document.path)
        if LOADS.search(text):
            found = any(isinstance(relation, Scan) for relation in program.relations)
            self.loading[found] += 1
            if not found:
                self.examples["no source found"].append(document.path)

    def lines(self, show: int) -> Iterator[str]:
        """The tables, and `show` files of each kind that lacks something."""
        yield _row("files that fit a model", self.fitting.total(), self.fitting.total())
        for level in LEVELS:
            yield _row(f"    features: {level}", self.fitting[level], self.fitting.total())
        yield _row("models found", self.models.total(), self.models.total())
        for level in LEVELS[:-1]:
            yield _row(f"    features: {level}", self.models[level], self.models.total())
        yield _row("files that load data", self.loading.total(), self.loading.total())
        yield _row("    sources found", self.loading[True], self.loading.total())
        for kind in (*LEVELS[3:], "no source found"):
            yield from (f"{kind}: {path}" for path in self.examples[kind][:show])


def _row(name: str, count: int, of: int) -> str:
    return f"{name:36}{count:8}{count / of if of else 0:9.1%}"


def _level(fit: Fit, analysis: Analysis) -> str:
    names = [member.name for member in analysis.members(fit) if _HOLE.sub("", member.name) not in ("", "*")]
    more = analysis.columns.members(fit.features).open
    if names:
        return LEVELS[1] if more else LEVELS[0]
    if fit.label is not None and not more and analysis.columns.members(fit.features).names:
        return LEVELS[2]
    relations = tuple(members(fit.features))
    if relations and all(_made_up(relation) for relation in relations):
        return LEVELS[4]
    rooted = any(member.trace.value or member.name == "*" for member in analysis.members(fit))
    return LEVELS[3] if rooted or next(scans(relations), None) is not None else LEVELS[5]


def _made_up(relation: Relation) -> bool:
    """Whether a relation is made of values that the code writes down or draws."""
    below = inputs(relation)
    return all(map(_made_up, below)) if below else isinstance(relation, Inline)
