"""Which rules run: `--select` and `--ignore`, by code or the beginning of one."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from feasilint.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from feasilint.rule import Rule


def selected(rules: Sequence[Rule], select: Iterable[str] = (), ignore: Iterable[str] = ()) -> tuple[Rule, ...]:
    """The rules that `select` names (all, if it names none) and `ignore` does not.

    Values may hold several codes separated by commas. UsageError for one that no rule begins with.
    """
    codes = [rule.code for rule in rules]
    chosen, rejected = _prefixes(select, codes), _prefixes(ignore, codes)
    left = tuple(
        rule
        for rule in rules
        if (not chosen or rule.code.startswith(chosen)) and not (rejected and rule.code.startswith(rejected))
    )
    if rules and not left:
        raise UsageError("these options leave no rule to run")
    return left


def _prefixes(values: Iterable[str], codes: Sequence[str]) -> tuple[str, ...]:
    prefixes = tuple(part.strip().upper() for value in values for part in value.split(",") if part.strip())
    for prefix in prefixes:
        if not any(code.startswith(prefix) for code in codes):
            near = get_close_matches(prefix, codes, n=1)
            suggestion = f"; did you mean `{near[0]}`?" if near else ""
            raise UsageError(f"no rule's code begins with `{prefix}`{suggestion}")
    return prefixes
