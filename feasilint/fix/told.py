"""What fixing has done, in words and as a patch."""

from __future__ import annotations

import difflib
import os
import tempfile
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.fix.apply import Fixed


def summary(fixed: Fixed, written: bool) -> Iterator[str]:
    """Lines about what was fixed, what could not be and why, and what else could."""
    done = (
        f"{_count(len(fixed.fixed), 'finding')} in {_count(len(fixed.contents), 'file')}" if fixed.fixed else "nothing"
    )
    line = f"Fixed {done}" if written else f"Would fix {done}"
    more = f"{fixed.unsafe} more" if fixed.fixed else _count(fixed.unsafe, "finding")
    yield f"{line}; {more} with --unsafe-fixes" if fixed.unsafe else line
    for refused in fixed.refused:
        place = refused.finding.place
        at = f"{place.path}:{place.span.line}" if place.span is not None else place.path
        yield f"not fixed: {refused.finding.code} at {at}: {refused.reason}"
    for obstacle, number in Counter(_obstacles(fixed)).most_common():
        yield f"not fixed: {_count(number, 'finding')}: {obstacle}"


def _obstacles(fixed: Fixed) -> Iterator[str]:
    """Why what is found has no fix, for each finding that has none."""
    suggestions = (finding.suggestion for finding in fixed.result.findings)
    return (one.obstacle for one in suggestions if one is not None and one.obstacle)


def patch(fixed: Fixed) -> str:
    """A unified patch that `patch -p1` and `git apply` understand."""
    return "".join(line for path, (old, new) in sorted(fixed.contents.items()) for line in _patch(path, old, new))


def _patch(path: str, old: bytes, new: bytes) -> Iterator[str]:
    before, after = (data.decode("utf-8").split("\n") for data in (old, new))
    lines = [[f"{line}\n" for line in text[:-1]] + [text[-1]] * bool(text[-1]) for text in (before, after)]
    for line in difflib.unified_diff(lines[0], lines[1], f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"


def write(fixed: Fixed) -> None:
    """Replace the files, each as a whole; their modes stay. Raises UsageError for one that cannot be written."""
    for path, (_, new) in sorted(fixed.contents.items()):
        try:
            _replace(Path(path).resolve(), new)
        except OSError as error:
            raise UsageError(f"cannot write {path}: {error.strerror or error}") from error


def _replace(path: Path, data: bytes) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(draft).chmod(path.stat().st_mode & 0o7777)
        Path(draft).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
