"""ALTER: another name for the same rows, columns that are added, dropped and renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from feasilint.ir import Call, Column, Derive, Output
from feasilint.lower.sql import sources
from feasilint.lower.sql.adapter import Node, exp
from feasilint.lower.sql.scope import Rows, Scope
from feasilint.lower.sql.writes import key_of, target_of, write_to

if TYPE_CHECKING:
    from collections.abc import Iterator

Columns: TypeAlias = "dict[str, str | None]"
"""The names of a table's columns after some actions, each with the one before; None for those that are new."""


def alter(node: Node, scope: Scope) -> None:
    """ALTER TABLE: a new name for the same rows; columns that come, go and change their names."""
    actions = [action for action in node.args.get("actions") or [] if isinstance(action, Node)]
    for action in actions:
        if isinstance(action, exp.AlterRename | exp.SwapTable) and isinstance(action.this, exp.Table):
            rows = sources.table(node.this, scope)
            write_to(rows.relation, target_of(action.this, scope), "create", scope)
    if isinstance(node.this, exp.Table):
        _alter_columns(key_of(sources.parts_of(node.this, scope.context)), actions, scope)


def _alter_columns(key: str, actions: list[Node], scope: Scope) -> None:
    """What this document knows of the columns of a table, after some actions."""
    session = scope.context.session
    temporary, declared = session.tables.get(key), session.declared.get(key)
    if declared is not None:
        session.declared[key] = tuple(_after(declared, actions))
    if temporary is None or temporary.names is None:
        return
    columns = _after(temporary.names, actions)
    if list(columns.items()) == [(name, name) for name in temporary.names]:
        return
    outputs = tuple(
        Output(new, Call("null", ()) if old is None else Column(temporary.relation, old))
        for new, old in columns.items()
    )
    made = scope.context.builder.add(Derive(temporary.relation, outputs))
    session.tables[key] = Rows(made, tuple(columns))


def _after(names: tuple[str, ...], actions: list[Node]) -> Columns:
    columns: Columns = {name: name for name in names}
    for action in actions:
        known = {name.lower(): name for name in columns}
        for old, new in _changes(action):
            before = known.get(old.lower()) if old is not None else None
            if old is None and new is not None and new.lower() not in known:
                columns[new] = None
            elif before is not None and new is None:
                del columns[before]
            elif before is not None and new is not None:
                columns = {new if name == before else name: place for name, place in columns.items()}
    return columns


def _changes(action: Node) -> Iterator[tuple[str | None, str | None]]:
    """The columns of an action as their old and new names: no old one is added, no new one is dropped."""
    match action:
        case exp.ColumnDef():
            yield None, str(action.name)
        case exp.Schema():
            yield from ((None, str(one.name)) for one in action.expressions if isinstance(one, exp.ColumnDef))
        case exp.Drop() if str(action.args.get("kind")).upper() == "COLUMN":
            gone = action.args.get("tables") or [action.this]  # one by one in older sqlglot
            yield from ((str(one.name), None) for one in gone if isinstance(one, Node))
        case exp.RenameColumn():
            yield str(action.this.name), str(action.args["to"].name)
        case exp.ModifyColumn() if isinstance(action.args.get("rename_from"), Node):
            yield str(action.args["rename_from"].name), str(action.this.name)
