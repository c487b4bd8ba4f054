"""The Python API: `scan`, `compare`, `scan_files`, `inspect`, `inspect_source`, `trace` and `survey`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field

from feasilint.errors import UsageError
from feasilint.lower.options import Options
from feasilint.memory import without_collection
from feasilint.result import ScanResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from feasilint.analysis import Analysis
    from feasilint.catalog.model import Catalog
    from feasilint.census import Census
    from feasilint.dbt.project import Project as DbtProject
    from feasilint.discover import Discovery
    from feasilint.documents.model import Document
    from feasilint.ir import Diagnostic, DocumentKind, Program
    from feasilint.nearest import Projects
    from feasilint.rule import Context, Feature, Rule, Subject

_FRAMES = 20_000  # deep expressions and long chains of assignments need more than Python's default of 1,000


class _Reading(Struct):
    """Documents as they are read and lowered. `closed`: folders that may not be looked into; `problems`: what was wrong with
    the settings of the projects around them."""

    options: Options
    closed: tuple[str, ...] = ()
    documents: dict[str, Document] = field(default_factory=dict)
    programs: list[Program] = field(default_factory=list)
    problems: tuple[Diagnostic, ...] = ()

    def take(self, path: str, data: bytes) -> Program:
        from feasilint.documents.read import read
        from feasilint.lower import lower

        document = read(path, data)
        program = lower(document, self.options)
        self.documents[path] = document
        self.programs.append(program)
        return program

    def refuse(self, path: str, error: OSError) -> None:
        """A file that the system does not let us read: its document says so."""
        from feasilint.documents.read import unreadable
        from feasilint.ir import Program

        document = unreadable(path, f"cannot be read: {error.strerror or error}")
        self.documents[path] = document
        self.programs.append(Program(path, document.kind, diagnostics=document.diagnostics))


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
    paths = _listed(paths)
    running = _rules(select, ignore)
    found = _discover(paths, exclude, force_exclude)
    known = _catalog(found, paths, catalog, use_catalog)
    reading = _read_all(found, _root(paths, root), dialect)
    return _judge(reading, list(found.files), known, running)


def compare(
    paths: Sequence[str] | str,
    before: Catalog,
    after: Catalog,
    *,
    dialect: str | None = None,
    exclude: Sequence[str] = (),
) -> tuple[ScanResult, ScanResult]:
    """Judge the files below `paths` against two catalogs; they are read once."""
    paths = _listed(paths)
    found = _discover(paths, exclude, False)
    reading = _read_all(found, _root(paths, None), dialect)
    files = list(found.files)
    return _judge(reading, files, before), _judge(reading, files, after)


def scan_files(
    files: Mapping[str, str | bytes], catalog: str | None = None, *, rules: Sequence[Rule] = ()
) -> ScanResult:
    """Judge documents that are given as path and content. `catalog` is the text of a catalog.yaml; `rules` join the
    installed ones, and replace those of the same code."""
    from feasilint.catalog.load import load_text

    reading = _Reading(Options())
    for path, content in files.items():
        reading.take(path, content.encode() if isinstance(content, str) else content)
    known = load_text(catalog, "catalog.yaml") if catalog is not None else None
    more = {rule.code for rule in rules}
    running = (*(rule for rule in _rules() if rule.code not in more), *rules)
    return _judge(reading, list(files), known, running)


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

    paths = _listed(paths)
    found = _discover(paths, exclude, force_exclude)
    known = _catalog(found, paths, catalog, use_catalog)
    reading = _read_all(found, _root(paths, root), dialect)
    return inspection(_analyse(reading.programs, known), found.files)


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

    found = _discover([path], exclude, force_exclude)
    known = _catalog(found, [path], catalog, use_catalog)
    reading = _read_all(found, _root([path], root), dialect)
    analysis = _analyse(reading.programs, known)
    features = ancestries(analysis, frozenset(found.files), feature) if found.files else []
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

    paths = _listed(paths)
    found = _discover(paths, exclude, force_exclude)
    known = _catalog(found, paths, catalog, use_catalog)
    reading = _read_all(found, _root(paths, root), dialect)
    made = (path for path in found.files if (home := reading.options.project(path)) is None or not home.tests(path))
    return census(_analyse(reading.programs, known), dict.fromkeys(made))


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
    reading = _Reading(Options(dialect))
    program = reading.take(f"source.{_SUFFIX[kind]}", text.encode("utf-8", "surrogatepass"))
    known = catalog if catalog is None or isinstance(catalog, Catalog) else from_mapping(catalog)
    return document(program, _analyse(reading.programs, known))


_SUFFIX: dict[DocumentKind, str] = {"sql": "sql", "python": "py", "notebook": "ipynb"}


def _discover(paths: Sequence[str], exclude: Sequence[str], force_exclude: bool) -> Discovery:
    from feasilint.discover import discover

    found = discover(paths, force_exclude=force_exclude, exclude=exclude)
    if found.missing:
        raise UsageError("\n".join(f"{path}: no such file or folder" for path in found.missing))
    return found


def _catalog(
    found: Discovery, paths: Sequence[str], catalog: str | Catalog | None, use_catalog: bool
) -> Catalog | None:
    if not use_catalog or not isinstance(catalog, str | None):
        return catalog if use_catalog and not isinstance(catalog, str) else None
    from feasilint.catalog.load import load, load_nearest

    return load(catalog) if catalog is not None else load_nearest(found.files or paths)


def _read_all(found: Discovery, top: Path | None, dialect: str | None) -> _Reading:
    """The documents that were found, and what the rest of their project lends them."""
    from feasilint.nearest import dataform_projects, dbt_projects

    dbt, dataform = dbt_projects(), dataform_projects()
    reading = _read(found, Options(_known(dialect), str(top or "."), dbt.of, dataform.of))
    _read_project(reading, top, dbt)
    _tell_cycles(reading, dbt)
    reading.problems = (*dbt.problems(), *dataform.problems())
    return reading


def _read(found: Discovery, options: Options) -> _Reading:
    reading = _Reading(options, closed=found.unreadable)
    for path in found.files:
        try:
            if not Path(path).is_file():  # a pipe would be waited for
                raise OSError(0, "not a regular file")
            data = Path(path).read_bytes()
        except OSError as error:
            reading.refuse(path, error)
        else:
            reading.take(path, data)
    return reading


def _listed(paths: Sequence[str] | str) -> Sequence[str]:
    return [paths] if isinstance(paths, str) else paths


def _known(dialect: str | None) -> str | None:
    """The dialect, if there is one of that name; UsageError otherwise."""
    if dialect is None:
        return None
    from feasilint.lower.sql.adapter import canonical_dialect, dialects

    if canonical_dialect(dialect) is None:
        raise UsageError(f"no SQL dialect is called `{dialect}`; there are {', '.join(dialects())}")
    return dialect


def _root(paths: Sequence[str], root: str | None) -> Path | None:
    from feasilint.project import root_of

    return Path(root) if root is not None else root_of(paths)


def _read_project(reading: _Reading, top: Path | None, projects: Projects[DbtProject]) -> None:
    """Lower the rest of the project as far as it makes what the documents read."""
    if top is None:
        return
    from feasilint.discover import discover
    from feasilint.project import upstream

    files = discover([_relative(top)]).files
    known = {str(Path(path).resolve()) for path in reading.documents}
    around = [path for path in files if str(Path(path).resolve()) not in known]
    modelled = list(projects.around(path for path in files if path.endswith((".sql", ".py"))))

    def named(table: str) -> Iterator[str]:
        found = (path for project in modelled for path in project.files_of(table) if path not in known)
        return (_relative(Path(path)) for path in found)

    scanned = list(reading.programs)
    reading.programs = scanned + upstream(scanned, around, reading.take, named)


def _tell_cycles(reading: _Reading, projects: Projects[DbtProject]) -> None:
    """Let the models of dbt that read each other say so."""
    if next(projects.around(reading.documents), None) is not None:
        from feasilint.dbt.cycles import told

        reading.programs = told(reading.programs, projects.of, lambda path: reading.documents[path].text)


def _relative(folder: Path) -> str:
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()


def _analyse(programs: list[Program], catalog: Catalog | None) -> Analysis:
    from feasilint.analysis import Analysis
    from feasilint.catalog.model import Catalog
    from feasilint.catalog.several import matcher_of

    sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))
    return Analysis(programs, matcher_of(catalog or Catalog()))


def _rules(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[Rule, ...]:
    from feasilint.registry import rules
    from feasilint.selection import selected

    return selected(rules(), select, ignore)


@without_collection()
def _judge(
    reading: _Reading, reported: list[str], catalog: Catalog | None, running: tuple[Rule, ...] | None = None
) -> ScanResult:
    from feasilint.check import check
    from feasilint.registry import installed
    from feasilint.rule import Feature
    from feasilint.subjects import subjects, tables_passed_over

    running = _rules() if running is None else running
    analysis = _analyse(reading.programs, catalog)
    found = list(subjects(analysis, set(reported)))
    checked = check(found, running, _context(reading, analysis, running))
    judged = [subject for subject in found if isinstance(subject, Feature)]
    return ScanResult(
        findings=checked.findings,
        suppressed=checked.suppressed,
        documents={path: reading.documents[path] for path in reported},
        upstream={path: document for path, document in reading.documents.items() if path not in reported},
        features=len(judged),
        models=len({(feature.sink, feature.target) for feature in judged if feature.kind == "model"}),
        unknown_sources=tuple(_unknown(found, analysis)),
        catalog=catalog,
        hints=(
            *(f"{folder}: this folder may not be looked into" for folder in reading.closed),
            *(problem.message for problem in reading.problems),
            *_hints(judged, catalog, 0 if judged else tables_passed_over(analysis, set(reported))),
        ),
        errors=(*installed().problems, *checked.errors),
    )


def _context(reading: _Reading, analysis: Analysis, running: tuple[Rule, ...]) -> Context:
    from feasilint.registry import rules
    from feasilint.rule import Context

    silent = [rule for rule in rules() if rule not in running]
    return Context(
        analysis.matcher.catalog,
        analysis.matcher,
        {program.path: program for program in analysis.programs},
        {path: document.text for path, document in reading.documents.items()},
        frozenset(word for rule in silent for word in (rule.code, rule.name)),
    )


def _unknown(found: Iterable[Subject], analysis: Analysis) -> Iterable[str]:
    """The sources that features depend on and that the catalog does not know, each once."""
    from feasilint.rule import SourceSubject

    read = (subject for subject in found if isinstance(subject, SourceSubject) and subject.features)
    return dict.fromkeys(one.source.name for one in read if not analysis.matcher.find(one.source))


def _hints(judged: Iterable[Feature], catalog: Catalog | None, passed_over: int) -> Iterable[str]:
    if passed_over:
        tables = "1 table is" if passed_over == 1 else f"{passed_over} tables are"
        yield f"{tables} not judged, because nothing says that it holds features: list such files under `models:` in catalog.yaml"
    paths = sorted({feature.sink.path for feature in judged if feature.point is None})
    if catalog is not None and paths:
        yield f"no prediction point is declared for {', '.join(paths[:3])}: severities are those of the mildest one"
