"""Datasets of OpenLineage by the names that code reads them by, after the naming conventions of its specification."""

from __future__ import annotations

import re

from feasilint.catalog.imports._urls import without_secrets

_FILES = frozenset(
    {
        "s3",
        "s3a",
        "s3n",
        "gs",
        "gcs",
        "abfs",
        "abfss",
        "wasb",
        "wasbs",
        "hdfs",
        "dbfs",
        "file",
        "oss",
        "obs",
        "adl",
        "viewfs",
    }
)
_STREAMS = frozenset({"kafka", "kinesis", "pulsar", "eventhub", "pubsub"})
_GLUE = re.compile(r"table/([^/]+)/([^/]+)")
_PUBSUB = re.compile(r"(?:topic|subscription):[^:]+:(.+)")


def physical_name(namespace: str, name: str) -> str | None:
    """The name of a table, a topic as `kafka://topic`, or the URI of files; None for what only lives in memory."""
    scheme, mark, authority = namespace.partition("://")
    kind = scheme.lower()
    if kind == "inmemory" or not name.strip():
        return None
    if kind in _STREAMS:
        topic = _PUBSUB.fullmatch(name)
        return f"{kind}://{topic[1] if topic else name}"
    if kind == "file":
        return name
    if kind in _FILES:
        return without_secrets(f"{kind}://{authority.rstrip('/')}/{name.lstrip('/')}").rstrip("/")
    if kind.startswith("arn:aws:glue:"):
        found = _GLUE.fullmatch(name)
        return f"{found[1]}.{found[2]}" if found else name
    if kind == "azurekusto":
        return name.replace("/", ".")
    return without_secrets(f"{namespace.rstrip('/')}/{name.lstrip('/')}") if mark and "/" in name else name


def is_stream(namespace: str) -> bool:
    """Whether a namespace is that of topics."""
    return namespace.partition("://")[0].lower() in _STREAMS
