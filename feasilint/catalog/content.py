"""The bytes of a catalog file, and the text that they are."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

_LARGEST = 256 * 1024 * 1024
_WIDE = (b"\xff\xfe", b"\xfe\xff")


class UnreadableError(Exception):
    """Bytes that are no text; the message says why, `line` and `column` where."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


def read(path: str, *, named: bool) -> bytes:
    """The bytes of a file. `named`: by the user, who may well hand over a pipe. Raises OSError."""
    mode = Path(path).stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode) or (named and stat.S_ISFIFO(mode))):
        raise OSError(errno.EINVAL, "Not a regular file")
    return Path(path).read_bytes()


def decoded(data: bytes) -> str:
    """The text in UTF-8. Raises UnreadableError."""
    if len(data) > _LARGEST:
        raise UnreadableError(f"too large (limit {_LARGEST // 2**20} MiB)")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        said = (
            "this is UTF-16 or UTF-32; save it as UTF-8"
            if data.startswith(_WIDE)
            else "not UTF-8; if it is text, save it as UTF-8"
        )
        raise UnreadableError(said, before.count(b"\n") + 1, column) from None
