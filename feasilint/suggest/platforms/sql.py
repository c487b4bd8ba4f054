"""A feature as SQL: a table of daily tiles that one statement a day adds to, and the query that puts the window together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feasilint.lower.sql.adapter import translated
from feasilint.suggest.platforms.files import File, about, comment, slug
from feasilint.suggest.spoken import name
from feasilint.suggest.tiles import Direct, lateness, tiled

if TYPE_CHECKING:
    from feasilint.suggest.definition import Definition


def render(definition: Definition, dialect: str) -> tuple[File, ...]:
    """The statements of a feature in a dialect. `$day` is the day that is added, `$as_of` the day of the prediction."""
    made = tiled(definition, dialect)
    stem = slug(made.feature)
    if isinstance(made, Direct):
        text = comment([about(definition, made.feature), *made.notes]) + made.query + ";\n"
        return (File(f"{stem}.sql", text),)
    again = lateness(definition)
    head = [f"daily tiles of {about(definition, made.feature)}", *made.notes,
            f"run it every day, with each of the last {again} days as {_parameter('day', dialect)}: rows come late, and what a",
            "day had is replaced"]  # fmt: skip
    table = name(made.table)
    statements = [
        f"CREATE TABLE IF NOT EXISTS {translated(table, dialect)} AS\n{made.tile}\nLIMIT 0",
        translated(f"DELETE FROM {table} WHERE day = CAST($day AS DATE)", dialect),
        f"INSERT INTO {translated(table, dialect)}\n{made.tile}",
    ]
    tiles = comment(head) + "".join(f"{statement};\n\n" for statement in statements)
    window = comment([about(definition, made.feature), f"as of the start of the day {_parameter('as_of', dialect)}"])
    window += made.window + ";\n"
    return File(f"{stem}_daily.sql", tiles.rstrip("\n") + "\n"), File(f"{stem}.sql", window)


def _parameter(called: str, dialect: str) -> str:
    """A parameter as a dialect spells it."""
    return translated(f"SELECT ${called}", dialect, pretty=False).removeprefix("SELECT ")
