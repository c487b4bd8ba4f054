"""The first catalog as text: what is known, and what is not as questions, the most important ones first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.catalog.names import is_path
from feasilint.catalog.write import MODELINE, block
from feasilint.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from feasilint.catalog.start.draft import Draft, Model, Source

_QUESTIONS = {  # a key, and what else answers it
    "availability": (),
    "latency": ("period",),
    "owner": (),
}
_HEAD = """\
# What production knows of the data that the models here are made of: where each source is, how old, and whose.
# Lines with TODO are open questions. Take `# TODO` away and write the answer behind the colon:
#   availability  production, request (it comes with the call), vendor, training_only, sandbox or deprecated
#   latency       how old the newest row is: request, online, streaming, microbatch, hourly, daily, slow, manual or none
#   owner         whom to ask: "#channel", or a team"""
_POINTS = """\
# Where are the models called? Take the `#` off these lines, and change what does not fit:
# prediction_points:
#   checkout: {mode: online, latency_budget: 150ms, max_age: 1h}  # somebody waits
#   nightly: {mode: batch, run_at: 02:00}
"""
_STEPS = (50, 10, 2, 1)  # features from which on a source belongs to a group
_SHOWN = 4  # features and places that are named
_WIDTH = 78


def page(draft: Draft) -> str:
    """The text of a catalog.yaml."""
    return "\n".join(_lines(draft)) + "\n"


def _lines(draft: Draft) -> Iterator[str]:
    yield MODELINE
    yield _HEAD
    yield "version: 1"
    for key, value in draft.more.items():
        yield ""
        yield block({key: value}).rstrip("\n")
    if "prediction_points" not in draft.more:
        yield ""
        yield _POINTS.rstrip("\n")
    if draft.models:
        yield from ("", "models:")
        for model in draft.models:
            yield from _model(model)
    if draft.sources:
        yield from ("", "sources:")
        for head, sources in _groups(draft.sources):
            yield from ("", f"  # {'-' * _WIDTH}", f"  # {head}")
            for source in sources:
                yield from _source(source)


def _model(model: Model) -> Iterator[str]:
    yield from _entry(model.entry, ("models",))
    if model.estimators:
        estimators = _some([name.rpartition(".")[2] for name in model.estimators])
        yield f"    # {estimators}; {plural(model.features, 'feature')}"
    if "prediction_point" not in model.entry:
        yield "    # TODO prediction_point:"


def _groups(sources: Sequence[Source]) -> Iterator[tuple[str, list[Source]]]:
    """Sources by how many features depend on them."""
    left = list(sources)
    for at, step in enumerate(_STEPS):
        group = [source for source in left if len(source.features) >= step]
        left = [source for source in left if len(source.features) < step]
        if group:
            most = _STEPS[at - 1] - 1 if at else None
            yield _range(step, most), group
    if left:
        yield "no feature depends on these", left


def _range(least: int, most: int | None) -> str:
    if most is None:
        return f"{least} features or more depend on each of these"
    return "1 feature depends on each of these" if most == 1 else f"{least} to {most} features depend on each of these"


def _source(source: Source) -> Iterator[str]:
    """An entry with what is known of its use, and what is asked: of one that no feature needs only whether it is there."""
    yield from _entry(source.entry, ("sources",))
    if source.files:
        yield f"    # read in {_some(source.files)}"
    if source.features:
        names = list(dict.fromkeys(name for _, name in source.features))
        files = {path for path, _ in source.features}
        where = f" in {len(files)} files" if len(files) > 1 else ""
        yield f"    # {plural(len(source.features), 'feature')}{where}: {_some(names)}"
    for key, others in _QUESTIONS.items():
        stated = any(name in source.entry for name in (key, *others))
        if not stated and (source.features or key == "availability"):
            yield f"    # TODO {key}:"
    if source.kind == "file" and source.features and is_path(str(source.entry["name"])):
        yield f"    # an extract of a table? then name the table, and add aliases: {block([source.entry['name']]).strip()}"


def _entry(entry: dict[str, object], path: tuple[str, ...]) -> Iterator[str]:
    lines = block([entry], path).rstrip("\n").split("\n")
    yield from (f"  {line}" for line in lines)


def _some(names: Sequence[str]) -> str:
    """The first few, one line each that no name can break."""
    shown = ", ".join(" ".join(name.split()) for name in names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
