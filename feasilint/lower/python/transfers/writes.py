"""Data that is stored: files, tables, feature groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.ir import (
    Source,
    Write,
)
from feasilint.lower.python import values as v
from feasilint.lower.python.columns import narrowed
from feasilint.lower.python.transfers.loading import path_name, qualified

if TYPE_CHECKING:
    from feasilint.ir import Relation
    from feasilint.ir.program import WriteMode
    from feasilint.ir.relations import SourceKind
    from feasilint.lower.python.call import Call, Transfer


def write(
    kind: SourceKind = "file",
    at: int | None = 0,
    mode: WriteMode = "overwrite",
    names: tuple[str, ...] = (),
    feature_group: bool = False,
) -> Transfer:
    """A method that stores the receiver under a name."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(at)
        if value is None:
            value = next((call.kwargs[name] for name in (*names, *_TARGETS) if name in call.kwargs), None)
        frame = call.receiver if isinstance(call.receiver, v.Frame) else call.m.frame(call.target)
        if value is None or value == v.NONE or frame is None:  # without a path: the text
            return call.m.unknown(call.name, call.target) if value in (None, v.NONE) else None
        value = _path(call, value)
        chosen = call.text(None, "mode") or call.text(None, "if_exists") or mode
        name = path_name(call, value)
        target = Source(qualified(call, name) if kind == "table" else name, kind)
        store(call, stored(call, frame), target, MODES.get(chosen, mode), feature_group)
        return v.NONE

    return transfer


def _path(call: Call, value: v.Value) -> v.Value:
    """The path of an open file or of a writer of sheets, else the value itself."""
    found = call.m.get(value)
    if not isinstance(found, v.Handle) or found.kind not in ("file", "writer"):
        return value
    return found.get("path") or found.get("0") or value


_TARGETS = (
    "path_or_buf",
    "path",
    "push_source_name",
    "feature_view_name",
    "name",
    "excel_writer",
    "destination_table",
    "table_name",
    "con",
    "fname",
    "file",
)


MODES: dict[str, WriteMode] = {
    "append": "insert", "overwrite": "overwrite", "replace": "overwrite", "ignore": "create", "error": "create",
    "fail": "create",
    "insert": "insert", "upsert": "upsert", "create": "create",
}  # fmt: skip


def stored(call: Call, frame: v.Frame) -> Relation:
    """What is written: the index only where it is named and not left out."""
    from feasilint.ir import Derive, Star

    if frame.index and call.const(None, "index", True) is False:
        return call.m.add(Derive(frame.relation, (Star(narrowed(frame.relation, frame.index)),), call.origin))
    return frame.relation


def store(call: Call, relation: Relation, target: Source, mode: WriteMode, feature_group: bool = False) -> None:
    call.m.sink(Write(relation, target, mode, feature_group=feature_group, origin=call.origin))


def write_argument(
    kind: SourceKind, frame_at: int = 0, name_at: int = 1, feature_group: bool = False, dialect: str | None = None
) -> Transfer:
    """A function that stores an argument: `joblib.dump(df, path)`, `client.load_table_from_dataframe(df, table)`."""

    def transfer(call: Call) -> v.Value | None:
        value = call.arg(frame_at)
        if value is None:
            value = (
                call.arg(None, "df")
                or call.arg(None, "dataframe")
                or call.arg(None, "features")
                or call.arg(None, "data_frame")
            )
        told = (*(("table", "table_name") if kind == "table" else ()), *_TARGETS, "destination")
        target = call.arg(name_at) or next((call.kwargs[n] for n in told if n in call.kwargs), None)
        found = call.m.get(value) if value is not None else None
        if not isinstance(found, v.Frame | v.Series) or target is None:
            return None
        name = path_name(call, _path(call, target))
        name = qualified(call, name) if kind == "table" else name
        frame = call.m.frame(found)
        if frame is not None:
            store(call, frame.relation, Source(name, kind, dialect), "overwrite", feature_group)
        return v.NONE

    return transfer


def written(call: Call) -> v.Value:
    """`file.write(df.to_csv())`: the file holds what the text was made of."""
    path = call.receiver.get("path") if isinstance(call.receiver, v.Handle) else None
    found = call.got(0)
    if path is not None and isinstance(found, v.Unknown) and len(found.relations) == 1:
        store(call, found.relations[0], Source(path_name(call, path), "file"), "overwrite")
    return v.NONE
