"""What a scan comes to: counts, the sentence that says them, and advice about the run as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from feasilint.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from feasilint.result import ScanResult

_NAMED_SOURCES = 5


class Counts(Struct, frozen=True):
    """How many findings of each severity there are, and how many files, features and models were looked at."""

    errors: int
    warnings: int
    infos: int
    suppressed: int
    files: int
    features: int
    models: int

    @property
    def findings(self) -> int:
        return self.errors + self.warnings + self.infos

    @property
    def severities(self) -> str:
        """`3 errors, 2 warnings and 1 info`; empty without findings."""
        words = [plural(count, word) for count, word in ((self.errors, "error"), (self.warnings, "warning")) if count]
        words += [f"{self.infos:,} info"] if self.infos else []
        return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def counts(result: ScanResult) -> Counts:
    """The numbers of a scan: suppressed findings are counted apart."""
    by_severity = dict.fromkeys(Severity, 0)
    for finding in result.findings:
        by_severity[finding.severity] += 1
    return Counts(
        errors=by_severity[Severity.ERROR],
        warnings=by_severity[Severity.WARNING],
        infos=by_severity[Severity.INFO],
        suppressed=len(result.suppressed),
        files=len(result.documents),
        features=result.features,
        models=result.models,
    )


def plural(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def sentence(result: ScanResult) -> str:
    """`Found 3 errors and 2 warnings (1 suppressed) in 5 files: 14 features of 2 models judged.`"""
    total = counts(result)
    found = f"Found {total.severities}" if total.findings else "Nothing found"
    suppressed = f" ({total.suppressed} suppressed)" if total.suppressed else ""
    of_models = f" of {plural(total.models, 'model')}" if total.models else ""
    return (
        f"{found}{suppressed} in {plural(total.files, 'file')}: {plural(total.features, 'feature')}{of_models} judged."
    )


def advice(result: ScanResult) -> Iterator[str]:
    """The hints of the run; without a catalog, one more that names the sources nothing is known of."""
    yield from result.hints
    unknown = result.unknown_sources
    if unknown and (result.catalog is None or result.catalog.empty):
        named = ", ".join(f"`{name}`" for name in unknown[:_NAMED_SOURCES])
        more = f" and {len(unknown) - _NAMED_SOURCES} more" if len(unknown) > _NAMED_SOURCES else ""
        advice = "`feasilint init` writes a `catalog.yaml` to fill in with what production has, and when"
        yield f"nothing is known of {named}{more}: {advice}"
