"""Reads the files of a project, and remembers which ones and what was wrong with them."""

from __future__ import annotations

import hashlib
import os
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from msgspec import Struct, field

from feasilint.documents.text import UnreadableError, decode
from feasilint.ir import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_LARGEST_YAML = 8 * 1024 * 1024
_MOST_FILES = 50_000
_TIMESTAMP = "tag:yaml.org,2002:timestamp"


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay text: an impossible one is no error, and templates print them as they are written."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _TIMESTAMP]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


class Files(Struct):
    """The files below `root`. `digests`: the SHA-256 of each file that was read, by absolute path. `shown_from`: the folder that
    the paths in `problems` are relative to."""

    root: str
    shown_from: str
    digests: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    _lists: dict[str, list[str]] = field(default_factory=dict)

    def bytes(self, path: str, largest: int) -> bytes | None:
        """The content of a file; None if there is none, or if it cannot be read, which is a problem."""
        try:
            if os.path.isdir(path) or os.path.getsize(path) > largest:  # noqa: PTH112, PTH202
                self.problem(path, f"is larger than {largest // 2**20} MiB or a folder, and was not read")
                return None
            data = Path(path).read_bytes()
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            self.problem(path, f"cannot be read ({getattr(error, 'strerror', None) or error}); check its permissions")
            return None
        self.digests[path] = hashlib.sha256(data).hexdigest()
        return data

    def text(self, path: str, largest: int = _LARGEST_YAML) -> str | None:
        """The text of a file; None as for `bytes`."""
        data = self.bytes(path, largest)
        try:
            return None if data is None else decode(data)
        except UnreadableError as error:
            self.problem(path, f"cannot be read: {error.message}")
            return None

    def yaml(self, path: str) -> object:
        """The data of a YAML file; None if there is none."""
        text = self.text(path)
        return None if text is None else self.parsed(text, path)

    def parsed(self, text: str, path: str) -> object:
        """The data of YAML text; broken text is a problem and no data."""
        try:
            return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
        except yaml.MarkedYAMLError as error:
            where = error.problem_mark or error.context_mark
            line = 1 if where is None else min(where.line, text.rstrip().count("\n")) + 1
            self.problem(path, f"is not valid YAML ({error.problem})", line)
        except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as error:
            self.problem(
                path, f"is not valid YAML ({str(error).splitlines()[0] if str(error) else 'nested too deeply'})"
            )
        return None

    def problem(self, path: str, what: str, line: int | None = None) -> None:
        """Say what is wrong with a file, and that what it says is not taken into account."""
        here = os.path.relpath(path)
        where = (os.path.relpath(path, self.shown_from) if here.startswith("..") else here).replace(os.sep, "/")
        place = where if line is None else f"{where}:{line}"
        said = Diagnostic("unreadable", f"{place} {what}; correct it, until then nothing that it says is known")
        if said not in self.problems:
            self.problems.append(said)

    def below(
        self, folders: Sequence[str], wanted: Callable[[str], bool], skipped: Sequence[str] = ()
    ) -> Iterator[str]:
        """The wanted files below folders of the root, by name, as paths relative to it; links to folders are not followed."""
        found = (path for folder in folders for path in self._listed(folder, skipped) if wanted(path))
        return iter(dict.fromkeys(found))

    def _listed(self, folder: str, skipped: Sequence[str]) -> list[str]:
        """All files below a folder."""
        if folder not in self._lists:
            start = len(self.root.rstrip("/")) + 1
            files = islice(_walk(os.path.normpath(f"{self.root}/{folder}"), skipped), _MOST_FILES)
            self._lists[folder] = self._kept([path[start:].replace(os.sep, "/") for path in files])
        return self._lists[folder]

    def _kept(self, paths: list[str]) -> list[str]:
        """The files that .dbtignore does not leave out."""
        patterns = self.text(f"{self.root}/.dbtignore")
        if not patterns:
            return paths
        from feasilint.gitignore import left_out

        ignored = left_out(patterns, paths)
        return [path for path in paths if path not in ignored]


def _walk(folder: str, skipped: Sequence[str]) -> Iterator[str]:
    for at, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in skipped)
        for name in sorted(names):
            yield f"{at}/{name}"
