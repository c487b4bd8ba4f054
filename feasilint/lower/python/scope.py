"""Names and objects: scopes bind names to values, the store says what each mutable object is at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

    from feasilint.lower.python.values import Value

    Join = Callable[[Value, Value], Value]

K = TypeVar("K")


class Scope:
    """The names of a module or of one call, inside those of `parent`."""

    __slots__ = ("globals", "names", "parent", "public")

    def __init__(self, parent: Scope | None = None, names: dict[str, Value] | None = None) -> None:
        self.names: dict[str, Value] = names if names is not None else {}
        self.parent = parent
        self.globals: Scope = parent.globals if parent is not None else self
        self.public: set[str] = set()  # names declared global or nonlocal

    def find(self, name: str) -> Value | None:
        scope: Scope | None = self
        while scope is not None:
            value = scope.names.get(name)
            if value is not None:
                return value
            scope = scope.parent
        return None

    def bind(self, name: str, value: Value) -> None:
        target = self.globals if name in self.public else self
        target.names[name] = value

    def drop(self, name: str) -> None:
        self.names.pop(name, None)


class Objects(dict[int, "Value"]):
    """Object id to its present value; `written` logs each change with what was there, so that branches take back and compare
    what they changed alone."""

    __slots__ = ("written",)

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[int, Value | None]] = []

    def __setitem__(self, oid: int, value: Value) -> None:
        self.written.append((oid, self.get(oid)))
        super().__setitem__(oid, value)

    def changed_since(self, mark: int) -> dict[int, Value]:
        """The objects that there were and that were changed, as they were then."""
        before = dict(reversed(self.written[mark:]))  # of several changes the first one counts
        return {oid: value for oid, value in before.items() if value is not None}


class Store:
    """Object id to its present value; ids are never used twice."""

    __slots__ = ("_next", "objects")

    def __init__(self) -> None:
        self.objects = Objects()
        self._next = 0

    def fresh(self) -> int:
        self._next += 1
        return self._next

    def add(self, value: Value) -> int:
        oid = self.fresh()
        self.objects[oid] = value
        return oid


class State:
    """What a branch can change: a copy of all names, and the objects that were changed since an earlier state."""

    __slots__ = ("mark", "names", "objects", "outer", "scope")

    def __init__(self, scope: Scope, store: Store, since: State | None = None) -> None:
        self.scope = scope
        self.names = dict(scope.names)
        self.outer = None if scope.globals is scope else dict(scope.globals.names)
        changed = store.objects.written[since.mark :] if since is not None else ()
        self.objects = {oid: store.objects[oid] for oid, _ in changed}
        self.mark: int = len(store.objects.written)

    def restore(self, store: Store) -> None:
        """Go back to this state; objects that were made since stay, for a value that was returned may be one."""
        self.scope.names.clear()
        self.scope.names.update(self.names)
        if self.outer is not None:
            self.scope.globals.names.clear()
            self.scope.globals.names.update(self.outer)
        store.objects.update(self._then(store))

    def merge(self, store: Store, join: Join, join_objects: Join) -> None:
        """Make the present state one of two: what it is now, or what was kept here. Both come from the state `since`."""
        _merge(store.objects, dict(sorted(self._then(store).items())), join_objects)
        _merge(self.scope.names, self.names, join)
        if self.outer is not None:
            _merge(self.scope.globals.names, self.outer, join)

    def _then(self, store: Store) -> dict[int, Value]:
        """What may have changed since, as it was in this state."""
        return {**store.objects.changed_since(self.mark), **self.objects}


def _merge(here: dict[K, Value], there: dict[K, Value], join: Join) -> None:
    for key, value in there.items():
        other = here.get(key)
        if other is None:
            here[key] = value
        elif other is not value and other != value:
            here[key] = join(value, other)
