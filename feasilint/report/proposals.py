"""What `feasilint suggest` prints: suggestions of findings, files of a platform, the features that there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.report.screen import visible
from feasilint.suggest.definition import Definition
from feasilint.suggest.platforms.files import words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.proposing import Proposal
    from feasilint.suggest.platforms import File


def listing(proposals: Iterable[Proposal]) -> str:
    """The features, each with what it becomes, or why there is no definition of it."""
    lines = dict.fromkeys(f"{one.feature.name}: {_said(one)}" for one in proposals)
    return "".join(f"{visible(line)}\n" for line in lines)


def _said(proposal: Proposal) -> str:
    found = proposal.definition
    if isinstance(found, Definition):
        keys = ", ".join(key.name for key in found.keys)
        return f"{words(found)} of {found.source.name}, per {keys}"
    return f"no definition: {found.reason}"


def suggestions(proposals: Iterable[Proposal]) -> str:
    """What the findings about features suggest."""
    said = []
    for proposal in proposals:
        for finding in proposal.findings:
            assert finding.suggestion is not None
            made = finding.suggestion
            saves = f"saves: {made.saves}\n" if made.saves else ""
            code = f"\n{made.code.rstrip()}\n\n" if made.code else ""
            said.append(f"{finding.code} {finding.feature}: {made.title}\n{code}{saves}")
    return "".join(_lines(text) for text in dict.fromkeys(said))


def files(found: Iterable[File]) -> str:
    """Files one after the other, each under its path."""
    return "\n".join(f"# file: {file.path}\n{_lines(file.text)}" for file in found)


def _lines(text: str) -> str:
    return "".join(f"{visible(line)}\n" for line in text.splitlines())
