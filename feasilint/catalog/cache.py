"""Validated catalogs, kept by the content of their files so that YAML and pydantic load only after a change.

A cache file says what it depends on, then the catalog, both as MessagePack. It stands in `.feasilint_cache/` beside the catalog
or, where that cannot be written, in the user's cache folder. Anything about it that is not as expected makes it absent.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from glob import glob
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zlib import crc32

from msgspec import Struct, msgpack

from feasilint import __version__
from feasilint.catalog.stored import SHAPE, decode, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.catalog.files import Files
    from feasilint.catalog.model import Catalog

_FORMAT = 4  # to be raised with every change of what a catalog means or of how it is stored
_FOLDER = ".feasilint_cache"


class _Kept(Struct, array_like=True):
    """What a cache file has. `form`: what can read it; `files`: places as seen from the main file, what the files were called
    and digests of their bytes; `globs`: include patterns and what they matched; `packages`: includes of packages, and where."""

    form: str
    files: list[tuple[str, str, str]]
    globs: list[tuple[str, list[str]]]
    packages: dict[str, str]
    check: int
    content: memoryview


_KEPT = msgpack.Decoder(_Kept)


def read(path: str) -> Catalog | None:
    """The catalog of this file if it was validated before and nothing has changed since."""
    for folder in _folders(path):
        with suppress(OSError, ValueError, RecursionError):
            return _restored(path, (folder / _name(path)).read_bytes())
    return None


def write(path: str, catalog: Catalog, files: Files) -> None:
    """Keep a catalog, if there is a place for it. `files`: what it was read from."""
    place = _Places(_root(path), files.packages.values()).relative
    content = encode(catalog)
    kept = _Kept(
        _form(),
        [(place(file), file, digest) for file, digest in files.read.items()],
        [(place(pattern), [place(file) for file in found]) for pattern, found in files.globs.items()],
        files.packages,
        crc32(content),
        memoryview(content),
    )
    for folder in _folders(path):
        with suppress(OSError):
            _store(folder, _name(path), msgpack.encode(kept))
            return


def _restored(path: str, data: bytes) -> Catalog:
    """Raises ValueError and the like unless the data is a valid cache that is up to date."""
    kept = _KEPT.decode(data)
    if kept.form != _form() or kept.check != crc32(kept.content):
        raise ValueError("not a cache of this version")
    if any(_located(name) != found for name, found in kept.packages.items()):
        raise ValueError("a package is somewhere else")
    root = _root(path)
    if any(digest(Path(_joined(root, file)).read_bytes()) != known for file, _, known in kept.files):
        raise ValueError("a file has changed")
    if any(
        _matches(_joined(root, pattern)) != [_joined(root, file) for file in found] for pattern, found in kept.globs
    ):
        raise ValueError("an include pattern matches other files")
    names = {called: _joined(root, file) for file, called, _ in kept.files}
    moved = {called: name for called, name in names.items() if called != name}
    return decode(kept.content, _spelled(path), root or ".", moved)


def digest(data: bytes) -> str:
    """What tells whether the bytes of a file are still the same."""
    return sha256(data).hexdigest()


def _form() -> str:
    return f"{__version__} {_FORMAT} {crc32(SHAPE.encode())}"


def _store(folder: Path, name: str, content: bytes) -> None:
    """Write a file as a whole or not at all, and keep the folder out of version control."""
    import tempfile

    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / ".gitignore").exists():
        (folder / ".gitignore").write_text("*\n", encoding="utf-8")
    with tempfile.NamedTemporaryFile(dir=folder, prefix=name, suffix=".tmp", delete=False) as file:
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
    return f"catalog-{digest(os.path.realpath(path).encode('utf-8', 'surrogateescape'))[:16]}.cache"


def _matches(pattern: str) -> list[str]:
    return sorted(_spelled(found) for found in glob(pattern, recursive=True))  # noqa: PTH207


def _root(path: str) -> str:
    return _spelled(path).rpartition("/")[0] or ("/" if path.startswith("/") else "")


class _Places:
    """Paths as seen from the folder of a catalog, but for those in packages, which stay where they are when a project moves."""

    def __init__(self, root: str, packages: Iterable[str]) -> None:
        self._root = root
        self._packages = tuple(f"{_root(package)}/" for package in packages)

    def relative(self, path: str) -> str:
        if path.startswith(self._packages) or (os.path.isabs(path) and not os.path.isabs(self._root)):  # noqa: PTH117
            return path
        return os.path.relpath(path, self._root or ".")


def _located(name: str) -> str | None:
    from feasilint.catalog.packages import NotInstalledError, located

    try:
        return located(name)
    except NotInstalledError:
        return None


def _joined(root: str, path: str) -> str:
    return _spelled(os.path.join(root, path))  # noqa: PTH118


def _spelled(path: str) -> str:
    return os.path.normpath(path).replace(os.sep, "/")
