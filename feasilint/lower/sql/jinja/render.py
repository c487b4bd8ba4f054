"""Rendering a template: the SQL it stands for, the places it comes from, and what the template says of its table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import TemplateError, TemplateSyntaxError

from feasilint.lower.sql.codes import value_mark
from feasilint.lower.sql.jinja import places
from feasilint.lower.sql.jinja.context import names
from feasilint.lower.sql.jinja.macros import Library
from feasilint.lower.sql.jinja.pieces import pieces
from feasilint.lower.sql.jinja.result import Refused, Rendered
from feasilint.lower.sql.jinja.run import ExhaustedError, FailedError, ReturnedError, Run, enter, leave
from feasilint.lower.sql.jinja.sandbox import Environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.dbt.project import Project
    from feasilint.lower.sql.jinja.places import Stretch
    from feasilint.lower.sql.jinja.run import Branch
    from feasilint.lower.sql.marks import Mark, Marks
    from feasilint.lower.sql.reading import Setting

_MOST_CHARACTERS = 1_000_000
_MACRO = re.compile(r"\{%-?\s*(?:macro|test|materialization)\b")
_NAMELESS = re.compile(r"\{%([^\w%{}]*)%\}")
"""Tags without a word, as lines between macros: dbt takes the macros out of their file, and reads nothing else of it."""


class Templates:
    """Renders templates of any projects; keeps what it has read of their macros."""

    def __init__(self) -> None:
        self._environment = Environment()
        self._libraries: dict[str, Library] = {}

    def render(
        self,
        text: str,
        setting: Setting,
        branch: Branch = "all",
    ) -> Rendered | Refused:
        """The SQL of a template."""
        cut = list(pieces(_NAMELESS.sub(r"{#\1#}", text) if _MACRO.search(text) is not None else text))
        if len(text) > _MOST_CHARACTERS or len(cut) > places.MOST_PIECES:
            return Refused("the template is too large", kind="budget")
        run = Run(branch, self._library(setting.project), setting.package, setting.adapter, setting.disabled)
        run.names = names(run, setting.this)
        token = enter(run)
        try:
            rendered = self._environment.render(places.prepared(cut), run.names)
            return _result(places.stretches(rendered, cut), run)
        except TemplateSyntaxError as error:
            line = min(error.lineno, text.count("\n") + 1)
            return Refused(f"the template cannot be read: {error.message}", line, "syntax-error")
        except (ExhaustedError, places.TooLongError):
            return Refused("the template takes too many steps or writes too much", kind="budget")
        except ReturnedError:
            return Refused("the template returns a value outside a macro")
        except FailedError:
            return Refused("the template says itself that it cannot be rendered", itself=run.forked)
        except (RecursionError, MemoryError):
            return Refused("the template is nested too deeply", kind="budget")
        except SyntaxError as error:  # what Jinja makes Python of, but Python does not take: `break` outside of a loop
            return Refused(f"the template cannot be read: {error.msg}", kind="syntax-error")
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            return Refused(f"the template cannot be rendered: {error}")
        finally:
            leave(token)

    def _library(self, project: Project | None) -> Library | None:
        if project is None:
            return None
        library = self._libraries.get(project.root)
        if library is None or library.project is not project:
            library = self._libraries[project.root] = Library(self._environment, project)
        return library


def _result(stretched: Iterable[Stretch], run: Run) -> Rendered:
    known: dict[str, Mark] = {}
    text, found = places.laid_out(_spelled(stretched, run.marks, known))
    return Rendered(
        text, known, found, run.config, run.marks.templated, run.forked, tuple(run.missing), tuple(run.unknown)
    )


def _spelled(stretched: Iterable[Stretch], marks: Marks, known: dict[str, Mark]) -> Iterator[Stretch]:
    """Every placeholder as a marker again: one that is all of an expression as it is written, any other as its code."""
    for stretch in stretched:
        mark = marks.whole(stretch.text) if stretch.piece.kind == "expression" else None
        if mark is None:
            yield places.Stretch(marks.spell(stretch.text, lambda one: _marker(one.code, one, known)), stretch.piece)
        else:
            code = stretch.piece.code
            told = value_mark(code)  # a hole says more by the code at hand; it is none that a name says
            known[code] = told if mark.kind == told.kind == "hole" else mark
            yield places.Stretch(stretch.piece.text, stretch.piece)


def _marker(code: str, mark: Mark, known: dict[str, Mark]) -> str:
    known[code] = mark
    return f"{{{{ {code} }}}}"
