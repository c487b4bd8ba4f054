"""What to use instead of a feature: its findings' suggestions, and its definition on a platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.errors import UsageError
from feasilint.ir import Scan
from feasilint.ir.expressions import fold
from feasilint.judging import analyse, judge
from feasilint.rule import Feature
from feasilint.subjects import subjects
from feasilint.suggest.definition import Definition, Undefined, define
from feasilint.suggest.platforms import PLATFORMS, Refused, rendered

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.catalog.model import Catalog
    from feasilint.findings import Finding
    from feasilint.ir import Program
    from feasilint.reading import Reading
    from feasilint.suggest.platforms import File

_OWN_SQL = ("chronon", "databricks")  # platforms whose SQL has one dialect
_LISTED = 12


class Proposal(Struct, frozen=True):
    """What there is to say of one feature. `findings`: those with a suggestion; `files`: of the platform that was asked for;
    `refused`: why it has none, as a clause."""

    feature: Feature
    definition: Definition | Undefined
    findings: tuple[Finding, ...] = ()
    files: tuple[File, ...] = ()
    refused: str = ""


def proposals(
    reading: Reading,
    paths: Sequence[str],
    catalog: Catalog | None,
    feature: str | None,
    platform: str | None,
    days: int | None,
    dialect: str | None,
) -> tuple[Proposal, ...]:
    """The proposals for the features of documents, or those of one name. Raises UsageError."""
    if platform is not None and platform not in PLATFORMS:
        raise UsageError(f"there is no platform `{platform}`: {', '.join(PLATFORMS)}")
    analysis = analyse(reading.programs, catalog)
    found = [one for one in subjects(analysis, set(paths)) if isinstance(one, Feature)]
    wanted = [one for one in found if feature is None or fold(one.name) == fold(feature)]
    if feature is not None and not wanted:
        names = list(dict.fromkeys(one.name for one in found))
        shown = ", ".join(names[:_LISTED]) + (f" and {len(names) - _LISTED} more" if len(names) > _LISTED else "")
        raise UsageError(f"no feature is called `{feature}`" + (f": there are {shown}" if names else ""))
    said = () if platform is not None else judge(reading, list(paths), catalog).findings
    spoken = _spoken(program for program in analysis.programs if program.path in paths) or _spoken(analysis.programs)
    made = []
    for one in wanted:
        definition = define(one, analysis, days)
        called = (None, one.target, one.entry.name if one.entry is not None else None)
        findings = tuple(f for f in said if f.suggestion and f.feature == one.name and f.model in called)
        proposal = Proposal(one, definition, findings)
        made.append(_with_files(proposal, platform, dialect, spoken) if platform is not None else proposal)
    return tuple(made)


def _spoken(programs: Iterable[Program]) -> str | None:
    """The dialect of all SQL whose dialect is known or can be told, where it is the same everywhere."""
    scans = (relation for program in programs for relation in program.relations if isinstance(relation, Scan))
    found = {scan.source.dialect for scan in scans if scan.source.dialect}
    return found.pop() if len(found) == 1 else None


def _with_files(proposal: Proposal, platform: str, dialect: str | None, spoken: str | None) -> Proposal:
    feature, definition = proposal.feature, proposal.definition
    if isinstance(definition, Undefined):
        return Proposal(feature, definition, refused=definition.reason)
    try:
        written = _dialect(definition, platform, dialect, spoken)
        return Proposal(feature, definition, files=rendered(definition, platform, written))
    except Refused as why:
        return Proposal(feature, definition, refused=str(why))


def _dialect(definition: Definition, platform: str, dialect: str | None, spoken: str | None) -> str:
    """The dialect of the statements: the one that is asked for, else that of the source, else that of all the code."""
    from feasilint.lower.sql.adapter import canonical_dialect

    if dialect is not None and canonical_dialect(dialect) is None:
        raise UsageError(f"--dialect: `{dialect}` is not known")
    found = (
        canonical_dialect(dialect)
        or definition.source.dialect
        or (spoken if definition.source.kind != "file" else None)
    )
    if found is None and (definition.source.kind == "file" or platform in _OWN_SQL):
        return "duckdb"
    if found is None:
        raise Refused("nothing tells which SQL the warehouse speaks: name it with --dialect")
    return found
