"""What features cost in a year, as text, as Markdown and for programs."""

from __future__ import annotations

import json
from math import inf, isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from feasilint.durations import duration
from feasilint.figures import amount
from feasilint.ledger import total
from feasilint.measure.cost import STRATEGIES, Load
from feasilint.report.markup import inline
from feasilint.report.screen import visible, width
from feasilint.report.summary import plural
from feasilint.served import served

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from feasilint.billed import Refreshes
    from feasilint.ledger import Ledger, Line, Scan
    from feasilint.prices import Price

SCHEMA = "feasilint.cost/1"
_HEADS = ("feature", "grows", "H/W", "full rescan", "bounded rescan", "daily tiles", "running total")
_NONE, _UNKNOWN = "-", "?"
_DAY = 86_400
_WIDEST = 120  # characters of a line of prose


def render(ledger: Ledger) -> str:
    """The table of each model, its total, what following all suggestions saves, and all that was assumed."""
    return "".join(f"{visible(line)}\n" for line in _text(ledger))


def render_markdown(ledger: Ledger) -> str:
    """The same for the comment of a review."""
    lines = [f"**{inline(_headline(ledger))}**", ""]
    for model, rows in _by_model(ledger):
        lines += [
            f"### {inline(model)}",
            "",
            f"| {' | '.join(_HEADS)} |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: |",
        ]
        lines += [
            f"| {' | '.join(map(inline, (f'`{row[0]}`' if row is not rows[-1] else row[0], *row[1:])))} |"
            for row in rows
        ]
        lines.append("")
    for head, notes in _notes(ledger):
        lines += [
            f"<details><summary>{inline(head)}</summary>",
            "",
            *(f"- {inline(note)}" for note in notes),
            "",
            "</details>",
            "",
        ]
    return "\n".join(lines)


def render_json(ledger: Ledger) -> str:
    """The same in the schema `feasilint.cost/1`: money and bytes of one year; null where they are not known."""
    return json.dumps(document(ledger), indent=2) + "\n"


def document(ledger: Ledger) -> dict[str, Any]:
    """The content of the JSON."""
    at = {id(scan): number for number, scan in enumerate(ledger.scans)}
    return {
        "schema": SCHEMA,
        "currency": ledger.prices.currency,
        "assumed": {"history_days": ledger.assumed.history, "refreshes_per_day": ledger.assumed.refreshes},
        "prices": [_price(price) for price in _used(ledger)],
        "features": [
            {
                "model": line.name[0],
                "feature": line.name[1],
                "scans": [at[id(scan)] for scan in line.scans],
                "today": line.today,
                "bounded": line.bounded,
                "strategies": {name: line.cost(name) for name in STRATEGIES},
            }
            for line in ledger.lines
        ],
        "scans": [{**_scan(scan), "served": _served(scan, ledger)} for scan in ledger.scans],
        "total": {
            **dict(zip(("today", "bounded", "kept"), _totals(ledger.scans), strict=True)),
            "least": _least(ledger),
        },
        "unmeasured": [{"model": name[0], "feature": name[1], "window": kind} for name, kind in ledger.unmeasured],
    }


def _least(ledger: Ledger) -> float | None:
    return total(scan.least for scan in ledger.scans)


def _price(price: Price) -> dict[str, Any]:
    return {name: getattr(price, name) for name in price.__struct_fields__}


def _scan(scan: Scan) -> dict[str, Any]:
    load = scan.load
    span = scan.place.span
    return {
        "source": scan.source,
        "path": scan.place.path,
        "line": span.line if span is not None else None,
        "features": [f"{model}::{name}" for model, name in scan.names],
        "growth": STRATEGIES[scan.today].growth,
        "columns": dict(scan.billed.columns),
        "guessed": list(scan.billed.guessed),
        "refreshes_per_day": scan.refreshes.per_day,
        "refreshes_from": scan.refreshes.why,
        "volumes": {name: _finite(getattr(load, name)) for name in load.__struct_fields__}
        if load is not None
        else None,
        "lacks": list(scan.lacks),
        "bytes": {name: way.read(load) for name, way in STRATEGIES.items()} if load is not None else None,
        "cost": {name: scan.cost(name) for name in STRATEGIES},
    }


def _served(scan: Scan, ledger: Ledger) -> list[dict[str, Any]]:
    return [{name: getattr(form, name) for name in form.__struct_fields__} for form in served(scan, ledger.prices)]


def _finite(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None


# --- words ---


def _text(ledger: Ledger) -> Iterator[str]:
    for model, rows in _by_model(ledger):
        table = [_HEADS, *rows]
        widths = [max(width(row[at]) for row in table) for at in range(len(_HEADS))]
        yield model
        for row in table:
            yield "  " + "  ".join(_padded(cell, widths[at], at > 1) for at, cell in enumerate(row)).rstrip()
        yield ""
    yield from _wrapped(_headline(ledger))
    for head, notes in _notes(ledger):
        yield ""
        yield f"{head}:"
        for note in notes:
            yield from _wrapped(f"  - {note}", "    ")


def _wrapped(text: str, indent: str = "") -> list[str]:
    return wrap(text, _WIDEST, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _padded(cell: str, wide: int, right: bool) -> str:
    gap = " " * (wide - width(cell))
    return gap + cell if right else cell + gap


def _by_model(ledger: Ledger) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    models: dict[str, list[Line]] = {}
    for line in ledger.lines:
        models.setdefault(line.name[0], []).append(line)
    for model, lines in models.items():
        lines.sort(key=lambda line: (-(line.today or 0), line.name))
        yield model, [*(_row(line, ledger) for line in lines), _sum(lines, ledger)]


def _row(line: Line, ledger: Ledger) -> tuple[str, ...]:
    own = max(line.uses, key=lambda use: (not use.pruned, use.window))
    days = own.window if isfinite(own.window) else own.suggested
    growing = not (isfinite(own.window) and own.pruned)
    return (
        line.name[1],
        STRATEGIES["lifetime_rescan" if growing else "window_rescan"].growth,
        _ratio(line, ledger, days) if growing else _NONE,
        _money(line.today, ledger) if any(scan.whole for scan in line.scans) else _NONE,
        f"{duration(days * _DAY)}: {_money(line.bounded, ledger)}" if days else _NONE,
        _cost(line, "daily_tiles", ledger),
        _cost(line, "running_total", ledger),
    )


def _ratio(line: Line, ledger: Ledger, days: float | None) -> str:
    """History over window, at the middle of the year."""
    entry = line.scans[0].entry
    kept = entry.retention / _DAY if entry is not None and entry.retention is not None else inf
    load = line.scans[0].load or Load(1, 1, ledger.assumed.history, 1, kept=kept)
    return f"{load.past / days:.1f}x" if days else _NONE


def _cost(line: Line, strategy: str, ledger: Ledger) -> str:
    cost = line.cost(strategy)
    if cost is None and all(scan.load is not None and scan.per_tib is not None for scan in line.scans):
        return _NONE
    return _money(cost, ledger)


def _money(cost: float | None, ledger: Ledger) -> str:
    return ledger.prices.money(cost) if cost is not None else _UNKNOWN


def _sum(lines: Sequence[Line], ledger: Ledger) -> tuple[str, ...]:
    today, bounded = total(line.today for line in lines), total(line.bounded for line in lines)
    return (
        "a year",
        "",
        "",
        f"today {_money(today, ledger)}",
        f"then {_money(bounded, ledger)}",
        "",
        "",
    )


def _totals(scans: Iterable[Scan]) -> tuple[float | None, float | None, float | None]:
    """Of all scans: as they are, rescanned once all suggestions are followed, and kept in tiles or totals where that is less."""
    known = list(scans)
    return (
        total(scan.cost(scan.today) for scan in known),
        total(scan.cost(scan.after) for scan in known),
        total(_kept(scan) for scan in known),
    )


def _kept(scan: Scan) -> float | None:
    rescanned = scan.cost(scan.after)
    kept = scan.cost(scan.kept) if scan.kept is not None else None
    return rescanned if kept is None or rescanned is None else min(kept, rescanned)


def _headline(ledger: Ledger) -> str:
    if not ledger.lines:
        return "No feature aggregates events over a window or all of history."
    priced = [scan for scan in ledger.scans if scan.cost(scan.today) is not None]
    rest = len(ledger.scans) - len(priced)
    unknown = f"; of {plural(rest, 'more scan')} the volume or price is not known" if rest else ""
    counted = f"{plural(len(ledger.lines), 'feature')} in {plural(len(ledger.scans), 'scan')}"
    if not priced:
        return f"{counted}; no volumes or prices are known, so growth is all that can be said."
    today, bounded, kept = (_money(cost, ledger) for cost in _totals(priced))
    least = _money(total(scan.least for scan in priced), ledger)
    said = f"{counted} cost about {today} a year if everything is read again at every refresh"
    said += f", {least} if what can be is kept incrementally already{unknown}."
    if not any(scan.suggests for scan in priced):
        return f"{said} There is nothing to bound."
    return f"{said} Bounding alone makes the former {bounded}; keeping the windows in tiles or totals as well, {kept}."


def _notes(ledger: Ledger) -> Iterator[tuple[str, list[str]]]:
    if ledger.lines:
        yield "Scans", [_said(scan) for scan in ledger.scans]
        if online := [said for scan in ledger.scans if (said := _online(scan, ledger))]:
            yield "Served online from a key-value store, in one of these forms", online
        yield "Assumed", list(_assumptions(ledger))
    missing = {f"`{scan.source}`: {', '.join(scan.lacks)}" for scan in ledger.scans if scan.lacks}
    if missing:
        yield "To learn more, declare in the catalog", sorted(missing)
    if ledger.unmeasured:
        yield "Not estimated", [f"`{name}` of {model}: window {kind}" for (model, name), kind in ledger.unmeasured]


def _said(scan: Scan) -> str:
    span = scan.place.span
    where = f"{scan.place.path}:{span.line}" if span is not None else scan.place.path
    names = ", ".join(f"`{name}`" for _, name in scan.names[:3])
    more = f" and {len(scan.names) - 3} more" if len(scan.names) > 3 else ""
    share = f" share it, 1/{len(scan.names)} each" if len(scan.names) > 1 else ""
    parts = [f"`{scan.source}` at {where} for {names}{more}{share}", _often(scan.refreshes)]
    if scan.load is not None:
        columns = ", ".join(f"{name} {size:g}" for name, size in scan.billed.columns) or "no column by name"
        parts.append(
            f"{amount(scan.load.rows)} rows a day of {scan.load.row_bytes:g} B{_time(scan.load)}"
            f" ({columns}{'; types of ' + ', '.join(scan.billed.guessed) + ' not declared' if scan.billed.guessed else ''})"
        )
    if scan.incremental:
        parts.append("made by an incremental model: no rescan, as long as that reads new rows only")
    if (whole := scan.billed.whole) is not None and whole > scan.billed.total:
        parts.append(
            f"{whole / scan.billed.total:.1f} times as much where rows of {whole:g} B are read whole (JSON, row stores)"
        )
    return "; ".join(parts)


def _time(load: Load) -> str:
    return f", {load.time:g} B more of the event time once bounded" if load.time else ""


def _online(scan: Scan, ledger: Ledger) -> str:
    forms = [
        f"{form.words}: {amount(form.items)} items, {_money(form.fill, ledger)} to fill once,"
        f" {_money(form.reads, ledger)} for a million reads"
        + (f" ({_money(form.busiest, ledger)} of the busiest key)" if form.busiest not in (None, form.reads) else "")
        for form in served(scan, ledger.prices)
    ]
    return f"{', '.join(f'`{name}`' for _, name in scan.names[:3])}: {'; '.join(forms)}" if forms else ""


def _often(refreshes: Refreshes) -> str:
    times = "once" if refreshes.per_day == 1 else f"{refreshes.per_day:.3g} times"
    return f"{times} a day, {refreshes.why}"


def _assumptions(ledger: Ledger) -> Iterator[str]:
    yield (
        f"history: {ledger.assumed.history / 365:.3g} years at the beginning of the year, and a day more every day; less where"
        " `retention` says that it is not kept (--history)"
    )
    yield "full rescan: everything is read again at every refresh, as tables and views do that are no incremental models"
    yield (
        "bounded rescan: the condition on time prunes partitions, unless the catalog names the `partition` column and the code"
        " hides it; then it is a full rescan"
    )
    yield "daily tiles: kept at the same refreshes, one for each day on which a key has rows; storing them is not counted"
    yield (
        "running total: as cheap as anything while it is right; it needs every event exactly once, for ever, and all history"
        " again for a correction, a deletion or a new definition"
    )
    for price in _used(ledger):
        yield f"price: {price.said}" + (f" ({price.source})" if price.source else "")


def _used(ledger: Ledger) -> list[Price]:
    online = any(served(scan, ledger.prices) for scan in ledger.scans)
    keys = ("scan_per_tib", *(("writes_per_million", "reads_per_million") if online else ()))
    return [price for key in keys if (price := ledger.prices.find(key)) is not None]
