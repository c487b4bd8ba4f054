"""Questions about the sources that matter most, on a terminal. Nothing has to be answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

import click
from msgspec.structs import replace

from feasilint.catalog.model import Availability, LatencyClass, Mode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.catalog.merge import Data
    from feasilint.catalog.start.draft import Draft, Source

_MOST = 10  # sources that are asked about
_POINT = "serving"


def asked(draft: Draft) -> Draft:
    """The draft with what the user answers."""
    click.echo("An empty answer leaves a question open, Ctrl-C all that follow.")
    mode, sources = "", list(draft.sources)
    try:
        mode = _choice("Where are the models called", get_args(Mode)) if draft.models else ""
        for at, source in enumerate(sources[:_MOST]):
            if source.features:
                sources[at] = _answered(source)
    except click.Abort:
        click.echo("\nThe rest stays open.")
    models, more = draft.models, dict(draft.more)
    if mode:
        more["prediction_points"] = {_POINT: {"mode": mode}}
        models = tuple(replace(model, entry={**model.entry, "prediction_point": _POINT}) for model in models)
    return replace(draft, sources=tuple(sources), models=models, more=more)


def _answered(source: Source) -> Source:
    entry: Data = dict(source.entry)
    click.echo(f"\n{entry['name']}: {len(source.features)} features depend on it")
    if "availability" not in entry:
        _set(entry, "availability", _choice("  availability", get_args(Availability)[:-1]))
    if "latency" not in entry and "period" not in entry:
        _set(entry, "latency", _choice("  how old is its newest row", get_args(LatencyClass)))
    if "owner" not in entry:
        _set(entry, "owner", click.prompt("  owner, as #channel or a team", default="", show_default=False).strip())
    return replace(source, entry=entry)


def _set(entry: Data, key: str, value: str) -> None:
    if value:
        entry[key] = value


def _choice(question: str, answers: Iterable[str]) -> str:
    names = list(answers)
    kind = click.Choice(["", *names])
    answer: str = click.prompt(
        f"{question} ({', '.join(names)})", default="", show_default=False, show_choices=False, type=kind
    )
    return answer
