"""One rendering: what it may use up, what it has found, and which way it takes where the template's condition is unknown."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from msgspec import Struct, field

from feasilint.lower.sql.marks import Mark, Marks

if TYPE_CHECKING:
    from feasilint.dbt.project import Project
    from feasilint.dbt.references import Reference
    from feasilint.lower.sql.jinja.macros import Library

Branch: TypeAlias = Literal["all", "first", "last"]
"""Of a condition that is unknown: both branches, one after the other; or the first; or the last."""

_STEPS = 200_000
LONGEST = 2_000_000  # characters of one value or of all markers
_A_STEP = 200  # characters that cost as much as one step


class ExhaustedError(Exception):
    """The template takes more steps, or makes more text, than a rendering may."""


class FailedError(Exception):
    """`exceptions.raise_compiler_error(…)`: the macro that says so has no value."""


class ReturnedError(Exception):
    """dbt's `return(value)`: leaves the macro with a value that need not be text."""

    def __init__(self, value: Any) -> None:
        self.value = value


class Run(Struct):
    """The state of one rendering. `config` collects what the template's `config()` says; `forked`: whether a condition was
    unknown; `adapter`: of the warehouse; `disabled`: whether its model is switched off, and what it says holds for when it is
    not; `missing`: macros of packages that are not installed, by qualified name; `unknown`:
    references that lead to nothing that the project's files define; `names`: what templates may refer to;
    `macros`: those that were called, by package and name."""

    branch: Branch = "all"
    library: Library | None = None
    package: str = ""
    adapter: str | None = None
    disabled: bool = False
    marks: Marks = field(default_factory=Marks)
    config: dict[str, Any] = field(default_factory=dict)
    forked: bool = False
    missing: dict[str, None] = field(default_factory=dict)
    unknown: dict[Reference, None] = field(default_factory=dict)
    names: dict[str, Any] = field(default_factory=dict)
    macros: dict[tuple[str, str], Any] = field(default_factory=dict)
    steps: int = _STEPS
    written: int = 0
    _placed: dict[Mark, str] = field(default_factory=dict)

    @property
    def project(self) -> Project | None:
        """The project that the template belongs to."""
        return self.library.project if self.library is not None else None

    def nodes(self) -> dict[str, Any]:
        """The models of the project, as `graph.nodes` shows them."""
        return self.library.nodes if self.library is not None else {}

    def variable(self, name: str) -> str | None:
        """What the text of a variable, being a template itself, is rendered to."""
        text = self.project.variable_template(self.package, name) if self.project is not None else None
        if text is None or self.library is None:
            return None
        self.step()
        return self.library.environment.render(text, self.names)

    def lost(self, reference: Reference) -> None:
        """Note a reference that leads nowhere, unless it stands where a condition may never lead."""
        if not self.forked:
            self.unknown[reference] = None

    def step(self, size: int = 0) -> None:
        """Pay for one step that makes `size` characters or elements."""
        self.steps -= 1 + size // _A_STEP
        if self.steps < 0 or size > LONGEST:
            raise ExhaustedError

    def write(self, text: str) -> str:
        """Pay for text that is written."""
        self.written += len(text)
        if self.written > LONGEST:
            raise ExhaustedError
        return text

    def place(self, mark: Mark) -> str:
        """The placeholder of a mark, one character; the same for the same mark."""
        if mark not in self._placed:
            self._placed[mark] = self.marks.place(mark, 1)
        return self._placed[mark]


_CURRENT: ContextVar[Run | None] = ContextVar("run", default=None)


def current() -> Run:
    """The rendering that is going on."""
    run = _CURRENT.get()
    return run if run is not None else Run()


enter = _CURRENT.set
leave = _CURRENT.reset
