"""Validated catalogs, kept by the content of their files so that YAML and pydantic load only after a change.

A cache file is lines of JSON: what it depends on, then the catalog. It stands in `.feasilint_cache/` beside the catalog
or, where that cannot be written, in the user's cache folder. Anything about it that is not as expected makes it absent.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import zlib
from contextlib import suppress
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.catalog.stored import decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.catalog.model import Catalog

_FORMAT = 2  # to be raised with every change of the schema, of how it is read or of how it is stored
_FOLDER = ".feasilint_cache"


def read(path: str) -> Catalog | None:
    """The catalog of this file if it was validated before and nothing has changed since."""
    for folder in _folders(path):
        with suppress(OSError, ValueError, KeyError, TypeError, IndexError, RecursionError):
            return _restored(path, (folder / _name(path)).read_text(encoding="utf-8"))
    return None


def write(path: str, catalog: Catalog, files: Mapping[str, str], globs: Mapping[str, tuple[str, ...]]) -> None:
    """Keep a catalog, if there is a place for it. `files`: digests by path; `globs`: matches by pattern."""
    root = _root(path)
    payload = encode(catalog, tuple(files))
    header = {
        "format": _FORMAT,
        "files": [[_relative(file, root), digest] for file, digest in files.items()],
        "globs": [
            [_relative(pattern, root), [_relative(file, root) for file in found]] for pattern, found in globs.items()
        ],
        "check": zlib.crc32(payload.encode()),
    }
    for folder in _folders(path):
        with suppress(OSError):
            _store(folder, _name(path), f"{json.dumps(header)}\n{payload}\n")
            return


def _restored(path: str, content: str) -> Catalog:
    """Raises ValueError and the like unless the content is a valid cache that is up to date."""
    first, _, rest = content.partition("\n")
    header = json.loads(first)
    payload = rest.removesuffix("\n")
    if header["format"] != _FORMAT or header["check"] != zlib.crc32(payload.encode()):
        raise ValueError("not a cache of this version")
    root = _root(path)
    files = tuple((_joined(root, file), digest) for file, digest in header["files"])
    if any(hashlib.sha256(Path(file).read_bytes()).hexdigest() != digest for file, digest in files):
        raise ValueError("a file has changed")
    if any(
        _matches(_joined(root, pattern)) != [_joined(root, file) for file in found]
        for pattern, found in header["globs"]
    ):
        raise ValueError("an include pattern matches other files")
    return decode(payload, tuple(file for file, _ in files), root or ".")


def _store(folder: Path, name: str, content: str) -> None:
    """Write a file as a whole or not at all, and keep the folder out of version control."""
    import tempfile

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix=name, suffix=".tmp", delete=False
    ) as file:
        file.write(content)
    try:
        Path(file.name).replace(folder / name)
    except OSError:
        Path(file.name).unlink(missing_ok=True)
        raise


def _folders(path: str) -> Iterator[Path]:
    beside = Path(path).parent / _FOLDER
    if not beside.is_symlink():
        yield beside
    with suppress(RuntimeError):  # no home
        yield _user_folder() / "feasilint"


def _user_folder() -> Path:
    stated = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    if stated:
        return Path(stated)
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def _name(path: str) -> str:
    return f"catalog-{hashlib.sha256(os.path.realpath(path).encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.json"


def _matches(pattern: str) -> list[str]:
    return sorted(_spelled(found) for found in glob(pattern, recursive=True))  # noqa: PTH207


def _root(path: str) -> str:
    return _spelled(path).rpartition("/")[0] or ("/" if path.startswith("/") else "")


def _relative(path: str, root: str) -> str:
    return path if os.path.isabs(path) and not os.path.isabs(root) else os.path.relpath(path, root or ".")  # noqa: PTH117


def _joined(root: str, path: str) -> str:
    return _spelled(os.path.join(root, path))  # noqa: PTH118


def _spelled(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")
