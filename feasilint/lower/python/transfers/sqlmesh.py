"""What the context gives that SQLMesh hands to a Python model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.python import values as v
from feasilint.lower.python.transfers.sql import query

if TYPE_CHECKING:
    from feasilint.lower.python.call import Call


def fetched(call: Call) -> v.Value | None:
    """`context.fetchdf("SELECT …")`, in the dialect of the model."""
    receiver = call.receiver
    dialect = receiver.get("dialect") if isinstance(receiver, v.Handle) else None
    spoken = dialect.value if isinstance(dialect, v.Const) and isinstance(dialect.value, str) else None
    return query(spoken, library="spark" if "pyspark" in call.name else "pandas")(call)


def resolved(call: Call) -> v.Value | None:
    """`context.resolve_table("schema.model")`: the name, whatever version of the table SQLMesh takes."""
    return call.got(0, "model_name")


def variable(call: Call) -> v.Value | None:
    """`context.var("name", default)`: the default, else a parameter."""
    default, name = call.arg(1, "default"), call.text(0, "var_name")
    return default if default is not None else call.m.unknown(name or call.name)
