"""The Python API: `scan`, `fix`, `compare`, `scan_files`, `inspect`, `inspect_source`, `trace`, `survey`, `cost`, `evidence` and
`suggest`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feasilint.errors import UsageError
from feasilint.judging import analyse, chosen, judge
from feasilint.lower.options import Options
from feasilint.reading import Reading, contents_of, discovered, read_all, root_of_project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from feasilint.catalog.model import Catalog
    from feasilint.census import Census
    from feasilint.discover import Discovery
    from feasilint.evidence.model import Evidence, Settings
    from feasilint.fix.apply import Fixed
    from feasilint.ir import DocumentKind
    from feasilint.ledger import Assumed, Ledger
    from feasilint.proposing import Proposal
    from feasilint.result import ScanResult
    from feasilint.rule import Rule


def scan(
    paths: Sequence[str] | str,
    *,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> ScanResult:
    """Judge the files below `paths` against a catalog.

    `catalog`: a file or a loaded one; without it each document is judged by the nearest `catalog.yaml` above it, unless
    `use_catalog` is false. `root`: the project whose other documents lend lineage; by default found from the first path.
    `select`, `ignore`: rules by code or the beginning of one.
    Raises UsageError for a missing path or an unknown rule, CatalogError for a catalog that cannot be read.
    """
    listed, found = _found(paths, exclude, force_exclude)
    known = _catalog(found.files or listed, catalog) if use_catalog else None
    running = chosen(known, select, ignore)
    reading = read_all(found, root_of_project(listed, root), dialect)
    return judge(reading, list(found.files), known, running)


def fix(
    paths: Sequence[str] | str,
    *,
    unsafe: bool = False,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
) -> Fixed:
    """What the files below `paths` are after the fixes that hold, and what is found then. Nothing is written.

    `unsafe`: also fixes that change what the code computes. The rest, and what is raised, is as of `scan`.
    """
    from feasilint.fix.apply import Fixer

    listed, found = _found(paths, exclude, force_exclude)
    known = _catalog(found.files or listed, catalog) if use_catalog else None
    running = chosen(known, select, ignore)
    reading = read_all(found, root_of_project(listed, None), dialect)
    return Fixer(reading, contents_of(reading, found.files), known, running).fix(list(found.files), unsafe)


def compare(
    paths: Sequence[str] | str,
    before: Catalog,
    after: Catalog,
    *,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
) -> tuple[ScanResult, ScanResult]:
    """Judge the files below `paths` against two catalogs; they are read once."""
    files, _, reading = _opened(paths, None, False, None, dialect, exclude)
    return judge(reading, list(files), before), judge(reading, list(files), after)


def scan_files(
    files: Mapping[str, str | bytes], catalog: str | None = None, *, rules: Sequence[Rule] = ()
) -> ScanResult:
    """Judge documents that are given as path and content. `catalog` is the text of a catalog.yaml; `rules` join the
    installed ones, and replace those of the same code."""
    from feasilint.catalog.load import load_text

    reading = Reading(Options())
    for path, content in files.items():
        reading.take(path, content.encode() if isinstance(content, str) else content)
    known = load_text(catalog, "catalog.yaml") if catalog is not None else None
    more = {rule.code for rule in rules}
    running = (*(rule for rule in chosen(known) if rule.code not in more), *rules)
    return judge(reading, list(files), known, running)


def inspect(
    paths: Sequence[str] | str,
    *,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
) -> dict[str, Any]:
    """What was understood of the files below `paths`, in the schema `feasilint.inspect/1`."""
    from feasilint.report.inspect import inspection

    files, known, reading = _opened(paths, catalog, use_catalog, root, dialect, exclude, force_exclude)
    return inspection(analyse(reading.programs, known), files)


def trace(
    path: str,
    feature: str | None = None,
    *,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
) -> dict[str, Any]:
    """Where the features of a file or folder come from, or one of them, in the schema `feasilint.trace/1`.

    Raises UsageError for a name that no feature has.
    """
    from feasilint.ancestry import ancestries
    from feasilint.report.trace import traced

    files, known, reading = _opened(path, catalog, use_catalog, root, dialect, exclude, force_exclude)
    analysis = analyse(reading.programs, known)
    features = ancestries(analysis, frozenset(files), feature) if files else []
    limits = [said.message for program in analysis.programs for said in analysis.budget.limits(program)]
    return traced(features, reading.documents, known, limits)


def survey(
    paths: Sequence[str] | str,
    *,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
    force_exclude: bool = False,
) -> Census:
    """Which sources the files below `paths` read, and which features depend on each. Tests of dbt do not count as readers."""
    from feasilint.census import census

    files, known, reading = _opened(paths, catalog, use_catalog, root, dialect, exclude, force_exclude)
    made = (path for path in files if (home := reading.options.project(path)) is None or not home.tests(path))
    return census(analyse(reading.programs, known), dict.fromkeys(made))


def cost(
    paths: Sequence[str] | str,
    *,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
    assumed: Assumed | None = None,
) -> Ledger:
    """What the features of the files below `paths` cost in a year, by the prices of the catalog, else list prices. `assumed`:
    what nobody declares."""
    from feasilint.costing import Costs
    from feasilint.ledger import Assumed
    from feasilint.rule import Feature
    from feasilint.subjects import subjects

    files, known, reading = _opened(paths, catalog, use_catalog, root, dialect, exclude)
    analysis = analyse(reading.programs, known)
    features = [subject for subject in subjects(analysis, set(files)) if isinstance(subject, Feature)]
    programs = {program.path: program for program in analysis.programs}
    return Costs(features, programs, analysis.matcher, listed=True, assumed=assumed or Assumed()).ledger


def evidence(
    path: str,
    feature: str,
    data: Sequence[str] | str,
    *,
    settings: Settings | None = None,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
) -> Evidence:
    """A feature of a file or folder in its present and its bounded form on a sample. `data`: files with the rows of its source,
    each as a path or as `source=path`: Parquet, CSV, or a DuckDB database. Only SQL that feasilint has written is run.

    Raises UsageError for a name that no feature has, for a feature that has no such form, with the reason, and for data that
    cannot be used.
    """
    from feasilint.evidence.choosing import definition, sample_of, settled
    from feasilint.evidence.measuring import measured
    from feasilint.evidence.model import Settings

    files, known, reading = _opened(path, catalog, use_catalog, root, dialect, exclude)
    found = definition(feature, analyse(reading.programs, known), files)
    sample = sample_of([data] if isinstance(data, str) else data, found)
    return measured(found, sample, settled(settings or Settings(), found))


def suggest(
    path: str,
    feature: str | None = None,
    platform: str | None = None,
    *,
    days: int | None = None,
    catalog: str | Catalog | None = None,
    use_catalog: bool = True,
    root: str | None = None,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
) -> tuple[Proposal, ...]:
    """What to use instead of the features of a file or folder, or of one of them: their findings' suggestions and, with a
    `platform` of `feasilint.suggest.platforms.PLATFORMS`, their definition there. `days`: the window to suggest.

    Raises UsageError for a name that no feature has, and for a platform that there is not.
    """
    from feasilint.proposing import proposals

    files, known, reading = _opened(path, catalog, use_catalog, root, dialect, exclude)
    return proposals(reading, files, known, feature, platform, days, dialect)


def inspect_source(
    text: str,
    kind: DocumentKind = "sql",
    dialect: str | None = None,
    catalog: Mapping[str, Any] | Catalog | None = None,
) -> dict[str, Any]:
    """What was understood of one text: one entry of `documents` in the schema `feasilint.inspect/1`.

    `kind`: sql, python, or notebook (its JSON). `catalog`: a loaded catalog, or a mapping as in catalog.yaml.
    """
    from feasilint.catalog.load import from_mapping
    from feasilint.catalog.model import Catalog
    from feasilint.report.inspect import document

    if kind not in _SUFFIX:
        raise UsageError(f"`{kind}` is no kind of document; there are {', '.join(_SUFFIX)}")
    reading = Reading(Options(dialect))
    program = reading.take(f"source.{_SUFFIX[kind]}", text.encode("utf-8", "surrogatepass"))
    known = catalog if catalog is None or isinstance(catalog, Catalog) else from_mapping(catalog)
    return document(program, analyse(reading.programs, known))


_SUFFIX: dict[DocumentKind, str] = {"sql": "sql", "python": "py", "notebook": "ipynb"}


def _opened(
    paths: Sequence[str] | str,
    catalog: str | Catalog | None,
    use_catalog: bool,
    root: str | None,
    dialect: str | None,
    exclude: Sequence[str],
    force_exclude: bool = False,
) -> tuple[tuple[str, ...], Catalog | None, Reading]:
    """The files below the paths, the catalog that judges them, and what was read."""
    listed, found = _found(paths, exclude, force_exclude)
    known = _catalog(found.files or listed, catalog) if use_catalog else None
    return found.files, known, read_all(found, root_of_project(listed, root), dialect)


def _found(paths: Sequence[str] | str, exclude: Sequence[str], force_exclude: bool) -> tuple[Sequence[str], Discovery]:
    """The paths as a list, and the files below them."""
    listed = [paths] if isinstance(paths, str) else paths
    return listed, discovered(listed, exclude, force_exclude)


def _catalog(files: Sequence[str], catalog: str | Catalog | None) -> Catalog | None:
    """The catalog that is named or given, else those that are nearest to the files."""
    if not isinstance(catalog, str | None):
        return catalog
    from feasilint.catalog.load import load, load_nearest

    return load(catalog) if catalog is not None else load_nearest(files)
