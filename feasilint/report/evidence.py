"""What forms of a feature are worth on data, as text and for programs."""

from __future__ import annotations

import json
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from feasilint.report.screen import visible, width
from feasilint.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from feasilint.evidence.model import Estimate, Evidence, Measured

SCHEMA = "feasilint.evidence/1"
_WIDEST = 120  # characters of a line of prose
_NONE = "-"


def render(evidence: Evidence) -> str:
    """What was measured, a table with a line per form, and what follows."""
    return "".join(f"{visible(line)}\n" for line in _lines(evidence))


def render_json(evidence: Evidence) -> str:
    """The same in the schema `feasilint.evidence/1`: shares from 0 to 1; null where there is nothing to tell."""
    return json.dumps(document(evidence), indent=2) + "\n"


def document(evidence: Evidence) -> dict[str, Any]:
    """The content of the JSON."""
    labels = evidence.labels
    return {
        "schema": SCHEMA,
        "feature": evidence.feature,
        "source": evidence.source,
        "keys": list(evidence.keys),
        "default": evidence.default,
        "sample": _plain(evidence.sample),
        "points": _plain(evidence.points),
        "forms": [_form(one, at) for at, one in enumerate(evidence.forms)],
        "labels": _plain(labels) if labels is not None else None,
        "notes": list(evidence.notes),
        "conclusion": conclusions(evidence),
    }


def _plain(value: Any) -> dict[str, Any]:
    found = {name: getattr(value, name) for name in value.__struct_fields__}
    return {name: one.isoformat() if hasattr(one, "isoformat") else one for name, one in found.items()}


def _form(one: Measured, at: int) -> dict[str, Any]:
    return {
        "name": one.form.name,
        "present": at == 0,
        "days": one.form.days,
        "since": one.form.since,
        "coverage": one.coverage,
        "changed": one.changed,
        "spearman": one.spearman,
        "paired": one.paired if at else None,
        "quantiles": {f"{share:g}": value if isfinite(value) else None for share, value in one.quantiles},
        "auc": _plain(one.auc) if one.auc is not None else None,
        "auc_gain": _plain(one.gain) if one.gain is not None else None,
    }


# --- words ---


def _lines(evidence: Evidence) -> Iterator[str]:
    keys = ", ".join(f"`{key}`" for key in evidence.keys)
    yield f"`{evidence.feature}` of `{evidence.source}` per {keys}"
    yield ""
    yield from _table(evidence)
    yield ""
    for said in conclusions(evidence):
        yield from wrap(said, _WIDEST)
    yield ""
    yield "Measured:"
    for said in (*_measured(evidence), *evidence.notes):
        yield from wrap(said, _WIDEST, initial_indent="  - ", subsequent_indent="    ")


def _table(evidence: Evidence) -> Iterator[str]:
    shares = [share for share, _ in next((one.quantiles for one in evidence.forms if one.quantiles), ())]
    heads = ["form", "coverage", "changed", "Spearman", *(f"p{100 * share:g}" for share in shares)]
    told = any(one.auc is not None for one in evidence.forms)
    rows = [heads + ["AUC (95 %)", "against the present"] * told]
    rows += [_row(one, at, len(shares), told) for at, one in enumerate(evidence.forms)]
    widths = [max(width(row[at]) for row in rows) for at in range(len(rows[0]))]
    for row in rows:
        cells = (_padded(cell, widths[at], at > 0) for at, cell in enumerate(row))
        yield "  " + "  ".join(cells).rstrip()


def _row(one: Measured, at: int, shares: int, told: bool) -> list[str]:
    values = [f"{value:,.4g}" if abs(value) < 10_000 else f"{value:,.0f}" for _, value in one.quantiles]
    row = [
        one.form.name + (" (present)" if at == 0 else ""),
        _share(one.coverage),
        _share(one.changed) if one.changed is not None else _NONE,
        f"{one.spearman:.3f}" if one.spearman is not None else _NONE,
        *(values or [_NONE] * shares),
    ]
    if told:
        row.append(_estimate(one.auc, "") if one.auc is not None else _NONE)
        row.append(_estimate(one.gain, "+") if one.gain is not None else _NONE)
    return row


def _padded(cell: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(cell))
    return space + cell if right else cell + space


def _share(value: float) -> str:
    """A share as percent; what is not all and not none never looks like it."""
    percent = min(max(100 * value, 0.1), 99.9) if 0 < value < 1 else 100 * value
    return f"{percent:.1f} %"


def _estimate(one: Estimate, sign: str) -> str:
    return f"{one.value:{sign}.3f} ({one.low:{sign}.3f} to {one.high:{sign}.3f})"


def conclusions(evidence: Evidence) -> list[str]:
    """What was found of each bounded form, on this sample and no other."""
    present = evidence.forms[0]
    return [_conclusion(evidence, present, one) for one in evidence.forms[1:]]


def _conclusion(evidence: Evidence, present: Measured, one: Measured) -> str:
    said = f"On this sample {one.form.name} changes {_share(one.changed or 0)} of the values"
    if one.spearman is not None:
        said += f" and orders the points as {present.form.name} does with a Spearman correlation of {one.spearman:.3f}"
    said += f"; {_share(one.coverage)} of the points have a value, {_share(present.coverage)} with {present.form.name}."
    if one.auc is None or one.gain is None or present.auc is None or evidence.labels is None:
        return said
    said += f" Its AUC for `{evidence.labels.column}` is {one.auc.value:.3f} instead of {present.auc.value:.3f}"
    if one.gain.low <= 0 <= one.gain.high:
        most = max(-one.gain.low, one.gain.high)
        return f"{said}: no difference can be told, and with 95 % confidence it is at most {most:.3f}."
    kind = "more" if one.gain.value > 0 else "less"
    low, high = sorted((abs(one.gain.low), abs(one.gain.high)))
    return f"{said}: {low:.3f} to {high:.3f} {kind}, with 95 % confidence."


def _measured(evidence: Evidence) -> Iterator[str]:
    sample, points, labels = evidence.sample, evidence.points, evidence.labels
    share = (
        ""
        if sample.share >= 1
        else f", about {_share(sample.share)} of all, chosen by a hash, each with all of its rows"
    )
    yield (
        f"{plural(sample.rows, 'row')} of {plural(sample.keys, 'key')}{share}, from {_time(sample.first)} to {_time(sample.last)}"
        f" ({sample.path})"
    )
    yield (
        f"{plural(points.count, 'point')} of {plural(points.keys, 'key')} at {plural(points.times, 'time')} from"
        f" {_time(points.first)} to {_time(points.last)}: {points.how}"
    )
    missing = (
        f"is {evidence.default} there"
        if evidence.default is not None
        else "is missing there, as the code fills nothing in"
    )
    yield f"each form is computed from the rows before the time of its point; what has no value {missing}"
    if labels is not None:
        way = f"; higher values of {evidence.forms[0].form.name} go with fewer positives, so its order is turned around"
        yield (
            f"AUC for `{labels.column}` over {labels.positive:,} positive and {labels.negative:,} negative points at which every"
            f" form has a value{way if labels.inverted else ''}; intervals take the points of a key together"
        )


def _time(moment: datetime) -> str:
    return moment.isoformat(" ", "minutes") if moment.hour or moment.minute else moment.date().isoformat()
