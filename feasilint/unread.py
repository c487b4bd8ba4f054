"""The steps of a column's lineage that could not be read: where it passes through code of which only the inputs are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from feasilint.ir import Column, Hole, Opaque, Relation, Subquery
from feasilint.ir.expressions import columns, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.columns import Columns
    from feasilint.ir import Expression, Name, Origin


class Gap(NamedTuple):
    """One step that could not be read: what it is, the relation and the code that it belongs to, and whose call it is."""

    text: str
    relation: Relation
    origin: Origin | None
    library: str = ""

    @property
    def hides(self) -> bool:
        """Whether it hides what a feature is made of. Of a library's call that is known as well as what goes in, unless it makes
        features by itself."""
        return not self.library or self.library in _MAKERS


_MAKERS = frozenset(
    (
        "featuretools",
        "getml",
        "nvtabular",
        "pandas_ta",
        "ta",
        "talib",
        "tecton",
        "tsfel",
        "tsflex",
        "tsfresh",
        "tensorflow_transform",
    )
)
"""Libraries that summarise the history of something, so that a call of them that no table knows hides aggregations."""


def gaps(column: Column, known: Columns) -> Iterator[Gap]:
    """The nearest unread steps on every way down from a column; what lies behind one of the project is not looked at.

    An expression that could not be read is none as long as the columns that go in are known by name; nor is a library's call of
    tables whose columns all are: what it does is arithmetic, and code of the project may do anything.
    """
    pending: list[Column] = [column]
    seen: set[tuple[Relation, Name]] = set()
    while pending:
        at = pending.pop()
        relation = known.settle(at.relation, at.name)
        if (relation, at.name) in seen:
            continue
        seen.add((relation, at.name))
        if isinstance(relation, Opaque):
            if not relation.mixes and not _is_named(relation, known):
                yield Gap(relation.reason, relation, relation.origin, relation.library)
                if not relation.library:
                    continue
            pending.extend(_inputs(relation, at.name, known))
        for part in (node for expression in known.step(relation, at.name) for node in walk(expression)):
            if isinstance(part, Hole) and _hides(part):
                yield Gap(part.text, relation, part.origin, part.library)
                if not part.library:
                    seen.update((read.relation, read.name) for read in columns(part))
            pending.extend(_below(part, known))


def _inputs(step: Opaque, name: Name, known: Columns) -> Iterator[Column]:
    """The columns that go into a step; of tables that may have more than are known also the one that comes out."""
    for below in step.inputs:
        header = known.header(below)
        names = dict.fromkeys((*header.names, name) if header.open else header.names)
        yield from (Column(below, one) for one in names)


def _hides(part: Hole) -> bool:
    """Whether an expression stands for a call into which tables go of which any column may be meant."""
    return part.unread and any(isinstance(read.relation, Opaque) for read in columns(part))


def _is_named(step: Opaque, known: Columns) -> bool:
    """Whether a step is a library's, of tables whose columns are all known."""
    headers = [known.header(below) for below in step.inputs]
    return bool(step.library and headers) and all(header.names and not header.open for header in headers)


def _below(part: Expression, known: Columns) -> Iterator[Column]:
    if isinstance(part, Column):
        yield part
    elif isinstance(part, Subquery):
        yield from (Column(part.relation, name) for name in known.header(part.relation).names[:1])
