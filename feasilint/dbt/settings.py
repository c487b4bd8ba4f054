"""dbt_project.yml: where a project keeps its files, its variables and the settings of its folders."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Literal, TypeAlias

from msgspec import Struct, field

from feasilint.dbt.plain import items, mapping, mappings, text, texts
from feasilint.dbt.values import resolved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from feasilint.dbt.files import Files

PROJECT_FILE = "dbt_project.yml"

Tree: TypeAlias = Literal["models", "seeds", "snapshots", "sources", "data_tests"]

_TREES: dict[Tree, tuple[str, ...]] = {  # the names of the settings of folders
    "models": ("models",), "seeds": ("seeds",), "snapshots": ("snapshots",), "sources": ("sources",),
    "data_tests": ("data_tests", "tests"),
}  # fmt: skip

_FOLDERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {  # the setting by its names, and what it is by default
    "models": (("model-paths", "source-paths"), ("models",)),
    "seeds": (("seed-paths", "data-paths"), ("seeds",)),
    "snapshots": (("snapshot-paths",), ("snapshots",)),
    "macros": (("macro-paths",), ("macros",)),
    "analyses": (("analysis-paths",), ("analyses",)),
    "tests": (("test-paths",), ("tests",)),
}


class Settings(Struct, frozen=True):
    """`folders`: by what they hold, relative to the project. `trees`: the settings of models, seeds, … by folder.
    `variables` are those of every package, `scoped` those of one; `templates` the texts of those that only a rendering knows."""

    name: str
    profile: str | None = None
    folders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    target: str = "target"
    installed: str = "dbt_packages"
    trees: Mapping[str, object] = field(default_factory=dict)
    variables: Mapping[str, object] = field(default_factory=dict)
    scoped: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    dispatch: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def read_settings(files: Files) -> Settings:
    """The settings in the dbt_project.yml of a folder; dbt's defaults for what cannot be read."""
    path = posixpath.join(files.root, PROJECT_FILE)
    given = mapping(files.yaml(path))
    variables = mapping(resolved(given.get("vars"), {}))
    return Settings(
        name=text(given.get("name")) or posixpath.basename(files.root),
        profile=text(resolved(given.get("profile"), {})),
        folders={kind: _folders(given, files, path, kind) for kind in _FOLDERS},
        target=text(resolved(given.get("target-path"), {})) or "target",
        installed=text(resolved(given.get("packages-install-path", given.get("modules-path")), {})) or "dbt_packages",
        trees={kind: resolved(_first(given, names), variables) for kind, names in _TREES.items()},
        variables={key: value for key, value in variables.items() if not isinstance(value, dict)},
        scoped={key: mapping(value) for key, value in variables.items() if isinstance(value, dict)},
        templates=dict(_templates(mapping(given.get("vars")), variables)),
        dispatch=_dispatch(given.get("dispatch")),
    )


def _templates(written: Mapping[str, object], known: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The variables whose value is unknown, with their texts; those of one package, too."""
    for name, value in written.items():
        if isinstance(value, dict) and isinstance(known.get(name), dict):
            yield from _templates(mapping(value), mapping(known[name]))
        elif isinstance(value, str) and known.get(name) is None:
            yield name, value


def _folders(given: Mapping[str, object], files: Files, path: str, kind: str) -> tuple[str, ...]:
    names, default = _FOLDERS[kind]
    stated = _first(given, names)
    folders = tuple(posixpath.normpath(one.replace("\\", "/")) for one in texts(resolved(items(stated), {})))
    inside = tuple(one for one in folders if not one.startswith(("/", "..")))
    for one in folders:
        if one not in inside:
            files.problem(path, f"names the folder `{one}` outside of the project, which is not looked into")
    return inside if stated is not None else default


def _first(given: Mapping[str, object], names: tuple[str, ...]) -> object:
    """The setting by the first of its names."""
    return next((given[name] for name in names if name in given), None)


def _dispatch(given: object) -> dict[str, tuple[str, ...]]:
    """Where the macros of a namespace are looked for, by namespace."""
    return {
        namespace: texts(each.get("search_order"))
        for each in mappings(given)
        if (namespace := text(each.get("macro_namespace"))) is not None
    }
