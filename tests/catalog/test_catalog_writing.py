"""Changed data are written into the text of a catalog; everything else in it stays as it was."""

from __future__ import annotations

import difflib
from textwrap import dedent
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feasilint.catalog.load import load_text
from feasilint.catalog.tree import parse
from feasilint.catalog.write import changed_text

if TYPE_CHECKING:
    from feasilint.catalog.merge import Data

TEXT = dedent(
    """\
    # Who reads this: the payments team
    version:   1

    prediction_points:
        checkout: {mode: online,   # somebody waits
                   max_age: 5s}

    sources:
      # --- the important ones ---
      - name: payments.transactions   # the big one
        latency: daily
        rows_per_day: 50e6
        period: 24h
        run_time: 0h20m
        # what follows was measured

      # --- the others ---
      - {name: crm.contacts, owner: 'x'}
      - name: only
      # TODO owner: who?
      # --- the rest ---
      - name: last
        columns:
          a: {type: int}   # the key
          b: NO
    # the end
    """
)


def changed(edit: dict[str, Data], text: str = TEXT) -> list[str]:
    """The lines that go (-) and come (+) when these entries get these values."""
    old = parse(text, "c.yaml")[0].data
    new = parse(text, "c.yaml")[0].data
    assert isinstance(old, dict)
    assert isinstance(new, dict)
    for entry in new["sources"]:
        entry.update(edit.pop(entry["name"], {}))
    new["sources"].extend({"name": name, **values} for name, values in edit.items())
    written = changed_text(text, old, new)
    assert parse(written, "c.yaml")[0].data == new
    return [line for line in difflib.ndiff(text.splitlines(), written.splitlines()) if line[0] in "+-"]


def test_without_changes_not_a_byte_changes() -> None:
    assert changed({}) == []


def test_a_value_changes_in_its_line() -> None:
    assert changed({"payments.transactions": {"latency": "hourly"}}) == [
        "-     latency: daily",
        "+     latency: hourly",
    ]


def test_a_new_key_comes_before_the_comment_that_ends_its_entry() -> None:
    assert changed({"payments.transactions": {"tz": "UTC"}}) == ["+     tz: UTC"]
    written = changed({"only": {"period": "1d", "provenance": [{"from": "dbt", "keys": {"period": "7949c8"}}]}})
    assert written == [
        "+     period: 1d",
        "+     provenance:",
        "+       - {from: dbt, keys: {period: 7949c8}}",
    ]


def test_a_question_that_is_answered_goes() -> None:
    assert changed({"only": {"owner": "#x"}}) == ["-   # TODO owner: who?", "+     owner: '#x'"]


def test_mappings_in_one_line_stay_in_one_line() -> None:
    assert changed({"crm.contacts": {"period": "1d"}}) == [
        "-   - {name: crm.contacts, owner: 'x'}",
        "+   - {name: crm.contacts, period: 1d, owner: 'x'}",
    ]


def test_a_column_is_added_to_those_that_are_there() -> None:
    columns: Data = {"a": {"type": "int"}, "b": "NO", "c": {"type": "date", "flags": ["pii"]}}
    assert changed({"last": {"columns": columns}}) == ["+       c: {type: date, flags: [pii]}"]


def test_new_entries_come_last() -> None:
    lines = changed({"new": {"rows_per_day": "50000000", "mutable": "false", "as": "1.50", "owner": {"team": "t"}}})
    assert lines == [
        "+   - name: new",
        "+     mutable: false",
        "+     rows_per_day: 50000000",
        "+     owner: {team: t}",
        "+     as: '1.50'",
    ]


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "version: 1\n", "version: 1\nsources:\n"])
def test_an_empty_catalog_gets_its_first_entry(text: str) -> None:
    old = parse(text, "c.yaml")[0].data
    new: Data = {"version": "1", "sources": [{"name": "a", "period": "1d"}]}
    written = changed_text(text, old if isinstance(old, dict) else {}, new)
    assert [entry.name for entry in load_text(written).sources] == ["a"]
    assert text.splitlines()[:1] == [] or written.splitlines()[0] == text.splitlines()[0]


SCALARS = st.sampled_from(
    ["1d", "NO", "02:00", "50e6", "1_000", "0", "007", "1.50", "2026-11-20", "#x", "a: b", "null", "~", "é"]
)
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.sampled_from("abc"), SCALARS, max_size=3)
ENTRIES = st.dictionaries(st.sampled_from(["latency", "owner", "columns", "flags", "reason", "provenance"]), VALUES)


@given(st.lists(ENTRIES, max_size=4), st.lists(ENTRIES, max_size=4))
def test_whatever_changes_is_read_back(before: list[Data], after: list[Data]) -> None:
    old: Data = {"version": "1", "sources": [{"name": f"s{at}", **entry} for at, entry in enumerate(before)]}
    both = [*after, *before[len(after) :]]
    new: Data = {"version": "1", "sources": [{"name": f"s{at}", **entry} for at, entry in enumerate(both)]}
    text = changed_text("", {}, old)
    assert parse(text, "c")[0].data == old
    assert parse(changed_text(text, old, new), "c")[0].data == new
