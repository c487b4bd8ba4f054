"""The names that a template may refer to: what dbt gives its models, as far as it is known without running anything."""

from __future__ import annotations

import datetime
import json
import re
from functools import partial
from typing import TYPE_CHECKING, Any

from feasilint.dbt.references import Reference
from feasilint.lower.sql.jinja.database import adapter, asked, relation
from feasilint.lower.sql.jinja.macros import dispatched
from feasilint.lower.sql.jinja.run import FailedError, ReturnedError
from feasilint.lower.sql.jinja.values import Environment, Known, Supplied, Table, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from feasilint.dbt.project import Project
    from feasilint.lower.sql.jinja.run import Run

_NOTHING = object()
_LONGEST = 10_000  # characters of a text that a pattern is looked for in


def names(run: Run, this: tuple[str, ...]) -> dict[str, Any]:
    """The global names of one rendering; `this`: the parts of the name of the table that the template makes."""
    project, warehouse = run.project, run.adapter
    return {
        "ref": _ref(run),
        "source": _source(run),
        "var": _var(run),
        "env_var": lambda name, default=_NOTHING: Unknown(name=name) if default is _NOTHING else default,
        "config": _Config(run),
        "this": Table(this, "this") if this else Unknown(name="this"),
        "is_incremental": lambda *_: False,
        "execute": True,
        "target": _target(project, warehouse),
        "adapter": Known("adapter", {"dispatch": dispatched, **adapter(warehouse)}),
        "api": Known("api", {"Relation": Known("api.Relation", {"create": relation})}),
        **asked(run),
        "exceptions": Known("exceptions", {"raise_compiler_error": _fail, "warn": _nothing}),
        "flags": Known("flags", {"FULL_REFRESH": False}),
        "modules": Known("modules", {"datetime": _DATETIME, "re": Known("modules.re", {"sub": substituted})}),
        "project_name": project.name if project is not None else Unknown(name="project_name"),
        "return": _return,
        **{name: Supplied(name=name) for name in ("run_started_at", "invocation_id", "dbt_version")},
        "statement": _nothing,
        "log": _nothing,
        "print": _nothing,
        "set": lambda value, default=None: _converted(set, value, default),
        "zip": lambda *values, default=None: _converted(
            lambda listed: list(zip(*listed, strict=False)), values, default
        ),
        "fromjson": lambda value, default=None: _converted(json.loads, value, default),
        "tojson": lambda value, default=None: _converted(json.dumps, value, default),
        "when": _nothing,
    }


def _target(project: Project | None, warehouse: str | None) -> Known:
    """The target, which is production: as far as the project's own profile states it."""
    stated = project.production if project is not None else {}
    return Known("target", {"name": Environment("target.name"), **({"type": warehouse} if warehouse else {}), **stated})


def _nothing(*_: Any, **__: Any) -> str:
    return ""


_LINEAR = re.compile(r"\^?(?:\[\^?[^\[\]]*\]|\\[sdwSDW]|[\w -])[+*]?\$?")
"""Patterns of one character or class, which take no longer than the text is."""


def substituted(pattern: Any, new: Any, text: Any, *_: Any, **__: Any) -> Any:
    """`modules.re.sub(…)` with a pattern that cannot take long."""
    known = all(isinstance(one, str) for one in (pattern, new, text)) and "\\" not in new and len(text) < _LONGEST
    if not known or _LINEAR.fullmatch(pattern) is None:
        return Unknown(name="modules.re.sub()")
    try:
        return re.sub(pattern, new, text)
    except re.error:
        return Unknown(name="modules.re.sub()")


def _fail(*_: Any) -> None:
    raise FailedError


def _return(value: Any = None) -> None:
    raise ReturnedError(value)


def _converted(function: Callable[[Any], Any], value: Any, default: Any) -> Any:
    try:
        return function(value)
    except (TypeError, ValueError, RecursionError):
        return default


def _open(run: Run, names: Iterable[Any]) -> bool:
    """Whether a part of one of these names is unknown."""
    return any(isinstance(name, str) and run.marks.within(name) for name in names)


def _ref(run: Run) -> Callable[..., Any]:
    def ref(*args: Any, **kwargs: Any) -> Any:
        if not args or isinstance(args[-1], Unknown) or _open(run, args):
            return Unknown(name="ref()")
        run.marks.templated = True
        name, package = str(args[-1]), str(args[-2]) if len(args) > 1 else None
        version = kwargs.get("version", kwargs.get("v"))
        model = run.project.model(name, package, version) if run.project is not None else None
        plain = name if version is None else f"{name}_v{version}"
        said = "ref(" + ", ".join(f"'{one}'" for one in (*args, *kwargs.values())) + ")"
        if model is None or run.project is None:
            run.lost(
                Reference("ref", tuple(str(one) for one in args), None if isinstance(version, Unknown) else version)
            )
            return Table((plain,), said)
        return Table(model.relation or (plain,), said, partial(run.project.columns_of, model), name)

    return ref


def _source(run: Run) -> Callable[..., Any]:
    def source(*args: Any, **_: Any) -> Any:
        if len(args) < 2 or any(isinstance(one, Unknown) for one in args) or _open(run, args):
            return Unknown(name="source()")
        run.marks.templated = True
        table = run.project.source(str(args[-2]), str(args[-1])) if run.project is not None else None
        said = f"source('{args[-2]}', '{args[-1]}')"
        if table is None:
            run.lost(Reference("source", (str(args[-2]), str(args[-1]))))
            return Table((str(args[-2]), str(args[-1])), said)
        return Table(table.relation or (str(args[-2]), str(args[-1])), said, lambda: table.columns)

    return source


class _Var:
    """`var('name', default)`: what the project says, else the default, else a parameter of the run."""

    def __init__(self, known: Mapping[str, Any], run: Run) -> None:
        self._known = known
        self._run = run

    def __call__(self, name: Any, default: Any = _NOTHING) -> Any:
        value = self._known.get(str(name))
        if self._run.disabled and (value is False or (value is None and default is False)):
            return Unknown(name=str(name))  # what switches the model off
        if value is not None:
            return value
        if (made := self._run.variable(str(name))) is not None:
            return made
        return Unknown(name=str(name)) if default is _NOTHING else default

    def has_var(self, name: Any) -> bool:
        return str(name) in self._known


def _var(run: Run) -> _Var:
    return _Var(run.project.vars_of(run.package) if run.project is not None else {}, run)


class _Config:
    """`config(…)` records what is said; `config.get(…)` reads it."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._said = run.config

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        self._run.marks.templated = True
        for one in (*(arg for arg in args if isinstance(arg, dict)), kwargs):
            self._said.update(one)
        return ""

    def get(self, name: str, default: Any = None, **_: Any) -> Any:
        return self._said.get(name, default)

    require = meta_get = get


class _Called(Known):
    """A class of which calls and these attributes are known."""

    def __init__(self, function: Callable[..., Any], attributes: Mapping[str, Any]) -> None:
        super().__init__(function.__name__, attributes)
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._function(*args, **kwargs)


_CLASS = datetime.datetime
_DATETIME = Known(
    "modules.datetime",
    {
        "datetime": _Called(_CLASS, {"strptime": _CLASS.strptime, "fromisoformat": _CLASS.fromisoformat}),
        "date": _Called(datetime.date, {"fromisoformat": datetime.date.fromisoformat}),
        "timedelta": datetime.timedelta,
    },
)
"""Without the clock: what a template makes of now is unknown, and the same every day."""
