"""The environment that templates run in: no files, no network, no attributes of Python's own, a bounded number of steps."""

from __future__ import annotations

import functools
import re
from collections import deque
from typing import TYPE_CHECKING, Any

from jinja2.ext import do, loopcontrols
from jinja2.runtime import Context as _Context
from jinja2.runtime import Macro
from jinja2.sandbox import SandboxedEnvironment

from feasilint.lower.sql.jinja import rewrite
from feasilint.lower.sql.jinja.blocks import Definitions, Snapshots
from feasilint.lower.sql.jinja.macros import find_macro
from feasilint.lower.sql.jinja.run import LONGEST, ExhaustedError, FailedError, ReturnedError, current
from feasilint.lower.sql.jinja.stand_ins import failed
from feasilint.lower.sql.jinja.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType

    from jinja2 import nodes

_MOST_TEMPLATES = 256  # whose compiled code is kept
_WIDTH = re.compile(r"[%:{.]\d{5,}")  # of a format


class Context(_Context):
    """Names that the template does not define may be macros of its project."""

    def resolve_or_missing(self, key: str) -> Any:
        found = super().resolve_or_missing(key)
        if found is not _MISSING:
            return found
        macro = find_macro(key, str(self.parent.get("__package__", "")))
        return found if macro is None else macro


class Environment(SandboxedEnvironment):
    """Jinja's sandbox, with what is unknown staying unknown instead of failing."""

    context_class = Context
    intercepted_binops = frozenset(("*", "**", "+", "%"))

    def __init__(self) -> None:
        super().__init__(
            undefined=Unknown,
            finalize=_written,
            keep_trailing_newline=True,
            extensions=(do, loopcontrols, Definitions, Snapshots),
            cache_size=0,
        )
        self.filters = _Lenient({name: _guarded(name, one) for name, one in self.filters.items() if name != "random"})
        self.tests = _Lenient(self.tests)
        del self.globals["lipsum"]
        self.globals.update({
            rewrite.DECIDE: _decide,
            rewrite.ROUNDS: _rounds,
            rewrite.NEGATE: _negate,
            rewrite.WITHIN: _within,
            rewrite.JOINED: _joined,
            rewrite.UNKNOWN: lambda name: Unknown(name=name),
        })  # fmt: skip

        self._code = functools.lru_cache(_MOST_TEMPLATES)(self.compile)

    def render(self, text: str, names: dict[str, Any]) -> str:
        """A template rendered; compiled once for all that say the same."""
        template = self.template_class.from_code(self, self._code(text), self.make_globals(names), None)
        return "".join(template.root_render_func(template.new_context()))

    def variables(self, code: CodeType, package: str) -> dict[str, Any]:
        """What compiled code of a package defines, as the current rendering sees it."""
        names = self.make_globals({**current().names, "__package__": package})
        template = self.template_class.from_code(self, code, names, None)
        context = template.new_context()
        deque(template.root_render_func(context), maxlen=0)
        return context.vars

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed: nodes.Template = rewrite.Rewriter().visit(super()._parse(source, name, filename))
        return parsed

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805
        """A call of a template: what fails, its value is unknown."""
        current().step()
        _check(__obj, args)
        try:
            made = super().call(__context, __obj, *args, **kwargs)
        except ReturnedError as returned:
            if not isinstance(__obj, Macro):
                raise
            made = returned.value
        except FailedError:
            if not isinstance(__obj, Macro):
                raise
            made = _instead(__obj, args, kwargs)
        except (ExhaustedError, RecursionError, MemoryError):
            raise
        except Exception:  # a template may do anything to any value
            made = _instead(__obj, args, kwargs)
        current().step(_size(made))
        return made

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """An operation whose result may be larger than what goes in."""
        if operator in ("*", "**") and not _small(operator, left, right):
            raise ExhaustedError
        if operator == "%" and isinstance(left, str) and _WIDTH.search(left):
            raise ExhaustedError
        made = super().call_binop(context, operator, left, right)
        current().step(_size(made))
        return made

    def unsafe_undefined(self, obj: Any, attribute: str) -> Unknown:
        """What the sandbox forbids to look at is as unknown as what is not there."""
        return Unknown(name=f"{type(obj).__name__}.{attribute}")


def _instead(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What stands for a call that failed."""
    name = str(getattr(function, "__name__", None) or getattr(function, "name", "?"))
    known = failed(name) if isinstance(function, Macro) else None
    try:
        return Unknown(name=f"{name}()") if known is None else known(*args, **kwargs)
    except TypeError:
        return Unknown(name=f"{name}()")


class _Lenient(dict[str, Any]):
    """Filters and tests; of one that nobody knows the result is unknown."""

    def __missing__(self, name: str) -> Callable[..., Unknown]:
        return lambda *_, **__: Unknown(name=name)

    def get(self, name: str, default: Any = None) -> Any:  # noqa: ARG002
        return self[name]

    def __contains__(self, _: object) -> bool:
        return True


_MISSING = _Context.resolve_or_missing.__globals__["missing"]


def _written(value: Any) -> Any:
    """What an expression writes."""
    return "" if value is None else current().write(str(value))


def _decide(value: Any) -> tuple[bool, bool]:
    """Whether the first and whether the second branch of a condition is written."""
    if not isinstance(value, Unknown):
        return bool(value), not value
    run = current()
    run.forked = True
    return run.branch != "last", run.branch != "first"


def _negate(value: Any) -> Any:
    return value if isinstance(value, Unknown) else not value


def _rounds(values: Any, width: int) -> Iterator[Any]:
    """The elements of a loop, each paid for; of an unknown list a single one."""
    for value in values:
        current().step()
        unknown = width and isinstance(value, Unknown)
        yield tuple(Unknown(name=f"{value._undefined_name}[{at}]") for at in range(width)) if unknown else value


def _within(one: Any, values: Any) -> Any:
    """`one in values`."""
    if isinstance(one, Unknown) or isinstance(values, Unknown):
        return Unknown(name="… in …")
    try:
        return one in values or (Unknown(name="… in …") if _open(values) else False)
    except TypeError:
        return Unknown(name="… in …")


def _open(values: Any) -> bool:
    """Whether an element, or a part of a text, is unknown."""
    if isinstance(values, str):
        return current().marks.within(values)
    return any(isinstance(one, Unknown) or (isinstance(one, str) and current().marks.within(one)) for one in values)


def _joined(values: list[Any]) -> str:
    """`a ~ b`."""
    return current().write("".join("" if value is None else str(value) for value in values))


def _guarded(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result is paid for; what fails is unknown."""

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        _refuse_huge((*args, *kwargs.values()))
        try:
            made = function(*args, **kwargs)
        except ExhaustedError:
            raise
        except Exception:  # any value may come in
            return Unknown(name=name)
        current().step(_size(made))
        return made

    return guarded


def _size(value: Any) -> int:
    if isinstance(value, list | tuple | set):
        return sum(len(one) if isinstance(one, str) else 1 for one in value)
    return len(value) if isinstance(value, str | dict) else 0


def _small(operator: str, left: Any, right: Any) -> bool:
    if operator == "*":
        sizes = [abs(one) if isinstance(one, int) else _size(one) for one in (left, right)]
        return sizes[0] * sizes[1] <= LONGEST or not any(map(_size, (left, right)))
    return all(not isinstance(one, int) or abs(one) < 1_000 for one in (left, right))


_GROWING = (
    "replace",
    "join",
    "extend",
    "update",
    "format",
    "format_map",
    "ljust",
    "rjust",
    "center",
    "zfill",
    "expandtabs",
)


def _check(function: Any, arguments: tuple[Any, ...]) -> None:
    """Refuse calls of Python's own methods whose result could be huge, before they are made."""
    if getattr(function, "__name__", "") in _GROWING:
        _refuse_huge((*arguments, getattr(function, "__self__", "")))


def _refuse_huge(arguments: tuple[Any, ...]) -> None:
    made = 1
    for one in arguments:
        made *= max(1, abs(one) if isinstance(one, int) else _size(one))
    if made > LONGEST or any(isinstance(one, str) and "0000" in one and _WIDTH.search(one) for one in arguments):
        raise ExhaustedError
