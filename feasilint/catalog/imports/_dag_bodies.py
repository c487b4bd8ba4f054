"""What the functions of tasks write: dataframes, cursors and clients as the interpreter knows them, and Airflow's hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.catalog.imports._objects import Made, plain
from feasilint.ir import Source, Write
from feasilint.lower.python.functions import inline
from feasilint.lower.python.transfers.sql import looks_like_sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from feasilint.lower.python import values as v
    from feasilint.lower.python.machine import Machine

WRITES, STATEMENTS = "writes of its function", "statements of its function"
"""The keys under which a task has what its function writes."""
HOOK_METHODS = {"run": "sql", "insert_rows": "table"}
"""Methods of database hooks, and what their first argument is called: `hook.run("INSERT …")`, `hook.insert_rows("a.b", rows)`."""


class Body(Struct):
    """The function of a task, which is the one at this place of `tasks`, with what it is handed."""

    tasks: list[Made]
    at: int
    function: v.Function
    args: tuple[v.Value, ...]
    kwargs: Mapping[str, v.Value]


def written_in(m: Machine, body: Body) -> list[str]:
    """The tables that a function writes, and the files that others can read."""
    before = len(m.builder.program().sinks)
    inline(m, body.function, body.args, body.kwargs)
    made = (sink for sink in m.builder.program().sinks[before:] if isinstance(sink, Write) and not sink.temporary)
    targets = (sink.target for sink in made if sink.mode not in ("view", "result"))
    return [target.name for target in targets if target is not None and _is_shared(target)]


def with_writes(task: Made, names: list[str], told: list[str]) -> Made:
    """A task with what its function writes, and with what it has told hooks: statements, and tables for rows."""
    statements = [text for text in told if looks_like_sql(text)]
    tables = [text for text in told if text not in statements]
    return Made(task.kind, {**task.given, WRITES: [*names, *tables], STATEMENTS: statements}, task.path, task.line)


def told_to_hook(m: Machine, method: str, args: tuple[v.Value, ...], kwargs: Mapping[str, v.Value]) -> list[str]:
    """The statements or the table that a method of a hook is given; nothing for other objects, which have such methods, too."""
    given = kwargs.get(HOOK_METHODS[method], next(iter(args), None))
    found = plain(m, given) if given is not None else None
    texts = [text for text in (found if isinstance(found, list) else [found]) if isinstance(text, str)]
    return [text for text in texts if (looks_like_sql(text) if method == "run" else " " not in text.strip())]


def _is_shared(target: Source) -> bool:
    return target.kind == "table" or "://" in target.name
