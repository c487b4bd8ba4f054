"""A version of a catalog: a file, or what Git has of it, as `HEAD:catalog.yaml`."""

from __future__ import annotations

import os
import subprocess
import tarfile
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

_SECONDS = 60


def place(name: str) -> str:
    """Where a version of a catalog stands, or would stand, in the working tree."""
    return name if os.path.lexists(name) or ":" not in name else name.partition(":")[2]


@contextmanager
def version(name: str) -> Iterator[str]:
    """The path of a catalog file. What Git has is unpacked, with all YAML beside and below it, for as long as this is open.

    Raises UsageError if there is neither such a file nor such a revision.
    """
    if os.path.lexists(name) or ":" not in name:
        if not Path(name).is_file():
            raise UsageError(f"{name}: no such file")
        yield name
        return
    revision, _, path = name.partition(":")
    with TemporaryDirectory(prefix="feasilint-") as folder:
        inner = _unpacked(revision, path, folder)
        yield inner


def _unpacked(revision: str, path: str, folder: str) -> str:
    """The file in a copy of its folder's YAML files."""
    if revision.startswith("-"):
        raise UsageError(f"{revision}: not a revision")
    top = _git("rev-parse", "--show-toplevel").decode().strip()
    prefix = _git("rev-parse", "--show-prefix").decode().strip()
    inside = os.path.normpath(os.path.join(prefix, path)).replace(os.sep, "/")  # noqa: PTH118 - the file need not exist
    _git("cat-file", "-e", f"{revision}:{inside}", missing=f"{revision}:{path}: Git has no such file")
    listed = (
        _git("-C", top, "ls-tree", "-r", "-z", "--name-only", revision).decode("utf-8", "surrogateescape").split("\0")
    )
    files = [name for name in listed if name == inside or name.endswith((".yaml", ".yml"))]
    archive = _git("--literal-pathspecs", "-C", top, "archive", "--format=tar", revision, "--", *files)
    with tarfile.open(fileobj=BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    return str(Path(folder) / inside)


def _git(*arguments: str, missing: str | None = None) -> bytes:
    program = which("git")
    if program is None:
        raise UsageError("git is not installed; name two files instead")
    try:
        done = subprocess.run([program, *arguments], capture_output=True, timeout=_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"git does not answer: {error}") from None
    if done.returncode:
        raise UsageError(missing or f"git: {done.stderr.decode('utf-8', 'replace').strip()}")
    return done.stdout
