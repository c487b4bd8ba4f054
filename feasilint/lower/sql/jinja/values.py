"""The values that templates see: what is unknown, tables, and objects of which only some attributes are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Undefined

from feasilint.dbt.naming import PRODUCTION
from feasilint.lower.sql.codes import value_mark
from feasilint.lower.sql.jinja.run import current
from feasilint.lower.sql.marks import Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping


class Unknown(Undefined):
    """A value that only a run would know. Whatever is done with it is unknown too; written out it is a placeholder."""

    __slots__ = ()
    unsafe_callable = alters_data = False  # what the sandbox asks before a call

    def _after(self, how: str) -> Unknown:
        return Unknown(name=f"{self._undefined_name}{how}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self._after(f".{name}")

    def __getitem__(self, key: Any) -> Unknown:  # type: ignore[override]
        return self._after(f"[{key!r}]" if isinstance(key, str | int) else "[…]")

    def __call__(self, *_: Any, **__: Any) -> Unknown:  # type: ignore[override]
        return self._after("()")

    def __str__(self) -> str:
        return current().place(value_mark(str(self._undefined_name or "?")))

    def __iter__(self) -> Iterator[Any]:
        yield self._after(".item()")

    def __len__(self) -> int:
        return 1

    def __bool__(self) -> bool:
        run = current()
        run.forked = True
        return run.branch != "last"

    def __contains__(self, _: Any) -> bool:
        return bool(self)

    def __index__(self) -> int:
        return 1

    def __hash__(self) -> int:
        return id(self)

    def _with(self, *_: Any) -> Unknown:
        return self._after(" …")

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __mod__ = __rmod__ = _with  # type: ignore[assignment]
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __pow__ = __rpow__ = _with  # type: ignore[assignment]
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __neg__ = __pos__ = _with  # type: ignore[assignment]
    __int__ = __index__  # type: ignore[assignment]

    def __float__(self) -> float:  # type: ignore[override]
        return 1.0


class Result(Unknown):
    """What a query returns: one cell of it is a value that the run supplies; its rows may be any number of anything."""

    __slots__ = ()

    def _after(self, how: str) -> Unknown:
        return Result(name=f"{self._undefined_name}{how}")

    def __iter__(self) -> Iterator[Any]:
        yield Unknown(name=f"{self._undefined_name}.item()")

    def __str__(self) -> str:
        name = str(self._undefined_name)
        return current().place(Mark("param", name)) if name.endswith("]") else super().__str__()


class Supplied(Unknown):
    """A value of the run itself; whatever is made of it is that value, seen in some way."""

    __slots__ = ()

    def _after(self, _: str) -> Unknown:
        return self

    def __str__(self) -> str:
        return current().place(Mark("param", str(self._undefined_name)))


class Column:
    """A column as adapters describe it; of its type nothing is known."""

    def __init__(self, name: str) -> None:
        self.name = self.column = self.quoted = name

    def __str__(self) -> str:
        return self.name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return Unknown(name=f"{self.name}.{name}")


def _no_columns() -> tuple[str, ...]:
    return ()


class Table:
    """What `ref`, `source` and `this` give: written out it is the table's name. `columns`: asks the project's files; `node`: the
    name of the model."""

    def __init__(
        self, parts: tuple[str, ...], said: str, columns: Callable[[], tuple[str, ...]] = _no_columns, node: str = ""
    ) -> None:
        self.parts = parts
        self.columns = columns
        self._said = said
        self._node = node

    def __str__(self) -> str:
        return current().place(Mark("table", ".".join(self.parts), said=self._said, node=self._node))

    def __getattr__(self, name: str) -> Any:
        if name in _SAME:
            return lambda *_, **__: self
        at = _PARTS.get(name)
        if at is None or name.startswith("_"):
            return Unknown(name=f"{'.'.join(self.parts)}.{name}")
        return self.parts[at] if len(self.parts) >= -at else Unknown(name=f"target.{name}")


_SAME = ("include", "quote", "render", "incorporate", "without_identifier", "get")
_PARTS = {
    "identifier": -1,
    "name": -1,
    "table": -1,
    "alias": -1,
    "schema": -2,
    "dataset": -2,
    "database": -3,
    "project": -3,
}


class Known:
    """An object of which these attributes are known, and no others."""

    unsafe_callable = alters_data = False

    def __init__(self, name: str, attributes: Mapping[str, Any]) -> None:
        self._name = name
        self._attributes = attributes

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._attributes.get(name, Unknown(name=f"{self._name}.{name}"))

    def __getitem__(self, name: str) -> Any:
        return self.__getattr__(name)

    def __str__(self) -> str:
        return str(Unknown(name=self._name))


_OTHERWISE = ("dev", "development", "ci", "test", "local", "staging", "stage", "default", "sandbox", "pr")


class Environment(str):
    """The name of the target, judged as in production: what only development does, is not done there."""

    __slots__ = ()

    def __str__(self) -> str:
        return str(Unknown(name="target.name"))

    def __eq__(self, other: object) -> bool:
        word = str(other).lower()
        return word in PRODUCTION if word in (*PRODUCTION, *_OTHERWISE) else bool(Unknown(name="target.name"))

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__
