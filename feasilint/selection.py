"""Which rules a run reports: `--select` and `--ignore`, by code or the beginning of one."""

from __future__ import annotations

from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.findings import Finding
    from feasilint.result import ScanResult


def selected(result: ScanResult, select: Iterable[str], ignore: Iterable[str], codes: Sequence[str]) -> ScanResult:
    """The result with the findings of selected rules only. `codes` are those of the installed rules.

    Values may hold several codes separated by commas. UsageError for one that no rule begins with.
    """
    chosen = _prefixes(select, codes)
    rejected = _prefixes(ignore, codes)

    def keep(finding: Finding) -> bool:
        return (not chosen or finding.code.startswith(chosen)) and not (rejected and finding.code.startswith(rejected))

    findings = tuple(filter(keep, result.findings))
    return replace(result, findings=findings, suppressed=tuple(filter(keep, result.suppressed)))


def _prefixes(values: Iterable[str], codes: Sequence[str]) -> tuple[str, ...]:
    prefixes = tuple(part.strip().upper() for value in values for part in value.split(",") if part.strip())
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in codes):
            near = get_close_matches(prefix, codes, n=1)
            suggestion = f"; did you mean `{near[0]}`?" if near else ""
            raise UsageError(f"no rule's code begins with `{prefix}`{suggestion}")
    return prefixes
