"""Figures and names as messages say them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.durations import duration as duration
from feasilint.figures import amount as amount
from feasilint.ir.functions import traits

if TYPE_CHECKING:
    from collections.abc import Iterable

    from feasilint.catalog.model import SourceEntry
    from feasilint.ir import Source

_LISTED = 3
_CADENCES = {3_600: "hourly", 86_400: "daily", 7 * 86_400: "weekly"}
_CLASSES = {"hourly": "hourly", "daily": "daily", "microbatch": "every few minutes", "streaming": "as events arrive"}

VERBS = {
    "count": "counts",
    "sum": "sums up",
    "avg": "averages",
    "count_distinct": "counts distinct values of",
    "list": "lists",
    "map": "puts into one value",
    "custom": "aggregates",
}


def days(seconds: float) -> str:
    """Whole days where there are some: `60 days`, `1 day`; else as `duration`."""
    amount = seconds / 86_400
    if amount < 1 or amount != int(amount):
        return duration(seconds)
    return "1 day" if amount == 1 else f"{int(amount)} days"


def short(seconds: float) -> str:
    """A time of answer: `150 ms`, `2 s`."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else duration(seconds)


def percent(share: float) -> str:
    """`200 %`, `13.5 %`, `0.3 %`."""
    value = share * 100
    return f"{value:.0f} %" if value >= 20 else f"{value:.2g} %"


def one(name: str) -> str:
    """A name with its article: a `user_id`, an `account_id`."""
    vowel = name.lower().startswith(("a", "e", "i", "o")) and not name.lower().startswith(("one", "eu"))
    return f"{'an' if vowel else 'a'} `{name}`"


def listed(names: Iterable[str]) -> str:
    """Back-ticked names: `a`, `b`, `c` and 2 more."""
    every = [f"`{name}`" for name in names]
    rest = len(every) - _LISTED
    if rest > 0:
        return f"{', '.join(every[:_LISTED])} and {rest} more"
    return " and ".join([", ".join(every[:-1]), every[-1]] if len(every) > 1 else every)


def cadence(entry: SourceEntry | None) -> str | None:
    """How often a source is refreshed: `daily`, `every 3 days`; None where that is not known."""
    if entry is None:
        return None
    if entry.period is not None:
        return _CADENCES.get(int(entry.period), f"every {days(entry.period)}")
    return _CLASSES.get(entry.latency or "")


def bounded_title(function: str, source: Source, entry: SourceEntry | None, length: str) -> str:
    """What a bounded aggregation is called: `365-day count of transactions, updated daily`."""
    words = "count" if function == "row_number" else traits(function).words
    title = f"{length} {words} of {noun(source) or f'`{source.name}`'}"
    refreshed = cadence(entry)
    return f"{title}, updated {refreshed}" if refreshed else title


def noun(source: Source) -> str | None:
    """What the rows of a source are called, where its name is a plural: `transactions` for `payments.transactions`."""
    name = source.name.rstrip("/").rsplit("/", 1)[-1] if source.kind in ("file", "url", "stream") else source.name
    parts = [part for part in name.split(".") if part not in ("csv", "parquet", "json", "gz", "feather", "tsv")]
    word = parts[-1] if parts else ""
    plain = word.replace("_", "").isalpha() and word.islower()
    return word.replace("_", " ") if plain and word.endswith("s") and not word.endswith("ss") else None


def rows(source: Source) -> str:
    """`transactions`, or `rows of` the source where its name is no plural."""
    return noun(source) or f"rows of `{source.name}`"
