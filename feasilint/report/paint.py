"""Colours, kept apart from the text: a painter gives the same text back with or without escape sequences."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["error", "warning", "info", "primary", "secondary", "gutter", "help", "strong", "code"]
Painter: TypeAlias = Callable[[str, Role], str]

_STYLES: dict[Role, str] = {
    "error": "bold red",
    "warning": "bold yellow",
    "info": "bold cyan",
    "primary": "bold red",
    "secondary": "bold blue",
    "gutter": "bold blue",
    "help": "bold green",
    "strong": "bold",
    "code": "green",
}


def plain(text: str, role: Role) -> str:  # noqa: ARG001
    """No colours."""
    return text


def colours() -> Painter:
    """ANSI colours by rich, which is imported only here."""
    from rich.color import ColorSystem
    from rich.style import Style

    @cache
    def style(role: Role) -> Style:
        return Style.parse(_STYLES[role])

    return lambda text, role: style(role).render(text, color_system=ColorSystem.STANDARD) if text else text
