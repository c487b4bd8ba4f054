"""Draws of what a reader judges: findings, and files of which nothing was found; the same draw for the same seed."""

from __future__ import annotations

import random
import re
from collections import Counter
from typing import TYPE_CHECKING, TypeVar

from feature_coverage import FITS, LOADS
from msgspec import Struct, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from feasilint.documents.model import Document
    from feasilint.findings import Finding

_PER_REPOSITORY = 4
_NOT_DRAWN = ("FEA001", "FEA005")  # what cannot be parsed, and what is too large: drawn only where the rules are named
_WRITES = re.compile(
    r"\.(?:to_parquet|to_csv|to_feather|to_pickle|to_hdf|to_gbq|to_sql|saveAsTable|save_as_table|insertInto|insert|ingest"
    r"|write_table|write_features|create_feature_group|create_feature_view)\s*\(|\.write\b|\bCREATE\s+(?:OR\s+REPLACE\s+)?TABLE\b"
)
_T = TypeVar("_T")


class Draw(Struct):
    """Candidates, by the file that they are of. `rules`: the beginning of the codes that are drawn."""

    folder: Path
    seed: int
    rules: str = ""
    findings: dict[Path, list[Finding]] = field(default_factory=dict)
    silent: list[Path] = field(default_factory=list)

    def add(self, path: Path, document: Document, findings: Iterable[Finding]) -> None:
        text = "\n".join(cell.source for cell in document.cells)
        found = list(findings)
        if told := [finding for finding in found if self._wanted(finding)]:
            self.findings[path] = told
        if not found and LOADS.search(text) and (FITS.search(text) or _WRITES.search(text)):
            self.silent.append(path)

    def _wanted(self, finding: Finding) -> bool:
        named = tuple(self.rules.split(","))
        return finding.code.startswith(named) and (finding.code not in _NOT_DRAWN or finding.code in named)

    def lines(self, findings: int, silent: int) -> Iterator[str]:
        for path in self._spread(self.findings, findings):
            drawn = random.Random(f"{self.seed} {self._name(path)}").choice(self.findings[path])
            yield f"{drawn.code} {self._name(path)}:{drawn.place.span}\n    {drawn.message}"
        yield from (f"silent {self._name(path)}" for path in self._spread(self.silent, silent))

    def of_each_rule(self, count: int) -> Iterator[str]:
        """So many findings of every rule that speaks: other files and repositories first."""
        by_rule: dict[str, list[tuple[Path, Finding]]] = {}
        for path in sorted(self.findings):
            for finding in self.findings[path]:
                by_rule.setdefault(finding.code, []).append((path, finding))
        for code, candidates in sorted(by_rule.items()):
            random.Random(f"{self.seed} {code}").shuffle(candidates)
            for path, finding in self._spread_first(candidates)[:count]:
                yield f"{code} {self._name(path)}:{finding.place.span}\n    {finding.message}"

    def _spread_first(self, candidates: list[tuple[Path, Finding]]) -> list[tuple[Path, Finding]]:
        files: Counter[Path] = Counter()
        repositories: Counter[str] = Counter()
        ranked: list[tuple[int, int, int, Path, Finding]] = []
        for path, finding in candidates:
            repository = path.relative_to(self.folder).parts[0]
            ranked.append((files[path], repositories[repository] // _PER_REPOSITORY, len(ranked), path, finding))
            files[path] += 1
            repositories[repository] += files[path] == 1
        return [(path, finding) for *_, path, finding in sorted(ranked, key=lambda one: one[:3])]

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    def _spread(self, paths: Iterable[Path], count: int) -> list[Path]:
        """Paths in a drawn order, of each repository only some: the first folder is the repository."""
        shuffled = sorted(paths)
        random.Random(self.seed).shuffle(shuffled)
        return sorted(_at_most(shuffled, lambda path: path.relative_to(self.folder).parts[0])[:count])


def _at_most(values: Iterable[_T], group: Callable[[_T], str]) -> list[_T]:
    seen: Counter[str] = Counter()
    kept = []
    for value in values:
        seen[group(value)] += 1
        if seen[group(value)] <= _PER_REPOSITORY:
            kept.append(value)
    return kept
