"""Names of sources, folded so that two spellings of one thing are equal."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_QUOTED = re.compile(r"\"([^\"]*)\"|`([^`]*)`|(?:^|(?<=\.))\[([^\]*?]*)\](?=\.|$)")
_PART = re.compile(r"(?:\{[^{}]*\}|[^.])+")  # dots inside of {holes} divide nothing
_PATH_HEAD = re.compile(r"(?:[a-z][a-z0-9+.-]*:/{1,2}|/)?[^/]*")
_SCHEMES: tuple[tuple[str, str], ...] = (  # spellings of one file system
    ("s3a://", "s3://"),
    ("s3n://", "s3://"),
    ("gcs://", "gs://"),
    ("/dbfs/", "dbfs:/"),
    ("dbfs://", "dbfs:/"),
    ("file://", ""),
)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:/")
_DATA_FILE = re.compile(
    r"\.(?:csv|tsv|txt|jsonl?|ndjson|parquet|pq|feather|arrow|orc|avro|xlsx?|pkl|pickle|h5|hdf5|npy|npz|dta|sav"
    r"|zip|gz|bz2|zst|sqlite)$"
)
_WILD = re.compile(r"[*?]|\[[^\]]*\]")
_SHARD = re.compile(
    r"(?P<base>.*[^_$./])[_$]"
    r"(?:(?:19|20)\d{4}(?:\d{2})?|\d*\*|\{[^{}]*(?:date|day|ds|dt|yyyy|suffix)[^{}]*\})"
    r"(?P<extension>\.\w+)?"
)


def folded(name: str) -> str:
    """Lower case, without quotes; paths with forward slashes and without detours."""
    text = _QUOTED.sub(lambda found: found[1] or found[2] or found[3] or "", name.strip()).casefold()
    if is_path(text):
        return _folded_path(text.replace("\\", "/"))
    return ".".join(part.strip() for part in _PART.findall(text))


def is_path(name: str) -> bool:
    """Whether a name is that of a file, a folder or a stream rather than of a table."""
    return "/" in name or "\\" in name or _DATA_FILE.search(name.casefold()) is not None


def is_url(folded_name: str) -> bool:
    """Whether a folded path starts with a scheme."""
    return _SCHEME.match(folded_name) is not None


def is_wild(name: str) -> bool:
    """Whether a name has wildcards."""
    return _WILD.search(name) is not None


def parts(folded_name: str) -> tuple[str, ...]:
    """The parts of a dotted name, or the folders and the file of a path; a scheme or the root belongs to the first folder."""
    if not is_path(folded_name):
        return tuple(_PART.findall(folded_name))
    head = _PATH_HEAD.match(folded_name)
    end = head.end() if head else 0
    return (folded_name[:end], *(step for step in folded_name[end:].split("/") if step))


def joined(steps: tuple[str, ...], like: str) -> str:
    """Parts as they stand in a name like this one."""
    return ("/" if is_path(like) else ".").join(steps)


def unsharded(folded_name: str) -> tuple[str, ...]:
    """What a table or file of one day (`events_20240101`, `events_2024*`, `events$20240101`) may be called as a whole."""
    found = _SHARD.fullmatch(folded_name)
    if found is None:
        return ()
    base, extension = found["base"], found["extension"] or ""
    return (f"{base}_*{extension}", f"{base}*{extension}", f"{base}{extension}")


def means_one(names: Sequence[str], name: str) -> bool:
    """Whether an entry of these names, its own first, means one source by this name (all folded), and not whatever its pattern
    fits: the folders of a file, the schema of a table and the days of its shards may be any."""
    if not is_wild(parts(names[0])[-1]) or name in names or f"{name}/*" in names:
        return True
    end = parts(name)[-1]
    return not {end, *unsharded(end)}.isdisjoint(parts(one)[-1] for one in names)


def _folded_path(path: str) -> str:
    for written, meant in _SCHEMES:
        if path.startswith(written):
            path = meant + path.removeprefix(written)
            break
    if is_url(path):
        scheme, _, rest = path.partition(":/")
        slashes = "//" if rest.startswith("/") else "/"
        return f"{scheme}:{slashes}{posixpath.normpath(rest.lstrip('/'))}"
    return posixpath.normpath(path)
