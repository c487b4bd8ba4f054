"""Which feature is meant, and which file holds the rows of its source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from feasilint.errors import UsageError
from feasilint.ir.expressions import fold

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from feasilint.analysis import Analysis
    from feasilint.evidence.model import Settings
    from feasilint.suggest.definition import Definition

_NEAREST = 3


def definition(feature: str, analysis: Analysis, reported: Collection[str]) -> Definition:
    """The definition of a feature of these documents. Raises UsageError for a name that none has, for one that means several, and
    with the reason where there is none."""
    from feasilint.rule import Feature
    from feasilint.subjects import subjects
    from feasilint.suggest.definition import Undefined, define

    features = [subject for subject in subjects(analysis, set(reported)) if isinstance(subject, Feature)]
    found = [define(one, analysis) for one in features if fold(one.name) == fold(feature)]
    if not found:
        raise UsageError(_unknown(feature, {one.name for one in features}))
    defined = [one for one in found if not isinstance(one, Undefined)]
    if not defined:
        why = next(one for one in found if isinstance(one, Undefined))
        declare = f"; declare {why.declare} in the catalog" if why.declare else ""
        raise UsageError(f"`{feature}` cannot be measured: {why.reason}{declare}")
    if any(one != defined[0] for one in defined):
        raise UsageError(f"`{feature}` is computed in several ways: name the file with the one that is meant")
    return defined[0]


def names(definition: Definition) -> tuple[str, ...]:
    """What the source of a feature is called: in the code, and in the catalog."""
    entry = definition.entry
    return tuple(dict.fromkeys((definition.source.name, *((entry.name,) if entry is not None else ()))))


def sample_of(data: Sequence[str], definition: Definition) -> str:
    """The file with the rows of the source of a feature, of files that are given as a path or as `source=path`."""
    from feasilint.suggest.tables import alike

    plain = [one for one in data if "=" not in one or Path(one).is_file()]
    named = [one.split("=", 1) for one in data if one not in plain]
    found = [path for source, path in named if any(alike(source, name) for name in names(definition))] or plain
    if len(found) != 1:
        source = names(definition)[-1]
        many = "more than one file has" if found else "no file has"
        raise UsageError(f"{many} the rows of `{source}`: --data {source}=FILE")
    return found[0]


def settled(settings: Settings, definition: Definition) -> Settings:
    """The settings with what the catalog says of the label: when it is known."""
    entry = definition.entry
    if settings.label is None or settings.spine is not None or settings.matures is not None or entry is None:
        return settings
    known = next((column for name, column in entry.columns.items() if fold(name) == fold(settings.label)), None)
    return replace(settings, matures=known.known_after if known is not None else None)


def _unknown(feature: str, known: Iterable[str]) -> str:
    from feasilint.catalog.similar import SimilarNames

    near = SimilarNames(sorted(known)).nearest(feature, _NEAREST)
    return f"no feature is called `{feature}`" + (
        f": did you mean {' or '.join(f'`{name}`' for name in near)}?" if near else ""
    )
