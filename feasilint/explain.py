"""A rule as a page of Markdown: what its class says and shows."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from feasilint.findings import Severity
    from feasilint.rule import Example, Rule

_HEADING = re.compile(r"^(## .+)\n(?!\n)", re.MULTILINE)
_LANGUAGES = {"sql": "sql", "py": "python", "ipynb": "python", "yaml": "yaml"}


def explain(rule: Rule) -> str:
    """The page of one rule: severities, documentation, examples."""
    summary, _, body = cleandoc(rule.__doc__ or "").partition("\n")
    body = _HEADING.sub(r"\1\n\n", body).strip()
    parts = [f"# {rule.code} {rule.name}", summary, "\n".join(_facts(rule)), body, *_examples(rule.examples)]
    return "\n\n".join(part for part in parts if part) + "\n"


def index(rules: Iterable[Rule]) -> str:
    """A table of rules that links to their pages."""
    lines = ["# Rules", "", "| code | name | what it reports | online | batch |", "| --- | --- | --- | --- | --- |"]
    for rule in rules:
        summary = cleandoc(rule.__doc__ or "").partition("\n")[0]
        online, batch = rule.severity.word, _word(rule.batch)
        lines.append(f"| [{rule.code}]({rule.code}.md) | {rule.name} | {summary} | {online} | {batch} |")
    return "\n".join(lines) + "\n"


def _facts(rule: Rule) -> Iterator[str]:
    yield f"- severity: {rule.severity.word} at an online prediction point, {_word(rule.batch)} in batch scoring"
    yield f"- judges: each {rule.scope}"
    if rule.supersedes:
        yield f"- takes as its note, about the same fact: {', '.join(rule.supersedes)}"
    yield f"- since: {rule.since}"


def _word(severity: Severity | None) -> str:
    return severity.word if severity is not None else "silent"


def _examples(examples: tuple[Example, ...]) -> Iterator[str]:
    """Each example under its own heading; a file that an earlier one has shown is only named."""
    if examples:
        yield "## Examples"
    shown: set[tuple[str, str]] = set()
    for example in examples:
        verdict = "Reported" if example.flagged else "Accepted"
        yield f"### {verdict}: {example.title}"
        yield from (_file(path, content, (path, content) in shown) for path, content in example.files.items())
        shown.update(example.files.items())


def _file(path: str, content: str, shown: bool) -> str:
    if shown:
        return f"with the same `{path}`"
    language = _LANGUAGES.get(path.rpartition(".")[2], "")
    return f"`{path}`\n\n```{language}\n{cleandoc(content)}\n```"
