"""A Dataform project: its tables, its settings and the values that its code names."""

from __future__ import annotations

import os
import posixpath
from functools import cached_property
from typing import TYPE_CHECKING, Any

from feasilint.dataform.evaluate import UNKNOWN, Table, evaluate
from feasilint.dataform.includes import actions, constants, exported
from feasilint.dataform.javascript import expression
from feasilint.dataform.settings import Settings, read_settings
from feasilint.dataform.sqlx import pieces
from feasilint.dbt.files import Files
from feasilint.dbt.model import Model
from feasilint.dbt.plain import mapping, text
from feasilint.dbt.schedule import schedule_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.ir import Diagnostic

_STEPS = {"declare": "declaration", "operate": "operations", "assert": "assertion", "publish": "view"}


class Project:
    """Reads nothing before it is asked. `root` None: a file that belongs to no project, whose names stay as they are said."""

    def __init__(self, root: str | None) -> None:
        self.root = None if root is None else os.path.abspath(root).replace(os.sep, "/")  # noqa: PTH100
        self._files = Files(self.root or "", self.root or "")

    @cached_property
    def settings(self) -> Settings:
        return Settings() if self.root is None else read_settings(self._files)

    @property
    def adapter(self) -> str:
        return self.settings.warehouse

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What was wrong with the files that have been read so far."""
        return tuple(self._files.problems)

    @property
    def digests(self) -> dict[str, str]:
        """The files that have been read so far, by absolute path, with the SHA-256 of their content."""
        return self._files.digests

    # --- tables --------------------------------------------------------------------------------------------------------

    def model_at(self, path: str) -> Model | None:
        """The table that a .sqlx file below `definitions` makes or declares."""
        if self.root is None:
            return None
        relative = posixpath.relpath(os.path.abspath(path).replace(os.sep, "/"), self.root)  # noqa: PTH100
        return next((model for model in self.models if model.path == relative), None)

    def model(self, *parts: str) -> Model | None:
        """The table that a reference means: its name, with as much before it as is said."""
        named = self._by_name.get(parts[-1], [])
        return next((model for model in named if model.relation[-len(parts) :] == parts), None)

    @cached_property
    def models(self) -> tuple[Model, ...]:
        """All that the project makes or declares, in the order of its files."""
        return tuple(self._models()) if self.root is not None else ()

    @cached_property
    def _by_name(self) -> dict[str, list[Model]]:
        found: dict[str, list[Model]] = {}
        for model in self.models:
            found.setdefault(model.name, []).append(model)
        return found

    def _models(self) -> Iterator[Model]:
        for path in self._files.below(["definitions"], lambda path: path.endswith((".sqlx", ".js")), ("node_modules",)):
            code = self._files.text(posixpath.join(self._files.root, path))
            if code is not None and path.endswith(".sqlx"):
                yield self.described(path, code)
            elif code is not None:
                for step, config in actions(code, self.names):
                    yield self._made(path, {"type": _STEPS[step], **config}, str(config["name"]))

    def described(self, path: str, code: str) -> Model:
        """The table of a .sqlx file; one that does not say what it makes holds operations."""
        stem = posixpath.splitext(posixpath.basename(path))[0]
        return self._made(path, {"type": "operations", **self.config(code)}, stem)

    def config(self, code: str) -> dict[str, Any]:
        """What the `config` block of a .sqlx file states."""
        names = {**self.names, **self.block_constants(code)}
        found = (evaluate(expression(code, piece.inner - 1), names) for piece in pieces(code) if piece.kind == "config")
        return next((value for value in found if isinstance(value, dict)), {})

    def _made(self, path: str, stated: Mapping[str, Any], stem: str) -> Model:
        config = {key: None if value is UNKNOWN else value for key, value in stated.items()}
        name = text(config.get("name", stem)) or stem
        return Model(
            name,
            "",
            path,
            relation=self._relation(config, name),
            materialized=_materialized(config),
            schedule=schedule_of(config),
            columns=tuple(mapping(config.get("columns"))),
            config=config,
        )

    def _relation(self, config: Mapping[str, Any], name: str) -> tuple[str, ...]:
        stated = {
            "database": config.get("database", config.get("project", self.settings.database)),
            "schema": config.get("schema", config.get("dataset", self.settings.schema)),
        }
        schema, database = text(stated["schema"]), text(stated["database"])
        if schema is None:
            return (name,)
        return (schema, name) if database is None else (database, schema, name)

    # --- values --------------------------------------------------------------------------------------------------------

    @cached_property
    def names(self) -> dict[str, Any]:
        """What code may refer to anywhere: the settings, and the files of `includes` by their stems."""
        known: dict[str, Any] = {"dataform": {"projectConfig": self.settings.code}}
        if self.root is None:
            return known
        for path in self._files.below(["includes"], lambda path: path.endswith(".js")):
            code = self._files.text(posixpath.join(self._files.root, path))
            stem = posixpath.splitext(path)[0].split("/")
            if code is not None and len(stem) == 2:
                known[stem[1]] = exported(code, known)
        return known

    def block_constants(self, code: str) -> dict[str, Any]:
        """The constants in the `js` blocks of a .sqlx file."""
        known: dict[str, Any] = {}
        for piece in pieces(code) if "js" in code else ():
            if piece.kind == "js":
                known |= constants(code[piece.inner : piece.end - 1], {**self.names, **known})
        return known

    def table(self, said: str, *arguments: Any) -> Any:
        """The table that `ref(…)` or `resolve(…)` names; UNKNOWN if its name is not stated."""
        given = arguments[0] if len(arguments) == 1 and isinstance(arguments[0], dict) else None
        if given is not None:
            keys = (("database", "project"), ("schema", "dataset"), ("name",))
            stated = [next((given[key] for key in each if key in given), None) for each in keys]
            arguments = tuple(part for part in stated if part is not None)
        if not arguments or not all(isinstance(part, str) and part for part in arguments):
            return UNKNOWN
        known = self.model(*arguments)
        return Table(known.relation if known is not None else self._completed(arguments), said)

    def _completed(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """The name of a table that the project does not define, with the project's own dataset before it."""
        before = [part for part in (self.settings.database, self.settings.schema) if part is not None]
        return (*before[: max(0, len(before) + 1 - len(parts))], *parts)


def _materialized(config: Mapping[str, Any]) -> str | None:
    kind = text(config.get("type"))
    return "materialized_view" if kind == "view" and config.get("materialized") is True else kind
