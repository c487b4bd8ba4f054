"""From paths to programs: finds the files, reads and lowers them, and what the rest of their project lends them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct, field

from feasilint.errors import UsageError
from feasilint.lower.options import Options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.dbt.project import Project as DbtProject
    from feasilint.discover import Discovery
    from feasilint.documents.model import Document
    from feasilint.ir import Diagnostic, Program
    from feasilint.nearest import Projects


class Reading(Struct):
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


def read_all(found: Discovery, top: Path | None, dialect: str | None) -> Reading:
    """The documents that were found, and what the rest of their project lends them."""
    from feasilint.nearest import dataform_projects, dbt_projects

    dbt, dataform = dbt_projects(), dataform_projects()
    reading = _read(found, Options(_known(dialect), str(top or "."), dbt.of, dataform.of))
    _read_project(reading, top, dbt)
    _tell_cycles(reading, dbt)
    reading.problems = (*dbt.problems(), *dataform.problems())
    return reading


def _read(found: Discovery, options: Options) -> Reading:
    reading = Reading(options, closed=found.unreadable)
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


def contents_of(reading: Reading, paths: Sequence[str]) -> dict[str, bytes]:
    """The bytes of the files that still are as they were read."""
    from hashlib import sha256

    found: dict[str, bytes] = {}
    for path in paths:
        with suppress(OSError):
            data = Path(path).read_bytes() if Path(path).is_file() else b""
            if sha256(data).hexdigest() == reading.documents[path].digest:
                found[path] = data
    return found


def discovered(paths: Sequence[str], exclude: Sequence[str], force_exclude: bool) -> Discovery:
    """The files below these paths. Raises UsageError for one that does not exist."""
    from feasilint.discover import discover

    found = discover(paths, force_exclude=force_exclude, exclude=exclude)
    if found.missing:
        raise UsageError("\n".join(f"{path}: no such file or folder" for path in found.missing))
    return found


def _known(dialect: str | None) -> str | None:
    """The dialect, if there is one of that name; UsageError otherwise."""
    if dialect is None:
        return None
    from feasilint.lower.sql.adapter import canonical_dialect, dialects

    if canonical_dialect(dialect) is None:
        raise UsageError(f"no SQL dialect is called `{dialect}`; there are {', '.join(dialects())}")
    return dialect


def root_of_project(paths: Sequence[str], root: str | None) -> Path | None:
    """The folder of the project that these paths are in, unless it is named."""
    from feasilint.project import root_of

    return Path(root) if root is not None else root_of(paths)


def _read_project(reading: Reading, top: Path | None, projects: Projects[DbtProject]) -> None:
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


def _tell_cycles(reading: Reading, projects: Projects[DbtProject]) -> None:
    """Let the models of dbt that read each other say so."""
    if next(projects.around(reading.documents), None) is not None:
        from feasilint.dbt.cycles import told

        reading.programs = told(reading.programs, projects.of, lambda path: reading.documents[path].text)


def _relative(folder: Path) -> str:
    try:
        return folder.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return folder.as_posix()
