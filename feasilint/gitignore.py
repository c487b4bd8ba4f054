"""What Git would leave out: nested ignore files, the repository's private one, patterns of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pathspec import GitIgnoreSpec


class _Patterns(Struct, frozen=True):
    """The patterns of one ignore file, which hold below its folder."""

    base: Path
    spec: GitIgnoreSpec

    def verdict(self, path: Path, folder: bool) -> bool | None:
        """True: left out, False: taken back in (`!`), None: not mentioned."""
        if not path.is_relative_to(self.base) or path == self.base:
            return None
        relative = path.relative_to(self.base).as_posix()
        return self.spec.check_file(f"{relative}/" if folder else relative).include


class GitIgnore:
    """The ignore files at and below `root`; `exclude` are patterns as in .gitignore, relative to `here`, that come first."""

    def __init__(self, root: Path, exclude: Iterable[str] = (), here: Path | None = None) -> None:
        self.root = root
        self._exclude = tuple(_patterns(here or root, exclude))
        self._by_folder: dict[Path, tuple[_Patterns, ...]] = {}

    def ignores(self, path: Path, *, folder: bool) -> bool:
        """Whether the nearest pattern that mentions this absolute path leaves it out. Its parents are not looked at."""
        files = self._exclude + (self._files(path.parent) if path != self.root else ())
        verdicts = (patterns.verdict(path, folder) for patterns in files)
        return next((verdict for verdict in verdicts if verdict is not None), False)

    def ignores_within(self, path: Path) -> bool:
        """Whether this file is left out, or a folder between the root and it."""
        parents = (parent for parent in path.parents if parent != self.root and parent.is_relative_to(self.root))
        return self.ignores(path, folder=False) or any(self.ignores(parent, folder=True) for parent in parents)

    def _files(self, folder: Path) -> tuple[_Patterns, ...]:
        """The ignore files that hold in a folder, nearest first."""
        if not folder.is_relative_to(self.root):
            return ()
        if folder not in self._by_folder:
            here = tuple(_patterns(folder, _lines(folder / ".gitignore")))
            above = self._private() if folder == self.root else self._files(folder.parent)
            self._by_folder[folder] = (*here, *above)
        return self._by_folder[folder]

    def _private(self) -> tuple[_Patterns, ...]:
        return tuple(_patterns(self.root, _lines(self.root / ".git" / "info" / "exclude")))


def repository(path: Path) -> Path | None:
    """The root of the Git repository that an absolute path lies in."""
    return next((folder for folder in (path, *path.parents) if (folder / ".git").exists()), None)


def left_out(text: str, paths: Iterable[str]) -> set[str]:
    """The paths that the patterns of one ignore file leave out; they are relative to its folder."""
    found = next(_patterns(Path(), text.splitlines()), None)
    return set() if found is None else set(found.spec.match_files(paths))


def _lines(path: Path) -> Iterable[str]:
    try:
        return path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()


def _patterns(base: Path, lines: Iterable[str]) -> Iterator[_Patterns]:
    """The spec of these lines; those that are no patterns are left out, as Git does."""
    written = [line for line in lines if line.strip() and not line.startswith("#")]
    if not written:
        return
    from pathspec import GitIgnoreSpec

    yield _Patterns(base, GitIgnoreSpec.from_lines(line for line in written if _is_pattern(line)))


def _is_pattern(line: str) -> bool:
    from pathspec import GitIgnoreSpec

    try:
        GitIgnoreSpec.from_lines([line])
    except ValueError:
        return False
    return True
