"""Fixing on the command line: what is changed, or the patch of what would be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from feasilint.fix.apply import Fixed


def fixing(paths: tuple[str, ...], unsafe: bool, diff: bool, arguments: dict[str, Any]) -> tuple[Fixed, str]:
    """Fix files, and say so on stderr; the patch instead if it is asked for."""
    from feasilint import api
    from feasilint.fix import told
    from feasilint.report.screen import visible

    fixed = api.fix(paths, unsafe=unsafe, **arguments)
    if not diff:
        told.write(fixed)
    if fixed.result.documents:
        for line in told.summary(fixed, written=not diff):
            click.echo(visible(line), err=True)
    return fixed, told.patch(fixed) if diff else ""
